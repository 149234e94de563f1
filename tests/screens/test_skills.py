"""Skills against demand, by keyboard: from what is due to clients."""

from __future__ import annotations

import pytest

from screens.log.skills import SkillsScreen
from screens.prices.sheet_view import SheetView
from tests.desk.conftest import Office, ask_in_p3
from tests.screens.test_access import shown
from tests.screens.test_open_work import said
from tests.screens.test_screens import opened, press, until, until_true
from widgets.lines.lines_pane import NotesPane
from widgets.listed import FigureList


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (45, 20)])
async def test_skills_stand_two_keys_from_the_log_the_worst_first(office: Office, size: tuple[int, int]) -> None:
    ask_in_p3(office, "S1", skills="network", minutes="120")
    async with opened(office.lee, "log", size=size) as pilot:
        await press(pilot, "C", "w")
        await until(pilot, SkillsScreen)
        rows = pilot.app.screen.query_one(FigureList)
        await until_true(pilot, lambda: "network" in said(rows) and "All work" in said(rows))
        assert said(rows).index("All work") < said(rows).index("One holder") < said(rows).index("network")
        assert rows.select_key("skill network")
        if size[0] >= 90:
            pane = pilot.app.screen.query_one(NotesPane)
            await until_true(pilot, lambda: "2h stands, 2h asked for as a rule" in str(pane._notes))
        await press(pilot, "enter")
        await until(pilot, SheetView)
        await until_true(pilot, lambda: "2h stands, 2h asked for" in shown(pilot))
