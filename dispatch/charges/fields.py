"""What a lead fills in on a rate card and an agreement: each figure's path, its name in words, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.charges.paths import typed, value_at
from dispatch.charges.reading import BANDS, DEFAULT_AGREEMENT, DEFAULT_CARD
from dispatch.fields.kinds import Choice, Kind, Said, Words, YesNo
from dispatch.fields.worlds import Bare
from dispatch.model.agreements import WEEKDAYS

KINDS = ("tm", "fixed_price", "retainer", "block_hours", "block_money")


def _bands_of(text: str) -> Any:
    if text.isdecimal():
        return int(text)
    pairs = [part.split() for part in text.replace("=", " ").split(",")]
    if any(len(pair) != 2 or not pair[1].isdecimal() for pair in pairs):
        raise ValueError("minutes such as 240, or business 60, after_hours 120, are expected")
    return {band: int(minutes) for band, minutes in pairs}


def _bands_text(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    return ", ".join(f"{band} {minutes}" for band, minutes in value.items())


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


TYPED = Said("a number", typed)
"""What the checks of the whole form look at."""
TEXT = Said("text", str, empty="")
FLAG = YesNo()
LIST = Words(200, of=list)
BY_BAND = Said("minutes, or minutes by band", _bands_of, _bands_text)
SPANS = Said(
    "hours of a day",
    _spans_of,
    lambda spans: ", ".join(f"{opens}-{closes}" for opens, closes in spans) or "closed",
    empty=None,
)
ZONES = Said("zones around the depot", _zones_of, _zones_text)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a form. `optional` may be left empty: not set."""

    section: str
    path: str
    label: str
    kind: Kind = TYPED
    optional: bool = False
    hint: str = ""

    @property
    def whole(self) -> str:
        """The path of what the figure is a part of and can be removed with; empty for what always stands."""
        found = re.match(r"(travel\.components\[\d+\]|classes\.[^.]+|items\.[^.]+)", self.path)
        return found[1] if found else ""


def card_figures(card: Mapping[str, Any]) -> Iterator[Figure]:
    """The figures of a rate card, section by section; its classes, travel charges and items each have theirs."""
    money = f"in {card.get('currency') or 'money'}"
    for name in card.get("classes") or {}:
        at = f"classes.{name}"
        yield Figure("Labour", f"{at}.standard", f"{name}, per hour", hint=f"{money}, without an agreement")
        yield Figure(
            "Labour",
            f"{at}.agreement",
            f"{name}, per hour under an agreement",
            optional=True,
            hint="empty: as without one",
        )
        yield Figure(
            "Labour",
            f"{at}.minimum_minutes",
            f"{name}, minimum of its own",
            BY_BAND,
            optional=True,
            hint="minutes; empty: the card's",
        )
    yield Figure("Labour", "extra_technician_pct", "from the second technician on, %", hint="of the price per hour")
    yield from _TIME
    yield from _MINIMUM
    yield Figure(
        "Travel", "travel.included_radius", "included radius", hint="one way; what lies within costs no distance"
    )
    components = value_at(card, "travel.components")
    for place, component in enumerate(components if isinstance(components, list) else []):
        yield from _component(place, component, money, str(card.get("distance_unit") or "mi"))
    yield from _TRAVEL
    yield from _REST
    for code in card.get("items") or {}:
        at = f"items.{code}"
        yield Figure("Items", f"{at}.standard", f"{code}, each", hint=money)
        yield Figure(
            "Items", f"{at}.agreement", f"{code}, each under an agreement", optional=True, hint="empty: as without one"
        )
        yield Figure("Items", f"{at}.taxable", f"{code}, taxed", FLAG)


