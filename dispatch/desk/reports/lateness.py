"""Who came late on a day, by how much, and what the record says of why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dispatch.desk.reports.foot import Times
from dispatch.model.calls import Call, Outcome
from dispatch.model.states import AHEAD, State
from dispatch.model.travel import Leg
from dispatch.model.visits import Assignment, Visit

WORTH_SAYING = 5 * 60
"""Seconds from which a cause is named: less is the noise of a working day."""


class LateVisit(NamedTuple):
    """A visit at which somebody came late, or is late to come: by how much, and why."""

    visit: Visit
    how: str
    why: str


def late_visits(
    found: Sequence[Visit],
    legs: Mapping[int, Mapping[int, Leg]],
    calls: Mapping[int, tuple[Call, ...]],
    times: Times,
    now: int,
    late_minutes: int,
) -> list[LateVisit]:
    """The late ones by their planned start. A visit is late against its promise, and without one against its plan.

    Args:
        legs: the drives of the day as they were reckoned, by technician and visit.
        late_minutes: from how many minutes on a visit is late (the firm's setting).
    """
    late = []
    for visit in found:
        limit, word = _limit(visit, late_minutes)
        if limit is None or visit.state is State.CANCELLED:
            continue
        came = visit.checked_in_at
        if came is not None and came > limit:
            late.append(
                LateVisit(visit, f"{_minutes(came - limit)} after {word}", _why(visit, found, legs, calls, times))
            )
        elif came is None and now > limit and visit.state in AHEAD | {State.EN_ROUTE}:
            late.append(
                LateVisit(visit, f"not there yet, {_minutes(now - limit)} after {word}", _told(visit, calls, times))
            )
    return late


def _limit(visit: Visit, late_minutes: int) -> tuple[int | None, str]:
    if visit.promised is not None:
        return visit.promised[1], "the promised window"
    if visit.starts_at is None:
        return None, ""
    return visit.starts_at + late_minutes * 60, f"the plan and {late_minutes} min"


def _why(
    visit: Visit,
    found: Sequence[Visit],
    legs: Mapping[int, Mapping[int, Leg]],
    calls: Mapping[int, tuple[Call, ...]],
    times: Times,
) -> str:
    part = min((one for one in visit.assignments if one.check_in_at is not None), key=lambda one: one.check_in_at or 0)
    said = []
    before = _stop_before(visit, part, found)
    if before is not None and before.ends_at is not None:
        left = before.assignment_of(part.technician_id)
        over = (left.check_out_at or 0) - before.ends_at if left is not None else 0
        if over >= WORTH_SAYING:
            said.append(f"{before.reference} before it ran {_minutes(over)} over")
    leg = legs.get(part.technician_id, {}).get(visit.id)
    seconds = leg.seconds if leg is not None else None
    if part.depart_at is not None and part.check_in_at is not None and seconds is not None:
        longer = part.check_in_at - part.depart_at - seconds
        if longer >= WORTH_SAYING:
            said.append(f"the drive took {_minutes(longer)} longer than reckoned")
        if not said and visit.starts_at is not None and part.depart_at - (visit.starts_at - seconds) >= WORTH_SAYING:
            said.append(f"set out {_minutes(part.depart_at - (visit.starts_at - seconds))} late")
    return "; ".join([*(said or ["the record does not say"]), _told(visit, calls, times)])


def _told(visit: Visit, calls: Mapping[int, tuple[Call, ...]], times: Times) -> str:
    answered = [call for call in calls.get(visit.id, ()) if call.outcome is Outcome.ANSWERED]
    return f"client told at {times.clock(answered[-1].at)}" if answered else "client not told"


def _stop_before(visit: Visit, part: Assignment, found: Sequence[Visit]) -> Visit | None:
    """The stop that the technician left last before coming here."""
    earlier = [
        (own.check_out_at, other)
        for other in found
        if other.id != visit.id
        and (own := other.assignment_of(part.technician_id)) is not None
        and own.check_out_at is not None
        and own.check_out_at <= (part.check_in_at or 0)
    ]
    return max(earlier, key=lambda one: (one[0] or 0, one[1].id))[1] if earlier else None


def _minutes(seconds: int) -> str:
    return f"{max(1, seconds // 60)} min"
