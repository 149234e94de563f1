"""Staff and technicians."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from dispatch.model.alerts import ALL_ALERTS, AlertKind
from dispatch.model.instants import day_of, days_between, span_local
from dispatch.model.skills import abilities
from dispatch.model.states import Role
from dispatch.model.travel import Place


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who may log in. Everybody is one staff row, with one or more roles. The `alert_` fields are what they want to be
    told of by bell, title, desktop and message, and how their terminal is asked for the desktop's."""

    id: int
    login: str
    name: str
    roles: frozenset[Role]
    active: bool = True
    email: str = ""
    version: int = 1
    alert_bell: tuple[AlertKind, ...] = ALL_ALERTS
    alert_title: tuple[AlertKind, ...] = ALL_ALERTS
    alert_desktop: tuple[AlertKind, ...] = ()
    alert_message: tuple[AlertKind, ...] = ()
    alert_signal: str = "auto"


class Hours(NamedTuple):
    """An opening of one weekday (0 is Monday), in minutes since local midnight, half-open."""

    weekday: int
    opens: int
    closes: int


Spans = tuple[tuple[int, int], ...]
"""From one instant to another, half-open, in their order."""


def openings_on(hours: Iterable[Hours], day: datetime.date, zone: str) -> Spans:
    """The openings of a day, as instants."""
    return tuple(
        span_local(day, opening.opens, opening.closes, zone) for opening in hours if opening.weekday == day.weekday()
    )


def openings_between(hours: Iterable[Hours], starts_at: int, ends_at: int, zone: str) -> Spans:
    """The openings by the clocks of `zone` that touch `[starts_at, ends_at)`, as instants: of a day of another zone, too,
    which has parts of two days there."""
    return tuple(
        (opens, closes)
        for day in days_between(day_of(starts_at, zone), day_of(ends_at - 1, zone))
        for opens, closes in openings_on(hours, day, zone)
        if opens < ends_at and closes > starts_at
    )


class Absence(NamedTuple):
    """A span in which a technician does not work, half-open instants."""

    starts_at: int
    ends_at: int
    reason: str


@dataclass(frozen=True, slots=True)
class AbsenceRecord:
    """An absence with whose it is."""

    id: int
    staff_id: int
    starts_at: int
    ends_at: int
    reason: str = ""
    version: int = 1


class Lunch(NamedTuple):
    """A break of `minutes` that starts no earlier than `earliest` and ends no later than `latest` (minutes of the day)."""

    earliest: int
    latest: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Technician:
    """Who drives to visits. `home` is where the day starts, and ends where `ends` says nothing else; None where it is not
    known. Plans fill `cap_pct` of a shift with visits at most. Who is not `billable` learns: what they do is not charged
    (design/charges.md B2.3). `carries` is what the vehicle holds. `on_call`
    are the hours in which they come out for an emergency beside their shifts."""

    id: int
    login: str
    name: str
    skills: frozenset[str]
    labour_class: str
    shifts: tuple[Hours, ...]
    lunch: Lunch | None = None
    home: Place | None = None
    home_address: str = ""
    vehicle: str | None = None
    absences: tuple[Absence, ...] = ()
    version: int = 1
    cap_pct: int = 85
    email: str = ""
    billable: bool = True
    ends: Place | None = None
    carries: tuple[str, ...] = ()
    on_call: tuple[Hours, ...] = ()

    @property
    def last_place(self) -> Place | None:
        """Where the day ends."""
        return self.ends or self.home

    @property
    def able(self) -> frozenset[str]:
        """What they can do, and have with them (dispatch.model.skills)."""
        return abilities(self.skills, self.carries)
