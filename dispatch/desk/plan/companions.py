"""Which moves of a plan hang on others: one can only be taken together with those that make room for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from db.store import existing
from dispatch.desk.plan.proposal import Move
from dispatch.model.visits import Visit
from dispatch.planning.day import Drives, Stop, TechnicianDay


def with_needs(
    moves: Sequence[Move], days: Iterable[TechnicianDay], stops: Mapping[int, Stop], drives: Drives
) -> tuple[Move, ...]:
    """The moves with what each of them needs: the moves of what stands today where it would go, the drives included.

    Args:
        moves: all moves of a plan.
        days: the technicians' days as they would be.
        stops: the moved visits as stops, for their lengths and places.
        drives: the legs of the day.
    """
    standing: dict[str, list[tuple[Visit, Stop]]] = {}
    for move in moves:
        if move.before is not None:
            stood = replace(stops[move.visit.id], start=move.before.start, end=existing(move.visit.ends_at))
            standing.setdefault(move.before.technician, []).append((move.visit, stood))
    planned = {(day.name, stop.visit_id): stop for day in days for stop in day.stops}
    moved = {move.visit.reference for move in moves}
    found = []
    for move in moves:
        needs: list[str] = []
        for name in move.after.crew if move.after is not None else ():
            stop = planned.get((name, move.visit.id))
            for visit, other in standing.get(name, ()):
                if stop is not None and visit.id != move.visit.id and _collide(stop, other, drives):
                    needs.append(visit.reference)
        if move.after is not None and move.visit.after in moved:
            needs.append(move.visit.after)
        found.append(replace(move, needs=tuple(needs)))
    return tuple(found)


def closure(moves: Sequence[Move], references: Collection[str]) -> frozenset[str]:
    """Some moves, by reference, and all that they need."""
    needs = {move.visit.reference: move.needs for move in moves}
    chosen, waiting = set[str](), [reference for reference in references if reference in needs]
    while waiting:
        reference = waiting.pop()
        if reference not in chosen:
            chosen.add(reference)
            waiting += needs[reference]
    return frozenset(chosen)


def without(moves: Sequence[Move], references: Collection[str]) -> frozenset[str]:
    """All moves but some, and but those that need one of them."""
    left, gone = {move.visit.reference: set(move.needs) for move in moves}, set(references)
    while more := {reference for reference, needs in left.items() if reference not in gone and needs & gone}:
        gone |= more
    return frozenset(left) - gone


def _collide(stop: Stop, other: Stop, drives: Drives) -> bool:
    """Whether two stays, with the drive between them, are in each other's way."""
    first, second = sorted((stop, other), key=lambda one: one.start)
    drive = drives(first.place, second.place, second.start).seconds or 0
    return first.end + drive > second.start
