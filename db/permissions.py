"""Permissions in the store: what a lead is asked to let words settle, and what was answered (design/close-out.md C5a)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from db.store import Store
from dispatch.model.checklists import Permission
from dispatch.model.permissions import Asking

if TYPE_CHECKING:
    from db.unit import Unit

_SELECT = """
  SELECT p.id, i.visit_id, v.reference, c.name, i.id, i.ref, i.label, s.name, p.asked_at, p.asked
  FROM permission p JOIN item i ON i.id = p.item_id JOIN visit v ON v.id = i.visit_id JOIN site e ON e.id = v.site_id
    JOIN client c ON c.id = e.client_id JOIN staff s ON s.id = p.asked_by
"""


def given(store: Store, visit_id: int) -> dict[int, Permission]:
    """The last permission that was given for each item of a visit, by the item's id."""
    return {
        item_id: Permission(by, at, as_of, bool(lowered), reason)
        for item_id, by, at, as_of, lowered, reason in store.all(
            "SELECT p.item_id, s.name, p.answered_at, p.as_of, p.lowered, p.reason FROM permission p "
            "JOIN item i ON i.id = p.item_id JOIN staff s ON s.id = p.answered_by WHERE i.visit_id = ? AND p.given = 1 "
            "ORDER BY p.id",
            (visit_id,),
        )
    }


def waiting(store: Store) -> list[Asking]:
    """What leads are asked for and have not answered, on visits that are open, the oldest first."""
    return _all(store, "WHERE p.answered_at IS NULL AND v.state IN ('on_site', 'closing_out') ORDER BY p.id")


def waiting_for(store: Store, item_id: int) -> Asking | None:
    """What is asked for an item and not answered."""
    return next(iter(_all(store, "WHERE p.answered_at IS NULL AND p.item_id = ?", (item_id,))), None)


def ask(unit: Unit, item_id: int, staff_id: int, why: str) -> int:
    """Ask for a permission; returns its id.

    Raises:
        Refused: it is asked for already.
    """
    return unit.insert("permission", item_id=item_id, lowered=0, asked_by=staff_id, asked_at=unit.at, asked=why)


def answer(unit: Unit, asking: Asking, staff_id: int, *, yes: bool, as_of: int, lowered: bool, reason: str) -> None:
    """Answer what is asked; `as_of` is the visit's sequence."""
    unit.execute(
        "UPDATE permission SET answered_by = ?, answered_at = ?, given = ?, as_of = ?, lowered = ?, reason = ? WHERE id = ?",
        (staff_id, unit.at, int(yes), as_of, int(lowered), reason, asking.id),
    )


def _all(store: Store, where: str, params: Sequence[Any] = ()) -> list[Asking]:
    return [Asking(*row) for row in store.all(f"{_SELECT} {where}", params)]
