"""What was entered otherwise than it is, on the screens: merged in the book, put at another site, asked once more, split."""

from __future__ import annotations

from db import clients, visits
from dispatch.desk.book import editing
from screens.board.board import BoardScreen
from screens.book.book import BookScreen
from screens.dialogs.finder import FindScreen
from screens.dialogs.questions import AskConfirm, Choose, Form
from tests.desk.conftest import Office
from tests.screens.test_prices import choose, fill
from tests.screens.test_screens import opened, press, settled, until
from widgets.queue import Queue


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


async def test_a_request_is_mended_on_the_board(office: Office) -> None:
    """r offers what can be mended of the visit under the cursor."""
    async with opened(office.dana, "board") as pilot:
        await until(pilot, BoardScreen)
        await settled(pilot)
        queue = pilot.app.screen.query_one(Queue)
        queue.focus()
        before = visits.visit_by_reference(office.store, "R2")
        assert before is not None
        queue.select_key(before.id)
        await press(pilot, "r")
        await choose(pilot, "it is at another site")
        await until(pilot, FindScreen)
        await settled(pilot)
        await press(pilot, *"annex", "enter")
        await until(pilot, BoardScreen)
        await settled(pilot)
        after = visits.visit_by_reference(office.store, "R2")
        assert after is not None
        assert after.site == "Annex"
        queue.select_key(after.id)
        await press(pilot, "r")
        await choose(pilot, "split in two")
        await until(pilot, Form)
        await fill(pilot, minutes="20", work="the rest", promise="second")
        await until(pilot, BoardScreen)
        await settled(pilot)
        second = visits.visit_by_reference(office.store, "R1001")
        assert second is not None
        assert (second.minutes, second.after, second.promised) == (20, "R2", before.promised)
        queue.select_key(second.id)
        await press(pilot, "r")
        await choose(pilot, "the same once more")
        await until(pilot, Form)
        await fill(pilot, date="2026-11-26")
        await until(pilot, BoardScreen)
        await settled(pilot)
    again = visits.visit_by_reference(office.store, "R1002")
    assert again is not None
    assert (again.work, str(again.wanted_on), again.after) == ("the rest", "2026-11-26", "")
