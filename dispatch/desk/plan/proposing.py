"""A day proposed by the solver: beside the day as it is, move by move, and written as one change when somebody says so."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from db.legs import HOME
from db.store import Store
from dispatch.desk.plan import schedule
from dispatch.desk.plan.day_problem import DayProblem, day_problem
from dispatch.desk.plan.schedule import Placement
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.boards import Board
from dispatch.model.instants import clock_text
from dispatch.model.states import State
from dispatch.model.travel import Leg
from dispatch.model.visits import Visit
from dispatch.planning.checker import LEARNER, PlacementGrade, check
from dispatch.planning.day import Drives, TechnicianDay
from dispatch.planning.judging import Judgement, judge
from dispatch.planning.problem import Plan
from dispatch.planning.solving import BetterPlan, Solving
from dispatch.planning.why_not import why_not

WORTH = 5.0
"""A plan that is better by less, in minutes of driving, is not worth moving anybody for."""


@dataclass(frozen=True, slots=True)
class Move:
    """A visit that would stand elsewhere; `before` and `after` are technician and start, None for the queue. `remark`: that
    nothing is charged there, empty where it is."""

    visit: Visit
    before: tuple[str, int] | None
    after: tuple[str, int] | None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A visit that does not fit, and why."""

    visit: Visit
    why: str


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A day in figures: visits in it, left in the queue, minutes of driving, of lateness, of overtime."""

    placed: int
    left_out: int
    travel: int
    late: int
    overtime: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan beside the day as it is. `days` are the technicians' days as they would be."""

    day: datetime.date
    zone: str
    before: DayFigures
    after: DayFigures
    moves: tuple[Move, ...]
    left_out: tuple[LeftOut, ...]
    days: tuple[TechnicianDay, ...]
    note: str
    cpu_seconds: float
    legs: Mapping[tuple[int, int], Leg] = field(default_factory=dict)
    """The drive to each stop as it would be: technician and visit; visit 0 is the way home."""

    def of(self, technicians: Collection[str] | None) -> tuple[Move, ...]:
        """The moves that concern some technicians; all for None."""
        if technicians is None:
            return self.moves
        names = {name.casefold() for name in technicians}

        def concerns(end: tuple[str, int] | None) -> bool:
            return end is not None and end[0].casefold() in names

        return tuple(move for move in self.moves if concerns(move.after) or concerns(move.before))


class Proposing:
    """One solve of a firm's day. Iterate it for ever better proposals; `stop` ends it from any thread."""

    def __init__(self, store: Store, day: datetime.date, seconds: float) -> None:
        self._given = day_problem(store, day)
        self._solving = Solving(self._given.problem, seconds)
        self.best: Proposal | None = None
        """The best proposal so far; only after the end does it say why what is left out does not fit."""

    def __iter__(self) -> Iterator[Proposal]:
        last = None
        for better in self._solving:
            last = better
            self.best = _proposal(self._given, better, self._solving.note, reasons=False)
            yield self.best
        if last is not None:
            self.best = _proposal(self._given, last, self._solving.note, reasons=True)
            yield self.best

    def stop(self) -> None:
        """End it now; the best so far stands."""
        self._solving.stop()


def propose(store: Store, day: datetime.date, seconds: float) -> Proposal:
    """The best proposal for a day that is found in the time given.

    Raises:
        Refusal: nobody works on the day.
    """
    proposing = Proposing(store, day, seconds)
    for _ in proposing:
        pass
    if proposing.best is None:
        raise Refusal("No plan was made.")
    return proposing.best


def apply(user: User, proposal: Proposal, technicians: Collection[str] | None = None) -> int:
    """Write a proposal, or the part of some technicians, as one change; returns how many visits moved.

    Raises:
        NotAllowed: only a dispatcher plans.
        Refusal, Stale: something changed since it was proposed; nothing was written.
    """
    moves = proposal.of(technicians)
    if not moves:
        return 0
    placements = [
        Placement(move.visit.reference, move.visit.version, *(move.after if move.after is not None else (None, 0)))
        for move in moves
    ]
    schedule.place_all(user, placements, f"plan {proposal.day.isoformat()}")
    return len(moves)


