"""Taking a plan, or a part of it: what was changed meanwhile is left out by name, and what needs it with it."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from db import clients, visits
from db.faults import Stale
from db.names import folded
from db.store import Store
from dispatch.desk.day import placement
from dispatch.desk.plan import schedule
from dispatch.desk.plan.companions import closure, without
from dispatch.desk.plan.meanwhile import meanwhile
from dispatch.desk.plan.proposal import Move
from dispatch.desk.plan.schedule import DoesNotFit, Placement
from dispatch.desk.session.user import User
from dispatch.fields.kinds import span_of
from dispatch.model.instants import day_of, local
from dispatch.model.states import Role


@dataclass(frozen=True, slots=True)
class Taken:
    """What was written: the references of what moved, and what was left out, each with why. `changed` are those of them that
    somebody changed, `change_id` is what undo takes back; None: nothing was written."""

    moved: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    changed: frozenset[str] = frozenset()
    change_id: int | None = None


def take(user: User, moves: Sequence[Move], label: str, references: Collection[str] | None = None) -> Taken:
    """Write the moves of a plan, or some of them and all that those need, as one change.

    Raises:
        NotAllowed: only a dispatcher plans.
        Refusal: the day is over.
    """
    user.allow("plan", [Role.DISPATCHER])
    days = [day_of(move.after.start, user.firm.zone) for move in moves if move.after is not None]
    for day in sorted(set(days)):
        placement.refuse_over(user.store, day)
    wanted = closure(moves, [move.visit.reference for move in moves] if references is None else references)
    skipped: dict[str, str] = {}
    while True:
        happened = meanwhile(user.store, moves)
        skipped |= {reference: why for reference, why in happened.words.items() if reference in wanted}
        changed = frozenset(happened.changed) & wanted
        standing = without([move for move in moves if move.visit.reference in wanted], skipped)
        for reference in sorted(wanted - standing - skipped.keys()):
            skipped[reference] = "needs the place of one that was left out"
        chosen = [move for move in moves if move.visit.reference in standing]
        if not chosen:
            return Taken((), tuple(sorted(skipped.items())), changed)
        try:
            change_id = schedule.place_all(user, [_placement(move) for move in chosen], label)
        except DoesNotFit as refusal:
            skipped[refusal.reference] = refusal.why
        except Stale:
            if not meanwhile(user.store, chosen).changed:
                raise
            # somebody was quicker: it is among the changed ones now
        else:
            moved = tuple(move.visit.reference for move in chosen)
            return Taken(moved, tuple(sorted(skipped.items())), changed, change_id)


def _placement(move: Move) -> Placement:
    technician, start, others = move.after if move.after is not None else (None, 0, ())
    return Placement(move.visit.reference, move.visit.version, technician, start, others)


def matching(store: Store, moves: Sequence[Move], words: Iterable[str], zone: str) -> dict[str, tuple[Move, ...]]:
    """For each of some words the moves that it speaks of: a reference, and then nothing else, or the beginning of a word in a
    technician, a client, a site or its address, a skill, a priority (P1), or hours (13-17) in which they would begin."""
    addresses = {site.id: site.address for site in clients.all_sites(store)}
    found_by = [(move, [*_texts(move), addresses.get(move.visit.site_id, "")]) for move in moves]
    return {word: _spoken_of(store, found_by, word, zone) for word in words}


def _spoken_of(store: Store, found_by: Sequence[tuple[Move, Sequence[str]]], words: str, zone: str) -> tuple[Move, ...]:
    """The moves of which some words together speak, each move with the texts that it is found by."""
    if visits.visit_by_reference(store, words.strip()) is not None:
        return tuple(move for move, _ in found_by if folded(move.visit.reference) == folded(words))
    asked = folded(words.strip())
    with contextlib.suppress(ValueError):
        first, last = span_of(asked)
        return tuple(move for move, _ in found_by if _starts_between(move, zone, first, last))
    return tuple(move for move, texts in found_by if asked and any(f" {asked}" in f" {folded(text)}" for text in texts))


def _starts_between(move: Move, zone: str, first: int, last: int) -> bool:
    if move.after is None:
        return False
    here = local(move.after.start, zone)
    return first <= here.hour * 60 + here.minute < last


def _texts(move: Move) -> Sequence[str]:
    visit = move.visit
    ends = [name for end in (move.before, move.after) if end is not None for name in end.crew]
    return [visit.reference, visit.client, visit.site, f"P{visit.priority}", *visit.skills, *ends]
