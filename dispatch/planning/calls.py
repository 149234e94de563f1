"""The call-ahead list: which clients have to hear that we come later, in the order in which the calls are due (R3).

A call is offered as soon as the projected arrival passes the time that the client expects us: the planned start at first,
then whatever was promised in the last call that was answered. A promise of such a call may slip by the firm's late minutes
before it is worth another call. Who was to come later and comes earlier now is on it too, where the plan was changed under a
promise. A call is due when the technician would have had to set out to be there at the expected
time: from then on the client waits in vain. A call that nobody answered goes to the lead after ten minutes, until one is
answered or somebody has arrived.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from dispatch.model.messages import Call, CallOutcome
from dispatch.planning.projection import ClockedStop, Projected

ESCALATED_AFTER = 10 * 60
"""Seconds after which a call that nobody answered goes to the lead (design/close-out.md R3)."""
CALLS_COUNT_FOR = datetime.timedelta(days=7)
"""For how many days before its own a call about a visit still counts."""
_MINUTE = 60
_FULL = 300
"""A time promised to a client is a full five minutes."""


class DueCall(NamedTuple):
    """A call to make. `expected` is when the client expects us, `due` when they should know; `tries` are calls without
    an answer since the last one that had one, the newest last."""

    visit_id: int
    expected: int
    arrival: int
    due: int
    tries: tuple[Call, ...] = ()
    escalated: bool = False
    absent: bool = False

    @property
    def proposed(self) -> int:
        """The time to promise: the new arrival, to a full five minutes."""
        return -(-self.arrival // _FULL) * _FULL


def expected_at(planned: int, calls: Iterable[Call]) -> tuple[int, bool]:
    """When the client of a visit that is planned to begin at `planned` expects us, and whether a call told them so.

    What was promised for another time altogether (more than half a day away from the plan) is of an older plan.
    """
    for call in sorted(calls, key=lambda call: call.id, reverse=True):
        if call.promised is not None and abs(call.promised - planned) < 12 * 3600:
            return call.promised, call.outcome is CallOutcome.ANSWERED
    return planned, False


def awaited(calls: Mapping[int, Sequence[Call]], starts_at: int, ends_at: int) -> dict[int, int]:
    """The visits whose clients expect us in `[starts_at, ends_at)` at a time that a change of the plan took away, and have
    not been reached since: each with that time."""
    promises = {}
    for visit_id, own in calls.items():
        newest = max(
            (call for call in own if call.outcome is not CallOutcome.UNANSWERED), key=lambda call: call.id, default=None
        )
        promised = newest.promised if newest is not None and newest.outcome is CallOutcome.OWED else None
        if promised is not None and starts_at <= promised < ends_at:
            promises[visit_id] = promised
    return promises


def due_calls(
    stops: Mapping[int, tuple[ClockedStop, Projected]], calls: Mapping[int, Sequence[Call]], now: int, late_minutes: int
) -> list[DueCall]:
    """The calls that are due or will be, first the one that is due first.

    Args:
        stops: by visit, the stop of the technician who gets there last, with its projection.
        calls: what was called already, by visit.
        now: the present instant.
        late_minutes: the firm's.
    """
    due_list = []
    for visit_id, (stop, ahead) in stops.items():
        if stop.arrived is not None or stop.over:
            continue
        own = sorted(calls.get(visit_id, ()), key=lambda call: call.id)
        expected, promised = expected_at(stop.start, own)
        behind = ahead.arrival - expected
        answered = max((call.id for call in own if call.outcome is CallOutcome.ANSWERED), default=0)
        owed = any(call.id > answered and call.outcome is CallOutcome.OWED for call in own)
        early = owed and behind <= -_MINUTE
        if not early and (behind < _MINUTE or (promised and behind <= late_minutes * _MINUTE)):
            continue
        tries = tuple(call for call in own if call.outcome is CallOutcome.UNANSWERED and call.id > answered)
        escalated = bool(tries) and now >= tries[0].at + ESCALATED_AFTER
        due = min(expected, ahead.arrival) - (stop.leg or 0)
        due_list.append(DueCall(visit_id, expected, ahead.arrival, due, tries, escalated, ahead.absent))
    return sorted(due_list, key=lambda call: (call.due, call.expected, call.visit_id))
