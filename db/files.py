"""Files that were handed in for a checklist item: who, when, and the hash under which their bytes are kept."""

from __future__ import annotations

from db.rows import Query, Select, column
from db.store import Store
from db.unit import Unit
from dispatch.model.checklists import HandedIn

FILES = Select(
    HandedIn,
    "file f JOIN item i ON i.id = f.item_id JOIN staff s ON s.id = f.staff_id",
    "f",
    of={"item": "i.ref", "by": "s.name"},
    stored={"at": column("added_at")},
)
"""Files."""
of_visit: Query[list[HandedIn], int] = FILES.listing("WHERE f.visit_id = ? ORDER BY f.id")
"""The files of a visit, oldest first."""
of_item_since: Query[list[HandedIn], int, int] = FILES.listing("WHERE f.item_id = ? AND f.added_at >= ? ORDER BY f.id")
"""The files of an item that were handed in at or after an instant, oldest first."""


def hashes(store: Store) -> dict[str, int]:
    """Every hash that is kept, with the size of its bytes."""
    return dict(store.all("SELECT DISTINCT sha256, size FROM file"))


def add_file(unit: Unit, item_id: int, as_of: int, new: HandedIn) -> int:
    """Record a file, as of a place in the visit's sequence; returns its id. Its audit row stands with the visit."""
    return unit.insert_signed("file", item_id=item_id, as_of=as_of, **FILES.columns(new))
