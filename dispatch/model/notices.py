"""What technicians are told, as the firm words it."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from dispatch.model.visits import Visit

WORDS = ("reference", "client", "site", "work", "when", "instead", "by", "why")
"""What may stand in braces in the words of a notice. `instead` is the client who comes first, where a visit was moved; `by`
is who did it, and `why` the reason behind a colon, where one was given."""


class NoticeSubject(StrEnum):
    """What a notice to a technician is about."""

    DISPATCHED = "dispatched"
    MOVED = "moved"
    """Pushed back by an emergency."""
    NEW_TIME = "new_time"
    TAKEN_OFF = "taken_off"


CHANGES = (NoticeSubject.MOVED, NoticeSubject.NEW_TIME, NoticeSubject.TAKEN_OFF)
"""Those that change what a technician was told before: they stand on their screen until they have noted them."""


class Notice(NamedTuple):
    """One notice to a technician, in the words that they read."""

    id: int
    reference: str
    about: NoticeSubject
    text: str
    made_at: int


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


def filled(template: str, visit: Visit, **values: str) -> str:
    """The notice with the words of its visit and other values. Only plain names are looked at, so that no text of anybody can
    reach further."""
    return with_values(
        template, values | {name: getattr(visit, name) for name in ("reference", "client", "site", "work")}
    )


def with_values(template: str, values: Mapping[str, str]) -> str:
    """A text with values in the place of the plain names in braces."""
    return "".join(
        literal + (values.get(name, "") if name is not None else "")
        for literal, name, _, _ in string.Formatter().parse(template)
    )


def with_who_and_why(template: str) -> str:
    """The words of a change with who made it and the reason: those of them that the firm did not word stand behind it."""
    names = {name for _, name, _, _ in string.Formatter().parse(template)}
    if "why" in names:
        return template
    return f"{template} ({{by}}{{why}})" if "by" not in names else f"{template}{{why}}"
