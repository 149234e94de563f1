"""Cheapest insertion: what a better plan begins with, and what is left where no solver can be loaded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import pairwise

from dispatch.planning.judging import price_of
from dispatch.planning.problem import Plan, PlannedVisit, Problem, SubProblem, may_do

Price = Callable[[int, Sequence[int]], float | None]
_NEVER = 1 << 60
"""Later than any moment, and more than anybody carries."""


def insert_cheapest(
    problem: Problem,
    routes: Sequence[Sequence[int]],
    visits: Collection[int],
    price: Price | None = None,
    technicians: Collection[int] | None = None,
    over: Callable[[], bool] = lambda: False,
) -> Plan:
    """Put visits where each costs least, those that are dearest to leave out first; what costs more than that stays out.

    Args:
        problem: the day.
        routes: what is planned already.
        visits: what is to be put in.
        price: what a route costs; None where it cannot be driven.
        technicians: whose routes take something; None: everybody's.
        over: whether the time is over: what was not tried then stays out.
    """
    worth = price or partial(price_of, problem)
    plan = [list(route) for route in routes]
    among = range(len(plan)) if technicians is None else sorted(technicians)
    rooms = {technician: Room(problem, technician, plan[technician]) for technician in among}
    costs: dict[int, float] = {}
    able: dict[tuple[object, ...], list[int]] = {}
    for index in sorted(visits, key=lambda index: _first_in(problem.visits[index], index)):
        if over():
            break
        visit = problem.visits[index]
        kind = (visit.skills, visit.only)
        if kind not in able:
            able[kind] = [technician for technician in among if may_do(problem.technicians[technician], visit)]
        best: tuple[float, int, list[int]] | None = None
        places = (
            (added, technician, place) for technician in able[kind] for added, place in rooms[technician].places(index)
        )
        for added, technician, place in sorted(places):
            if best is not None and added >= best[0]:
                break  # what comes now costs more by its drive alone
            route = plan[technician]
            tried = [*route[:place], index, *route[place:]]
            after = worth(technician, tried)
            if technician not in costs:
                costs[technician] = worth(technician, route) or 0.0
            if after is not None and (best is None or after - costs[technician] < best[0]):
                best = (after - costs[technician], technician, tried)
        if best is not None and best[0] < visit.left_out:
            plan[best[1]] = best[2]
            rooms[best[1]] = Room(problem, best[1], best[2])
            costs.pop(best[1])
    return tuple(tuple(route) for route in plan)


def _first_in(visit: PlannedVisit, index: int) -> tuple[float, int, int]:
    """What is dearer to leave out goes first, and of that what is due first."""
    return -visit.left_out, min((due for due, _ in visit.dues), default=_NEVER), index


class Room:
    """Where in a route something may fit: at each place the first moment at which its technician is free, and the last at
    which they must be. Breaks are left out of it, so that it never refuses what can be driven."""

    def __init__(self, problem: Problem, technician: int, route: Sequence[int]) -> None:
        self._problem = problem
        self._who = who = problem.technicians[technician]
        visits = self._visits = [problem.visits[index] for index in route]
        self._places = [who.start, *(visit.place for visit in visits), who.end]
        self._room = who.cap - sum(visit.service for visit in visits) if who.cap is not None else _NEVER
        if who.capacity is not None:
            self._load = who.capacity - sum(visit.load for visit in visits)
        else:
            self._load = _NEVER
        # the first moment at which each stop can be over
        self._over = [who.shift[0]]
        for (place, following), visit in zip(pairwise(self._places), visits, strict=False):
            arrives = self._over[-1] + self._way(len(self._over) - 1, place, following)
            begins = min((max(arrives, opens) for opens, closes in visit.windows if arrives <= closes), default=_NEVER)
            self._over.append(begins + visit.service)
        # the last moment at which each stop must begin, the way home the last
        last = who.shift[1] + who.overtime
        self._last = [last]
        for number in range(len(visits), 0, -1):
            visit, way = visits[number - 1], problem.seconds[self._places[number]][self._places[number + 1]]
            if number < len(visits):
                way += problem.between(self._places[number], self._places[number + 1])
            leaves = self._last[-1] - way - visit.service
            self._last.append(
                max((min(leaves, closes) for opens, closes in visit.windows if opens <= leaves), default=-1)
            )
        self._last.reverse()

    def places(self, index: int) -> Iterator[tuple[float, int]]:
        """Where a visit may fit: what the drive there costs more, and before which stop."""
        problem, visit, stops = self._problem, self._problem.visits[index], len(self._visits)
        if visit.service > self._room or visit.load > self._load or not visit.windows:
            return
        opens, closes = visit.windows[0][0], visit.windows[-1][1]
        seconds, travel = problem.seconds, problem.prices.travel / 60
        here = visit.place
        for place in range(stops + 1):
            before, after = self._places[place], self._places[place + 1]
            out, on = seconds[before][here], seconds[here][after]
            to = problem.between(before, here) if place else 0
            back = problem.between(here, after) if place < stops else 0
            begins = max(self._over[place] + out + to, opens)
            if self._over[place] > closes:
                break
            if begins <= closes and begins + visit.service + on + back <= self._last[place]:
                yield (out + on - seconds[before][after]) * travel, place

    def _way(self, number: int, place: int, following: int) -> int:
        return self._problem.seconds[place][following] + (self._problem.between(place, following) if number else 0)


class CheapestInsertion:
    """Cheapest insertion as an engine, where VROOM cannot be loaded."""

    name = "cheapest insertion"

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    def solve(self, part: SubProblem) -> dict[int, list[int]]:
        """Plan it, one visit after another; how thoroughly and dues do not matter to it."""
        empty: list[list[int]] = [[] for _ in self._problem.technicians]
        plan = insert_cheapest(self._problem, empty, part.visits, technicians=part.technicians)
        return {technician: list(plan[technician]) for technician in part.technicians}
