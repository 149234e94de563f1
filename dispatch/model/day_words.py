"""Days as people say and write them: next tue, last friday, 24 nov, in 3 days, a month ago, 31.12.2026.

pendulum steps in the calendar (the end of a month); only with days, never with zoned times (design/architecture.md, Time). It
is imported where such a step is typed: its 45 ms are nobody's who types 2026-11-24.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from dispatch.model.instants import TwoReadings

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

_BESIDE = re.compile(r"(?P<side>next|last) (?P<day>[a-z]{3,9})")
_AWAY = re.compile(
    r"(?P<ahead>in )?(?P<count>an?|[0-9]{1,4}) (?P<unit>day|week|month|year)s?(?P<ago> ago)?(?: from (?:now|today))?"
)
_OF_MONTH = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_NAMED = re.compile(rf"{_OF_MONTH} ?(?P<month>[a-z]{{3,9}})\.?(?:,? (?P<year>[0-9]{{4}}))?")
_NUMBERS = re.compile(
    r"(?P<first>[0-9]{1,2})(?P<mark>[./-])(?P<second>[0-9]{1,2})(?:(?P=mark)(?P<year>[0-9]{4})?)?"
    r"|(?P<ahead>[0-9]{4})(?P<slash>[./])(?P<month>[0-9]{1,2})(?P=slash)(?P<day>[0-9]{1,2})"
)
_NAMED_FIRST = re.compile(rf"(?P<month>[a-z]{{3,9}})\.? ?{_OF_MONTH}(?:,? (?P<year>[0-9]{{4}}))?")


def spoken_day(typed: str, today: date) -> date | None:
    """The day that somebody means on `today`; None where it is no day said in words.

    “next tue” is the first after today, “last tue” the one before; a day of a month without a year is the next such
    day, today included; “in a month” on the 31st is the last day of a shorter month.

    Args:
        typed: in lower case, with single spaces.
        today: the day on which it is said.

    Raises:
        ValueError: the step leads out of the calendar.
    """
    if match := _BESIDE.fullmatch(typed):
        if (number := weekday_called(match["day"])) is None:
            return None
        ahead = (number - today.weekday() - 1) % 7 + 1
        return today + timedelta(days=ahead if match["side"] == "next" else ahead % 7 - 7)
    if (match := _AWAY.fullmatch(typed)) and (bool(match["ahead"]) != bool(match["ago"]) or "from" in typed):
        count = int(match["count"]) if match["count"].isdecimal() else 1
        step = {f"{match['unit']}s": -count if match["ago"] else count}
        import pendulum

        try:
            there = pendulum.Date(today.year, today.month, today.day).add(**step)
        except OverflowError as fault:
            raise ValueError(str(fault)) from None
        return date(there.year, there.month, there.day)
    if match := _NAMED.fullmatch(typed) or _NAMED_FIRST.fullmatch(typed):
        month = month_called(match["month"])
        if month is not None:
            return named_day(int(match["day"]), month, int(match["year"]) if match["year"] else None, today)
    return None


def written_day(typed: str, today: date) -> date | None:
    """The day of a date in figures, such as 31.12., 12/31/2026 or 2026/12/31; None where it is none.

    Day and month stand in the one order or in the other: it is taken where the calendar knows one of them only.

    Raises:
        TwoReadings: the message names both.
    """
    match = _NUMBERS.fullmatch(typed)
    if match is None:
        return None
    if match["ahead"]:
        return named_day(int(match["day"]), int(match["month"]), int(match["ahead"]), today)
    year = int(match["year"]) if match["year"] else None
    first, second = int(match["first"]), int(match["second"])
    found = {named_day(day, month, year, today) for day, month in ((first, second), (second, first))} - {None}
    if len(found) > 1:
        ways = " or ".join(f"{day} {MONTHS[month - 1][:3]}" for day, month in ((first, second), (second, first)))
        raise TwoReadings(f"“{typed}” has two readings: write {ways}")
    return found.pop() if found else None


def named_day(day: int, month: int, year: int | None, today: date) -> date | None:
    """A day of a month; without a year the next one, today included. None where the calendar has no such day."""
    # eight years on there is a 29 February again, whatever the century
    for candidate in [year] if year is not None else range(today.year, today.year + 9):
        try:
            on = date(candidate, month, day)
        except ValueError:
            continue
        if year is not None or on >= today:
            return on
    return None


def month_called(word: str) -> int | None:
    """The number of a month by its name or the first three letters of it."""
    written = "sep" if word == "sept" else word
    return next((number for number, name in enumerate(MONTHS, 1) if written in (name, name[:3])), None)


def weekday_called(word: str) -> int | None:
    """The number of a weekday (0 is Monday) by three letters of its name or more; thurs, weds and tues too."""
    word = {"tues": "tue", "weds": "wed", "thur": "thu", "thurs": "thu"}.get(word, word)
    return next((number for number, name in enumerate(WEEKDAYS) if len(word) >= 3 and name.startswith(word)), None)
