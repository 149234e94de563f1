"""What the board is asked at a glance, by keys."""

from __future__ import annotations

import datetime

import pytest
from textual.pilot import Pilot

from dispatch.desk.day.questions import DayQuestion
from dispatch.desk.plan import schedule
from screens.board.board import BoardScreen
from screens.board.glance import GlanceScreen
from screens.board.team_map import TeamMapScreen
from tests.desk.conftest import DAY, Office, at
from tests.screens.test_screens import opened, press, settled, until, until_true


def said(pilot: Pilot[None]) -> list[str]:
    """The answer that is shown."""
    screen = pilot.app.screen
    assert isinstance(screen, GlanceScreen)
    return [f"{line.whom}: {line.words}" for line in screen.things.values()]


async def test_one_key_asks_and_another_asks_on(office: Office) -> None:
    office.go("08:55")
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"))
    schedule.dispatch(office.dana, "R2")
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "v")
        await until(pilot, GlanceScreen)
        await until_true(pilot, lambda: any(line.startswith("Ana Ruiz: now") for line in said(pilot)))
        await press(pilot, "tab", "tab", "v")
        await until_true(pilot, lambda: any("has not seen the dispatch" in line for line in said(pilot)))
        await press(pilot, "enter")
        await until(pilot, BoardScreen)
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)
        await until_true(pilot, lambda: (visit := screen.visit_here()) is not None and visit.reference == "R2")
        await press(pilot, "v")
        await until(pilot, GlanceScreen)
        await until_true(pilot, lambda: any("has not seen the dispatch" in line for line in said(pilot)))
        await press(pilot, "left", "left", "left", "left")
        shown = pilot.app.screen
        assert isinstance(shown, GlanceScreen)
        assert shown.asked is DayQuestion.TOMORROW, "round the corner"


async def test_what_is_at_risk_leads_to_its_day(office: Office) -> None:
    office.go("08:55")
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00", 1), confirmed=True, reason="so it is")
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("09:00", 1), confirmed=True, reason="so it is")
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "v")
        await until(pilot, GlanceScreen)
        await press(pilot, "left")
        await until_true(pilot, lambda: any("overlaps" in line for line in said(pilot)))
        await press(pilot, "enter")
        await until(pilot, BoardScreen)
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)
        await until_true(pilot, lambda: screen.visit_here() is not None)
        await settled(pilot)
        assert screen.program.day == DAY + datetime.timedelta(days=1)


@pytest.mark.parametrize("size", [(120, 36), (45, 20)])
async def test_everybody_is_on_a_map_and_enter_goes_to_their_row(office: Office, size: tuple[int, int]) -> None:
    office.go("08:55")
    async with opened(office.dana, "board", size) as pilot:
        await press(pilot, "E")
        await until(pilot, TeamMapScreen)
        screen = pilot.app.screen
        assert isinstance(screen, TeamMapScreen)
        if size[0] < 76:
            await press(pilot, "tab")  # the list has rows once it is seen
        await until_true(pilot, lambda: screen.listed.selected is not None)
        await press(pilot, "down")
        chosen = screen.listed.selected
        assert chosen is not None
        await press(pilot, "enter")
        await until(pilot, BoardScreen)
        board = pilot.app.screen
        assert isinstance(board, BoardScreen)
        await until_true(pilot, lambda: (row := board.row_here()) is not None and row.name == chosen.name)
