"""The tax of invoices: what each rate comes to on a document, and on each of its lines (design/invoices.md, Tax)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from dispatch.model.invoices import Invoice, InvoiceLine, TaxPart, TaxRate, counted
from dispatch.model.money import rounded


def contained(gross: int, rate: Fraction) -> int:
    """The tax in a price of which it is a part, in minor units; none in one of 0 or less."""
    return max(0, rounded(gross * rate / (100 + rate)))


def tax_parts(
    lines: Iterable[InvoiceLine], rates: Mapping[str, TaxRate], before: Sequence[Invoice] = ()
) -> tuple[TaxPart, ...]:
    """The tax of each rate, rounded once: on the sum of its lines, and in the sum of those whose prices are with tax; on a sum of
    0 or less there is none (design/charges.md B9).

    Args:
        lines: the lines of one document.
        rates: the rates that they name.
        before: earlier credit notes of the same invoice: the tax of all together is rounded, so that what is credited piece by
            piece comes to the tax of the whole.
    """
    own, earlier, taken = _sums(lines), _sums(line for one in before for line in one.lines), _taken(before)
    parts = []
    for key in sorted({key for key, _ in own}):
        rate = rates[key]
        gross, net = own[key, True], own[key, False]
        inside = contained(gross + earlier[key, True], rate.rate) - taken[key, True]
        on_top = max(0, rounded((net + earlier[key, False]) * rate.rate / 100)) - taken[key, False]
        base = net + gross - inside
        parts.append(TaxPart(key, rate.name, rate.rate, rate.category, rate.reason, base, on_top + inside, inside))
    return tuple(parts)


def _sums(lines: Iterable[InvoiceLine]) -> defaultdict[tuple[str, bool], int]:
    sums = defaultdict[tuple[str, bool], int](int)
    for line in lines:
        sums[line.tax, line.tax_in] += line.amount
    return sums


def _taken(before: Sequence[Invoice]) -> defaultdict[tuple[str, bool], int]:
    """What documents have of the tax in prices, and of that on top."""
    taken = defaultdict[tuple[str, bool], int](int)
    for part in (part for one in before for part in one.taxes):
        taken[part.key, True] += part.inside
        taken[part.key, False] += part.tax - part.inside
    return taken


def tax_shares(invoice: Invoice) -> list[int]:
    """The tax of each line, in minor units: that of the document by rate, shared out so that it comes to it exactly."""
    places = defaultdict[tuple[str, bool], list[int]](list)
    for place, line in enumerate(invoice.lines):
        places[line.tax, line.tax_in].append(place)
    taxes = [0] * len(invoice.lines)
    for (key, inside), tax in _taken([invoice]).items():
        own = places[key, inside]
        for place, share in zip(own, shares(tax, [invoice.lines[place].amount for place in own]), strict=True):
            taxes[place] = share
    return taxes


def shares(whole: int, weights: Sequence[int]) -> list[int]:
    """A sum in minor units shared out by weights, of which the running sums are rounded; by weights of 0 nothing is."""
    total, before, done, made = sum(weights), 0, 0, []
    for weight in weights:
        before += weight
        upto = rounded(Fraction(whole * before, total)) if total else 0
        made.append(upto - done)
        done = upto
    return made


def without_tax(invoice: Invoice) -> tuple[InvoiceLine, ...]:
    """The lines of a document without the tax in their prices: their amounts add up to its net. What does not multiply any more is
    counted as one, and its text says what it was."""
    pairs = zip(invoice.lines, tax_shares(invoice), strict=True)
    return tuple(_without(line, tax, invoice.exponent) if line.tax_in else line for line, tax in pairs)


def _without(line: InvoiceLine, tax: int, exponent: int) -> InvoiceLine:
    amount, price = line.amount - tax, Fraction(line.unit_price) * 100 / (100 + Fraction(line.tax[1:]))
    quantity, unit, each, as_given = counted(Fraction(line.quantity), price, amount, exponent, line.unit)
    was = f"{line.quantity:f} {line.unit.label}".strip()
    text = line.text if as_given or abs(line.quantity) == 1 else f"{line.text}\n{was} at {line.unit_price:f} with tax"
    return replace(line, quantity=quantity, unit=unit, unit_price=each, amount=amount, text=text, tax_in=False)
