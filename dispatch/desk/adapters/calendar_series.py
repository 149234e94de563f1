"""The dates of an event that repeats (RFC 5545, 3.8.5): its rule, the dates beside it, and those that are left out."""

from __future__ import annotations

import datetime
import itertools
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

_FOLLOWED = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}
_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_SCANNED = 6_000
"""Dates of one event that are looked at: sixteen years of every day."""


class Dates(NamedTuple):
    """A span of days, both with it, in which the dates of an event are looked for."""

    first: datetime.date
    last: datetime.date


@dataclass(frozen=True, slots=True)
class Series:
    """How an event repeats, by the clock of its start: a date, or a reading in its own zone.

    `rule` are the parts of its RRULE in capitals, `extra` the dates of its RDATEs with how long each lasts where that is said,
    `without` those of its EXDATEs, `onward` those from which on another event stands for it, `text_of` how a date is written.
    """

    start: Any
    rule: Mapping[str, Sequence[str]]
    extra: Mapping[datetime.datetime, datetime.timedelta | None]
    without: frozenset[datetime.date]
    onward: tuple[datetime.datetime, ...]
    text_of: Callable[[datetime.datetime], str | None]

    def as_json(self) -> str:
        """The rule, with the days that are left out, those beside it, and those from which on it is otherwise."""
        beside = {"EXDATE": self.without, "RDATE": self.extra, "RANGE": self.onward}
        days = {name: sorted(day.isoformat()[:10] for day in found) for name, found in beside.items() if found}
        return json.dumps({**self.rule, **days})


def dates_of(series: Series, dates: Dates) -> list[datetime.datetime] | None:
    """The dates of a series within a span as clock readings of its zone, in their order; None where its rule is none that is
    followed, or has too many."""
    from dateutil.rrule import rrulestr

    if not isinstance(series.start, datetime.date):
        return None
    start = wall_of(series.start)
    found = {start, *series.extra}
    if series.rule:
        rule = {name: ",".join(values) for name, values in series.rule.items()}
        if rule.get("FREQ") not in _FREQUENCIES or not set(rule) <= _FOLLOWED or rule.get("INTERVAL", "1") == "0":
            return None
        if not _comes(series.rule):
            return None
        until = rule.pop("UNTIL", "")
        try:
            every = iter(rrulestr(";".join(f"{name}={value}" for name, value in rule.items()), dtstart=start))
            ahead = itertools.chain([next(every)], every)
            scanned = list(
                itertools.islice(itertools.takewhile(lambda wall: wall.date() <= dates.last, ahead), _SCANNED)
            )
        except (ValueError, OverflowError, StopIteration):  # the last: it never comes true
            return None
        if len(scanned) == _SCANNED:
            return None
        found |= {wall for wall in scanned if not until or _not_after(series, wall, until)}
    return sorted(wall for wall in found if dates.first <= wall.date() <= dates.last)


def _comes(rule: Mapping[str, Sequence[str]]) -> bool:
    """Whether a rule can come true at all, as far as that is seen at once: looking for the 30th of February takes seconds."""
    try:
        months = [int(month) for month in rule.get("BYMONTH", ())] or [1]
        days = [abs(int(day)) for day in rule.get("BYMONTHDAY", ())] or [1]
        places = [abs(int(place)) for place in rule.get("BYSETPOS", ())] or [1]
        longest = max(31 if month in (1, 3, 5, 7, 8, 10, 12) else 29 if month == 2 else 30 for month in months)
    except ValueError:
        return False
    return min(days) <= longest and min(places) <= (1 if rule.get("FREQ") == ["DAILY"] else 31)


def names(readings: Collection[datetime.date], wall: datetime.datetime) -> bool:
    """Whether one of the readings names a date of a series: by its time or, as some programs write it, by its day."""
    return wall in readings or wall.date() in readings


def _not_after(series: Series, wall: datetime.datetime, until: str) -> bool:
    """Whether a date is not after an UNTIL: a day, an instant, or a reading without a zone."""
    if len(until) == len("2026-11-24"):
        return wall.date().isoformat() <= until
    last, own = datetime.datetime.fromisoformat(until), datetime.datetime.fromisoformat(series.text_of(wall) or until)
    if own.tzinfo is None or last.tzinfo is None:
        return wall <= last.replace(tzinfo=None)
    return own <= last


def wall_of(value: datetime.date) -> datetime.datetime:
    """A date or a moment as a clock reading."""
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None)
    return datetime.datetime(value.year, value.month, value.day)
