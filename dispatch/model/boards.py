"""What the three main views show, as plain data: the board, my day, the visit log.

They are named tuples: the first frame of a screen waits for every class here to be made, and a frozen, slotted dataclass
of thirty fields takes ten times as long.
"""

from __future__ import annotations

import datetime
from typing import NamedTuple

from dispatch.model.people import Absence
from dispatch.model.states import Review, State
from dispatch.model.travel import Leg
from dispatch.model.units import DistanceUnit


class BoardVisit(NamedTuple):
    """A visit as it stands in a view. Instants; `start`..`end` is the planned stay, test allowance included.

    `leg` is the drive to it (None in the queue). `actual_in`/`actual_out` are what the clock recorded.
    `access` are the opening spans of the site on the board's day (empty: always open). `unseen`: it was dispatched, and
    its technician has not looked at it since. `level` is the state of the service-level clock that breaks first (empty:
    none runs), `clock` what it measures, `due` when it breaks (None while it is paused).
    """

    id: int
    reference: str
    client: str
    site: str
    work: str
    state: State
    minutes: int
    priority: int
    version: int
    review: Review = Review.NONE
    start: int | None = None
    end: int | None = None
    wanted_on: datetime.date | None = None
    promised: tuple[int, int] | None = None
    access: tuple[tuple[int, int], ...] = ()
    skills: tuple[str, ...] = ()
    emergency: bool = False
    pinned: bool = False
    located: bool = True
    preferred: str = ""
    leg: Leg | None = None
    actual_depart: int | None = None
    actual_in: int | None = None
    actual_out: int | None = None
    items_settled: int = 0
    items_required: int = 0
    tests_passed: int = 0
    tests_required: int = 0
    overdue: bool = False
    crew: tuple[str, ...] = ()
    phone: str = ""
    reason: str = ""
    unseen: bool = False
    level: str = ""
    clock: str = ""
    due: int | None = None


class BoardRow(NamedTuple):
    """A technician's day. `shift`, `lunch` and absences are instants; `busy` counts planned work, `available` the shift
    less lunch and absences, both in minutes; `metres` is the driving of the day, None when a leg is unknown."""

    technician_id: int
    name: str
    skills: tuple[str, ...]
    shift: tuple[int, int] | None
    lunch: tuple[int, int] | None
    absences: tuple[Absence, ...]
    visits: tuple[BoardVisit, ...]
    leg_home: Leg | None
    busy: int
    available: int
    metres: int | None
    unknown_legs: int = 0


class Board(NamedTuple):
    """A day of the firm. `starts_at`..`ends_at` are the half-open bounds of the day in the firm's zone."""

    firm: str
    day: datetime.date
    zone: str
    unit: DistanceUnit
    hours24: bool
    starts_at: int
    ends_at: int
    now: int
    rows: tuple[BoardRow, ...]
    queue: tuple[BoardVisit, ...]
    on_hold: tuple[BoardVisit, ...]

    @property
    def planned(self) -> int:
        """How many different visits stand in the rows."""
        return len({visit.id for row in self.rows for visit in row.visits})


class LogLine(NamedTuple):
    """A visit in the visit log. Money in minor units of `currency` with `exponent` decimals; None: not charged (yet)."""

    visit: BoardVisit
    technicians: tuple[str, ...]
    executed: int
    measured: int
    attested: int
    waived: int
    retests: int
    overrides: int
    charge_status: str | None
    net: int | None
    total: int | None
    currency: str = ""
    exponent: int = 2


class Log(NamedTuple):
    """The lead's day."""

    firm: str
    day: datetime.date
    zone: str
    hours24: bool
    now: int
    lines: tuple[LogLine, ...]


class Event(NamedTuple):
    """One thing that happened to a visit, from the audit: when, who, what, in words."""

    at: int
    by: str
    deed: str
    text: str
