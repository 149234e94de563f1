"""The calendar of a day in a form."""

from __future__ import annotations

import datetime

import pytest
from textual.widgets import Input

from db.settings import today
from screens.dialogs.asked import ENTER_SHOWS, AskedField
from screens.dialogs.questions import ChooseDay, Form
from tests.desk.conftest import Office
from tests.screens.test_screens import opened, press, until
from widgets.choices import MonthCalendar

SIZES = [(120, 36), pytest.param((80, 24), marks=pytest.mark.long), (45, 20)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_day_is_chosen_from_a_calendar_or_typed(office: Office, size: tuple[int, int]) -> None:
    day = datetime.date(2026, 11, 24)
    fields = [
        AskedField("first", "From", "2027-01-31", today=day),
        *(AskedField(f"who-{each}", "Who") for each in range(9)),
    ]
    async with opened(office.dana, "board", size) as pilot:
        assert today(office.store) == day
        pilot.app.push_screen(Form("Days", fields, hint=ENTER_SHOWS))
        await until(pilot, Form)
        await press(pilot, "ctrl+o")
        await until(pilot, ChooseDay)
        month = pilot.app.screen.query_one(MonthCalendar)
        assert month.region.height == 8
        assert month.region.bottom < pilot.app.size.height
        assert "[31]" in str(month.render())
        await press(pilot, "n", "right", "up")
        assert month.day == datetime.date(2027, 2, 22)
        await press(pilot, "t", "down", "enter")
        await until(pilot, Form)
        line = pilot.app.screen.query_one("#field-first", Input)
        assert line.value == "2026-12-01"
        await press(pilot, "ctrl+o")
        await until(pilot, ChooseDay)
        await press(pilot, "right", "escape")
        await until(pilot, Form)
        assert line.value == "2026-12-01"
        line.value = "no day"
        await press(pilot, "ctrl+o")
        await until(pilot, ChooseDay)
        assert pilot.app.screen.query_one(MonthCalendar).day == day
        await press(pilot, "escape")
        await until(pilot, Form)
        await press(pilot, "tab", "ctrl+o")
        assert isinstance(pilot.app.screen, Form)


def test_a_week_begins_as_the_firm_has_it() -> None:
    lines = str(MonthCalendar(datetime.date(2026, 11, 24), datetime.date(2026, 11, 24), 6).render()).split("\n")
    assert lines[1].split()[0] == "Su"
    assert lines[2].split()[0] == "1"
    assert len(lines) <= 8


def test_a_calendar_ends_with_the_years_that_are_kept() -> None:
    month = MonthCalendar(datetime.date(2199, 12, 31), datetime.date(2026, 11, 24))
    month.action_step(1)
    month.action_month(1)
    assert month.day == datetime.date(2199, 12, 31)
