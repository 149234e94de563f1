"""Papers by mail from the screens: what would be sent is shown first, and what was left out is said with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Label

from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.messages import outbox
from dispatch.model.messages import Message
from screens.board.outbox import OutboxScreen
from screens.book.client import ClientScreen
from screens.dialogs.questions import AskConfirm, Choose, Form
from screens.log.visit_record import VisitRecord
from screens.visit.service_report import ReportView
from tests.desk.conftest import Office, approve, closed
from tests.messages.conftest import no_pdf
from tests.screens.test_figures import choose, fill
from tests.screens.test_screens import opened, press, settled, until, until_true

pytestmark = pytest.mark.usefixtures("no_pdf")


@pytest.fixture
def mails(office: Office) -> Office:
    """R1 is closed, and papers go by mail."""
    editing.settle(office.lee, {"messages_by": "smtp", "mail_host": "mail.example", "mail_from": "a@columbus.example"})
    harbor = RECORD_STORES["client"].find(office.store, "Harbor Dental")
    contacts = "J. Lowe; ; lowe@harbor.example; owner | B. Kim; ; books@harbor.example; billing"
    editing.edit(office.lee, "client", harbor, {"contacts": contacts})
    editing.add(office.lee, "client", {"name": "Acme"})
    closed(office)
    return office


__all__ = ["no_pdf"]


def waiting(office: Office) -> list[Message]:
    return outbox.outbox(office.store)


def shown(dialog: AskConfirm) -> str:
    return "\n".join(str(label.render()) for label in dialog.query(Label))


async def test_a_client_s_month_is_looked_at_and_sent(mails: Office, tmp_path: Path) -> None:
    approve(mails.lee, "R1")
    async with opened(mails.lee, "log") as pilot:
        pilot.app.push_screen(ClientScreen(1))
        await until(pilot, ClientScreen)
        await pilot.press("R")
        await until(pilot, Choose)
        await choose(pilot, "mail")
        await until(pilot, Form)
        first = pilot.app.screen
        await fill(pilot, period="2026-11", to="janitor")
        await until_true(pilot, lambda: isinstance(pilot.app.screen, Form) and pilot.app.screen is not first)
        await fill(pilot, period="2026-11", to="billing")
        await until(pilot, AskConfirm)
        assert isinstance(pilot.app.screen, AskConfirm)
        text = shown(pilot.app.screen)
        assert "To: B. Kim (billing), books@harbor.example" in text
        assert "harbor-dental-month-2026-11.html" in text
        assert "WHAT WE TESTED" in text, "the paper itself can be read"
        assert waiting(mails) == []
        await press(pilot, "y")
        await until_true(pilot, lambda: bool(waiting(mails)))
        (message,) = waiting(mails)
        assert message.address == "books@harbor.example"
        await pilot.press("escape")
        await settled(pilot)
        await pilot.press("O")
        await until(pilot, OutboxScreen)
        await pilot.press("S")
        await until(pilot, Form)
        await fill(pilot, file=str(tmp_path / "as-it-went.html"))
        await until_true(pilot, (tmp_path / "as-it-went.html").exists)


async def test_a_report_that_no_lead_has_approved_is_asked_about(mails: Office) -> None:
    async with opened(mails.lee, "log") as pilot:
        await settled(pilot)
        await press(pilot, "enter")
        await until(pilot, VisitRecord)
        await pilot.press("p")
        await until(pilot, ReportView)
        await pilot.press("M")
        await until(pilot, Form)
        await fill(pilot)
        await until(pilot, AskConfirm)
        assert isinstance(pilot.app.screen, AskConfirm)
        assert "Not approved yet: R1" in shown(pilot.app.screen)
        first = pilot.app.screen
        await press(pilot, "y")
        await until_true(pilot, lambda: isinstance(pilot.app.screen, AskConfirm) and pilot.app.screen is not first)
        assert isinstance(pilot.app.screen, AskConfirm)
        assert "no lead has approved R1" in shown(pilot.app.screen)
        assert waiting(mails) == []
        await press(pilot, "y")
        await until_true(pilot, lambda: [one.address for one in waiting(mails)] == ["lowe@harbor.example"])


async def every_client(pilot: Pilot[None], kind: str, **filled: str) -> str:
    """Ask for the month of every client; returns what is said of it."""
    await pilot.press("R")
    await until(pilot, Choose)
    await choose(pilot, kind)
    await until(pilot, Form)
    await fill(pilot, period="2026-11", **filled)
    await until_true(pilot, lambda: isinstance(pilot.app.screen, AskConfirm))
    assert isinstance(pilot.app.screen, AskConfirm)
    return shown(pilot.app.screen)


async def test_every_client_s_month_and_who_was_left_out(mails: Office, tmp_path: Path) -> None:
    async with opened(mails.lee, "log") as pilot:
        text = await every_client(pilot, "all", folder=str(tmp_path))
        assert "1 paper, 1 client left out." in text
        assert "left out, no visit ended: Acme" in text
        await press(pilot, "enter")
        text = await every_client(pilot, "all mail", to="billing")
        assert "no lead has approved R1" in text
        await press(pilot, "enter")
        assert waiting(mails) == []
        approve(mails.lee, "R1")
        text = await every_client(pilot, "all mail", to="billing")
        assert "Send November 2026 to 1 client?" in text
        assert "Harbor Dental: to books@harbor.example" in text
        assert waiting(mails) == []
        await press(pilot, "y")
        await until_true(pilot, lambda: [one.address for one in waiting(mails)] == ["books@harbor.example"])
    assert [one.name for one in tmp_path.glob("*.html")] == ["harbor-dental-month-2026-11.html"]


async def test_a_file_that_is_there_is_written_over_only_when_that_is_said(mails: Office, tmp_path: Path) -> None:
    file = tmp_path / "november.txt"
    file.write_text("kept", encoding="utf-8")
    async with opened(mails.lee, "log") as pilot:
        for key, begins in (("escape", "kept"), ("y", "Harbor Dental: November 2026")):
            await pilot.press("R")
            await until(pilot, Choose)
            await choose(pilot, "month")
            await until(pilot, Form)
            await fill(pilot, period="2026-11", file=str(file))
            await until(pilot, AskConfirm)
            assert isinstance(pilot.app.screen, AskConfirm)
            assert "november.txt is there already" in shown(pilot.app.screen)
            await press(pilot, key)
            await until_true(pilot, lambda begins=begins: file.read_text(encoding="utf-8").startswith(begins))  # type: ignore[misc]
