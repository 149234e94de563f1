"""Files that were handed in for a checklist item: who, when, and the hash under which their bytes are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from db.store import Store
from dispatch.model.files import HandedIn

if TYPE_CHECKING:
    from db.unit import Unit

_FILE = """
  SELECT f.id, f.sha256, f.size, f.name, f.visit_id, i.ref, s.name, f.added_at
  FROM file f JOIN item i ON i.id = f.item_id JOIN staff s ON s.id = f.staff_id
"""


def of_visit(store: Store, visit_id: int) -> tuple[HandedIn, ...]:
    """The files of a visit, oldest first."""
    return tuple(HandedIn(*row) for row in store.all(f"{_FILE} WHERE f.visit_id = ? ORDER BY f.id", (visit_id,)))


def of_item_since(store: Store, item_id: int, instant: int) -> tuple[HandedIn, ...]:
    """The files of an item that were handed in at or after an instant, oldest first."""
    rows = store.all(f"{_FILE} WHERE f.item_id = ? AND f.added_at >= ? ORDER BY f.id", (item_id, instant))
    return tuple(HandedIn(*row) for row in rows)


def hashes(store: Store) -> dict[str, int]:
    """Every hash that is kept, with the size of its bytes."""
    return dict(store.all("SELECT DISTINCT sha256, size FROM file"))


def add_file(
    unit: Unit, *, visit_id: int, item_id: int, staff_id: int, as_of: int, sha256: str, size: int, name: str
) -> int:
    """Record a file, as of a place in the visit's sequence; returns its id. Its audit row stands with the visit."""
    columns: dict[str, Any] = {"visit_id": visit_id, "item_id": item_id, "staff_id": staff_id}
    return unit.insert("file", **columns, as_of=as_of, sha256=sha256, size=size, name=name, added_at=unit.at)