def agreement_figures(kind: str) -> Iterator[Figure]:
    """The figures of an agreement of a kind."""
    yield Figure("Agreement", "kind", "kind", Choice(KINDS), hint=_KIND_HINTS.get(kind, ""))
    yield Figure("Agreement", "starts", "first day", TEXT, hint="2026-11-24")
    yield Figure("Agreement", "ends", "last day", TEXT, optional=True, hint="empty: no end")
    yield Figure("Prices", "price_list", "price list", Choice(("agreement", "standard")))
    yield Figure("Prices", "labour_discount_pct", "discount on labour, %")
    yield Figure("Prices", "discount_travel", "discount on travel too", FLAG)
    yield Figure(
        "Prices", "minimum_minutes", "minimum of its own", BY_BAND, optional=True, hint="minutes; empty: the card's"
    )
    yield Figure("Benefits", "waive_bands", "premiums waived in", LIST, hint="any of " + ", ".join(BANDS))
    yield Figure("Benefits", "waive_emergency", "no emergency premium", FLAG)
    yield Figure(
        "Benefits",
        "waive_travel",
        "travel waived",
        Choice(("none", "in_radius", "all")),
        hint="in_radius: the card's included radius",
    )
    if kind == "fixed_price":
        yield Figure("Fixed price", "covers_bands", "covers", LIST, hint="any of " + ", ".join(BANDS))
        yield Figure("Fixed price", "covers_travel", "covers travel", FLAG)
    if kind == "retainer":
        yield Figure(
            "Retainer", "allowance_min", "allowance a month", hint="rate-minutes: ten minutes at 1.5 are fifteen"
        )
    if kind in ("retainer", "block_hours", "block_money"):
        yield Figure("Prepaid", "draws_travel", "travel is drawn too", FLAG)
    if kind in ("retainer", "block_hours"):
        yield Figure("Prepaid", "overage_rate", "per hour beyond it", optional=True, hint="empty: the card's price")
    if kind == "block_money":
        yield Figure(
            "Prepaid", "tax_on", "tax is paid on", Choice(("sale", "use")), hint="the sale of the block, or its use"
        )


def new_component(kind: str) -> dict[str, Any]:
    """A travel charge to fill in. The price is missing: the lead enters it."""
    return {"kind": kind, **_NEW[kind]}


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
    if path.endswith(".included_min"):
        return 0
    return value_at(DEFAULT_CARD if form == "card" else DEFAULT_AGREEMENT, path)


def written(figure: Figure, value: Any) -> str:
    """A value as it is shown, and typed again."""
    return "" if value is None else figure.kind.write(value, Bare())


def read(figure: Figure, text: str) -> Any:
    """A value from what was typed; whether it is a good one is said by the checks of the whole form.

    Raises:
        ValueError: it is not written as this figure is; the message says how.
    """
    text = text.strip()
    if text:
        return figure.kind.read(text, Bare())
    if figure.kind in (FLAG, BY_BAND, ZONES) and not figure.optional:
        raise ValueError(f"{figure.kind.told} is expected")
    return [] if figure.kind is SPANS else None if figure.optional else figure.kind.empty


