"""Small firms at random: technicians with skills, absences and hours; requests that are overdue, promised, for two, in chains."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db import clients, people, settings
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.desk.book import editing
from dispatch.desk.requests import intake
from dispatch.desk.session.user import User, log_in
from dispatch.model.clients import Client, Site
from dispatch.model.clock import SetClock
from dispatch.model.people import Hours, Lunch, Staff, Technician
from dispatch.model.states import Role
from dispatch.model.travel import Place
from tests.desk.conftest import DAY, ZONE, at
from tests.prepared import prepared

SKILLS = ("server", "network", "desktop")
NAMES = ("Ana Ruiz", "Ben Okafor", "Cleo Marsh", "Dev Patel")
SITES = 8


def fill(store: Store) -> None:
    """The firm without anything that is left to chance."""
    chance = random.Random(1)

    def somewhere() -> Place:
        return Place(39.9 + chance.random() / 4, -83.1 + chance.random() / 4)

    with unit_of_work(store, "init", Actor(None, "system", "setup", "system")) as unit:
        settings.set_firm(unit, name="Random IT", zone=ZONE, depot=Place(39.96, -83.0))
        people.add_staff(unit, Staff(0, "lee", "Lee Moreau", frozenset({Role.LEAD})))
        people.add_staff(unit, Staff(0, "dana", "Dana Wells", frozenset({Role.DISPATCHER})))
        week = tuple(Hours(weekday, 480, 1020) for weekday in range(5))
        for number, name in enumerate(NAMES):
            login = name.split()[0].lower()
            staff_id = people.add_staff(unit, Staff(0, login, name, frozenset({Role.TECHNICIAN})))
            skills = frozenset(SKILLS) - {SKILLS[number % 3]}
            lunch = Lunch(690, 810, 30)
            people.add_technician(unit, Technician(staff_id, login, name, skills, "tech", week, lunch, somewhere()))
        client_id = clients.add_client(unit, Client(0, "Harbor Dental"))
        for number in range(SITES):
            access = tuple(Hours(weekday, 480, 1080 if number % 3 else 720) for weekday in range(7))
            clients.add_site(
                unit,
                Site(
                    0,
                    client_id,
                    f"Site {number}",
                    f"{number} Front Street",
                    zone=ZONE,
                    place=somewhere(),
                    access=access,
                ),
            )


@contextmanager
def random_firm(path: Path, seed: int, requests: int = 12) -> Iterator[tuple[Store, User]]:
    """A firm on the morning of `DAY` with its dispatcher, the same for the same seed. The store is closed in the end."""
    chance = random.Random(seed)
    with prepared(path / f"{seed}.db", fill, clock=SetClock(at("06:00"))) as store:
        dana, lee = log_in(store, "dana"), log_in(store, "lee")
        for login in ("ana", "ben", "cleo", "dev")[: chance.randrange(3)]:
            begins = chance.choice(("06:00", "10:00", "12:30"))
            typed = {
                "technician": login,
                "from": f"{DAY}T{begins}",
                "to": chance.choice(("14:00", "19:00")),
                "reason": "ill",
            }
            editing.add(lee, "absence", typed)
        for number in range(requests):
            intake.add(dana, request(chance, number))
        yield store, dana


def request(chance: random.Random, number: int) -> dict[str, str]:
    """One thing that is asked for; it may come after one that was asked for before."""
    typed = {
        "reference": f"V{number}",
        "client": "Harbor Dental",
        "site": f"Site {chance.randrange(SITES)}",
        "work": "server",
        "minutes": chance.choice(("15", "45", "60", "120", "210")),
        "priority": f"P{chance.randint(1, 4)}",
    }
    if chance.random() < 0.5:
        typed["skills"] = chance.choice(SKILLS)
    if (wanted := chance.choice((None, 0, -3, -30))) is not None:
        typed["date"] = (DAY + datetime.timedelta(wanted)).isoformat()
        if chance.random() < 0.6:
            typed["promised"] = chance.choice(("08:00-10:00", "09:00-12:00", "13:00-15:00"))
    if chance.random() < 0.25:
        typed |= {"people": "2", "crew_skills": chance.choice(("", *SKILLS))}
    if number and chance.random() < 0.35:
        typed |= {"after": f"V{chance.randrange(number)}", "after_minutes": chance.choice(("0", "0", "30", "90"))}
        typed["after_day"] = chance.choice(("any", "any", "same", "later"))
    return typed
