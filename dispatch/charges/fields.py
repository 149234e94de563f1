"""What a lead fills in on a rate card and an agreement: each figure's path, its name in words, and how it is written."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import chain
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from dispatch.charges.card import (
    DEFAULT_AGREEMENT,
    DEFAULT_CARD,
    AgreementKind,
    AgreementTerms,
    Card,
    Openings,
    TravelZone,
)
from dispatch.charges.explain import band_named, band_words
from dispatch.charges.labour_fields import DAY_FORM, LISTED, PRICES, band_rows, class_rows
from dispatch.charges.labour_prices import BANDS, ListedPrice
from dispatch.charges.paths import steps_of, typed, value_at
from dispatch.charges.surcharge_fields import (
    NEW_PERCENTAGE,
    NOTICES,
    PERCENTAGE_FORM,
    TIERS,
    list_rows,
    percentage_rows,
)
from dispatch.charges.surcharge_terms import LateTier, ShortNotice
from dispatch.fields.context import NO_RECORDS
from dispatch.fields.kinds import Choice, FieldKind, Parsed, Words, YesNo
from dispatch.fields.reading import keyed
from dispatch.model.agreements import WEEKDAYS

KINDS = get_args(AgreementKind)


def _bands_of(text: str) -> Any:
    if text.isdecimal():
        return int(text)
    pairs = [part.rpartition(" ") for part in map(str.strip, text.replace("=", " ").split(","))]
    if not all(band and minutes.isdecimal() for band, _, minutes in pairs):
        raise ValueError("minutes such as 240, or business 60, after hours 120, are expected")
    return {band_named(band.strip()): int(minutes) for band, _, minutes in pairs}


def _bands_text(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    return ", ".join(f"{band_words(band)} {minutes}" for band, minutes in value.items())


def _spans_of(text: str) -> list[list[str]]:
    spans = [] if text == "closed" else [part.replace("–", "-").partition("-") for part in text.split(",")]
    if not all(dash for _, dash, _ in spans):
        raise ValueError("hours such as 08:00-12:00, 13:00-17:00, or closed, are expected")
    return [[opens.strip(), closes.strip()] for opens, _, closes in spans]


def _zones_of(text: str) -> list[dict[str, Any]]:
    zones = [part.split() for part in text.split(",")]
    if any(len(words) < 3 for words in zones):
        raise ValueError("zones such as near 10 0, middle 20 25.00, far - 40.00 are expected: name, up to, amount")
    return [
        {"name": " ".join(name), "upto": None if upto == "-" else upto, "amount": amount}
        for *name, upto, amount in zones
    ]


def _zones_text(zones: Any) -> str:
    return ", ".join(
        f"{zone['name']} {zone['upto'] or '-'} {'?' if zone['amount'] is None else zone['amount']}" for zone in zones
    )


def _towns_of(text: str) -> dict[str, str]:
    towns = [part.split() for part in text.split(",")]
    if any(len(words) < 2 for words in towns):
        raise ValueError("towns such as Dublin 25.00, Mount Vernon 60.00 are expected: name, travel price")
    return {" ".join(name): price for *name, price in towns}


TYPED = Parsed("a number", typed)
"""What the checks of the whole form look at."""
TEXT = Parsed("text", str, empty="")
FLAG = YesNo()
LIST = Words(200, of=list)
BY_BAND = Parsed("minutes, or minutes by band", _bands_of, _bands_text)
SPANS = Parsed(
    "hours of a day",
    _spans_of,
    lambda spans: ", ".join(f"{opens}-{closes}" for opens, closes in spans) or "closed",
    empty=None,
)
TOWNS = Parsed(
    "towns with their travel prices",
    _towns_of,
    lambda towns: ", ".join(f"{name} {price}" for name, price in towns.items()),
    empty={},
)
ZONES = Parsed("zones around the depot", _zones_of, _zones_text)


_WRITTEN: Mapping[Any, FieldKind] = {
    bool: FLAG, str: TEXT, datetime.date: TEXT, ZoneInfo: TEXT, Openings: SPANS, tuple[TravelZone, ...]: ZONES,
    Mapping[str, int]: BY_BAND, Mapping[str, ListedPrice]: PRICES, ListedPrice: LISTED, tuple[LateTier, ...]: TIERS,
    tuple[ShortNotice, ...]: NOTICES, Mapping[str, Fraction]: TOWNS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormFigure:
    """A figure of a form. `optional` may be left empty: not set."""

    section: str
    path: str
    label: str
    kind: FieldKind = TYPED
    hint: str = ""
    optional: bool = False

    @property
    def whole(self) -> str:
        """The path of what the figure is a part of and can be removed with; empty for what always stands."""
        match = re.match(
            r"((bands|percentages|travel\.components)\[\d+\]|(classes|price_lists)\.[^.]+|items\.[^.]+)", self.path
        )
        return match[1] if match else ""


_Sections = Mapping[str, Sequence[Sequence[str]]]
"""Figures by section: path, label, and a hint where there is one. What each can be is said by its type in the record."""


def card_figures(card: Mapping[str, Any]) -> Iterator[FormFigure]:
    """The figures of a rate card, section by section; its classes, travel charges and items each have theirs."""
    money = f"in {card.get('currency') or 'money'}"
    for name in card.get("classes") or {}:
        yield from _figures(Card, {"Labour": class_rows(name, money)}, f"classes.{name}.")
    yield from _figures(Card, _UP_TO_BANDS)
    bands = card.get("bands")
    for place, own in enumerate(bands if isinstance(bands, list) else []):
        called = str(own.get("name") or place + 1)
        yield from _figures(Card, {"Premiums": band_rows(called, money)}, f"bands[{place}].")
    yield from _figures(Card, _UP_TO_TRAVEL)
    components = value_at(card, "travel.components")
    for place, component in enumerate(components if isinstance(components, list) else []):
        rows = _component(component, money, str(card.get("distance_unit") or "mi"))
        yield from _figures(Card, {"Travel": rows}, f"travel.components[{place}].")
    yield from _figures(Card, _FROM_TRAVEL_ON)
    percentages = card.get("percentages")
    for place, own in enumerate(percentages if isinstance(percentages, list) else []):
        rows = percentage_rows(str(own.get("name") or place + 1), money)
        yield from _figures(Card, {"Percentages": rows}, f"percentages[{place}].")
    for code in card.get("items") or {}:
        prices = (
            ("standard", f"{code}, each", money),
            ("agreement", f"{code}, each under an agreement", "empty: as without one"),
            ("taxable", f"{code}, taxed", ""),
        )
        yield from _figures(Card, {"Items": prices}, f"items.{code}.")
    for name in card.get("price_lists") or {}:
        yield from _figures(Card, {"Price lists": list_rows(card, name)}, f"price_lists.{name}.")


def agreement_figures(kind: str) -> Iterator[FormFigure]:
    """The figures of an agreement of a kind."""
    yield from _figures(AgreementTerms, {"Agreement": (("kind", "kind", _KIND_HINTS.get(kind, "")),)})
    yield from _figures(AgreementTerms, _AGREEMENT)
    yield from _figures(AgreementTerms, _BY_KIND.get(kind, {}))


def _figures(record: Any, sections: _Sections, at: str = "") -> Iterator[FormFigure]:
    """The figures of a record, with their paths below `at`."""
    for section, rows in sections.items():
        for path, label, *hint in rows:
            types = _types_at(record, at + path)
            yield FormFigure(section, at + path, label, _kind_of(types[0]), "".join(hint), NoneType in types)


def kind_at(path: str) -> FieldKind:
    """What an agreement can hold at a path."""
    return _kind_of(_types_at(AgreementTerms, path)[0])


def _kind_of(of: Any) -> FieldKind:
    """What a figure of a type can hold."""
    kind, inner = get_origin(of), get_args(of)
    return Choice(inner) if kind is Literal else _WRITTEN.get(of, LIST if kind is tuple else TYPED)


def new_component(kind: str) -> dict[str, Any]:
    """A travel charge to fill in. The price is missing: the lead enters it."""
    return {"kind": kind, **_NEW[kind]}


def new_part(what: str) -> tuple[str, dict[str, Any]]:
    """The path of a list of the card, and what is added to it to be filled in: a travel charge, or a percentage."""
    if what == "percentage":
        return "percentages", dict(NEW_PERCENTAGE)
    return "travel.components", new_component(what)


COMPONENTS = {
    "callout": "a fixed charge for showing up",
    "vehicle": "a van charge, per vehicle",
    "distance": "by distance beyond the included radius",
    "time": "driving time at a price per hour",
    "share": "driving time at a share of the labour price",
    "zone": "by zones around the depot",
}
"""What a travel charge can be, in words."""


def default_of(form: str, path: str) -> Any:
    """What counts where nothing is set; `form` is card or agreement."""
    if re.fullmatch(r"items\..+\.taxable", path):
        return True
    if own := re.fullmatch(r"bands\[\d+\]\.(days|from|to)", path):
        return DAY_FORM[own[1]]
    if own := re.fullmatch(r"percentages\[\d+\]\.(\w+)", path):
        return PERCENTAGE_FORM.get(own[1])
    if path.endswith(".included_min"):
        return 0
    if path.startswith("travel.components["):
        return {"included": "radius", "beyond": "refuse"}.get(path.rpartition(".")[2])
    return value_at(DEFAULT_CARD if form == "card" else DEFAULT_AGREEMENT, path)


def written(figure: FormFigure, value: Any) -> str:
    """A value as it is shown, and typed again."""
    return "" if value is None else figure.kind.write(value, NO_RECORDS)


def read(figure: FormFigure, text: str) -> Any:
    """A value from what was typed; whether it is a good one is said by the checks of the whole form.

    Raises:
        ValueError: it is not written as this figure is; the message says how.
    """
    text = text.strip()
    if text:
        return figure.kind.read(text, NO_RECORDS)
    if figure.kind in (FLAG, BY_BAND, ZONES) and not figure.optional:
        raise ValueError(f"{figure.kind.description} is expected")
    return [] if figure.kind is SPANS else None if figure.optional else figure.kind.empty


def _component(component: Mapping[str, Any], money: str, unit: str) -> Sequence[Sequence[str]]:
    """The figures of a travel charge, with their paths in it."""
    kind = component.get("kind")
    included = ("included_min", "driving time, included minutes", "per visit; these cost nothing")
    if kind == "callout":
        return [("amount", "call-out charge, per visit", money)]
    if kind == "vehicle":
        return [("amount", "van charge, per vehicle", money)]
    if kind == "distance":
        return [
            ("rate", f"distance beyond the radius, per {unit}", money),
            ("included", "that distance begins", "at the included radius, or where the last zone ends"),
        ]
    if kind == "zone":
        hint = "name, up to (one way, - for no limit), amount: near 10 0, far - 40.00"
        return [
            ("by", "zones, by"),
            ("zones", "zones", hint),
            ("beyond", "beyond the last zone", "refuse: on request; last: as the last zone; none: no zone charge"),
        ]
    if "pct_of_labour" in component:
        return [("pct_of_labour", "driving time, % of the labour price", "50 is half rate"), included]
    return [("rate", "driving time, per hour", money), included]


_NEW: Mapping[str, Mapping[str, Any]] = {
    "callout": {"amount": None},
    "vehicle": {"amount": None},
    "distance": {"rate": None},
    "time": {"rate": None},
    "share": {"kind": "time", "pct_of_labour": "50"},
    "zone": {
        "by": "distance",
        "zones": [{"name": "near", "upto": "10", "amount": "0"}, {"name": "far", "upto": None, "amount": None}],
    },
}
_KIND_HINTS = {
    "tm": "time and materials: the agreement's prices and benefits",
    "fixed_price": "covered work costs nothing; the monthly fee is no part of a visit",
    "retainer": "an allowance of minutes at the usual rate every month",
    "block_hours": "prepaid blocks of minutes at the usual rate",
    "block_money": "prepaid blocks of money",
}
_ANY_BAND = "any of " + ", ".join(BANDS)
_AGREEMENT: _Sections = {
    "Agreement": (("starts", "first day", "2026-11-24"), ("ends", "last day", "empty: no end")),
    "Prices": (
        ("price_list", "price list"),
        ("labour_discount_pct", "discount on labour, %"),
        ("discount_travel", "discount on travel too"),
        ("minimum_minutes", "minimum of its own", "minutes; empty: the card's"),
    ),
    "Benefits": (
        ("waive_bands", "premiums waived in", _ANY_BAND),
        ("waive_emergency", "no emergency premium"),
        ("waive_travel", "travel waived", "in radius: the card's included radius"),
    ),
}
_DRAWS = ("draws_travel", "travel is drawn too")
_OVERAGE = ("overage_rate", "per hour beyond it", "empty: the card's price")
_BY_KIND: Mapping[str, _Sections] = {
    "fixed_price": {"Fixed price": (("covers_bands", "covers", _ANY_BAND), ("covers_travel", "covers travel"))},
    "retainer": {
        "Retainer": (("allowance_min", "allowance a month", "minutes at the usual rate: ten at 1.5 are fifteen"),),
        "Prepaid": (_DRAWS, _OVERAGE),
    },
    "block_hours": {"Prepaid": (_DRAWS, _OVERAGE)},
    "block_money": {"Prepaid": (_DRAWS, ("tax_on", "tax is paid on", "the sale of the block, or its use"))},
}
_UP_TO_BANDS: _Sections = {
    "Labour": (("extra_technician_pct", "from the second technician on, %", "of the price per hour"),),
    "Time": (
        ("time_basis", "time counts from", "check-in to check-out, or door to door"),
        ("rounding.increment_min", "rounded to, minutes"),
        ("rounding.mode", "rounded"),
        ("rounding.grace_min", "forgiven beyond a unit, minutes", "with rounding up only"),
        ("clip_early", "minutes before the appointment are free"),
        ("premium_grace_min", "overrun past closing without a premium, minutes"),
        ("testing.billable", "test time is charged"),
        ("testing.free_min", "test time given free, minutes"),
    ),
    "Opening hours": (
        *((f"hours.{day}", day, "08:00-12:00, 13:00-17:00, or closed") for day in WEEKDAYS),
        ("weekend_days", "weekend", "sat, sun"),
        ("holidays", "holidays", "2026-12-25, 2027-01-01"),
    ),
    "Premiums": (
        *((f"multipliers.{band}", f"{band.replace('_', ' ')}, times") for band in BANDS),
        ("emergency.multiplier", "emergency, at least times", "empty: no premium"),
        ("emergency.flat", "emergency fee, per visit"),
        (
            "short_notice",
            "asked for shortly before",
            "name, hours, fee or % of labour: same day 24 40.00, express 4 25%",
        ),
        (
            "overtime.after_min",
            "overtime after, minutes of the day",
            "the technician's day, earlier visits too: 480 for eight hours; empty: none",
        ),
        ("overtime.multiplier", "overtime, at least times"),
    ),
}
_UP_TO_TRAVEL: _Sections = {
    "Half days and days": (
        ("day_price.mode", "half-day and day prices are", "a ceiling over the hours, or asked for each that is begun"),
        ("day_price.half_min", "half a day, up to minutes"),
        ("day_price.day_min", "a day, up to minutes", "beyond it by the hour"),
    ),
    "Minimum": (
        (
            "minimum.minutes",
            "minimum time",
            "minutes such as 240 for half a day, or by band: business 60, after hours 120",
        ),
        ("minimum.per", "minimum per", "day: earlier visits to the site on the same date count"),
        ("minimum.technicians", "minimum for", "each technician, or the first only"),
        ("minimum.emergency_minutes", "in an emergency at least, minutes"),
        ("minimum.amount", "minimum in money", "empty: none"),
        ("minimum.amount_after_discount", "money minimum stands after discounts"),
        ("minimum.includes_travel", "minimum includes travel"),
    ),
    "Remote work": (
        (
            "remote.minimum_minutes",
            "minimum time of remote work",
            "minutes, or by band; it has no other, and no travel",
        ),
        ("remote.increment_min", "rounded to, minutes", "empty: as on site"),
    ),
    "Travel": (("travel.included_radius", "included radius", "one way; what lies within costs no distance"),),
}
_FROM_TRAVEL_ON: _Sections = {
    "Travel": (
        ("travel.basis", "travel counts"),
        ("travel.time_source", "driving time is"),
        ("travel.time_per", "driving time per"),
        ("travel.time_premium", "premiums on driving time"),
        (
            "travel.time_cap_min",
            "driving time a day, at most minutes",
            "of a technician, charged to a client; empty: no limit",
        ),
        ("travel.towns", "travel prices of towns", "in place of the charges above: Dublin 25.00, Mount Vernon 60.00"),
        ("travel.cap", "travel is never more than", "empty: no cap"),
    ),
    "When nothing is done": (
        ("no_access.mode", "nobody lets us in"),
        ("no_access.amount", "flat fee for that"),
        ("cancellation.notice_hours", "free with so many hours of notice"),
        ("cancellation.mode", "late cancellation"),
        ("cancellation.value", "percent, or flat fee, for that"),
        ("cancellation.tiers", "with less notice still", "hours, then % of the minimum or a fee: 4 100%, 48 25.00"),
        ("guarantee_days", "our own failures are free for, days"),
    ),
    "Tax and money": (
        ("tax.name", "tax"),
        ("tax.rate_pct", "rate, %"),
        ("tax.services", "services are taxed"),
        (
            "tax.included",
            "prices here are with tax",
            "never, for private clients, or always: then these are what they pay",
        ),
        ("tax.rounding", "rounded per"),
        ("currency", "currency"),
        ("minor_units", "decimals of the currency"),
        ("timezone", "time zone"),
        ("distance_unit", "distances in"),
    ),
}


@cache
def _types_at(record: Any, path: str) -> tuple[Any, ...]:
    """The types, None's too, that what stands at a path of a record's form can have."""
    types = (record,)
    for step in steps_of(path):
        types = _members(next(filter(None, (_below(kind, step) for kind in types))))
    return types


def _below(kind: Any, step: str | int) -> Any:
    if inner := get_args(kind):
        return inner[get_origin(kind) is not tuple]
    return next((hint for key, _, hint in keyed(kind) if key == step), None)


def _members(hint: Any) -> tuple[Any, ...]:
    kind, inner = get_origin(hint), get_args(hint)
    if kind is Annotated:
        return _members(inner[0])
    return tuple(chain.from_iterable(map(_members, inner))) if kind in (Union, UnionType) else (hint,)
