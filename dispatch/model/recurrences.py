"""Visits that recur by a rule."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A standing order for visits to one site.

    `rule` is as dispatch.planning.recurring reads it. `onto_next` moves a visit that falls on a holiday to the next
    working day; without it that visit is left out. `promised` are minutes from midnight at the site. Each may be done up to
    `days_late` days after its own. Visits are made up to and with `made_until`; None where none was made yet.
    """

    id: int
    site_id: int
    rule: str
    starts_on: datetime.date
    work: str
    minutes: int
    priority: int = 3
    ends_on: datetime.date | None = None
    onto_next: bool = False
    kind: str = "maintenance"
    skills: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    promised: tuple[int, int] | None = None
    preferred_id: int | None = None
    days_late: int = 0
    made_until: datetime.date | None = None
    archived: bool = False
    version: int = 1
