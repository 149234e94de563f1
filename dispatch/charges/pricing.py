"""A visit while it is priced: what every step reads, draws from and adds to."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dispatch.charges.card import Card
from dispatch.charges.prepaid import PrepaidBalances
from dispatch.charges.terms import Terms
from dispatch.charges.visit import ChargedLeg, Job
from dispatch.model.money import format_minor, to_minor


@dataclass(slots=True)
class Pricing:
    """One visit with the terms that apply to it. `balances` are drawn from and `flags` (B1) gathered on the way.

    `travel_left` is the charged travel, in minor units, that a minimum including travel may still take off.
    """

    terms: Terms
    job: Job
    site: ChargedLeg
    balances: PrepaidBalances
    flags: set[str]
    travel_left: int = 0

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


def pricing_of(terms: Terms, job: Job, site: ChargedLeg) -> Pricing:
    """The pricing of a visit before its first step."""
    return Pricing(terms, job, site, PrepaidBalances(terms), set(terms.flags))
