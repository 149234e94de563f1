"""The panes and the rows of the board."""

from __future__ import annotations

from screens.board.board import BoardScreen
from tests.desk.conftest import Office
from tests.screens.test_screens import opened, press, settled


async def test_the_lower_pane_folds(office: Office) -> None:
    async with opened(office.dana, "board", size=(120, 36)) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)
        upper, lower = screen.query_one("#upper"), screen.query_one("#lower")
        before = upper.size.height
        await press(pilot, "Z")
        await settled(pilot)
        assert not lower.display
        assert upper.size.height == before + 11
        await press(pilot, "Z")
        await settled(pilot)
        assert lower.display
        assert upper.size.height == before
