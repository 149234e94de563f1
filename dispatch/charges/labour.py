"""Labour lines: minutes grouped by kind, band, multiplier and pool (charges.md B4.2, B7)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from fractions import Fraction

from dispatch.charges.lines import Line
from dispatch.charges.minutes import Stay
from dispatch.charges.pools import Pools
from dispatch.charges.terms import Terms
from dispatch.model.money import shortest, to_minor

_RULES = {"covered": "LAB-COV", "own_fault": "LAB-OWN", "free_test": "LAB-TEST"}
_REASONS = {"covered": "covered", "own_fault": "own_fault", "free_test": "free_test"}


def labour_lines(terms: Terms, stay: Stay, pools: Pools, flags: set[str]) -> list[Line]:
    """The lines of one technician, in order of first appearance."""
    groups: dict[tuple[str, str, Fraction, str | None], int] = {}
    for minute in stay.minutes:
        pool_name = None
        if minute.kind == "billable" and pools.hours:
            pool = pools.for_minute(minute.multiplier)
            if pool is None:
                flags.add("POOL_EXHAUSTED")
            else:
                pool.take(minute.multiplier)
                pool_name = pool.name
        key = (minute.kind, minute.band, minute.multiplier, pool_name)
        groups[key] = groups.get(key, 0) + 1
    return [_line(terms, stay, key, count, pools) for key, count in groups.items()]


def _line(terms: Terms, stay: Stay, key: tuple[str, str, Fraction, str | None], count: int, pools: Pools) -> Line:
    kind, band, multiplier, pool = key
    over = kind == "billable" and pools.hours and pool is None
    price = terms.overage(stay.part) if over else terms.price(stay.part)
    amount = to_minor(count * price * multiplier / 60, terms.card.exponent)
    why = "; ".join(_why(terms, stay, key, count, price, over))
    if kind == "billable" and pool is None:
        rule, reason = "LAB", None
    elif kind == "billable":
        rule, reason = "LAB-POOL", "drawn"
    else:
        rule, reason = _RULES[kind], _REASONS[kind]
    return Line(
        rule,
        "labour",
        0 if reason else amount,
        why,
        tech=stay.part.name,
        note=band,
        qty=Fraction(count),
        unit="min",
        unit_price=price,
        multiplier=multiplier,
        zero_reason=reason,
        value=amount if reason else None,
        pool=pool,
    )


def _why(
    terms: Terms, stay: Stay, key: tuple[str, str, Fraction, str | None], count: int, price: Fraction, over: bool
) -> Iterator[str]:
    kind, band, multiplier, pool = key
    waived = ", premium waived" if band != "business" and terms.waives(band) else ""
    listed = "overage price" if over else f"{terms.list_name} price"
    yield f"{count} min x {shortest(price)}/h x {shortest(multiplier)} ({band}{waived}), {listed}"
    taken = [f"{stay.breaks} min break"] if stay.breaks else []
    window = f"{_clock(terms, stay.start)}–{_clock(terms, stay.end)}"
    yield f"on the clock {window}" + (f" less {', '.join(taken)}" if taken else "")
    if kind in ("billable", "covered"):
        rule = stay.rounding
        unit = "exact" if rule.mode == "exact" else f"{rule.mode} to {rule.increment} min"
        yield f"{stay.counted} min counted, {stay.rounded} min after rounding ({unit})"
    if stay.graced and band == "business":
        yield f"{stay.graced} min past closing kept at the business rate"
    if kind == "covered":
        yield "covered by the fixed price"
    elif kind == "own_fault":
        yield "our own failure, not charged"
    elif kind == "free_test":
        yield "test time, not charged"
    elif pool is not None:
        yield f"drawn from {pool}: {shortest(count * multiplier)} rate-min"


def _clock(terms: Terms, minute: int) -> str:
    return datetime.datetime.fromtimestamp(minute * 60, terms.card.zone).strftime("%H:%M")
