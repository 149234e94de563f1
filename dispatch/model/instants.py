"""Instants, days and clock times.

An instant is an integer of epoch seconds (UTC), everywhere: only integers are compared, subtracted, stored or sent to
another process. A zoned value lives inside one function and is read for its fields. (pendulum and stdlib datetimes
compare two instants of the repeated hour as equal, and lose on copying which of the two they were.)

A day is half-open, from its first instant to the first of the next day: 23, 24 or 25 hours long, shorter where a zone
moves its offset. A clock time that a day skips or has twice is never guessed where somebody typed it: it raises, and says
what to type. Where nobody is there to ask (opening hours, a shift, the start of a day) the caller says what it means then.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from dispatch.model.languages import clock_in, day_in, say, span_in, spoken
from dispatch.model.text import show

DAY_MINUTES = 24 * 60
"""Of an ordinary day on the clock. The length of a day between two instants is that of its `day_bounds`."""
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_CLOCK = re.compile(r"(?P<hour>[0-9]{1,2})(?::?(?P<minute>[0-9]{2}))? ?(?P<half>am|pm)?")


class AmbiguousTime(ValueError):
    """What was typed does not name one day, or one instant of it. The message says what to type instead."""


class ClockGap(AmbiguousTime):
    """The clock time does not exist on that day: clocks go forward over it."""


class ClockRepeated(AmbiguousTime):
    """The clock time happens twice on that day: clocks go back over it."""


class TwoReadings(AmbiguousTime):
    """A date in figures that is one day or another: nobody says which of them is the month."""


class Unclear(Enum):
    """What a clock time means on a day that skips it or has it twice."""

    ASK = auto()
    """Somebody typed it: `ClockGap` or `ClockRepeated`, whose message says what to type."""
    FIRST = auto()
    """A span begins with it: the first of two; where it is skipped, the instant at which clocks go forward."""
    LAST = auto()
    """A span ends with it: the second of two; where it is skipped, the instant at which clocks go forward."""
    CALENDAR = auto()
    """A calendar file says it: the first of two; where it is skipped, by the offset before (RFC 5545, 3.3.5)."""


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone called `name`.

    Raises:
        ValueError: there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        place = name.strip().casefold().replace(" ", "_")
        near = sorted(one for one in available_timezones() if place and one.casefold().rpartition("/")[2] == place)
        such_as = f"did you mean {' or '.join(near[:3])}?" if near else "one is called, for example, Europe/Lisbon"
        raise ValueError(f"there is no time zone {show(name, 40)}; {such_as}") from None


@lru_cache(maxsize=4096)
def day_bounds(day: date, zone: str) -> tuple[int, int]:
    """First instant of `day` in `zone`, and the first instant after it.

    Where clocks skip midnight the day begins when they do; a day that a zone skipped altogether is empty.
    """
    return _day_start(day, zone), _day_start(day + timedelta(days=1), zone)


def day_of(instant: int, zone: str) -> date:
    """The calendar day of `instant` in `zone`."""
    return local(instant, zone).date()


def local(instant: int, zone: str) -> datetime:
    """`instant` on the clocks of `zone`, for reading its fields. Do not compare, hash, copy or pickle it."""
    return datetime.fromtimestamp(instant, zone_of(zone))


def at_local(day: date, at: int | str, zone: str, unclear: Unclear = Unclear.ASK) -> int:
    """The instant of a clock time on `day` in `zone`.

    Args:
        at: minutes since midnight (0 to 1440; 1440 is the end of the day), or a text that `parse_clock` takes.
        unclear: what it means where the day has that time not at all, or twice.

    Raises:
        ClockGap, ClockRepeated: it is unclear, and to be asked back.
        ValueError: `at` is no clock time.
    """
    minutes = parse_clock(at, allow_24=True) if isinstance(at, str) else at
    if not 0 <= minutes <= DAY_MINUTES:
        raise ValueError(f"{minutes} minutes after midnight is not inside a day")
    if minutes == DAY_MINUTES:
        return day_bounds(day, zone)[1]
    return at_wall(_wall(day, minutes), zone, unclear)


def span_local(day: date, opens: int, closes: int, zone: str) -> tuple[int, int]:
    """A span between two clock times of `day` (minutes since midnight), as instants: with all of an hour that comes twice.

    Empty where the day skips all of it.
    """
    return at_local(day, opens, zone, Unclear.FIRST), at_local(day, closes, zone, Unclear.LAST)


def at_wall(wall: datetime, zone: str, unclear: Unclear = Unclear.ASK) -> int:
    """The instant at which clocks in `zone` read `wall`, which has no zone of its own.

    Raises:
        ClockGap, ClockRepeated: it is unclear, and to be asked back.
    """
    first, second = _readings(wall, zone)
    if first == second or unclear is Unclear.CALENDAR:
        return first
    if unclear is not Unclear.ASK:
        if first > second:
            return change_between(second, first, zone)
        return second if unclear is Unclear.LAST else first
    when = f"{wall:%H:%M} {{}} on {day_text(wall.date())} in {zone}"
    if first > second:
        change = change_between(second, first, zone)
        to = local(change, zone)
        gone = to.replace(tzinfo=None) - timedelta(seconds=first - second)
        later = f"{to:%H:%M}" if to.date() == wall.date() else f"{to:%H:%M} on {day_text(to.date())}"
        raise ClockGap(
            f"{when.format('does not exist')}: clocks go from {gone:%H:%M} to {later}; "
            f"type a time before {gone:%H:%M}, or {later} or later"
        )
    raise ClockRepeated(
        f"{when.format('happens twice')}: type {_short_iso(first, zone)} for the first time, "
        f"or {_short_iso(second, zone)} for the second"
    )


def days_on(instant: int, days: int, zone: str) -> int:
    """The same time by the clock so many days later."""
    wall = local(instant, zone).replace(tzinfo=None)
    return at_wall(wall + timedelta(days=days), zone, Unclear.CALENDAR) if days else instant


def in_other_clocks(instant: int, was: str, now: str) -> int:
    """The instant at which the clocks of the zone `now` read what those of `was` read at `instant`."""
    return at_wall(local(instant, was).replace(tzinfo=None), now, Unclear.CALENDAR)


def iso(instant: int, zone: str) -> str:
    """ISO 8601 with the offset of `zone`, to the second: "2026-11-24T14:07:00+01:00"."""
    return local(instant, zone).isoformat(timespec="seconds")


def stamp(instant: int) -> str:
    """`instant` for the name of a file, in UTC: "20261124T190700Z"."""
    return local(instant, "UTC").strftime("%Y%m%dT%H%M%SZ")


def parse_iso(text: str) -> int:
    """The instant of an ISO 8601 date and time with an offset; parts of a second are dropped.

    Raises:
        ValueError: it is something else, or has no offset and so names no instant.
    """
    try:
        reading = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{quoted(text)} is not a date and time such as 2026-11-24T09:00:00+01:00") from None
    if reading.utcoffset() is None:
        raise ValueError(f"{quoted(text)} has no offset; write for example 2026-11-24T09:00:00+01:00")
    return int(reading.replace(microsecond=0).timestamp())


def parse_clock(text: str, *, allow_24: bool = False) -> int:
    """Minutes since midnight of a clock time as people type it: 9:00, 09:00, 9, 0900, 2pm, 2:30pm, 14:30.

    Args:
        allow_24: accept 24:00, the end of the day.

    Raises:
        ValueError: it is no clock time.
    """
    match = _CLOCK.fullmatch(typed_form(text))
    if match:
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if match["half"]:
            hour = hour % 12 + (12 if match["half"] == "pm" else 0) if 1 <= hour <= 12 else 99
        if (hour < 24 and minute < 60) or (allow_24 and (hour, minute) == (24, 0)):
            return hour * 60 + minute
    raise ValueError(f"{quoted(text)} is no time of day; type for example 9:00, 14:30 or 2pm")


class Times(NamedTuple):
    """Times as they are written in one zone, by the clocks of 24 hours or of 12.

    Each may name the time in another zone `beside`, which `where` says in a word: "10:00, 09:00 there". Nothing is added
    where the clocks of both say the same.
    """

    zone: str
    hours24: bool = True
    where: str = "there"

    def clock(self, instant: int | None, beside: str = "") -> str:
        """The time of day, "–" where there is none."""
        if instant is None:
            return "–"
        return clock_text(instant, self.zone, self.hours24) + self._also(instant, None, beside)

    def span(self, start: int | None, end: int | None, beside: str = "") -> str:
        """From one time of day to another, "…" while it lasts, "–" where it did not begin; over a change of clocks with how long it
        was, and why."""
        if start is None:
            return "–"
        said = f"{self.clock(start)}–{'…' if end is None else self.clock(end)}"
        return said + changed_text(start, end, self.zone) + self._also(start, end, beside)

    def moment(self, instant: int | None, beside: str = "") -> str:
        """Day and time, "–" where there is none."""
        if instant is None:
            return "–"
        return when_text(instant, self.zone, self.hours24) + self._also(instant, None, beside)

    def differs(self, beside: str, instant: int) -> bool:
        """Whether the clocks of another zone say something else at an instant."""
        return (
            beside not in ("", self.zone)
            and local(instant, beside).utcoffset() != local(instant, self.zone).utcoffset()
        )

    def beside(self, zone: str, start: int, end: int | None = None) -> str:
        """The time, or from one to another, on the clocks of another zone: with its day where that is another."""
        clock = clock_beside(day_of(start, self.zone), start, zone, self.hours24)
        return clock if end is None else f"{clock}–{clock_text(end, zone, self.hours24)}"

    def _also(self, start: int, end: int | None, zone: str) -> str:
        return f", {self.beside(zone, start, end)} {self.where}" if self.differs(zone, start) else ""


def clock_text(instant: int, zone: str, hours24: bool = True) -> str:
    """The clock time of `instant` in `zone`: "14:07", or "2:07pm" on a 12-hour clock."""
    at = local(instant, zone)
    if language := spoken():
        return clock_in(language, at, hours24)
    if hours24:
        return f"{at.hour:02}:{at.minute:02}"
    return f"{at.hour % 12 or 12}:{at.minute:02}{'am' if at.hour < 12 else 'pm'}"


def changed_text(start: int, end: int | None, zone: str) -> str:
    """What is said behind two times of day between which the clocks of a zone changed, so that anybody can work it out:
    " (4h: clocks went back 1h)"; "" on all other days."""
    if end is None or (later := local(end, zone).utcoffset()) == (before := local(start, zone).utcoffset()):
        return ""
    assert later is not None
    assert before is not None
    by = int((before - later).total_seconds()) // 60
    lasted, changed = span_text((end - start) // 60), span_text(abs(by))
    if by > 0:
        return say(" ({lasted}: clocks went back {changed})", lasted=lasted, changed=changed)
    return say(" ({lasted}: clocks went forward {changed})", lasted=lasted, changed=changed)


def clock_beside(day: date, instant: int, zone: str, hours24: bool = True) -> str:
    """The clock time beside a day that is shown: with its own day where that is another, as after midnight."""
    clock, today = clock_text(instant, zone, hours24), day_of(instant, zone)
    return clock if today == day else f"{short_day_text(today)} {clock}"


def when_text(instant: int, zone: str, hours24: bool = True) -> str:
    """An instant as day and time of day in a zone."""
    return f"{day_text(day_of(instant, zone))} {clock_text(instant, zone, hours24)}"


def calendar_instant(text: str, zone: str) -> int:
    """The instant of a calendar's ISO time: with an offset, or on the clocks of `zone` (the first, where it is there twice)."""
    moment = datetime.fromisoformat(text)
    return at_wall(moment, zone, Unclear.CALENDAR) if moment.tzinfo is None else int(moment.timestamp())