def _component(place: int, component: Mapping[str, Any], money: str, unit: str) -> Iterator[Figure]:
    at, kind = f"travel.components[{place}]", component.get("kind")
    if kind == "callout":
        yield Figure("Travel", f"{at}.amount", "call-out charge, per visit", hint=money)
    elif kind == "vehicle":
        yield Figure("Travel", f"{at}.amount", "van charge, per vehicle", hint=money)
    elif kind == "distance":
        yield Figure("Travel", f"{at}.rate", f"distance beyond the radius, per {unit}", hint=money)
    elif kind == "zone":
        yield Figure("Travel", f"{at}.by", "zones, by", Choice(("distance", "time")))
        yield Figure(
            "Travel",
            f"{at}.zones",
            "zones",
            ZONES,
            hint="name, up to (one way, - for no limit), amount: near 10 0, far - 40.00",
        )
    elif "pct_of_labour" in component:
        yield Figure("Travel", f"{at}.pct_of_labour", "driving time, % of the labour price", hint="50 is half rate")
        yield Figure(
            "Travel", f"{at}.included_min", "driving time, included minutes", hint="per visit; these cost nothing"
        )
    else:
        yield Figure("Travel", f"{at}.rate", "driving time, per hour", hint=money)
        yield Figure(
            "Travel", f"{at}.included_min", "driving time, included minutes", hint="per visit; these cost nothing"
        )


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
    "retainer": "an allowance of rate-minutes every month",
    "block_hours": "prepaid blocks of rate-minutes",
    "block_money": "prepaid blocks of money",
}
_TIME = (
    Figure(
        "Time",
        "time_basis",
        "time counts from",
        Choice(("on_site", "door_to_door")),
        hint="check-in to check-out, or door to door",
    ),
    Figure("Time", "rounding.increment_min", "rounded to, minutes"),
    Figure("Time", "rounding.mode", "rounded", Choice(("up", "down", "nearest", "exact"))),
    Figure("Time", "rounding.grace_min", "forgiven beyond a unit, minutes", hint="with rounding up only"),
    Figure("Time", "clip_early", "minutes before the appointment are free", FLAG),
    Figure("Time", "premium_grace_min", "overrun past closing without a premium, minutes"),
    Figure("Time", "testing.billable", "test time is charged", FLAG),
    Figure("Time", "testing.free_min", "test time given free, minutes"),
    *(
        Figure("Opening hours", f"hours.{day}", day, SPANS, hint="08:00-12:00, 13:00-17:00, or closed")
        for day in WEEKDAYS
    ),
    Figure("Opening hours", "weekend_days", "weekend", LIST, hint="sat, sun"),
    Figure("Opening hours", "holidays", "holidays", LIST, hint="2026-12-25, 2027-01-01"),
    *(Figure("Premiums", f"multipliers.{band}", f"{band.replace('_', ' ')}, times") for band in BANDS),
    Figure("Premiums", "emergency.multiplier", "emergency, at least times", optional=True, hint="empty: no premium"),
    Figure("Premiums", "emergency.flat", "emergency fee, per visit"),
)
_MINIMUM = (
    Figure(
        "Minimum",
        "minimum.minutes",
        "minimum time",
        BY_BAND,
        hint="minutes such as 240 for half a day, or by band: business 60, after_hours 120",
    ),
    Figure(
        "Minimum",
        "minimum.per",
        "minimum per",
        Choice(("visit", "day")),
        hint="day: earlier visits to the site on the same date count",
    ),
    Figure(
        "Minimum",
        "minimum.technicians",
        "minimum for",
        Choice(("each", "first")),
        hint="each technician, or the first only",
    ),
    Figure("Minimum", "minimum.emergency_minutes", "in an emergency at least, minutes"),
    Figure("Minimum", "minimum.amount", "minimum in money", optional=True, hint="empty: none"),
    Figure("Minimum", "minimum.amount_after_discount", "money minimum stands after discounts", FLAG),
    Figure("Minimum", "minimum.includes_travel", "minimum includes travel", FLAG),
)
_TRAVEL = (
    Figure("Travel", "travel.basis", "travel counts", Choice(("depot_round_trip", "one_way", "legs", "trip_split"))),
    Figure("Travel", "travel.time_source", "driving time is", Choice(("estimated", "actual"))),
    Figure("Travel", "travel.time_per", "driving time per", Choice(("technician", "vehicle"))),
    Figure("Travel", "travel.time_premium", "premiums on driving time", FLAG),
    Figure("Travel", "travel.cap", "travel is never more than", optional=True, hint="empty: no cap"),
)
_REST = (
    Figure(
        "When nothing is done", "no_access.mode", "nobody lets us in", Choice(("minimum_and_travel", "flat", "none"))
    ),
    Figure("When nothing is done", "no_access.amount", "flat fee for that"),
    Figure("When nothing is done", "cancellation.notice_hours", "free with so many hours of notice"),
    Figure(
        "When nothing is done",
        "cancellation.mode",
        "late cancellation",
        Choice(("percent_of_minimum", "flat", "none")),
    ),
    Figure("When nothing is done", "cancellation.value", "percent, or flat fee, for that"),
    Figure("When nothing is done", "guarantee_days", "our own failures are free for, days"),
    Figure("Tax and money", "tax.name", "tax", TEXT, optional=True),
    Figure("Tax and money", "tax.rate_pct", "rate, %"),
    Figure("Tax and money", "tax.services", "services are taxed", FLAG),
    Figure("Tax and money", "tax.rounding", "rounded per", Choice(("document", "line"))),
    Figure("Tax and money", "currency", "currency", TEXT),
    Figure("Tax and money", "minor_units", "decimals of the currency"),
    Figure("Tax and money", "timezone", "time zone", TEXT),
    Figure("Tax and money", "distance_unit", "distances in", Choice(("mi", "km"))),
)
