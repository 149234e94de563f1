"""The week board by its keys: across days and weeks, into a day, a visit from one day to another."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from textual.pilot import Pilot

from db.store import Store
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.session.user import log_in
from dispatch.model.states import State
from dispatch.model.weeks import WeekRow
from screens.board.board import BoardScreen
from screens.board.glance import GlanceScreen
from screens.board.week import WeekScreen
from screens.dialogs.questions import Choose
from tests.desk.conftest import DAY, Office, at
from tests.screens.test_screens import opened, press, state, until, until_true
from widgets.bars import Separator, StatusBar
from widgets.lines.line_list import LineList
from widgets.queue import Queue
from widgets.week_grid import WeekGrid

TOMORROW = DAY + datetime.timedelta(days=1)


def grid(pilot: Pilot[None]) -> WeekGrid:
    assert isinstance(pilot.app.screen, WeekScreen)
    return pilot.app.screen.query_one(WeekGrid)


def in_cell(pilot: Pilot[None]) -> str:
    held = grid(pilot).in_hand
    return "" if held is None else held.text


async def test_arrows_go_over_days_and_weeks_and_enter_opens_the_day(office: Office) -> None:
    async with opened(office.dana, "week") as pilot:
        assert grid(pilot).load is not None
        assert grid(pilot).load.day == DAY  # type: ignore[union-attr]
        await press(pilot, "down", "right")
        assert (grid(pilot).selected.name, grid(pilot).load.day) == ("Ben Okafor", TOMORROW)  # type: ignore[union-attr]
        await press(pilot, "]")
        await until_true(pilot, lambda: grid(pilot).load.day == TOMORROW + datetime.timedelta(days=7))  # type: ignore[union-attr]
        await press(pilot, "[")
        await until_true(pilot, lambda: grid(pilot).load.day == TOMORROW)  # type: ignore[union-attr]
        await press(pilot, "enter")
        await until(pilot, BoardScreen)
        board = pilot.app.screen
        assert isinstance(board, BoardScreen)
        await until_true(pilot, lambda: board.board is not None and board.board.day == TOMORROW)
        await until_true(pilot, lambda: (row := board.row_here()) is not None and row.name == "Ben Okafor")


async def test_a_click_goes_to_the_day_of_a_technician(office: Office) -> None:
    async with opened(office.dana, "week") as pilot:
        await press(pilot, "down", "right")
        place = grid(pilot).cursor_place
        assert place is not None
        await press(pilot, "up", "left", "left")
        assert await pilot.click(WeekGrid, offset=(place.x + 2, place.y))
        assert (grid(pilot).selected.name, grid(pilot).load.day) == ("Ben Okafor", TOMORROW)  # type: ignore[union-attr]


async def test_the_edge_of_a_week_leads_into_the_next(office: Office) -> None:
    async with opened(office.dana, "week") as pilot:
        await press(pilot, *["right"] * 6)
        await until_true(pilot, lambda: grid(pilot).load.day == DAY + datetime.timedelta(days=6))  # type: ignore[union-attr]


async def test_a_request_is_placed_on_the_day_to_which_it_is_carried(office: Office) -> None:
    async with opened(office.dana, "week") as pilot:
        await press(pilot, "tab", "tab")
        assert pilot.app.screen.query_one(Queue).has_focus
        reference = pilot.app.screen.query_one(Queue).selected.reference  # type: ignore[union-attr]
        await press(pilot, "m", "right")
        await until_true(pilot, lambda: ":" in in_cell(pilot))
        await press(pilot, "escape")
        assert state(office, reference)[0] is State.REQUESTED
        assert grid(pilot).in_hand is None
        await until_true(pilot, lambda: grid(pilot).load.day == DAY)  # type: ignore[union-attr]
        assert pilot.app.screen.query_one(Queue).has_focus, "it was taken from there"
        await press(pilot, "m", "right")
        await until_true(pilot, lambda: ":" in in_cell(pilot))
        await press(pilot, "enter")
        await until_true(pilot, lambda: state(office, reference)[0] is State.PLANNED)
        await press(pilot, "u")
        await until_true(pilot, lambda: state(office, reference)[0] is State.REQUESTED)


async def test_a_visit_is_moved_to_another_day_of_its_technician(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "week") as pilot:
        await press(pilot, "m", "down", "right", "escape")
        await until_true(pilot, lambda: grid(pilot).load.day == DAY)  # type: ignore[union-attr]
        assert grid(pilot).selected.name == "Ana Ruiz", "back at its technician and day"  # type: ignore[union-attr]
        await press(pilot, "m", "right")
        await until_true(pilot, lambda: ":" in in_cell(pilot))
        await press(pilot, "enter")
        await until_true(pilot, lambda: (state(office, "R1")[1] or 0) > at("00:00", 1))


async def test_assign_offers_the_best_places_of_the_days_that_are_shown(office: Office) -> None:
    async with opened(office.dana, "week") as pilot:
        await press(pilot, "tab", "tab")
        reference = pilot.app.screen.query_one(Queue).selected.reference  # type: ignore[union-attr]
        await press(pilot, "a")
        await until(pilot, Choose)
        await press(pilot, "enter")
        await until_true(pilot, lambda: state(office, reference)[0] is State.PLANNED)


def texts_of(pilot: Pilot[None], widget: type[StatusBar | Separator | LineList[Any]], query: str) -> str:
    shown = pilot.app.screen.query_one(query, widget)
    return "\n".join(
        "".join(text for text, _ in shown.line_at(y, shown.size.width) or ()) for y in range(shown.size.height)
    )


async def test_the_head_keeps_emergencies_who_is_late_and_whom_to_call(office: Office) -> None:
    intake.amend(office.dana, "R1", {"emergency": "yes"})
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("09:00"))
    office.go("12:00")
    async with opened(office.dana, "week") as pilot:
        await until_true(pilot, lambda: "1 emergency" in texts_of(pilot, StatusBar, "StatusBar"))
        assert "1 late" in texts_of(pilot, StatusBar, "StatusBar")
        assert len(grid(pilot).load.broken) == 1, "today breaks as it runs"  # type: ignore[union-attr]
        assert texts_of(pilot, LineList, "#visits").startswith("!")


async def test_what_others_changed_and_the_day_at_a_glance_are_asked_from_the_week(office: Office) -> None:
    async with opened(office.dana, "week") as pilot:
        await until_true(pilot, lambda: pilot.app.screen.board is not None)  # type: ignore[attr-defined]
        await press(pilot, "v")
        await until(pilot, GlanceScreen)
        await press(pilot, "escape")
        await until(pilot, WeekScreen)
        with Store.open(office.store.path, clock=office.clock) as elsewhere:
            schedule.assign(log_in(elsewhere, "dana"), "R1", ["Ana Ruiz"], at("15:00"))
            await until_true(pilot, lambda: "assign R1" in texts_of(pilot, Separator, "Separator"))
        await press(pilot, "L")
        await until(pilot, Choose)
        await press(pilot, "enter")
        await until(pilot, BoardScreen)
        board = pilot.app.screen
        assert isinstance(board, BoardScreen)
        await until_true(pilot, lambda: (visit := board.visit_here()) is not None and visit.reference == "R1")


async def test_who_comes_with_a_technician_is_named_with_the_visit(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz", "Ben Okafor"], at("15:00"), reason="agreed", confirmed=True)
    async with opened(office.dana, "week") as pilot:
        line = texts_of(pilot, LineList, "#visits")
        assert "with Ben Okafor" in line
        assert "Ana Ruiz" not in line


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (45, 20)])
async def test_columns_keep_a_gap_and_the_edge_says_what_lies_below(office: Office, size: tuple[int, int]) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("15:00"))
    async with opened(office.dana, "week", size) as pilot:
        await until_true(pilot, lambda: pilot.app.screen.board is not None)  # type: ignore[attr-defined]
        screen = pilot.app.screen
        assert isinstance(screen, WeekScreen)
        assert screen.week is not None
        full = screen.week.rows[0].days[1]._replace(busy=600, driving=120)
        days = tuple(
            full._replace(day=one.day, broken=frozenset(range(number * 100)))
            for number, one in enumerate(screen.week.sums)
        )
        rows = tuple(WeekRow(number, f"Technician {number}", (), days) for number in range(40))
        sums = tuple(one._replace(room=12345, breaks=100 * number) for number, one in enumerate(screen.week.sums))
        screen._grid.set_week(screen.week._replace(rows=rows, sums=sums), 1, 1)
        await pilot.pause()
        width = screen._grid.view_size.width
        name, cell = screen._grid._widths(width)
        lines = ["".join(text for text, _ in line) for line in screen._grid.frozen(width)[:2]]
        lines += ["".join(text for text, _ in entry.lines[0]) for entry in screen._grid.entries(width)]
        for line in lines:
            assert len(line) <= width
            assert all(line[name + cell * day - 1] == " " for day in range(1, 7)), line
        assert "below" in texts_of(pilot, Separator, "Separator")
        await press(pilot, "end")
        await until_true(pilot, lambda: "below" not in texts_of(pilot, Separator, "Separator"))
