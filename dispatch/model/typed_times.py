"""Days and instants as people type them: tomorrow, next tue, 24 nov, tomorrow 9:00, +30m, 2026-11-24T09:00."""

import re
from datetime import date, datetime, timedelta

from dispatch.model.instants import (
    DAY_MINUTES,
    TwoReadings,
    at_local,
    at_wall,
    day_of,
    day_text,
    local,
    parse_clock,
    quoted,
    typed_form,
)
from dispatch.model.text import show

YEARS = range(1970, 2200)
"""Years that a typed date may lie in."""

_CLOCK_WITH_OFFSET = re.compile(r"(?P<clock>[0-9]{1,2}:[0-9]{2})(?P<offset>z|[+-][0-9]{2}:[0-9]{2})")
_ISO_DAY = r"[0-9]{4}(?:-[0-9]{2}-[0-9]{2}|[0-9]{4}|-?w[0-9]{2}-?[0-7]|-?[0-9]{3})"
_ISO_INSTANT = re.compile(
    _ISO_DAY + r"[t ][0-9]{2}(?::?[0-9]{2}){0,2}(?:[.,][0-9]+)?(?:z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_FROM_NOW = re.compile(r"(?P<sign>[+-])(?:(?P<hours>[0-9]{1,3})h)?(?:(?P<minutes>[0-9]{1,4})m?)?")
_SPAN_AWAY = re.compile("(?P<ahead>in )?(?P<span>[^a-z].*?)(?P<ago> ago)?")
_DAYS_AWAY = re.compile(r"[+-][0-9]{1,4}")


def parse_day(text: str, *, today: date) -> date:
    """A calendar day as people type it.

    ISO dates (2026-11-24, also week and ordinal dates), today, tomorrow, yesterday, weekday names (the next such day,
    today included), +1 and -1 (days from today), and what `day_words` knows: next tue, 24 nov, in 2 weeks, 31.12.2026.

    Raises:
        TwoReadings: as 3.4. has.
        ValueError: it is something else.
    """
    from dispatch.model.day_words import spoken_day, weekday_called, written_day

    typed = typed_form(text)
    away = {"yesterday": -1, "today": 0, "tomorrow": 1}.get(typed)
    if away is None and _DAYS_AWAY.fullmatch(typed):
        away = int(typed)
    if away is None and (weekday := weekday_called(typed)) is not None:
        away = (weekday - today.weekday()) % 7
    if away is not None:
        return _in_range(today + timedelta(days=away))
    if re.fullmatch(_ISO_DAY, typed):
        day = _iso_date(typed)
    else:
        day = spoken_day(typed, today) or written_day(typed, today)
    if day is not None:
        return _in_range(day)
    raise ValueError(f"{quoted(text)} is no day; type for example 2026-11-24, tomorrow, tue, next tue, 24 nov or +1")


def parse_when(text: str, zone: str, *, now: int, day: date | None = None) -> int:
    """The instant that somebody in `zone` means by what they type.

    Takes 2026-11-24T09:00 (space or T, with or without an offset), a clock time on `day` (9:00, 9, 0900, 2pm), a day
    and a clock time (tomorrow 9:00, next tue 9am), a span from `now` (+30m, -1h, +1h30, in 2 hours, 10 min ago), "now",
    and days from now at this time of the day (in 2 weeks): a step in the calendar of `zone`, not a number of hours.

    Args:
        now: the present instant; what "today" and "+30m" count from.
        day: the day of a clock time without one; today in `zone` when not given.

    Raises:
        ClockGap, ClockRepeated: the day has that clock time not at all, or twice.
        TwoReadings: the day is one or another.
        ValueError: it is none of these. The message holds an example.
    """
    typed = typed_form(text)
    if typed == "now":
        return now
    span = _FROM_NOW.fullmatch(typed)
    if span and (span["hours"] or typed.endswith("m")):
        minutes = int(span["hours"] or 0) * 60 + int(span["minutes"] or 0)
        return now + (minutes if span["sign"] == "+" else -minutes) * 60
    away = _SPAN_AWAY.fullmatch(typed)
    if away and bool(away["ahead"]) != bool(away["ago"]):
        minutes_away = span_minutes(away["span"])
        if minutes_away is not None:
            return now + (minutes_away if away["ahead"] else -minutes_away) * 60
    if _ISO_INSTANT.fullmatch(typed):
        reading = _iso_reading(typed)
        if reading is not None:
            _in_range(reading.date())
            return at_wall(reading, zone) if reading.utcoffset() is None else int(reading.timestamp())
    today = day_of(now, zone)
    if re.fullmatch("in .+|.+ ago", typed) and _is_day(typed, today):
        at = local(now, zone)
        return at_local(parse_day(text, today=today), at.hour * 60 + at.minute, zone)
    day_part, _, clock_part = re.sub(r" (?=[ap]m$)", "", typed).rpartition(" ")
    try:
        on = parse_day(day_part, today=today) if day_part else day or today
        if re.fullmatch("[0-9]{4}", clock_part) and re.search("[a-z]{3}", day_part) and _is_day(typed, today):
            raise ValueError("nov 24 2026 is a day without a time")
        with_offset = _CLOCK_WITH_OFFSET.fullmatch(clock_part)
        minutes = parse_clock(with_offset["clock"] if with_offset else clock_part, allow_24=True)
    except TwoReadings:
        raise
    except ValueError:
        raise ValueError(
            f"{quoted(text)} is no time; type for example 9:00, 2pm, tomorrow 9:00, next tue 9am, +30m "
            "or 2026-11-24 09:00"
        ) from None
    if with_offset and minutes < DAY_MINUTES:
        return _at_offset(datetime(on.year, on.month, on.day, *divmod(minutes, 60)), with_offset["offset"], zone)
    return at_local(on, minutes, zone)


def _is_day(typed: str, today: date) -> bool:
    try:
        parse_day(typed, today=today)
    except ValueError:
        return False
    return True


def _at_offset(wall: datetime, offset: str, zone: str) -> int:
    """The instant of a clock reading that was typed with an offset, which has to be one that `zone` has then.

    A range such as 09:00-10:30 looks like a time with an offset, and must not pass for one.
    """
    instant = int(datetime.fromisoformat(f"{wall.isoformat()}{offset.upper()}").timestamp())
    if local(instant, zone).replace(tzinfo=None) != wall:
        raise ValueError(
            f"{zone} has no offset {offset.upper()} at {wall:%H:%M} on {day_text(wall.date())}; type {wall:%H:%M}"
        )
    return instant


def _in_range(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError(f"{day_text(day)} is out of range; years go from {YEARS[0]} to {YEARS[-1]}")
    return day


def _iso_date(typed: str) -> date | None:
    """The day of an ISO 8601 date; None when the calendar has no such day."""
    try:
        return date.fromisoformat(typed.upper())
    except ValueError:
        reading = _iso_reading(f"{typed}t00")
        return None if reading is None else reading.date()


def _iso_reading(typed: str) -> datetime | None:
    """The fields of an ISO 8601 date and time, with an offset where it has one; None when there is no such time.

    pendulum reads what the standard library does not: ordinal dates.
    """
    try:
        return datetime.fromisoformat(typed.upper()).replace(microsecond=0)
    except ValueError:
        import pendulum

        try:
            parsed = pendulum.parse(typed.upper(), exact=True, tz=None)
        except (ValueError, TypeError):
            return None
    if not isinstance(parsed, pendulum.DateTime):
        return None
    return datetime.fromisoformat(parsed.replace(microsecond=0).isoformat())


_LENGTH = re.compile(
    r"(?:(?P<hours>[0-9]{1,3})(?:[.,](?P<tenths>[0-9]{1,2}))?h(?:ours?|rs?)?(?:(?P<rest>[0-9]{1,2})(?:m(?:ins?|inutes?)?)?)?"
    r"|(?P<minutes>[0-9]{1,5})(?:m|mins?|minutes?))"
)


def span_minutes(text: str) -> int | None:
    """The minutes of a length with its unit; None where it is none."""
    match = _LENGTH.fullmatch("".join(text.split()).lower())
    if match is None:
        return None
    if match["minutes"]:
        return int(match["minutes"])
    tenths = match["tenths"]
    part = round(int(tenths) * 60 / 10 ** len(tenths)) if tenths else 0
    return int(match["hours"]) * 60 + part + int(match["rest"] or 0)


def parse_minutes(text: str) -> int:
    """The minutes of a length; a number alone is of minutes.

    Raises:
        ValueError: it is none.
    """
    typed = text.strip()
    if re.fullmatch("[0-9]{1,5}", typed):
        return int(typed)
    if (minutes := span_minutes(typed)) is None:
        raise ValueError(f"{show(typed, 20)!r} is no length of time; type for example 45, 45m, 1h30 or 2 hours")
    return minutes
