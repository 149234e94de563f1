"""What a minute of a technician costs and weighs: by its band, or by a price for it; emergency and overtime (design/charges.md
B2.5, B2.6, B3.5, B3.8)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dispatch.charges.bands import Tier
from dispatch.charges.labour_prices import ListedPrice
from dispatch.charges.terms import Terms
from dispatch.charges.visit import VisitPart


@dataclass(frozen=True, slots=True, eq=False)
class Rate:
    """What minutes of one technician in one band have in common. There is one for each, so that it can be told by itself.

    `weight` is how many rate-minutes a minute is; `price` that of an hour, where it has one instead of a multiplier; `raised`
    is what counts instead of the band; `plain` is the business rate, which day prices pay (B4.3); `listed` tells the list of a
    price.
    """

    weight: Fraction
    price: Fraction | None = None
    raised: str = ""
    plain: bool = False
    listed: str = ""

    def of(self, hourly: Fraction) -> tuple[Fraction, Fraction]:
        """Unit price and multiplier of a line, at that price of an hour: a price has its weight in it (B16)."""
        return (hourly, self.weight) if self.price is None else (hourly * self.weight, Fraction(1))


def calm_rate(terms: Terms, part: VisitPart, tier: Tier) -> Rate:
    """The rate of a band, after waivers, without emergency and overtime; the first rule of B2.6 that applies."""
    prices, own = terms.card.classes[part.labour_class], tier.own
    if terms.waives(tier.band):
        return Rate(terms.card.multipliers["business"], plain=True)
    if own is not None:
        if (listed := prices.bands.get(own.name) or own.listed) is not None:
            return _priced(terms, part, listed)
        if own.multiplier is not None:
            return Rate(own.multiplier)
    if (listed := prices.bands.get(tier.band)) is not None:
        return _priced(terms, part, listed)
    return Rate(terms.card.multipliers[tier.band], plain=tier.band == "business")


def rate_of(terms: Terms, part: VisitPart, tier: Tier, *, overtime: bool = False) -> Rate:
    """The rate of a minute: the highest of band, emergency and overtime; premiums never compound (B3.5, B3.8)."""
    rate, hourly = calm_rate(terms, part, tier), terms.listed(terms.card.classes[part.labour_class])
    at_least = (
        ("emergency", terms.card.emergency.multiplier if terms.emergency else None),
        ("overtime", terms.card.overtime.multiplier if overtime else None),
    )
    for what, multiplier in at_least:
        if multiplier is not None and multiplier > rate.weight and (rate.price is None or hourly):
            rate = Rate(multiplier, raised=what)
    return rate


def _priced(terms: Terms, part: VisitPart, listed: ListedPrice) -> Rate:
    price, hourly = terms.listed(listed), terms.listed(terms.card.classes[part.labour_class])
    return Rate(price / hourly if hourly else Fraction(1), price * terms.share(part), listed=terms.price_words(listed))
