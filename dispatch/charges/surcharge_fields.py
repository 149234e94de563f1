"""How percentages, tiers of a cancellation and of short notice are written and typed, and which figures a percentage has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dispatch.charges.surcharge_terms import CATEGORIES, Percentage
from dispatch.fields.kinds import Parsed
from dispatch.fields.reading import defaults


def _tiers_of(text: str) -> list[dict[str, Any]]:
    tiers = []
    for part in text.split(","):
        hours, _, cost = part.strip().partition(" ")
        if not cost.strip():
            raise ValueError(
                "tiers such as 4 100%, 48 25.00, 72 none are expected: hours of notice, and what less of it costs"
            )
        tiers.append({"notice_hours": hours, **_cost(cost.strip(), "percent_of_minimum")})
    return tiers


def _notices_of(text: str) -> list[dict[str, Any]]:
    tiers = []
    for part in text.split(","):
        *name, hours, cost = part.split() if len(part.split()) > 2 else (None, None)
        if not name or hours is None or cost is None:
            raise ValueError(
                "tiers such as same day 24 40.00, express 4 25% are expected: name, hours before, and the fee"
            )
        tiers.append({"name": " ".join(name), "within_hours": hours, **_cost(cost, "percent_of_labour")})
    return tiers


def _cost(text: str, percent: str) -> dict[str, Any]:
    """What a tier costs: an amount, a percentage, or nothing."""
    if text == "none":
        return {"mode": "none", "value": "0"} if percent == "percent_of_minimum" else {"mode": "flat", "value": "0"}
    return {"mode": percent, "value": text[:-1].strip()} if text.endswith("%") else {"mode": "flat", "value": text}


def _cost_text(tier: Any) -> str:
    mode = tier.get("mode", "percent_of_minimum" if "notice_hours" in tier else "flat")
    return "none" if mode == "none" else f"{tier.get('value') or 0}{'%' if mode.startswith('percent') else ''}"


TIERS = Parsed(
    "tiers of a late cancellation",
    _tiers_of,
    lambda tiers: ", ".join(f"{tier['notice_hours']} {_cost_text(tier)}" for tier in tiers),
    empty=[],
)
NOTICES = Parsed(
    "tiers of short notice",
    _notices_of,
    lambda tiers: ", ".join(f"{tier['name']} {tier['within_hours']} {_cost_text(tier)}" for tier in tiers),
    empty=[],
)


def percentage_rows(name: str, money: str) -> Sequence[Sequence[str]]:
    """The figures of a percentage, with their paths in it."""
    return (
        ("name", f"{name}, called", "as on the sheet: fuel, consumables, handling of parts"),
        ("pct", f"{name}, %", "3.5"),
        ("of", f"{name}, % of", f"any of {', '.join(CATEGORIES)}, or of percentages before it by name"),
        ("category", f"{name}, counts as", "what discount, minimum, goodwill and prepaid money do with it"),
        ("after_discount", f"{name}, reckoned after discounts", "yes, or no: before them"),
        ("taxable", f"{name}, taxed", "no: only where it counts as an item"),
        ("cap", f"{name}, never more than", f"{money}; empty: no limit"),
    )


def list_rows(card: Mapping[str, Any], name: str) -> Sequence[Sequence[str]]:
    """The figures of the price list of a group of clients: each class and item of the card."""
    hint = "empty: as standard; where an agreement has its own price, that counts"
    return (
        *((f"classes.{own}", f"{own}, per hour, {name}", hint) for own in card.get("classes") or {}),
        *((f"items.{code}", f"{code}, each, {name}", hint) for code in card.get("items") or {}),
    )


PERCENTAGE_FORM = defaults(Percentage)
"""What of one counts where nothing is set."""
NEW_PERCENTAGE = {"name": "", "pct": None, "of": ["labour"]}
"""One to fill in."""
