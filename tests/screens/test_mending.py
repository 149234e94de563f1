"""What was entered twice is merged in the book: found by a few letters, what both say chosen, taken back by u."""

from __future__ import annotations

from db import clients
from dispatch.desk.book import editing
from screens.book.book import BookScreen
from screens.dialogs.finder import FindScreen
from screens.dialogs.questions import AskConfirm, Choose
from tests.desk.conftest import Office
from tests.screens.test_screens import opened, press, settled, until


def names(office: Office) -> list[str]:
    return [one.name for one in clients.all_clients(office.store)]


async def test_a_client_is_merged_in_the_book(office: Office) -> None:
    ours = clients.all_clients(office.store)[0]
    editing.edit(office.dana, "client", ours, {"computers": "22"})
    editing.add(office.dana, "client", {"name": "Harbor-Dental", "computers": "3"})
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        screen = pilot.app.screen
        assert isinstance(screen, BookScreen)
        screen.listed.select_key(f"client {ours.id}")
        await settled(pilot)
        assert screen.notes()[0] == ("probably the same as Harbor-Dental: M merges", "warn")
        await press(pilot, "M")
        await until(pilot, FindScreen)
        await settled(pilot)
        await press(pilot, *"harb", "enter")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until(pilot, Choose)
        await press(pilot, "down", "enter")
        await until(pilot, BookScreen)
        await settled(pilot)
        assert names(office) == ["Harbor Dental"]
        assert clients.all_clients(office.store)[0].computers == 3, "what the other says was chosen"
        await press(pilot, "u")
        await settled(pilot)
    assert names(office) == ["Harbor Dental", "Harbor-Dental"]
    assert clients.all_clients(office.store)[0].computers == 22
