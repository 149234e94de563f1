"""The care list as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatch.care.item import CareItem
from dispatch.care.rules import TITLES
from dispatch.model.forms import form
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
