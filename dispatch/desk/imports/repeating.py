"""How often an event of a calendar repeats, in the words of a recurring visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dispatch.model.agreements import WEEKDAYS
from dispatch.planning.recurring import Monthly, Weekly

_UNDERSTOOD = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "WKST", "UNTIL"}


def rule_of(repeats: Mapping[str, Sequence[str]], weekday: int, monthday: int) -> str | None:
    """The rule of a recurring visit that repeats as an event does; None where there is no such.

    Args:
        repeats: the parts of an RRULE (RFC 5545, 3.3.10), each with its values in capitals.
        weekday: of the first event, 0 for Monday, where the rule names none.
        monthday: of the first event, likewise.
    """
    if not set(repeats) <= _UNDERSTOOD:
        return None
    try:
        count = int(_one(repeats, "INTERVAL") or 1)
        frequency = _one(repeats, "FREQ")
        days = list(repeats.get("BYDAY", ()))
        if frequency == "WEEKLY" and 1 <= count <= 52 and "BYMONTHDAY" not in repeats:
            named = sorted({_weekday(day) for day in days}) or [weekday]
            return str(Weekly(tuple(named), count))
        if frequency == "MONTHLY" and 1 <= count <= 12:
            if len(days) == 1 and "BYMONTHDAY" not in repeats:
                nth = int(days[0][:-2])
                return (
                    str(Monthly(nth, "weekday", _weekday(days[0][-2:]), count)) if nth in (-1, 1, 2, 3, 4, 5) else None
                )
            if not days:
                day = int(_one(repeats, "BYMONTHDAY") or monthday)
                return str(Monthly(day, "month", count=count)) if 1 <= day <= 31 else None
    except ValueError:
        pass
    return None


def _one(repeats: Mapping[str, Sequence[str]], part: str) -> str:
    values = repeats.get(part, ())
    if len(values) > 1:
        raise ValueError(f"several values for {part}")
    return values[0] if values else ""


def _weekday(name: str) -> int:
    found = [number for number, day in enumerate(WEEKDAYS) if day[:2].upper() == name]
    if not found:
        raise ValueError(f"{name} is no day of the week")
    return found[0]
