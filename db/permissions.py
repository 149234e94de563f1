"""Permissions in the store: what a lead is asked to let words settle, and what was answered (design/close-out.md C5a)."""

from __future__ import annotations

from db.rows import Query, Select
from db.store import Store
from db.unit import Unit
from dispatch.model.checklists import Asking, Permission

GIVEN = Select(
    Permission,
    "permission p JOIN item i ON i.id = p.item_id JOIN staff s ON s.id = p.answered_by",
    "p",
    of={"by": "s.name", "at": "p.answered_at"},
)
"""What was answered."""
ASKED = Select(
    Asking,
    "permission p JOIN item i ON i.id = p.item_id JOIN visit v ON v.id = i.visit_id JOIN site e ON e.id = v.site_id "
    "JOIN client c ON c.id = e.client_id JOIN staff s ON s.id = p.asked_by",
    "p",
    of={
        "visit_id": "v.id",
        "reference": "v.reference",
        "client": "c.name",
        "item": "i.ref",
        "label": "i.label",
        "by": "s.name",
        "at": "p.asked_at",
        "why": "p.asked",
    },
)
"""What is asked for."""


def given(store: Store, visit_id: int) -> dict[int, Permission]:
    """The last permission that was given for each item of a visit, by the item's id."""
    where = "WHERE i.visit_id = ? AND p.given = 1 ORDER BY p.id"
    return {item_id: permission for permission, item_id in GIVEN.with_extra(store, "p.item_id", where, (visit_id,))}


waiting: Query[list[Asking]] = ASKED.listing(
    "WHERE p.answered_at IS NULL AND v.state IN ('on_site', 'closing_out') ORDER BY p.id"
)
"""What leads are asked for and have not answered, on visits that are open, the oldest first."""
waiting_for: Query[Asking | None, int] = ASKED.single("WHERE p.answered_at IS NULL AND p.item_id = ?")
"""What is asked for an item and not answered."""


def ask(unit: Unit, item_id: int, why: str) -> Asking:
    """Ask for a permission; returns what is asked.

    Raises:
        Refused: it is asked for already.
    """
    request = {"asked_by": unit.actor.staff_id, "asked_at": unit.at, "asked": why}
    key = unit.insert("permission", item_id=item_id, lowered=0, **request)
    (asking,) = ASKED.select(unit.store, "WHERE p.id = ?", (key,))
    return asking


def answer(unit: Unit, asking: Asking, *, yes: bool, as_of: int, lowered: bool, reason: str) -> None:
    """Answer what is asked; `as_of` is the visit's sequence."""
    unit.execute(
        "UPDATE permission SET answered_by = ?, answered_at = ?, given = ?, as_of = ?, lowered = ?, reason = ? WHERE id = ?",
        (unit.actor.staff_id, unit.at, int(yes), as_of, int(lowered), reason, asking.id),
    )
