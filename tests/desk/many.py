"""Thousands of closed visits in a store, each with its own words, made without going through every deed."""

from __future__ import annotations

import json
import random

from db import people
from db.store import Store
from db.unit import Actor, Unit, unit_of_work
from db.visits import NewVisit

WORDS = (
    *(
        "router",
        "switch",
        "firewall",
        "printer",
        "scanner",
        "toner",
        "server",
        "backup",
        "restore",
        "mailbox",
        "certificate",
    ),
    *(
        "licence",
        "monitor",
        "dock",
        "laptop",
        "patch",
        "cable",
        "cabinet",
        "battery",
        "charger",
        "phone",
        "camera",
        "badge",
    ),
    *(
        "tablet",
        "driver",
        "firmware",
        "profile",
        "password",
        "share",
        "folder",
        "drive",
        "update",
        "reboot",
        "outage",
        "fibre",
    ),
    *(
        "modem",
        "wireless",
        "antenna",
        "channel",
        "signal",
        "meeting",
        "room",
        "projector",
        "display",
        "speaker",
        "headset",
    ),
)
DAY_SECONDS = 86_400
NEEDLE = "quokka"
"""A word that stands in the notes of one visit in a thousand."""
AT_ONCE = 250


def add_closed_visits(store: Store, number: int, *, seed: int = 1) -> None:
    """Add so many visits of the store's first client, over the days before now, each closed with results and a charge."""
    chance = random.Random(seed)
    technicians = people.technicians(store)
    sites = [row[0] for row in store.all("SELECT id FROM site ORDER BY id")]
    client_id = store.value("SELECT client_id FROM site WHERE id = ?", (sites[0],))
    begin = store.clock.now() - 400 * DAY_SECONDS
    for start in range(0, number, AT_ONCE):
        with unit_of_work(store, "many", Actor(None, "many", "many", "system")) as unit:
            for place in range(start, min(start + AT_ONCE, number)):
                at = begin + place * (380 * DAY_SECONDS // number)
                new = NewVisit(
                    f"M{place:05}", client_id, sites[place % len(sites)], _said(chance, 5), 60, 3, at - DAY_SECONDS
                )
                _charge(unit, ended(unit, new, technicians[place % len(technicians)].id, at, place, chance), at, chance)


def ended(unit: Unit, new: NewVisit, staff_id: int, at: int, place: int, chance: random.Random) -> int:
    """Add a visit that was closed after an hour, with results and without a charge; returns its id."""
    job_id = unit.insert("job", client_id=new.client_id, title=new.work, created_at=at)
    visit_id = unit.insert(
        "visit",
        reference=new.reference,
        job_id=job_id,
        site_id=new.site_id,
        work=new.work,
        description=_said(chance, 20),
        minutes=new.minutes,
        priority=new.priority,
        requested_at=new.requested_at,
    )
    unit.insert(
        "assignment", visit_id=visit_id, staff_id=staff_id, labour_class="tech", check_in_at=at, check_out_at=at + 3600
    )

    def change(**columns: object) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        unit.execute(f"UPDATE visit SET {names}, version = version + 1 WHERE id = ?", (*columns.values(), visit_id))

    change(state="planned", starts_at=at, ends_at=at + 4500)
    change(state="on_site")
    waived = place % 500 == 7
    results = [
        ("W2", "work", "confirm", "done", _said(chance, 30), None),
        ("T1", "test", "test", "pass", _said(chance, 15), "attested"),
        (
            "T3",
            "test",
            "test",
            "overridden" if waived else "pass",
            _said(chance, 15),
            "waived" if waived else "executed",
        ),
        ("L5", "leave", "sign_off", "signed", _said(chance, 6), None),
    ]
    for sequence, (ref, phase, kind, result, text, grade) in enumerate(results, 1):
        needle = f" {NEEDLE}" if place % 1000 == 3 and ref == "W2" else ""
        item_id = unit.insert(
            "item", visit_id=visit_id, ref=ref, phase=phase, kind=kind, label=ref, required=int(ref != "T3"),
            na_allowed=0, override_allowed=1, position=sequence,
        )  # fmt: skip
        change(sequence=sequence)
        unit.insert(
            "attempt", visit_id=visit_id, item_id=item_id, sequence=sequence, at=at + sequence * 600, staff_id=staff_id,
            session="many", result=result, text=text + needle, grade=grade, signed_by="J. Lowe" if result == "signed" else None,
            satisfied=1 if result == "signed" else None,
        )  # fmt: skip
    change(state="closed", review="to_review", ended_at=at + 3600)
    unit.audit("visit", visit_id, made=new.reference)
    return visit_id


def _charge(unit: Unit, visit_id: int, at: int, chance: random.Random) -> None:
    net = chance.randrange(5000, 40000)
    form = {
        "status": "ready",
        "flags": [],
        "lines": [],
        "net": f"{net / 100:.2f}",
        "tax": "0.00",
        "total": f"{net / 100:.2f}",
    }
    unit.insert(
        "charge_sheet", visit_id=visit_id, revision=1, status="ready", currency="USD", exponent=2, net_minor=net, tax_minor=0,
        total_minor=net, input=json.dumps({"client": {}, "padding": "x" * 2000}), sheet=json.dumps(form), made_at=at,
        accepted_at=at,
    )  # fmt: skip


def _said(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words))
