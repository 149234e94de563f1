"""What a lead gives away, or sets by hand, on a visit's charge (design/charges.md B6.6, B8.3)."""

from __future__ import annotations

from typing import NamedTuple

from db.store import Store
from db.unit import Unit


class Goodwill(NamedTuple):
    """Something given: percent of, or an amount off, a category. `value` is decimal text."""

    id: int
    by: str
    target: str
    mode: str
    value: str
    reason: str
    made_at: int


class ManualTravel(NamedTuple):
    """Travel that a lead set to an amount, decimal text."""

    id: int
    by: str
    amount: str
    reason: str
    made_at: int


def goodwill_of(store: Store, visit_id: int) -> tuple[Goodwill, ...]:
    """What stands given on a visit, in the order in which it was entered."""
    rows = store.all(
        "SELECT g.id, s.name, g.target, g.mode, g.value, g.reason, g.made_at FROM goodwill g "
        "JOIN staff s ON s.id = g.staff_id WHERE g.visit_id = ? AND g.withdrawn_at IS NULL ORDER BY g.id",
        (visit_id,),
    )
    return tuple(Goodwill(*row) for row in rows)


def travel_of(store: Store, visit_id: int) -> ManualTravel | None:
    """The travel that a lead set for a visit."""
    row = store.one(
        "SELECT t.id, s.name, t.amount, t.reason, t.made_at FROM manual_travel t JOIN staff s ON s.id = t.staff_id "
        "WHERE t.visit_id = ? AND t.withdrawn_at IS NULL ORDER BY t.id DESC LIMIT 1",
        (visit_id,),
    )
    return None if row is None else ManualTravel(*row)


def give(unit: Unit, visit_id: int, staff_id: int, target: str, mode: str, value: str, reason: str) -> None:
    """Enter goodwill."""
    unit.insert(
        "goodwill",
        visit_id=visit_id,
        staff_id=staff_id,
        target=target,
        mode=mode,
        value=value,
        reason=reason,
        made_at=unit.at,
    )
    unit.audit("visit", visit_id, goodwill=f"{value}{'%' if mode == 'percent' else ''} on {target}", reason=reason)


def withdraw_goodwill(unit: Unit, visit_id: int, reason: str) -> int:
    """Take back all goodwill of a visit; returns how many entries."""
    count = unit.execute(
        "UPDATE goodwill SET withdrawn_at = ? WHERE visit_id = ? AND withdrawn_at IS NULL", (unit.at, visit_id)
    ).rowcount
    unit.audit("visit", visit_id, goodwill="withdrawn", reason=reason)
    return count


def set_travel(unit: Unit, visit_id: int, staff_id: int, amount: str | None, reason: str) -> None:
    """Set the travel of a visit; None goes back to the rate card's."""
    unit.execute(
        "UPDATE manual_travel SET withdrawn_at = ? WHERE visit_id = ? AND withdrawn_at IS NULL", (unit.at, visit_id)
    )
    if amount is not None:
        unit.insert(
            "manual_travel", visit_id=visit_id, staff_id=staff_id, amount=amount, reason=reason, made_at=unit.at
        )
    unit.audit("visit", visit_id, manual_travel=amount or "by the rate card", reason=reason)
