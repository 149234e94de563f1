"""A day to be planned, as plain data: technicians, visits, a matrix of drives, and what everything costs.

The form of the day problems in files (README of the worked planning days) and the form in which a firm's own day goes to
the solver. Moments are seconds on one scale (from midnight in files, epoch seconds otherwise), places are indexes into the
matrix, prices are in minutes of driving.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Span = tuple[int, int]

KEPT = 1e9
"""The price of leaving out what is not to be moved: no plan gains by it."""


@dataclass(frozen=True, slots=True)
class Break:
    """A pause that begins between `earliest` and `latest`, before a drive or on arrival; an absence only before a drive.

    Whoever is home by `unless_home_by` needs none; None: it is always needed, as an absence is.
    """

    earliest: int
    latest: int
    seconds: int
    unless_home_by: int | None = None

    @property
    def is_absence(self) -> bool:
        """Whether it begins at its moment and at no other."""
        return self.earliest == self.latest


@dataclass(frozen=True, slots=True)
class PlannedTechnician:
    """Who drives. The day begins at `start` and ends at `end` within `shift`; with `overtime` seconds it may end later, at
    a price. `cap` bounds the planned service, in seconds; None: only the shift does. `capacity` is what the vehicle carries."""

    id: str
    start: int
    end: int
    shift: Span
    skills: frozenset[str] = frozenset()
    breaks: tuple[Break, ...] = ()
    overtime: int = 0
    cap: int | None = None
    capacity: int | None = None


class Follows(NamedTuple):
    """That a visit begins when another one, by its id, is over: `seconds` later at least, on `any` day, the `same` or a `later`
    one. Where the other one goes on for more `days`, these are the next of the days that are planned."""

    id: str
    seconds: int = 0
    day: str = "any"
    days: int = 0


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit to be planned.

    `windows` bound the start of its service. `dues` are soft: a moment, and the price of each minute that the service
    starts after it. `left_out` is the price of not planning it, `KEPT` for what stands where it is. `only`: the technicians
    who may do it, None for all with its skills. `extra` are prices for being done by certain technicians. `load` is what is
    brought there, on board from the start of the day. `after` is what it waits for that is planned with it; without that it is
    not planned.
    """

    id: str
    place: int
    service: int
    windows: tuple[Span, ...]
    left_out: float
    skills: frozenset[str] = frozenset()
    priority: int = 3
    dues: tuple[tuple[int, float], ...] = ()
    only: frozenset[str] | None = None
    extra: Mapping[str, float] = field(default_factory=dict)
    load: int = 0
    after: Follows | None = None

    @property
    def kept(self) -> bool:
        """Whether it stands where it is."""
        return self.left_out >= KEPT


@dataclass(frozen=True, slots=True)
class Prices:
    """What a minute costs: of driving, of waiting between visits, of work after the shift. `balance` is the price of the
    square of the hours that somebody is at work: the evener they are, the less."""

    travel: float = 1.0
    waiting: float = 0.0
    overtime: float = 0.0
    balance: float = 0.0


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole day. `seconds[i][j]` is the drive from place i to place j; `buffer` seconds are kept between two visits, not
    before the first, not before going home, and not between two at one address with no drive between them: `addresses` has the
    number of each place's; empty: kept there too. Services that are not kept begin at a full `raster` of seconds from `midnight`
    on. `midnights` are those between several days."""

    technicians: tuple[PlannedTechnician, ...]
    visits: tuple[PlannedVisit, ...]
    seconds: Sequence[Sequence[int]]
    buffer: int = 0
    prices: Prices = Prices()
    addresses: tuple[int, ...] = ()
    raster: int = 1
    midnight: int = 0
    midnights: tuple[int, ...] = ()

    @property
    def origin(self) -> int:
        """The first of its moments."""
        moments = [technician.shift[0] for technician in self.technicians]
        moments += [window[0] for visit in self.visits for window in visit.windows]
        return min(moments, default=0)

    def between(self, place: int, other: int) -> int:
        """The seconds that are kept between two visits, beside the drive."""
        there = self.addresses and self.addresses[place] == self.addresses[other] and not self.seconds[place][other]
        return 0 if there else self.buffer

    def on_raster(self, moment: int) -> int:
        """The first moment of the raster from another on."""
        return moment + (self.midnight - moment) % self.raster


def may_do(technician: PlannedTechnician, visit: PlannedVisit) -> bool:
    """Whether a technician has what a visit needs, and is one of those who may do it."""
    return visit.skills <= technician.skills and (visit.only is None or technician.id in visit.only)


def able(problem: Problem) -> list[list[int]]:
    """For each visit the technicians who may do it; visits of one kind share their list."""
    known: dict[tuple[object, ...], list[int]] = {}
    for visit in problem.visits:
        kind = (visit.skills, visit.only)
        if kind not in known:
            known[kind] = [number for number, one in enumerate(problem.technicians) if may_do(one, visit)]
    return [known[visit.skills, visit.only] for visit in problem.visits]


class SubProblem(NamedTuple):
    """Some visits to be planned for some technicians, all of them indexes.

    `searches` is how many ways it is begun, the best of which counts, and `depth` how far each is then pursued. The dues of
    `lifted` visits do not cut their windows, those of `of_the_day` only at the end of the day that is due; those of `held` end at
    the moment that stands with each, whatever is due. `noise` is the share by which each drive counts more or less, at random, so
    that the same part asked again has another answer.
    """

    technicians: Sequence[int]
    visits: Collection[int]
    searches: int = 2
    depth: int = 2
    lifted: Collection[int] = ()
    of_the_day: Collection[int] = ()
    held: Mapping[int, int] = {}
    noise: float = 0.0


Plan = tuple[tuple[int, ...], ...]
"""For each technician the indexes of the visits in the order in which they are done."""
