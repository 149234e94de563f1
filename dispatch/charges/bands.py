"""What a rate card makes of the clock: the labour band of each minute (design/charges.md B3.3, B3.7)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from dispatch.charges.card import Card
from dispatch.charges.labour_prices import BANDS, Band, OwnBand
from dispatch.model.agreements import WEEKDAYS


@dataclass(frozen=True, slots=True, eq=False)
class Tier:
    """What the clock makes of a minute: the band that it counts as, and the band of one's own that it lies in (B3.3, B3.7)."""

    band: Band
    own: OwnBand | None = None

    @property
    def name(self) -> str:
        """What it is called on a line."""
        return self.band if self.own is None else self.own.name


class CardBands:
    """The bands of a card. A minute is so many since the epoch."""

    __slots__ = ("_tiers", "card")

    def __init__(self, card: Card) -> None:
        self.card = card
        self._tiers = {own.name: Tier(own.like, own) for own in reversed(card.bands)} | {
            band: Tier(band) for band in BANDS
        }

    def local(self, minute: int) -> datetime.datetime:
        """A minute by the clocks of the card's time zone."""
        return datetime.datetime.fromtimestamp(minute * 60, self.card.zone)

    def at(self, minute: int) -> Tier:
        """The band of a minute, by its local start: of one's own (B3.7), else one of the four (B3.3)."""
        local = self.local(minute)
        at = local.hour * 60 + local.minute
        day = self._kind_of(local.date())
        if self.card.bands:
            before = self._kind_of(local.date() - datetime.timedelta(days=1))
            own = next((own for own in self.card.bands if own.covers(at, day, before)), None)
            if own is not None:
                return self._tiers[own.name]
        if day == "holiday":
            return self._tiers["holiday"]
        for opens, closes in self.card.hours[day]:
            if opens <= at < closes:
                return self._tiers["business"]
        return self._tiers["weekend" if day in self.card.weekend_days else "after_hours"]

    def _kind_of(self, date: datetime.date) -> str:
        """A weekday, or `holiday`."""
        return "holiday" if date in self.card.holidays else WEEKDAYS[date.weekday()]
