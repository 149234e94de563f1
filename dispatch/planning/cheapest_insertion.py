"""Cheapest insertion: what a better plan begins with, and what is left where no solver can be loaded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from dispatch.planning.judging import may_do, price_of
from dispatch.planning.problem import Plan, Problem, SubProblem

Price = Callable[[int, Sequence[int]], float | None]


def insert_cheapest(
    problem: Problem, routes: Sequence[Sequence[int]], visits: Collection[int], price: Price | None = None
) -> Plan:
    """Put visits where each costs least, those that are dearest to leave out first; what costs more than that stays out."""
    worth = price or partial(price_of, problem)
    plan = [list(route) for route in routes]
    for index in sorted(visits, key=lambda index: (-problem.visits[index].left_out, index)):
        best: tuple[float, int, list[int]] | None = None
        for technician, route in enumerate(plan):
            if not may_do(problem.technicians[technician], problem.visits[index]):
                continue
            if _is_too_full(problem, technician, [*route, index]):
                continue
            before = worth(technician, route) or 0.0
            for place in range(len(route) + 1):
                tried = [*route[:place], index, *route[place:]]
                after = worth(technician, tried)
                if after is not None and (best is None or after - before < best[0]):
                    best = (after - before, technician, tried)
        if best is not None and best[0] < problem.visits[index].left_out:
            plan[best[1]] = best[2]
    return tuple(tuple(route) for route in plan)


def _is_too_full(problem: Problem, technician: int, visits: Sequence[int]) -> bool:
    """Whether the visits alone, without any drive, take longer than the day of a technician is."""
    who = problem.technicians[technician]
    return sum(problem.visits[index].service for index in visits) > who.shift[1] + who.overtime - who.shift[0]


class CheapestInsertion:
    """Cheapest insertion as an engine, where VROOM cannot be loaded."""

    name = "cheapest insertion"

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    def solve(self, part: SubProblem) -> dict[int, list[int]]:
        """Plan it, one visit after another; levels and dues do not matter to it."""
        own = set(part.technicians)

        def price(technician: int, order: Sequence[int]) -> float | None:
            if technician not in own or any(part.held.get(visit, technician) != technician for visit in order):
                return None
            return price_of(self._problem, technician, order)

        empty: list[list[int]] = [[] for _ in self._problem.technicians]
        plan = insert_cheapest(self._problem, empty, part.visits, price)
        return {technician: list(plan[technician]) for technician in part.technicians}
