"""When a minute counts: opening hours by weekday, holidays and a time zone, or always (design/service-levels.md D2).

A stretch of time without a change of clocks is worked out on the wall clock, week by week and never minute by minute; at a
change of clocks the stretch is cut in two. So a skipped hour counts nothing and a repeated one counts twice.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from dispatch.model.agreements import WEEKDAYS
from dispatch.model.instants import DAY_MINUTES, change_between, day_bounds, local, parse_clock, zone_of

MINUTE = 60
WEEK_MINUTES = 7 * DAY_MINUTES
HORIZON_DAYS = 10 * 366
"""A target that is not used up within so many days never is: the calendar hardly opens."""

_MONDAY = datetime.date(1970, 1, 5)
"""From its midnight the minutes on the wall clock are counted."""
_MONDAY_MINUTES = 4 * DAY_MINUTES
_DAY = DAY_MINUTES * MINUTE

Span = tuple[int, int]
Spans = tuple[Span, ...]


class CalendarFault(ValueError):
    """The form is not that of a calendar; the message names the path."""


class Calendar(NamedTuple):
    """Opening spans of each weekday (0 is Monday) in minutes since midnight, half-open, sorted and apart.

    `holidays` are sorted wall days (days since Monday 5 January 1970). `always` counts every minute.
    """

    zone: str
    week: tuple[Spans, ...] = ((),) * 7
    holidays: tuple[int, ...] = ()
    always: bool = False

    def counted(self, start: int, end: int) -> int:
        """How many minutes that begin in `[start, end)` count; both instants on the minute."""
        if end <= start:
            return 0
        if self.always:
            return (end - start) // MINUTE
        return sum(self._wall_counted(first, last) for _, first, last in self._stretches(start, end))

    def opened(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The spans of counted minutes in `[start, end)`, as instants; what a span has is what `counted` counts."""
        if self.always:
            yield start, end
            return
        for shift, first, last in self._stretches(start, end):
            for day in range(first // DAY_MINUTES, (last - 1) // DAY_MINUTES + 1):
                midnight = day * DAY_MINUTES
                for opens, closes in () if day in self.holidays else self.week[day % 7]:
                    begin, over = max(first, midnight + opens), min(last, midnight + closes)
                    if begin < over:
                        yield (begin + shift) * MINUTE, (over + shift) * MINUTE

    def used_up(self, start: int, minutes: int) -> int | None:
        """The end of the minute in which so many counted minutes from `start` on are used up; None: they never are."""
        if minutes <= 0:
            return start
        if self.always:
            return start + minutes * MINUTE
        if not any(self.week):
            return None
        left = minutes
        for shift, first, last in self._stretches(start, start + HORIZON_DAYS * _DAY):
            there = self._wall_counted(first, last)
            if there < left:
                left -= there
                continue
            at = first
            while True:  # day by day: a target is a matter of days
                midnight = (at // DAY_MINUTES + 1) * DAY_MINUTES
                today = self._wall_counted(at, min(midnight, last))
                if today >= left:
                    return (self._within_day(at, left) + shift) * MINUTE
                left -= today
                at = midnight
        return None

    def _stretches(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """The stretches of one offset: what turns a wall minute into an epoch minute, and the wall minutes it spans."""
        at = start
        while at < end:
            offset, until = _offset_at(self.zone, at)
            stop = min(end, until)
            shift = _MONDAY_MINUTES - offset // MINUTE
            yield shift, at // MINUTE - shift, stop // MINUTE - shift
            at = stop

    def _wall_counted(self, first: int, last: int) -> int:
        """Counted minutes between two wall minutes."""
        counted = self._before(last) - self._before(first)
        low = bisect_left(self.holidays, first // DAY_MINUTES)
        for day in self.holidays[low : bisect_right(self.holidays, last // DAY_MINUTES)]:
            midnight = day * DAY_MINUTES
            for opens, closes in self.week[day % 7]:
                counted -= max(0, min(last, midnight + closes) - max(first, midnight + opens))
        return counted

    def _within_day(self, first: int, left: int) -> int:
        """The wall minute at which the `left`-th counted minute from `first` on, on that day, is over."""
        day, minute = divmod(first, DAY_MINUTES)
        for opens, closes in self.week[day % 7]:
            begin = max(opens, minute)
            if closes - begin >= left:
                return day * DAY_MINUTES + begin + left
            left -= max(0, closes - begin)
        raise AssertionError("the day has fewer counted minutes than were found in it")

    def _before(self, wall: int) -> int:
        """Counted minutes of ordinary weeks before a wall minute."""
        weeks, rest = divmod(wall, WEEK_MINUTES)
        day, minute = divmod(rest, DAY_MINUTES)
        whole, until = _tables(self.week)
        partly = sum(max(0, min(closes, minute) - opens) for opens, closes in self.week[day] if opens < minute)
        return weeks * whole + until[day] + partly


class DatedCalendar(NamedTuple):
    """Calendars one after another, each with the instant from which on it counts; the first one counts before it, too."""

    parts: tuple[tuple[int, Calendar], ...]

    def counted(self, start: int, end: int) -> int:
        """As `Calendar.counted`."""
        return sum(part.counted(max(start, begins), min(end, ends)) for begins, ends, part in self._spans(start, end))

    def used_up(self, start: int, minutes: int) -> int | None:
        """As `Calendar.used_up`."""
        at, left = start, minutes
        for begins, ends, part in self._spans(start, start + HORIZON_DAYS * _DAY):
            at = max(at, begins)
            there = part.counted(at, ends)
            if there >= left:
                return part.used_up(at, left)
            left -= there
        return None

    def _spans(self, start: int, end: int) -> Iterator[tuple[int, int, Calendar]]:
        for place, (begins, part) in enumerate(self.parts):
            since = begins if place else min(begins, start)
            until = self.parts[place + 1][0] if place + 1 < len(self.parts) else end
            if since < end and until > start:
                yield since, until, part


def dated_calendar(forms: Sequence[tuple[datetime.date, Mapping[str, Any]]]) -> Calendar | DatedCalendar:
    """The calendar of forms, by the day from which on each counts; the first one counts before it, too.

    Raises:
        CalendarFault: one is not of that form.
    """
    parts: list[tuple[int, Calendar]] = []
    for day, form in forms:
        calendar = calendar_of(form)
        if not parts:
            parts.append((0, calendar))
        elif parts[-1][1] != calendar:
            parts.append((day_bounds(day, calendar.zone)[0], calendar))
    return parts[0][1] if len(parts) == 1 else DatedCalendar(tuple(parts))


def calendar_of(form: Mapping[str, Any]) -> Calendar:
    """A calendar from its form: `timezone`, and `always` or `hours` by weekday (`[["09:00", "17:00"]]`) and `holidays`.

    Raises:
        CalendarFault: it is not of that form.
    """
    zone = form.get("timezone")
    try:
        zone_of(str(zone))
    except ValueError as fault:
        raise CalendarFault(f"timezone: {fault}") from None
    hours = form.get("hours") or {}
    if not isinstance(hours, Mapping):
        raise CalendarFault("hours: an object of weekdays is expected")
    unknown = [str(day) for day in hours if day not in WEEKDAYS]
    if unknown:
        raise CalendarFault(f"hours: {', '.join(unknown)} is not one of {', '.join(WEEKDAYS)}")
    week = tuple(_spans(hours.get(day) or (), f"hours.{day}") for day in WEEKDAYS)
    return Calendar(str(zone), week, _wall_days(form.get("holidays") or ()), bool(form.get("always", False)))


def _spans(given: Any, path: str) -> Spans:
    try:
        spans = [(parse_clock(str(opens)), parse_clock(str(closes), allow_24=True)) for opens, closes in given]
    except (TypeError, ValueError):
        raise CalendarFault(f'{path}: spans such as [["09:00", "17:00"]] are expected') from None
    if any(closes <= opens for opens, closes in spans):
        raise CalendarFault(f"{path}: a span ends before it begins")
    return joined(spans)


def joined(spans: Iterable[Span]) -> Spans:
    """Spans in order, joined where they touch; empty ones are left out."""
    merged: list[Span] = []
    for begins, ends in sorted(spans):
        if merged and begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
        elif begins < ends:
            merged.append((begins, ends))
    return tuple(merged)


def _wall_days(given: Iterable[Any]) -> tuple[int, ...]:
    days = set()
    for day in given:
        try:
            days.add((datetime.date.fromisoformat(str(day)) - _MONDAY).days)
        except ValueError:
            raise CalendarFault(f"holidays: {day!r} is not a date YYYY-MM-DD") from None
    return tuple(sorted(days))


@lru_cache(maxsize=64)
def _tables(week: tuple[Spans, ...]) -> tuple[int, Sequence[int]]:
    """Counted minutes of a week, and of its days before each weekday."""
    until = list(accumulate((sum(closes - opens for opens, closes in spans) for spans in week), initial=0))
    return until[7], until[:7]


def _offset_at(zone: str, instant: int) -> tuple[int, int]:
    """The offset of a zone at an instant in seconds, and an instant up to which it certainly stays so."""
    year = local(instant, "UTC").year
    changes = _changes(zone, year)
    at = bisect_right(changes, instant, key=lambda change: change[0]) - 1
    until = changes[at + 1][0] if at + 1 < len(changes) else _year_start(year + 1)
    return changes[at][1], until


@lru_cache(maxsize=256)
def _changes(zone: str, year: int) -> tuple[tuple[int, int], ...]:
    """The offsets of a zone in a year (UTC), each with the first instant on which it holds: looked for day by day."""
    start, end = _year_start(year), _year_start(year + 1)
    changes = [(start, _offset(start, zone))]
    for day in range(start, end, _DAY):
        last = min(day + _DAY, end) - MINUTE
        while _offset(last, zone) != changes[-1][1]:
            change = change_between(max(day - MINUTE, changes[-1][0]), last, zone)
            changes.append((change, _offset(change, zone)))
    return tuple(changes)


def _year_start(year: int) -> int:
    return int(datetime.datetime(year, 1, 1, tzinfo=datetime.UTC).timestamp())


def _offset(instant: int, zone: str) -> int:
    offset = local(instant, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())
