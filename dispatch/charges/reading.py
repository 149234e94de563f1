"""The input of a charge, read from the JSON form of design/charges.md B14 into exact values, with every default in place."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.model.agreements import OPENING_HOURS, WEEKDAYS

BANDS = ("business", "after_hours", "weekend", "holiday")

DEFAULT_CARD: Mapping[str, Any] = {
    "minor_units": 2,
    "distance_unit": "mi",
    "tax": {"name": "Tax", "rate_pct": 0, "rounding": "document", "services": True},
    "hours": OPENING_HOURS,
    "weekend_days": ["sat", "sun"],
    "holidays": [],
    "multipliers": {"business": 1, "after_hours": "1.5", "weekend": 2, "holiday": 2},
    "premium_grace_min": 15,
    "classes": {},
    "extra_technician_pct": 100,
    "time_basis": "on_site",
    "clip_early": True,
    "rounding": {"increment_min": 15, "mode": "up", "grace_min": 0},
    "minimum": {
        "per": "visit",
        "minutes": {"business": 60, "after_hours": 120, "weekend": 120, "holiday": 120},
        "emergency_minutes": 0,
        "amount": None,
        "includes_travel": False,
        "amount_after_discount": True,
        "technicians": "each",
    },
    "testing": {"billable": True, "free_min": 0},
    "emergency": {"multiplier": "1.5", "flat": 0},
    "travel": {
        "basis": "depot_round_trip",
        "included_radius": 0,
        "components": [],
        "cap": None,
        "time_source": "estimated",
        "time_per": "technician",
        "time_premium": False,
    },
    "guarantee_days": 30,
    "no_access": {"mode": "minimum_and_travel", "amount": 0},
    "cancellation": {"notice_hours": 24, "mode": "percent_of_minimum", "value": 50},
    "items": {},
}
DEFAULT_AGREEMENT: Mapping[str, Any] = {
    "kind": "tm",
    "starts": None,
    "ends": None,
    "price_list": "agreement",
    "labour_discount_pct": 0,
    "discount_travel": False,
    "waive_bands": [],
    "waive_emergency": False,
    "waive_travel": "none",
    "minimum_minutes": None,
    "covers_bands": ["business"],
    "covers_travel": True,
    "allowance_min": 0,
    "blocks": [],
    "draws_travel": False,
    "overage_rate": None,
    "tax_on": "sale",
}


class ChargeInputError(ValueError):
    """The input is not of the form of design/charges.md B14; the message names the path."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """How minutes are rounded (B4.1)."""

    increment: int
    mode: str
    grace: int

    @property
    def told(self) -> str:
        """The rule in words."""
        if self.mode == "exact":
            return "exact"
        grace = f", {self.grace} min over forgiven" if self.mode == "up" and self.grace else ""
        return f"{self.mode} to {self.increment} min{grace}"


@dataclass(frozen=True, slots=True)
class Card:
    """A rate card with its defaults. `raw` is the merged form."""

    raw: Mapping[str, Any]
    exponent: int
    zone: ZoneInfo
    unit: str
    multipliers: Mapping[str, Fraction]
    holidays: frozenset[datetime.date]
    hours: Sequence[Sequence[tuple[int, int]]]
    weekend: frozenset[int]
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class Mark:
    """A span inside a stay, in whole minutes since the epoch, half-open."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """One technician's part in the visit. Moments in whole minutes since the epoch, None where not recorded."""

    name: str
    labour_class: str
    billable: bool
    vehicle: str | None
    depart: int | None
    check_in: int | None
    check_out: int | None
    back: int | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """The visit: its parts, its outcome and what was agreed about it. `raw` holds the rest of the form."""

    raw: Mapping[str, Any]
    outcome: str
    parts: tuple[Part, ...]
    scheduled: int | None
    cancelled_at: int | None
    departed: bool

    @property
    def wasted(self) -> bool:
        """Whether somebody set out for nothing (B8.4)."""
        return self.outcome == "no_access" or (self.outcome == "cancelled" and self.departed)


