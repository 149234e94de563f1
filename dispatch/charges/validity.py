"""What is refused when a rate card or an agreement is saved: every fault at once, each with its path (charges.md B14, B16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dispatch.charges.reading import (
    BANDS,
    DEFAULT_AGREEMENT,
    DEFAULT_CARD,
    WEEKDAYS,
    ChargeInputError,
    clock,
    date,
    merged,
    number,
    read_card,
)

_ENVELOPE = {"name", "valid_from", "depot", "currency", "timezone"}
_CHOICES = {
    "time_basis": ("on_site", "door_to_door"),
    "tax.rounding": ("document", "line"),
    "rounding.mode": ("exact", "up", "down", "nearest"),
    "minimum.per": ("visit", "day"),
    "minimum.technicians": ("each", "first"),
    "travel.basis": ("depot_round_trip", "one_way", "legs", "trip_split"),
    "travel.time_source": ("estimated", "actual"),
    "travel.time_per": ("technician", "vehicle"),
    "no_access.mode": ("minimum_and_travel", "flat", "none"),
    "cancellation.mode": ("percent_of_minimum", "flat", "none"),
    "distance_unit": ("mi", "km"),
}
_COMPONENTS = {
    "callout": {"amount"},
    "vehicle": {"amount"},
    "distance": {"rate"},
    "time": {"rate", "pct_of_labour", "included_min", "rounding"},
    "zone": {"by", "zones"},
}
_ROUNDING = {"increment_min", "mode", "grace_min"}


def validate_card(card: Mapping[str, Any]) -> list[str]:
    """Every fault of a rate card, each with its path and what was expected; empty: it can be saved."""
    return list(_card_faults(card))


def validate_agreement(agreement: Mapping[str, Any]) -> list[str]:
    """Every fault of an agreement, each with its path and what was expected; empty: it can be saved."""
    return list(_agreement_faults(agreement))


def presets() -> dict[str, dict[str, Any]]:
    """The shipped presets of B14, without prices: the lead enters those."""
    us = {"kind": "distance", "rate": "0.725"}
    uk = {"kind": "distance", "rate": "0.45"}
    zones = [{"name": f"up to {limit} min", "upto": str(limit), "amount": None} for limit in (20, 40, 60)]
    return {
        "US": {"distance_unit": "mi", "travel": {"included_radius": "15", "components": [us]}},
        "UK": {"distance_unit": "mi", "travel": {"included_radius": "10", "components": [uk]}},
        "city": {"travel": {"components": [{"kind": "callout", "amount": None}]}},
        "region": {"travel": {"components": [{"kind": "zone", "by": "time", "zones": zones}]}},
        "half day": {"minimum": {"minutes": 240}},
    }


def _card_faults(card: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(card, {*DEFAULT_CARD, *_ENVELOPE}, "card")
    for name in ("currency", "timezone"):
        if not card.get(name):
            yield f"{name}: is missing"
    for group in (
        "tax",
        "hours",
        "multipliers",
        "rounding",
        "minimum",
        "testing",
        "emergency",
        "travel",
        "no_access",
        "cancellation",
    ):
        given = card.get(group)
        if given is None:
            continue
        if not isinstance(given, Mapping):
            yield f"{group}: an object is expected"
        else:
            yield from _unknown(given, set(DEFAULT_CARD[group]), group)
    if any(
        not isinstance(card.get(group, {}), Mapping)
        for group in DEFAULT_CARD
        if isinstance(DEFAULT_CARD[group], Mapping)
    ):
        return
    full = merged(DEFAULT_CARD, card)
    for path, choices in _CHOICES.items():
        value: Any = full
        for key in path.split("."):
            value = value[key]
        if value not in choices:
            yield f"{path}: {value!r} is not one of {', '.join(choices)}"
    yield from _hours_faults(full)
    yield from _dates(full.get("holidays"), "holidays")
    for day in full["weekend_days"]:
        if day not in WEEKDAYS:
            yield f"weekend_days: {day!r} is not one of {', '.join(WEEKDAYS)}"
    yield from _amounts(
        {
            "tax.rate_pct": full["tax"]["rate_pct"],
            "extra_technician_pct": full["extra_technician_pct"],
            "premium_grace_min": full["premium_grace_min"],
            "guarantee_days": full["guarantee_days"],
            "rounding.increment_min": full["rounding"]["increment_min"],
            "rounding.grace_min": full["rounding"]["grace_min"],
            "minimum.emergency_minutes": full["minimum"]["emergency_minutes"],
            "testing.free_min": full["testing"]["free_min"],
            "emergency.flat": full["emergency"]["flat"],
            "travel.included_radius": full["travel"]["included_radius"],
            "no_access.amount": full["no_access"]["amount"],
            "cancellation.notice_hours": full["cancellation"]["notice_hours"],
            "cancellation.value": full["cancellation"]["value"],
            **{f"multipliers.{band}": full["multipliers"].get(band) for band in BANDS},
        }
    )
    yield from _amounts(
        {
            path: value
            for path, value in (
                ("minimum.amount", full["minimum"]["amount"]),
                ("emergency.multiplier", full["emergency"]["multiplier"]),
                ("travel.cap", full["travel"]["cap"]),
            )
            if value is not None
        }
    )
    yield from _minutes_faults(full["minimum"]["minutes"], "minimum.minutes")
    if (
        _fault(lambda: number(full["rounding"]["increment_min"], "")) is None
        and number(full["rounding"]["increment_min"], "") < 1
    ):
        yield "rounding.increment_min: at least 1 minute is expected"
    yield from _classes_faults(full["classes"])
    yield from _components_faults(full["travel"]["components"])
    yield from _items_faults(full["items"])
    if card.get("timezone") and (fault := _fault(lambda: read_card({**DEFAULT_CARD, "timezone": card["timezone"]}))):
        yield fault.removeprefix("card.")


def _agreement_faults(agreement: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(agreement, set(DEFAULT_AGREEMENT), "agreement")
    full = merged(DEFAULT_AGREEMENT, agreement)
    for name, choices in (
        ("kind", ("tm", "fixed_price", "retainer", "block_hours", "block_money")),
        ("price_list", ("agreement", "standard")),
        ("waive_travel", ("none", "in_radius", "all")),
        ("tax_on", ("sale", "use")),
    ):
        if full[name] not in choices:
            yield f"{name}: {full[name]!r} is not one of {', '.join(choices)}"
    for name in ("waive_bands", "covers_bands"):
        for band in full[name] or ():
            if band not in BANDS:
                yield f"{name}: {band!r} is not one of {', '.join(BANDS)}"
    for name in ("starts", "ends"):
        fault = _fault(lambda name=name: date(full[name], name))  # type: ignore[misc]
        if fault:
            yield fault
    yield from _amounts(
        {name: full[name] for name in ("labour_discount_pct", "allowance_min")}
        | {name: full[name] for name in ("overage_rate",) if full[name] is not None}
    )
    if (
        _fault(lambda: number(full["labour_discount_pct"], "")) is None
        and number(full["labour_discount_pct"], "") > 100
    ):
        yield f"labour_discount_pct: {full['labour_discount_pct']!r} is more than 100"
    if full["minimum_minutes"] is not None:
        yield from _minutes_faults(full["minimum_minutes"], "minimum_minutes")
    if not _fault(lambda: (date(full["starts"], ""), date(full["ends"], ""))):
        starts, ends = date(full["starts"], ""), date(full["ends"], "")
        if starts is not None and ends is not None and ends < starts:
            yield f"ends: {ends} is before starts {starts}"
    yield from _blocks_faults(full["blocks"])


def _blocks_faults(blocks: Any) -> Iterator[str]:
    seen = set()
    for index, block in enumerate(blocks):
        path = f"blocks[{index}]"
        yield from _unknown(block, {"id", "remaining_min", "remaining_amount", "expires_on", "purchased_on"}, path)
        if not block.get("id") or block["id"] in seen:
            yield f"{path}.id: is missing or stands twice"
        seen.add(block.get("id"))
        yield from _amounts(
            {f"{path}.{name}": block[name] for name in ("remaining_min", "remaining_amount") if name in block}
        )
        for name in ("expires_on", "purchased_on"):
            fault = _fault(lambda name=name: date(block.get(name), f"{path}.{name}"))  # type: ignore[misc]
            if fault:
                yield fault


def _hours_faults(full: Mapping[str, Any]) -> Iterator[str]:
    for day in WEEKDAYS:
        last = 0
        for span in full["hours"][day]:
            if not isinstance(span, (list, tuple)) or len(span) != 2:
                yield f"hours.{day}: pairs of opening and closing are expected, for example 08:00 and 17:00"
                continue
            faults = [fault for one in span if (fault := _fault(lambda one=one: clock(one, f"hours.{day}")))]  # type: ignore[misc]
            yield from faults
            if not faults:
                opens, closes = clock(span[0], ""), clock(span[1], "")
                if closes <= opens or opens < last:
                    yield f"hours.{day}: {span[0]}–{span[1]} ends before it starts, or overlaps the one before"
                last = closes


def _classes_faults(classes: Any) -> Iterator[str]:
    if not classes:
        yield "classes: at least one labour class with its prices is expected"
        return
    for name, prices in classes.items():
        path = f"classes.{name}"
        if not isinstance(prices, Mapping):
            yield f"{path}: an object with standard and agreement prices is expected"
            continue
        yield from _unknown(prices, {"standard", "agreement", "rounding", "minimum_minutes"}, path)
        if prices.get("standard") is None:
            yield f"{path}.standard: the price is missing"
        yield from _amounts(
            {f"{path}.{key}": prices[key] for key in ("standard", "agreement") if prices.get(key) is not None}
        )
        if prices.get("minimum_minutes") is not None:
            yield from _minutes_faults(prices["minimum_minutes"], f"{path}.minimum_minutes")
        if prices.get("rounding") is not None:
            yield from _unknown(prices["rounding"], _ROUNDING, f"{path}.rounding")


def _components_faults(components: Any) -> Iterator[str]:
    for index, component in enumerate(components):
        path = f"travel.components[{index}]"
        kind = component.get("kind") if isinstance(component, Mapping) else None
        if kind not in _COMPONENTS:
            yield f"{path}.kind: {kind!r} is not one of {', '.join(_COMPONENTS)}"
            continue
        yield from _unknown(component, {"kind", *_COMPONENTS[kind]}, path)
        if kind == "zone":
            if component.get("by", "distance") not in ("distance", "time"):
                yield f"{path}.by: {component.get('by')!r} is not one of distance, time"
            for number_, zone in enumerate(component.get("zones") or ()):
                yield from _unknown(zone, {"name", "upto", "amount"}, f"{path}.zones[{number_}]")
                yield from _amounts({f"{path}.zones[{number_}].amount": zone.get("amount")})
                if zone.get("upto") is not None:
                    yield from _amounts({f"{path}.zones[{number_}].upto": zone["upto"]})
            if not component.get("zones"):
                yield f"{path}.zones: at least one zone is expected"
        elif kind == "time":
            if ("rate" in component) == ("pct_of_labour" in component):
                yield f"{path}: either rate or pct_of_labour is expected"
            yield from _amounts(
                {
                    f"{path}.{key}": component[key]
                    for key in ("rate", "pct_of_labour", "included_min")
                    if key in component
                }
            )
        else:
            key = "rate" if kind == "distance" else "amount"
            yield from _amounts({f"{path}.{key}": component.get(key)})


def _items_faults(items: Mapping[str, Any]) -> Iterator[str]:
    for code, item in items.items():
        path = f"items.{code}"
        yield from _unknown(item, {"standard", "agreement", "taxable"}, path)
        if item.get("standard") is None:
            yield f"{path}.standard: the price is missing"
        yield from _amounts(
            {f"{path}.{key}": item[key] for key in ("standard", "agreement") if item.get(key) is not None}
        )


def _minutes_faults(minutes: Any, path: str) -> Iterator[str]:
    if not isinstance(minutes, Mapping):
        yield from _amounts({path: minutes})
        return
    yield from _unknown(minutes, set(BANDS), path)
    yield from _amounts({f"{path}.{band}": value for band, value in minutes.items() if band in BANDS})


def _amounts(values: Mapping[str, Any]) -> Iterator[str]:
    for path, value in values.items():
        if value is None:
            yield f"{path}: is missing"
        elif fault := _fault(lambda path=path, value=value: number(value, path)):  # type: ignore[misc]
            yield fault
        elif number(value, path) < 0:
            yield f"{path}: {value!r} is negative"


def _dates(values: Any, path: str) -> Iterator[str]:
    for value in values or ():
        if fault := _fault(lambda value=value: date(value, path)):  # type: ignore[misc]
            yield fault


def _unknown(given: Mapping[str, Any], known: set[str], path: str) -> Iterator[str]:
    for key in given:
        if key not in known:
            yield f"{path}.{key}: is not known here"


def _fault(read: Callable[[], object]) -> str | None:
    try:
        read()
    except ChargeInputError as fault:
        return str(fault)
    return None
