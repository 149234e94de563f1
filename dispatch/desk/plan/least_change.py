"""What the least change would be, asked beside the best plan; and whether the best is worth what it stirs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from db.store import existing
from dispatch.desk.plan.day_problem import DayProblem
from dispatch.desk.plan.proposal import LeftOut
from dispatch.desk.plan.scope import Freedom, PlanScope
from dispatch.desk.plan.solver_terms import Vehicle
from dispatch.desk.plan.timing import WORTH
from dispatch.model.visits import Visit
from dispatch.planning.budget import Budget, TimeIsOver
from dispatch.planning.checker import at
from dispatch.planning.day import Stop
from dispatch.planning.judging import Judgement, judge
from dispatch.planning.problem import Plan, Problem
from dispatch.planning.solving import BetterPlan

CAREFUL = 0.3
"""Where so much of the time is gone when the day is read, it is not asked beside what the least change would be."""
UNASKED = "what the least change would be was not asked: the time was over"

_Asked = TypeVar("_Asked")
_Stirring = TypeVar("_Stirring", bound="Stirring")


class Stirring(Protocol):
    """A plan of some days: how many visits that stand it moves, and what it leaves out."""

    @property
    def stirred(self) -> int: ...

    @property
    def left_out(self) -> tuple[LeftOut, ...]: ...


def asked_beside(
    scope: PlanScope, given: Sequence[DayProblem], budget: Budget, read: Callable[[PlanScope], _Asked]
) -> tuple[_Asked | None, str]:
    """What `read` makes of the scope of least change, and what is said where there was no time for it. None where that is no other
    question: where nothing stands that may move, every plan is the one that changes least."""
    if scope.freedom is not Freedom.ALL or not any(visit.assignments for part in given for visit in part.movable):
        return None, ""
    if not budget.over(CAREFUL):
        with contextlib.suppress(TimeIsOver):
            return read(replace(scope, freedom=Freedom.LEAST)), ""
    return None, UNASKED


def same_visits(part: Problem, whole: Problem, movable: Iterable[Visit]) -> tuple[int | None, ...]:
    """For each visit of a problem its index in another one of the same days, in which more may move: `movable`."""
    index = {visit.id: number for number, visit in enumerate(whole.visits)}
    free = {visit.id: index[visit.reference] for visit in movable}
    return tuple(
        index.get(visit.id, free.get(int(visit.id.partition("@")[0])) if visit.kept else None) for visit in part.visits
    )


def gain_over(problem: Problem, better: BetterPlan, careful: Plan, best: Stirring, least: Stirring) -> float | None:
    """By how much, in minutes of driving, a plan is better than one that changes less, each with what it leaves out once the
    checker has put in what fits; None where the other one has other teams, or cannot be timed as a whole."""
    judged = judge(problem, careful)
    if judged is None or any(problem.visits[index].kept for index in judged.left_out):
        return None
    prices = {visit.id: visit.left_out for visit in problem.visits}

    def cost(of: Judgement, laid: Stirring) -> float:
        routes = of.cost - sum(problem.visits[index].left_out for index in of.left_out)
        return routes + sum(prices.get(one.visit.reference, 0.0) for one in laid.left_out)

    return cost(judged, least) - cost(better.judgement, best)


def side_by_side(best: _Stirring, least: _Stirring, gain: float | None) -> tuple[_Stirring, _Stirring]:
    """Which of two plans comes first, the best where its `gain` is worth what it stirs; and which one changes least."""
    stirs = best.stirred - least.stirred
    first = best if (gain > WORTH * stirs if gain is not None else len(best.left_out) < len(least.left_out)) else least
    return first, first if first.stirred <= least.stirred else least


def standing_plan(given: DayProblem) -> Plan:
    """The plan that stands: what moves and what stays, by start."""
    numbers = {vehicle.id: number for number, vehicle in enumerate(given.vehicles)}
    routes: list[list[tuple[int, int]]] = [[] for _ in given.vehicles]
    for index, visit in enumerate(given.movable):
        if visit.assignments and visit.starts_at is not None:
            stands = at(given.stops[visit.id], visit.starts_at)
            number = next((number for number, one in enumerate(given.vehicles) if _drives(one, visit, stands)), None)
            if number is not None:
                routes[number].append((visit.starts_at, index))
    for index in range(len(given.movable), len(given.problem.visits)):
        planned = given.problem.visits[index]
        (name,) = planned.only or ("",)  # what stays is somebody's
        routes[numbers[name]].append((planned.windows[0][0], index))
    return tuple(tuple(index for _, index in sorted(route)) for route in routes)


def _drives(vehicle: Vehicle, visit: Visit, stands: Stop) -> bool:
    """Whether a visit stands in that part of its technician's day."""
    if visit.assignments[0].technician_id != vehicle.day.technician_id:
        return False
    called = vehicle.day.is_called_out(stands)
    opens, closes = existing(vehicle.day.shift)
    return opens <= stands.start < closes if vehicle.on_call and called else vehicle.on_call is called
