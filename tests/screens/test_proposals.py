"""Proposals, by keyboard: written from what is due to clients, handed over, accepted."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from db import agreements
from dispatch.desk.proposals import offering
from screens.book.client import ClientScreen
from screens.dialogs.questions import AskText, Choose, Form
from screens.log.care import CareScreen
from screens.log.proposals import ProposalsScreen
from screens.prices.sheet_view import SheetView
from tests.desk.conftest import Office, harbor
from tests.desk.test_equipment import add
from tests.desk.test_proposals import audited, plan, stands
from tests.screens.test_access import shown
from tests.screens.test_open_work import said
from tests.screens.test_prices import fill
from tests.screens.test_screens import opened, press, until, until_true
from widgets.listed import FigureList


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (45, 20)])
async def test_a_proposal_goes_from_the_care_list_to_an_agreement(office: Office, size: tuple[int, int]) -> None:
    audited(office)
    one = offering.draft(office.lee, harbor(office), [plan(office)])
    async with opened(office.lee, "log", size=size) as pilot:
        await press(pilot, "C", "p")
        await until(pilot, ProposalsScreen)
        rows = pilot.app.screen.query_one(FigureList)
        await until_true(pilot, lambda: "Draft (1): 920.00 USD a month" in said(rows))
        await press(pilot, "enter")
        await until(pilot, SheetView)
        await until_true(pilot, lambda: "R1/1: backups are kept" in shown(pilot))
        await press(pilot, "escape")
        await until(pilot, ProposalsScreen)
        await press(pilot, "s")
        await until(pilot, Choose)
        await press(pilot, "down", "enter")
        await until_true(pilot, lambda: "Sent (1)" in said(rows) and "ask Tue 1 Dec 2026" in said(rows))
        await press(pilot, "y")
        await until(pilot, Form)
        await press(pilot, *"J. Lowe", "ctrl+s")
        await until_true(pilot, lambda: any("site: say" in str(one.content) for one in pilot.app.screen.query(Static)))
        await press(pilot, "tab", "tab", "tab", *"Main office", "ctrl+s")
        await until(pilot, ProposalsScreen)
        await until_true(pilot, lambda: "No proposals" in said(rows))
        assert stands(office, one).who == "J. Lowe"
        assert len(agreements.agreements_of(office.store, harbor(office).id)) == 1
        await press(pilot, "u")
        await until_true(pilot, lambda: "Sent (1)" in said(rows))


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (45, 20)])
async def test_an_end_of_equipment_begins_one_and_the_clients_page_opens_it(
    office: Office, size: tuple[int, int]
) -> None:
    add(office, name="NAS", warranty_ends="2026-12-20")
    async with opened(office.lee, "log", size=size) as pilot:
        await press(pilot, "C")
        await until(pilot, CareScreen)
        await press(pilot, "n")
        await until(pilot, Form)
        stands = [pilot.app.screen.query_one(f"#field-{name}", Input).value for name in ("client", "findings")]
        assert stands == ["Harbor Dental", "none"]
        await fill(pilot, risk="a failed disk", minutes="1h30", price="250")
        await until(pilot, ProposalsScreen)
        rows = pilot.app.screen.query_one(FigureList)
        await until_true(pilot, lambda: "Draft (1): 250.00 USD once" in said(rows))
        # there is one now: it is gone to, and cannot be accepted before it was sent
        await press(pilot, "escape")
        await until(pilot, CareScreen)
        await press(pilot, "n")
        await until(pilot, ProposalsScreen)
        await until_true(pilot, lambda: "Draft (1): 250.00 USD once" in said(pilot.app.screen.query_one(FigureList)))
        await press(pilot, "y")
        await until_true(pilot, lambda: any("send it first" in told.message for told in pilot.app._notifications))
        assert isinstance(pilot.app.screen, ProposalsScreen)
    async with opened(office.lee, "book", size=size) as pilot:
        await press(pilot, "enter")
        await until(pilot, ClientScreen)
        await press(pilot, "enter")
        await until(pilot, SheetView)
        await until_true(pilot, lambda: "Warranty of NAS" in shown(pilot))
        await press(pilot, "escape")
        await until(pilot, ClientScreen)
        offering.draft(office.lee, harbor(office), [plan(office)])
        await press(pilot, "enter")
        await until(pilot, Choose)
        await press(pilot, "down", "enter")
        await until(pilot, SheetView)
        await until_true(pilot, lambda: "Proposal 1 " in shown(pilot))


async def test_one_is_written_from_the_clients_page_and_declined(office: Office) -> None:
    audited(office)
    plan(office)
    async with opened(office.lee, "book") as pilot:
        await press(pilot, "enter", "p")
        await until(pilot, ProposalsScreen)
        await press(pilot, "n")
        await until(pilot, Form)
        await press(pilot, "tab", *"Sweet spot", "ctrl+s")
        await until(pilot, ProposalsScreen)
        rows = pilot.app.screen.query_one(FigureList)
        await until_true(pilot, lambda: "Draft (1): 920.00 USD a month, 300.50 USD once" in said(rows))
        await press(pilot, "x")
        await until(pilot, AskText)
        await press(pilot, *"not now", "enter")
        await until_true(pilot, lambda: "No proposals" in said(rows))
        await press(pilot, "a")
        await until_true(pilot, lambda: "not now" in said(rows))
