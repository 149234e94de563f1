"""What is charged beside visits, fees and sold blocks: its currency, its tax, and whether its price is with it
(design/charges.md B9)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from dispatch.model.clients import Client
from dispatch.model.invoice_taxes import contained
from dispatch.model.invoices import TaxRate, tax_rate
from dispatch.model.money import rounded


class SoldFor(NamedTuple):
    """What something costs, in minor units, with its tax. `tax_in`: the amount is with it (B9.1)."""

    amount: int
    rate: TaxRate
    tax_in: bool

    @property
    def net(self) -> int:
        """Without tax, were it alone on a document."""
        return self.amount - contained(self.amount, self.rate.rate) if self.tax_in else self.amount

    @property
    def tax(self) -> int:
        """The tax of it, likewise."""
        return self.amount - self.net if self.tax_in else max(0, rounded(self.amount * self.rate.rate / 100))


def money_of(card: Mapping[str, Any]) -> tuple[str, int]:
    """The currency of a rate card, and its decimals."""
    return str(card["currency"]), int(card.get("minor_units", 2))


def rate_on(card: Mapping[str, Any], *, taxed: bool, exempt: str | None) -> TaxRate:
    """The rate of a card, of what is taxed by it; `exempt` is the reference that exempts the client, None: they are not."""
    rule = card.get("tax") or {}
    return tax_rate(str(rule.get("name") or "Tax"), Fraction(str(rule.get("rate_pct", 0))), taxed=taxed, exempt=exempt)


def taxed_when_sold(kind: str, terms: Mapping[str, Any]) -> bool:
    """Whether a block of an agreement is taxed when it is sold: money that is taxed when it is used is not."""
    return kind != "block_money" or terms.get("tax_on", "sale") == "sale"


def price(card: Mapping[str, Any], client: Client, amount: int, *, taxed: bool = True) -> SoldFor:
    """What a service costs a client, as they are now; who is exempt pays a price with tax without what of it is in it.

    Args:
        taxed: whether it is taxed where services are.
    """
    rule = card.get("tax") or {}
    taxed = taxed and bool(rule.get("services", True))
    rate = rate_on(card, taxed=taxed, exempt=client.tax_ref if client.tax_exempt else None)
    included = taxed and (rule.get("included") == "always" or (rule.get("included") == "private" and client.private))
    if included and client.tax_exempt:
        return SoldFor(amount - contained(amount, Fraction(str(rule.get("rate_pct", 0)))), rate, tax_in=False)
    return SoldFor(amount, rate, tax_in=included and rate.rate > 0)
