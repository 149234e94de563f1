"""A small firm at a hand-set clock: two technicians, one client with three sites, one of them without coordinates."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from db import agreements, clients, people, settings, visits
from db.invoices import StoredInvoice
from db.store import Store, existing
from db.unit import Actor, unit_of_work
from dispatch.closeout.recording import Recording
from dispatch.desk.billing import adjusting, invoicing
from dispatch.desk.charges.charging import Priced, Unpriced
from dispatch.desk.closeout import arriving, leaving, onsite
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.review import reviewing
from dispatch.desk.session.user import User, log_in
from dispatch.model.checklists import Item, ItemKind, Result
from dispatch.model.clients import Client, Site
from dispatch.model.clock import SetClock
from dispatch.model.instants import at_local
from dispatch.model.people import Hours, Lunch, Staff, Technician
from dispatch.model.states import Role
from dispatch.model.travel import Place
from dispatch.model.visits import Visit
from tests.prepared import prepared
from tests.wall import START, WALL

ZONE = "America/New_York"
DAY = datetime.date(2026, 11, 24)

CARD = {
    "currency": "USD",
    "timezone": ZONE,
    "tax": {"name": "Sales tax", "rate_pct": "7.5"},
    "classes": {"tech": {"standard": "120.00", "agreement": "100.00"}},
    "travel": {"included_radius": "5", "components": [{"kind": "callout", "amount": "35"}]},
}


def at(clock: str, days: int = 0) -> int:
    """A time on the day of the tests, or so many days of the calendar later."""
    return at_local(DAY + datetime.timedelta(days), clock, ZONE)


@dataclass(frozen=True)
class Office:
    """The firm with a session for each of its people."""

    store: Store
    clock: SetClock
    lee: User
    dana: User
    ana: User
    ben: User

    def go(self, clock: str, days: int = 0) -> None:
        """Set the clock to a time of the day, or so many days later."""
        self.clock.set(at(clock, days))

    def on_site(self, reference: str = "R1") -> None:
        """Ana is on site since 09:00."""
        schedule.assign(self.dana, reference, ["Ana Ruiz"], at("09:00"))
        self.go("09:00")
        arriving.arrive(self.ana, reference)

    def say(self, reference: str, item: str, entry: Recording) -> None:
        """Ana records, a minute later."""
        self.clock.advance(60)
        onsite.record(self.ana, reference, item, entry)

    def finish(self, reference: str = "R1", *, but: frozenset[str] = frozenset()) -> None:
        """Ana records a good result on every required item that is not named in `but`, the sign-off last."""
        for item in visit_page(self.store, reference).checklist.items:
            if item.required and item.ref not in but:
                self.say(reference, item.ref, good(item))


def good(item: Item) -> Recording:
    """A good result for an item."""
    return {
        ItemKind.ASK: Recording(Result.ANSWERED, "nothing"),
        ItemKind.CONFIRM: Recording(Result.DONE, "driver replaced on the server"),
        ItemKind.TEST: Recording(Result.PASS, f"{item.ref} seen working at the desk"),
        ItemKind.SIGN_OFF: Recording(Result.SIGNED, "thank you", signed_by="J. Lowe", satisfied=True),
        ItemKind.NAMED: Recording(Result.DECLINED, "not today"),
    }[item.kind]


def closed(office: Office, reference: str = "R1") -> None:
    """Ana closes a visit in good order."""
    office.on_site(reference)
    office.finish(reference)
    leaving.close(office.ana, reference)


def visit_called(office: Office, reference: str = "R1") -> Visit:
    return existing(visits.visit_by_reference(office.store, reference))


def harbor(office: Office) -> Client:
    return existing(clients.client_by_name(office.store, "Harbor Dental"))


def ask(office: Office, reference: str, **more: str) -> None:
    """Harbor Dental asks for an hour of work."""
    texts = {"client": "Harbor Dental", "site": "Main office", "work": "printer", "minutes": "60"}
    intake.add(office.dana, texts | {"reference": reference} | more)


ask_in_p3 = partial(ask, priority="P3")


def approve(user: User, reference: str, reason: str = "") -> Visit:
    """Approve what stands, as a lead who looks at it first."""
    return reviewing.approve(user, reference, reason, reviewing.judge(user.store, reference).shown)


def accept(user: User, reference: str, reason: str) -> Priced | Unpriced:
    """Accept the charge that stands, as a lead who looks at it first."""
    return adjusting.accept_charge(user, reference, reason, reviewing.judge(user.store, reference).shown)


def invoice(user: User) -> list[StoredInvoice]:
    """Issue what is ready up to today, as a lead who looks at it first."""
    today = settings.today(user.store)
    return list(invoicing.issue(user, today, (), invoicing.shown_mark(invoicing.preview(user, today))).made)


def fill(store: Store) -> None:
    """The small firm, in a new store."""
    with unit_of_work(store, "init", Actor(None, "system", "setup", "system")) as unit:
        settings.set_firm(unit, name="Columbus IT", zone=ZONE, depot=Place(39.96, -83.0))
        people.add_staff(unit, Staff(0, "lee", "Lee Moreau", frozenset({Role.LEAD})))
        people.add_staff(unit, Staff(0, "dana", "Dana Wells", frozenset({Role.DISPATCHER})))
        for login, name, skills, lat in (
            ("ana", "Ana Ruiz", ["server", "network"], 39.95),
            ("ben", "Ben Okafor", ["desktop"], 39.97),
        ):
            staff_id = people.add_staff(unit, Staff(0, login, name, frozenset({Role.TECHNICIAN})))
            week = tuple(Hours(weekday, 480, 1020) for weekday in range(5))
            people.add_technician(
                unit,
                Technician(
                    staff_id, login, name, frozenset(skills), "tech", week, Lunch(690, 810, 30), Place(lat, -83.0)
                ),
            )
        client_id = clients.add_client(unit, Client(0, "Harbor Dental"))
        for number, (name, place) in enumerate(
            (("Main office", Place(39.93, -82.95)), ("Warehouse", Place(39.99, -82.95)), ("Annex", None)), 1
        ):
            site_id = clients.add_site(
                unit,
                Site(
                    0,
                    client_id,
                    name,
                    address=f"{number} Front Street",
                    zone=ZONE,
                    place=place,
                    access=tuple(Hours(weekday, 480, 1080) for weekday in range(7)),
                    services=("mail",),
                    one_way_distance="4.0" if place else None,
                    one_way_minutes=12 if place else None,
                    one_way_provenance="estimated" if place else "unknown",
                ),
            )
            visits.add_visit(
                unit,
                store,
                visits.NewVisit(
                    reference=f"R{number}",
                    client_id=client_id,
                    site_id=site_id,
                    work="Server patch",
                    minutes=60,
                    priority=2,
                    requested_at=at("07:00"),
                    wanted_on=DAY,
                    promised=(at("09:00"), at("11:00")) if number == 2 else None,
                    skills=frozenset({"server"}) if number == 1 else frozenset(),
                    tags=frozenset({"server"}),
                ),
            )
        agreements.add_rate_card(unit, "2026", datetime.date(2026, 1, 1), CARD)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The firm on the morning of the day."""
    WALL.set(START)
    with prepared(tmp_path / "firm.db", fill, clock=WALL) as store:
        yield logged_in(store)


def logged_in(store: Store) -> Office:
    """The firm with its people in their sessions."""
    return Office(store, WALL, **{login: log_in(store, login) for login in ("lee", "dana", "ana", "ben")})
