"""A service-level clock: what has elapsed, when it is due, and its state (design/service-levels.md D3, D5, D6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from dispatch.levels.calendar import MINUTE, Calendar, DatedCalendar

Span = tuple[int, int]


class LevelState(StrEnum):
    """How a clock stands (D6)."""

    MET = "met"
    MISSED = "missed"
    BREACHED = "breached"
    PAUSED = "paused"
    CRITICAL = "critical"
    AT_RISK = "at_risk"
    OK = "ok"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.replace("_", " ")


class Thresholds(NamedTuple):
    """Shares of the target, in percent, from which a clock is at risk, and critical."""

    at_risk: int = 75
    critical: int = 90


USUAL = Thresholds()
"""The thresholds of a firm that has set none."""


class Pause(NamedTuple):
    """A span in which the clock stands still; `end` is None while it lasts."""

    start: int
    end: int | None


class Reading(NamedTuple):
    """What a clock says: counted minutes, the instant at which it is due (None while it is paused), and its state."""

    elapsed: int
    due: int | None
    state: LevelState
    target: int


class Earlier(NamedTuple):
    """A target that counted up to an instant, before the priority was changed; `target` None: there was none."""

    until: int
    target: int | None


def measure(
    calendar: Calendar | DatedCalendar,
    opened: int,
    target: int | None,
    now: int,
    *,
    achieved: int | None = None,
    pauses: Sequence[Pause] = (),
    earlier: Sequence[Earlier] = (),
    thresholds: Thresholds = USUAL,
    aim: bool = False,
    ended: int | None = None,
) -> Reading | None:
    """Read a clock; None where there is no target.

    Args:
        opened: receipt of the request, by any channel.
        target: counted minutes.
        achieved: when what was promised happened; later than `now` it has not happened yet.
        pauses: spans that do not count; what begins after `now` is not known yet.
        earlier: targets before a change of priority. One that was missed then stays missed: it goes on counting here.
        aim: the target is an aim and never breached: beyond it the clock is critical.
        ended: when the request ended without it, for example cancelled: from then on the clock stands.
    """
    opened, now = _cut(opened), _cut(now)
    done = None if achieved is None or _cut(achieved) > now else _cut(achieved)
    stop = now if done is None else done
    if ended is not None and done is None:
        stop = min(stop, _cut(ended))
    # a pause that begins once the clock has stopped is none of its own
    begun = [pause for pause in pauses if _cut(pause.start) <= stop]
    still = _still(begun, stop)
    missed = _missed_before(calendar, opened, stop, still, earlier)
    if missed is not None:
        target = missed
    if target is None:
        return None
    elapsed = _elapsed(calendar, opened, stop, still)
    over = missed is not None or elapsed > target
    if done is not None:
        state = LevelState.MISSED if over else LevelState.MET
        return Reading(elapsed, _due(calendar, opened, target, still), state, target)
    if ended is not None:
        return Reading(elapsed, None, LevelState.MISSED, target) if over and not aim else None
    paused = any(_cut(pause.start) <= now and (pause.end is None or now < _cut(pause.end)) for pause in begun)
    due = None if paused else _due(calendar, opened, target, still)
    return Reading(elapsed, due, _open_state(elapsed, target, over, paused, aim, thresholds), target)


def _open_state(elapsed: int, target: int, over: bool, paused: bool, aim: bool, thresholds: Thresholds) -> LevelState:
    if over and not aim:
        return LevelState.BREACHED
    if paused:
        return LevelState.PAUSED
    if over or elapsed * 100 >= target * thresholds.critical:
        return LevelState.CRITICAL
    return LevelState.AT_RISK if elapsed * 100 >= target * thresholds.at_risk else LevelState.OK


def _missed_before(
    calendar: Calendar | DatedCalendar, opened: int, stop: int, still: Sequence[Span], earlier: Iterable[Earlier]
) -> int | None:
    """The first of the earlier targets that was missed while it counted."""
    for one in earlier:
        if one.target is not None:
            until = min(_cut(one.until), stop)
            if _elapsed(calendar, opened, until, still) > one.target:
                return one.target
    return None


def _elapsed(calendar: Calendar | DatedCalendar, opened: int, stop: int, still: Sequence[Span]) -> int:
    paused = sum(calendar.counted(max(start, opened), min(end, stop)) for start, end in still)
    return calendar.counted(opened, stop) - paused


def _due(calendar: Calendar | DatedCalendar, opened: int, target: int, still: Sequence[Span]) -> int | None:
    """The end of the minute in which the target is used up: from pause to pause, and on after the last of them."""
    at, left = opened, target
    for start, end in still:
        if end <= at:
            continue
        there = calendar.counted(at, start)
        if there >= left:
            break
        left -= there
        at = end
    return calendar.used_up(at, left)


def _still(pauses: Iterable[Pause], stop: int) -> list[Span]:
    """The pauses up to `stop`, cut to the minute, in order and joined where they touch."""
    joined: list[Span] = []
    for start, end in sorted(
        (_cut(one.start), stop if one.end is None else min(_cut(one.end), stop)) for one in pauses
    ):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _cut(instant: int) -> int:
    """The minute in which an instant lies: seconds do not count."""
    return instant - instant % MINUTE
