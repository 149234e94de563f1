"""What technicians are told, as the firm words it."""

from __future__ import annotations

import string
from collections.abc import Sequence

WORDS = ("reference", "client", "site", "work", "when", "instead")
"""What may stand in braces in the words of a notice. `instead` is the client who comes first, where a visit was moved."""


def faults_of(template: str, known: Sequence[str] = WORDS) -> list[str]:
    """What is wrong with the words of a notice; nothing where it can be filled."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        return ["a brace is open or closed that has no partner"]
    faults = []
    for _, name, form, conversion in parts:
        if name is not None and (name not in known or form or conversion):
            faults.append(f"{{{name}}} is not one of {', '.join('{' + word + '}' for word in known)}")
    if not template.strip():
        faults.append("is missing")
    return faults


def filled(template: str, **values: str) -> str:
    """The notice with its values. Only plain names are looked at, so that no text of anybody can reach further."""
    return "".join(
        literal + (values.get(name, "") if name is not None else "")
        for literal, name, _, _ in string.Formatter().parse(template)
    )
