"""A visit while it is priced: what every step reads, draws from and adds to."""

from __future__ import annotations

from dataclasses import dataclass, field
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
