"""Several days as one problem for the solver, whose technicians are technicians on a day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from dispatch.desk.plan.day_problem import DayProblem
from dispatch.desk.plan.least_change import standing_plan
from dispatch.desk.plan.planned_drives import addresses_of, matrix_of, rows_of
from dispatch.model.travel import Place
from dispatch.model.visits import Visit
from dispatch.planning.budget import TimeIsOver
from dispatch.planning.judging import judge
from dispatch.planning.problem import Plan, PlannedTechnician, PlannedVisit, Problem
from dispatch.planning.sequences import in_order
from dispatch.planning.solving import BetterPlan

A_DAY_LATER = 2.0
"""What it costs, in minutes of driving, to do a request a day later than it could be done; twice as much for each priority
above the lowest."""


class DaysTogether:
    """The problems of some days as one, whose technicians are technicians on a day."""

    def __init__(self, given: Sequence[DayProblem], over: Callable[[], bool]) -> None:
        self.given = given
        self._places: dict[Place | None, int] = {}
        self._index: dict[str, int] = {}
        self._visits: list[PlannedVisit] = []
        self._on_day: dict[tuple[int, int], PlannedVisit] = {}
        """What may move, as it is done on one day: by the place of the day and its index."""
        self._whose = [number for number, part in enumerate(given) for _ in part.problem.technicians]
        technicians: list[PlannedTechnician] = []
        kept: list[PlannedVisit] = []
        together = {visit.reference for part in given for visit in part.teams}
        for number, part in enumerate(given):
            technicians += [self._technician(number, one) for one in part.problem.technicians]
            for index, planned in enumerate(part.problem.visits):
                own = self._visit(number, planned)
                if index >= len(part.movable):
                    kept.append(own)
                    continue
                if own.id in together:  # it has its place on another day, for what several people do after it
                    own = replace(own, windows=(), left_out=0.0)
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
            seconds = matrix_of(first.drives, places, moments, lambda _done: over())
        if len(seconds) < len(self._places):
            raise TimeIsOver
        self.problem = replace(
            first.problem,
            technicians=tuple(technicians),
            visits=(*self._visits, *kept),
            seconds=seconds,
            addresses=addresses_of(places),
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
        """For each day, by its place, when the visits end that a plan places on it, or that teams do there, by id."""
        ids = {visit.reference: visit.id for visit in self.movable}
        ends = {number: team_ends(part) for number, part in enumerate(self.given)}
        for number, order, route in zip(self._whose, found.plan, found.judgement.routes, strict=True):
            for index, start in zip(order, route.starts, strict=True):
                visit = self.problem.visits[index]
                if not visit.kept:
                    ends[number][ids[visit.id]] = start + visit.service
        return ends

    def without(self, found: BetterPlan, references: Collection[str]) -> BetterPlan | None:
        """A plan without some of what it places, and what waits for that; None where it places none of them."""
        out = {self._index[name] for name in references if name in self._index}
        less = tuple(tuple(index for index in order if index not in out) for order in found.plan)
        less = in_order(self.problem, less)
        judged = None if less == found.plan else judge(self.problem, less)
        return None if judged is None else found._replace(plan=less, judgement=judged)

    def as_laid(self, plan: Plan) -> Problem:
        """The problem in which all that a plan places stays on its day."""
        visits = list(self.problem.visits)
        for number, order in zip(self._whose, plan, strict=True):
            for index in order:
                if not visits[index].kept:
                    visits[index] = replace(self._on_day[number, index], left_out=visits[index].left_out)
        return replace(self.problem, visits=tuple(visits))

    @property
    def movable(self) -> Iterator[Visit]:
        """What may move on some day."""
        return (visit for part in self.given for visit in part.movable)

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


def team_ends(part: DayProblem) -> dict[int, int]:
    """When the visits end that teams were found for beforehand, by id."""
    together = {visit.id for visit in part.teams}
    return {stop.visit_id: stop.end for day in part.days for stop in day.stops if stop.visit_id in together}


def without_lost(part: DayProblem, lost: set[int]) -> DayProblem:
    """A day, knowing what lost its place on the days before: what waits for that has none until it has."""
    while more := {visit.id for visit in part.teams if visit.after_id in lost} - lost:
        lost |= more
    return replace(
        part,
        days=tuple(
            replace(day, stops=tuple(stop for stop in day.stops if stop.visit_id not in lost)) for day in part.days
        ),
        stops={key: stop.told(dict.fromkeys(lost)) for key, stop in part.stops.items()},
        teams={visit: team for visit, team in part.teams.items() if visit.id not in lost},
        deferred=(*part.deferred, *(visit for visit in part.teams if visit.id in lost)),
    )
