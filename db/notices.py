"""Notices to technicians in the store. A notice is only ever added; noting it says when it was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from db.store import Store
from dispatch.model.notices import CHANGES, Notice, Told

if TYPE_CHECKING:
    from db.unit import Unit


def add(unit: Unit, staff_id: int, visit_id: int, about: str, text: str) -> None:
    """Tell somebody something about a visit: what `Told` names, or a word to leads."""
    unit.insert("outbox", staff_id=staff_id, visit_id=visit_id, kind=str(about), text=text, made_at=unit.at)


def unread(store: Store, staff_id: int) -> list[Notice]:
    """What was changed under a technician and they have not noted yet, the newest first."""
    marks = ", ".join("?" * len(CHANGES))
    rows = store.all(
        "SELECT o.id, v.reference, o.kind, o.text, o.made_at FROM outbox o JOIN visit v ON v.id = o.visit_id "
        f"WHERE o.staff_id = ? AND o.seen_at IS NULL AND o.kind IN ({marks}) ORDER BY o.id DESC",
        (staff_id, *(one.value for one in CHANGES)),
    )
    return [Notice(key, reference, Told(kind), text, made_at) for key, reference, kind, text, made_at in rows]


def note(unit: Unit, found: Sequence[Notice]) -> None:
    """Say that notices were read."""
    unit.execute_many("UPDATE outbox SET seen_at = ? WHERE id = ?", [(unit.at, one.id) for one in found])
