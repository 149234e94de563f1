"""Visits that somebody took along on a laptop, and what was done there: told at the office, and on the laptop itself.

Everything recorded on a visit is ordered by its sequence. On one that was taken along the office leaves room between what it
records, so that what is handed in stands where it belongs by its time, and is neither newer nor older than it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from db.faults import StoreFault
from db.rows import Query, Select, value
from db.store import Store
from db.unit import Unit
from dispatch.model.visits import Visit

ROOM = 1 << 20
"""Numbers that the sequence of a visit that was taken along goes on by: room for what is handed in between."""
_SHARE = 16
"""What is put between two takes this share of their room, so that more finds some behind it."""


class Taking(NamedTuple):
    """That somebody took visits along: `nonce` names it to nobody else."""

    id: int
    nonce: str
    staff_id: int
    at: int


class TakenVisit(NamedTuple):
    """A visit as it was when it was taken along: its sequence, and when it was to begin."""

    visit_id: int
    as_of: int
    starts_at: int | None


class CarriedDeed(NamedTuple):
    """A deed that was done on a laptop, by its number there, in the words of its document.

    `local` is the sequence of the visit behind it on the laptop, `sequence` that at the office; `refused` says why it was not
    carried out.
    """

    number: int
    visit_id: int
    at: int
    deed: str
    local: int
    sequence: int
    refused: str = ""

    @property
    def form(self) -> dict[str, Any]:
        """Its words, read."""
        found: dict[str, Any] = json.loads(self.deed)
        return found


TAKINGS = Select(Taking, "taking r", "r")
VISITS = Select(TakenVisit, "taken_visit r", "r")
DEEDS = Select(CarriedDeed, "carried_deed r", "r")

by_nonce: Query[Taking | None, str] = TAKINGS.single("WHERE r.nonce = ?")
"""What was taken along under that nonce."""
by_id: Query[Taking | None, int] = TAKINGS.single("WHERE r.id = ?")
"""A taking by its id."""
visits_of: Query[list[TakenVisit], int] = VISITS.listing("WHERE r.taking_id = ? ORDER BY r.visit_id")
"""The visits of a taking."""
deeds_of: Query[list[CarriedDeed], int] = DEEDS.listing("WHERE r.taking_id = ? ORDER BY r.number")
"""The deeds of a taking, in the order in which they were done."""
is_taken: Query[int, int] = value("SELECT EXISTS (SELECT 1 FROM taken_visit WHERE visit_id = ?)")
"""Whether somebody took a visit along, ever."""
_floor: Query[int, int] = value("SELECT coalesce(min(as_of), 0) FROM taken_visit WHERE visit_id = ?")
_RECORDED = (
    "SELECT {} FROM (SELECT sequence, at FROM attempt WHERE visit_id = ?1 UNION ALL "
    "SELECT sequence, at FROM work_entry WHERE visit_id = ?1) WHERE sequence > ?2 AND {}"
)
_after: Query[int | None, int, int, int] = value(_RECORDED.format("min(sequence)", "at > ?3"))
_before: Query[int | None, int, int, int] = value(_RECORDED.format("max(sequence)", "sequence < ?3"))

last_number: Query[int, int] = value("SELECT coalesce(max(number), 0) FROM carried_deed WHERE taking_id = ?")
"""The number of the last deed of a taking."""


def sequences(store: Store, visit_id: int) -> set[int]:
    """Every place in a visit's sequence at which something was recorded."""
    found = store.all(
        "SELECT sequence FROM attempt WHERE visit_id = ?1 UNION SELECT sequence FROM work_entry WHERE visit_id = ?1",
        (visit_id,),
    )
    return {sequence for (sequence,) in found}


def card_items(store: Store) -> dict[str, Any]:
    """In what was taken along: the codes of what the rate card has."""
    known: dict[str, Any] = json.loads(store.value("SELECT value FROM setting WHERE key = 'taken_items'") or "{}")
    return known


def items(store: Store) -> frozenset[tuple[int, str, str]]:
    """The items of all visits, each as visit, id and label: few, where they were taken along."""
    return frozenset(store.all("SELECT visit_id, ref, label FROM item"))


def add(unit: Unit, nonce: str, visits: Iterable[Visit]) -> int:
    """Note that the person takes visits along; returns the id of it."""
    taking_id = unit.insert_signed("taking", nonce=nonce)
    for visit in visits:
        unit.insert(
            "taken_visit", taking_id=taking_id, visit_id=visit.id, as_of=visit.sequence, starts_at=visit.starts_at
        )
    return taking_id


def add_deed(unit: Unit, taking_id: int, deed: CarriedDeed, made_at: int) -> None:
    """Note a deed; one whose number is there already is refused."""
    unit.insert("carried_deed", taking_id=taking_id, made_at=made_at, **deed._asdict())


def sequence_at(store: Store, visit: Visit, at: int) -> int:
    """How far the sequence of a visit had come at an instant, behind what was taken along of it."""
    floor = _floor(store, visit.id)
    later = _after(store, visit.id, floor, at)
    if later is None:
        return visit.sequence
    return max(floor, _before(store, visit.id, floor, later) or floor)


def sequence_at_now(unit: Unit, visit: Visit) -> int:
    """How far the sequence of a visit has come at the instant of a unit."""
    return visit.sequence if unit.store.late is None else sequence_at(unit.store, visit, unit.at)


def next_sequence(unit: Unit, visit: Visit, *, last: bool = False) -> int:
    """The place in a visit's sequence of what is recorded now; of what is handed in, where it belongs by its time.

    Args:
        unit: of the deed.
        visit: as it stands.
        last: behind everything, whenever it was.

    Raises:
        StoreFault: so much was recorded between the same two that nothing more goes there.
    """
    store = unit.store
    before = visit.sequence if last else sequence_at_now(unit, visit)
    if before == visit.sequence:
        return before + (ROOM if is_taken(store, visit.id) else 1)
    behind = _after(store, visit.id, before, -1)
    assert behind is not None
    room = behind - before
    if room < 2:
        raise StoreFault(f"So much was recorded on {visit.reference} meanwhile that nothing more goes between.")
    return before + max(1, room // _SHARE)
