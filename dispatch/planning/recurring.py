"""Rules by which visits recur: every second Tuesday, the first working day of the month, the 15th."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from dispatch.model.agreements import WEEKDAYS, months_later

WorkingDay = Callable[[datetime.date], bool]
"""Whether the firm works on a day: one of its weekdays, and no holiday."""

Contacts = Callable[[datetime.date], int]
"""How many visits the client's agreement asks for in the month that begins on a day; 0 without one."""
EXAMPLES = (
    "every tue; every 2 weeks on tue, thu; 1st working day of the month; last fri of every 3 months; day 15 of the month; "
    "as agreed on tue"
)
"""What a fault shows."""

_ONE_DAY = datetime.timedelta(days=1)
_ORDINALS = {
    "1st": 1, "first": 1, "2nd": 2, "second": 2, "3rd": 3, "third": 3, "4th": 4, "fourth": 4, "5th": 5, "fifth": 5,
    "last": -1,
}  # fmt: skip
_SPOKEN = {-1: "last", 1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th"}
_COUNTS = {"": 1, "other": 2, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_DAYS = rf"{_DAY}(?:(?:\s*,\s*|\s+and\s+|\s+){_DAY})*"
_WEEKLY = (
    re.compile(rf"every (?P<count>other |second |2nd |third |3rd |fourth |4th |)(?P<days>{_DAYS})"),
    re.compile(rf"every (?P<count>other |second |2nd |third |3rd |fourth |4th |)week on (?P<days>{_DAYS})"),
    re.compile(rf"every (?P<count>\d+) weeks? on (?P<days>{_DAYS})"),
    re.compile(rf"weekly on (?P<count>)(?P<days>{_DAYS})"),
)
_AGREED = re.compile(rf"as (?:agreed|often as agreed)(?: on (?P<days>{_DAYS}))?")
_OF_MONTH = r"of (?:the|each|every) (?P<count>\d+ |)months?"
_NTH = re.compile(
    rf"(?:on |on the |the |)(?P<nth>{'|'.join(_ORDINALS)}) (?P<what>{_DAY}|working day|workday) {_OF_MONTH}"
)
_MONTHDAY = re.compile(rf"(?:on |on the |the |)(?:day (?P<day>\d+)|(?P<nth>\d+)(?:st|nd|rd|th)) {_OF_MONTH}")


@dataclass(frozen=True, slots=True)
class Weekly:
    """On weekdays (0 is Monday) of every `count`th week from the week of the start; weeks begin on Monday."""

    weekdays: tuple[int, ...]
    count: int = 1

    def __str__(self) -> str:
        days = ", ".join(WEEKDAYS[day] for day in self.weekdays)
        return f"every {days}" if self.count == 1 else f"every {self.count} weeks on {days}"

    def days(self, start: datetime.date, working: WorkingDay) -> Iterator[datetime.date]:
        """Its days from `start` on, without end."""
        monday = start - _ONE_DAY * start.weekday()
        while True:
            yield from (day for weekday in self.weekdays if (day := monday + _ONE_DAY * weekday) >= start)
            monday += datetime.timedelta(weeks=self.count)


@dataclass(frozen=True, slots=True)
class Monthly:
    """On one day of every `count`th month from the month of the start.

    `of` says what `nth` counts: a `weekday` (0 is Monday; -1 is the last one), a `working` day, or the day of the `month`.
    A day of the month that the firm does not work on gives way to the next working day; the 31st of a shorter month is
    its last day.
    """

    nth: int
    of: Literal["weekday", "working", "month"]
    weekday: int = 0
    count: int = 1

    def __str__(self) -> str:
        months = "of the month" if self.count == 1 else f"of every {self.count} months"
        if self.of == "month":
            return f"day {self.nth} {months}"
        return f"{_SPOKEN[self.nth]} {'working day' if self.of == 'working' else WEEKDAYS[self.weekday]} {months}"

    def days(self, start: datetime.date, working: WorkingDay) -> Iterator[datetime.date]:
        """Its days from `start` on, without end."""
        month = start.replace(day=1)
        while True:
            day = self._in(month, working)
            if day is not None and day >= start:
                yield day
            month = months_later(month, self.count)

    def _in(self, first: datetime.date, working: WorkingDay) -> datetime.date | None:
        month = [first + _ONE_DAY * offset for offset in range((months_later(first, 1) - first).days)]
        if self.of == "month":
            day = month[min(self.nth, len(month)) - 1]
            # a year without a working day is a card that says so, not a reason to search for ever
            return next((later for offset in range(366) if working(later := day + _ONE_DAY * offset)), None)
        meant = [day for day in month if (working(day) if self.of == "working" else day.weekday() == self.weekday)]
        index = self.nth if self.nth < 0 else self.nth - 1
        return meant[index] if -len(meant) <= index < len(meant) else None


@dataclass(frozen=True, slots=True)
class Agreed:
    """As often a month as the client's agreement asks for, spread over its working days, or those of them on `weekdays`."""

    weekdays: tuple[int, ...] = ()

    def __str__(self) -> str:
        days = ", ".join(WEEKDAYS[day] for day in self.weekdays)
        return f"as agreed on {days}" if days else "as agreed"

    def days(
        self, start: datetime.date, last: datetime.date, working: WorkingDay, contacts: Contacts
    ) -> Iterator[datetime.date]:
        """Its days from `start` to the end of the month of `last`."""
        month = start.replace(day=1)
        while month <= last:
            there = self.eligible(month, working)
            count = min(contacts(month), len(there))
            yield from (
                day for step in range(count) if (day := there[(2 * step + 1) * len(there) // (2 * count)]) >= start
            )
            month = months_later(month, 1)

    def eligible(self, month: datetime.date, working: WorkingDay) -> list[datetime.date]:
        """The days of a month on which a visit can be."""
        days = (month + _ONE_DAY * offset for offset in range((months_later(month, 1) - month).days))
        return [day for day in days if working(day) and (not self.weekdays or day.weekday() in self.weekdays)]


Rule = Weekly | Monthly | Agreed


def parse_rule(text: str) -> Rule:
    """A rule as it is typed, in any of the usual wordings; `str` of it gives one that reads the same.

    Raises:
        ValueError: with examples.
    """
    words = " ".join(text.casefold().split()).replace("each week", "every week").replace("every month", "every 1 month")
    for pattern in _WEEKLY:
        if match := pattern.fullmatch(words):
            count = match["count"].strip()
            weekdays = sorted({WEEKDAYS.index(day[:3]) for day in re.findall(_DAY, match["days"])})
            return Weekly(tuple(weekdays), _within(int(count) if count.isdecimal() else _COUNTS[count], 1, 52, "weeks"))
    if match := _AGREED.fullmatch(words):
        return Agreed(tuple(sorted({WEEKDAYS.index(day[:3]) for day in re.findall(_DAY, match["days"] or "")})))
    if match := _NTH.fullmatch(words):
        nth, count = _ORDINALS[match["nth"]], _months(match["count"])
        if match["what"].startswith("work"):
            return Monthly(nth, "working", count=count)
        return Monthly(nth, "weekday", WEEKDAYS.index(match["what"][:3]), count)
    if match := _MONTHDAY.fullmatch(words):
        day = _within(int(match["day"] or match["nth"]), 1, 31, "the day of the month")
        return Monthly(day, "month", count=_months(match["count"]))
    raise ValueError(f"{text.strip()!r} is not a rule such as {EXAMPLES}")


def occurrences(
    rule: Rule,
    start: datetime.date,
    first: datetime.date,
    last: datetime.date,
    working: WorkingDay,
    *,
    onto_next: bool = False,
    contacts: Contacts = lambda month: 0,
) -> list[datetime.date]:
    """The days of a rule that began on `start`, from `first` to `last` inclusive. `contacts` is for `Agreed` only.

    A day on which the firm does not work is left out, or with `onto_next` becomes the next working day. A weekday that
    the firm never works on stays: who asks for every Sunday means Sunday.
    """
    days_found: list[datetime.date] = []
    days = rule.days(start, last, working, contacts) if isinstance(rule, Agreed) else rule.days(start, working)
    for day in days:
        if day > last:
            break
        moved: datetime.date | None = day
        if not working(day) and any(working(day + datetime.timedelta(weeks=week)) for week in (-2, -1, 1, 2)):
            later = (day + _ONE_DAY * offset for offset in range(1, 15))
            moved = next((candidate for candidate in later if working(candidate)), None) if onto_next else None
        if moved is not None and first <= moved <= last and moved not in days_found:
            days_found.append(moved)
    return sorted(days_found)


def _months(text: str) -> int:
    return _within(int(text) if text.strip() else 1, 1, 24, "months")


def _within(number: int, low: int, high: int, what: str) -> int:
    if not low <= number <= high:
        raise ValueError(f"{what}: {number} is not between {low} and {high}")
    return number
