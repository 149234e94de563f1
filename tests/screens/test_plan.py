"""The plan as a what-if: seen beside the day as it is, taken as one change, or dropped."""

from __future__ import annotations

import pytest

from dispatch.model.states import State
from screens.board.board import BoardScreen
from screens.board.plan import PlanScreen
from tests.desk.conftest import Office
from tests.screens.test_screens import opened, press, state, until, until_true
from widgets.listed import FigureList
from widgets.timeline.view import Timeline


@pytest.fixture(autouse=True)
def insertion(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is not what is tested here."""
    monkeypatch.setenv("DISPATCH_SOLVER", "insertion")
    monkeypatch.setattr("screens.board.plan.SECONDS", 0.0)


def placed(screen: PlanScreen) -> int:
    board = screen.query_one(Timeline).board
    return 0 if board is None else sum(len(row.visits) for row in board.rows)


async def test_a_plan_is_seen_flipped_taken_and_taken_back(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await pilot.press("p")
        await until(pilot, PlanScreen)
        screen = pilot.app.screen
        assert isinstance(screen, PlanScreen)
        await until_true(pilot, lambda: placed(screen) == 2)
        assert state(office, "R1")[0] is State.REQUESTED
        # what planned it, as it is not VROOM
        lines = screen.query_one(FigureList).entries(45)
        assert ["planned by cheapest insertion", "as DISPATCH_SOLVER says"] in [
            ["".join(text for text, _ in line).strip() for line in entry.lines] for entry in lines
        ]
        await press(pilot, "space")
        assert placed(screen) == 0
        await press(pilot, "space", "a")
        await until(pilot, BoardScreen)
        await until_true(pilot, lambda: state(office, "R1")[0] is State.PLANNED)
        await press(pilot, "u")
        await until_true(pilot, lambda: state(office, "R2")[0] is State.REQUESTED)


async def test_a_dropped_plan_leaves_the_day_as_it_is(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await pilot.press("p")
        await until(pilot, PlanScreen)
        await press(pilot, "escape")
        await until(pilot, BoardScreen)
    assert state(office, "R1")[0] is State.REQUESTED
