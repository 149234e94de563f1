"""An item of the care list: what is due to a client, when, and why; and the working days that it is counted in."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dispatch.care.account import PromptMark
from dispatch.model.text import LabelledEnum

SNOOZE_DAYS = 30
SNOOZES = 2
"""A prompt sleeps for 30 days at most, and twice at most."""


class CareState(LabelledEnum):
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


QUIET = frozenset({CareState.OK, CareState.PLANNED, CareState.HELD, CareState.SNOOZED})
"""States in which nothing is asked of anybody today."""


@dataclass(frozen=True, slots=True)
class CareItem:
    """What is due to a client. `occasion` tells one prompt of a rule from the next, so that it can be ended.

    `due` is None while it cannot be said yet. `held` says why it is held back. `needs_note`: it ends only with a note.
    `visit` is the reference of the visit that it is about. Whose it is, is said of all items of an account at once.
    """

    rule: str
    occasion: str
    what: str
    why: str
    opens: datetime.date
    due: datetime.date | None
    state: CareState = CareState.OPEN
    visit: str = ""
    needs_note: bool = False
    held: tuple[str, ...] = ()
    snoozed_until: datetime.date | None = None
    snoozes: int = 0
    client_id: int = 0
    client: str = ""

    @property
    def key(self) -> str:
        """How the item is named on the command line."""
        return f"{self.rule}:{self.client_id}:{self.occasion}"

    @property
    def asks(self) -> bool:
        """Whether it asks for something today."""
        return self.state not in QUIET


def dated(item: CareItem, today: datetime.date, overdue_after: datetime.date | None = None) -> Iterator[CareItem]:
    """The item as it stands within its window; nothing before that opens."""
    due = item.due or item.opens
    if today >= item.opens:
        state = CareState.DUE if today >= due else CareState.OPEN
        yield replace(item, state=CareState.OVERDUE if today > (overdue_after or due) else state)


def ended(item: CareItem, marks: tuple[PromptMark, ...], today: datetime.date) -> CareItem | None:
    """The item as its marks leave it: None once it is done or declined, snoozed until the day it was put off to."""
    own = [mark for mark in marks if (mark.rule, mark.occasion) == (item.rule, item.occasion)]
    if any(mark.outcome in ("done", "declined") for mark in own):
        return None
    naps = [mark.until for mark in own if mark.until is not None]
    item = replace(item, snoozes=len(naps))
    if naps and max(naps) > today:
        return replace(item, state=CareState.SNOOZED, snoozed_until=max(naps))
    return item


def month_end(day: datetime.date) -> datetime.date:
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Workdays:
    """`weekdays` are numbers from 0 for Monday."""

    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[datetime.date] = frozenset()

    def after(self, day: datetime.date, count: int) -> datetime.date:
        """The `count`-th working day after a day. A firm that never opens counts every day."""
        while count:
            day += _DAY
            count -= not self.weekdays or (day.weekday() in self.weekdays and day not in self.holidays)
        return day
