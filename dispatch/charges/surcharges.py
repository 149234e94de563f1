"""What comes on top of what was done: percentages, and the fee of short notice (design/charges.md B8.5, B8.6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dispatch.charges.lines import ChargeLine
from dispatch.charges.pricing import Pricing
from dispatch.charges.surcharge_terms import CATEGORIES, Percentage
from dispatch.model.instants import span_text
from dispatch.model.languages import figure_text, reckon, say
from dispatch.model.money import rounded, shortest


def percentage_lines(pricing: Pricing, lines: Sequence[ChargeLine], *, after_discount: bool) -> list[ChargeLine]:
    """The percentages of the card that are reckoned before the discounts, or after them, in the card's order (B8.5)."""
    named = {line.note: line.amount for line in lines if line.rule == "PCT"}
    made: list[ChargeLine] = []
    for own in pricing.card.percentages:
        if own.after_discount is after_discount:
            for line in _percentage(pricing, own, lines, named):
                made.append(line)
                named[own.name] = line.amount
    return made


def _percentage(
    pricing: Pricing, own: Percentage, lines: Sequence[ChargeLine], named: dict[str | None, int]
) -> Iterator[ChargeLine]:
    """One percentage of the sum of some categories, without the percentages among them, and of named ones before it."""
    parts = {
        word: sum(line.amount for line in lines if line.category == word and line.rule != "PCT")
        if word in CATEGORIES
        else named.get(word, 0)
        for word in dict.fromkeys(own.of)
    }
    base = sum(parts.values())
    amount = rounded(base * own.pct / 100)
    sums = (f"{say(str(word))} {figure_text(pricing.text(part))}" for word, part in parts.items())
    why = reckon("{pct}% of {amount}", pct=own.pct.text, amount=" + ".join(sums))
    if own.cap is not None and amount > (limit := own.cap * 10**pricing.card.exponent // 1):
        # a cap finer than the currency is cut, as that of travel is
        amount = int(limit)
        why += reckon(", never more than {amount}", amount=shortest(own.cap))
    if amount > 0:
        yield ChargeLine("PCT", own.category, amount, why, note=own.name, taxable=own.taxable)


def short_notice_fee(pricing: Pricing, lines: Sequence[ChargeLine]) -> Iterator[ChargeLine]:
    """The fee of a visit that was asked for shortly before it, by the tier that its notice reaches (B8.6)."""
    terms, visit = pricing.terms, pricing.visit
    waived = terms.agreement is not None and terms.agreement.waive_emergency
    if waived or terms.emergency or terms.own_failure or terms.remote or not terms.crew or visit.requested_at is None:
        return
    arrivals = [part.check_in for part in terms.crew if part.check_in is not None]
    begins = visit.scheduled if visit.scheduled is not None else min(arrivals, default=None)
    if begins is None:
        return
    notice = begins - visit.requested_at
    reached = [tier for tier in terms.card.short_notice if notice < tier.within_hours * 60]
    tier = min(reached, key=lambda tier: tier.within_hours, default=None)
    if tier is None:
        return
    asked = say("asked for {span} before", span=span_text(notice)) if notice > 0 else say("asked for as it began")
    why = reckon("{asked}, less than {hours} h", asked=asked, hours=shortest(tier.within_hours))
    if tier.mode == "flat":
        amount = pricing.minor(tier.value)
    else:
        base = sum(line.amount for line in lines if line.category == "labour")
        amount = rounded(base * tier.value / 100)
        why += reckon(": {pct}% of labour {amount}", pct=shortest(tier.value), amount=pricing.text(base))
    if amount > 0:
        yield ChargeLine("FEE-SHORT", "fee", amount, why, note=tier.name)
