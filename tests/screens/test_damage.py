"""A text that is no UTF-8, as one flipped bit leaves it: every screen says so, shows what can be shown, and goes on."""

from __future__ import annotations

import contextlib
import datetime
import re
from pathlib import Path

import pytest
from textual.widgets import Static

from db.library import sqlite3
from db.store import Store
from dispatch.app import DispatchApp
from dispatch.desk.session.user import log_in
from dispatch.model.clock import SetClock
from dispatch.model.instants import at_local
from dispatch.model.text import STAND_IN
from screens.user_screen import UserScreen
from tests.prepared import copied
from tests.quick import first_of
from tests.screens.test_screens import settled

TUESDAY = datetime.date(2026, 11, 24)
FREE = {"name", "work", "notes", "address", "access_notes", "text", "note", "reason"}
"""Columns that hold whatever people write. Of others the program wants a word, a day or a number that it knows."""
WALKS = {
    ("dana", "board"): [
        "enter",
        "D",
        "p",
        "O",
        "M",
        "$",
        "$ enter",
        "I",
        "J a",
        "/",
        "i",
        "n",
        "a",
        "r",
        "Q",
        "w",
        "?",
    ],
    ("ana", "day"): ["enter", "enter $", "enter w", "enter i", "M", "A", "N"],
    ("lee", "log"): ["enter", "c", "F", "F enter", "A", "A enter", "K", "C", "O", "f", "R"],
    ("lee", "book"): ["enter", "enter enter", *(" ".join(["tab"] * n + ["enter"]) for n in range(1, 10))],
}
"""Who goes where: from a mode's first screen, by these keys, one way after the other."""


def damage(path: Path, columns: set[str] | None) -> None:
    """Write a byte that is none of UTF-8 at the end of texts, by a program that knows no rules; None is of every text."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA ignore_check_constraints = ON")
        for (trigger,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            other.execute(f'DROP TRIGGER "{trigger}"')
        tables = other.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%STRICT%'").fetchall()
        for (table,) in tables:
            texts = [name for _, name, kind, *_ in other.execute(f'PRAGMA table_info("{table}")') if kind == "TEXT"]
            for name in texts:
                if columns is None or name in columns:
                    damaged = f'"{name}" = CAST(CAST("{name}" AS BLOB) || x\'ff\' AS TEXT)'
                    other.execute(f'UPDATE OR IGNORE "{table}" SET {damaged} WHERE length("{name}") > 0')


def logged_in(app: DispatchApp) -> UserScreen:
    """The screen in front, or the one under a dialog."""
    return next(screen for screen in reversed(app.screen_stack) if isinstance(screen, UserScreen))


def shown(app: DispatchApp) -> str:
    """What stands on the screen in front."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


@first_of("login, mode", WALKS)
@pytest.mark.parametrize(
    "columns", [pytest.param(FREE, id="free", marks=pytest.mark.again), pytest.param(None, id="every")]
)
async def test_every_screen_outlives_damaged_texts(
    day_of_sample: Path, tmp_path: Path, login: str, mode: str, columns: set[str] | None
) -> None:
    path = copied(day_of_sample, tmp_path / "firm.db")
    clock = SetClock(at_local(TUESDAY, "14:07", "America/New_York"))
    with Store.open(path, clock=clock) as store:
        app = DispatchApp(log_in(store, login), mode, day=TUESDAY)
        async with app.run_test(size=(120, 36)) as pilot:
            damage(path, columns)
            app.hear_others()
            await settled(pilot)
            if columns is not None:
                assert STAND_IN in shown(app)
            for way in WALKS[login, mode]:
                for key in way.split():
                    await pilot.press(key)
                    await settled(pilot)
                app._tick()
                app.look_at_store()
                # where it is damaged is looked for in a thread, beside whatever dialog is open
                while any(worker.group == "damage" for worker in app.workers):
                    await pilot.pause(0.005)
                await settled(pilot)
                said = str(logged_in(app).query_one("#warning", Static).content)
                assert re.search(r"damaged \(\w+\.\w+, row \d+.*no UTF-8", said), way
                while len(app.screen_stack) > 1:
                    leaves = isinstance(app.screen, UserScreen)
                    app.pop_screen() if leaves else app.screen.dismiss(None)
                    await settled(pilot)
