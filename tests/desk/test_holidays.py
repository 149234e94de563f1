"""The firm's holidays: typed or taken from a country's, followed by series, and asked for where the table ends."""

from __future__ import annotations

import datetime
import sys

import pytest

from db import holidays, visits
from dispatch.desk.book import editing, holiday_table, series
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.plan import undo
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound, Refusal
from dispatch.model.requests import Recurrence
from tests.desk.conftest import Office

ORDER = {
    "site": "Harbor Dental / Main office", "work": "health check", "rule": "every tue", "minutes": "60",
    "starts": "2026-12-01",
}  # fmt: skip


def order(office: Office, **texts: str) -> Recurrence:
    found = editing.add(office.dana, "recurrence", {**ORDER, **texts})
    assert isinstance(found, Recurrence)
    return found


def days(office: Office, one: Recurrence) -> list[str]:
    return [f"{visit.occurrence:%m-%d}" for visit in visits.of_recurrence(office.store, one.id)]


def test_series_follow_a_holiday_that_comes_and_goes(office: Office) -> None:
    skipping, moving = order(office), order(office, holidays="next")
    agreed = visits.of_recurrence(office.store, moving.id)[2]
    intake.amend(office.dana, agreed.reference, {"description": "with the auditor"}, "this")
    kept = visits.of_recurrence(office.store, skipping.id)
    before = days(office, skipping), days(office, moving)

    editing.add(office.dana, "holiday", {"day": "2026-12-08", "name": "Town fair"})
    assert days(office, skipping)[:3] == ["12-01", "12-15", "12-22"]
    assert days(office, moving)[:3] == ["12-01", "12-09", "12-15"]
    added = editing.add(office.dana, "holiday", {"day": "2026-12-15"})
    assert days(office, moving)[:4] == ["12-01", "12-09", "12-16", "12-22"]
    assert visits.again(office.store, agreed).wanted_on == datetime.date(2026, 12, 15), "what was agreed is kept"

    undo.undo(office.dana)
    undo.undo(office.dana)
    assert (days(office, skipping), days(office, moving)) == before
    assert visits.of_recurrence(office.store, skipping.id)[1].reference == kept[1].reference
    undo.redo(office.dana)
    assert days(office, skipping)[:3] == ["12-01", "12-15", "12-22"]
    editing.archive(office.dana, "holiday", holidays.holiday_on(office.store, datetime.date(2026, 12, 8)))
    assert days(office, skipping) == before[0]
    assert holidays.holiday_on(office.store, added.day) is None


def test_a_day_is_a_holiday_once(office: Office) -> None:
    editing.add(office.dana, "holiday", {"day": "2026-12-25", "name": "Christmas"})
    with pytest.raises(Faulty, match="day: Fri 25 Dec 2026 is a holiday already"):
        editing.add(office.dana, "holiday", {"day": "2026-12-25"})
    with pytest.raises(NotAllowed):
        editing.add(office.ana, "holiday", {"day": "2026-12-26"})
    store = RECORD_STORES["holiday"]
    assert store.find(office.store, "christ").day == store.find(office.store, "2026-12-25").day
    with pytest.raises(NotFound, match="is no holiday"):
        store.find(office.store, "2026-12-26")


def test_those_of_a_country_are_taken_over_as_one_change(office: Office) -> None:
    editing.add(office.lee, "holiday", {"day": "2027-01-01", "name": "New Year"})
    taken = holiday_table.import_country(office.lee, "us", "oh", [2027])
    there = {holiday.day: holiday.name for holiday in holidays.holidays(office.store)}
    assert there[datetime.date(2027, 1, 1)] == "New Year", "what is there stays"
    assert there[datetime.date(2027, 5, 31)] == "Memorial Day"
    assert len(taken) == len(there) - 1 > 8
    assert holiday_table.import_country(office.lee, "US", "OH", [2027]) == []
    undo.undo(office.lee)
    assert holidays.days(office.store) == {datetime.date(2027, 1, 1)}
    assert {holiday.day.year for holiday in holiday_table.missing(office.store, "DE", "BY", [])} == {2026, 2027}


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (("Ohio", "", [2027]), "no country 'Ohio': two letters"),
        (("US", "ZZ", [2027]), "US has no subdivision 'ZZ': there are AK, AL"),
        (("US", "", [12]), "year: 12 is not from 1990 to 2100"),
    ],
)
def test_what_no_country_has_is_said(office: Office, asked: tuple[str, str, list[int]], fault: str) -> None:
    with pytest.raises(Refusal, match=fault):
        holiday_table.import_country(office.lee, *asked)
    assert holidays.days(office.store) == frozenset()


def test_without_the_package_it_is_said_what_is_missing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(Refusal, match="extra `holidays`"):
        holiday_table.import_country(office.lee, "US", "", [2027])


def test_where_the_table_ends_it_is_said(office: Office) -> None:
    assert holiday_table.finding(office.store).good, "no series needs it"
    one = order(office)
    assert holiday_table.finding(office.store).text.startswith("none are known, and 1 recurring visits go on")
    assert "no holidays are known: dispatch holidays import" in "\n".join(notes(office, one))
    editing.add(office.lee, "holiday", {"day": "2026-12-25"})
    found = holiday_table.finding(office.store)
    assert (found.good, found.text.split(",")[0]) == (False, "known until Thu 31 Dec 2026")
    assert "holidays are known until Thu 31 Dec 2026 only" in "\n".join(notes(office, one))
    assert "2026 only" in series.foresee(office.dana, None, ORDER).beyond
    editing.add(office.lee, "holiday", {"day": "2027-01-01"})
    assert holiday_table.finding(office.store).good
    assert not [note for note in notes(office, one) if "known" in note]


def notes(office: Office, one: Recurrence) -> list[str]:
    return list(RECORD_STORES["recurrence"].notes(office.store, one))
