"""Invoices by keyboard: looked at, issued, saved, mailed, credited, made void, handed out."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from db import invoices
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.messages import outbox
from dispatch.model.invoices import InvoiceKind
from screens.dialogs.questions import AskConfirm, AskText, Form
from screens.log.invoices import InvoicesScreen
from screens.prices.sheet_view import SheetView
from tests.desk.conftest import Office, approve, at, closed, invoice
from tests.messages.conftest import no_pdf
from tests.pictures import text_of
from tests.screens.test_keymap import shown
from tests.screens.test_prices import answer, fill
from tests.screens.test_screens import opened, press, until, until_true

pytestmark = pytest.mark.usefixtures("no_pdf")
__all__ = ["no_pdf"]


@pytest.fixture
def approved(office: Office) -> Office:
    """R1 is closed and approved, and papers go by mail."""
    editing.settle(office.lee, {"messages_by": "smtp", "mail_host": "mail.example", "mail_from": "a@columbus.example"})
    harbor = RECORD_STORES["client"].find(office.store, "Harbor Dental")
    editing.edit(office.lee, "client", harbor, {"billing_mail": "pay@harbor.example"})
    closed(office)
    approve(office.lee, "R1")
    return office


async def at_invoices(pilot: Pilot[None]) -> InvoicesScreen:
    await press(pilot, "S")
    await until(pilot, InvoicesScreen)
    screen = pilot.app.screen
    assert isinstance(screen, InvoicesScreen)
    return screen


async def test_what_is_ready_is_looked_at_and_issued(approved: Office) -> None:
    async with opened(approved.lee, "log") as pilot:
        screen = await at_invoices(pilot)
        await press(pilot, "enter")
        await until(pilot, SheetView)
        assert text_of(pilot.app).count("Invoice, preview") == 1
        await press(pilot, "escape", "d")
        await answer(pilot, "yesterday")
        await until_true(pilot, lambda: not screen.things)
        await press(pilot, "d")
        await answer(pilot, "today")
        await until_true(pilot, lambda: bool(screen.things))
        assert "i issue  a issue all" in shown(pilot)
        await until_true(pilot, lambda: "R1: " in shown(pilot))
        await press(pilot, "i")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until_true(pilot, lambda: [*screen.things] == ["2026-0001"])
        await until_true(pilot, lambda: "M mail" in shown(pilot))
        await press(pilot, "v")
        await until(pilot, AskText)
        await answer(pilot, "the wrong day")
        await until_true(pilot, lambda: invoices.every_invoice(approved.store)[0].voided_at is not None)


async def test_what_was_issued_is_saved_mailed_and_credited(approved: Office, tmp_path: Path) -> None:
    invoice(approved.lee)
    async with opened(approved.lee, "log", (80, 24)) as pilot:
        await at_invoices(pilot)
        await press(pilot, "S")
        page = tmp_path / "invoice.html"
        await until(pilot, Form)
        await fill(pilot, file=str(page))
        await until_true(pilot, page.exists)
        assert "Invoice 2026-0001" in page.read_text(encoding="utf-8")
        await press(pilot, "M")
        await until(pilot, Form)
        await fill(pilot, to="")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until_true(pilot, lambda: bool(outbox.outbox(approved.store)))
        assert outbox.outbox(approved.store)[0].address == "pay@harbor.example"
        await press(pilot, "c")
        await until(pilot, Form)
        await fill(pilot, lines="1=5.00", reason="as agreed", again="no")
        await until(pilot, AskConfirm)
        assert len(invoices.every_invoice(approved.store)) == 1, "it is looked at first"
        await press(pilot, "y")
        await until_true(pilot, lambda: len(invoices.every_invoice(approved.store)) == 2)
        newest = invoices.every_invoice(approved.store)[0].invoice
        assert (newest.kind, newest.net, newest.corrects) == (InvoiceKind.CREDIT, 500, "2026-0001")


async def test_what_was_not_handed_out_is_written_for_a_program(approved: Office, tmp_path: Path) -> None:
    invoice(approved.lee)
    editing.settle(approved.lee, {"country": "US", "quickbooks_items": "other: IT work"})
    async with opened(approved.lee, "log", (45, 20)) as pilot:
        await at_invoices(pilot)
        await press(pilot, "E")
        file = tmp_path / "books.csv"
        await fill(pilot, layout="quickbooks", file=str(file))
        await until_true(pilot, file.exists)
        assert file.read_bytes().startswith(b"\xef\xbb\xbf*InvoiceNo,*Customer")
        assert invoices.every_invoice(approved.store)[0].exports == 1


async def test_the_date_of_an_invoice_may_be_chosen(approved: Office) -> None:
    approved.clock.set(at("09:00", 3))
    async with opened(approved.lee, "log") as pilot:
        screen = await at_invoices(pilot)
        await press(pilot, "D")
        await answer(pilot, "2026-11-25")
        await until_true(pilot, lambda: str(screen.dated) == "2026-11-25" and bool(screen.things))
        await press(pilot, "i")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until_true(pilot, lambda: bool(invoices.every_invoice(approved.store)))
        assert str(invoices.every_invoice(approved.store)[0].invoice.issued_on) == "2026-11-25"
