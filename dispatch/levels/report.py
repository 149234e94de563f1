"""A month of a client's requests in figures, for the report and the review (design/service-levels.md D8)."""

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
    """One clock of a request: its state, counted minutes, whether it is only an aim, whether it has stopped, and the cause
    that was given where it was missed."""

    clock: str
    state: LevelState
    elapsed: int
    aim: bool = False
    stopped: bool = True
    cause: str = ""


class RequestClocks(NamedTuple):
    """A request of the month: its clocks, and the counted minutes of each of its pauses."""

    clocks: tuple[ClockOutcome, ...]
    pauses: tuple[int, ...] = ()


class LevelMonth(NamedTuple):
    """The figures. `met_pct` is None where nothing was promised; `medians` by clock in counted minutes, None where none
    was achieved; `causes` by how often each; `value_covered` in minor units: what covered, drawn and free work would
    have cost."""

    requests: int
    met_pct: int | None
    judged: int
    medians: Mapping[str, int | None]
    misses: int
    causes: Mapping[str, int]
    pauses: int
    pause_minutes: int
    follow_ups_open: int
    value_covered: int


def month_of(requests: Sequence[RequestClocks], follow_ups_open: int, value_covered: int) -> LevelMonth:
    """The month's figures. Aims are measured and never judged; a clock that still runs within its target neither."""
    clocks = [clock for request in requests for clock in request.clocks]
    judged = [clock for clock in clocks if not clock.aim and clock.state in _JUDGED]
    missed = [clock for clock in judged if clock.state in _MISSED]
    spelled: dict[str, str] = {}
    for clock in missed:
        cause = clock.cause or NO_CAUSE
        spelled.setdefault(cause.casefold(), cause)
    causes = Counter(spelled[(clock.cause or NO_CAUSE).casefold()] for clock in missed)
    kept = len(judged) - len(missed)
    elapsed = {name: [clock.elapsed for clock in clocks if clock.clock == name and clock.stopped] for name in CLOCKS}
    pauses = [minutes for request in requests for minutes in request.pauses]
    return LevelMonth(
        requests=len(requests),
        # whole percent, half up
        met_pct=(200 * kept + len(judged)) // (2 * len(judged)) if judged else None,
        judged=len(judged),
        medians={name: round(median(minutes)) if minutes else None for name, minutes in elapsed.items()},
        misses=len(missed),
        causes=dict(causes.most_common()),
        pauses=len(pauses),
        pause_minutes=sum(pauses),
        follow_ups_open=follow_ups_open,
        value_covered=value_covered,
    )
