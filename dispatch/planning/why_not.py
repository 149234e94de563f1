"""Why a visit has no place in a plan that leaves it out, and what giving way would place it: one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from dispatch.model.instants import time_text
from dispatch.planning.cheapest_insertion import Room
from dispatch.planning.judging import TimedRoute, timed
from dispatch.planning.obstacles import lacking, named_shortly
from dispatch.planning.problem import Plan, PlannedTechnician, Problem, may_do

HOURS = 3 * 3600
"""So much past the shift is tried before it is said that the day is too short."""

NameOf = Callable[[PlannedTechnician], str]
ClockText = Callable[[int], str]


def no_room(problem: Problem, plan: Plan, visit: int, named: NameOf, clock: ClockText) -> str:
    """Why a visit has no place in a plan that leaves it out, and what giving way would place it.

    Args:
        problem: the day.
        plan: the plan without it.
        visit: its index.
        named: a technician in words.
        clock: a moment in words.
    """
    able = [
        (number, technician)
        for number, technician in enumerate(problem.technicians)
        if may_do(technician, problem.visits[visit]) and technician.shift[0] < technician.shift[1]
    ]
    if not able:
        people = [(named(technician), technician.skills) for technician in problem.technicians]
        return lacking(problem.visits[visit].skills, people) or "nobody who may do it is there"
    for number, technician in able:
        if (fit := _fits(problem, plan, visit, number)) is not None:
            now = timed(problem, number, plan[number])
            dear = now is not None and fit[0].price - now.price > problem.visits[visit].left_out
            told = ", which costs more than leaving it out" if dear else ": look longer, or place it there"
            return f"fits with {named(technician)} at {clock(fit[0].starts[fit[1]])}{told}"
    ways = [
        f"with {named(technician)} {way}"
        for number, technician in able
        for way in _ways(problem, plan, visit, number, clock)
    ]
    if ways:
        return f"would fit {' or '.join(dict.fromkeys(ways[:2]))}"
    names = dict.fromkeys(named(technician) for _, technician in able)
    return f"no room left with {named_shortly(list(names))}: something else has to move"


def _ways(problem: Problem, plan: Plan, index: int, number: int, clock: ClockText) -> Iterator[str]:
    """What of a technician's day could give way, so that a visit fits into it; each tried."""
    technician, visit = problem.technicians[number], problem.visits[index]
    late = _one(problem, number, replace(technician, overtime=technician.overtime + HOURS))
    if (fit := _fits(late, plan, index, number)) is not None:
        yield f"{time_text(-(-(fit[0].home - technician.shift[1]) // 60))} past the shift"
    open_all_day = replace(visit, windows=(technician.shift,))
    opened = replace(problem, visits=(*problem.visits[:index], open_all_day, *problem.visits[index + 1 :]))
    if (fit := _fits(opened, plan, index, number)) is not None:
        yield f"at {clock(fit[0].starts[fit[1]])}, outside its hours"
    if technician.breaks and _fits(_one(problem, number, replace(technician, breaks=())), plan, index, number):
        yield "without the break"
    if problem.buffer and _fits(replace(problem, buffer=0), plan, index, number):
        yield "without the buffer"
    if technician.cap is not None and _fits(_one(problem, number, replace(technician, cap=None)), plan, index, number):
        yield "beyond the utilisation cap"


def _fits(problem: Problem, plan: Plan, index: int, number: int) -> tuple[TimedRoute, int] | None:
    """The cheapest timing of a technician's route with the visit in it, and which stop that is; None where there is none."""
    route = plan[number]
    places = [at for _, at in Room(problem, number, route).places(index)]
    tried = ((timed(problem, number, (*route[:at], index, *route[at:])), at) for at in places)
    return min(
        ((route_time, at) for route_time, at in tried if route_time is not None),
        key=lambda fit: fit[0].price,
        default=None,
    )


def _one(problem: Problem, number: int, technician: PlannedTechnician) -> Problem:
    technicians = (*problem.technicians[:number], technician, *problem.technicians[number + 1 :])
    return replace(problem, technicians=technicians)
