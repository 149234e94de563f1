"""Why visits of a day were reached late, from what is recorded of them and of the stops before."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from db import visits
from db.figures import Behind
from db.legs import legs_of_day
from db.store import Store
from dispatch.levels.late_causes import CauseShare, LateArrival, LateCause, causes_of
from dispatch.model.instants import day_bounds, day_of, time_text
from dispatch.model.promises import Promise
from dispatch.model.travel import UNKNOWN_LEG, Leg
from dispatch.model.visits import Assignment, Segment, Visit

WORTH_SAYING = 5 * 60
"""Seconds from which a further cause is named: less is the noise of a working day."""


def with_causes(store: Store, behind: Iterable[Behind], zone: str) -> list[Behind]:
    """The visits behind a figure, with why those that count came after their promise."""
    runs: dict[datetime.date, LivedDay] = {}
    found = []
    for one in behind:
        day = day_of(one.at, zone)
        if one.top and day not in runs:
            runs[day] = LivedDay(store, day, zone)
        there = runs[day].found if one.top else ()
        visit = next((visit for visit in there if visit.reference == one.reference), None)
        if visit is None:
            found.append(one)
            continue
        causes, before = runs[day].why_late(visit, Promise(*one.why).last)
        gravest = str(causes[0].cause) if causes else ""
        found.append(one._replace(causes=causes_text(causes, before), gravest=gravest))
    return found


class LivedDay:
    """A day as it ran: its visits, and the drives as they were reckoned."""

    def __init__(self, store: Store, day: datetime.date, zone: str) -> None:
        self.found: Sequence[Visit] = visits.of_days(store, *day_bounds(day, zone))
        self._legs: Mapping[int, Mapping[int, Leg]] = legs_of_day(store, day)

    def why_late(self, visit: Visit, due: int) -> tuple[tuple[CauseShare, ...], Visit | None]:
        """Why somebody came after `due`, the gravest cause first, and the stop before; nothing where nobody came."""
        arrived = [part for part in visit.assignments if part.check_in_at is not None]
        if not arrived:
            return (), None
        part = min(arrived, key=lambda one: one.check_in_at or 0)
        before, own = _stop_before(visit, part, self.found)
        arrival = LateArrival(
            due=due,
            came=part.check_in_at or 0,
            planned=visit.starts_at,
            depart=part.depart_at,
            drive=self._legs.get(part.technician_id, {}).get(visit.id, UNKNOWN_LEG).seconds,
            before_left=None if own is None else own.check_out_at,
            waited_before=0 if own is None else sum(map(_waited, own.segments)),
        )
        return causes_of(arrival), before


def causes_text(causes: Sequence[CauseShare], before: Visit | None) -> str:
    """Causes with their minutes; a small one only where there is no other."""
    said = []
    for place, (cause, seconds) in enumerate(causes):
        if place and seconds < WORTH_SAYING:
            continue
        named = before is not None and cause in (LateCause.STOP_BEFORE, LateCause.CLIENT)
        words = f"{cause}{f', {before.reference}' if named and before is not None else ''}"
        said.append(words if cause is LateCause.UNKNOWN else f"{words}: {time_text(max(1, seconds // 60))}")
    return "; ".join(said)


def counted_text(gravest: Iterable[str]) -> str:
    """How often each cause was the gravest: "the plan stood after it 2, the drive 1"."""
    counts = Counter(cause for cause in gravest if cause)
    return ", ".join(f"{cause} {count}" for cause, count in counts.most_common())


def _waited(segment: Segment) -> int:
    return (segment.ends_at or segment.starts_at) - segment.starts_at if segment.kind == "wait" else 0


def _stop_before(visit: Visit, part: Assignment, day_visits: Sequence[Visit]) -> tuple[Visit | None, Assignment | None]:
    """The stop that the technician left last before coming here, and their stay there."""
    earlier = [
        (own.check_out_at, other.id, other, own)
        for other in day_visits
        if other.id != visit.id
        and (own := other.assignment_of(part.technician_id)) is not None
        and own.check_out_at is not None
        and own.check_out_at <= (part.check_in_at or 0)
    ]
    return max(earlier, key=lambda stop: stop[:2])[2:] if earlier else (None, None)
