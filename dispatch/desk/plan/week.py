"""Several days planned at once: requests are laid over the days of all technicians, each between its wanted and its latest day."""

from __future__ import annotations

import contextlib
import datetime
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from typing import NamedTuple

from db import people
from db.store import Store
from dispatch.desk.plan.day_problem import DayProblem, day_problem
from dispatch.desk.plan.left_out import REASONS, why_on_none
from dispatch.desk.plan.planned_drives import matrix_of, rows_of
from dispatch.desk.plan.proposal import DayFigures, LeftOut, Move, Proposal, RunDay
from dispatch.desk.plan.proposing import CAREFUL, gain_over, is_worth_it, more_wait, proposal_of, standing_plan
from dispatch.desk.plan.runs import with_runs
from dispatch.desk.plan.scope import Freedom, PlanScope
from dispatch.desk.session.refusals import Refusal
from dispatch.model.instants import day_of
from dispatch.model.travel import Place
from dispatch.model.visits import Visit
from dispatch.planning.budget import NOT_REACHED, READING, SEARCHING, UNREAD, Budget, TimeIsOver, thinking_time
from dispatch.planning.judging import judge, sequenced
from dispatch.planning.problem import Plan, PlannedTechnician, PlannedVisit, Problem
from dispatch.planning.solving import Beside, BetterPlan, Solving, started_worker

A_DAY_LATER = 2.0
"""What it costs, in minutes of driving, to do a request a day later than it could be done; twice as much for each priority
above the lowest."""


LAYING = 0.6
"""Of the time that is left when all is read so much is for laying visits over the days, the rest for ordering each day."""


class WeekPlan(NamedTuple):
    """A plan of several days: each as a proposal, and what is on none of them."""

    days: tuple[Proposal, ...]
    left_out: tuple[LeftOut, ...]
    note: str
    cpu_seconds: float
    gain: float | None = None
    """By how many minutes of driving it is better than the plan that changes least, all prices counted; None where that is not
    asked or not known."""
    least: WeekPlan | None = None
    """The plan that changes least, where it is another one."""

    @property
    def stirred(self) -> int:
        """How many visits that stand in the plan would stand elsewhere, or nowhere."""
        return sum(day.stirred for day in self.days)

    @property
    def left(self) -> int:
        """How many are on no day."""
        return len(self.left_out)

    @property
    def figures(self) -> DayFigures:
        """Those of all days together."""
        placed, _, travel, late, overtime, overdue = map(
            sum, zip(*(astuple(day.after) for day in self.days), strict=True)
        )
        return DayFigures(placed, self.left, travel, late, overtime, overdue)

    @property
    def moves(self) -> tuple[Move, ...]:
        """All moves, by day."""
        return tuple(move for day in self.days for move in day.moves)

    def later_on(self, day: datetime.date) -> list[tuple[Move, RunDay]]:
        """The days after the first of what is planned for several, which would stand on a day."""
        zone = self.days[0].zone
        return [(move, one) for move in self.moves for one in move.later if day_of(one.start, zone) == day]

    @property
    def label(self) -> str:
        """What it is called among the changes."""
        return f"plan {self.days[0].day.isoformat()} to {self.days[-1].day.isoformat()}"


def plan_week(
    store: Store, days: Sequence[datetime.date], seconds: float | None, scope: PlanScope, begun: float | None = None
) -> WeekPlan:
    """The best plan of some days that is found in the time given.

    Raises:
        Refusal: one of them is over, or nobody works on any of them.
    """
    seconds = thinking_time(len(people.technicians(store)) * len(days)) if seconds is None else seconds
    budget = Budget(seconds, time.monotonic() if begun is None else begun)
    careful = None
    try:
        with store.read():
            whole = _Merged(_parts(store, days, scope, budget), lambda _done: budget.over(SEARCHING))
            moves = any(visit.assignments for part in whole.given for visit in part.movable)
            if scope.freedom is Freedom.ALL and moves and not budget.over(CAREFUL):
                parts = _parts(store, days, replace(scope, freedom=Freedom.LEAST), budget, like=whole.given)
                careful = _Merged(parts, lambda _done: budget.over(SEARCHING))
    except TimeIsOver:
        raise Refusal(f"{UNREAD}.") from None
    beside = None if careful is None else Beside(careful.problem, whole.same(careful), careful.standing())
    found = _searched(whole, beside, budget)
    best = _proposed(store, whole, found.best, found, budget)
    if careful is None or beside is None or found.beside is None:
        return best
    least = _proposed(store, careful, found.beside, found, budget)
    gain = gain_over(whole.problem, found.best, beside.in_whole(found.beside.plan))
    return best._replace(gain=gain, least=least) if is_worth_it(gain, best, least) else least


