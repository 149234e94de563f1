"""What a plan leaves out, and the one sentence that says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dispatch.desk.day.placement import need_of
from dispatch.desk.plan.day_problem import DayProblem
from dispatch.desk.plan.solver_terms import overtime_of
from dispatch.model.instants import day_text
from dispatch.model.visits import Visit
from dispatch.planning.candidates import added_drive
from dispatch.planning.obstacles import Case, named_shortly, never, not_together
from dispatch.planning.problem import Plan
from dispatch.planning.why_not import no_room

REASONS = 2.0
"""Seconds in which reasons are looked for where all are asked for at once."""


def put_off(given: DayProblem, visit: Visit) -> str:
    """That a later day holds a request better; empty where none is known that does."""
    if (slot := given.later.get(visit.id)) is None:
        return ""
    day, candidate = slot
    when = f"{day_text(day)} {given.times.clock(candidate.start, visit.zone)}"
    return f"put off: {when} with {candidate.name} {added_drive(candidate.verdict.extra_travel)}"


def why_left_out(given: DayProblem, visit: Visit, plan: Plan, over: int | None = None) -> str:
    """Why a visit is left out of a plan of a day: what keeps it off the day, else what the plan leaves no room for.

    `over`: when the visit that it comes after ends in that plan, where it is planned too.
    """
    case = _case(given, visit, over)
    if sentence := never(case):
        return sentence
    if visit.people > 1:
        return not_together(case)
    index = next((index for index, one in enumerate(given.movable) if one.id == visit.id), None)
    if index is None:
        able = named_shortly([one.name for one in case.anybody(given.staff)])
        once = f" once {visit.after} is over" if visit.after else ""
        return f"no room left with {able}{once}: something else has to move"
    names = {vehicle.id: vehicle.day.name for vehicle in given.vehicles}
    return no_room(given.problem, plan, index, lambda who: names[who.id], lambda at: given.times.clock(at, visit.zone))


def why_on_none(days: Sequence[tuple[DayProblem, Plan]], visit: Visit) -> str:
    """Why a visit is left out of all of some days: of the first that only lacks room for it, else of the first."""
    asked = [(given, plan) for given, plan in days if visit.id in given.stops]
    given, plan = next((one for one in asked if not never(_case(one[0], visit))), asked[0])
    sentence = why_left_out(given, visit, plan)
    return sentence if len(asked) == 1 else f"{day_text(given.day)}: {sentence}"


def _case(given: DayProblem, visit: Visit, over: int | None = None) -> Case:
    stop = given.stops[visit.id]
    if stop.after is not None and over is not None:
        stop = replace(stop, after=stop.after._replace(at=over))
    scope = given.scope
    return Case(
        stop,
        need_of(visit),
        given.day,
        given.zone,
        given.now,
        given.staff,
        scope.technicians,
        scope.between,
        overtime_of(given.firm, scope),
    )
