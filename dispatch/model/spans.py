"""Lengths of time as people type them: 45m, 1h30, 1.5h, 90 min, 2 hours.

Read here and not by pendulum, which knows a length in the form PT1H30M only.
"""

from __future__ import annotations

import re

from dispatch.model.text import show

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
