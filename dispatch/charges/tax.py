"""Tax on a sheet: on top of its lines, or contained in them (design/charges.md B9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dispatch.charges.lines import ChargeLine
from dispatch.charges.pricing import Pricing
from dispatch.charges.surcharge_terms import CATEGORIES
from dispatch.charges.visit import ChargedClient
from dispatch.model.invoice_taxes import contained as tax_within
from dispatch.model.languages import reckon, say
from dispatch.model.money import rounded, shortest


def is_included(pricing: Pricing, client: ChargedClient) -> bool:
    """Whether the figures of card and agreement are prices with tax for this client (B9.1)."""
    included = pricing.card.tax.included
    return included == "always" or (included == "private" and client.private)


def contained(pricing: Pricing, lines: Iterable[ChargeLine]) -> int:
    """The tax in the sum of the taxed ones of some lines, rounded once."""
    rate = pricing.card.tax.rate_pct
    base = sum(line.amount for line in lines if is_taxed(pricing, line))
    return tax_within(base, rate)


def taken_out(pricing: Pricing, lines: Sequence[ChargeLine]) -> Iterable[ChargeLine]:
    """The tax that prices contain, off for a client who pays none, category by category (B9.1)."""
    rule = pricing.card.tax
    for category in CATEGORIES:
        tax = contained(pricing, own := [line for line in lines if line.category == category])
        if tax > 0:
            base = sum(line.amount for line in own if is_taxed(pricing, line))
            rate = shortest(rule.rate_pct)
            why = reckon(
                "exempt from {name}: {rate}% in {amount}", name=rule.name, rate=rate, amount=pricing.text(base)
            )
            yield ChargeLine("TAX-OUT", category, -tax, why)


def tax_of(pricing: Pricing, client: ChargedClient, lines: Sequence[ChargeLine], *, included: bool) -> tuple[int, str]:
    """The tax of a sheet, and how it was made."""
    rule = pricing.card.tax
    rate = rule.rate_pct
    if client.tax_exempt:
        pricing.flags.add("TAX_EXEMPT")
        return 0, say("exempt {reference}", reference=client.tax_ref or "").strip()
    taxed = [line for line in lines if is_taxed(pricing, line)]
    base = sum(line.amount for line in taxed)
    if base <= 0:
        return 0, say("{name}: nothing taxable", name=rule.name)
    if included:
        why = reckon("{name} {rate}% in {amount}", name=rule.name, rate=shortest(rate), amount=pricing.text(base))
        return contained(pricing, lines), why
    if rule.rounding == "line":
        by_category = dict.fromkeys((*CATEGORIES, "prepaid"), 0)
        for line in taxed:
            by_category[line.category] += rounded(line.amount * rate / 100)
        # rounded by line, a discount, goodwill or a draw could take a cent more than the tax of what it takes off or pays
        due = {category: max(0, by_category[category]) for category in CATEGORIES}
        paid = sum(due[category] for category in pricing.balances.pays)
        tax = sum(due.values()) - min(-by_category["prepaid"], paid)
    else:
        tax = rounded(base * rate / 100)
    return tax, reckon("{name} {rate}% of {amount}", name=rule.name, rate=shortest(rate), amount=pricing.text(base))


def is_taxed(pricing: Pricing, line: ChargeLine) -> bool:
    """Whether tax is paid on a line: items by their own flag, prepaid money where it was taxed when it was sold."""
    if line.category == "item":
        return line.taxable
    if line.category == "prepaid" and sold_untaxed(pricing):
        return False
    return pricing.card.tax.services


def sold_untaxed(pricing: Pricing) -> bool:
    """Whether prepaid money is taxed when it is used, not when it was sold."""
    agreement = pricing.terms.agreement
    return agreement is None or agreement.tax_on != "sale"