class _Found(NamedTuple):
    """What the search came to: the best plan, the answer to what was asked beside, and what is to be said of it."""

    best: BetterPlan
    beside: BetterPlan | None
    note: str
    cpu_seconds: float


def _searched(whole: _Merged, beside: Beside | None, budget: Budget) -> _Found:
    """Lay the visits over the days, then order each day by itself: over several days a solver sees none of the hours of what is
    late already. Where there is no time for both, they are laid only.

    Raises:
        Refusal: there is no plan.
    """
    with contextlib.ExitStack() as ending:
        orders = None
        if not budget.over(READING):
            orders = started_worker()  # loads the engine meanwhile
            ending.callback(orders.kill)
        left = 0.0 if orders is None else max(0.0, budget.begun + budget.seconds - time.monotonic())
        seconds = budget.seconds - (1 - LAYING) * left
        laying = Solving(whole.problem, seconds, start=whole.standing(), beside=beside, begun=budget.begun)
        if (laid := _last(laying)) is None:
            raise Refusal("No plan was made.")
        if orders is None:
            return _Found(laid, laying.beside, laying.note, laying.cpu_seconds)
        ordering = Solving(whole.as_laid(laid.plan), budget.seconds, start=laid.plan, begun=budget.begun, worker=orders)
        ordered = _last(ordering)
        cpu = laying.cpu_seconds + ordering.cpu_seconds
    judged = None if ordered is None else judge(whole.problem, ordered.plan)
    if ordered is not None and judged is not None and judged.cost < laid.judgement.cost:
        laid = ordered._replace(judgement=judged)
    return _Found(laid, laying.beside, laying.note, cpu)


def _last(solving: Solving) -> BetterPlan | None:
    """The best plan of a search."""
    for _ in solving:
        pass
    return solving.best


def _parts(
    store: Store, days: Sequence[datetime.date], scope: PlanScope, budget: Budget, like: Sequence[DayProblem] = ()
) -> list[DayProblem]:
    """The problem of each day on which somebody works; teams stand on the first day that has room for them. The drives are those
    of `like`, the same days in which more may move.

    Raises:
        Refusal: nobody works on any of them.
    """
    parts, but = list[DayProblem](), dict[int, int | None]()
    same = {part.day: part for part in like}
    for day in days:
        # where drives do not depend on the hour, those of one day are those of another
        known = same.get(day) or (parts[-1] if parts and not parts[-1].drives.by_hour else None)
        part = day_problem(
            store,
            day,
            scope,
            later={},
            but=but,
            like=known,
            budget=budget,
            # the other half is for the drives between the places of all days
            reading=READING / 2,
        )
        but |= dict.fromkeys(visit.id for visit in part.beyond)
        together = {visit.id for visit in part.teams}
        but |= {stop.visit_id: stop.end for one in part.days for stop in one.stops if stop.visit_id in together}
        parts += [part] if part.days else []
    if not parts:
        raise Refusal("Nobody works on these days.")
    return [replace(part, begins=parts[0].begins) for part in parts]


