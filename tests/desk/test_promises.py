"""What was promised when, and what became of it: worked examples, the words of each, and what is known of the time before."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from db import migrations, promises
from db.library import sqlite3
from dispatch.desk.figures.counting import FigureGroup, figures_over, visits_behind
from dispatch.desk.figures.lead_board import lead_board
from dispatch.desk.figures.meanings import BY_KEY
from dispatch.desk.plan import schedule
from dispatch.desk.requests.intake import amend
from dispatch.desk.texts.figure_words import figure_lines, why_text
from dispatch.model.instants import Times
from tests.desk.conftest import DAY, Office, at
from tests.figures.rows import connect

NEXT = DAY + datetime.timedelta(days=1)
KEYS = ("on_time", "early", "late", "missed_promises")


def counts(office: Office, day: datetime.date = DAY) -> list[tuple[int, int]]:
    """Kept, early, late and missed, of the promises for a day."""
    found = figures_over(office.store, day, day).totals
    return [(found[key].top, found[key].below) for key in KEYS]


def why(office: Office, key: str = "on_time", day: datetime.date = DAY) -> list[str]:
    """The rows behind a figure of a day."""
    times = Times("America/New_York")
    return [
        f"{row.reference} {why_text(BY_KEY[key], row, times)}"
        for row in visits_behind(office.store, BY_KEY[key], FigureGroup("", day, day), "day")
    ]


@pytest.mark.parametrize(
    ("came", "counted", "said"),
    [
        ("08:59", [1, 1, 0, 0], "came 08:59 · in time, 1m early"),
        ("07:40", [1, 1, 0, 0], "came 07:40 · in time, 1h20 early"),
        ("09:00", [1, 0, 0, 0], "came 09:00 · in time"),
        ("11:10", [1, 0, 0, 0], "came 11:10 · in time"),
        ("11:11", [0, 0, 1, 0], "came 11:11 · 11m late"),
    ],
)
def test_a_promise_is_kept_up_to_the_end_of_the_window_and_the_grace(
    office: Office, came: str, counted: list[int], said: str
) -> None:
    """R2 is promised for 9 to 11, and the firm gives itself ten minutes."""
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("09:00"), confirmed=True)
    part = office.store.value("SELECT id FROM assignment")
    conn = connect(office.store.path)
    conn.execute("UPDATE assignment SET check_in_at = ? WHERE id = ?", (at(came), part))
    conn.close()
    assert counts(office) == [(one, 1) for one in counted]
    assert why(office) == [f"R2 promised 09:00–11:00 · {said}"]


def test_nobody_came_by_now(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("09:00"), confirmed=True)
    office.go("11:10")
    assert counts(office) == [(0, 0)] * 4, "they may still come in time"
    office.go("11:11")
    assert counts(office) == [(0, 1), (0, 1), (0, 1), (1, 1)]
    assert why(office, "missed_promises") == ["R2 promised 09:00–11:00 · nobody came"]


def test_the_client_who_cancels_in_time_is_owed_nothing(office: Office) -> None:
    office.go("11:00")
    schedule.cancel(office.dana, "R2", "they need it no more")
    office.go("15:00")
    assert counts(office) == [(0, 0)] * 4


def test_who_cancels_after_nobody_came_was_let_down(office: Office) -> None:
    office.go("12:00")
    schedule.cancel(office.dana, "R2", "they wait no longer")
    assert counts(office)[3] == (1, 1)


def test_another_day_that_is_promised_before_the_day_begins_takes_its_place(office: Office) -> None:
    office.clock.set(at("00:00") - 3600)
    amend(office.dana, "R2", {"date": NEXT.isoformat(), "promised": "10:00-12:00"})
    office.go("15:00")
    assert counts(office) == [(0, 0)] * 4
    office.clock.set(at("15:00", 1))
    assert counts(office, NEXT)[3] == (1, 1)


def test_moved_on_its_day_it_is_missed_on_that_day_and_a_promise_of_the_next(office: Office) -> None:
    office.go("08:30")
    amend(office.dana, "R2", {"date": NEXT.isoformat(), "promised": "10:00-12:00"})
    office.clock.set(at("15:00", 1))
    assert counts(office)[3] == (1, 1)
    assert why(office) == ["R2 promised 09:00–11:00 · nobody came · promised otherwise 08:30"]
    assert counts(office, NEXT)[3] == (1, 1)


def test_a_window_that_is_put_right_at_once_was_never_promised(office: Office) -> None:
    office.go("08:00")
    amend(office.dana, "R2", {"promised": ""})
    office.go("08:20")
    amend(office.dana, "R3", {"date": DAY.isoformat(), "promised": "08:30-09:00"})
    office.go("08:24")
    amend(office.dana, "R3", {"date": DAY.isoformat(), "promised": "18:30-19:00"})
    office.go("17:00")
    assert why(office) == ["R2 promised 09:00–11:00 · nobody came · promised otherwise 08:00"]


def test_of_the_time_before_promises_were_kept_what_could_be_taken_back_is_known(tmp_path: Path) -> None:
    """The pictures of changes know the window before a move; of what left no picture only what stands is known."""
    conn = sqlite3.connect(tmp_path / "old.db", isolation_level=None)
    files = sorted(migrations.FOLDER.glob("*.sql"))
    for file in files[:48]:
        for statement in migrations.statements(file.read_text(encoding="utf-8")):
            conn.execute(statement)
    conn.execute("PRAGMA foreign_keys = OFF")
    for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        conn.execute(f'DROP TRIGGER "{name}"')
    row = "INSERT INTO visit (id, reference, job_id, site_id, work, minutes, priority, requested_at, promised_from, promised_to) "
    for number, window in ((1, (900, 960)), (2, (500, 560)), (3, (None, None))):
        conn.execute(f"{row} VALUES (?, ?, 1, 1, 'w', 60, 3, 10, ?, ?)", (number, f"R{number}", *window))
    picture = (
        '[["visit", 1, {{"promised_from": {}, "promised_to": {}}}, {{"promised_from": {}, "promised_to": {}}}, 1, 2]]'
    )
    for at_, state, windows in ((20, "dropped", (100, 160, 300, 360)), (30, "done", (300, 360, 900, 960))):
        conn.execute(
            "INSERT INTO change (staff_id, at, label, pictures, state) VALUES (1, ?, 'edit', ?, ?)",
            (at_, picture.format(*windows), state),
        )
    conn.execute(
        "INSERT INTO audit (at, actor, session, via, deed, entity, entity_id, detail, save_id, prev, hash) "
        "VALUES (77, 'a', 's', 'system', 'd', 'visit', 1, '{}', 'x', zeroblob(32), zeroblob(32))"
    )
    for statement in migrations.statements(files[48].read_text(encoding="utf-8")):
        conn.execute(statement)
    kept = conn.execute("SELECT visit_id, at, promised_from, promised_to FROM promise ORDER BY visit_id, id").fetchall()
    assert kept == [(1, 10, 100, 160), (1, 20, 300, 360), (1, 30, 900, 960), (2, 10, 500, 560)]
    assert conn.execute("SELECT value FROM setting WHERE key = 'promises_known_from'").fetchall() == [("77",)]
    conn.close()


def test_it_is_said_from_when_on_promises_are_known(office: Office) -> None:
    store = office.store
    assert promises.known_from(store) is None
    conn = connect(store.path)
    conn.execute("INSERT INTO setting (key, value) VALUES ('promises_known_from', ?)", (str(at("08:00")),))
    conn.close()
    said = "\n".join(figure_lines(lead_board(store, DAY - datetime.timedelta(days=3), DAY, "day")))
    assert said.count("Known from Tue 24 Nov 2026 on: what was promised before it was changed.") == 4
    assert "Known from" not in "\n".join(figure_lines(lead_board(store, DAY, DAY)))
