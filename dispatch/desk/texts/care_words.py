"""The care list as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatch.care.item import CareItem
from dispatch.care.rules import TITLES
from dispatch.model.forms import form
from dispatch.model.text import pad, show


def item_line(one: CareItem) -> str:
    """An item in a line."""
    due = "–" if one.due is None else one.due.isoformat()
    return f"{due:10}  {pad(one.state.label, 12)}  {pad(one.client, 26)}  {show(one.what, 40)}  {show(one.why, 200)}"


def list_lines(found: Sequence[CareItem]) -> list[str]:
    """The list, two lines an item: what is due, and how it is named on the command line."""
    lines = []
    for one in found:
        waits = f"  put off until {one.snoozed_until}" if one.snoozed_until is not None else ""
        if one.held:
            waits = f"  held back: {'; '.join(show(reason, 120) for reason in one.held)}"
        lines += [item_line(one), f"            {show(one.key, 120)}{waits}"]
    return lines or ["Nothing is due."]


def item_form(one: CareItem) -> dict[str, Any]:
    """An item in JSON."""
    keys = "key rule title client what why opens due state held snoozed_until snoozes needs_note visit?"
    return form(one, keys, title=TITLES[one.rule])
