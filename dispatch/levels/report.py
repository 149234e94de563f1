"""A client's requests of some months in figures, for the report and the review (design/service-levels.md D8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from dispatch.levels.clock import LevelState
from dispatch.levels.targets import CLOCKS

NO_CAUSE = "no cause given"
_JUDGED = frozenset({LevelState.MET, LevelState.MISSED, LevelState.BREACHED})
_MISSED = frozenset({LevelState.MISSED, LevelState.BREACHED})


class ClockOutcome(NamedTuple):
    """One clock of a request: its state, counted minutes, whether it is only an aim, whether it has stopped, the cause that was
    given where it was missed, and the minutes by the clock on the wall, from its receipt until it stopped, or until now."""

    clock: str
    state: LevelState
    elapsed: int
    aim: bool = False
    stopped: bool = True
    cause: str = ""
    waited: int = 0


class RequestClocks(NamedTuple):
    """A request of the period: its clocks, and the counted minutes of each of its pauses."""

    clocks: tuple[ClockOutcome, ...]
    pauses: tuple[int, ...] = ()


class Middle(NamedTuple):
    """The middle of several times, in counted minutes (`counted`) and by the clock on the wall (`waited`): half of them were as
    long or shorter. What still runs counts as long as it has run; `or_more`: the middle of either is such a one."""

    counted: int
    waited: int
    or_more: bool = False


class ClockFigures(NamedTuple):
    """One of the four clocks over all requests: promises that can be judged and those kept, aims that can be and those reached, how
    many still run, and the time in the middle, None where there is no such clock."""

    judged: int = 0
    kept: int = 0
    aims: int = 0
    reached: int = 0
    running: int = 0
    middle: Middle | None = None


class LevelFigures(NamedTuple):
    """The figures. `met_pct` is None where nothing was promised; `clocks` has each of the four; `causes` by how often each;
    `value_covered` in minor units: what covered, drawn and free work would have cost."""

    requests: int
    met_pct: int | None
    judged: int
    clocks: Mapping[str, ClockFigures]
    misses: int
    causes: Mapping[str, int]
    pauses: int
    pause_minutes: int
    follow_ups_open: int
    value_covered: int

    @property
    def aims(self) -> int:
        """How many aims can be measured, of requests for which nothing was promised."""
        return sum(clock.aims for clock in self.clocks.values())

    @property
    def reached(self) -> int:
        """How many of the aims were reached."""
        return sum(clock.reached for clock in self.clocks.values())


def figures_of(requests: Sequence[RequestClocks], follow_ups_open: int, value_covered: int) -> LevelFigures:
    """The figures of some requests. Aims are measured and never judged; a clock that still runs within its target neither."""
    clocks = [clock for request in requests for clock in request.clocks]
    judged = [clock for clock in clocks if not clock.aim and clock.state in _JUDGED]
    missed = [clock for clock in judged if clock.state in _MISSED]
    spelled: dict[str, str] = {}
    for clock in missed:
        cause = clock.cause or NO_CAUSE
        spelled.setdefault(cause.casefold(), cause)
    causes = Counter(spelled[(clock.cause or NO_CAUSE).casefold()] for clock in missed)
    kept = len(judged) - len(missed)
    pauses = [minutes for request in requests for minutes in request.pauses]
    return LevelFigures(
        requests=len(requests),
        # whole percent, half up
        met_pct=(200 * kept + len(judged)) // (2 * len(judged)) if judged else None,
        judged=len(judged),
        clocks={name: _clock([clock for clock in clocks if clock.clock == name]) for name in CLOCKS},
        misses=len(missed),
        causes=dict(causes.most_common()),
        pauses=len(pauses),
        pause_minutes=sum(pauses),
        follow_ups_open=follow_ups_open,
        value_covered=value_covered,
    )


def _clock(own: Sequence[ClockOutcome]) -> ClockFigures:
    judged = [clock for clock in own if not clock.aim and clock.state in _JUDGED]
    aims = [clock for clock in own if clock.aim and clock.stopped]
    return ClockFigures(
        len(judged),
        sum(clock.state not in _MISSED for clock in judged),
        len(aims),
        sum(clock.state is LevelState.MET for clock in aims),
        sum(not clock.stopped for clock in own),
        _middle(own) if own else None,
    )


def _middle(own: Sequence[ClockOutcome]) -> Middle:
    places = {(len(own) - 1) // 2, len(own) // 2}
    counted = sorted((clock.elapsed, not clock.stopped) for clock in own)
    waited = sorted((clock.waited, not clock.stopped) for clock in own)
    return Middle(
        round(median(minutes for minutes, _ in counted)),
        round(median(minutes for minutes, _ in waited)),
        any(counted[place][1] or waited[place][1] for place in places),
    )
