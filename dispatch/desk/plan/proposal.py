"""A proposed day beside the day as it is: moves, what is left out, what it breaks, and figures of both."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from db.legs import HOME
from dispatch.desk.plan.scope import WHOLE_DAY, PlanScope
from dispatch.model.boards import Board, BoardVisit
from dispatch.model.instants import Times
from dispatch.model.states import State
from dispatch.model.travel import Leg
from dispatch.model.visits import Visit
from dispatch.planning.checker import Verdict
from dispatch.planning.day import Drives, TechnicianDay
from dispatch.planning.problem import Plan


class Standing(NamedTuple):
    """Where a visit stands: its technician's name, a start, and who comes with them."""

    technician: str
    start: int
    others: tuple[str, ...] = ()

    @property
    def crew(self) -> tuple[str, ...]:
        """Everybody who comes."""
        return (self.technician, *self.others)


class RunDay(NamedTuple):
    """Where a day of a visit that takes several would stand, with the same people as the one that is planned, and what the checker
    says of it."""

    number: int
    start: int
    end: int
    remark: str


@dataclass(frozen=True, slots=True)
class Move:
    """A visit that would stand elsewhere; `before` and `after` are technician and start, None for the queue. `remark`: that
    nothing is charged there, empty where it is. `needs` are the moves without which it cannot be taken, by reference.
    `later` are the days after it of a visit that takes several."""

    visit: Visit
    before: Standing | None
    after: Standing | None
    remark: str = ""
    needs: tuple[str, ...] = ()
    later: tuple[RunDay, ...] = ()

    @property
    def thrown_out(self) -> bool:
        """Whether it would go back into the queue."""
        return self.before is not None and self.after is None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A visit that does not fit, and why: empty where nobody has asked yet."""

    visit: Visit
    why: str = ""

    @classmethod
    def nowhere(cls, visit: Visit) -> LeftOut:
        """One whose site has no coordinates."""
        return cls(visit, "its site has no coordinates: place it first")


class BrokenPromise(NamedTuple):
    """A promise or a service level that the plan does not keep, or a visit that stays with somebody who is away: whose, where it
    would stand, and by how much in words. Without a technician it is left out, and broken by so many minutes at least: up to the
    end of the day. `missed` is what was broken before the days that are planned begin, whatever the plan is."""

    visit: Visit
    technician: str
    text: str
    minutes: int
    missed: bool = False

    @property
    def words(self) -> str:
        """With whom, and by how much."""
        return f"{self.technician}: {self.text}" if self.technician else self.text


def most_first(broken: Iterable[BrokenPromise]) -> tuple[BrokenPromise, ...]:
    """What a plan does not keep, what matters most first: what it could have kept, emergencies, by priority, by how much."""
    return tuple(
        sorted(broken, key=lambda one: (one.missed, not one.visit.emergency, one.visit.priority, -one.minutes))
    )


def broken_of(
    visit: Visit, technician: str, verdict: Verdict, begins: int, said: str = "{}"
) -> Iterator[BrokenPromise]:
    """What of a visit's promises is not kept where it would stand.

    Args:
        visit: what is placed.
        technician: with whom.
        verdict: what the checker says of it there.
        begins: when the first of the days that are planned begins.
        said: the words around those of the checker.
    """
    for finding in verdict.findings:
        if finding.due is not None:
            missed = finding.due <= begins
            yield BrokenPromise(visit, technician, said.format(finding.text), finding.minutes, missed)


class TechnicianFigures(NamedTuple):
    """A technician's part: visits, minutes at work, driving, past the shift."""

    name: str
    visits: int
    busy: int
    travel: int
    overtime: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A day in figures: visits in it, left in the queue, minutes of driving, of lateness, of overtime.

    Lateness is against what was promised for the day; `overdue` are the visits whose promise was broken before it.
    """

    placed: int
    left_out: int
    travel: int
    late: int
    overtime: int
    overdue: int = 0


class PlanPrice(NamedTuple):
    """What people see of a plan, as the checker has laid it out, in minutes of driving: `lateness` of what is promised, asked
    for or the target of a service level, `unevenness` of the work where the firm prices that."""

    driving: float
    lateness: float
    overtime: float
    left_out: float
    unevenness: float

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan beside the day as it is. `days` are the technicians' days as they would be."""

    day: datetime.date
    times: Times
    before: DayFigures
    after: DayFigures
    moves: tuple[Move, ...]
    left_out: tuple[LeftOut, ...]
    days: tuple[TechnicianDay, ...]
    note: str
    cpu_seconds: float
    legs: Mapping[tuple[int, int], Leg] = field(default_factory=dict)
    """The drive to each stop as it would be: technician and visit; visit 0 is the way home."""
    broken: tuple[BrokenPromise, ...] = ()
    technicians: tuple[TechnicianFigures, ...] = ()
    scope: PlanScope = WHOLE_DAY
    plan: Plan = ()
    """As the solver has it."""

    @property
    def zone(self) -> str:
        """The firm's zone, in which its days are."""
        return self.times.zone

    @property
    def label(self) -> str:
        """What it is called among the changes."""
        return f"plan {self.day.isoformat()}"

    @property
    def each_day(self) -> tuple[Proposal, ...]:
        """The one day."""
        return (self,)

    @property
    def stirred(self) -> int:
        """How many visits that stand in the plan would stand elsewhere, or nowhere."""
        return stirred_by(self.moves)

    @property
    def named(self) -> tuple[Visit, ...]:
        """The visits that it speaks of beside its moves: left out, or with a promise that is not kept."""
        return named_by(self.left_out, self.broken)


def stirred_by(moves: Iterable[Move]) -> int:
    """How many visits that stand in the plan some moves put elsewhere, or nowhere."""
    return sum(move.before is not None for move in moves)


