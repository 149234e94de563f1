"""An item of the care list: what is due to a client, when, and why."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass, replace
from enum import StrEnum

from dispatch.care.account import Account, Mark

SNOOZE_DAYS = 30
SNOOZES = 2
"""A prompt sleeps for 30 days at most, and twice at most."""


class CareState(StrEnum):
    """How an item stands. `OK` and `PLANNED` ask for nothing; held and snoozed ones wait."""

    OK = "ok"
    PLANNED = "planned"
    OPEN = "open"
    BELOW_TARGET = "below_target"
    DUE = "due"
    OVERDUE = "overdue"
    EXPIRED = "expired"
    HELD = "held"
    SNOOZED = "snoozed"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.replace("_", " ")


QUIET = frozenset({CareState.OK, CareState.PLANNED, CareState.HELD, CareState.SNOOZED})
"""States in which nothing is asked of anybody today."""


@dataclass(frozen=True, slots=True)
class Item:
    """What is due to a client. `occasion` tells one prompt of a rule from the next, so that it can be ended.

    `due` is None while it cannot be said yet. `held` says why it is held back. `needs_note`: it ends only with a note.
    `visit` is the reference of the visit that it is about.
    """

    rule: str
    occasion: str
    client_id: int
    client: str
    what: str
    why: str
    opens: datetime.date
    due: datetime.date | None
    state: CareState
    held: tuple[str, ...] = ()
    snoozed_until: datetime.date | None = None
    snoozes: int = 0
    needs_note: bool = False
    visit: str = ""

    @property
    def key(self) -> str:
        """How the item is named on the command line."""
        return f"{self.rule}:{self.client_id}:{self.occasion}"

    @property
    def asks(self) -> bool:
        """Whether it asks for something today."""
        return self.state not in QUIET


def item(
    account: Account,
    rule: str,
    occasion: str,
    what: str,
    why: str,
    opens: datetime.date,
    due: datetime.date | None,
    state: CareState,
    *,
    needs_note: bool = False,
    visit: str = "",
) -> Item:
    """An item of an account."""
    return Item(
        rule,
        occasion,
        account.client_id,
        account.name,
        what,
        why,
        opens,
        due,
        state,
        needs_note=needs_note,
        visit=visit,
    )


def dated(
    today: datetime.date, opens: datetime.date, due: datetime.date, overdue_after: datetime.date | None = None
) -> CareState | None:
    """The state of something with a window; None before it opens."""
    if today < opens:
        return None
    if today > (overdue_after or due):
        return CareState.OVERDUE
    return CareState.DUE if today >= due else CareState.OPEN


def ended(found: Item, marks: tuple[Mark, ...], today: datetime.date) -> Item | None:
    """The item as its marks leave it: None once it is done or declined, snoozed until the day it was put off to."""
    own = [mark for mark in marks if (mark.rule, mark.occasion) == (found.rule, found.occasion)]
    if any(mark.outcome in ("done", "declined") for mark in own):
        return None
    naps = [mark.until for mark in own if mark.until is not None]
    found = replace(found, snoozes=len(naps))
    if naps and max(naps) > today:
        return replace(found, state=CareState.SNOOZED, snoozed_until=max(naps))
    return found


def month_end(day: datetime.date) -> datetime.date:
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
