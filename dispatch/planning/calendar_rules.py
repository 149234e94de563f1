"""The rules of recurring visits that repeat as an event of a calendar does (RFC 5545, 3.3.10)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from dispatch.model.agreements import WEEKDAYS
from dispatch.planning.recurring import LONGEST, ORDINALS, Repeating, Rule, WorkingDays

_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_UNDERSTOOD = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST", "UNTIL"}
_WEEKDAYS = {day[:2].upper(): number for number, day in enumerate(WEEKDAYS)}
_WORKDAYS = tuple(range(5))


def rule_of(repeats: Mapping[str, Sequence[str]], first: datetime.date) -> Rule | None:
    """The rule that repeats as an event does; None where there is no such.

    Args:
        repeats: the parts of an RRULE, each with its values in capitals.
        first: the day of the first event, which says what the rule does not name.
    """
    if not set(repeats) <= _UNDERSTOOD:
        return None
    try:
        return _read(repeats, first)
    except (ValueError, KeyError):
        return None


def _read(repeats: Mapping[str, Sequence[str]], first: datetime.date) -> Rule | None:
    unit, count = _UNITS[_one(repeats, "FREQ") or ""], int(_one(repeats, "INTERVAL") or 1)
    if not 1 <= count <= LONGEST[unit]:
        return None
    month, place, monthday = (int(_one(repeats, part) or 0) for part in ("BYMONTH", "BYSETPOS", "BYMONTHDAY"))
    named = [(int(day[:-2] or 0), _WEEKDAYS[day[-2:]]) for day in repeats.get("BYDAY", ())]
    nths, weekdays = (tuple(sorted(set(values))) for values in zip(*named, strict=True)) if named else ((), ())
    if unit in ("day", "week"):
        if monthday or month or place or set(nths) - {0} or (unit == "day" and weekdays and count > 1):
            return None
        return Repeating("week" if weekdays else unit, count, weekdays).from_start(first)
    if (unit == "month" and month) or (month and not 1 <= month <= 12):
        return None
    if weekdays == _WORKDAYS and nths == (0,) and unit == "month" and place in ORDINALS.values() and not monthday:
        return WorkingDays(place, count)
    if place or (weekdays and (monthday or len(weekdays) > 1 or not set(nths) <= set(ORDINALS.values()))):
        return None
    if not weekdays and (monthday < -1 or monthday > 31):
        return None
    if unit == "year" and not month and (weekdays or monthday):
        return None
    days = nths or (monthday or first.day,)
    return Repeating(unit, count, weekdays, days, (month or first.month) if unit == "year" else 0)


def _one(repeats: Mapping[str, Sequence[str]], part: str) -> str:
    values = repeats.get(part, ())
    if len(values) > 1:
        raise ValueError(f"several values for {part}")
    return values[0] if values else ""
