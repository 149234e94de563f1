"""Whether `dispatch plan` keeps its seconds: firms of any size, with other processes beside it.

`python -m benchmarks.bounds [--beside N] [FIRM …]` makes each firm, runs the command, and prints the seconds of the wall beside
those that are allowed. A firm is technicians/waiting, with `+` those that wait are years overdue: 200/1120, 6/6122+.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.running import DAY, ZONE
from db import clients, people, settings, visits
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.model.clients import Client, Site
from dispatch.model.clock import SetClock
from dispatch.model.instants import at_local
from dispatch.model.people import Hours, Lunch, Staff, Technician
from dispatch.model.states import Role
from dispatch.model.travel import Place
from dispatch.planning.budget import most_seconds

DISPATCH = str(Path(sys.executable).with_name("dispatch"))
FIRMS = ("30/176", "6/465+", "6/6122+", "200/1120", "500/2800")
SECONDS = (2.0, 5.0)
BUSY = "while True: pass"
SKILLS = ("cabling", "voice", "server")


def main() -> None:
    """Make the firms and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beside", type=int, default=0, help="so many processes compute beside it")
    parser.add_argument("--seconds", type=float, action="append", help="of the command; repeat")
    parser.add_argument("firms", nargs="*", default=FIRMS, metavar="FIRM", help="technicians/waiting[+]")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for firm in args.firms:
            path = Path(folder, firm.replace("/", "-"))
            technicians, waiting = map(int, firm.rstrip("+").split("/"))
            make(path, technicians, waiting, overdue=firm.endswith("+"))
            for seconds in args.seconds or SECONDS:
                with busy(args.beside):
                    print(f"{firm:10} {measured(path, seconds).words}", flush=True)


class MeasuredPlan(NamedTuple):
    """A plan of the command: seconds that were given and that it took, the CPU seconds of the search, what is placed and left out,
    and what was said of it."""

    seconds: float
    took: float
    cpu: float = 0.0
    placed: int = 0
    left: int = 0
    note: str = ""

    @property
    def words(self) -> str:
        """As it is printed."""
        said = f"{self.seconds:4g} s: {self.took:5.1f} s of {most_seconds(self.seconds):4.1f}"
        if not self.placed:
            return f"{said}, {self.note}"
        return f"{said}, {self.placed} placed, {self.left} left out, {self.cpu:.1f} CPU s; {self.note or 'all reached'}"


def measured(path: Path, seconds: float) -> MeasuredPlan:
    """One plan of the firm's day: how long it took, and what was found."""
    words = [DISPATCH, "plan", "--db", str(path), "--as", "dana", "--date", DAY.isoformat(), "--json"]
    began = time.monotonic()
    done = subprocess.run([*words, "--seconds", f"{seconds:g}"], capture_output=True, text=True, check=False)
    took = time.monotonic() - began
    if done.returncode:
        return MeasuredPlan(seconds, took, note=done.stderr.strip())
    found = json.loads(done.stdout)
    after = found["after"]
    return MeasuredPlan(seconds, took, found["cpu_seconds"], after["placed"], after["left_out"], found["note"])


@contextmanager
def busy(count: int) -> Iterator[None]:
    """While this lasts, so many processes compute."""
    others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def make(path: Path, technicians: int, waiting: int, *, overdue: bool) -> None:
    """A firm in a city, in the morning, with nothing planned yet."""
    chance = random.Random(7)

    def anywhere() -> Place:
        return Place(39.8 + chance.random() * 0.4, -83.2 + chance.random() * 0.5)

    morning = at_local(DAY, "06:00", ZONE)
    with (
        Store.create(path, clock=SetClock(morning)) as store,
        unit_of_work(store, "make", Actor(None, "system", "bench", "system")) as unit,
    ):
        settings.set_firm(unit, zone=ZONE, clock_offset=morning - int(time.time()))  # its day is not over
        people.add_staff(unit, Staff(0, "dana", "Dana Wells", frozenset({Role.DISPATCHER})))
        client = clients.add_client(unit, Client(0, "Client"))
        hours = tuple(Hours(weekday, 480, 1020) for weekday in range(5))
        for number in range(technicians):
            who = people.add_staff(unit, Staff(0, f"t{number}", f"Technician {number}", frozenset({Role.TECHNICIAN})))
            skills = frozenset(chance.sample(SKILLS, 2))
            people.add_technician(unit, Technician(who, "", "", skills, "tech", hours, Lunch(690, 810, 30), anywhere()))
        for number in range(waiting):
            place = anywhere()
            site = clients.add_site(unit, Site(0, client, f"Site {number}", "", ZONE, place, hours))
            day = DAY - datetime.timedelta(days=chance.randrange(1, 700) if overdue else 0)
            opens = at_local(day, chance.choice(("08:00", "10:00", "13:00")), ZONE)
            visits.add_visit(
                unit,
                store,
                visits.NewVisit(
                    reference=f"R{number}",
                    client_id=client,
                    site_id=site,
                    work="Work",
                    minutes=chance.choice((30, 45, 60, 90)),
                    priority=chance.choice((1, 2, 3, 3, 3, 4)),
                    requested_at=opens - 86_400,
                    wanted_on=day,
                    promised=(opens, opens + 4 * 3600) if chance.random() < 0.5 else None,
                    skills=frozenset({chance.choice(SKILLS)}) if chance.random() < 0.5 else frozenset(),
                ),
            )
        unit.audit("firm", 1, made=True)


if __name__ == "__main__":
    main()
