"""Days and times as people say them, and that what a day has twice or not at all is asked back."""

from __future__ import annotations

import subprocess
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from dispatch.model.instants import ClockGap, ClockRepeated, TwoReadings, iso
from dispatch.model.typed_times import parse_day, parse_minutes, parse_when
from tests.wall import started

TUESDAY = date(2026, 11, 24)
ZONE = "America/New_York"


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("tue", "2026-11-24"),
        ("Next Tue", "2026-12-01"),
        ("next wednesday", "2026-11-25"),
        ("last tue", "2026-11-17"),
        ("last thurs", "2026-11-19"),
        ("thurs", "2026-11-26"),
        ("in 3 days", "2026-11-27"),
        ("in a week", "2026-12-01"),
        ("2 weeks from today", "2026-12-08"),
        ("in 3 months", "2027-02-24"),
        ("a month ago", "2026-10-24"),
        ("in 1 year", "2027-11-24"),
        ("24 nov", "2026-11-24"),
        ("23 nov", "2027-11-23"),
        ("Nov 24th", "2026-11-24"),
        ("1st december 2026", "2026-12-01"),
        ("Sept. 3, 2027", "2027-09-03"),
        ("3feb", "2027-02-03"),
        ("29 feb", "2028-02-29"),
        ("2026-328", "2026-11-24"),
        ("31.12.", "2026-12-31"),
        ("12/31", "2026-12-31"),
        ("31.12.2027", "2027-12-31"),
        ("12/31/2027", "2027-12-31"),
        ("24-11-2026", "2026-11-24"),
        ("5.5.2027", "2027-05-05"),
        ("2026/12/31", "2026-12-31"),
    ],
)
def test_a_day_in_words(said: str, day: str) -> None:
    assert parse_day(said, today=TUESDAY) == date.fromisoformat(day)


def test_a_month_on_ends_where_the_shorter_one_does() -> None:
    assert parse_day("in a month", today=date(2027, 1, 31)) == date(2027, 2, 28)
    assert parse_day("in 1 year", today=date(2028, 2, 29)) == date(2029, 2, 28)


@pytest.mark.parametrize(
    "said", ["", "next", "next time", "last", "tu", "in days", "3 days", "in 3 days ago", "30 feb", "31 nov", "24 foo",
             "31.13.", "0.0.", "30.2.2027", "3.4/2026", "1.2.26",
             "in 9999 years", "in 3000 months", "9999 years ago", "24 nov 1926"],
)  # fmt: skip
def test_what_is_no_day_is_said(said: str) -> None:
    with pytest.raises(ValueError, match=r"is no day; type for example|out of range"):
        parse_day(said, today=TUESDAY)


@pytest.mark.parametrize("said", ["3.4.", "03/04/2026", "3-4-2026"])
def test_a_date_of_two_readings_is_asked_back(said: str) -> None:
    with pytest.raises(TwoReadings, match="has two readings: write 3 apr or 4 mar"):
        parse_day(said, today=TUESDAY)
    with pytest.raises(TwoReadings, match="has two readings"):
        parse_when(f"{said} 9:00", ZONE, now=at("2026-11-24T14:07"))


def at(clock: str) -> int:
    """An instant by the clocks of New York."""
    return int(datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo(ZONE)).timestamp())


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("next tue 9am", "2026-12-01T09:00:00-05:00"),
        ("31.12. 9:00", "2026-12-31T09:00:00-05:00"),
        ("24 nov 14:30", "2026-11-24T14:30:00-05:00"),
        ("in 2 days 9:00", "2026-11-26T09:00:00-05:00"),
        ("in 2 hours", "2026-11-24T16:07:00-05:00"),
        ("in 1h 30 min", "2026-11-24T15:37:00-05:00"),
        ("10 min ago", "2026-11-24T13:57:00-05:00"),
        ("in 2 weeks", "2026-12-08T14:07:00-05:00"),
        ("in 4 months", "2027-03-24T14:07:00-04:00"),
    ],
)
def test_a_time_in_words(said: str, when: str) -> None:
    assert iso(parse_when(said, ZONE, now=at("2026-11-24T14:07")), ZONE) == when


@pytest.mark.parametrize("said", ["24 nov 2026", "nov 24 2026", "next tue", "in", "ago", "in 2 parsecs"])
def test_a_day_alone_is_no_time(said: str) -> None:
    with pytest.raises(ValueError, match="is no time; type for example"):
        parse_when(said, ZONE, now=at("2026-11-24T14:07"))


def test_a_step_in_the_calendar_keeps_the_clock_and_a_span_does_not() -> None:
    evening = at("2027-03-13T14:00")  # clocks go forward in the night
    assert iso(parse_when("in 1 day", ZONE, now=evening), ZONE) == "2027-03-14T14:00:00-04:00"
    assert iso(parse_when("in 24 hours", ZONE, now=evening), ZONE) == "2027-03-14T15:00:00-04:00"


def test_a_time_that_comes_twice_or_not_at_all_is_asked_back() -> None:
    with pytest.raises(ClockGap):
        parse_when("in 1 day", ZONE, now=at("2027-03-13T02:30"))
    with pytest.raises(ClockGap):
        parse_when("next sun 2:30am", ZONE, now=at("2027-03-10T09:00"))
    with pytest.raises(ClockRepeated):
        parse_when("next sun 1:30", ZONE, now=at("2026-10-30T09:00"))


def test_what_needs_no_calendar_does_not_import_pendulum() -> None:
    code = (
        "import sys; from datetime import date; from dispatch.model.typed_times import parse_day, parse_when; "
        "[parse_day(one, today=date(2026, 11, 24)) for one in ('2026-11-24', 'tue', '+1', '24 nov')]; "
        "parse_when('tomorrow 9:00', 'UTC', now=0); sys.exit('pendulum' in sys.modules)"
    )
    assert subprocess.run(started("-c", code), check=False, timeout=30).returncode == 0


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("45", 45),
        ("45m", 45),
        ("90 min", 90),
        ("1h", 60),
        ("1h30", 90),
        ("1H 30 minutes", 90),
        ("1.5h", 90),
        ("2 hours", 120),
    ],
)
def test_a_length_of_time(typed: str, minutes: int) -> None:
    assert parse_minutes(typed) == minutes


@pytest.mark.parametrize("typed", ["", "soon", "-5", "1:30", "1h30s", "PT1H", "h", "999999"])
def test_what_is_no_length_is_said(typed: str) -> None:
    with pytest.raises(ValueError, match="is no length of time; type for example 45, 45m, 1h30 or 2 hours"):
        parse_minutes(typed)
