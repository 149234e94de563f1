"""A visit of several days by keyboard: its days on the board, moved alone or together, done for today."""

from __future__ import annotations

import datetime

from dispatch.desk.closeout import arriving
from dispatch.desk.plan import schedule
from dispatch.model.instants import day_of
from dispatch.model.states import State
from screens.board.board import BoardScreen
from screens.dialogs.questions import AskConfirm, Choose
from tests.desk.conftest import DAY, Office, at
from tests.desk.test_several_days import found, placed, places
from tests.screens.test_screens import opened, press, settled, until, until_true
from widgets.queue import Queue
from widgets.timeline.view import Timeline
from widgets.week_grid import WeekGrid


async def test_a_day_is_moved_alone_where_that_is_chosen(office: Office) -> None:
    reference = placed(office)
    stood = places(office, reference)
    async with opened(office.dana, "board") as pilot:
        timeline = pilot.app.screen.query_one(Timeline)
        timeline.select(found(office, reference).id)
        await press(pilot, "m", "right", "enter")
        await until(pilot, Choose)
        await press(pilot, "down", "enter")
        await settled(pilot)
        if isinstance(pilot.app.screen, AskConfirm):
            await pilot.press("enter")
        await until_true(pilot, lambda: places(office, reference) != stood)
        await until(pilot, BoardScreen)
    assert places(office, reference)[1:] == stood[1:]
    assert (places(office, reference)[0][1] or 0) > at("09:00")


async def test_on_the_week_board_too_it_is_asked_which_days_go(office: Office) -> None:
    reference = placed(office)
    stood = places(office, reference)
    async with opened(office.dana, "week") as pilot:
        grid = pilot.app.screen.query_one(WeekGrid)
        await press(pilot, "tab", "m", "right")
        await until_true(pilot, lambda: grid.in_hand is not None and grid.in_hand.text not in ("", "…"))
        await press(pilot, "enter")
        await until(pilot, Choose)
        await press(pilot, "enter")
        await settled(pilot)
        if isinstance(pilot.app.screen, AskConfirm):
            await pilot.press("enter")
        await until_true(pilot, lambda: places(office, reference) != stood)
    assert len(places(office, reference)) == len(stood)
    assert (places(office, reference)[0][1] or 0) >= at("08:00", 1)


async def test_the_technician_is_done_for_today(office: Office) -> None:
    reference = placed(office)
    schedule.dispatch(office.dana, reference)
    office.go("09:00")
    arriving.arrive(office.ana, reference)
    office.go("15:00")
    async with opened(office.ana, "day") as pilot:
        await pilot.press("C")
        await until(pilot, Choose)
        await press(pilot, "down", "down", "enter")
        await until_true(pilot, lambda: found(office, reference).next_day == 2)
    assert found(office, reference).state is State.DISPATCHED


async def test_on_the_week_a_day_is_carried_to_another_day_with_those_after_it(office: Office) -> None:
    reference = placed(office, minutes="210")
    stood = places(office, reference)
    async with opened(office.dana, "week") as pilot:
        grid = pilot.app.screen.query_one(WeekGrid)
        await press(pilot, "right", "m", "right")
        await until_true(pilot, lambda: grid.in_hand is not None and ":" in grid.in_hand.text)
        await press(pilot, "enter")
        await until(pilot, Choose)
        await press(pilot, "enter")
        await settled(pilot)
        if isinstance(pilot.app.screen, AskConfirm):
            await pilot.press("enter")
        await until_true(pilot, lambda: places(office, reference) != stood)
    zone = found(office, reference).zone
    assert [day_of(start or 0, zone).day for _, start, _ in places(office, reference)] == [24, 26, 27]
    assert places(office, reference)[0] == stood[0]


async def test_a_day_without_a_place_is_assigned_from_the_queue(office: Office) -> None:
    reference = placed(office, minutes="210")
    schedule.unassign(office.dana, reference, day=2)
    office.go("08:00", 1)
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "]")
        board = pilot.app.screen
        assert isinstance(board, BoardScreen)
        await until_true(pilot, lambda: board.board is not None and board.board.day == DAY + datetime.timedelta(days=1))
        await press(pilot, "tab")
        pilot.app.screen.query_one(Queue).select_key(found(office, reference).id)
        await pilot.press("a")
        await until(pilot, Choose)
        await pilot.press("enter")
        await until_true(pilot, lambda: pilot.app.screen.query(Timeline) and pilot.app.screen.query_one(Timeline).ghost)
        await press(pilot, "enter")
        await settled(pilot)
        if isinstance(pilot.app.screen, AskConfirm):
            await pilot.press("enter")
        await until_true(pilot, lambda: [number for number, _, _ in places(office, reference)] == [1, 2, 3])
