"""A visit while it is priced: what every step reads and adds to, and the prepaid balances that it draws from (B7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from dispatch.charges.card import Card
from dispatch.charges.terms import Terms
from dispatch.charges.visit import ChargedSite, ChargedVisit
from dispatch.model.money import format_minor, to_minor


@dataclass(slots=True)
class PrepaidBalance:
    """What is left of something prepaid: rate-minutes or, of prepaid money, an amount."""

    name: str
    left: Fraction
    drawn: Fraction = Fraction(0)

    def take(self, amount: Fraction) -> None:
        """Draw from it; the caller has looked that there is enough."""
        self.left -= amount
        self.drawn += amount


class PrepaidBalances:
    """The usable balances of an agreement, in the order in which they are drawn from."""

    def __init__(self, terms: Terms) -> None:
        self.hours = terms.kind in ("retainer", "block_hours")
        self.money = terms.kind == "block_money"
        self.travel = bool(terms.agreement is not None and terms.agreement.draws_travel)
        self.pays = {"labour", "fee", "travel"} if self.travel else {"labour", "fee"}
        self._balances = list(_usable(terms)) if self.hours or self.money else []

    def for_minute(self, multiplier: Fraction) -> PrepaidBalance | None:
        """The balance that pays a whole minute of that weight; None where none has enough."""
        return next((balance for balance in self._balances if balance.left >= multiplier), None)

    def portions(self, amount: Fraction, unit: Fraction = Fraction(0)) -> Iterator[tuple[PrepaidBalance, Fraction]]:
        """Draw an amount exactly, balance by balance; what the portions do not add up to, none covers.

        With a `unit`, such as a cent, only whole ones of it are drawn.
        """
        for balance in self._balances:
            portion = min(balance.left, amount)
            if unit:
                portion -= portion % unit
            if portion > 0:
                balance.take(portion)
                amount -= portion
                yield balance, portion

    @property
    def drawn(self) -> dict[str, Fraction]:
        """What was drawn from each that was used."""
        return {balance.name: balance.drawn for balance in self._balances if balance.drawn > 0}


def _usable(terms: Terms) -> Iterator[PrepaidBalance]:
    agreement = terms.agreement
    assert agreement is not None
    if terms.kind == "retainer":
        yield PrepaidBalance("allowance", agreement.allowance_min)
        return
    balances = []
    for block in agreement.blocks:
        bought, expires = block.purchased_on, block.expires_on
        if (bought is None or bought <= terms.day) and (expires is None or terms.day <= expires):
            # null expires never, so it is drawn from last; bought at an unknown time counts as bought first
            order = (expires is None, str(expires or ""), str(bought or ""), block.id)
            left = block.remaining_amount if terms.kind == "block_money" else block.remaining_min
            balances.append((order, PrepaidBalance(block.id, left)))
    yield from (balance for _, balance in sorted(balances, key=lambda ordered: ordered[0]))


@dataclass(slots=True)
class Pricing:
    """One visit with the terms that apply to it. `balances` are drawn from and `flags` (B1) gathered on the way.

    `travel_left` is the charged travel, in minor units, that a minimum including travel may still take off.
    """

    terms: Terms
    visit: ChargedVisit
    site: ChargedSite
    travel_left: int = 0
    balances: PrepaidBalances = field(init=False)
    flags: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.balances, self.flags = PrepaidBalances(self.terms), set(self.terms.flags)

    @property
    def card(self) -> Card:
        """The rate card."""
        return self.terms.card

    def minor(self, amount: Fraction) -> int:
        """An amount of the card's currency in minor units."""
        return to_minor(amount, self.card.exponent)

    def text(self, minor: int) -> str:
        """Minor units of it as they are written."""
        return format_minor(minor, self.card.exponent)
