"""A rate card and the terms of an agreement: each figure declared once, and what is refused (design/charges.md B14, B16)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from dispatch.charges.labour_prices import (
    BANDS,
    Band,
    DayPrice,
    LabourClass,
    Overtime,
    OwnBand,
    OwnMinutes,
    Rounding,
    by_band,
    labour_faults,
    own_band,
)
from dispatch.charges.surcharge_terms import Cancellation, Percentage, ShortNotice, surcharge_faults
from dispatch.fields.reading import (
    Faults,
    FormFault,
    Reader,
    WrittenNumber,
    amount,
    by_name,
    clock,
    collect_fault,
    defaults,
    expected,
    record,
    sequence,
    table,
    whole,
    written,
)
from dispatch.model.agreements import OPENING_HOURS, WEEKDAYS

AgreementKind = Literal["tm", "fixed_price", "retainer", "block_hours", "block_money"]
PriceList = Literal["agreement", "standard"]

Openings = tuple[tuple[int, int], ...]
"""Spans of a day in minutes since midnight, half-open."""


def _openings(value: Any, path: str, faults: Faults = None) -> Openings:
    """The opening hours of a weekday: pairs in order that do not overlap."""
    if not isinstance(value, (list, tuple)):
        raise expected(path, value, "a list of openings and closings")
    openings: list[tuple[int, int]] = []
    for span in value:
        try:
            opens, closes = (clock(time, path) for time in span)
        except (TypeError, ValueError) as fault:
            example = "an opening and a closing such as 08:00 and 17:00"
            collect_fault(fault if isinstance(fault, FormFault) else expected(path, span, example), faults)
            continue
        if faults is not None and (closes <= opens or (openings and opens < openings[-1][1])):
            faults.append(f"{path}: {span[0]}–{span[1]} ends before it starts, or overlaps the one before")
        openings.append((opens, closes))
    return tuple(openings)


_NOTHING, _ALL = Fraction(0), written(100, "")
_MINUTES = {"business": 60, "after_hours": 120, "weekend": 120, "holiday": 120}
_MULTIPLIERS = {"business": Fraction(1), "after_hours": Fraction(3, 2), "weekend": Fraction(2), "holiday": Fraction(2)}
_HOURS = {day: _openings(spans, day) for day, spans in OPENING_HOURS.items()}


class Tax(NamedTuple):
    """What tax is paid on (B9)."""

    name: str = "Tax"
    rate_pct: Fraction = _NOTHING
    rounding: Literal["document", "line"] = "document"
    services: bool = True
    included: Literal["never", "private", "always"] = "never"


class CardItem(NamedTuple):
    """The prices of an item."""

    standard: Fraction
    agreement: Fraction | None = None
    taxable: bool = True


class GroupPrices(NamedTuple):
    """The price list of a group of clients: what of classes and items costs them otherwise than the standard (B2.7)."""

    classes: Mapping[str, Fraction | None] = {}
    items: Mapping[str, Fraction | None] = {}


class Minimum(NamedTuple):
    """The least that a visit costs, in time and in money (B5)."""

    per: Literal["visit", "day"] = "visit"
    minutes: Annotated[Mapping[str, int], by_band(_MINUTES)] = _MINUTES
    emergency_minutes: int = 0
    amount: Fraction | None = None
    includes_travel: bool = False
    amount_after_discount: bool = True
    technicians: Literal["each", "first"] = "each"


class Remote(NamedTuple):
    """What remote work costs otherwise than a visit (B18); without a unit of rounding of its own that of a visit counts."""

    minimum_minutes: OwnMinutes = dict.fromkeys(BANDS, 0)
    increment_min: Annotated[int, partial(whole, least=1)] | None = None


class Testing(NamedTuple):
    """Whether test time is charged, and how much of it is given free (B3.6)."""

    billable: bool = True
    free_min: int = 0


class Emergency(NamedTuple):
    """What an emergency costs more (B3.5)."""

    multiplier: Fraction | None = Fraction(3, 2)
    flat: Fraction = _NOTHING


class FixedCharge(NamedTuple):
    """A fixed charge, for showing up or for each vehicle."""

    kind: Literal["callout", "vehicle"]
    amount: Fraction


class DistanceCharge(NamedTuple):
    """A price for a mile or a kilometre beyond the included radius, or beyond the last zone (B6.8)."""

    rate: Fraction
    included: Literal["radius", "last_zone"] = "radius"


class TimeCharge(NamedTuple):
    """Driving time at a price per hour, or at a share of the labour price: one of the two stands."""

    rate: Annotated[Fraction | None, amount] = None
    pct_of_labour: Annotated[WrittenNumber | None, written] = None
    included_min: Fraction = _NOTHING
    rounding: Rounding | None = None


class TravelZone(NamedTuple):
    """A ring around the depot, up to a one-way distance or driving time; None: no limit."""

    name: str
    amount: Fraction
    upto: WrittenNumber | None = None


class ZoneCharge(NamedTuple):
    """A charge by zones around the depot; what lies beyond the last is on request, pays it, or has no zone (B6.8)."""

    zones: Annotated[tuple[TravelZone, ...], sequence(record(TravelZone), least=1)]
    by: Literal["distance", "time"] = "distance"
    beyond: Literal["refuse", "last", "none"] = "refuse"


Component = FixedCharge | DistanceCharge | TimeCharge | ZoneCharge
_COMPONENTS: Mapping[str, Reader[Component]] = {
    **dict.fromkeys(("callout", "vehicle"), record(FixedCharge)),
    "distance": record(DistanceCharge, allowed=("kind",)),
    "time": record(TimeCharge, allowed=("kind",)),
    "zone": record(ZoneCharge, allowed=("kind",)),
}


def _component(value: Any, path: str, faults: Faults) -> Component:
    """A travel component, by its kind (B6.1)."""
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if not isinstance(kind, str) or kind not in _COMPONENTS:
        raise FormFault(f"{path}.kind: {kind!r} is not one of {', '.join(_COMPONENTS)}")
    component = _COMPONENTS[kind](value, path, faults)
    if kind == "time" and ("rate" in value) == ("pct_of_labour" in value):
        raise FormFault(f"{path}: either rate or pct_of_labour is expected")
    return component


class Travel(NamedTuple):
    """What travel costs (B6)."""

    basis: Literal["depot_round_trip", "one_way", "legs", "trip_split"] = "depot_round_trip"
    included_radius: Fraction = _NOTHING
    components: Annotated[tuple[Component, ...], sequence(_component)] = ()
    cap: Fraction | None = None
    time_source: Literal["estimated", "actual"] = "estimated"
    time_per: Literal["technician", "vehicle"] = "technician"
    time_premium: bool = False
    time_cap_min: int | None = None
    towns: Mapping[str, Fraction] = {}

    @property
    def last_zone(self) -> Fraction | None:
        """Up to which one-way distance its zones reach; None: it has none by distance, or they have no limit."""
        zones = (part.zones for part in self.components if isinstance(part, ZoneCharge) and part.by == "distance")
        return next((own[-1].upto for own in zones if own), None)


class NoAccess(NamedTuple):
    """What a visit costs where nobody lets us in (B8.4)."""

    mode: Literal["minimum_and_travel", "flat", "none"] = "minimum_and_travel"
    amount: Fraction | None = _NOTHING


class Card(NamedTuple):
    """A rate card; `exponent` is the number of decimals of its currency."""

    currency: str
    zone: Annotated[ZoneInfo, "timezone"]
    exponent: Annotated[int, "minor_units", partial(whole, most=4)] = 2
    unit: Annotated[Literal["mi", "km"], "distance_unit"] = "mi"
    tax: Tax = Tax()
    hours: Annotated[Mapping[str, Openings], by_name(WEEKDAYS, _openings, _HOURS)] = _HOURS
    weekend_days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("sat", "sun")
    holidays: tuple[datetime.date, ...] = ()
    multipliers: Annotated[Mapping[str, Fraction], by_name(BANDS, amount, _MULTIPLIERS)] = _MULTIPLIERS
    bands: Annotated[tuple[OwnBand, ...], sequence(own_band)] = ()
    premium_grace_min: int = 15
    classes: Annotated[Mapping[str, LabourClass], table(record(LabourClass), least=1, such_as=".tech.standard=95")] = {}
    extra_technician_pct: WrittenNumber = _ALL
    overtime: Overtime = Overtime()
    day_price: DayPrice = DayPrice()
    time_basis: Literal["on_site", "door_to_door"] = "on_site"
    clip_early: bool = True
    rounding: Rounding = Rounding()
    minimum: Minimum = Minimum()
    remote: Remote = Remote()
    testing: Testing = Testing()
    emergency: Emergency = Emergency()
    travel: Travel = Travel()
    guarantee_days: int = 30
    no_access: NoAccess = NoAccess()
    cancellation: Cancellation = Cancellation()
    short_notice: tuple[ShortNotice, ...] = ()
    percentages: tuple[Percentage, ...] = ()
    items: Mapping[str, CardItem] = {}
    price_lists: Mapping[str, GroupPrices] = {}


class Block(NamedTuple):
    """A prepaid block: rate-minutes, or money."""

    id: str
    remaining_min: Fraction = _NOTHING
    remaining_amount: Fraction = _NOTHING
    expires_on: datetime.date | None = None
    purchased_on: datetime.date | None = None


def _blocks(value: Any, path: str, faults: Faults) -> tuple[Block, ...]:
    """Prepaid blocks, each with an id of its own."""
    before = len(faults or ())
    blocks = sequence(record(Block))(value, path, faults)
    if faults is not None and len(faults) == before:
        ids = [block.id for block in blocks]
        faults += [
            f"{path}: {twice!r} stands twice"
            for twice in sorted({block_id for block_id in ids if ids.count(block_id) > 1})
        ]
    return blocks


class AgreementTerms(NamedTuple):
    """The terms of an agreement (B7, B8)."""

    kind: AgreementKind = "tm"
    starts: datetime.date | None = None
    ends: datetime.date | None = None
    price_list: PriceList = "agreement"
    labour_discount_pct: Annotated[Fraction, partial(amount, most=100)] = _NOTHING
    discount_travel: bool = False
    waive_bands: tuple[Band, ...] = ()
    waive_emergency: bool = False
    waive_travel: Literal["none", "in_radius", "all"] = "none"
    minimum_minutes: OwnMinutes | None = None
    covers_bands: tuple[Band, ...] = ("business",)
    covers_travel: bool = True
    allowance_min: Fraction = _NOTHING
    blocks: Annotated[tuple[Block, ...], _blocks] = ()
    draws_travel: bool = False
    overage_rate: Fraction | None = None
    tax_on: Literal["sale", "use"] = "sale"


read_card = record(Card, allowed=("name", "valid_from", "depot"), saved=("classes",))
read_agreement = record(AgreementTerms)
DEFAULT_CARD: Mapping[str, Any] = defaults(Card) | {"hours": OPENING_HOURS}
DEFAULT_AGREEMENT: Mapping[str, Any] = defaults(AgreementTerms)
"""The form of what counts where nothing is set."""


def validate_card(card: Mapping[str, Any]) -> list[str]:
    """Every fault of a rate card, each with its path and what was expected; empty: it can be saved."""
    faults: list[str] = []
    read = read_card(card, "", faults)
    return faults or [
        *labour_faults(read.classes, read.bands, read.day_price),
        *_list_faults(read),
        *_travel_faults(read.travel),
        *surcharge_faults(read.percentages, read.cancellation, read.short_notice),
    ]


def _list_faults(card: Card) -> Iterator[str]:
    names = [name.strip().casefold() for name in card.price_lists]
    if len(set(names)) < len(names) or {"standard", "agreement", ""} & set(names):
        yield "price_lists: each has a name of its own, other than standard and agreement"
    for name, own in card.price_lists.items():
        for group, known in (("classes", card.classes), ("items", card.items)):
            for other in sorted(getattr(own, group).keys() - known.keys()):
                yield f"price_lists.{name}.{group}.{other}: is not on the card"


def _travel_faults(travel: Travel) -> Iterator[str]:
    names = [name.strip().casefold() for name in travel.towns]
    if len(set(names)) < len(names):
        yield "travel.towns: a town stands twice"
    for place, component in enumerate(travel.components):
        if isinstance(component, DistanceCharge) and component.included == "last_zone" and travel.last_zone is None:
            yield f"travel.components[{place}].included: there are no zones by distance that end somewhere"


def validate_agreement(agreement: Mapping[str, Any]) -> list[str]:
    """Every fault of an agreement, each with its path and what was expected; empty: it can be saved."""
    faults: list[str] = []
    terms = read_agreement(agreement, "", faults)
    if not faults and terms.starts and terms.ends and terms.ends < terms.starts:
        faults.append(f"ends: {terms.ends} is before starts {terms.starts}")
    return faults


def presets() -> dict[str, dict[str, Any]]:
    """The shipped presets of B14, without prices: the lead enters those."""
    zones = [{"name": f"up to {limit} min", "upto": str(limit), "amount": None} for limit in (20, 40, 60)]
    return {
        "US": {"distance_unit": "mi", "travel": _by_distance("15", "0.725")},
        "UK": {"distance_unit": "mi", "travel": _by_distance("10", "0.45")},
        "city": {"travel": {"components": [{"kind": "callout", "amount": None}]}},
        "region": {"travel": {"components": [{"kind": "zone", "by": "time", "zones": zones}]}},
        "half day": {"minimum": {"minutes": 240}},
        "zones and miles": {"travel": {"components": _FURTHER}},
        "surcharges": {"percentages": _SURCHARGES},
        "private": {"tax": {"included": "private"}},
        "tiers": {"bands": _TIERS},
        "day rate": {"day_price": {"mode": "step"}, "minimum": {"minutes": 0}},
    }


_FURTHER = [
    {
        "kind": "zone",
        "zones": [{"name": "A", "upto": "10", "amount": None}, {"name": "B", "upto": "25", "amount": None}],
        "beyond": "last",
    },
    {"kind": "distance", "rate": None, "included": "last_zone"},
]
_SURCHARGES = [
    {"name": "fuel", "pct": None, "of": ["travel"], "category": "travel"},
    {"name": "consumables", "pct": None, "of": ["labour"]},
    {"name": "handling of parts", "pct": None, "of": ["item"], "category": "item"},
]  # fmt: skip
_TIERS = [
    {"name": "night", "from": "22:00", "to": "06:00", "like": "after_hours", "multiplier": "2"},
    {"name": "evening", "days": ["mon", "tue", "wed", "thu", "fri"], "from": "17:00", "to": "22:00",
     "like": "after_hours", "multiplier": "1.5"},
    {"name": "saturday", "days": ["sat"], "like": "weekend", "multiplier": "1.5"},
    {"name": "sunday", "days": ["sun"], "like": "weekend", "multiplier": "2"},
]  # fmt: skip


def _by_distance(radius: str, rate: str) -> dict[str, Any]:
    return {"included_radius": radius, "components": [{"kind": "distance", "rate": rate}]}
