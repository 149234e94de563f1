"""What somebody asks for, before it is a visit: once, or again and again by a rule."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from dispatch.model.forms import shared
from dispatch.model.instants import day_text, local

if TYPE_CHECKING:
    from dispatch.model.visits import Visit


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `id` is its visit's, 0 while there is none. `site` is a name at the client; empty: their only one. `latest_on`
    is the last day on which it may be done. `window` is promised on the day, in minutes from midnight at the site; `same_job` the
    reference of a visit of the job that it belongs to as well; `came_by` one of `CAME_BY`, or empty. `equipment` is in the
    vehicle; of `people` who come at the same time the others have `crew_skills`; it begins `after_minutes` after another
    visit, by reference, is over, on `any` day, the `same` or a `later` one; its
    technician stops at `pickup`, the depot or a site, for `pickup_minutes` before it. It takes `days` days of so many minutes."""

    id: int
    client_id: int
    work: str
    minutes: int
    site: str = ""
    wanted_on: datetime.date | None = None
    latest_on: datetime.date | None = None
    window: tuple[int, int] | None = None
    priority: int = 3
    skills: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    preferred_id: int | None = None
    reported_by: str = ""
    came_by: str = ""
    same_job: str = ""
    emergency: bool = False
    kind: str = "visit"
    equipment: tuple[str, ...] = ()
    people: int = 1
    crew_skills: tuple[str, ...] = ()
    after: str = ""
    after_minutes: int = 0
    after_day: str = "any"
    pickup: str = ""
    pickup_minutes: int = 0
    days: int = 1
    reference: str = ""
    description: str = ""

    @classmethod
    def of(cls, visit: Visit) -> Request:
        """What is asked for of a visit."""
        window = None
        if visit.promised is not None:
            opens, closes = (local(at, visit.zone) for at in visit.promised)
            ends = closes.hour * 60 + closes.minute
            window = (opens.hour * 60 + opens.minute, ends or 24 * 60)
        return cls(**shared(Request, visit), window=window)


@dataclass(frozen=True, slots=True)
class RemoteWork:
    """Remote work as it is written down (design/states.md, Remote work): `work` is what was done, from `starts_at` for so many
    `minutes` or to `ends_at`; with neither the clock runs. `site` is a name at the client; empty: their only one.
    `technician_id` None: whoever writes it down; an empty class is the technician's."""

    id: int
    client_id: int
    work: str
    starts_at: int
    site: str = ""
    technician_id: int | None = None
    way: str = "remote"
    minutes: int | None = None
    ends_at: int | None = None
    labour_class: str = ""
    same_job: str = ""
    description: str = ""
    reference: str = ""

    @property
    def end(self) -> int | None:
        """When it was over; None while the clock runs."""
        return self.ends_at if self.minutes is None else self.starts_at + self.minutes * 60


def not_before(latest: datetime.date | None, wanted: datetime.date | None) -> datetime.date | None:
    """The latest day of what is wanted on another day now: it goes along where it would be before that."""
    return wanted if latest is not None and wanted is not None and latest < wanted else latest


def too_late(latest: datetime.date | None, asked_on: datetime.date) -> str:
    """What is wrong with a latest day that is named on a day; empty where nothing is. What was asked for long ago, as a file of
    history has it, may be over by now."""
    if latest is None or latest >= asked_on:
        return ""
    return f"is before {day_text(asked_on)}, the day on which it is asked for"


class Scope(StrEnum):
    """For which visits of a series a change is meant."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A standing order for visits to one site.

    `rule` is as dispatch.planning.recurring reads it. `onto_next` moves a visit that falls on a holiday to the next
    working day; without it that visit is left out. `promised` are minutes from midnight at the site. Each may be done up to
    `days_late` days after its own. Visits are made
    up to and with `made_until`; None where none was made yet.
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
