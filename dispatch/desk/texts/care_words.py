"""The care list as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatch.care.item import CareItem
from dispatch.care.rules import TITLES
from dispatch.desk.care.accounts import SPENT_DAYS
from dispatch.desk.care.offer_figures import OfferComparison, OfferFigures
from dispatch.model.forms import form
from dispatch.model.money import format_minor
from dispatch.model.text import pad, show


def item_line(item: CareItem) -> str:
    """An item in a line."""
    due = "–" if item.due is None else item.due.isoformat()
    return (
        f"{due:10}  {pad(item.state.label, 12)}  {pad(item.client, 26)}  {show(item.what, 40)}  {show(item.why, 200)}"
    )


def list_lines(items: Sequence[CareItem]) -> list[str]:
    """The list, two lines an item: what is due, and how it is named on the command line."""
    lines = []
    for item in items:
        waits = f"  put off until {item.snoozed_until}" if item.snoozed_until is not None else ""
        if item.held:
            waits = f"  held back: {'; '.join(show(reason, 120) for reason in item.held)}"
        lines += [item_line(item), f"            {show(item.key, 120)}{waits}"]
    return lines or ["Nothing is due."]


def item_form(item: CareItem) -> dict[str, Any]:
    """An item in JSON."""
    keys = "key rule title client what why opens due state held snoozed_until snoozes needs_note visit?"
    return form(item, keys, title=TITLES[item.rule])


def offer_lines(figures: OfferFigures) -> list[str]:
    """The numbers of an offer as text."""

    def money(amount: int) -> str:
        return f"{format_minor(amount, figures.exponent, grouped=True)} {figures.currency}"

    visit, days, fee = figures.visit, figures.ninety_days, figures.fee
    lines = [f"compared with {figures.agreement}"]
    if visit is not None:
        lines.append(f"this visit: {money(visit.standard)} at standard, {money(visit.agreement)} under it")
    lines.append(
        f"{days.visits} visits of the last {SPENT_DAYS} days: {money(days.standard)} at standard, "
        f"{money(days.agreement)} under it, {money(days.difference)} less"
    )
    if fee is not None:
        rest = days.difference - 3 * fee
        word = "saved" if rest >= 0 else "more"
        lines.append(f"its fee is {money(fee)} a month: over three months {money(abs(rest))} {word}")
    if figures.unpriced:
        lines.append(f"{figures.unpriced} visits cannot be priced and are not in it")
    return lines


def offer_form(figures: OfferFigures) -> dict[str, Any]:
    """The numbers of an offer in JSON."""

    def text(amount: int | None) -> str | None:
        return None if amount is None else format_minor(amount, figures.exponent)

    def compared(comparison: OfferComparison | None) -> dict[str, Any] | None:
        if comparison is None:
            return None
        sums = {name: text(getattr(comparison, name)) for name in ("standard", "agreement", "difference")}
        return {"visits": comparison.visits, **sums}

    comparisons = {"ninety_days": compared(figures.ninety_days), "visit": compared(figures.visit)}
    return form(figures, "agreement fee ninety_days visit unpriced currency", fee=text(figures.fee), **comparisons)
