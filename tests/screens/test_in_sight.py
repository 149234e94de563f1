"""What is needed most stands in sight on the smallest screen: what a charge comes to, how a visit is closed."""

from __future__ import annotations

from dispatch.desk.log.visit_page import visit_page
from screens.prices.sheet_view import ChargeSheet
from screens.visit.visit import VisitScreen
from tests.desk.conftest import Office, closed
from tests.pictures import text_of
from tests.screens.test_screens import opened, press, until

PHONE = (45, 20)


async def test_what_a_charge_comes_to_stays_while_its_lines_are_scrolled(office: Office) -> None:
    closed(office)
    charge = visit_page(office.store, "R1").charge
    assert charge is not None
    async with opened(office.lee, "log", PHONE) as pilot:
        await press(pilot, "v")
        await until(pilot, ChargeSheet)
        for key in ("home", "end"):
            await press(pilot, key)
            assert f"{charge.form['total']} USD with tax" in text_of(pilot.app)


async def test_the_checklist_says_how_the_visit_is_closed(office: Office) -> None:
    office.on_site("R1")
    async with opened(office.ana, "day", PHONE) as pilot:
        await press(pilot, "enter")
        await until(pilot, VisitScreen)
        assert "x close out" in text_of(pilot.app)
