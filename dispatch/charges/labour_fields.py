"""How the prices of labour are typed on a rate card: classes, bands of one's own, half days and days (design/charges.md B2.6,
B3.7, B4.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dispatch.charges.explain import band_named, band_words
from dispatch.fields.kinds import Parsed

Rows = Sequence[Sequence[str]]
"""Figures: path, label, and a hint where there is one."""


_LISTED = re.compile(r"([^\s()]+)(?:\s+\(([^\s()]+)\))?")
_IN_BAND = re.compile(r"(\S.*?)\s+([^\s()]+(?:\s+\([^\s()]+\))?)")


def _listed_of(text: str) -> dict[str, Any]:
    match = _LISTED.fullmatch(text.strip())
    if match is None:
        raise ValueError("a price such as 300, or 300 (280) with that under an agreement, is expected")
    standard, agreement = match.groups()
    return {"standard": standard} | ({} if agreement is None else {"agreement": agreement})


def _listed_text(price: Mapping[str, Any]) -> str:
    agreement = price.get("agreement")
    return f"{price.get('standard')}" + ("" if agreement is None else f" ({agreement})")


def _prices_of(text: str) -> dict[str, Any]:
    prices = [_IN_BAND.fullmatch(part.strip()) for part in text.split(",")]
    if not all(prices):
        raise ValueError("bands with a price such as after hours 180, sunday 240 (220) are expected")
    return {band_named(match[1]): _listed_of(match[2]) for match in prices if match}


def _prices_text(prices: Mapping[str, Any]) -> str:
    return ", ".join(f"{band_words(name)} {_listed_text(price)}" for name, price in prices.items())


LISTED = Parsed("a price, or two", _listed_of, _listed_text)
PRICES = Parsed("prices by band", _prices_of, _prices_text, empty={})

DAY_FORM: Mapping[str, Any] = {
    "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "from": "00:00",
    "to": "24:00",
}
"""What of a band of one's own counts where nothing is set."""


def new_band(name: str) -> dict[str, Any]:
    """A band of one's own to fill in."""
    return {
        "name": name,
        "days": ["mon", "tue", "wed", "thu", "fri"],
        "from": "17:00",
        "to": "22:00",
        "like": "after_hours",
    }


def class_rows(name: str, money: str) -> Rows:
    """The figures of a class of technicians."""
    two = f"{money}; 300 (280): the second under an agreement; empty: none"
    return (
        ("standard", f"{name}, per hour", f"{money}, without an agreement"),
        ("agreement", f"{name}, per hour under an agreement", "empty: as without one"),
        ("minimum_minutes", f"{name}, minimum of its own", "minutes; empty: the card's"),
        ("bands", f"{name}, price per hour by band", "after hours 180, sunday 240 (220); empty: multipliers"),
        ("half_day", f"{name}, half day", two),
        ("day", f"{name}, day", two),
    )


def band_rows(name: str, money: str) -> Rows:
    """The figures of a band of one's own."""
    return (
        ("name", "band", "what stands on the line"),
        ("days", f"{name}, on", "mon, tue, wed, thu, fri, sat, sun, holiday"),
        ("from", f"{name}, from", "17:00"),
        ("to", f"{name}, to", "22:00; not after from: past midnight"),
        ("like", f"{name}, counts as", "for waivers, coverage, minimums and the overrun"),
        ("multiplier", f"{name}, times", "empty: a price, or as what it counts as"),
        ("price", f"{name}, per hour", f"{money}, instead of a multiplier"),
        ("agreement", f"{name}, per hour under an agreement", "empty: as without one"),
    )
