"""Notices to technicians in the store. A notice is only ever added; noting it says when it was read."""

from __future__ import annotations

from collections.abc import Sequence

from db.among import AMONG, keys_param
from db.rows import Select
from db.store import Store
from db.unit import Unit
from dispatch.model.notices import CHANGES, Notice

NOTICES = Select(
    Notice, "outbox o JOIN visit v ON v.id = o.visit_id", "o", of={"reference": "v.reference", "about": "o.kind"}
)
"""Notices."""


def add(unit: Unit, staff_id: int, visit_id: int, about: str, text: str) -> None:
    """Tell somebody something about a visit: what `Told` names, or a word to leads."""
    unit.insert("outbox", staff_id=staff_id, visit_id=visit_id, kind=str(about), text=text, made_at=unit.at)


def unread(store: Store, staff_id: int) -> list[Notice]:
    """What was changed under a technician and they have not noted yet, the newest first."""
    where = f"WHERE o.staff_id = ? AND o.seen_at IS NULL AND o.kind {AMONG} ORDER BY o.id DESC"
    return NOTICES.select(store, where, (staff_id, *keys_param(CHANGES)))


def note(unit: Unit, notices: Sequence[Notice]) -> None:
    """Say that notices were read."""
    unit.execute_many("UPDATE outbox SET seen_at = ? WHERE id = ?", [(unit.at, notice.id) for notice in notices])
