"""Checklists in the store: items, attempts, work entries."""

from __future__ import annotations

from collections.abc import Collection

from db import permissions, probes
from db.store import Store
from db.unit import Unit
from dispatch.model.checklists import (
    Asks,
    Attempt,
    Checklist,
    EntryKind,
    Grade,
    Item,
    Kind,
    Phase,
    Result,
    WorkEntry,
)

_PHASE_ORDER = {phase: order for order, phase in enumerate(Phase)}


def checklist(store: Store, visit_id: int) -> Checklist:
    """The whole checklist of a visit, items by phase and then in the order in which they were added."""
    attempts: dict[int, list[Attempt]] = {}
    tries = probes.tries_of(store, visit_id)
    for row in store.all(
        "SELECT a.id, a.item_id, a.sequence, a.at, s.name, a.result, a.text, a.value, a.grade, a.vantage, a.signed_by, "
        "a.satisfied, a.follow_up_id, a.self_approved, a.begun_after FROM attempt a JOIN staff s ON s.id = a.staff_id "
        "WHERE a.visit_id = ? ORDER BY a.sequence",
        (visit_id,),
    ):
        (
            attempt_id, item_id, sequence, at, by, result, text, value, grade, vantage, signed_by, satisfied,
            follow_up_id, own, begun_after,
        ) = row  # fmt: skip
        attempts.setdefault(item_id, []).append(
            Attempt(
                sequence,
                at,
                by,
                Result(result),
                text,
                value,
                Grade(grade) if grade else None,
                vantage,
                signed_by,
                None if satisfied is None else bool(satisfied),
                follow_up_id,
                bool(own),
                begun_after,
                tries.get(attempt_id, ()),
            )
        )
    tested = probes.probes_of_visit(store, visit_id)
    way_in = store.one("SELECT 1 FROM way_in WHERE visit_id = ?", (visit_id,)) is not None
    allowed = permissions.given(store, visit_id)
    shown = dict(store.all("SELECT item_id, max(as_of) FROM file WHERE visit_id = ? GROUP BY item_id", (visit_id,)))
    items, copied = [], set[int]()
    for row in store.all(
        "SELECT id, ref, phase, kind, label, required, na_allowed, override_allowed, position, why, evidence, added_by "
        "FROM item WHERE visit_id = ?",
        (visit_id,),
    ):
        item_id, ref, phase, kind, label, required, na_allowed, override_allowed, position, why, evidence, added_by = (
            row
        )
        item = Item(
            item_id,
            ref,
            Phase(phase),
            Kind(kind),
            label,
            bool(required),
            bool(na_allowed),
            bool(override_allowed),
            position,
            tuple(attempts.get(item_id, ())),
            why,
            tested.get(item_id, ()),
            Asks(evidence) if evidence else None,
            way_in,
            shown.get(item_id),
            allowed.get(item_id),
        )
        items.append(item)
        if added_by is None:
            copied.add(item_id)
    items = _in_order(items, copied)
    entries = tuple(
        WorkEntry(sequence, at, by, EntryKind(kind), text)
        for sequence, at, by, kind, text in store.all(
            "SELECT w.sequence, w.at, s.name, w.kind, w.text FROM work_entry w JOIN staff s ON s.id = w.staff_id "
            "WHERE w.visit_id = ? ORDER BY w.sequence",
            (visit_id,),
        )
    )
    return Checklist(tuple(items), entries)


def note_way_in(unit: Unit, visit_id: int, staff_id: int) -> bool:
    """Note that somebody's connection leads into the client's network at a visit; whether nobody had noted it before."""
    found = unit.execute("SELECT 1 FROM way_in WHERE visit_id = ?", (visit_id,)).fetchone()
    if found is None:
        unit.execute(
            "INSERT INTO way_in (visit_id, staff_id, session, at) VALUES (?, ?, ?, ?)",
            (visit_id, staff_id, unit.actor.session, unit.at),
        )
    return found is None


def last_recorded(store: Store, visit_id: int) -> int:
    """When the last result or work entry was recorded on a visit, 0 when none was."""
    return int(
        store.value(
            "SELECT max((SELECT coalesce(max(at), 0) FROM attempt WHERE visit_id = ?), "
            "(SELECT coalesce(max(at), 0) FROM work_entry WHERE visit_id = ?))",
            (visit_id, visit_id),
        )
    )


def add_attempt(unit: Unit, visit_id: int, item_id: int, staff_id: int, attempt: Attempt) -> None:
    """Add a result; `attempt.sequence` must be the visit's, which the caller has just raised."""
    attempt_id = unit.insert(
        "attempt",
        visit_id=visit_id,
        item_id=item_id,
        sequence=attempt.sequence,
        at=attempt.at,
        staff_id=staff_id,
        session=unit.actor.session,
        result=attempt.result.value,
        text=attempt.text,
        value=attempt.value,
        grade=attempt.grade.value if attempt.grade else None,
        vantage=attempt.vantage,
        signed_by=attempt.signed_by,
        satisfied=None if attempt.satisfied is None else int(attempt.satisfied),
        follow_up_id=attempt.follow_up_id,
        self_approved=int(attempt.self_approved),
        begun_after=attempt.begun_after,
    )
    probes.add_tries(unit, attempt_id, attempt.tries)


def add_work_entry(unit: Unit, visit_id: int, staff_id: int, entry: WorkEntry) -> None:
    """Add a work entry at the visit's sequence."""
    unit.insert(
        "work_entry",
        visit_id=visit_id,
        sequence=entry.sequence,
        at=entry.at,
        staff_id=staff_id,
        session=unit.actor.session,
        kind=entry.kind.value,
        text=entry.text,
    )


def _in_order(items: list[Item], copied: Collection[int]) -> list[Item]:
    """The items as they stood in the template, phase by phase, the sign-off last.

    What was added since, such as a thing named at L1, stands behind what its id follows.
    """
    places = [(item.phase, _natural(item.ref), item.position) for item in items if item.id in copied]

    def place(item: Item) -> int:
        if item.id in copied:
            return item.position
        mine = _natural(item.ref)
        same = [position for phase, ref, position in places if phase is item.phase and ref[:2] == mine[:2]]
        before = [position for phase, ref, position in places if phase is item.phase and ref <= mine]
        return max(same or before, default=0)

    return sorted(
        items,
        key=lambda item: (
            _PHASE_ORDER[item.phase],
            item.kind is Kind.SIGN_OFF,
            place(item),
            item.id not in copied,
            _natural(item.ref),
            item.position,
        ),
    )


def _natural(ref: str) -> tuple[str, int, int, str]:
    head, _, tail = ref.partition(".")
    number = int(head[1:]) if head[1:].isdigit() else 0
    return head[:1], number, int(tail) if tail.isdigit() else 0, tail