def merged(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` over `defaults`: objects key by key, everything else replaced (B16, Defaults)."""
    result = dict(defaults)
    for key, value in given.items():
        before = result.get(key)
        result[key] = merged(before, value) if isinstance(before, Mapping) and isinstance(value, Mapping) else value
    return result


def number(value: Any, path: str) -> Fraction:
    """An exact number: a decimal string, or a whole number."""
    if isinstance(value, bool) or value is None:
        raise ChargeInputError(f"{path}: a number is expected, not {value!r}")
    if isinstance(value, float) and not value.is_integer():
        raise ChargeInputError(f"{path}: write {value!r} as a decimal string")
    try:
        return Fraction(str(value).strip()) if not isinstance(value, float) else Fraction(int(value))
    except (ValueError, ZeroDivisionError):
        raise ChargeInputError(f"{path}: {value!r} is not a decimal number") from None


def optional(value: Any, path: str) -> Fraction | None:
    """An exact number, or None where it is unknown."""
    return None if value is None else number(value, path)


def whole(value: Any, path: str) -> int:
    """A whole number."""
    found = number(value, path)
    if found.denominator != 1:
        raise ChargeInputError(f"{path}: {value!r} is not a whole number")
    return int(found)


def moment(value: Any, path: str) -> int | None:
    """A timestamp with offset, cut down to the whole minute (B3.1)."""
    if value is None:
        return None
    try:
        found = datetime.datetime.fromisoformat(str(value))
    except ValueError:
        raise ChargeInputError(f"{path}: {value!r} is not an ISO 8601 timestamp") from None
    if found.utcoffset() is None:
        raise ChargeInputError(f"{path}: {value!r} has no offset")
    return int(found.timestamp() // 60)


def date(value: Any, path: str) -> datetime.date | None:
    """A date `YYYY-MM-DD`, or None."""
    if value is None:
        return None
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise ChargeInputError(f"{path}: {value!r} is not a date YYYY-MM-DD") from None


def clock(value: Any, path: str) -> int:
    """Minutes since midnight of `HH:MM`; 24:00 is allowed."""
    hours, _, minutes = str(value).partition(":")
    if not (hours.isdigit() and minutes.isdigit() and len(minutes) == 2):
        raise ChargeInputError(f"{path}: {value!r} is not a time HH:MM")
    found = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or found > 1440:
        raise ChargeInputError(f"{path}: {value!r} is not a time of the day")
    return found


def read_card(given: Mapping[str, Any]) -> Card:
    """A rate card from its form."""
    raw = merged(DEFAULT_CARD, given)
    try:
        zone = ZoneInfo(str(raw["timezone"]))
    except (KeyError, ValueError, OSError):
        raise ChargeInputError(f"card.timezone: {raw.get('timezone')!r} is not a zone") from None
    return Card(
        raw=raw,
        exponent=whole(raw["minor_units"], "card.minor_units"),
        zone=zone,
        unit=str(raw["distance_unit"]),
        multipliers={band: number(raw["multipliers"][band], f"card.multipliers.{band}") for band in BANDS},
        holidays=frozenset(found for day in raw["holidays"] if (found := date(day, "card.holidays")) is not None),
        hours=[
            [(clock(start, f"card.hours.{day}"), clock(end, f"card.hours.{day}")) for start, end in raw["hours"][day]]
            for day in WEEKDAYS
        ],
        weekend=frozenset(WEEKDAYS.index(day) for day in raw["weekend_days"]),
        rounding=read_rounding(raw["rounding"], "card.rounding"),
    )


def read_rounding(raw: Mapping[str, Any], path: str) -> Rounding:
    """A rounding rule."""
    return Rounding(
        whole(raw.get("increment_min", 15), f"{path}.increment_min"),
        str(raw.get("mode", "up")),
        whole(raw.get("grace_min", 0), f"{path}.grace_min"),
    )


def read_job(raw: Mapping[str, Any]) -> Job:
    """A visit from its form."""
    parts = []
    for index, one in enumerate(raw.get("assignments") or ()):
        path = f"visit.assignments[{index}]"
        parts.append(
            Part(
                name=str(one["technician"]),
                labour_class=str(one["class"]),
                billable=bool(one.get("billable", True)),
                vehicle=one.get("vehicle"),
                depart=moment(one.get("depart"), f"{path}.depart"),
                check_in=moment(one.get("check_in"), f"{path}.check_in"),
                check_out=moment(one.get("check_out"), f"{path}.check_out"),
                back=moment(one.get("return"), f"{path}.return"),
                marks=tuple(_mark(mark, f"{path}.marks") for mark in one.get("marks") or ()),
            )
        )
    return Job(
        raw=raw,
        outcome=str(raw.get("outcome") or "completed"),
        parts=tuple(parts),
        scheduled=moment(raw.get("scheduled_start"), "visit.scheduled_start"),
        cancelled_at=moment(raw.get("cancelled_at"), "visit.cancelled_at"),
        departed=bool(raw.get("departed", False)),
    )


def _mark(raw: Mapping[str, Any], path: str) -> Mark:
    start, end = moment(raw["start"], f"{path}.start"), moment(raw["end"], f"{path}.end")
    if start is None or end is None:
        raise ChargeInputError(f"{path}: a mark has a start and an end")
    return Mark(str(raw["kind"]), start, end)
