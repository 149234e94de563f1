"""Revenue and margin by keyboard: grouped, opened, another period, what an hour costs, written to a file."""

from __future__ import annotations

import datetime
from pathlib import Path

from db import costs
from dispatch.model.costs import HourlyCost
from screens.dialogs.questions import AskText, Form
from screens.log.figures import FiguresScreen
from screens.log.margin import MarginScreen
from screens.prices.sheet_view import SheetView
from tests.desk.conftest import DAY, Office
from tests.desk.test_invoices import FEE, agreed, approved
from tests.messages.conftest import no_pdf
from tests.pictures import text_of
from tests.screens.test_prices import answer, fill
from tests.screens.test_screens import opened, press, until, until_true

__all__ = ["no_pdf"]


def words(screen: MarginScreen) -> str:
    return "\n".join(said for said, _ in screen.notes())


async def test_it_is_seen_said_and_filed(office: Office, tmp_path: Path) -> None:
    agreed(office, "fixed_price", DAY.replace(day=1), covers_travel=True, **FEE)
    approved(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "F")
        await until(pilot, FiguresScreen)
        await press(pilot, "m")
        await until(pilot, MarginScreen)
        screen = pilot.app.screen
        assert isinstance(screen, MarginScreen)
        await until_true(pilot, lambda: bool(screen.things))
        assert "Fees 310.00 USD" in words(screen)
        assert "what an hour of Ana Ruiz costs" in words(screen)
        await press(pilot, "c")
        await until(pilot, Form)
        await fill(pilot, cost="40", since="2026-11-01")
        await until_true(pilot, lambda: "on the clock cost" in words(screen))
        assert costs.all_costs(office.store) == [HourlyCost(None, datetime.date(2026, 11, 1), 4000, 1)]
        await press(pilot, "enter")
        await until(pilot, SheetView)
        assert "Harbor Dental, Care (fees): 310.00 USD" in text_of(pilot.app)
        await press(pilot, "escape")
        await until(pilot, MarginScreen)
        for by in ("agreement", "technician", "client"):
            await press(pilot, "b")
            label = {"agreement": "Harbor Dental, Care", "technician": "Ana Ruiz", "client": "Harbor Dental"}[by]
            assert [one.label for one in screen.things.values()] == ["All", label]
        await press(pilot, "[")
        await until_true(pilot, lambda: screen.things["all"].known == 0)
        await press(pilot, "g")
        await until(pilot, AskText)
        await answer(pilot, "2026")
        await until_true(pilot, lambda: screen.things["all"].known == 31000)
        await press(pilot, "S")
        await until(pilot, Form)
        await fill(pilot, file=str(tmp_path / "margin.csv"))
        await until_true(pilot, (tmp_path / "margin.csv").exists)
        assert "Harbor Dental" in (tmp_path / "margin.csv").read_text()


async def test_who_is_no_lead_is_not_offered_it(office: Office) -> None:
    async with opened(office.dana, "log") as pilot:
        await press(pilot, "F")
        await until(pilot, FiguresScreen)
        await press(pilot, "m")
        assert isinstance(pilot.app.screen, FiguresScreen)
