"""The office of the sample firm: how it was set up, whom it answers, what comes in on Tuesday, and its care for clients."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from db import agreements, clients, people, visits
from db.store import Store
from dispatch.demo.clock import MONDAY, SET_UP, TUESDAY, YEAR, ZONE
from dispatch.desk.book import editing
from dispatch.desk.care import care_list
from dispatch.desk.figures import hourly_costs
from dispatch.desk.levels import clocks
from dispatch.desk.prices import agreeing
from dispatch.desk.requests import intake, responding
from dispatch.desk.roads import driving, locating
from dispatch.desk.session.user import User
from dispatch.model.clock import SetClock
from dispatch.model.instants import at_local
from dispatch.model.states import State
from dispatch.model.travel import Place
from dispatch.travel.geocoding import FoundPlace

_FOUND = {
    "Alum Creek Bakery Supply": Place(39.94358, -82.96541),
    "Old Mill Accounting": Place(39.91262, -83.12884),
    "Hollis Freight": Place(39.94411, -83.14127),
}
"""Where Dana found three of the five sites that the file has no place for, by hand on a map."""
_PINNED = (
    ("Osprey Accounting / Main office", "home of Cleo Marsh", "24", "roadworks on Broad Street until Christmas"),
    ("Ridge Accounting / Warehouse", "home of Dev Patel", "19", "as it is driven at five"),
    ("Cobalt Machine Works / Main office", "home of Ben Okafor", "38", "as it is driven at five"),
    ("Summit Florist / Main office", "home of Finn Boyle", "11", "as it is driven at five"),
)
"""Drives that Lee knows better than an estimate does, in minutes."""
_INVOICES = {
    "invoices_from": MONDAY.replace(day=1).isoformat(), "country": "US", "paper_size": "letter", "tax_id": "31-5550114",
    "paper_address": "Gay Street | Columbus, Ohio", "paper_mail": "office@columbus.example", "bank_name": "First Bank of Columbus",
    "bank_account": "044000000 5550114",
}  # fmt: skip
"""What stands on invoices: the fees of November are on them."""
_COSTS = {"Ana Ruiz": "46.50", hourly_costs.FIRM: "38"}
"""What an hour costs Lee: of a senior, then of the others, so that neither changes what was known."""
_BUYS = "Sterling Law"
_CARE_LEFT = 10
"""So many prompts are left for the lead: those that are due last."""


@dataclass(frozen=True, slots=True)
class Office:
    """Lee and Dana at their desks."""

    store: Store
    clock: SetClock
    lee: User
    dana: User

    def settle_in(self) -> None:
        """What is done once the files are in: drives that are known better, and what the clients were owed until then.

        Visits are written here from Monday on: until then nobody has time that could be filled.
        """
        for origin, destination, minutes, why in _PINNED:
            driving.pin(self.lee, origin, destination, minutes, reason=why)
        for technician in people.technicians(self.store):
            away = {"from": SET_UP.isoformat() + "T00:00", "to": MONDAY.isoformat() + "T00:00"}
            texts = {"technician": technician.name, **away, "reason": "their visits stand in the old program"}
            editing.add(self.dana, "absence", texts)
        self._care("as it was agreed before we had this program", keep=0)
        self._keep_books()

    def _keep_books(self) -> None:
        """From when is invoiced here, for whom and on what account, and what hours cost."""
        editing.settle(self.lee, _INVOICES)
        for name, cost in _COSTS.items():
            technician = None if name == hourly_costs.FIRM else people.technician_by_name(self.store, name)
            hourly_costs.say_cost(self.lee, technician, cost, YEAR)

    def answer(self, day: datetime.date) -> None:
        """Look at what waits: into every urgent request from here first, an answer to whoever has written."""
        moment = at_local(day, "06:31", ZONE)
        for visit in visits.all_visits(self.store):
            running = clocks.clocks_of(self.store, [visit]).get(visit.id, ())
            waiting = {clock.clock for clock in running if clock.running}
            by = "remote" if "remote" in waiting else "phone" if "phone" in waiting else None
            if by is not None and visit.state is State.REQUESTED:
                self.clock.set(moment)
                responding.responded(self.dana, visit.reference, by, "looked at it; somebody has to come")
                moment += 20

    def course(self) -> Iterator[tuple[int, Callable[[], object]]]:
        """What comes in on Tuesday, and what is done about it at once."""
        for clock, request, look in (
            (
                "09:31",
                typed_request("TK-881", "Sterling Law", "Shared calendar shows old entries", "P3", came_by="mail"),
                None,
            ),
            ("10:12", typed_request("TK-884", "Osprey Accounting", "Scanner not found by any PC", "P2"), "10:50"),
        ):
            moment = at_local(TUESDAY, clock, ZONE)
            yield moment, partial(intake.add, self.dana, request)
            if look is not None:
                looked = (self.dana, request["reference"], "remote", "no way in from here")
                yield at_local(TUESDAY, look, ZONE), partial(responding.responded, *looked)

    def tidy_up(self) -> None:
        """Dana places sites by hand. Lee goes through what clients are owed, and leaves what can wait for a quiet hour."""
        for name, place in _FOUND.items():
            client = clients.client_by_name(self.store, name)
            assert client is not None
            (site,) = clients.sites_of(self.store, client.id)
            locating.place(self.dana, site, FoundPlace(place, site.address, "street", "by hand"))
        self._sell_block()
        self._care("called them: as agreed, in December", keep=_CARE_LEFT)

    def _sell_block(self) -> None:
        """A client buys the next ten hours, before the others run out."""
        client = clients.client_by_name(self.store, _BUYS)
        assert client is not None
        (agreement,) = agreements.agreements_of(self.store, client.id)
        agreeing.add_block(
            self.lee, agreement, {"name": "2026-2", "size": "600", "bought": TUESDAY.isoformat(), "price": "1100.00"}
        )

    def _care(self, note: str, keep: int) -> None:
        """Go through the care list from its top until `keep` prompts are left."""
        for prompt in care_list.care_list(self.store)[: -keep or None]:
            if prompt.rule == "E2":
                client = clients.client(self.store, prompt.client_id)
                assert client is not None
                care_list.note_survey(
                    self.lee, client, 9 if prompt.client_id % 3 else 8, "quick, and they explain what they do"
                )
            else:
                care_list.mark(self.lee, prompt.key, "done", note)


def typed_request(reference: str, client: str, work: str, priority: str, **more: str) -> dict[str, str]:
    """A request of Tuesday as it is typed."""
    usual = {"minutes": "45", "date": TUESDAY.isoformat(), "skills": "desktop", "came_by": "phone"}
    return {"reference": reference, "client": client, "work": work, "priority": priority, **usual, **more}
