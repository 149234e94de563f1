"""Keys on the board have their effect while the store is being read, whatever that takes."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from dispatch.desk.day import board_view, placement
from dispatch.desk.plan import schedule
from screens import user_screen
from screens.board.board import BoardScreen
from tests.desk.conftest import Office, at
from tests.screens.test_screens import opened, press, settled, until_true
from widgets.timeline.view import Timeline
from widgets.visit_detail import VisitDetail


class Slow:
    """A view that is read only when it is let go, and counts how often it was asked for."""

    def __init__(self, read: Any) -> None:
        self.read = read
        self.asked = 0
        self.go = threading.Event()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.asked += 1
        assert self.go.wait(20)
        return self.read(*args, **kwargs)


async def until_asked(slow: Slow, times: int) -> None:
    for _ in range(500):
        if slow.asked >= times:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"asked {slow.asked} times")


async def test_the_cursor_moves_while_the_day_is_read_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)
        timeline = screen.query_one(Timeline)
        before = timeline.board
        slow = Slow(board_view.board)
        monkeypatch.setattr(board_view, "board", slow)
        schedule.confirm(office.dana, "R1")
        for _ in range(5):
            screen.reload()
        await until_asked(slow, 1)
        await pilot.press("down")
        await pilot.pause()
        assert timeline.cursor.row == 1
        assert timeline.board is before

        slow.go.set()
        await screen.read_again()
        assert timeline.board is not before
        assert timeline.cursor.row == 1
        assert slow.asked <= 3, "what changes while it is read is read once more, not five times"


async def test_a_day_that_was_left_is_not_shown(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(office.dana, "board") as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)
        slow = Slow(board_view.board)
        monkeypatch.setattr(board_view, "board", slow)
        shown: list[Any] = []
        show = screen.show_board
        monkeypatch.setattr(screen, "show_board", lambda board: (shown.append(board.day), show(board)))
        await pilot.press("right_square_bracket")
        await until_asked(slow, 1)
        await pilot.press("right_square_bracket")
        await pilot.pause()
        slow.go.set()
        await screen.read_again()
        assert set(shown) == {pilot.app.day}  # type: ignore[attr-defined]


async def test_the_verdict_is_that_of_the_place_where_the_ghost_stands(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        timeline = pilot.app.screen.query_one(Timeline)
        timeline.select(1)
        await press(pilot, "m")
        slow = Slow(placement.check_placement)
        monkeypatch.setattr(placement, "check_placement", slow)
        await pilot.press("down")
        await until_asked(slow, 1)
        await pilot.press("up")
        await until_asked(slow, 2)
        assert timeline.ghost is not None
        assert timeline.ghost.row == 0
        assert timeline.ghost.level not in ("blocked", "warnings"), "the verdict on the row below is not this one's"
        slow.go.set()
        await settled(pilot)
        await until_true(pilot, lambda: timeline.ghost is not None and timeline.ghost.level == "feasible")
        await press(pilot, "escape")


async def test_a_held_key_shows_in_full_only_where_it_stops(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(office.dana, "board") as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)
        monkeypatch.setattr(user_screen, "REST", 0.5)
        shown: list[int] = []
        show = screen.show_here
        monkeypatch.setattr(screen, "show_here", lambda: (shown.append(1), show()))
        timeline = screen.query_one(Timeline)
        for key in ("down", "up", "down", "up", "down"):
            await pilot.press(key)
        assert not shown
        await until_true(pilot, lambda: shown)
        assert len(shown) == 1
        assert timeline.cursor.row == 1


async def test_the_charge_is_that_of_the_visit_that_is_shown(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from dispatch.desk.log import visit_page

    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        screen = pilot.app.screen
        slow = Slow(visit_page.charge_now)
        monkeypatch.setattr(visit_page, "charge_now", slow)
        timeline, detail = screen.query_one(Timeline), screen.query_one(VisitDetail)
        said: list[str] = []
        monkeypatch.setattr(detail, "set_charge", said.append)
        timeline.select(None, 1)
        await settled(pilot)
        timeline.select(1)
        await until_asked(slow, 1)
        timeline.select(None, 1)  # a row without visits
        await until_true(pilot, lambda: detail.visit is None)
        slow.go.set()
        await settled(pilot)
        assert not said
