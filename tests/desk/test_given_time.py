"""The time that technicians had to give on days that are over stays what it was, whatever is changed since."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from db import agreements, holidays, migrations, people
from db.library import sqlite3
from db.unit import Actor, Unit, unit_of_work
from dispatch.desk.figures.counting import figures_over
from dispatch.desk.firm.given_time import given_time
from dispatch.model.holidays import Holiday
from dispatch.model.people import AbsenceRecord, Hours
from tests.desk.conftest import CARD, DAY, ZONE, Office, at

ONE = datetime.timedelta(days=1)
FULL = 510
"""Minutes from eight to five, less half an hour of lunch."""


def minutes(office: Office, day: datetime.date = DAY) -> dict[str, int]:
    """By login, what each technician had to give on a day."""
    logins = dict(office.store.all("SELECT id, login FROM staff"))
    return {logins[one.staff_id]: one.minutes for one in given_time(office.store, [day], ZONE)}


def change(office: Office, what: str) -> None:
    """Change somebody's hours, or the firm's days, in one unit of work."""
    ana, ben = (people.technician_by_name(office.store, login) for login in ("ana", "ben"))
    assert ana is not None
    assert ben is not None
    with unit_of_work(office.store, "change", Actor(None, "system", "test", "system")) as unit:
        if what == "shift":
            mornings = tuple(Hours(weekday, 480, 720) for weekday in range(5))
            people.update_technician(unit, ana, replace(ana, shifts=mornings))
        elif what == "archived":
            people.put_technician_away(unit, ben, unit.at)
            unit.audit("technician", ben.id, archived=True)
        elif what == "absence":
            away(unit, ana.id, at("00:00"), at("00:00", 2))
        elif what == "holiday":
            for number in (0, 1):
                holidays.HOLIDAYS.add(unit, Holiday(0, DAY + ONE * number, "Founders' day"))


def away(unit: Unit, staff_id: int, starts: int, ends: int) -> int:
    """An absence."""
    return people.add_absence(unit, AbsenceRecord(0, staff_id, starts, ends, "ill"))


CHANGES = {
    "shift": {"ana": 210, "ben": FULL},
    "archived": {"ana": FULL},
    "absence": {"ben": FULL},
    "holiday": {},
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_counts_for_the_day_on_which_it_is_made_and_for_none_before(office: Office, what: str) -> None:
    office.go("10:00", 1)
    before = figures_over(office.store, DAY, DAY).totals["utilisation"]
    assert minutes(office) == {"ana": FULL, "ben": FULL}
    change(office, what)
    assert minutes(office) == {"ana": FULL, "ben": FULL}
    assert figures_over(office.store, DAY, DAY).totals["utilisation"] == before
    office.go("00:00", 2)
    assert minutes(office, DAY + ONE) == CHANGES[what]


def test_a_day_that_is_not_over_has_given_nothing_yet(office: Office) -> None:
    office.go("23:59")
    assert minutes(office) == {}
    assert figures_over(office.store, DAY, DAY).totals["utilisation"] == (0, 0, 0)
    office.go("00:00", 1)
    assert minutes(office) == {"ana": FULL, "ben": FULL}


def test_what_is_taken_back_on_the_same_day_was_never_so(office: Office) -> None:
    office.go("10:00")
    with unit_of_work(office.store, "away", Actor(None, "system", "test", "system")) as unit:
        ana = people.technician_by_name(office.store, "ana")
        assert ana is not None
        key = away(unit, ana.id, at("08:00"), at("12:00"))
    with unit_of_work(office.store, "back", Actor(None, "system", "test", "system")) as unit:
        record = people.absence(office.store, key)
        assert record is not None
        unit.update("absence", key, record.version, archived_at=unit.at)
        unit.audit("absence", key, archived=True)
    office.go("00:00", 1)
    assert minutes(office) == {"ana": FULL, "ben": FULL}


def test_a_holiday_of_the_rate_card_gives_nothing(office: Office) -> None:
    office.go("07:00")
    with unit_of_work(office.store, "card", Actor(None, "system", "test", "system")) as unit:
        agreements.add_rate_card(unit, "from now on", DAY, {**CARD, "holidays": [(DAY + ONE).isoformat()]})
    office.go("00:00", 2)
    assert minutes(office) == {"ana": FULL, "ben": FULL}
    assert minutes(office, DAY + ONE) == {}


def test_of_the_time_before_the_audit_knows_every_change_of_hours(tmp_path: Path) -> None:
    """One whose shifts were changed once, one who left, one of whom the audit says nothing, and an absence that was archived."""
    conn = sqlite3.connect(tmp_path / "old.db", isolation_level=None)
    files = sorted(migrations.FOLDER.glob("*.sql"))
    for file in files[:49]:
        for statement in migrations.statements(file.read_text(encoding="utf-8")):
            conn.execute(statement)
    conn.execute("PRAGMA foreign_keys = OFF")
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        conn.execute(f'DROP TRIGGER "{name}"')
    for number, archived in ((1, None), (2, 300), (3, None)):
        conn.execute("INSERT INTO staff (id, login, name) VALUES (?, ?, ?)", (number, f"t{number}", f"T {number}"))
        conn.execute(
            "INSERT INTO technician (staff_id, labour_class, archived_at) VALUES (?, 'tech', ?)", (number, archived)
        )
        conn.execute("INSERT INTO technician_shift VALUES (?, 1, 480, 720)", (number,))
    for at_, key, detail in (
        (10, 1, '{"shifts": [[0, 480, 1020]], "lunch_minutes": 30}'),
        (20, 2, '{"shifts": [[1, 480, 720]], "lunch_minutes": 0}'),
        (200, 1, '{"changed": {"lunch_minutes": [30, 0]}}'),
        (250, 1, '{"changed": {"shifts": [[[0, 480, 1020]], [[1, 480, 720]]]}}'),
    ):
        conn.execute(
            "INSERT INTO audit (at, actor, session, via, deed, entity, entity_id, detail, save_id, prev, hash) "
            "VALUES (?, 'a', 's', 'system', 'd', 'technician', ?, ?, 'x', zeroblob(32), randomblob(32))",
            (at_, key, detail),
        )
    conn.execute("INSERT INTO absence (id, staff_id, starts_at, ends_at, archived_at) VALUES (7, 1, 50, 60, 400)")
    for statement in migrations.statements(files[49].read_text(encoding="utf-8")):
        conn.execute(statement)
    kept = conn.execute("SELECT at, what, key, value FROM working_time ORDER BY what DESC, key, id").fetchall()
    assert kept == [
        (10, "hours", 1, '{"lunch":30,"shifts":[[0,480,1020]]}'),
        (200, "hours", 1, '{"lunch":0,"shifts":[[0,480,1020]]}'),
        (250, "hours", 1, '{"lunch":0,"shifts":[[1,480,720]]}'),
        (20, "hours", 2, '{"lunch":0,"shifts":[[1,480,720]]}'),
        (300, "hours", 2, None),
        (0, "hours", 3, '{"lunch":0,"shifts":[[1,480,720]]}'),
        (0, "absence", 7, "1 50 60"),
        (400, "absence", 7, None),
    ]
    conn.close()
