"""A service-level clock: what has elapsed, when it is due, and its state (design/service-levels.md D3, D5, D6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dispatch.levels.calendar import MINUTE, Calendar, DatedCalendar, Spans, joined
from dispatch.model.text import LabelledEnum


class LevelState(LabelledEnum):
    """How a clock stands (D6)."""

    MET = "met"
    MISSED = "missed"
    BREACHED = "breached"
    PAUSED = "paused"
    CRITICAL = "critical"
    AT_RISK = "at_risk"
    OK = "ok"


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


class ClockReading(NamedTuple):
    """What a clock says: counted minutes, the instant at which it is due (None while it is paused), and its state."""

    elapsed: int
    due: int | None
    state: LevelState
    target: int


class EarlierTarget(NamedTuple):
    """A target that counted up to an instant, before the priority was changed; `target` None: there was none."""

    until: int
    target: int | None


class LevelClock(NamedTuple):
    """A clock of a request.

    `opened` is its receipt, by any channel, `target` in counted minutes; `achieved` when what was promised happened. `pauses` do
    not count. `earlier` are targets before a change of priority: one that was missed then stays missed, and goes on counting.
    `aim`: the target is never breached, beyond it the clock is critical. `ended` is when the request ended without what was
    promised, for example cancelled: from then on the clock stands.
    """

    calendar: Calendar | DatedCalendar
    opened: int
    target: int | None
    achieved: int | None = None
    pauses: Sequence[Pause] = ()
    earlier: Sequence[EarlierTarget] = ()
    thresholds: Thresholds = USUAL
    aim: bool = False
    ended: int | None = None

    def read(self, now: int) -> ClockReading | None:
        """What it says; what is later than `now` has not happened yet. None where there is no target."""
        now = _cut(now)
        done = None if self.achieved is None or _cut(self.achieved) > now else _cut(self.achieved)
        stop = now if done is None else done
        if self.ended is not None and done is None:
            stop = min(stop, _cut(self.ended))
        # a pause that begins once the clock has stopped is none of its own
        begun = [pause for pause in self.pauses if _cut(pause.start) <= stop]
        still = joined(
            (_cut(pause.start), stop if pause.end is None else min(_cut(pause.end), stop)) for pause in begun
        )
        missed = self._missed_before(stop, still)
        target = self.target if missed is None else missed
        if target is None:
            return None
        elapsed = self._elapsed(stop, still)
        over = missed is not None or elapsed > target
        if done is not None:
            return ClockReading(
                elapsed, self._due(target, still), LevelState.MISSED if over else LevelState.MET, target
            )
        if self.ended is not None:
            return ClockReading(elapsed, None, LevelState.MISSED, target) if over and not self.aim else None
        paused = any(_cut(pause.start) <= now and (pause.end is None or now < _cut(pause.end)) for pause in begun)
        due = None if paused else self._due(target, still)
        return ClockReading(elapsed, due, self._open_state(elapsed, target, over, paused), target)

    def _open_state(self, elapsed: int, target: int, over: bool, paused: bool) -> LevelState:
        if over and not self.aim:
            return LevelState.BREACHED
        if paused:
            return LevelState.PAUSED
        if over or elapsed * 100 >= target * self.thresholds.critical:
            return LevelState.CRITICAL
        return LevelState.AT_RISK if elapsed * 100 >= target * self.thresholds.at_risk else LevelState.OK

    def _missed_before(self, stop: int, still: Spans) -> int | None:
        """The first of the earlier targets that was missed while it counted."""
        for until, target in self.earlier:
            if target is not None and self._elapsed(min(_cut(until), stop), still) > target:
                return target
        return None

    def _elapsed(self, stop: int, still: Spans) -> int:
        opened = _cut(self.opened)
        paused = sum(self.calendar.counted(max(start, opened), min(end, stop)) for start, end in still)
        return self.calendar.counted(opened, stop) - paused

    def _due(self, target: int, still: Spans) -> int | None:
        """The end of the minute in which the target is used up: from pause to pause, and on after the last of them."""
        at, left = _cut(self.opened), target
        for start, end in still:
            if end <= at:
                continue
            there = self.calendar.counted(at, start)
            if there >= left:
                break
            left -= there
            at = end
        return self.calendar.used_up(at, left)


def _cut(instant: int) -> int:
    """The minute in which an instant lies: seconds do not count."""
    return instant - instant % MINUTE