def _proposed(store: Store, whole: _Merged, found: BetterPlan, search: _Found, budget: Budget) -> WeekPlan:
    """A plan of all days as one proposal for each."""
    proposals, placed, ends = list[Proposal](), set[str](), dict[int, int]()
    in_sequence = sequenced(whole.problem, found.plan)
    assert in_sequence is not None, "it was judged"
    ahead = whole.ends(found)
    plans = [whole.of_day(number, found.plan, in_sequence) for number in range(len(whole.given))]
    for number, (part, plan) in enumerate(plans):
        ahead.pop(number, None)
        judged = judge(part.problem, plan)
        if judged is None:
            raise Refusal("No plan was made.")
        waiting = tuple(visit for visit in part.deferred if visit.reference not in placed)
        own = found._replace(plan=plan, judgement=judged)
        elsewhere = {key: end for later in ahead.values() for key, end in later.items()} | ends
        proposal = proposal_of(replace(part, deferred=waiting), own, search.note, elsewhere)
        ends |= {stop.visit_id: stop.end for day in proposal.days for stop in day.stops}
        waits = {visit.reference for visit in (*part.movable, *part.deferred) if visit.starts_at is None}
        here = {part.problem.visits[index].id for order in plan for index in order}
        proposals.append(_own(proposal, waits - here))
        placed |= {move.visit.reference for move in proposals[-1].moves if move.after is not None}
    given = [part for part, _ in plans]
    proposals = with_runs(store, [*zip(given, proposals, strict=True)])
    nowhere = [one for proposal in proposals for one in proposal.left_out if one.visit.reference in placed]
    proposals = [_unkept(proposal, placed) for proposal in proposals]
    left, beyond = (*nowhere, *_left_out(plans, placed, budget)), sum(len(part.beyond) for part in whole.given)
    more = more_wait(beyond, len(placed) + len(left)) if beyond else ""
    note = "; ".join(filter(None, (search.note, more)))
    return WeekPlan(tuple(proposals), left, note, search.cpu_seconds)


def _own(proposal: Proposal, elsewhere: set[str]) -> Proposal:
    """A day without what is left to other days."""
    left = tuple(one for one in proposal.left_out if one.visit.reference not in elsewhere)
    after = replace(proposal.after, left_out=len(left))
    before = replace(proposal.before, left_out=proposal.before.left_out - len(proposal.left_out) + len(left))
    return replace(proposal, left_out=left, after=after, before=before)


def _unkept(proposal: Proposal, placed: set[str]) -> Proposal:
    """A day without the promises of what it leaves to another day, which says itself by how much they are broken."""
    broken = (one for one in proposal.broken if one.technician or one.visit.reference not in placed)
    return replace(proposal, broken=tuple(broken))


def _left_out(plans: Sequence[tuple[DayProblem, Plan]], placed: set[str], budget: Budget) -> tuple[LeftOut, ...]:
    """What is on no day, each with its reason as far as those are found in `REASONS` seconds and the time that there is."""
    waiting: dict[str, Visit] = {}
    unplaced: dict[str, Visit] = {}
    for part, _ in plans:
        waiting |= {visit.reference: visit for visit in (*part.movable, *part.deferred) if visit.starts_at is None}
        unplaced |= {visit.reference: visit for visit in part.unplaced}
    left = [visit for name, visit in waiting.items() if name not in placed]
    left.sort(key=lambda visit: (not visit.emergency, visit.priority, visit.reference))
    ends = min(time.monotonic() + REASONS, budget.at())
    said = [LeftOut(visit, why_on_none(plans, visit) if time.monotonic() < ends else NOT_REACHED) for visit in left]
    return (*said, *map(LeftOut.nowhere, unplaced.values()))


