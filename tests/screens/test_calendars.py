"""A technician's own calendar from the screens: in the book, and in their day."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.calendars.permission import linked_to
from dispatch.desk.plan import schedule
from screens.dialogs.questions import AskConfirm, Choose, Form
from tests.calendars.conftest import Cloud, cloud, linked
from tests.desk.conftest import Office, at
from tests.requests.test_calendar_export import technician
from tests.screens.test_prices import fill
from tests.screens.test_screens import opened, press, until, until_true

__all__ = ["cloud", "linked"]


@pytest.mark.parametrize("size", [(120, 36)])
async def test_the_book_names_a_calendar_and_brings_it_up_to_date(
    linked: Office, cloud: Cloud, size: tuple[int, int]
) -> None:
    schedule.assign(linked.dana, "R1", ["ana"], at("09:00"))
    async with opened(linked.lee, "book", size) as pilot:
        for _ in range(list(RECORD_STORES).index("calendar")):
            await press(pilot, "tab")
        await press(pilot, "y")
        await until(pilot, AskConfirm)
        await press(pilot, "enter")
        await until_true(pilot, lambda: len(cloud.names()) == 1)
        await press(pilot, "e")
        await until(pilot, Form)
        assert pilot.app.screen.query_one("#field-url", Input).value == cloud.url
        await fill(pilot, days="14")
        await until_true(pilot, lambda: linked_to(linked.store, technician(linked)).days == 14)


async def test_a_technician_permits_busy_times_in_their_day(linked: Office, cloud: Cloud) -> None:
    async with opened(linked.ana, "day") as pilot:
        await press(pilot, "S")
        await until(pilot, Choose)
        await press(pilot, "down", "enter")
        await until_true(pilot, lambda: linked_to(linked.store, technician(linked)).busy)