def vroom_form(store: Store, day: datetime.date) -> dict[str, object]:
    """A day as VROOM's own JSON reads it, for other programs. Moments are epoch seconds, drives seconds."""
    given = day_problem(store, day).problem
    skills = sorted(
        {skill for technician in given.technicians for skill in technician.skills}
        | {s for v in given.visits for s in v.skills}
    )
    number = {skill: index for index, skill in enumerate(skills, 1)}
    private = {technician.id: 1000 + index for index, technician in enumerate(given.technicians)}
    return {
        "vehicles": [
            {
                "id": index,
                "description": technician.id,
                "start_index": technician.start,
                "end_index": technician.end,
                "time_window": [
                    technician.shift[0],
                    max(technician.shift[0] + 1, technician.shift[1] + technician.overtime),
                ],
                "skills": [*(number[skill] for skill in sorted(technician.skills)), private[technician.id]],
                "breaks": [
                    {"id": place, "time_windows": [[pause.earliest, pause.latest]], "service": pause.seconds}
                    for place, pause in enumerate(technician.breaks, 1)
                ],
            }
            for index, technician in enumerate(given.technicians, 1)
        ],
        "jobs": [
            {
                "id": index,
                "description": visit.id,
                "location_index": visit.place,
                "service": visit.service,
                "skills": [
                    *(number[skill] for skill in sorted(visit.skills)),
                    *(private[name] for name in sorted(visit.only or ()) if len(visit.only or ()) == 1),
                ],
                "priority": max(1, min(100, round(visit.left_out / 160))),
                "time_windows": [list(window) for window in visit.windows],
            }
            for index, visit in enumerate(given.visits, 1)
            if visit.windows
        ],
        "matrices": {
            "car": {
                "durations": [
                    [cell + (given.buffer if row != column else 0) for column, cell in enumerate(cells)]
                    for row, cells in enumerate(given.seconds)
                ],
                "costs": [list(cells) for cells in given.seconds],
            }
        },
    }


def _proposal(given: DayProblem, better: BetterPlan, note: str, *, reasons: bool) -> Proposal:
    movable = given.movable
    stays = _as_it_is(given)
    if stays is not None and stays[1].cost <= better.judgement.cost + WORTH:
        better = better._replace(plan=stays[0], judgement=stays[1])
    days: list[TechnicianDay] = []
    refused: dict[int, str] = {}
    remarks: dict[int, str] = {}
    for number, order in enumerate(better.plan):
        day = given.days[number]
        route = better.judgement.routes[number]
        for index, earliest in zip(order, route.starts, strict=True):
            if index >= len(movable):
                continue
            visit = movable[index]
            stop = given.stops[visit.id]
            standing = stays is not None and better.plan == stays[0]
            start = visit.starts_at if standing and visit.starts_at is not None else earliest
            stop = replace(stop, start=start, end=start + stop.end - stop.start)
            # the checker has the last word on what is shown
            verdict = check(day, stop, given.drives, given.rules)
            if verdict.level is PlacementGrade.BLOCKED:
                refused[index] = "; ".join(f.text for f in verdict.findings if f.level is PlacementGrade.BLOCKED)
            else:
                day = replace(day, stops=(*day.stops, stop))
                remarks[visit.id] = "; ".join(f.text for f in verdict.findings if f.rule == LEARNER)
        days.append(day)
    after = {
        stop.visit_id: (day.name, stop.start) for day in days for stop in day.stops if stop.visit_id in given.stops
    }
    before = {
        visit.id: (visit.assignments[0].technician, visit.starts_at)
        for visit in movable
        if visit.assignments and visit.starts_at is not None
    }
    moves = [
        Move(visit, before.get(visit.id), after.get(visit.id), remarks.get(visit.id, ""))
        for visit in movable
        if before.get(visit.id) != after.get(visit.id)
    ]
    left = [
        LeftOut(visit, refused.get(index) or (_why(given, better.plan, index) if reasons else ""))
        for index, visit in enumerate(movable)
        if visit.id not in after
    ]
    left += [LeftOut(visit, "its site has no coordinates: place it first") for visit in given.unplaced]
    return Proposal(
        given.day,
        given.zone,
        figures_of(given.before, given.drives, len(movable) - len(before) + len(given.unplaced)),
        figures_of(days, given.drives, len(left)),
        tuple(sorted(moves, key=lambda move: move.after or ("~", 1 << 40))),
        tuple(left),
        tuple(days),
        note,
        better.cpu_seconds,
        _legs(days, given.drives),
    )


