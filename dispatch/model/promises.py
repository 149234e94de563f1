"""A promised window: which it may be, when it is, and what became of it (design/product.md, On-time arrival)."""

from __future__ import annotations

import datetime
from typing import Literal, NamedTuple

from dispatch.model.instants import DAY_MINUTES, Times, clock_beside, day_of, long_text
from dispatch.model.languages import say

Outcome = Literal["in_time", "early", "late", "missed"]
KEPT: tuple[Outcome, ...] = ("in_time", "early")
"""Outcomes by which a promise is kept: nobody waited in vain."""


def is_window(opens: int, closes: int) -> bool:
    """Whether two times of the day are a window. One whose end is before its start reaches into the next day, and is shorter than
    half a day: longer ones are slips (15:00-13:00)."""
    return opens < closes or (opens < DAY_MINUTES and closes + DAY_MINUTES - opens < DAY_MINUTES // 2)


def ends_of(day: datetime.date, window: tuple[int, int]) -> tuple[tuple[datetime.date, int], tuple[datetime.date, int]]:
    """Start and end of a window that begins on `day`: each its day and the minutes from its midnight."""
    opens, closes = window
    return (day, opens), (day if opens < closes else day + datetime.timedelta(1), closes)


class Promise(NamedTuple):
    """A promised window that is judged, and when somebody first came to the visit, if ever. `replaced_at` is when another was
    promised in its place, or none any more. Instants."""

    visit_id: int
    first: int
    last: int
    came: int | None
    outcome: Outcome
    replaced_at: int | None = None

    def words(self, times: Times, beside: str = "") -> str:
        """What was promised (by the clocks `beside` too, where they differ), who came when, and what that is: "promised
        10:00–13:00 · came 09:59 · in time, 1m early"."""
        day = day_of(self.first, times.zone)
        came, moved = (
            "" if at is None else clock_beside(day, at, times.zone, times.hours24)
            for at in (self.came, self.replaced_at)
        )
        found = {
            "in_time": say("in time"),
            "early": say("in time, {span} early", span=_length(self.first, self.came)),
            "late": say("{span} late", span=_length(self.last, self.came)),
            "missed": say("nobody came that day") if came else say("nobody came"),
        }[self.outcome]
        promised = say("promised {span}", span=times.span(self.first, self.last, beside))
        parts = [promised, came and say("came {clock}", clock=came), found]
        parts += [say("promised otherwise {clock}", clock=moved)] if moved and self.outcome == "missed" else []
        return " · ".join(part for part in parts if part)


def _length(start: int, end: int | None) -> str:
    """How far two instants are apart, in whole minutes, of which the clocks show at least one."""
    return long_text(max(1, abs((end or start) - start) // 60))
