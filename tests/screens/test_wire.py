"""What is sent while only the cursor moves: counts, which are the same on every machine."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from db.store import Store
from dispatch.app import DispatchApp
from dispatch.desk.session.user import log_in
from screens import user_screen
from tests.prepared import copied
from tests.screens.test_screens import until_true
from tests.widgets.terminals import Terminal, on_terminal

KEYS = ("down", "down", "up", "up", "down", "down", "up", "up")


@pytest.mark.parametrize(
    ("mode", "who", "median", "most", "at_rest"),
    [("board", "dana", 450, 700, 1600), ("log", "lee", 450, 500, 900), ("day", "ana", 400, 450, 2600)],
)
async def test_only_the_cursor_is_sent_until_it_rests(
    mode: str,
    who: str,
    median: int,
    most: int,
    at_rest: int,
    day_of_sample: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(user_screen, "REST", 3600)
    sent: list[int] = []

    async def play(terminal: Terminal) -> None:
        screen = terminal.app.screen
        assert isinstance(screen, user_screen.UserScreen)
        monkeypatch.setattr(user_screen, "REST", 3600)
        for key in KEYS:
            await terminal.pilot.press(key)
            sent.append(await terminal.settle())
        assert not screen.rests
        monkeypatch.setattr(user_screen, "REST", 0.001)
        await terminal.pilot.press(KEYS[0])
        await until_true(terminal.pilot, lambda: screen.rests)
        rested.append(await terminal.settle())

    rested: list[int] = []
    with Store.open(copied(day_of_sample, tmp_path / "firm.db")) as store:
        await on_terminal(DispatchApp(log_in(store, who), mode), (120, 36), play)
    assert statistics.median(sent) <= median
    assert max(sent) <= most
    assert rested[0] <= at_rest
