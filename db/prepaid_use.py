"""What was drawn from prepaid balances by which visit, and given back (design/charges.md B7)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from db import agreements
from db.agreements import Grant
from db.store import Store
from db.unit import Unit
from dispatch.model.agreements import Agreement, PrepaidBlock
from dispatch.model.money import shortest


def take(
    unit: Unit, store: Store, visit_id: int, agreement: Agreement, day: datetime.date, drawn: Mapping[str, Fraction]
) -> None:
    """Draw from an agreement's prepaid balances by name: rate-minutes, for prepaid money minor units."""
    blocks = {block.name: block for block in agreements.blocks_of(store, agreement.id)}
    for name, amount in drawn.items():
        block = blocks.get(name)
        unit.insert(
            "draw",
            visit_id=visit_id,
            agreement_id=agreement.id,
            pool_id=None if block is None else block.id,
            period=agreement.month_of(day).isoformat() if block is None else None,
            amount=shortest(amount),
            made_at=unit.at,
        )
        if block is not None:
            _change(unit, block, -amount)
        unit.audit("visit", visit_id, drawn={name: shortest(amount)}, agreement=agreement.id)


def give_back(unit: Unit, store: Store, visit_id: int) -> None:
    """Return everything that a visit drew and has not returned yet."""
    rows = store.all(
        "SELECT id, agreement_id, pool_id, amount FROM draw WHERE visit_id = ? AND returned_at IS NULL", (visit_id,)
    )
    for draw_id, agreement_id, pool_id, amount in rows:
        unit.execute("UPDATE draw SET returned_at = ? WHERE id = ?", (unit.at, draw_id))
        for block in agreements.blocks_of(store, agreement_id):
            if block.id == pool_id:
                _change(unit, block, Fraction(amount))
        unit.audit("visit", visit_id, returned=amount, agreement=agreement_id)


def allowance_left(store: Store, agreement: Agreement, day: datetime.date) -> Fraction:
    """Rate-minutes of a retainer that are left in the agreement month of `day`, with what rolls over into it (B7.6)."""
    granted = agreements.allowances_of(store, agreement.id)
    used = _used(store, agreement)
    this = agreement.month_of(day)
    carried = Fraction(0)
    if any(grant.rollover != "none" for grant in granted):
        for month in agreement.months_until(this):
            of = _in_force(granted, month)
            left = carried + of.minutes - used.get(month.isoformat(), Fraction(0))
            # what came from the month before is used first, and does not roll over twice
            most = {"none": Fraction(0), "capped": Fraction(of.cap or 0)}.get(of.rollover, of.minutes)
            carried = max(Fraction(0), min(most, left))
    return max(Fraction(0), carried + _in_force(granted, this).minutes - used.get(this.isoformat(), Fraction(0)))


def allowance_granted(store: Store, agreement: Agreement, day: datetime.date) -> Fraction:
    """Rate-minutes that a retainer grants in the agreement month of `day`."""
    return _in_force(agreements.allowances_of(store, agreement.id), agreement.month_of(day)).minutes


def allowance_used(store: Store, agreement: Agreement, day: datetime.date) -> Fraction:
    """Rate-minutes of a retainer that were drawn in the agreement month of `day`."""
    return _used(store, agreement).get(agreement.month_of(day).isoformat(), Fraction(0))


def _in_force(granted: Sequence[Grant], month: datetime.date) -> Grant:
    """What is granted in a month; nothing before the first word on it."""
    return next((grant for grant in reversed(granted) if grant.since <= month), Grant(month, Fraction(0), "none", None))


def _used(store: Store, agreement: Agreement) -> dict[str, Fraction]:
    """What was drawn from a retainer, by the first day of the month."""
    used: dict[str, Fraction] = {}
    for period, amount in store.all(
        "SELECT period, amount FROM draw WHERE agreement_id = ? AND period IS NOT NULL AND returned_at IS NULL",
        (agreement.id,),
    ):
        used[period] = used.get(period, Fraction(0)) + Fraction(amount)
    return used


def _change(unit: Unit, block: PrepaidBlock, by: Fraction) -> None:
    left = max(Fraction(0), Fraction(block.remaining) + by)
    agreements.update_block(unit, block, replace(block, remaining=shortest(left)))
