"""Two sheets of one visit beside each other, line by line: what a correction would change."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from dispatch.charges.explain import MEANS, needs
from dispatch.model.text import pad, show

_FIGURES = 26
"""Columns of sign, quantity and amount."""


def difference_lines(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, currency: str, width: int = 72
) -> list[str]:
    """What differs between two sheets (the form of B14), unchanged lines among it; nothing where both say the same.

    `-` marks a line that goes, `+` one that comes; None is no sheet at all.
    """
    old, new = (_lines(form, max(12, width - _FIGURES)) for form in (before, after))
    lines = [] if old == new else _marked(old, new)
    for word in ("net", "tax", "total"):
        was, now = (_figure(form, word) for form in (before, after))
        if was != now:
            lines.append(f"{word}: {was} → {now} {show(currency)}")
    if not lines and (before or {}).get("flags") == (after or {}).get("flags"):
        return []
    if after is not None and after["status"] == "review":
        lines += [f"a lead must accept it: {MEANS[flag]}" for flag in after["flags"]]
    return lines


def _marked(old: list[str], new: list[str]) -> list[str]:
    lines = []
    for kind, begin, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [f"  {line}" for line in old[begin:end]]
        else:
            lines += [f"- {line}" for line in old[begin:end]]
            lines += [f"+ {line}" for line in new[first:last]]
    return lines


def _lines(form: Mapping[str, Any] | None, room: int) -> list[str]:
    if form is None:
        return []
    if form["total"] is None:
        return [f"blocked: {need}" for need in needs(form)]
    lines = []
    for line in form["lines"]:
        who = " ".join(show(str(line[key])) for key in ("tech", "note", "pool") if line.get(key))
        counted = f"{line['qty']} {line['unit']}" if "unit" in line else ""
        named = f"{line['rule']} {who}"
        lines.append(f"{pad(named, room)} {counted:>12} {line['amount']:>9}")
    return lines


def _figure(form: Mapping[str, Any] | None, word: str) -> str:
    return "none" if form is None or form[word] is None else str(form[word])
