"""What is refused when a rate card or an agreement is saved: every fault at once, with its path (design/charges.md B14, B16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.charges.reading import BANDS, ChargeInputError, clock, date, number
from dispatch.model.agreements import WEEKDAYS

Faults = Iterator[str]
Check = Callable[[Any, str], Faults]
"""Names what is wrong with a value at a path; nothing for a good one."""


def validate_card(card: Mapping[str, Any]) -> list[str]:
    """Every fault of a rate card, each with its path and what was expected; empty: it can be saved."""
    return list(_object(_CARD, needed=("currency", "timezone", "classes"))(card, ""))


def validate_agreement(agreement: Mapping[str, Any]) -> list[str]:
    """Every fault of an agreement, each with its path and what was expected; empty: it can be saved."""
    faults = list(_object(_AGREEMENT)(agreement, ""))
    if not faults:
        starts, ends = date(agreement.get("starts"), "starts"), date(agreement.get("ends"), "ends")
        if starts is not None and ends is not None and ends < starts:
            faults.append(f"ends: {ends} is before starts {starts}")
    return faults


def presets() -> dict[str, dict[str, Any]]:
    """The shipped presets of B14, without prices: the lead enters those."""
    zones = [{"name": f"up to {limit} min", "upto": str(limit), "amount": None} for limit in (20, 40, 60)]
    return {
        "US": {
            "distance_unit": "mi",
            "travel": {"included_radius": "15", "components": [{"kind": "distance", "rate": "0.725"}]},
        },
        "UK": {
            "distance_unit": "mi",
            "travel": {"included_radius": "10", "components": [{"kind": "distance", "rate": "0.45"}]},
        },
        "city": {"travel": {"components": [{"kind": "callout", "amount": None}]}},
        "region": {"travel": {"components": [{"kind": "zone", "by": "time", "zones": zones}]}},
        "half day": {"minimum": {"minutes": 240}},
    }


def _object(keys: Mapping[str, Check], needed: tuple[str, ...] = ()) -> Check:
    """An object with known keys; any other key is refused, and named."""

    def check(value: Any, path: str) -> Faults:
        if not isinstance(value, Mapping):
            yield _expected(path, value, "an object")
            return
        for name in needed:
            if value.get(name) is None:
                yield f"{_at(path, name)}: is missing"
        for name, part in value.items():
            if name not in keys:
                yield f"{_at(path, str(name))}: is not known here"
            elif part is not None or name not in needed:
                yield from keys[name](part, _at(path, name))

    return check


def _table(of: Check, *, filled: bool = False) -> Check:
    """An object with names of one's own, each with the same kind of value."""

    def check(value: Any, path: str) -> Faults:
        if not isinstance(value, Mapping):
            yield _expected(path, value, "an object")
        elif filled and not value:
            yield f"{path}: at least one is expected"
        else:
            for name, part in value.items():
                yield from of(part, _at(path, str(name)))

    return check


def _list(of: Check, *, filled: bool = False) -> Check:
    def check(value: Any, path: str) -> Faults:
        if not isinstance(value, (list, tuple)):
            yield _expected(path, value, "a list")
        elif filled and not value:
            yield f"{path}: at least one is expected"
        else:
            for place, part in enumerate(value):
                yield from of(part, f"{path}[{place}]")

    return check


def _one_of(*choices: str) -> Check:
    def check(value: Any, path: str) -> Faults:
        if not isinstance(value, str) or value not in choices:
            yield f"{path}: {value!r} is not one of {', '.join(choices)}"

    return check


def _optional(of: Check) -> Check:
    return lambda value, path: iter(()) if value is None else of(value, path)


def _amount(value: Any, path: str, *, least: int = 0, most: int | None = None) -> Faults:
    """A number, given exactly, that is not negative."""
    try:
        found = number(value, path)
    except ChargeInputError as fault:
        yield str(fault)
        return
    if found < 0:
        yield f"{path}: {value!r} is negative"
    elif found < least:
        yield f"{path}: {value!r} is less than {least}"
    elif most is not None and found > most:
        yield f"{path}: {value!r} is more than {most}"


def _flag(value: Any, path: str) -> Faults:
    if not isinstance(value, bool):
        yield _expected(path, value, "true or false")


def _text(value: Any, path: str) -> Faults:
    if not isinstance(value, str) or not value.strip():
        yield _expected(path, value, "a text")


def _date(value: Any, path: str) -> Faults:
    try:
        date(value if isinstance(value, str) else str(value), path)
    except ChargeInputError as fault:
        yield str(fault)


def _zone(value: Any, path: str) -> Faults:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError, TypeError):
        yield f"{path}: {value!r} is not a zone such as America/New_York"


def _anything(value: Any, path: str) -> Faults:
    return iter(())


def _openings(value: Any, path: str) -> Faults:
    """The opening hours of a weekday: pairs in order that do not overlap."""
    if not isinstance(value, (list, tuple)):
        yield _expected(path, value, "a list of openings and closings")
        return
    last = 0
    for span in value:
        try:
            opens, closes = (clock(one, path) for one in span)
        except ChargeInputError as fault:
            yield str(fault)
        except (TypeError, ValueError):
            yield _expected(path, span, "an opening and a closing such as 08:00 and 17:00")
        else:
            if closes <= opens or opens < last:
                yield f"{path}: {span[0]}–{span[1]} ends before it starts, or overlaps the one before"
            last = closes


def _minutes(value: Any, path: str) -> Faults:
    """One number of minutes, or a table by band."""
    if isinstance(value, Mapping):
        return _object(dict.fromkeys(BANDS, _amount))(value, path)
    return _amount(value, path)


