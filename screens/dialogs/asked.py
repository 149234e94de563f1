"""What a dialog is given: the rows of a choice, the fields of a form, what is checked, and what its hint says."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from dispatch.model.typed_times import parse_day
from screens.dialogs.unsent import GO_BACK

T = TypeVar("T", covariant=True)

SAVES = "saves"
"""What enter does with a text that is to be kept until then."""
ENTER_SHOWS = "tab next field · enter shows them · esc goes back"
"""The hint of a form that asks what to show, and saves nothing."""
FILLS = f"tab next field · ctrl+s or enter saves · {GO_BACK}"
"""The hint of every other form."""
CHOOSES = "enter chooses · esc goes back"
"""The hint of a choice."""
DOES = "y does it · esc goes back"
"""The hint of a yes."""
YES_NO = ("no", "yes")


@dataclass(frozen=True, slots=True)
class ChoiceRow(Generic[T]):
    """A row of a choice: its text, what it stands for, and a dim second line."""

    text: str
    value: T
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AskedField:
    """A line of a form. `name` is the key under which its text comes back.

    `options` are the words of which it is one; `known` says what a name may be, to be completed while it is typed; with `today`
    it is a day, which can be chosen from a calendar too. What is `needed` stands before what may stay as it is.
    """

    name: str
    label: str
    value: str = ""
    placeholder: str = ""
    options: Sequence[str] = ()
    known: Callable[[], Sequence[str]] | None = None
    today: datetime.date | None = None
    needed: bool = False


Check = Callable[[str], str | None]
"""What is wrong with a text, or nothing."""


def needed(fault: str, least: int = 1) -> Check:
    """That a text has so many letters at least."""
    return lambda typed: None if len(typed.strip()) >= least else fault


a_reason = needed("say why, in at least 3 characters", 3)


def day_fault(typed: str, today: datetime.date) -> str | None:
    """What is wrong with a day as it is typed."""
    try:
        parse_day(typed, today=today)
    except ValueError as problem:
        return str(problem)
    return None
