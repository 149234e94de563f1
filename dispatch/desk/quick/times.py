"""When, and how long: what of a line is a day, a length or a promised window."""

from __future__ import annotations

import datetime
import re

from dispatch.desk.quick.words import LineWords
from dispatch.fields.kinds import clock
from dispatch.model.day_words import WEEKDAYS, month_called, named_day, spoken_day
from dispatch.model.instants import DAY_MINUTES, parse_clock
from dispatch.model.promises import is_window
from dispatch.model.text import show
from dispatch.model.typed_times import parse_day, span_minutes

EARLIEST = 7 * 60
"""A window of bare hours that begins before this has two readings: nobody says which 2-4 is meant."""

_DAY_WORDS = frozenset(
    {"today", "tomorrow", *WEEKDAYS, *(name[:3] for name in WEEKDAYS), "tues", "weds", "thur", "thurs"}
)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIGURES = re.compile(
    r"[0-9]{1,2}\.[0-9]{1,2}\.(?:20[0-9]{2})?|[0-9]{1,2}([/-])[0-9]{1,2}\1[0-9]{4}|[0-9]{4}([./])[0-9]{1,2}\2[0-9]{1,2}"
)
"""A date in figures that is nothing else: 31.12. and 12/31/2026, but neither 24/7 nor Windows 11.5."""
_AWAY = re.compile(r"\+[0-9]{1,3}")
_NUMBER = re.compile(r"[0-9]{1,5}")
_CLOCK = r"[0-9]{1,2}(?::[0-9]{2})?(?:am|pm)?"
_NOT_HOW_LONG = frozenset({"after", "every", "for", "in", "last", "next", "past", "since", "within"})
"""Words before a number of days that say something else than how long the work takes."""
_DAYS = re.compile(r"(?P<days>[1-9]\d?)d(ays?)?")
_WINDOW = re.compile(rf"(?P<opens>{_CLOCK})[-–](?P<closes>{_CLOCK})")
_PLAIN_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?:am|pm)?|[0-9]{1,2}(?:am|pm)")
_DAY_OF_MONTH = re.compile(r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?(?P<month>[a-z]{3,9})?")
_YEAR = re.compile(r"20[0-9]{2}")


def is_time(word: str) -> bool:
    """Whether a word by itself is a day, a length or a window."""
    return (
        word in _DAY_WORDS
        or span_minutes(word) is not None
        or any(form.fullmatch(word) for form in (_WINDOW, _ISO_DAY, _FIGURES, _AWAY, _DAYS))
    )


def take_day(line: LineWords) -> datetime.date | None:
    """The wanted day: today, tue, next tue, in 3 days, 2026-11-24, 31.12., +1, 24 nov. The first that stands in the line."""
    for at in line.free():
        word = line.words[at]
        if word in _DAY_WORDS or any(form.fullmatch(word) for form in (_ISO_DAY, _FIGURES, _AWAY)):
            line.give("day", at)
            try:
                return parse_day(word, today=line.today)
            except ValueError as fault:
                line.problems.append(f"day: {fault}")
                return None
        meant = _said_day(line, at) if word in ("next", "in") else _month_day(line, at)
        if meant:
            return meant
    return None


def take_latest(line: LineWords) -> datetime.date | None:
    """The latest day, after `latest`: latest fri, latest next tue, latest 2026-12-04."""
    for at in line.free():
        if line.words[at] != "latest" or not line.is_free(at + 1):
            continue
        count = 2 if line.words[at + 1] == "next" and line.is_free(at + 2) else 1
        try:
            day = parse_day(" ".join(line.words[at + 1 : at + 1 + count]), today=line.today)
        except ValueError:
            continue
        line.give("latest", *range(at, at + 1 + count))
        return day
    return None


def _month_day(line: LineWords, at: int) -> datetime.date | None:
    """24 nov, 24nov, nov 24, 24 november 2026; without a year the next such day, today included."""
    following = at + 1 if line.is_free(at + 1) else None
    used = [at]
    month = month_called(line.words[at])
    number = _DAY_OF_MONTH.fullmatch(line.words[at])
    if month is not None and following is not None:
        number = _DAY_OF_MONTH.fullmatch(line.words[following])
        if number is None or number["month"]:
            return None
        used.append(following)
    elif number is not None and number["month"]:
        month = month_called(number["month"])
    elif number is not None and following is not None:
        month = month_called(line.words[following])
        used.append(following)
    if month is None or number is None:
        return None
    last = used[-1] + 1
    year = None
    if line.is_free(last) and _YEAR.fullmatch(line.words[last]):
        year = int(line.words[last])
        used.append(last)
    meant = named_day(int(number["day"]), month, year, line.today)
    if meant is not None:
        line.give("day", *used)
    return meant


def _said_day(line: LineWords, at: int) -> datetime.date | None:
    """next tue, in 3 days: a day in two or three words."""
    for last in (at + 3, at + 2):
        if all(map(line.is_free, range(at, last))):
            meant = spoken_day(" ".join(line.words[at:last]), line.today)
            if meant is not None:
                line.give("day", *range(at, last))
                return meant
    return None


def take_length(line: LineWords) -> int | None:
    """How long, in minutes: 45m, 1h30, 1.5h, 90 min. The first that stands in the line."""
    for at in line.free():
        word = line.words[at]
        if (minutes := span_minutes(word)) is not None:
            line.give("minutes", at)
            return minutes
        nearby = at + 1
        if _NUMBER.fullmatch(word) and line.is_free(nearby):
            minutes = span_minutes(word + line.words[nearby])
            if minutes is not None and line.words[nearby].isalpha():
                line.give("minutes", at, nearby)
                return minutes
    return None


def take_days(line: LineWords) -> int:
    """On how many days: 3 days, 3d; not for 3 days, in 3 days. One where the line says nothing."""
    for at in line.free():
        if at and line.words[at - 1] in _NOT_HOW_LONG:
            continue
        match = _DAYS.fullmatch(line.words[at])
        used = [at]
        if match is None and line.is_free(at + 1):
            match = _DAYS.fullmatch(line.words[at] + line.words[at + 1])
            used = [at, at + 1]
        if match is not None:
            line.give("days", *used)
            return int(match["days"])
    return 1


def take_window(line: LineWords, day: datetime.date | None) -> tuple[str, str] | None:
    """The promised window as two times HH:MM: 9-11, 09:00-11:00, 9 - 11, 2-4pm. The first that stands in the line."""
    for at in line.free():
        match = _WINDOW.fullmatch(line.words[at])
        used = [at]
        if match is None and line.is_free(at + 1) and line.is_free(at + 2) and line.words[at + 1] in ("-", "–"):
            match = _WINDOW.fullmatch(f"{line.words[at]}-{line.words[at + 2]}")
            used = [at, at + 1, at + 2]
        if match is None:
            continue
        window = _clocks(line, match["opens"], match["closes"], show(" ".join(line.raw[index] for index in used), 20))
        if window is not None:
            line.give("window", *used)
            return window if window != ("", "") else None
    if day is not None:
        for at in line.free():
            # a clock beside the day belongs to it; elsewhere (“down since 14:00”) it is part of the work
            if _PLAIN_CLOCK.fullmatch(line.words[at]) and at and line.to[at - 1] == "day":
                line.give("window", at)
                line.problems.append(f"promised window: from {show(line.raw[at], 10)} until when? for example 9-11")
    return None


def _clocks(line: LineWords, opens: str, closes: str, typed: str) -> tuple[str, str] | None:
    """The two times; None where it is no window at all, two empty texts where it cannot be taken."""
    half = re.search(r"(am|pm)$", closes)
    if half and not re.search(r"(am|pm)$", opens):
        opens = _with_half(opens, closes, half[0])
    try:
        first, last = parse_clock(opens), parse_clock(closes, allow_24=True)
    except ValueError:
        return None
    bare = not re.search(r"[:a-z]", opens + closes)
    if bare and first < EARLIEST:
        line.problems.append(f"promised window: {typed} is before {EARLIEST // 60}:00; write 14-16 or 2-4pm")
        return "", ""
    if not is_window(first, last):
        line.problems.append(f"promised window: {typed} ends before it begins; write for example 11-13")
        return "", ""
    return clock(min(first, DAY_MINUTES)), clock(min(last, DAY_MINUTES))


def _with_half(opens: str, closes: str, half: str) -> str:
    """`2` of 2-4pm is 2pm, `11` of 11-1pm is 11am: the half of the day in which the window is forward and short."""
    try:
        end = parse_clock(closes, allow_24=True)
        start = parse_clock(f"{opens}{half}")
    except ValueError:
        return opens
    if start < end:
        return f"{opens}{half}"
    return f"{opens}{'am' if half == 'pm' else 'pm'}"
