"""Taking a plan, or a part of it: what was changed meanwhile is left out by name, and what needs it with it."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from db import clients, planned, visits
from db.names import folded
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.day import placement
from dispatch.desk.day.run_of_days import put
from dispatch.desk.plan.companions import closure, without
from dispatch.desk.plan.meanwhile import Meanwhile, meanwhile, not_possible, run_as_shown
from dispatch.desk.plan.proposal import Move
from dispatch.desk.plan.schedule import settle
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import driver, step
from dispatch.fields.kinds import span_of
from dispatch.model.instants import day_of, local
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.visits import Visit


@dataclass(frozen=True, slots=True)
class Taken:
    """What was written: the references of what moved, and what was left out, each with why. `changed` are those of them that
    somebody changed, `change_id` is what undo takes back; None: nothing was written."""

    moved: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    changed: frozenset[str] = frozenset()
    change_id: int | None = None


class NotAsPlanned(Refusal):
    """Some of the moves cannot be made as they were planned, and nothing of them was written; `since` says which and why."""

    def __init__(self, since: Meanwhile) -> None:
        super().__init__(f"Not as planned any more: {show(', '.join(since.words), 200)}. Nothing was changed.")
        self.since = since


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
    chosen, change_id = [move for move in moves if move.visit.reference in wanted], None
    skipped, changed = dict[str, str](), frozenset[str]()
    while chosen and change_id is None:
        try:
            change_id = _write(user, chosen, label)
        except NotAsPlanned as refusal:
            skipped |= refusal.since.words
            changed |= refusal.since.changed.keys()
            standing = without(chosen, refusal.since.words)
            chosen = [move for move in chosen if move.visit.reference in standing]
    moved = tuple(move.visit.reference for move in chosen)
    lost = dict.fromkeys(wanted.difference(moved, skipped), "needs the place of one that was left out")
    return Taken(moved, tuple(sorted((skipped | lost).items())), changed, change_id)


def _write(user: User, moves: Sequence[Move], label: str) -> int:
    """Write moves as one change that is taken back as one: all of them, or none; returns the id of the change.

    Raises:
        NotAsPlanned: some cannot be made by now.
        WrongState: a visit is not planned any more.
    """
    with user.write("plan", Role.DISPATCHER) as unit:
        store, firm = user.store, user.firm
        if (since := meanwhile(store, moves)).words:
            raise NotAsPlanned(since)
        before = [step(store, move.visit.reference, "plan") for move in moves]
        for visit in before:
            if visit.starts_at is not None:
                planned.unplace(unit, visit)
        bare = {visit.id: visit for visit in visits.visits_by_id(store, [visit.id for visit in before])}
        for move in sorted(moves, key=lambda move: move.after.start if move.after is not None else 0):
            starts_at, technician = None, None
            if move.after is not None:
                technician, starts_at, _ = move.after
                _put(unit, bare[move.visit.id], move, firm.stay_minutes(move.visit.minutes) * 60)
            unit.audit("visit", move.visit.id, plan=label, starts_at=starts_at, technician=technician)
        return settle(user, unit, label, before)


def _put(unit: Unit, visit: Visit, move: Move, length: int) -> None:
    """Give a visit its place, and the days after its first one theirs, as they were shown.

    Raises:
        NotAsPlanned: a later day cannot stand there by now.
    """
    if visit.days == visit.next_day:
        to = existing(move.after)
        planned.place(unit, visit, [driver(unit.store, name) for name in to.crew], to.start, to.start + length)
        return
    try:
        places = run_as_shown(unit.store, move, visit, length)
    except Refusal as no_place:
        raise NotAsPlanned(Meanwhile({}, {visit.reference: not_possible(str(no_place))})) from None
    put(unit, visit, places)


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