def _component(value: Any, path: str) -> Faults:
    """A travel component, by its kind."""
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if not isinstance(kind, str) or kind not in _COMPONENTS:
        yield f"{_at(path, 'kind')}: {kind!r} is not one of {', '.join(_COMPONENTS)}"
        return
    keys, needed = _COMPONENTS[kind]
    yield from _object({"kind": _anything, **keys}, needed)(value, path)
    if kind == "time" and ("rate" in value) == ("pct_of_labour" in value):
        yield f"{path}: either rate or pct_of_labour is expected"


def _blocks(value: Any, path: str) -> Faults:
    """Prepaid blocks, each with an id of its own."""
    faults = list(_list(_object(_BLOCK, needed=("id",)))(value, path))
    yield from faults
    if not faults:
        ids = [str(block["id"]) for block in value]
        yield from (f"{path}: {twice!r} stands twice" for twice in sorted({one for one in ids if ids.count(one) > 1}))


def _expected(path: str, value: Any, what: str) -> str:
    return f"{path}: {what} is expected, not {value!r}"


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


_ROUNDING = _object(
    {
        "increment_min": partial(_amount, least=1),
        "mode": _one_of("exact", "up", "down", "nearest"),
        "grace_min": _amount,
    }
)
_PRICES: Mapping[str, Check] = {"standard": _amount, "agreement": _optional(_amount)}
_BLOCK: Mapping[str, Check] = {
    "id": _text,
    "remaining_min": _amount,
    "remaining_amount": _amount,
    "expires_on": _optional(_date),
    "purchased_on": _optional(_date),
}
_ZONE = _object({"name": _text, "upto": _optional(_amount), "amount": _amount}, needed=("name", "amount"))
_COMPONENTS: Mapping[str, tuple[Mapping[str, Check], tuple[str, ...]]] = {
    "callout": ({"amount": _amount}, ("amount",)),
    "vehicle": ({"amount": _amount}, ("amount",)),
    "distance": ({"rate": _amount}, ("rate",)),
    "time": (
        {"rate": _amount, "pct_of_labour": _amount, "included_min": _amount, "rounding": _optional(_ROUNDING)},
        (),
    ),
    "zone": ({"by": _one_of("distance", "time"), "zones": _list(_ZONE, filled=True)}, ("zones",)),
}
_CARD: Mapping[str, Check] = {
    "name": _anything,
    "valid_from": _anything,
    "depot": _anything,
    "currency": _text,
    "minor_units": partial(_amount, most=4),
    "timezone": _zone,
    "distance_unit": _one_of("mi", "km"),
    "tax": _object({"name": _text, "rate_pct": _amount, "rounding": _one_of("document", "line"), "services": _flag}),
    "hours": _object(dict.fromkeys(WEEKDAYS, _openings)),
    "weekend_days": _list(_one_of(*WEEKDAYS)),
    "holidays": _list(_date),
    "multipliers": _object(dict.fromkeys(BANDS, _amount)),
    "premium_grace_min": _amount,
    "classes": _table(
        _object({**_PRICES, "rounding": _optional(_ROUNDING), "minimum_minutes": _optional(_minutes)}, ("standard",)),
        filled=True,
    ),
    "extra_technician_pct": _amount,
    "time_basis": _one_of("on_site", "door_to_door"),
    "clip_early": _flag,
    "rounding": _ROUNDING,
    "minimum": _object(
        {
            "per": _one_of("visit", "day"),
            "minutes": _minutes,
            "emergency_minutes": _amount,
            "amount": _optional(_amount),
            "includes_travel": _flag,
            "amount_after_discount": _flag,
            "technicians": _one_of("each", "first"),
        }
    ),
    "testing": _object({"billable": _flag, "free_min": _amount}),
    "emergency": _object({"multiplier": _optional(_amount), "flat": _amount}),
    "travel": _object(
        {
            "basis": _one_of("depot_round_trip", "one_way", "legs", "trip_split"),
            "included_radius": _amount,
            "components": _list(_component),
            "cap": _optional(_amount),
            "time_source": _one_of("estimated", "actual"),
            "time_per": _one_of("technician", "vehicle"),
            "time_premium": _flag,
        }
    ),
    "guarantee_days": _amount,
    "no_access": _object({"mode": _one_of("minimum_and_travel", "flat", "none"), "amount": _optional(_amount)}),
    "cancellation": _object(
        {"notice_hours": _amount, "mode": _one_of("percent_of_minimum", "flat", "none"), "value": _amount}
    ),
    "items": _table(_object({**_PRICES, "taxable": _flag}, ("standard",))),
}
_AGREEMENT: Mapping[str, Check] = {
    "kind": _one_of("tm", "fixed_price", "retainer", "block_hours", "block_money"),
    "starts": _optional(_date),
    "ends": _optional(_date),
    "price_list": _one_of("agreement", "standard"),
    "labour_discount_pct": partial(_amount, most=100),
    "discount_travel": _flag,
    "waive_bands": _list(_one_of(*BANDS)),
    "waive_emergency": _flag,
    "waive_travel": _one_of("none", "in_radius", "all"),
    "minimum_minutes": _optional(_minutes),
    "covers_bands": _list(_one_of(*BANDS)),
    "covers_travel": _flag,
    "allowance_min": _amount,
    "blocks": _blocks,
    "draws_travel": _flag,
    "overage_rate": _optional(_amount),
    "tax_on": _one_of("sale", "use"),
}
