"""A visit of several days by keyboard: its days on the board, moved alone or together, done for today."""

from __future__ import annotations

from dispatch.desk.closeout import arriving
from dispatch.desk.plan import schedule
from dispatch.model.states import State
from screens.board.board import BoardScreen
from screens.dialogs.questions import AskConfirm, Choose
from tests.desk.conftest import Office, at
from tests.desk.test_several_days import found, placed, places
from tests.screens.test_screens import opened, press, settled, until, until_true
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
