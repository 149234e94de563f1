"""Why somebody came late, from what happened: each minute of it has one cause (design/product.md, Causes of lateness)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

MINUTE = 60


class LateCause(StrEnum):
    """What made somebody late, in words."""

    PLAN = "the plan stood after it"
    CLIENT = "a client kept us waiting"
    STOP_BEFORE = "the stop before"
    SET_OUT = "set out late"
    DRIVE = "the drive"
    OTHER = "something else"
    UNKNOWN = "the record does not say"


TOLD = {
    "plan": LateCause.PLAN,
    "stop before": LateCause.STOP_BEFORE,
    "set out": LateCause.SET_OUT,
    "drive": LateCause.DRIVE,
    "client": LateCause.CLIENT,
    "other": LateCause.OTHER,
}
"""What a lead may tell, as they type it."""


class ToldCause(NamedTuple):
    """A cause as somebody told it, with what they said of it."""

    cause: LateCause
    words: str
    by: str

    def words_of(self) -> str:
        """It, in words, with who says so."""
        return f"{self.cause}{f': {self.words}' if self.words else ''}, as {self.by} tells"


class LateArrival(NamedTuple):
    """An arrival after `due`: what was planned for it, when the technician set out, how long the drive was reckoned, when the stop
    before was left, and how long its client kept them waiting. Instants, and seconds; None: not known, or there is none."""

    due: int
    came: int
    planned: int | None = None
    depart: int | None = None
    drive: int | None = None
    before_left: int | None = None
    waited_before: int = 0


class CauseShare(NamedTuple):
    """So many seconds of a lateness, and their cause."""

    cause: LateCause
    seconds: int


def causes_of(arrival: LateArrival) -> tuple[CauseShare, ...]:
    """The causes of a lateness, the gravest first; their seconds are all of it.

    What the plan put behind the due is the plan's. From there on the latest moment to set out counts: what the stop before took
    beyond it (the client's part of it first), then the time until they set out, then the drive.
    """
    late = arrival.came - arrival.due
    plan = _within(0, (arrival.due if arrival.planned is None else arrival.planned) - arrival.due, late)
    rest = late - plan
    parts = {LateCause.PLAN: plan}
    if arrival.drive is None:
        parts[LateCause.UNKNOWN] = rest
    else:
        leave_by = arrival.due + plan - arrival.drive
        stop = _within(0, (arrival.before_left or 0) - leave_by, rest)
        away = rest if arrival.depart is None else _within(stop, arrival.depart - leave_by, rest)
        client = min(stop, arrival.waited_before)
        parts |= {LateCause.CLIENT: client, LateCause.STOP_BEFORE: stop - client}
        parts[LateCause.UNKNOWN if arrival.depart is None else LateCause.SET_OUT] = away - stop
        parts[LateCause.DRIVE] = rest - away
    shares = [CauseShare(cause, seconds) for cause, seconds in parts.items() if seconds > 0]
    return tuple(sorted(shares, key=lambda share: -share.seconds))


def _within(least: int, value: int, most: int) -> int:
    return max(least, min(value, most))