def named_by(left_out: Iterable[LeftOut], broken: Iterable[BrokenPromise]) -> tuple[Visit, ...]:
    """The visits of which a plan speaks beside its moves."""
    return (*(one.visit for one in left_out), *(one.visit for one in broken))


def legs_of(days: Sequence[TechnicianDay], drives: Drives) -> dict[tuple[int, int], Leg]:
    """The drive to each stop and home, as `Proposal.legs` has them."""
    legs = {}
    for day in days:
        route = day.route
        place = day.origin(drives)
        for stop in route:
            legs[day.technician_id, stop.visit_id] = drives(place, stop.place, stop.start)
            place = stop.place
        ends_at = max((stop.end for stop in route), default=None)
        legs[day.technician_id, HOME] = drives(place, day.last_place, ends_at)
    return legs


_AS_PLANNED: dict[str, Any] = {"state": State.PLANNED, "projected": None, "late": None, "slack": None}


def _with(card: BoardVisit, **more: Any) -> BoardVisit:
    """The card with that, which it mostly has already: a copy of one costs more than a look at it."""
    return card if all(getattr(card, name) == value for name, value in more.items()) else card._replace(**more)


def board_as_planned(
    board: Board, proposal: Proposal, changed: Collection[str] = (), planned_on: Board | None = None
) -> Board:
    """The board as a proposal would make it: nothing of it is written.

    Args:
        board: the day as it stands.
        proposal: what is proposed.
        changed: the references of what cannot be taken as it was planned: it is marked, and stands where it stands by now; what has
            no place now, where the plan wanted it.
        planned_on: the day as it stood when it was planned; it has what is gone by now.
    """
    stands = {card.reference for row in board.rows for card in row.visits}
    moving = {
        move.visit.id: move
        for move in proposal.moves
        if not (move.visit.reference in changed and move.visit.reference in stands)
    }
    cards = {
        card.id: card
        for known in (planned_on or board, board)
        for card in (*known.queue, *(card for row in known.rows for card in row.visits))
    }
    ends = {stop.visit_id: (stop.start, stop.end) for day in proposal.days for stop in day.stops}
    coming: dict[str, list[BoardVisit]] = {}
    for visit_id, move in moving.items():
        if move.after is not None and visit_id in cards:
            start, end = ends[visit_id]
            doubted = move.visit.reference in changed
            card = cards[visit_id]._replace(start=start, end=end, crew=move.after.crew, changed=doubted, **_AS_PLANNED)
            for name in move.after.crew:
                coming.setdefault(name, []).append(card)
    driven: dict[int, list[int | None]] = {}
    for (technician, _), leg in proposal.legs.items():
        driven.setdefault(technician, []).append(leg.metres)
    rows = []
    for row in board.rows:
        own = [_with(card, changed=card.reference in changed) for card in row.visits if card.id not in moving]
        placed = tuple(
            _with(card, leg=proposal.legs.get((row.technician_id, card.id), card.leg))
            for card in sorted([*own, *coming.get(row.name, ())], key=lambda card: (card.start or 0, card.id))
        )
        metres = driven.get(row.technician_id, [])
        known = [metre for metre in metres if metre is not None]
        rows.append(
            row._replace(
                visits=placed,
                leg_home=proposal.legs.get((row.technician_id, HOME), row.leg_home) if placed else None,
                busy=sum(
                    (card.end - card.start) // 60
                    for card in placed
                    if card.start is not None and card.end is not None and not card.reaches_in
                ),
                metres=sum(known) if len(known) == len(metres) and placed else row.metres,
            )
        )
    back = tuple(
        cards[key]._replace(start=None, end=None) for key, move in moving.items() if move.after is None and key in cards
    )
    queue = (*(card for card in board.queue if card.id not in moving), *back)
    return board._replace(rows=tuple(rows), queue=queue)


def figures_of(days: Sequence[TechnicianDay], drives: Drives, left_out: int, begins: int) -> DayFigures:
    """A day in figures, whoever planned it. What was promised before `begins`, when the first of the days that are planned with
    it begins, is overdue; what is promised since then and done on a later day is late by all of the time between."""
    travel = late = overtime = overdue = 0
    placed: set[int] = set()
    for day in days:
        route = day.route
        place = day.origin(drives)
        for stop in route:
            placed.add(stop.visit_id)
            travel += drives(place, stop.place, stop.start).seconds or 0
            if stop.promised is not None and stop.promised[1] < begins:
                overdue += 1
            elif stop.promised is not None:
                late += max(0, stop.start - stop.promised[1])
            place = stop.place
        if route:
            travel += drives(place, day.last_place, route[-1].end).seconds or 0
            overtime += overtime_of_day(day, drives)
    return DayFigures(len(placed), left_out, travel // 60, late // 60, overtime // 60, overdue)


def overtime_of_day(day: TechnicianDay, drives: Drives) -> int:
    """The seconds past a shift, the way home included; who is called out beside it makes none."""
    last = max(day.regular(day.stops), key=lambda stop: (stop.end, stop.visit_id), default=None)
    if last is None or day.shift is None:
        return 0
    return max(0, last.end + (drives(last.place, day.last_place, last.end).seconds or 0) - day.shift[1])


def technician_figures(days: Sequence[TechnicianDay], drives: Drives, begins: int) -> tuple[TechnicianFigures, ...]:
    """The part of each technician who works on a day or is called out, in figures, in the order of the days."""
    parts = []
    for day in days:
        if day.shift is None and not day.stops:
            continue
        own = figures_of([day], drives, 0, begins)
        busy = sum(stop.end - stop.start for stop in day.stops) // 60
        parts.append(TechnicianFigures(day.name, own.placed, busy, own.travel, own.overtime))
    return tuple(parts)
