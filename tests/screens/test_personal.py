"""Erasing one person, and then the client, from the client's page; and everything as an archive."""

from __future__ import annotations

from pathlib import Path

from db import erasing
from dispatch.desk.book import editing
from dispatch.desk.plan import schedule
from screens.book.book import BookScreen
from screens.book.client import ClientScreen
from screens.dialogs.questions import AskConfirm
from tests.desk.conftest import Office, harbor
from tests.screens.test_prices import choose, fill
from tests.screens.test_screens import opened, press, until, until_true


async def test_from_the_clients_page(office: Office, tmp_path: Path) -> None:
    editing.edit(office.dana, "client", harbor(office), {"contacts": "Ina Marmot; 5 | Bo Elm; 6", "notes": "kumquats"})
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "they left us")
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "4")
        await until(pilot, BookScreen)
        await press(pilot, "enter")
        await until(pilot, ClientScreen)
        await press(pilot, "W")
        await fill(pilot, file=str(tmp_path / "all.zip"))
        await until_true(pilot, (tmp_path / "all.zip").exists)
        await press(pilot, "E")
        await choose(pilot, "only Ina Marmot")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await fill(pilot, name="Ina")
        await fill(pilot, name="ina marmot")
        await until(pilot, ClientScreen)
        assert [contact.name for contact in harbor(office).contacts] == ["Bo Elm"]
        await press(pilot, "E")
        await choose(pilot, "the whole client")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await fill(pilot, name="Harbor Dental")
        await choose(pilot, "take it as it stands")
        await until(pilot, ClientScreen)
        await until_true(pilot, lambda: office.store.value("SELECT name FROM client WHERE id = 1") == "Erased client 1")
        await until_true(pilot, lambda: erasing.unfinished(office.store) == [])
