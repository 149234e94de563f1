"""Planning without a solver: what a person does by hand, and cheapest insertion. What a better plan is measured against,
and what is left where no solver can be loaded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from dispatch.planning.judging import may_do, timed
from dispatch.planning.problem import Plan, Problem

Price = Callable[[int, Sequence[int]], float | None]


def nearest_visit(problem: Problem) -> Plan:
    """Each technician in turn goes to the nearest visit that can still be done, until none can."""
    left = set(range(len(problem.visits)))
    plan = []
    for technician, who in enumerate(problem.technicians):
        order: list[int] = []
        place = who.start
        while True:
            near = sorted(left, key=lambda index: (problem.seconds[place][problem.visits[index].place], index))
            following = next((index for index in near if timed(problem, technician, [*order, index]) is not None), None)
            if following is None:
                break
            order.append(following)
            left.discard(following)
            place = problem.visits[following].place
        plan.append(tuple(order))
    return tuple(plan)


def insert_cheapest(
    problem: Problem, routes: Sequence[Sequence[int]], visits: Collection[int], price: Price | None = None
) -> Plan:
    """Put visits where each costs least, those that are dearest to leave out first; what costs more than that stays out."""
    worth = price or _price_of(problem)
    plan = [list(route) for route in routes]
    for index in sorted(visits, key=lambda index: (-problem.visits[index].left_out, index)):
        best: tuple[float, int, list[int]] | None = None
        for technician, route in enumerate(plan):
            if not may_do(problem.technicians[technician], problem.visits[index]):
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


class Insertion:
    """Cheapest insertion as an engine, where VROOM cannot be loaded."""

    name = "cheapest insertion"

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._price = _price_of(problem)

    def solve(
        self,
        technicians: Sequence[int],
        visits: Collection[int],
        *,
        level: int = 1,
        lifted: Collection[int] = (),
        held: Mapping[int, int] | None = None,
    ) -> dict[int, list[int]]:
        """Plan some visits for some technicians, one after another; levels and dues do not matter to it."""
        own = set(technicians)

        def price(technician: int, order: Sequence[int]) -> float | None:
            if technician not in own or any((held or {}).get(index, technician) != technician for index in order):
                return None
            return self._price(technician, order)

        empty: list[list[int]] = [[] for _ in self._problem.technicians]
        plan = insert_cheapest(self._problem, empty, visits, price)
        return {technician: list(plan[technician]) for technician in technicians}


def _price_of(problem: Problem) -> Price:
    def price(technician: int, order: Sequence[int]) -> float | None:
        route = timed(problem, technician, order)
        name = problem.technicians[technician].id
        extra = sum(problem.visits[index].extra.get(name, 0.0) for index in order)
        return None if route is None else route.price + extra

    return price
