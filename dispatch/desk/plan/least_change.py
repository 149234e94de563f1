"""What the least change would be, asked beside the best plan; and whether the best is worth what it stirs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from db.store import existing
from dispatch.desk.plan.day_problem import DayProblem
from dispatch.desk.plan.proposal import LeftOut, PlanPrice, Proposal
from dispatch.desk.plan.scope import Freedom, PlanScope
from dispatch.desk.plan.solver_terms import Vehicle, left_out_price
from dispatch.desk.plan.timing import WORTH
from dispatch.model.instants import DAY_MINUTES
from dispatch.model.visits import Visit
from dispatch.planning.budget import Budget, TimeIsOver
from dispatch.planning.checker import Finding, at, lateness
from dispatch.planning.day import Stop
from dispatch.planning.problem import Plan, Problem

CAREFUL = 0.3
"""Where so much of the time is gone when the day is read, it is not asked beside what the least change would be."""
UNASKED = "what the least change would be was not asked: the time was over"

_Asked = TypeVar("_Asked")
_Stirring = TypeVar("_Stirring", bound="Stirring")


class Stirring(Protocol):
    """A plan of some days: each of them, how many visits that stand it moves, and what it leaves out."""

    @property
    def each_day(self) -> tuple[Proposal, ...]: ...

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


def side_by_side(
    given: Sequence[DayProblem], best: _Stirring, least: _Stirring
) -> tuple[_Stirring, _Stirring, PlanPrice]:
    """Which of two plans comes first, the best where it is worth what it stirs; which one changes least; and what the best is
    worth: by how much each part of it costs less."""
    parts = zip(_priced(given, least), _priced(given, best), strict=True)
    gain = PlanPrice(*(one - other for one, other in parts))
    first = best if gain.total > WORTH * (best.stirred - least.stirred) else least
    return first, first if first.stirred <= least.stirred else least, gain


def _priced(given: Sequence[DayProblem], plan: Stirring) -> PlanPrice:
    """What people see of a plan, priced."""
    prices = {visit.id: visit.left_out for part in given for visit in part.problem.visits}
    left_out = sum(prices.get(one.visit.reference) or left_out_price(one.visit) for one in plan.left_out)
    driving = late = overtime = uneven = 0.0
    for part, proposal in zip(given, plan.each_day, strict=True):
        driving += proposal.after.travel * part.rules.travel
        overtime += proposal.after.overtime * part.rules.overtime
        uneven += part.problem.prices.balance * sum((one.busy / 60) ** 2 for one in proposal.technicians)
        days_later = (part.day - given[0].day).days
        # with all of its clocks, wherever it stands
        known = {visit.id: part.stops[visit.id] for visit in part.movable if visit.assignments}
        stops = {stop.visit_id: (day, stop) for day in proposal.days for stop in day.stops}
        for day, stop in stops.values():
            own = at(known.get(stop.visit_id, stop), stop.start)
            late += _late([*lateness(day, own, part.rules)], part, days_later, emergency=stop.emergency)
    return PlanPrice(driving, late, overtime, left_out, uneven)


def _late(found: Sequence[Finding], part: DayProblem, days_later: int, *, emergency: bool) -> float:
    """What the checker's findings of lateness cost. What is late already, and an emergency, is late by whole days: within a day all
    of its places are as late."""
    overdue = [one for one in found if one.due is not None and (one.due <= part.begins or not one.minutes)]
    whole_days = days_later * DAY_MINUTES * part.rules.late_promise if overdue or emergency else 0.0
    return sum(one.cost for one in found if one not in overdue) + whole_days


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