class _Merged:
    """The problems of some days as one, whose technicians are technicians on a day."""

    def __init__(self, given: Sequence[DayProblem], over: Callable[[int], bool]) -> None:
        self.given = given
        self._places: dict[Place | None, int] = {}
        self._index: dict[str, int] = {}
        self._visits: list[PlannedVisit] = []
        self._on_day: dict[tuple[int, int], PlannedVisit] = {}
        """What may move, as it is done on one day: by the place of the day and its index."""
        self._whose = [number for number, part in enumerate(given) for _ in part.problem.technicians]
        technicians: list[PlannedTechnician] = []
        kept: list[PlannedVisit] = []
        for number, part in enumerate(given):
            technicians += [self._technician(number, one) for one in part.problem.technicians]
            for index, planned in enumerate(part.problem.visits):
                own = self._visit(number, planned)
                if index >= len(part.movable):
                    kept.append(own)
                    continue
                known = self._index.setdefault(own.id, len(self._visits))
                if known == len(self._visits):
                    self._visits.append(own)
                else:
                    self._visits[known] = _either(self._visits[known], own)
                self._on_day[number, known] = own
        self._index |= {visit.id: len(self._visits) + index for index, visit in enumerate(kept)}
        first = given[0]
        moments = [moment for part in given for moment in part.moments] if first.drives.by_hour else first.moments
        places, seconds = list(self._places), None
        if not first.drives.by_hour:
            seconds = rows_of(first.places, first.problem.seconds, places)
        if seconds is None:
            seconds = matrix_of(first.drives, places, moments, over)
        if len(seconds) < len(self._places):
            raise TimeIsOver
        self.problem = replace(
            first.problem,
            technicians=tuple(technicians),
            visits=(*self._visits, *kept),
            seconds=seconds,
            midnights=tuple(part.problem.midnight for part in given[1:]),
        )

    def of_day(self, number: int, plan: Plan, in_sequence: Problem) -> tuple[DayProblem, Plan]:
        """The part of a plan that is of one day, and that day's own problem with the windows in which it is in order."""
        part = self.given[number]
        indexes = [self._index[_name(number, visit)] for visit in part.problem.visits]
        local = {index: own for own, index in enumerate(indexes)}
        first = sum(len(other.problem.technicians) for other in self.given[:number])
        own = plan[first : first + len(part.problem.technicians)]
        own_problem = part.problem
        if in_sequence is not self.problem:
            visits = tuple(
                visit if visit.kept else replace(visit, windows=in_sequence.visits[index].windows, after=None)
                for visit, index in zip(part.problem.visits, indexes, strict=True)
            )
            own_problem = replace(own_problem, visits=visits)
        return replace(part, problem=own_problem), tuple(tuple(local[index] for index in order) for order in own)

    def ends(self, found: BetterPlan) -> dict[int, dict[int, int]]:
        """For each day, by its place, when the visits end that a plan places on it, by id."""
        ids = {visit.reference: visit.id for part in self.given for visit in part.movable}
        ends: dict[int, dict[int, int]] = {}
        for number, order, route in zip(self._whose, found.plan, found.judgement.routes, strict=True):
            for index, start in zip(order, route.starts, strict=True):
                visit = self.problem.visits[index]
                if not visit.kept:
                    ends.setdefault(number, {})[ids[visit.id]] = start + visit.service
        return ends

    def as_laid(self, plan: Plan) -> Problem:
        """The problem in which all that a plan places stays on its day."""
        visits = list(self.problem.visits)
        for number, order in zip(self._whose, plan, strict=True):
            for index in order:
                if not visits[index].kept:
                    visits[index] = replace(self._on_day[number, index], left_out=visits[index].left_out)
        return replace(self.problem, visits=tuple(visits))

    def same(self, part: _Merged) -> tuple[int | None, ...]:
        """For each visit of the problems of the same days in which less may move its index in these."""
        free = {visit.id: self._index[visit.reference] for one in self.given for visit in one.movable}
        return tuple(
            self._index.get(visit.id, free.get(int(visit.id.partition("@")[0])) if visit.kept else None)
            for visit in part.problem.visits
        )

    def standing(self) -> Plan:
        """The plan that stands, of all days."""
        return tuple(
            tuple(self._index[_name(number, part.problem.visits[index])] for index in order)
            for number, part in enumerate(self.given)
            for order in standing_plan(part)
        )

    def _place(self, number: int, place: int) -> int:
        return self._places.setdefault(self.given[number].places[place], len(self._places))

    def _technician(self, number: int, one: PlannedTechnician) -> PlannedTechnician:
        start, end = self._place(number, one.start), self._place(number, one.end)
        return replace(one, id=f"{one.id}@{number}", start=start, end=end)

    def _visit(self, number: int, planned: PlannedVisit) -> PlannedVisit:
        """A visit as it is done on one day: by the technicians of that day, dearer the later it is."""
        part = self.given[number]
        able = {one.id for one in part.problem.technicians} if planned.only is None else planned.only
        later = 0.0 if planned.kept else number * A_DAY_LATER * 2 ** (4 - planned.priority)
        return replace(
            planned,
            id=_name(number, planned),
            place=self._place(number, planned.place),
            only=frozenset(f"{name}@{number}" for name in able),
            extra={f"{name}@{number}": planned.extra.get(name, 0.0) + later for name in able},
        )


def _name(number: int, planned: PlannedVisit) -> str:
    """What stays is somebody's on one day; what waits is the same on all."""
    return f"{planned.id}@{number}" if planned.kept else planned.id


def _either(one: PlannedVisit, other: PlannedVisit) -> PlannedVisit:
    """A visit that may be done on the days of both."""
    return replace(
        one,
        windows=(*one.windows, *other.windows),
        only=(one.only or frozenset()) | (other.only or frozenset()),
        extra={**one.extra, **other.extra},
        left_out=max(one.left_out, other.left_out),
    )
