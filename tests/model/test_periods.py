"""Months, quarters and years as they are typed, named and divided."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.periods import MONTHS, Period, read_period

DAY = datetime.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("typed", "first", "end", "title"),
    [
        ("2026-11", "2026-11-01", "2026-12-01", "November 2026"),
        ("2026-12", "2026-12-01", "2027-01-01", "December 2026"),
        ("2026-Q4", "2026-10-01", "2027-01-01", "October to December 2026"),
        ("2026q1", "2026-01-01", "2026-04-01", "January to March 2026"),
        (" 2026 ", "2026-01-01", "2027-01-01", "2026"),
    ],
)
def test_a_period_is_read_and_named(typed: str, first: str, end: str, title: str) -> None:
    period = read_period(typed, DAY)
    assert (period.first.isoformat(), period.end.isoformat(), period.title) == (first, end, title)
    assert read_period(period.code, DAY) == period


@pytest.mark.parametrize("typed", ["november", "2026-13", "2026-Q5", "1969", "2200-01", "2026-1", "2026-11-01", "-"])
def test_what_is_no_period_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="is not a month, a quarter or a year such as 2026-11, 2026-Q4, 2026"):
        read_period(typed, DAY)


@given(st.dates(datetime.date(1971, 1, 1), datetime.date(2199, 12, 31)), st.sampled_from([*MONTHS]))
def test_nothing_typed_is_the_last_whole_one(day: datetime.date, kind: str) -> None:
    period = read_period("", day, kind)
    assert period.end <= day < Period(kind, period.end).end


@given(
    st.dates(datetime.date(1970, 1, 1), datetime.date(2199, 1, 1)), st.sampled_from([*MONTHS]), st.sampled_from([0, 6])
)
def test_the_parts_are_all_of_it(day: datetime.date, kind: str, first_weekday: int) -> None:
    """One after the other without a gap, each of its own name."""
    length = MONTHS[kind]
    period = Period(kind, day.replace(month=(day.month - 1) // length * length + 1, day=1))
    parts = list(period.parts(first_weekday))
    assert [first for _, first, _ in parts] == [period.first, *(after for _, _, after in parts[:-1])]
    assert parts[-1][2] == period.end
    assert len({name for name, _, _ in parts}) == len(parts) == (length if length > 1 else len(parts))
    assert all(first < after <= first + datetime.timedelta(days=31) for _, first, after in parts)


def test_what_still_lasts_says_so_until_its_last_day() -> None:
    november = Period("month", datetime.date(2026, 11, 1))
    assert november.unfinished(datetime.date(2026, 11, 30)) == "; the month is not over yet"
    assert november.unfinished(datetime.date(2026, 12, 1)) == ""
