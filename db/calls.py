"""The call-ahead log in the store. A call is taken back by withdrawing it; nothing is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.rows import Select, column
from db.store import Store
from dispatch.model.calls import Call, Outcome

if TYPE_CHECKING:
    from db.unit import Unit


CALLS = Select(
    Call,
    "call c JOIN staff s ON s.id = c.staff_id",
    "c",
    of={"by": "s.name"},
    stored={"promised": column("promised_at")},
)
"""Logged calls."""


def calls_since(store: Store, moment: int) -> dict[int, tuple[Call, ...]]:
    """The calls that were logged from a moment on and stand, by visit, the oldest first."""
    return _by_visit(store, "c.at >= ?", moment)


def calls_of(store: Store, visit_id: int) -> tuple[Call, ...]:
    """The calls of one visit that stand, the oldest first."""
    return _by_visit(store, "c.visit_id = ?", visit_id).get(visit_id, ())


def add_call(
    unit: Unit, visit_id: int, outcome: Outcome, promised: int | None, *, phone: str = "", note: str = ""
) -> int:
    """Log a call, or one that is owed; returns its id."""
    said = {"outcome": outcome.value, "promised_at": promised, "phone": phone, "note": note}
    return unit.note("call", visit_id=visit_id, **said)


def _by_visit(store: Store, where: str, value: int) -> dict[int, tuple[Call, ...]]:
    return CALLS.by(store, "c.visit_id", f"WHERE c.withdrawn_at IS NULL AND {where} ORDER BY c.id", (value,))
