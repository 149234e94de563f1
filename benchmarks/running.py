"""The running day of a firm of any size, and its week. `python -m benchmarks.running [TECHNICIANS]`.

Milliseconds of CPU and of the wall, the median and the worst of some rounds, from the store to the answer.
"""

from __future__ import annotations

import datetime
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from db import clients, people, planned, settings, visits
from db.store import Store
from db.unit import Actor, Unit, unit_of_work
from dispatch.desk.day import board_view, placement, routing, week_view
from dispatch.desk.plan import emergency
from dispatch.desk.session.user import log_in
from dispatch.model.clients import Client, Site
from dispatch.model.clock import SetClock
from dispatch.model.instants import at_local
from dispatch.model.people import Hours, Lunch, Staff, Technician
from dispatch.model.states import Role, State
from dispatch.model.travel import Place
from dispatch.model.visits import Visit

ZONE = "America/New_York"
DAY = datetime.date(2026, 11, 24)
VISITS = 8
WEEK = 4
"""So many days are full: the working days that are left of the week."""
ROUNDS = 15


def main() -> None:
    """Make the firm and measure."""
    technicians = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder:
        clock = SetClock(at_local(DAY, "06:00", ZONE))
        with Store.create(Path(folder, "firm.db"), clock=clock) as store:
            make(store, technicians, WEEK)
            clock.set(at_local(DAY, "12:10", ZONE))
            print(f"{technicians} technicians, {VISITS} visits a day for {WEEK} days, at 12:10")
            for name, measured in (
                ("candidates", lambda: placement.candidates(store, "NEW", DAY)),
                ("emergency", lambda: emergency.ways(store, "NEW")),
                ("board", lambda: board_view.board(store, DAY)),
                ("week board", lambda: week_view.week(store, DAY)),
                ("four weeks ahead", lambda: week_view.month(store, DAY, 28)),
                (
                    "one position judged",
                    lambda: placement.check_placement(store, "NEW", ["t1"], at_local(DAY, "15:00", ZONE)),
                ),
            ):
                measure(name, measured)


def measure(name: str, run: Callable[[], object]) -> None:
    """Print how long it takes."""
    wall, cpu = [], []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        run()
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    print(
        f"{name}: CPU {statistics.median(cpu):.0f} ms (worst {max(cpu):.0f}), "
        f"wall {statistics.median(wall):.0f} ms (worst {max(wall):.0f})"
    )


def make(store: Store, technicians: int, days: int = 1) -> None:
    """A city with technicians whose days are full; by noon half of the first is over."""
    chance = random.Random(5)

    def anywhere() -> Place:
        return Place(39.9 + chance.random() * 0.3, -83.1 + chance.random() * 0.3)

    with unit_of_work(store, "make", Actor(None, "system", "bench", "system")) as unit:
        settings.set_firm(unit, zone=ZONE)
        dana = people.add_staff(unit, Staff(0, "dana", "Dana Wells", frozenset({Role.DISPATCHER})))
        client = clients.add_client(unit, Client(0, "Client"))
        number = 0
        full = list[Visit]()
        for place in range(technicians):
            who = people.add_staff(unit, Staff(0, f"t{place}", f"Technician {place}", frozenset({Role.TECHNICIAN})))
            people.add_technician(
                unit,
                Technician(
                    who,
                    "",
                    "",
                    frozenset({"server" if place % 3 else "desktop"}),
                    "tech",
                    tuple(Hours(weekday, 480, 1080) for weekday in range(5)),
                    Lunch(690, 810, 30),
                    anywhere(),
                ),
            )
            technician = people.technician(store, who)
            assert technician is not None
            for ahead in range(days):
                day = DAY + datetime.timedelta(days=ahead)
                for stop in range(VISITS):
                    begins = at_local(day, "08:30", ZONE) + stop * 4200
                    number += 1
                    visit = _visit(store, unit, client, number, anywhere(), begins)
                    planned.place(unit, visit, [technician], begins, begins + 2700)
                    if begins <= at_local(DAY, "12:00", ZONE):
                        _live(store, unit, visit.id, begins, over=stop < 3)
                    full.append(visits.again(store, visit))
        _visit(store, unit, client, 0, anywhere(), at_local(DAY, "13:00", ZONE), reference="NEW", skill="server")
        unit.audit("staff", dana, made=True)
    user = log_in(store, "dana")
    with user.write("route") as unit:
        routing.reroute(unit, full)
        unit.audit("staff", dana, routed=True)


def _visit(
    store: Store,
    unit: Unit,
    client: int,
    number: int,
    place: Place,
    begins: int,
    reference: str = "",
    skill: str = "",
) -> Visit:
    site = clients.add_site(
        unit,
        Site(0, client, f"Site {number}", "", ZONE, place, tuple(Hours(day, 480, 1080) for day in range(7))),
    )
    visit_id = visits.add_visit(
        unit,
        store,
        visits.NewVisit(
            reference=reference or f"R{number}",
            client_id=client,
            site_id=site,
            work="Work",
            minutes=30,
            priority=3,
            requested_at=begins - 86_400,
            wanted_on=DAY,
            promised=(begins - 1800, begins + 5400),
            skills=frozenset({skill}) if skill else frozenset(),
        ),
    )
    found = visits.visit_by_id(store, visit_id)
    assert found is not None
    return found


def _live(store: Store, unit: Unit, visit_id: int, begins: int, *, over: bool) -> None:
    """Somebody arrived ten minutes late; the visit may have ended since."""
    visit = visits.visit_by_id(store, visit_id)
    assert visit is not None
    visits.change(unit, visit, state=State.ON_SITE.value)
    visits.stamp(unit, visit.assignments[0], check_in_at=begins + 600)
    if over:
        visit = visits.visit_by_id(store, visit_id)
        assert visit is not None
        visits.stamp(unit, visit.assignments[0], check_out_at=begins + 3600)
        visits.change(unit, visit, state=State.NO_ACCESS.value, ended_at=begins + 3600, review="to_review")


if __name__ == "__main__":
    main()
