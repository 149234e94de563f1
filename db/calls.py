"""The call-ahead log in the store. A call is taken back by withdrawing it; nothing is deleted."""

from __future__ import annotations

from db.rows import Query, Select, column
from db.unit import Unit
from dispatch.model.messages import Call, CallOutcome

CALLS = Select(
    Call,
    "call c JOIN staff s ON s.id = c.staff_id",
    "c",
    of={"by": "s.name"},
    stored={"promised": column("promised_at")},
)
"""Logged calls."""
calls_since: Query[dict[int, tuple[Call, ...]], int] = CALLS.grouped(
    "c.visit_id", "WHERE c.at >= ? AND c.withdrawn_at IS NULL ORDER BY c.id"
)
"""The calls that were logged from a moment on and stand, by visit, the oldest first."""
calls_of: Query[list[Call], int] = CALLS.listing("WHERE c.visit_id = ? AND c.withdrawn_at IS NULL ORDER BY c.id")
"""The calls of one visit that stand, the oldest first."""


def add_call(
    unit: Unit, visit_id: int, outcome: CallOutcome, promised: int | None, *, phone: str = "", note: str = ""
) -> int:
    """Log a call, or one that is owed; returns its id."""
    columns = {"outcome": outcome.value, "promised_at": promised, "phone": phone, "note": note}
    return unit.insert_signed("call", visit_id=visit_id, **columns)
