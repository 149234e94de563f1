"""Quiet hours: when nothing goes to clients that can wait (design/interface.md, Messages to clients)."""

from __future__ import annotations

import datetime

from dispatch.model.instants import Unclear, at_local, day_of, parse_clock


def quiet_until(hours: str, at: int, zone: str) -> int | None:
    """When the quiet hours end in which an instant lies; None where it lies in none.

    Args:
        hours: the firm's, as they are kept: `21:00-07:00`, empty for none.
        at: the instant.
        zone: by whose clocks.
    """
    if not hours:
        return None
    begins, ends = map(parse_clock, hours.split("-"))
    today = day_of(at, zone)
    for day in (today - datetime.timedelta(days=1), today):
        last = day if ends > begins else day + datetime.timedelta(days=1)
        if at_local(day, begins, zone, Unclear.FIRST) <= at < (until := at_local(last, ends, zone, Unclear.LAST)):
            return until
    return None
