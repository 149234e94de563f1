"""A month of generated days in raw rows, for a firm of forty technicians and fifty clients."""

from __future__ import annotations

import datetime
import json
import random
from pathlib import Path

from db import clients, people, settings
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.model.clients import Client, Site
from dispatch.model.clock import SetClock
from dispatch.model.people import Staff, Technician
from dispatch.model.states import Role
from tests.figures.rows import TROUBLE, Days, hours, midnight

ZONE = "America/New_York"
FIRST = datetime.date(2026, 11, 1)
TECHNICIANS, CLIENTS = 40, 50


def firm_of(path: Path) -> Store:
    """The firm on the first of December, with its technicians, its clients and a lead."""
    store = Store.create(path, clock=SetClock(midnight(FIRST + datetime.timedelta(days=30), ZONE)))
    with unit_of_work(store, "init", Actor(None, "system", "setup", "system")) as unit:
        settings.set_firm(unit, name="Firm", zone=ZONE)
        for number in range(1, TECHNICIANS + 1):
            staff_id = people.add_staff(
                unit, Staff(0, f"t{number}", f"Technician {number:02}", frozenset({Role.TECHNICIAN}))
            )
            people.add_technician(unit, Technician(staff_id, "", "", frozenset(), "tech", ()))
        people.add_staff(unit, Staff(0, "lee", "Lee Moreau", frozenset({Role.LEAD})))
        for number in range(1, CLIENTS + 1):
            client_id = clients.add_client(unit, Client(0, f"Client {number:02}"))
            clients.add_site(unit, Site(0, client_id, "Office", "", ZONE))
    return store


def a_month(visits: int, seed: int = 7, days_long: int = 30) -> Days:
    """November 2026, clocks going back on its first day, with so many visits spread evenly over days and technicians; or so many
    days that end with it."""
    chance = random.Random(seed)
    days = Days(ZONE)
    row = iter(range(1, 10_000_000))
    for number in range(1, visits + 1):
        day = FIRST + datetime.timedelta(days=30 - days_long + number % days_long)
        starts = midnight(day, ZONE) + 3600 * chance.choice((*range(7, 17), 23))
        ends = starts + 60 * chance.randrange(45, 120)
        asked = midnight(day - datetime.timedelta(days=1), ZONE) + 3600 * 8
        state = chance.choice(("closed",) * 8 + ("left_open", "no_access", "cancelled"))
        staff_id, client = number % TECHNICIANS + 1, chance.randrange(1, CLIENTS + 1)
        came = starts + 60 * chance.randrange(-10, 40)
        left = came + 60 * chance.randrange(30, 150)
        days.visits.append({
            "id": number, "reference": f"R{number}", "job_id": number - (number % 7 == 0), "site_id": client,
            "work": chance.choice(tuple(TROUBLE)), "kind": "maintenance" if number % 13 == 0 else "visit",
            "minutes": 60, "priority": 3, "requested_at": asked, "state": state,
            "starts_at": starts, "ends_at": ends, "ended_at": left, "promised_from": starts if number % 2 else None,
            "promised_to": starts + 1800 if number % 2 else None, "_client": client,
            "cancelled_at": left if state == "cancelled" else None,
            "reason": "" if state == "closed" else "the provider is down", "review": "approved",
        })  # fmt: skip
        if number % 2:
            # every ninth was moved on its day, every fifth the day before
            moved = starts - 7200 if number % 9 == 0 else midnight(day, ZONE) - 3600 if number % 5 == 0 else None
            windows = [(asked, starts - 3600)] if moved is not None else []
            for at, opens in (*windows, (asked if moved is None else moved, starts)):
                days.promises.append({
                    "id": next(row), "visit_id": number, "at": at, "promised_from": opens, "promised_to": opens + 1800,
                })  # fmt: skip
        part, there = next(row), state != "cancelled"
        days.assignments.append({
            "id": part, "visit_id": number, "staff_id": staff_id, "labour_class": "tech",
            "depart_at": came - 1200 if there else None, "check_in_at": came if there else None,
            "check_out_at": left if there else None, "return_at": None,
        })  # fmt: skip
        if there:
            days.segments += [
                {"id": next(row), "assignment_id": part, "kind": kind, "starts_at": begins, "ends_at": over}
                for kind, begins, over in (("travel", came - 1200, came), ("work", came, left))
            ]
        for position in range(4):
            item = next(row)
            days.items.append({
                "id": item, "visit_id": number, "ref": f"T{position}", "phase": "test", "kind": "test", "label": "Works",
                "required": 1, "na_allowed": 1, "override_allowed": 1, "position": position,
            })  # fmt: skip
            for sequence in range(chance.choice((1, 1, 1, 2)) if there else 0):
                days.attempts.append({
                    "id": next(row), "visit_id": number, "item_id": item, "sequence": position * 10 + sequence + 1,
                    "at": left - 600, "staff_id": staff_id, "session": "s", "result": "pass" if sequence or position else "fail",
                    "grade": chance.choice(("executed", "measured", "attested")), "text": "seen working at the desk",
                })  # fmt: skip
        net = chance.randrange(5_000, 40_000)
        lines = [
            {"rule": "LAB", "amount": f"{net // 100}.{net % 100:02}", "qty": "75", "tech": f"Technician {staff_id:02}"}
        ]
        lines += [{"rule": "LAB-COV", "amount": "0.00", "zero_reason": "covered", "value": "60.00"}] * (number % 3 == 0)
        lines += [{"rule": "GOODWILL", "amount": "-5.00"}] * (number % 11 == 0)
        days.sheets.append({
            "id": next(row), "visit_id": number, "revision": 1, "status": "ready", "currency": "USD", "exponent": 2,
            "net_minor": net, "tax_minor": net // 10, "total_minor": net + net // 10, "input": "{}",
            "sheet": json.dumps({"status": "ready", "lines": lines, "flags": []}), "made_at": left,
        })  # fmt: skip
    begins = midnight(FIRST, ZONE)
    week = tuple((weekday, 480, 1020) for weekday in range(7))
    for number, staff_id in enumerate(range(1, TECHNICIANS + 1, 8)):
        days.say(0, "hours", staff_id, hours(*week, lunch=30))
        days.say(
            begins + 86_400 * (5 + number) + 40_000, "hours", staff_id, hours(*week[:5], (6, 1320, 1440), (0, 0, 360))
        )
    days.say(begins + 86_400 * 20, "hours", 9, None)
    days.say(begins, "holiday", 1, "2026-11-26")
    days.say(begins + 86_400 * 29, "holiday", 2, "2026-11-11")
    away = f"1 {begins + 86_400 * 3} {begins + 86_400 * 4}"
    days.say(begins + 86_400 * 2, "absence", 1, away)
    days.say(begins + 86_400 * 9, "absence", 1, None)
    days.say(begins + 86_400 * 9, "absence", 2, f"17 {begins + 86_400 * 3} {begins + 86_400 * 12}")
    days.called = "Technician {:02}"
    return days
