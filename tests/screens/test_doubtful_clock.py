"""A clock of the machine that can hardly be right is asked about on the screen; nothing is saved before."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from dispatch.app import DispatchApp
from dispatch.desk.plan import schedule
from dispatch.desk.session.refusals import NotAllowed
from dispatch.desk.session.user import confirm_clock
from dispatch.model.clock import SystemClock
from dispatch.model.states import State
from screens.board.board import BoardScreen
from screens.dialogs.questions import AskText, Choose
from screens.visit.day import DayScreen
from tests.conftest import Dispatch
from tests.desk.conftest import Office, at
from tests.quick import first_of
from tests.screens.test_screens import opened, press, state, until, until_true
from tests.screens.test_typing import at_place
from tests.wall import START, WALL

DAYS = 24 * 3600


def off(office: Office, days: float) -> None:
    """The machine's own clock, so many days from the last change."""
    office.store.clock = SystemClock()
    WALL.set(START + round(days * DAYS))


def rows(office: Office) -> int:
    return int(office.store.value("SELECT count(*) FROM audit"))


def asked(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query(".dialog--title").first().render())


@pytest.mark.parametrize(("days", "words"), [(-1.5, "2 days before"), (400, "400 days after")])
@first_of("size", [(45, 20), (120, 36), (80, 24)])
async def test_it_is_asked_about_at_the_start(office: Office, days: float, words: str, size: tuple[int, int]) -> None:
    off(office, days)
    before = rows(office)
    async with opened(office.dana, "board", size) as pilot:
        await until(pilot, Choose)
        assert words in asked(pilot)
        assert rows(office) == before
        await press(pilot, "enter")
        assert rows(office) == before, "the first answer is that it is wrong"
        app = pilot.app
        assert isinstance(app, DispatchApp)
        app.user.store.clock_doubted = True
        await until(pilot, Choose)
        await press(pilot, "down", "enter")
        await until_true(pilot, lambda: rows(office) == before + 1)
    assert not office.store.doubt_of_clock()


@pytest.mark.again
async def test_it_is_asked_about_where_something_is_refused_for_it(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        await at_place(pilot, "board")
        off(office, 200)
        await press(pilot, "X")
        await until(pilot, AskText)
        await press(pilot, *"closed", "enter")
        await until(pilot, Choose)
        assert state(office, "R1")[0] is State.PLANNED
        await press(pilot, "down", "enter")
        await until(pilot, BoardScreen)
        await until_true(pilot, lambda: not office.store.doubt_of_clock())
        await press(pilot, "X")
        await until(pilot, AskText)
        await press(pilot, "enter")  # what was typed is still there
        await until_true(pilot, lambda: state(office, "R1")[0] is State.CANCELLED)


async def test_a_technician_is_told_whom_to_ask(office: Office) -> None:
    off(office, -40)
    async with opened(office.ana, "day", (45, 20)) as pilot:
        await until_true(pilot, lambda: len(pilot.app._notifications) == 1)
        (told,) = pilot.app._notifications
        assert "40 days before the last change" in told.message
        assert told.message.endswith("ask Dana Wells or Lee Moreau.")
        assert isinstance(pilot.app.screen, DayScreen)
    with pytest.raises(NotAllowed):
        confirm_clock(office.ana)


@first_of("who", ["dana", "lee"])
def test_a_command_names_the_option(office: Office, who: str) -> None:
    off(office, 91)
    dispatch = Dispatch(office.store.path)
    before = rows(office)
    refused = dispatch("client", "add", "--name", "New Ltd", "--as", who)
    assert refused.code == 1
    assert refused.err == (
        "dispatch: This machine's clock is 91 days after the last change. Nothing of this was saved. Set the clock; if it is right,"
        " a lead or a dispatcher says so once: on the screen, or by `dispatch doctor --clock-is-right`.\n"
    )
    assert dispatch("doctor", "--clock-is-right", "--as", "ana").code == 1
    assert rows(office) == before
    dispatch("doctor", "--clock-is-right", "--as", who)
    dispatch.ok("client", "add", "--name", "New Ltd", "--as", who)
