"""What technicians' hours cost, in words and as data."""

from __future__ import annotations

from typing import Any

from dispatch.desk.figures.hourly_costs import CostNow
from dispatch.desk.figures.meanings import Money
from dispatch.model.money import amount_text, format_minor
from dispatch.model.text import pad


def cost_text(cost: int | None, money: Money) -> str:
    """What an hour costs: "42.50 USD an hour"; "not known"."""
    return "not known" if cost is None else f"{amount_text(cost, money.exponent, money.currency)} an hour"


def cost_words(one: CostNow, money: Money) -> str:
    """What an hour of somebody costs today, since when, and what comes."""
    said = cost_text(one.cost, money)
    if one.technician is not None and not one.own and one.cost is not None:
        said += ", as the firm's"
    elif one.since is not None and one.cost is not None:
        said += f" since {one.since}"
    if one.ahead is not None:
        ahead = "the firm's" if one.ahead.cost is None else cost_text(one.ahead.cost, money)
        said += f"; {ahead} from {one.ahead.since}"
    return said


def cost_line(one: CostNow, money: Money) -> str:
    """The same on a line."""
    return f"{pad(one.name, 28)} {cost_words(one, money)}"


def cost_form(one: CostNow, money: Money) -> dict[str, Any]:
    """The same as JSON."""

    def amount(minor: int | None) -> str | None:
        return None if minor is None else format_minor(minor, money.exponent)

    ahead = one.ahead
    return {
        "technician": None if one.technician is None else one.technician.name,
        "cost": amount(one.cost),
        "own": one.own,
        "since": None if one.since is None or one.cost is None else one.since.isoformat(),
        "ahead": None if ahead is None else {"from": ahead.since.isoformat(), "cost": amount(ahead.cost)},
        "currency": money.currency,
    }