def _legs(days: Sequence[TechnicianDay], drives: Drives) -> dict[tuple[int, int], Leg]:
    legs = {}
    for day in days:
        place = day.home
        for stop in sorted(day.stops, key=lambda stop: (stop.start, stop.visit_id)):
            legs[day.technician_id, stop.visit_id] = drives(place, stop.place, stop.start)
            place = stop.place
        ends_at = max((stop.end for stop in day.stops), default=None)
        legs[day.technician_id, HOME] = drives(place, day.home, ends_at)
    return legs


_AS_PLANNED: dict[str, Any] = {"state": State.PLANNED, "projected": None, "late": None, "slack": None}


def board_as_planned(board: Board, proposal: Proposal) -> Board:
    """The board as a proposal would make it: nothing of it is written."""
    moving = {move.visit.id: move for move in proposal.moves}
    cards = {card.id: card for card in (*board.queue, *(card for row in board.rows for card in row.visits))}
    ends = {stop.visit_id: (stop.start, stop.end) for day in proposal.days for stop in day.stops}
    rows = []
    for row in board.rows:
        own = [card for card in row.visits if card.id not in moving]
        for visit_id, move in moving.items():
            if move.after is not None and move.after[0] == row.name and visit_id in cards:
                start, end = ends[visit_id]
                own.append(cards[visit_id]._replace(start=start, end=end, crew=(row.name,), **_AS_PLANNED))
        placed = tuple(
            card._replace(leg=proposal.legs.get((row.technician_id, card.id), card.leg))
            for card in sorted(own, key=lambda card: (card.start or 0, card.id))
        )
        driven = [leg for (technician, _), leg in proposal.legs.items() if technician == row.technician_id]
        metres = [leg.metres for leg in driven if leg.metres is not None]
        rows.append(
            row._replace(
                visits=placed,
                leg_home=proposal.legs.get((row.technician_id, HOME), row.leg_home) if placed else None,
                busy=sum(
                    (card.end - card.start) // 60 for card in placed if card.start is not None and card.end is not None
                ),
                metres=sum(metres) if len(metres) == len(driven) and placed else row.metres,
            )
        )
    back = tuple(
        cards[key]._replace(start=None, end=None) for key, move in moving.items() if move.after is None and key in cards
    )
    queue = (*(card for card in board.queue if card.id not in moving), *back)
    return board._replace(rows=tuple(rows), queue=queue)


def _as_it_is(given: DayProblem) -> tuple[Plan, Judgement] | None:
    """The plan that stands, and what it is worth; None where it does not hold: then any plan is better."""
    numbers = {day.technician_id: number for number, day in enumerate(given.days)}
    routes: list[list[tuple[int, int]]] = [[] for _ in given.days]
    for index, visit in enumerate(given.movable):
        if visit.assignments and visit.starts_at is not None:
            number = numbers.get(visit.assignments[0].technician_id)
            if number is None:
                return None
            routes[number].append((visit.starts_at, index))
    for index in range(len(given.movable), len(given.problem.visits)):
        planned = given.problem.visits[index]
        (name,) = planned.only or ("",)  # what stays is somebody's
        routes[numbers[int(name)]].append((planned.windows[0][0], index))
    plan = tuple(tuple(index for _, index in sorted(route)) for route in routes)
    judged = judge(given.problem, plan)
    return None if judged is None else (plan, judged)


def _why(given: DayProblem, plan: Plan, index: int) -> str:
    if not given.problem.visits[index].windows:
        return "its site is closed on this day, or not open any more"
    names = {str(day.technician_id): day.name for day in given.days}
    reason = why_not(
        given.problem, plan, index, lambda who: names.get(who.id, who.id), lambda at: clock_text(at, given.zone)
    )
    return reason.text


def figures_of(days: Sequence[TechnicianDay], drives: Drives, left_out: int) -> DayFigures:
    """A day in figures, whoever planned it."""
    travel = late = overtime = 0
    placed: set[int] = set()
    for day in days:
        route = sorted(day.stops, key=lambda stop: (stop.start, stop.visit_id))
        place = day.home
        for stop in route:
            placed.add(stop.visit_id)
            travel += drives(place, stop.place, stop.start).seconds or 0
            late += max(0, stop.start - stop.promised[1]) if stop.promised is not None else 0
            place = stop.place
        if route:
            way = drives(place, day.home, route[-1].end).seconds or 0
            travel += way
            if day.shift is not None:
                overtime += max(0, route[-1].end + way - day.shift[1])
    return DayFigures(len(placed), left_out, travel // 60, late // 60, overtime // 60)
