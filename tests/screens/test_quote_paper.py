"""A quote from the screen becomes a paper: saved with its name, or sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.desk.book import editing
from dispatch.desk.messages import outbox
from screens.dialogs.questions import AskConfirm, Form
from screens.prices.quote import QuoteView
from tests.desk.conftest import Office
from tests.messages.conftest import no_pdf
from tests.screens.test_figures import fill
from tests.screens.test_screens import opened, press, until, until_true

__all__ = ["no_pdf"]


@pytest.mark.usefixtures("no_pdf")
async def test_a_quote_is_saved_and_sent(office: Office, tmp_path: Path) -> None:
    editing.settle(office.lee, {"messages_by": "smtp", "mail_host": "mail.example", "mail_from": "a@columbus.example"})
    async with opened(office.dana, "board") as pilot:
        await pilot.press("Q")
        await until(pilot, Form)
        await fill(
            pilot, client="harbor", site="Main office", minutes="75", at="2026-11-26T09:00", work="two access points"
        )
        await until(pilot, QuoteView)
        await pilot.press("S")
        await until(pilot, Form)
        await fill(pilot, file=str(tmp_path))
        await until_true(pilot, lambda: bool([*tmp_path.glob("harbor-dental-quote-2026-11-26-*.html")]))
        (file,) = tmp_path.glob("*.html")
        assert "two access points" in file.read_text(encoding="utf-8")
        await until(pilot, QuoteView)
        await pilot.press("M")
        await until(pilot, Form)
        await fill(pilot, to="office@harbor.example")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until_true(
            pilot, lambda: [one.address for one in outbox.outbox(office.store)] == ["office@harbor.example"]
        )