def week_of(day: date, first_weekday: int) -> tuple[date, date]:
    """The first and the last day of the week that a day is in, by the firm's first weekday (0: Monday)."""
    first = day - timedelta(days=(day.weekday() - first_weekday) % 7)
    return first, first + timedelta(days=6)


def weeks(first: date, last: date, first_weekday: int) -> Iterator[tuple[date, date]]:
    """The weeks of a range, the first and the last one cut to it. `first_weekday` as for `week_of`."""
    while first <= last:
        ends = week_of(first, first_weekday)[1]
        yield first, min(ends, last)
        first = ends + timedelta(days=1)


def days_between(first: date, last: date) -> list[date]:
    """The days of a range, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def day_text(day: date) -> str:
    """ "Tue 24 Nov 2026", in the language that is spoken, whatever the locale of the process is."""
    if language := spoken():
        return day_in(language, day)
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def plain_day_text(day: date) -> str:
    """A day in figures: "2026-11-24"; in another language as that writes days."""
    return day_text(day) if spoken() else day.isoformat()


def short_day_text(day: date) -> str:
    """A day without its year: "Tue 24 Nov"."""
    if language := spoken():
        return day_in(language, day, year=False)
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def span_text(minutes: int) -> str:
    """A length of time: "58m", "1h", "2h05", "-12m"."""
    if language := spoken():
        return span_in(language, minutes)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else ""
    if not hours:
        return f"{sign}{rest}m"
    return f"{sign}{hours}h{rest:02}" if rest else f"{sign}{hours}h"


def long_text(minutes: int) -> str:
    """How far two moments are apart: as `span_text`, from a day on with days: "23h59", "1d", "1d4h", from a week on "12d"."""
    days, rest = divmod(abs(minutes), DAY_MINUTES)
    if not days or spoken():
        return span_text(minutes)
    hours = rest // 60 if days < 7 else 0
    return f"{'-' if minutes < 0 else ''}{days}d" + (f"{hours}h" if hours else "")


def time_text(minutes: int) -> str:
    """A length of time within a sentence: "25 min", from an hour on as `long_text`."""
    return f"{minutes} min" if minutes < 60 and not spoken() else long_text(minutes)


def typed_form(text: str) -> str:
    """What was typed, in lower case, with single spaces."""
    return " ".join(text.split()).lower()


def quoted(text: str) -> str:
    return f"“{show(text.strip(), 40)}”"


def _wall(day: date, minutes: int) -> datetime:
    """A clock reading without a zone."""
    return datetime(day.year, day.month, day.day, minutes // 60, minutes % 60)


@lru_cache(maxsize=4096)
def _readings(wall: datetime, zone: str) -> tuple[int, int]:
    """The instants of a clock reading by the offset before and by the offset after a change of clocks.

    Equal on an ordinary reading; first < second when it happens twice; first > second when it does not exist.
    """
    zoned = wall.replace(tzinfo=zone_of(zone))
    return int(zoned.replace(fold=0).timestamp()), int(zoned.replace(fold=1).timestamp())


def change_between(low: int, high: int, zone: str) -> int:
    """The first instant after `low`, and not after `high`, on which the offset of `zone` is no longer that of `low`."""
    before = local(low, zone).utcoffset()
    instants = range(low, high + 1)
    return instants[bisect_left(instants, True, key=lambda instant: local(instant, zone).utcoffset() != before)]


def _day_start(day: date, zone: str) -> int:
    return at_wall(_wall(day, 0), zone, Unclear.FIRST)


def _short_iso(instant: int, zone: str) -> str:
    return local(instant, zone).isoformat(timespec="minutes")
