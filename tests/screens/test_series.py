"""Series of visits on the screens: the next dates before it is saved, and for which visits a change is meant."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Label

from db import holidays, recurrences, visits
from dispatch.desk.book import editing
from dispatch.model.requests import Recurrence, Scope
from dispatch.model.states import State
from dispatch.model.visits import Visit
from screens.book.book import KINDS
from screens.dialogs.questions import AskText, Choose, Form
from tests.desk.conftest import Office
from tests.quick import first_of
from tests.screens.test_prices import choose, fill
from tests.screens.test_screens import opened, press, until, until_true
from widgets.queue import Queue

ORDER = {
    "site": "Harbor Dental / Main office", "work": "health check", "rule": "every tue", "minutes": "60",
    "starts": "2026-12-01",
}  # fmt: skip
SIZES = ((120, 36), (80, 24), (45, 20))


def order(office: Office, **texts: str) -> Recurrence:
    found = editing.add(office.dana, "recurrence", {**ORDER, **texts})
    assert isinstance(found, Recurrence)
    return found


def of(office: Office, recurrence_id: int) -> list[Visit]:
    return visits.of_recurrence(office.store, recurrence_id)


@first_of("size", SIZES)
async def test_the_next_twelve_dates_are_shown_before_it_is_saved(office: Office, size: tuple[int, int]) -> None:
    async with opened(office.dana, "book", size=size) as pilot:
        await press(pilot, *["tab"] * KINDS.index("recurrence"), "n")
        await until(pilot, Form)
        await fill(pilot, **{**ORDER, "rule": "last day of the month"})
        await until(pilot, Choose)
        shown = str(pilot.app.screen.query(Label).first().content)
        assert shown.startswith("last day of the month: Thu 31 Dec 2026, Fri 29 Jan 2027, ")
        assert shown.count("20") == 12
        assert recurrences.recurrences(office.store) == []
        await press(pilot, "escape")
        assert recurrences.recurrences(office.store) == []
        await press(pilot, "n")
        await until(pilot, Form)
        assert pilot.app.screen.query_one("#field-rule", Input).value == "last day of the month"
        await press(pilot, "enter")
        await until(pilot, Choose)
        await press(pilot, "enter")
        await until_true(pilot, lambda: len(recurrences.recurrences(office.store)) == 1)


@pytest.mark.parametrize(
    ("scope", "minutes"),
    [(Scope.THIS, [90, 60, 60, 60]), (Scope.FOLLOWING, [60, 60, 90, 90]), (Scope.ALL, [90, 90, 90, 90])],
)
async def test_a_changed_series_asks_for_which_visits(office: Office, scope: Scope, minutes: list[int]) -> None:
    one = order(office)
    async with opened(office.dana, "book") as pilot:
        await press(pilot, *["tab"] * KINDS.index("recurrence"), "e")
        await until(pilot, Form)
        await fill(pilot, minutes="90")
        await choose(pilot, scope)
        if scope is Scope.FOLLOWING:
            await until(pilot, AskText)
            pilot.app.screen.query_one(Input).value = "2026-12-12"
            await press(pilot, "enter")
        await until_true(
            pilot,
            lambda: [visit.minutes for series in (1, 2) for visit in of(office, series)][:4] == minutes,
        )
    assert len(recurrences.recurrences(office.store)) == (2 if scope is Scope.FOLLOWING else 1)
    assert recurrences.recurrences(office.store)[0].id == one.id


async def test_cancelling_a_visit_of_a_series_asks_which(office: Office) -> None:
    order(office, starts="2026-11-24")
    first, second, *_ = of(office, 1)
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "tab")
        pilot.app.screen.query_one(Queue).select_key(first.id)
        await press(pilot, "X")
        await until(pilot, AskText)
        pilot.app.screen.query_one(Input).value = "they go elsewhere"
        await press(pilot, "enter")
        await choose(pilot, Scope.ALL)
        await until_true(pilot, lambda: visits.again(office.store, first).state is State.CANCELLED)
        assert [visit.reference for visit in of(office, 1)] == [first.reference]
        await press(pilot, "u")
        await until_true(pilot, lambda: len(of(office, 1)) > 1)
    assert visits.again(office.store, second).archived_at is None
    assert recurrences.recurrences(office.store) != []


async def test_holidays_of_a_country_are_taken_over_in_the_book(office: Office) -> None:
    async with opened(office.lee, "book") as pilot:
        await press(pilot, *["tab"] * KINDS.index("holiday"), "L")
        await until(pilot, Form)
        await fill(pilot, country="Nowhere", years="2027")
        assert isinstance(pilot.app.screen, Form), "it stays open, with what is wrong"
        await fill(pilot, country="us", subdivision="oh", years="2027")
        await until_true(pilot, lambda: len(holidays.days(office.store)) > 8)
        await press(pilot, "u")
        await until_true(pilot, lambda: not holidays.days(office.store))
