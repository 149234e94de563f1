"""Rules of recurring visits."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.agreements import WEEKDAYS
from dispatch.planning.recurring import Agreed, Monthly, Rule, Weekly, occurrences, parse_rule

THANKSGIVING = datetime.date(2026, 11, 26)
CHRISTMAS = datetime.date(2026, 12, 25)


def working(day: datetime.date) -> bool:
    return day.weekday() < 5 and day not in (THANKSGIVING, CHRISTMAS)


def days(text: str, start: str, last: str, *, onto_next: bool = False) -> list[str]:
    begins = datetime.date.fromisoformat(start)
    found = occurrences(
        parse_rule(text), begins, begins, datetime.date.fromisoformat(last), working, onto_next=onto_next
    )
    return [day.isoformat()[5:] for day in found]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("as agreed", "as agreed"),
        ("As often as agreed on Thursday and Tue", "as agreed on tue, thu"),
        ("every Tuesday", "every tue"),
        ("weekly on tue, thu", "every tue, thu"),
        ("every second Tuesday", "every 2 weeks on tue"),
        ("every other week on thursday and tue", "every 2 weeks on tue, thu"),
        ("every 3 weeks on mon", "every 3 weeks on mon"),
        ("first working day of the month", "1st working day of the month"),
        ("the last workday of every month", "last working day of the month"),
        ("2nd Tuesday of the month", "2nd tue of the month"),
        ("last fri of every 3 months", "last fri of every 3 months"),
        ("15th of the month", "day 15 of the month"),
        ("day 31 of every 2 months", "day 31 of every 2 months"),
    ],
)
def test_the_usual_wordings(text: str, canonical: str) -> None:
    assert str(parse_rule(text)) == canonical


@pytest.mark.parametrize(
    "text", ["", "sometimes", "every", "every 0 weeks on tue", "day 32 of the month", "every 60 weeks on mon"]
)
def test_what_is_no_rule_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="not"):
        parse_rule(text)


@pytest.mark.parametrize(
    ("text", "start", "last", "expected"),
    [
        ("every second tuesday", "2026-11-24", "2026-12-31", ["11-24", "12-08", "12-22"]),
        ("every tue, thu", "2026-11-23", "2026-12-04", ["11-24", "12-01", "12-03"]),  # Thanksgiving left out
        ("every fri", "2026-12-18", "2027-01-08", ["12-18", "01-01", "01-08"]),
        ("first working day of the month", "2026-10-02", "2027-02-28", ["11-02", "12-01", "01-01", "02-01"]),
        ("last working day of the month", "2026-11-01", "2026-12-31", ["11-30", "12-31"]),
        ("2nd tue of the month", "2026-11-11", "2026-12-31", ["12-08"]),
        ("5th mon of the month", "2026-11-01", "2027-03-31", ["11-30", "03-29"]),
        ("last fri of every 3 months", "2026-11-01", "2027-06-30", ["11-27", "02-26", "05-28"]),
        ("day 31 of the month", "2026-11-01", "2026-12-31", ["11-30", "12-31"]),
        ("day 15 of the month", "2026-11-01", "2026-11-30", ["11-16"]),  # the 15th is a Sunday
        ("every sun", "2026-11-23", "2026-12-06", ["11-29", "12-06"]),  # the firm never works then: it is meant
    ],
)
def test_the_days_of_a_rule(text: str, start: str, last: str, expected: list[str]) -> None:
    assert days(text, start, last) == expected


def test_a_holiday_may_move_the_visit_to_the_next_working_day() -> None:
    assert days("every thu", "2026-11-23", "2026-11-30", onto_next=True) == ["11-27"]
    assert days("every thu", "2026-11-23", "2026-11-30") == []


weekly = st.builds(
    Weekly,
    st.sets(st.integers(0, 6), min_size=1).map(lambda chosen: tuple(sorted(chosen))),
    st.integers(1, 52),
)
nth = st.sampled_from([-1, 1, 2, 3, 4, 5])
monthly = st.one_of(
    st.builds(Monthly, nth, st.just("weekday"), st.integers(0, 6), st.integers(1, 24)),
    st.builds(Monthly, nth, st.just("working"), count=st.integers(1, 24)),
    st.builds(Monthly, st.integers(1, 31), st.just("month"), count=st.integers(1, 24)),
)
agreed = st.builds(Agreed, st.sets(st.integers(0, 6)).map(lambda chosen: tuple(sorted(chosen))))
rules: st.SearchStrategy[Rule] = st.one_of(weekly, monthly, agreed)
moments = st.dates(datetime.date(2025, 1, 1), datetime.date(2030, 1, 1))


def twice(month: datetime.date) -> int:
    """An agreement that asks for two visits a month, and for none in February."""
    return 0 if month.month == 2 else 2


@given(agreed, moments)
def test_as_agreed_is_as_often_as_agreed_and_spread(rule: Agreed, start: datetime.date) -> None:
    start = start.replace(day=1)
    last = (start + datetime.timedelta(days=400)).replace(day=1) - datetime.timedelta(days=1)
    found = occurrences(rule, start, start, last, working, contacts=twice)
    for month in {day.replace(day=1) for day in found}:
        days = [day for day in found if day.replace(day=1) == month]
        assert len(days) == min(twice(month), len(rule.eligible(month, working)))
        assert all(working(day) for day in days)
        if not rule.weekdays:
            assert (days[1] - days[0]).days >= 9
    assert not [day for day in found if day.month == 2]


@given(rules)
def test_a_rule_is_read_as_it_is_written(rule: Rule) -> None:
    assert parse_rule(str(rule)) == rule


@given(rules, moments, st.integers(0, 300), st.integers(0, 300), st.booleans())
def test_making_ahead_in_steps_finds_the_same_days(
    rule: Rule, start: datetime.date, one: int, two: int, onto_next: bool
) -> None:
    middle = start + datetime.timedelta(days=one)
    last = middle + datetime.timedelta(days=two)
    whole = occurrences(rule, start, start, last, working, onto_next=onto_next, contacts=twice)
    first = occurrences(rule, start, start, middle, working, onto_next=onto_next, contacts=twice)
    rest = occurrences(
        rule, start, middle + datetime.timedelta(days=1), last, working, onto_next=onto_next, contacts=twice
    )
    assert whole == sorted(set(first + rest))
    assert all(start <= day <= last for day in whole)


@given(weekly, moments)
def test_weekly_days_are_of_its_weekdays_and_weeks(rule: Weekly, start: datetime.date) -> None:
    monday = start - datetime.timedelta(days=start.weekday())
    for day in occurrences(rule, start, start, start + datetime.timedelta(days=400), working):
        assert day.weekday() in rule.weekdays, WEEKDAYS[day.weekday()]
        assert (day - monday).days // 7 % rule.count == 0
