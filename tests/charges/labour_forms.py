"""Inputs that are all about the price of labour, evenly spread: bands of one's own, prices by band, overtime, days, balances."""

from __future__ import annotations

import datetime
import random
from typing import Any
from zoneinfo import ZoneInfo

BANDS = ("business", "after_hours", "weekend", "holiday")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")
CLOCKS = ("00:00", "05:30", "09:15", "13:00", "17:00", "20:20", "23:59")
MONDAY = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)


def labour_input(chance: random.Random) -> dict[str, Any]:
    """A whole input by chance alone; the same chance makes the same one."""
    zone = chance.choice(["America/New_York", "Europe/London", "Australia/Lord_Howe"])
    crew = [_part(chance, name, ZoneInfo(zone)) for name in ("ann", "ben")[: chance.choice([1, 1, 2])]]
    worked = {f"2026-03-{day:02}": chance.randrange(500) for day in range(2, 10)}
    return {
        "card": _card(chance, zone),
        "client": {"tax_exempt": False, "tax_ref": None},
        "site": {"one_way_distance": "7.5", "one_way_minutes": 20},
        "agreement": _agreement(chance) if chance.random() < 0.6 else None,
        "visit": {
            "outcome": "completed",
            "cause": "normal",
            "scheduled_start": crew[0]["check_in"],
            "emergency": chance.random() < 0.2,
            "early_start_agreed": False,
            "assignments": crew,
            "trip": {"last_stop": True},
            "items": [],
            "goodwill": [],
            "prior_today": {"ann": {"worked_min": worked, "presence_rmin": "30"}} if chance.random() < 0.4 else {},
        },
    }


def _money(chance: random.Random, most: int) -> str:
    return f"{chance.randrange(most)}.{chance.choice(['00', '50', '35'])}"


def _listed(chance: random.Random, most: int) -> dict[str, Any]:
    return {"standard": _money(chance, most)} | ({"agreement": _money(chance, most)} if chance.random() < 0.4 else {})


def _own_band(chance: random.Random, name: str) -> dict[str, Any]:
    priced = {"price": _money(chance, 300)} | ({"agreement": _money(chance, 300)} if chance.random() < 0.5 else {})
    times = {"multiplier": chance.choice(["1.25", "2", "0.9", "65/44"])}
    return {
        "name": name,
        "days": sorted(chance.sample(DAYS, chance.randrange(1, 8))),
        "from": chance.choice(CLOCKS),
        "to": chance.choice((*CLOCKS, "24:00")),
        "like": chance.choice(BANDS),
        **chance.choice([priced, times, times, {}]),
    }


def _card(chance: random.Random, zone: str) -> dict[str, Any]:
    own = [_own_band(chance, name) for name in ("evening", "night", "sunday")[: chance.randrange(4)]]
    named = [*BANDS[1:], *(band["name"] for band in own)]
    classes = {}
    for name in ("tech", "senior"):
        prices: dict[str, Any] = _listed(chance, 200)
        prices["bands"] = {band: _listed(chance, 400) for band in named if chance.random() < 0.2}
        prices |= {kind: _listed(chance, 900) for kind in ("half_day", "day") if chance.random() < 0.5}
        classes[name] = prices
    half = chance.choice([60, 180, 240])
    return {
        "currency": "EUR",
        "minor_units": chance.choice([0, 2]),
        "timezone": zone,
        "holidays": ["2026-03-05"],
        "tax": {"name": "VAT", "rate_pct": "19"},
        "hours": {"sat": [["09:00", "12:00"]]},
        "multipliers": chance.choice([{}, {"business": "1.1"}]),
        "bands": own,
        "classes": classes,
        "extra_technician_pct": chance.choice(["100", "75"]),
        "overtime": {"after_min": chance.choice([None, 0, 240, 480]), "multiplier": chance.choice(["1.5", "1.05"])},
        "day_price": {"mode": chance.choice(["ceiling", "step"]), "half_min": half, "day_min": half * 2},
        "rounding": {
            "increment_min": chance.choice([1, 15, 30]),
            "mode": chance.choice(["up", "nearest", "down", "exact"]),
        },
        "minimum": {
            "per": chance.choice(["visit", "day"]),
            "minutes": chance.choice([0, 60, 240]),
            "technicians": chance.choice(["each", "first"]),
        },
        "travel": {
            "components": chance.choice([[], [{"kind": "time", "pct_of_labour": "50"}]]),
            "time_premium": chance.random() < 0.7,
        },
    }


def _agreement(chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(["tm", "fixed_price", "retainer", "block_hours", "block_money"])
    block: dict[str, Any] = {"id": "b", "expires_on": None, "purchased_on": None}
    block |= {"remaining_amount": "400"} if kind == "block_money" else {"remaining_min": chance.randrange(600)}
    return {
        "kind": kind,
        "starts": "2026-01-01",
        "price_list": chance.choice(["agreement", "standard"]),
        "labour_discount_pct": chance.choice(["0", "12.5"]),
        "waive_bands": [band for band in BANDS if chance.random() < 0.25],
        "covers_bands": [band for band in BANDS if chance.random() < 0.4],
        "allowance_min": chance.randrange(600),
        "blocks": [block],
        "draws_travel": chance.random() < 0.5,
        "overage_rate": chance.choice([None, "70"]),
    }


def _part(chance: random.Random, name: str, zone: ZoneInfo) -> dict[str, Any]:
    came = MONDAY + datetime.timedelta(minutes=chance.randrange(6 * 1440))
    spans: list[tuple[datetime.datetime, datetime.datetime]] = []
    for _ in range(chance.choice([1, 1, 2, 3])):
        left = came + datetime.timedelta(minutes=chance.choice([chance.randrange(120), chance.randrange(900)]))
        spans.append((came, left))
        came = left + datetime.timedelta(minutes=chance.randrange(30, 1500))

    def at(moment: datetime.datetime) -> str:
        return moment.astimezone(zone).isoformat()

    first, *later = [
        {"depart": None, "check_in": at(begin), "check_out": at(end), "return": None} for begin, end in spans
    ]
    begin, end = spans[0]
    marks = []
    if chance.random() < 0.4 and end - begin > datetime.timedelta(minutes=30):
        until = begin + datetime.timedelta(minutes=30)
        kind = chance.choice(["break", "own_fault", "excluded", "test"])
        marks.append({"kind": kind, "start": at(begin), "end": at(until)})
    return {
        "technician": name,
        "class": chance.choice(["tech", "senior"]),
        "billable": True,
        "vehicle": None,
        **first,
        "marks": marks,
        "later_days": later,
    }
