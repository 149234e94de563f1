"""A month, a quarter or a year of the calendar, as what is told to a client is counted by."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dispatch.model.instants import day_bounds, weeks
from dispatch.model.languages import days_in, month_in, phrase, say, spoken

MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
"""The kinds of periods, each with its length in months."""
SUCH_AS = {"month": "2026-11", "quarter": "2026-Q4", "year": "2026"}
"""One of each kind, as it is typed."""
_UNFINISHED = {
    "month": phrase("; the month is not over yet"),
    "quarter": phrase("; the quarter is not over yet"),
    "year": phrase("; the year is not over yet"),
}
_DAY = datetime.timedelta(days=1)
_WRITTEN = re.compile(r"(19[7-9]\d|2[01]\d\d)(?:-(0[1-9]|1[0-2])|-?[Qq]([1-4]))?")


class Period(NamedTuple):
    """A period: its `kind` (`month`, `quarter`, `year`) and its first day."""

    kind: str
    first: datetime.date

    @property
    def end(self) -> datetime.date:
        """The first day after it."""
        return _months_on(self.first, MONTHS[self.kind])

    @property
    def code(self) -> str:
        """As it is typed: "2026-11", "2026-Q4", "2026"."""
        if self.kind == "year":
            return f"{self.first.year}"
        return f"{self.first.year}-Q{(self.first.month + 2) // 3}" if self.kind == "quarter" else f"{self.first:%Y-%m}"

    @property
    def title(self) -> str:
        """In words: "November 2026", "October to December 2026", "2026"."""
        if self.kind == "year":
            return f"{self.first.year}"
        first, year = month_text(self.first.month), self.first.year
        if self.kind == "quarter":
            return say("{first} to {last} {year}", first=first, last=month_text(self.first.month + 2), year=year)
        return f"{first} {year}"

    def at(self, day: datetime.date) -> Period:
        """The period of the same kind that a day is in."""
        length = MONTHS[self.kind]
        return Period(self.kind, day.replace(month=(day.month - 1) // length * length + 1, day=1))

    def unfinished(self, today: datetime.date) -> str:
        """What a paper says of it while it lasts: "; the month is not over yet". Empty once it is over."""
        return say(_UNFINISHED[self.kind]) if today < self.end else ""

    def spans(self, first_weekday: int, zone: str) -> Iterator[tuple[str, int, int]]:
        """Its `parts` from one instant up to another."""
        for name, first, after in self.parts(first_weekday):
            yield name, day_bounds(first, zone)[0], day_bounds(after, zone)[0]

    def parts(self, first_weekday: int) -> Iterator[tuple[str, datetime.date, datetime.date]]:
        """What a small chart divides it into: a month into its weeks, others into months. Each with its name, its first day and
        the first day after it; weeks are cut where the month ends."""
        if self.kind == "month":
            for at, last in weeks(self.first, self.end - _DAY, first_weekday):
                yield _week(at, last), at, last + _DAY
            return
        for number in range(MONTHS[self.kind]):
            at = _months_on(self.first, number)
            yield month_text(at.month), at, _months_on(at, 1)


def month_text(month: int) -> str:
    """A month by its whole name."""
    language = spoken()
    return month_in(language, month) if language else calendar.month_name[month]


def _week(first: datetime.date, last: datetime.date) -> str:
    """The days of a week within a month: "2–8 Nov"."""
    if language := spoken():
        return days_in(language, first, last)
    name = f"{first.day}–{last.day}" if last > first else f"{first.day}"
    return f"{name} {calendar.month_abbr[first.month]}"


def read_period(text: str, today: datetime.date, kind: str = "") -> Period:
    """The period that is written as 2026-11, 2026-Q4 or 2026; empty: the last whole one before `today`.

    Args:
        kind: the kind that is wanted; empty: any, and a month where nothing is typed.

    Raises:
        ValueError: it is none of that kind.
    """
    text = text.strip()
    if not text:
        length = MONTHS[kind or "month"]
        running = today.replace(month=(today.month - 1) // length * length + 1, day=1)
        return Period(kind or "month", _months_on(running, -length))
    written = _WRITTEN.fullmatch(text)
    if written is not None:
        year, month, quarter = written[1], written[2], written[3]
        found = "month" if month else "quarter" if quarter else "year"
        if kind in ("", found):
            return Period(found, datetime.date(int(year), int(month or 3 * int(quarter or 1) - 2), 1))
    if kind:
        raise ValueError(f"{text!r} is not a {kind} such as {SUCH_AS[kind]}")
    raise ValueError(f"{text!r} is not a month, a quarter or a year such as {', '.join(SUCH_AS.values())}")


def _months_on(day: datetime.date, months: int) -> datetime.date:
    """The first of the month that is so many months after that of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, 1)
