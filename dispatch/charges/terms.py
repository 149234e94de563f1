"""Which terms apply to a visit: day, agreement, crew, prices, waivers, own failure, emergency (design/charges.md B2, B3.5)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from dispatch.charges.bands import CardBands, Tier
from dispatch.charges.card import AgreementKind, AgreementTerms, Card, CardItem, PriceList
from dispatch.charges.labour_prices import LabourClass, ListedPrice, Rounding
from dispatch.charges.visit import ChargedVisit, VisitPart
from dispatch.model.languages import phrase, say

_LISTED = {"standard": phrase("standard price"), "agreement": phrase("agreement price")}


@dataclass(frozen=True, slots=True)
class Terms:
    """What was selected for this visit. `agreement` is None where none applies."""

    card: Card
    agreement: AgreementTerms | None
    day: datetime.date
    crew: tuple[VisitPart, ...]
    own_failure: bool
    emergency: bool
    remote: bool
    bands: CardBands
    flags: frozenset[str]
    group: str = ""

    @property
    def kind(self) -> AgreementKind | None:
        """The kind of the agreement."""
        return None if self.agreement is None else self.agreement.kind

    def waives(self, band: str) -> bool:
        """Whether the agreement waives the premium of a band."""
        return self.agreement is not None and band in self.agreement.waive_bands

    def effective(self, band: str) -> str:
        """The band that counts: a waived one counts as business (B2.5)."""
        return "business" if self.waives(band) else band

    def price(self, part: VisitPart) -> Fraction:
        """Unit price of an hour of this technician, not rounded (B2.4)."""
        return self.listed(self.card.classes[part.labour_class]) * self.share(part)

    def overage(self, part: VisitPart) -> Fraction:
        """Unit price of what no prepaid balance covers (B7)."""
        rate = None if self.agreement is None else self.agreement.overage_rate
        return self.price(part) if rate is None else rate * self.share(part)

    def share(self, part: VisitPart) -> Fraction:
        """What of a price is asked for this technician: a card may ask less from the second on (B2.4)."""
        if part is self.crew[0]:
            return Fraction(1)
        return self.card.extra_technician_pct / 100

    def minimum_minutes(self, part: VisitPart, band: str) -> int:
        """The time minimum for an arrival in that (effective) band: agreement's, else class's, else card's (B5.1); that of remote
        work is its own (B18)."""
        if self.remote:
            return self.card.remote.minimum_minutes[band]
        agreed = None if self.agreement is None else self.agreement.minimum_minutes
        return (agreed or self.card.classes[part.labour_class].minimum_minutes or self.card.minimum.minutes)[band]

    def rounding(self, part: VisitPart) -> Rounding:
        """How minutes are rounded: by the class's rule, else the card's (B4.1); those of remote work in its own unit (B18)."""
        rule = self.card.classes[part.labour_class].rounding or self.card.rounding
        unit = self.card.remote.increment_min if self.remote else None
        return rule if unit is None else rule._replace(increment_min=unit)

    def list_words(self, of: Literal["classes", "items"], name: str) -> str:
        """Which list's price a class or an item has, in words."""
        listed: LabourClass | CardItem = (self.card.classes if of == "classes" else self.card.items)[name]
        own = getattr(self.card.price_lists[self.group], of).get(name) if self.group else None
        if own is not None and (self.list_name == "standard" or listed.agreement is None):
            return say("{name} price", name=self.group)
        return self.price_words(listed)

    def price_words(self, listed: LabourClass | CardItem | ListedPrice) -> str:
        """Which of its prices counts, in words: the standard one too where there is none for agreements."""
        return say(_LISTED["standard" if listed.agreement is None else self.list_name])

    @property
    def list_name(self) -> PriceList:
        """The price list."""
        return "standard" if self.agreement is None else self.agreement.price_list

    def listed(self, prices: LabourClass | CardItem | ListedPrice) -> Fraction:
        """A price by the price list; where that has none, the standard one."""
        agreed = prices.agreement if self.list_name == "agreement" else None
        return prices.standard if agreed is None else agreed

    def local(self, minute: int) -> datetime.datetime:
        """A minute by the clocks of the card's time zone."""
        return self.bands.local(minute)

    def tier_at(self, minute: int) -> Tier:
        """The band of a minute, by its local start (B3.3, B3.7)."""
        return self.bands.at(minute)


def for_group(card: Card, group: str | None) -> tuple[Card, str]:
    """The card as a group of clients has it, the prices of its list in place of the standard ones, and how it calls that (B2.7)."""
    wanted = (group or "").strip().casefold()
    name = next((name for name in card.price_lists if wanted and name.strip().casefold() == wanted), "")
    if not name:
        return card, ""
    own = card.price_lists[name]

    def otherwise(of: Mapping[str, Any], prices: Mapping[str, Fraction | None]) -> dict[str, Any]:
        # a price of 0 is one
        return {
            key: listed if prices.get(key) is None else listed._replace(standard=prices[key])
            for key, listed in of.items()
        }

    classes, items = otherwise(card.classes, own.classes), otherwise(card.items, own.items)
    return card._replace(classes=classes, items=items), name


def select(card: Card, agreement: AgreementTerms | None, visit: ChargedVisit, group: str = "") -> Terms:
    """The terms of a visit (B2)."""
    billable = [part for part in visit.parts if part.billable]
    crew = tuple(sorted(billable, key=lambda part: (_order(part, visit), part.name)))
    day, dated = _day_of(crew, visit, card)
    flags = set() if crew else {"NO_BILLABLE_TECHNICIAN"}
    applies = None
    if agreement is not None:
        if dated and agreement.ends is not None and day > agreement.ends:
            flags.add("AGREEMENT_EXPIRED")
        elif dated and agreement.starts is not None and day < agreement.starts:
            flags.add("AGREEMENT_NOT_STARTED")
        else:
            applies = agreement
    own_failure = False
    if visit.cause == "own_failure":
        original = visit.original_visit_date
        own_failure = original is not None and (not dated or (day - original).days <= card.guarantee_days)
        if not own_failure:
            flags.add("GUARANTEE_EXPIRED")
    waived = own_failure or not crew or (applies is not None and applies.waive_emergency)
    emergency = visit.emergency and not waived
    bands = CardBands(card)
    return Terms(card, applies, day, crew, own_failure, emergency, visit.remote, bands, frozenset(flags), group)


def _day_of(crew: Sequence[VisitPart], visit: ChargedVisit, card: Card) -> tuple[datetime.date, bool]:
    """The day of the visit, and whether anything may be said of dates by it: not where it ended before it began (B8.4)."""
    arrivals = [part.check_in for part in crew if part.check_in is not None]
    anchor = min(arrivals) if arrivals else visit.scheduled
    if anchor is None:
        anchor = min((part.check_in for part in visit.parts if part.check_in is not None), default=visit.cancelled_at)
    begun = any(moment is not None for part in visit.parts for moment in (part.depart, part.check_in))
    dated = anchor is not None and (begun or visit.outcome != "aborted_by_us")
    return datetime.datetime.fromtimestamp((anchor or 0) * 60, card.zone).date(), dated


def _order(part: VisitPart, visit: ChargedVisit) -> int:
    if part.check_in is not None:
        return part.check_in
    return visit.scheduled if visit.scheduled is not None else 1 << 40
