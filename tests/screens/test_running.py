"""The running day by keyboard: an emergency in three keys, and the call-ahead list ticked."""

from __future__ import annotations

from textual.widgets import Input

from dispatch.desk.plan import schedule
from dispatch.model.states import State
from screens.board.board import BoardScreen
from screens.board.calls import CallsScreen
from screens.book.client import ClientScreen
from screens.dialogs.questions import AskText, Choose
from tests.desk.conftest import Office, at
from tests.screens.test_screens import opened, press, settled, state, until, until_true
from widgets.lines.line_list import LineList
from widgets.queue import Queue


async def test_an_emergency_is_in_the_day_after_three_keys_and_its_call_is_ticked(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    office.go("10:00")
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "tab")
        pilot.app.screen.query_one(Queue).select_key(1)
        await pilot.press("e")
        await until(pilot, Choose)
        await pilot.press("enter")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.PLANNED)
        await until(pilot, BoardScreen)
        assert state(office, "R2")[1] != at("11:00")

        await pilot.press("c")
        await until(pilot, CallsScreen)
        selected = pilot.app.screen.query_one(LineList).selected
        assert selected is not None
        assert (selected.reference, selected.expected) == ("R2", at("11:00"))
        await pilot.press("N")
        await until_true(
            pilot, lambda: office.store.value("SELECT count(*) FROM call WHERE outcome = 'unanswered'") == 1
        )
        await pilot.press("enter")
        await until(pilot, AskText)
        assert pilot.app.screen.query_one(Input).value > "11:00"
        pilot.app.screen.query_one(Input).value = "9:00"
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, AskText), "that time has passed"
        pilot.app.screen.query_one(Input).value = "11:40"
        await pilot.press("enter")
        await until_true(pilot, lambda: office.store.value("SELECT max(promised_at) FROM call") == at("11:40"))
        await until(pilot, CallsScreen)
        await until_true(pilot, lambda: pilot.app.screen.query_one(LineList).selected is None)
        await pilot.press("u")
        await until_true(pilot, lambda: pilot.app.screen.query_one(LineList).selected is not None)
        await pilot.press("escape")
        await until(pilot, BoardScreen)


async def test_a_blocked_way_asks_for_a_reason(office: Office) -> None:
    office.go("10:00")
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "tab")
        pilot.app.screen.query_one(Queue).select_key(1)
        await pilot.press("e")
        await until(pilot, Choose)
        await pilot.press("down", "enter")
        await until(pilot, AskText)
        pilot.app.screen.query_one(Input).value = "he knows that server"
        await pilot.press("enter")
        await until_true(pilot, lambda: state(office, "R1")[0] is State.PLANNED)


async def test_the_lead_comes_to_the_list_from_the_log_and_to_a_clients_page(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    office.go("11:30")
    async with opened(office.lee, "log") as pilot:
        await pilot.press("c")
        await until(pilot, CallsScreen)
        await pilot.press("I")
        await until(pilot, ClientScreen)


async def test_the_board_rolls_on_with_the_clock(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    async with opened(office.dana, "board") as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)
        office.go("11:30")
        screen.tick()
        await settled(pilot)
        assert screen.board is not None
        assert screen.board.late == 1
