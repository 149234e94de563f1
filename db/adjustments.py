"""What a lead gives away, or sets by hand, on a visit's charge (design/charges.md B6.6, B8.3)."""

from __future__ import annotations

from typing import NamedTuple

from db.rows import Query, Select
from db.unit import Unit


class GoodwillRow(NamedTuple):
    """Something given: percent of, or an amount off, a category. `value` is decimal text."""

    by: str
    target: str
    mode: str
    value: str
    reason: str


class ManualTravelRow(NamedTuple):
    """Travel that a lead set to an amount, decimal text."""

    by: str
    amount: str
    reason: str


GOODWILL = Select(GoodwillRow, "goodwill r JOIN staff s ON s.id = r.staff_id", of={"by": "s.name"})
"""What was given away."""
TRAVEL = Select(ManualTravelRow, "manual_travel r JOIN staff s ON s.id = r.staff_id", of={"by": "s.name"})
"""Travel that was set by hand."""
_STANDS = "WHERE r.visit_id = ? AND r.withdrawn_at IS NULL ORDER BY r.id"

goodwill_of: Query[list[GoodwillRow], int] = GOODWILL.listing(_STANDS)
"""What stands given on a visit, in the order in which it was entered."""
travel_of: Query[ManualTravelRow | None, int] = TRAVEL.single(f"{_STANDS} DESC LIMIT 1")
"""The travel that a lead set for a visit."""


def give(unit: Unit, visit_id: int, target: str, mode: str, value: str, reason: str) -> None:
    """Enter goodwill."""
    unit.insert_signed("goodwill", visit_id=visit_id, target=target, mode=mode, value=value, reason=reason)
    unit.audit("visit", visit_id, goodwill=f"{value}{'%' if mode == 'percent' else ''} on {target}", reason=reason)


def withdraw_goodwill(unit: Unit, visit_id: int, reason: str) -> int:
    """Take back all goodwill of a visit; returns how many entries."""
    count = unit.execute(
        "UPDATE goodwill SET withdrawn_at = ? WHERE visit_id = ? AND withdrawn_at IS NULL", (unit.at, visit_id)
    ).rowcount
    unit.audit("visit", visit_id, goodwill="withdrawn", reason=reason)
    return count


def set_travel(unit: Unit, visit_id: int, amount: str | None, reason: str) -> None:
    """Set the travel of a visit; None goes back to the rate card's."""
    unit.execute(
        "UPDATE manual_travel SET withdrawn_at = ? WHERE visit_id = ? AND withdrawn_at IS NULL", (unit.at, visit_id)
    )
    if amount is not None:
        unit.insert_signed("manual_travel", visit_id=visit_id, amount=amount, reason=reason)
    unit.audit("visit", visit_id, manual_travel=amount or "by the rate card", reason=reason)
