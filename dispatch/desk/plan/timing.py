"""When the visits of a planned route begin: with the drives of the hour, and where they stand already if that costs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from dispatch.desk.plan.day_problem import DayProblem
from dispatch.desk.plan.planned_drives import planned_drive
from dispatch.planning.judging import TimedRoute, timed
from dispatch.planning.problem import Problem

WORTH = 5.0
"""A plan that is better by less, in minutes of driving for each visit that it stirs, is not worth moving anybody for."""
ROUNDS = 6
"""So often a route is timed again with the drives of the hour in which it then drives."""


def starts_of(given: DayProblem, technician: int, order: Sequence[int], route: TimedRoute) -> tuple[int, ...]:
    """When the visits of a route begin.

    Args:
        given: the day.
        technician: an index.
        order: indexes of visits.
        route: its timing with the drives of the matrix.
    """
    if not order:
        return ()
    legs, now = None, route
    if given.drives.by_hour:
        for _ in range(ROUNDS):
            legs = _legs_at(given, technician, order, now.starts)
            again = timed(given.problem, technician, order, legs)
            if again is None:
                legs, now = None, route  # the drives of the matrix are the longest of the day
                break
            if again.starts == now.starts:
                break
            now = again
    return _anchored(given, technician, order, now, legs)


def _legs_at(given: DayProblem, technician: int, order: Sequence[int], starts: Sequence[int]) -> list[int]:
    """The drives to the visits of a route and home, each at the hour in which it is driven."""
    who, visits = given.problem.technicians[technician], given.problem.visits
    stops = [who.start, *(visits[index].place for index in order), who.end]
    moments = [*starts, starts[-1] + visits[order[-1]].service]
    return [
        planned_drive(given.drives, given.places[place], given.places[following], (moment,))
        for (place, following), moment in zip(pairwise(stops), moments, strict=True)
    ]


def _anchored(
    given: DayProblem, technician: int, order: Sequence[int], route: TimedRoute, legs: Sequence[int] | None
) -> tuple[int, ...]:
    """The starts of a route in which what its technician has already stays at its time, as far as that costs little."""
    name = given.vehicles[technician].day.technician_id
    standing = {
        index: visit.starts_at
        for index in order
        if index < len(given.movable)
        and (visit := given.movable[index]).starts_at is not None
        and visit.assignments[0].technician_id == name
    }
    anchors: dict[int, int] = {}
    for index, start in standing.items():
        tried = anchors | {index: start}
        anchored = timed(_held(given.problem, tried), technician, order, legs)
        if anchored is not None and anchored.price <= route.price + WORTH * len(tried):
            anchors, best = tried, anchored
    return best.starts if anchors else route.starts


def _held(problem: Problem, anchors: Mapping[int, int]) -> Problem:
    """The problem with some visits held at a moment."""
    visits = list(problem.visits)
    for index, start in anchors.items():
        visits[index] = replace(visits[index], windows=((start, start),))
    return replace(problem, visits=tuple(visits))
