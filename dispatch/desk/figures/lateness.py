"""Why visits of a day were reached late, from what is recorded of them and of the stops before."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from db import late_causes, settings, visits
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
        promise = Promise(*one.why)
        said = runs[day].said_of(visit, promise.last, promise.first)
        found.append(one._replace(causes=said.text, gravest=said.gravest, told=said.told))
    return found


class Lateness(NamedTuple):
    """Why a visit was late, in words; the gravest cause, or the one that was told."""

    text: str
    gravest: str
    told: bool = False


def recorded(store: Store, visit: Visit, broken: Iterable[Promise]) -> Lateness:
    """What the record says of why somebody came late to a visit, of the first of some promises that was kept late."""
    zone = settings.firm(store).zone
    late = next((one for one in broken if one.outcome == "late"), None)
    return (
        Lateness("", "") if late is None else LivedDay(store, day_of(late.first, zone), zone).said_of(visit, late.last)
    )


class LivedDay:
    """A day as it ran: its visits, and the drives as they were reckoned."""

    def __init__(self, store: Store, day: datetime.date, zone: str) -> None:
        self.found: Sequence[Visit] = visits.of_days(store, *day_bounds(day, zone))
        self._legs: Mapping[int, Mapping[int, Leg]] = legs_of_day(store, day)
        self._told = late_causes.told_of(store, [visit.id for visit in self.found])

    def said_of(self, visit: Visit, due: int, promised: int | None = None) -> Lateness:
        """Why somebody came after `due`: as it was told of the promise that begins at `promised`, and what the record says."""
        causes, before = self._why_late(visit, due)
        recorded = causes_text(causes, before)
        told = None if promised is None else self._told.get((visit.id, promised))
        if told is not None:
            beside = f"; by the record {recorded}" if recorded else ""
            return Lateness(told.words_of() + beside, str(told.cause), told=True)
        return Lateness(recorded, str(causes[0].cause) if causes else "")

    def _why_late(self, visit: Visit, due: int) -> tuple[tuple[CauseShare, ...], Visit | None]:
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


def counted_text(causes: Iterable[tuple[str, bool]]) -> str:
    """How often each cause was the gravest, and how many of them as told: "the drive 2 (1 as told), the plan stood after it 1"."""
    found = [(cause, told) for cause, told in causes if cause]
    counts, told = Counter(cause for cause, _ in found), Counter(cause for cause, told in found if told)
    return ", ".join(
        f"{cause} {count}{f' ({told[cause]} as told)' if told[cause] else ''}" for cause, count in counts.most_common()
    )


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
