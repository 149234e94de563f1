"""Labour lines: minutes grouped by kind, band, multiplier and prepaid balance (design/charges.md B4.2, B7)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from fractions import Fraction

from dispatch.charges.lines import ChargeLine
from dispatch.charges.minutes import Stay
from dispatch.charges.pricing import Pricing
from dispatch.charges.terms import Terms
from dispatch.model.money import shortest

_RULES = {"covered": "LAB-COV", "own_fault": "LAB-OWN", "free_test": "LAB-TEST"}
"""The rule of what is not charged, by its kind, which is the reason too."""

_Group = tuple[str, str, str | None]
"""Kind, band (which has one multiplier) and prepaid balance: what the minutes of one line have in common."""


def labour_lines(pricing: Pricing, stay: Stay) -> list[ChargeLine]:
    """The lines of one technician, in order of first appearance."""
    groups: dict[_Group, int] = {}
    left: dict[_Group, Fraction] = {}
    for minute in stay.minutes:
        balance = None
        if minute.kind == "billable" and pricing.balances.hours:
            balance = pricing.balances.for_minute(minute.multiplier)
            if balance is None:
                pricing.flags.add("POOL_EXHAUSTED")
            else:
                balance.take(minute.multiplier)
        group = (minute.kind, minute.band, None if balance is None else balance.name)
        groups[group] = groups.get(group, 0) + 1
        if balance is not None:
            left[group] = balance.left
    return [_line(pricing, stay, group, count, left.get(group)) for group, count in groups.items()]


def _line(pricing: Pricing, stay: Stay, group: _Group, count: int, left: Fraction | None) -> ChargeLine:
    terms, (kind, band, paid_from) = pricing.terms, group
    multiplier = terms.multiplier(band)
    over = kind == "billable" and pricing.balances.hours and paid_from is None
    price = terms.overage(stay.part) if over else terms.price(stay.part)
    amount = pricing.minor(count * price * multiplier / 60)
    why = "; ".join(_why(terms, stay, group, count, price, over, left))
    if kind == "billable" and paid_from is None:
        rule, reason = "LAB", None
    elif kind == "billable":
        rule, reason = "LAB-POOL", "drawn"
    else:
        rule, reason = _RULES[kind], kind
    return ChargeLine(
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
        pool=paid_from,
    )


def _why(
    terms: Terms, stay: Stay, group: _Group, count: int, price: Fraction, over: bool, left: Fraction | None
) -> Iterator[str]:
    kind, band, paid_from = group
    multiplier = terms.multiplier(band)
    reasons = [band]
    if terms.waives(band):
        reasons.append("premium waived")
    if terms.emergency and multiplier > terms.band_multiplier(band):
        reasons.append("emergency")
    listed = "overage price" if over else f"{terms.list_name} price"
    if not over and stay.part is not terms.crew[0]:
        listed += f", {terms.card.extra_technician_pct.text}% from the second technician on"
    yield f"{count} min x {shortest(price)}/h x {shortest(multiplier)} ({', '.join(reasons)}), {listed}"
    taken = [
        f"{minutes} min {word}"
        for minutes, word in (
            (stay.breaks, "break"),
            (stay.count("own_fault"), "our own fault"),
            (stay.count("free_test"), "free test time"),
        )
        if minutes
    ]
    window = f"on the clock {_clock(terms, stay.start)}–{_clock(terms, stay.end)}"
    if stay.early:
        window += f" ({stay.early} min before the appointment not counted)"
    yield f"{window} less {', '.join(taken)}" if taken else window
    if kind in ("billable", "covered"):
        yield f"{stay.counted} min counted, {stay.rounded} min after rounding ({stay.rounding.words})"
    if stay.graced and band == "business":
        yield f"{stay.graced} min past closing kept at the business rate"
    if kind == "covered":
        yield "covered by the fixed price"
    elif kind == "own_fault":
        yield "our own failure, not charged"
    elif kind == "free_test":
        yield "test time, not charged"
    elif paid_from is not None and left is not None:
        yield f"drawn from {paid_from}: {shortest(count * multiplier)} rate-min, {shortest(left)} left after"


def _clock(terms: Terms, minute: int) -> str:
    return datetime.datetime.fromtimestamp(minute * 60, terms.card.zone).strftime("%H:%M")
