"""Which terms apply to a visit: day, agreement, crew, prices, waivers, own failure, emergency (design/charges.md B2, B3.5)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dispatch.charges.reading import DEFAULT_AGREEMENT, Card, Job, Part, date, merged, number, optional, whole


@dataclass(frozen=True, slots=True)
class Terms:
    """What was selected for this visit. `agreement` is None where none applies."""

    card: Card
    agreement: Mapping[str, Any] | None
    day: datetime.date
    crew: tuple[Part, ...]
    own_failure: bool
    emergency: bool
    flags: frozenset[str]

    @property
    def kind(self) -> str | None:
        """The kind of the agreement."""
        return None if self.agreement is None else str(self.agreement["kind"])

    def waives(self, band: str) -> bool:
        """Whether the agreement waives the premium of a band."""
        return self.agreement is not None and band in self.agreement["waive_bands"]

    def effective(self, band: str) -> str:
        """The band that counts: a waived one counts as business (B2.5)."""
        return "business" if self.waives(band) else band

    def band_multiplier(self, band: str) -> Fraction:
        """The multiplier of a band, after waivers, without the emergency's."""
        return self.card.multipliers[self.effective(band)]

    def multiplier(self, band: str) -> Fraction:
        """The multiplier of a minute: the higher of band and emergency; premiums never compound (B3.5)."""
        emergency = self.card.raw["emergency"]["multiplier"]
        if not self.emergency or emergency is None:
            return self.band_multiplier(band)
        return max(self.band_multiplier(band), number(emergency, "card.emergency.multiplier"))

    def price(self, part: Part) -> Fraction:
        """Unit price of an hour of this technician, not rounded (B2.4)."""
        prices = self.card.raw["classes"][part.labour_class]
        return self._listed(prices, f"card.classes.{part.labour_class}") * self.share(part)

    def overage(self, part: Part) -> Fraction:
        """Unit price of what no pool covers (B7)."""
        rate = None if self.agreement is None else optional(self.agreement["overage_rate"], "agreement.overage_rate")
        return self.price(part) if rate is None else rate * self.share(part)

    def share(self, part: Part) -> Fraction:
        """What of a price is asked for this technician: a card may ask less from the second on (B2.4)."""
        if part is self.crew[0]:
            return Fraction(1)
        return number(self.card.raw["extra_technician_pct"], "card.extra_technician_pct") / 100

    def item_price(self, code: str) -> Fraction:
        """Unit price of an item of the card."""
        return self._listed(self.card.raw["items"][code], f"card.items.{code}")

    def minimum_minutes(self, part: Part, band: str) -> int:
        """The time minimum for an arrival in that (effective) band: agreement's, else class's, else card's (B5.1)."""
        own = None if self.agreement is None else self.agreement["minimum_minutes"]
        if own is None:
            own = self.card.raw["classes"][part.labour_class].get("minimum_minutes")
        if own is None:
            own = self.card.raw["minimum"]["minutes"]
        return whole(own.get(band, 0) if isinstance(own, Mapping) else own, "minimum minutes")

    @property
    def list_name(self) -> str:
        """The price list."""
        return "standard" if self.agreement is None else str(self.agreement["price_list"])

    def _listed(self, prices: Mapping[str, Any], path: str) -> Fraction:
        listed = optional(prices.get(self.list_name), f"{path}.{self.list_name}")
        return number(prices.get("standard"), f"{path}.standard") if listed is None else listed

    def band_at(self, minute: int) -> str:
        """The band of a minute, by its local start (B3.3)."""
        local = datetime.datetime.fromtimestamp(minute * 60, self.card.zone)
        if local.date() in self.card.holidays:
            return "holiday"
        at = local.hour * 60 + local.minute
        if any(opens <= at < closes for opens, closes in self.card.hours[local.weekday()]):
            return "business"
        return "weekend" if local.weekday() in self.card.weekend else "after_hours"


def select(card: Card, agreement: Mapping[str, Any] | None, job: Job) -> Terms:
    """The terms of a visit (B2)."""
    billable = [part for part in job.parts if part.billable]
    crew = tuple(sorted(billable, key=lambda part: (_order(part, job), part.name)))
    day, dated = _day_of(crew, job, card)
    flags = set() if crew else {"NO_BILLABLE_TECHNICIAN"}
    applies = None
    if agreement is not None:
        full = merged(DEFAULT_AGREEMENT, agreement)
        starts, ends = date(full["starts"], "agreement.starts"), date(full["ends"], "agreement.ends")
        if dated and ends is not None and day > ends:
            flags.add("AGREEMENT_EXPIRED")
        elif dated and starts is not None and day < starts:
            flags.add("AGREEMENT_NOT_STARTED")
        else:
            applies = full
    own_failure = False
    if job.raw.get("cause") == "own_failure":
        original = date(job.raw.get("original_visit_date"), "visit.original_visit_date")
        guarantee = whole(card.raw["guarantee_days"], "card.guarantee_days")
        own_failure = original is not None and (not dated or (day - original).days <= guarantee)
        if not own_failure:
            flags.add("GUARANTEE_EXPIRED")
    waived = own_failure or not crew or (applies is not None and applies["waive_emergency"])
    emergency = bool(job.raw.get("emergency", False)) and not waived
    return Terms(card, applies, day, crew, own_failure, emergency, frozenset(flags))


def _day_of(crew: Sequence[Part], job: Job, card: Card) -> tuple[datetime.date, bool]:
    """The day of the visit, and whether anything may be said of dates by it: not where it ended before it began (B8.4)."""
    arrivals = [part.check_in for part in crew if part.check_in is not None]
    anchor = min(arrivals) if arrivals else job.scheduled
    if anchor is None:
        anchor = min((part.check_in for part in job.parts if part.check_in is not None), default=job.cancelled_at)
    begun = any(moment is not None for part in job.parts for moment in (part.depart, part.check_in))
    dated = anchor is not None and (begun or job.outcome != "aborted_by_us")
    return datetime.datetime.fromtimestamp((anchor or 0) * 60, card.zone).date(), dated


def _order(part: Part, job: Job) -> int:
    if part.check_in is not None:
        return part.check_in
    return job.scheduled if job.scheduled is not None else 1 << 40
