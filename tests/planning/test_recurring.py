"""Rules of recurring visits."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.agreements import WEEKDAYS
from dispatch.planning.recurring import Agreed, Repeating, Rule, WorkingDays, occurrences, parse_rule

THANKSGIVING = datetime.date(2026, 11, 26)
CHRISTMAS = datetime.date(2026, 12, 25)
MARCH = datetime.date(2027, 3, 1)


def working(day: datetime.date) -> bool:
    return day.weekday() < 5 and day not in (THANKSGIVING, CHRISTMAS)


def days(text: str, start: str, last: str, *, onto_next: bool = False) -> list[str]:
    begins = datetime.date.fromisoformat(start)
    found = occurrences(
        parse_rule(text), begins, begins, datetime.date.fromisoformat(last), working, onto_next=onto_next
    )
    return [day.isoformat()[5:] for day in found]


def days_with_year(text: str, start: str, last: str) -> list[str]:
    begins, ends = map(datetime.date.fromisoformat, (start, last))
    return [
        day.isoformat() for day in occurrences(parse_rule(text), begins, begins, ends, lambda day: day.weekday() < 5)
    ]


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
        ("1st and 15th of the month", "day 1, 15 of the month"),
        ("every 3 months on the 15th", "day 15 of every 3 months"),
        ("the last day of the month", "last day of the month"),
        ("first and third tue of the month", "1st, 3rd tue of the month"),
        ("monthly on the last fri", "last fri of the month"),
        ("daily", "every day"),
        ("every other day", "every 2 days"),
        ("weekdays", "every mon, tue, wed, thu, fri"),
        ("every weekday", "every mon, tue, wed, thu, fri"),
        ("each working day", "every working day"),
        ("every week", "every week"),
        ("monthly", "every month"),
        ("quarterly", "every 3 months"),
        ("yearly", "every year"),
        ("yearly on the 24th of December", "every year on 24 dec"),
        ("every 2 years on feb 29", "every 2 years on 29 feb"),
        ("every year on the last Friday of November", "every year on the last fri of nov"),
    ],
)
def test_the_usual_wordings(text: str, canonical: str) -> None:
    assert str(parse_rule(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "", "sometimes", "every", "every 0 weeks on tue", "day 32 of the month", "every 60 weeks on mon", "every 0 days",
        "every year on 30 feb", "every year on the 1st working day of may", "first and last working day of the month",
    ],
)  # fmt: skip
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
        ("every day", "2026-11-24", "2026-11-29", ["11-24", "11-25", "11-27", "11-28", "11-29"]),
        ("every 3 days", "2026-11-24", "2026-12-04", ["11-24", "11-27", "11-30", "12-03"]),
        ("every weekday", "2026-11-24", "2026-12-01", ["11-24", "11-25", "11-27", "11-30", "12-01"]),
        ("every working day", "2026-11-24", "2026-12-01", ["11-24", "11-25", "11-27", "11-30", "12-01"]),
        ("every week", "2026-11-24", "2026-12-10", ["11-24", "12-01", "12-08"]),
        ("every month", "2026-12-31", "2027-04-30", ["12-31", "02-01", "03-01", "03-31", "04-30"]),
        ("last day of the month", "2026-11-01", "2027-03-31", ["11-30", "12-31", "01-29", "02-26", "03-31"]),
        ("last day of every 3 months", "2026-11-01", "2027-06-30", ["11-30", "02-26", "05-31"]),
        ("day 1, 15 of the month", "2026-11-10", "2027-01-10", ["11-16", "12-01", "12-15", "01-01"]),
        ("1st, last wed of the month", "2026-11-10", "2027-01-10", ["11-25", "12-02", "12-30", "01-06"]),
        ("every sun", "2026-11-23", "2026-12-06", ["11-29", "12-06"]),  # the firm never works then: it is meant
    ],
)
def test_the_days_of_a_rule(text: str, start: str, last: str, expected: list[str]) -> None:
    assert days(text, start, last) == expected


def test_a_holiday_may_move_the_visit_to_the_next_working_day() -> None:
    assert days("every thu", "2026-11-23", "2026-11-30", onto_next=True) == ["11-27"]
    assert days("every thu", "2026-11-23", "2026-11-30") == []


def test_29_february_is_the_28th_in_other_years() -> None:
    whole = days_with_year("every year on 29 feb", "2027-06-01", "2033-12-31")
    assert whole == ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-03-01", "2033-02-28"]
    assert days_with_year("every year", "2028-02-29", "2030-12-31") == ["2028-02-29", "2029-02-28", "2030-02-28"]
    assert days_with_year("every 4 years", "2028-02-29", "2036-12-31") == ["2028-02-29", "2032-03-01", "2036-02-29"]


def test_a_month_without_a_31st_has_its_last_day() -> None:
    every_day_works = occurrences(
        parse_rule("day 31 of the month"), MARCH, MARCH, MARCH + datetime.timedelta(days=400), lambda day: True
    )
    ends = [f"{day:%m-%d}" for day in every_day_works[:12]]
    assert ends == [
        "03-31",
        "04-30",
        "05-31",
        "06-30",
        "07-31",
        "08-31",
        "09-30",
        "10-31",
        "11-30",
        "12-31",
        "01-31",
        "02-29",
    ]


def test_a_day_that_never_comes_is_no_endless_search() -> None:
    assert days("5th mon of every 24 months", "2027-02-01", "2060-12-31") == []
    none_works = occurrences(
        parse_rule("1st working day of the month"), MARCH, MARCH, datetime.date(2040, 1, 1), lambda day: False
    )
    assert none_works == []


weekdays = st.sets(st.integers(0, 6), min_size=1).map(lambda chosen: tuple(sorted(chosen)))
weekly = st.builds(Repeating, st.just("week"), st.integers(1, 52), weekdays)
nth = st.sampled_from([-1, 1, 2, 3, 4, 5])
nths = st.sets(nth, min_size=1).map(lambda chosen: tuple(sorted(chosen, key=lambda one: (one < 0, one))))
one_weekday = st.integers(0, 6).map(lambda day: (day,))
monthdays = st.sets(st.integers(1, 31), min_size=1).map(lambda chosen: tuple(sorted(chosen)))
within = st.one_of(st.tuples(one_weekday, nths), st.tuples(st.just(()), st.one_of(monthdays, st.just((-1,)))))
months, years = st.integers(1, 24), st.integers(1, 10)


def of_month(count: int, both: tuple[tuple[int, ...], tuple[int, ...]], month: int = 0) -> Repeating:
    return Repeating("year" if month else "month", count, *both, month=month)


monthly = st.one_of(st.builds(of_month, months, within), st.builds(WorkingDays, nth, months), st.just(WorkingDays()))
yearly = st.one_of(
    st.builds(of_month, years, st.one_of(st.tuples(one_weekday, nths), st.just(((), (-1,)))), st.integers(1, 12)),
    st.builds(lambda count, day: of_month(count, ((), (day.day,)), day.month), years, st.dates()),
)
open_ones = st.one_of(
    st.builds(Repeating, st.just("day"), st.integers(1, 366)),
    st.builds(Repeating, st.just("week"), st.integers(1, 52)),
    st.builds(Repeating, st.just("month"), months),
    st.builds(Repeating, st.just("year"), years),
)
agreed = st.builds(Agreed, st.sets(st.integers(0, 6)).map(lambda chosen: tuple(sorted(chosen))))
rules: st.SearchStrategy[Rule] = st.one_of(weekly, monthly, yearly, open_ones, agreed)
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
def test_weekly_days_are_of_its_weekdays_and_weeks(rule: Repeating, start: datetime.date) -> None:
    monday = start - datetime.timedelta(days=start.weekday())
    for day in occurrences(rule, start, start, start + datetime.timedelta(days=400), working):
        assert day.weekday() in rule.weekdays, WEEKDAYS[day.weekday()]
        assert (day - monday).days // 7 % rule.count == 0


@given(open_ones, moments)
def test_what_is_as_its_start_is_named_by_it(rule: Repeating, start: datetime.date) -> None:
    named = rule.from_start(start)
    last = start + datetime.timedelta(days=800)
    assert occurrences(named, start, start, last, working) == occurrences(rule, start, start, last, working)
    assert parse_rule(str(named)) == named
