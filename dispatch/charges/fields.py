"""What a lead fills in on a rate card and an agreement: each figure's path, its name in words, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dispatch.charges.card import BANDS, DEFAULT_AGREEMENT, DEFAULT_CARD
from dispatch.charges.paths import typed, value_at
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
    hint: str = ""
    optional: bool = False

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
        yield from _section(
            "Labour",
            (f"{at}.standard", f"{name}, per hour", TYPED, f"{money}, without an agreement"),
            (f"{at}.agreement", f"{name}, per hour under an agreement", TYPED, "empty: as without one", True),
            (f"{at}.minimum_minutes", f"{name}, minimum of its own", BY_BAND, "minutes; empty: the card's", True),
        )
    yield Figure("Labour", "extra_technician_pct", "from the second technician on, %", TYPED, "of the price per hour")
    yield from (*_TIME, *_HOURS, *_PREMIUMS, *_MINIMUM)
    radius = "one way; what lies within costs no distance"
    yield Figure("Travel", "travel.included_radius", "included radius", TYPED, radius)
    components = value_at(card, "travel.components")
    for place, component in enumerate(components if isinstance(components, list) else []):
        parts = _component(component, money, str(card.get("distance_unit") or "mi"))
        yield from _section("Travel", *((f"travel.components[{place}].{path}", *rest) for path, *rest in parts))
    yield from (*_TRAVEL, *_NOTHING_DONE, *_MONEY)
    for code in card.get("items") or {}:
        at = f"items.{code}"
        yield from _section(
            "Items",
            (f"{at}.standard", f"{code}, each", TYPED, money),
            (f"{at}.agreement", f"{code}, each under an agreement", TYPED, "empty: as without one", True),
            (f"{at}.taxable", f"{code}, taxed", FLAG),
        )


def agreement_figures(kind: str) -> Iterator[Figure]:
    """The figures of an agreement of a kind."""
    yield Figure("Agreement", "kind", "kind", Choice(KINDS), _KIND_HINTS.get(kind, ""))
    yield from (*_DAYS, *_PRICES, *_BENEFITS)
    if kind == "fixed_price":
        yield Figure("Fixed price", "covers_bands", "covers", LIST, _ANY_BAND)
        yield Figure("Fixed price", "covers_travel", "covers travel", FLAG)
    if kind == "retainer":
        minutes = "rate-minutes: ten minutes at 1.5 are fifteen"
        yield Figure("Retainer", "allowance_min", "allowance a month", TYPED, minutes)
    if kind in ("retainer", "block_hours", "block_money"):
        yield Figure("Prepaid", "draws_travel", "travel is drawn too", FLAG)
    if kind in ("retainer", "block_hours"):
        yield Figure("Prepaid", "overage_rate", "per hour beyond it", TYPED, "empty: the card's price", True)
    if kind == "block_money":
        on = Choice(("sale", "use"))
        yield Figure("Prepaid", "tax_on", "tax is paid on", on, "the sale of the block, or its use")


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


def _section(name: str, *rows: Sequence[Any]) -> tuple[Figure, ...]:
    """The figures of a section: path, label, and where they are not as usual kind, hint, and whether it may be left empty."""
    return tuple(Figure(name, *row) for row in rows)


def _component(component: Mapping[str, Any], money: str, unit: str) -> list[Sequence[Any]]:
    """The figures of a travel charge, with their paths in it."""
    kind = component.get("kind")
    included = ("included_min", "driving time, included minutes", TYPED, "per visit; these cost nothing")
    if kind == "callout":
        return [("amount", "call-out charge, per visit", TYPED, money)]
    if kind == "vehicle":
        return [("amount", "van charge, per vehicle", TYPED, money)]
    if kind == "distance":
        return [("rate", f"distance beyond the radius, per {unit}", TYPED, money)]
    if kind == "zone":
        hint = "name, up to (one way, - for no limit), amount: near 10 0, far - 40.00"
        return [("by", "zones, by", Choice(("distance", "time"))), ("zones", "zones", ZONES, hint)]
    if "pct_of_labour" in component:
        return [("pct_of_labour", "driving time, % of the labour price", TYPED, "50 is half rate"), included]
    return [("rate", "driving time, per hour", TYPED, money), included]


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
_ANY_BAND = "any of " + ", ".join(BANDS)
_DAYS = _section(
    "Agreement",
    ("starts", "first day", TEXT, "2026-11-24"),
    ("ends", "last day", TEXT, "empty: no end", True),
)
_PRICES = _section(
    "Prices",
    ("price_list", "price list", Choice(("agreement", "standard"))),
    ("labour_discount_pct", "discount on labour, %"),
    ("discount_travel", "discount on travel too", FLAG),
    ("minimum_minutes", "minimum of its own", BY_BAND, "minutes; empty: the card's", True),
)
_BENEFITS = _section(
    "Benefits",
    ("waive_bands", "premiums waived in", LIST, _ANY_BAND),
    ("waive_emergency", "no emergency premium", FLAG),
    ("waive_travel", "travel waived", Choice(("none", "in_radius", "all")), "in_radius: the card's included radius"),
)
_TIME = _section(
    "Time",
    ("time_basis", "time counts from", Choice(("on_site", "door_to_door")), "check-in to check-out, or door to door"),
    ("rounding.increment_min", "rounded to, minutes"),
    ("rounding.mode", "rounded", Choice(("up", "down", "nearest", "exact"))),
    ("rounding.grace_min", "forgiven beyond a unit, minutes", TYPED, "with rounding up only"),
    ("clip_early", "minutes before the appointment are free", FLAG),
    ("premium_grace_min", "overrun past closing without a premium, minutes"),
    ("testing.billable", "test time is charged", FLAG),
    ("testing.free_min", "test time given free, minutes"),
)
_HOURS = _section(
    "Opening hours",
    *((f"hours.{day}", day, SPANS, "08:00-12:00, 13:00-17:00, or closed") for day in WEEKDAYS),
    ("weekend_days", "weekend", LIST, "sat, sun"),
    ("holidays", "holidays", LIST, "2026-12-25, 2027-01-01"),
)
_PREMIUMS = _section(
    "Premiums",
    *((f"multipliers.{band}", f"{band.replace('_', ' ')}, times") for band in BANDS),
    ("emergency.multiplier", "emergency, at least times", TYPED, "empty: no premium", True),
    ("emergency.flat", "emergency fee, per visit"),
)
_MINIMUM = _section(
    "Minimum",
    (
        "minimum.minutes",
        "minimum time",
        BY_BAND,
        "minutes such as 240 for half a day, or by band: business 60, after_hours 120",
    ),
    ("minimum.per", "minimum per", Choice(("visit", "day")), "day: earlier visits to the site on the same date count"),
    ("minimum.technicians", "minimum for", Choice(("each", "first")), "each technician, or the first only"),
    ("minimum.emergency_minutes", "in an emergency at least, minutes"),
    ("minimum.amount", "minimum in money", TYPED, "empty: none", True),
    ("minimum.amount_after_discount", "money minimum stands after discounts", FLAG),
    ("minimum.includes_travel", "minimum includes travel", FLAG),
)
_TRAVEL = _section(
    "Travel",
    ("travel.basis", "travel counts", Choice(("depot_round_trip", "one_way", "legs", "trip_split"))),
    ("travel.time_source", "driving time is", Choice(("estimated", "actual"))),
    ("travel.time_per", "driving time per", Choice(("technician", "vehicle"))),
    ("travel.time_premium", "premiums on driving time", FLAG),
    ("travel.cap", "travel is never more than", TYPED, "empty: no cap", True),
)
_NOTHING_DONE = _section(
    "When nothing is done",
    ("no_access.mode", "nobody lets us in", Choice(("minimum_and_travel", "flat", "none"))),
    ("no_access.amount", "flat fee for that"),
    ("cancellation.notice_hours", "free with so many hours of notice"),
    ("cancellation.mode", "late cancellation", Choice(("percent_of_minimum", "flat", "none"))),
    ("cancellation.value", "percent, or flat fee, for that"),
    ("guarantee_days", "our own failures are free for, days"),
)
_MONEY = _section(
    "Tax and money",
    ("tax.name", "tax", TEXT, "", True),
    ("tax.rate_pct", "rate, %"),
    ("tax.services", "services are taxed", FLAG),
    ("tax.rounding", "rounded per", Choice(("document", "line"))),
    ("currency", "currency", TEXT),
    ("minor_units", "decimals of the currency"),
    ("timezone", "time zone", TEXT),
    ("distance_unit", "distances in", Choice(("mi", "km"))),
)
