"""What an absence hits, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from db import visits
from db.faults import StoreFault
from db.people import AbsenceRecord
from db.store import Store
from dispatch.desk import schedule
from dispatch.desk.refusals import Refusal
from dispatch.desk.seat import Seat
from dispatch.model.instants import day_of
from dispatch.model.states import AHEAD
from dispatch.model.visits import Visit
from dispatch.planning.checker import Level


def hit_by(store: Store, record: AbsenceRecord) -> list[Visit]:
    """The technician's visits that are still ahead and overlap the absence, in order."""
    span = record.absence
    return [
        visit
        for visit in visits.placed_between(store, span.starts_at, span.ends_at)
        if visit.state in AHEAD and any(part.technician_id == record.staff_id for part in visit.assignments)
    ]


def requeue(seat: Seat, references: Sequence[str]) -> tuple[list[str], list[str]]:
    """Put visits back into the queue; returns those that went back, and a sentence for each that did not."""
    back, left = [], []
    for reference in references:
        try:
            schedule.unassign(seat, reference)
            back.append(reference)
        except (Refusal, StoreFault) as refusal:
            left.append(f"{reference}: {refusal}")
    return back, left


def replan(seat: Seat, references: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give each visit to the best of the others on its day, where the checker finds a good place; the rest goes into the queue.

    Returns a sentence for each that was placed, and one for each that was not.
    """
    placed, left = [], []
    for reference in references:
        visit = visits.visit_by_reference(seat.store, reference)
        if visit is None or visit.starts_at is None:
            continue
        day = day_of(visit.starts_at, visit.zone)
        back, refused = requeue(seat, [reference])
        left += refused
        if not back:
            continue
        best = next(
            (one for one in schedule.candidates(seat.store, reference, day) if one.verdict.level is Level.FEASIBLE),
            None,
        )
        if best is None:
            left.append(f"{reference}: nobody else has a good place for it on that day; it is in the queue")
            continue
        try:
            done = schedule.assign(seat, reference, [best.name], best.start)
            placed.append(f"{reference} goes to {', '.join(done.crew)}")
        except (Refusal, StoreFault) as refusal:
            left.append(f"{reference}: {refusal}; it is in the queue")
    return placed, left
