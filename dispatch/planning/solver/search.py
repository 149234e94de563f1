"""The search: a first plan, then parts of it solved anew by the engine and kept where the judge finds the whole no worse.

The engine plans a few neighbouring technicians at a time together with what was left out near them, with dues kept or
lifted at random; the judge prices what comes back (large neighbourhood search; Shaw 1998). A result that is a little worse
is taken now and then, less and less so, so that the search does not stay where it begins (simulated annealing).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple, Protocol

from dispatch.planning.cheapest_insertion import insert_cheapest
from dispatch.planning.judging import may_do, price_of
from dispatch.planning.problem import Plan, Problem, SubProblem
from dispatch.planning.solver.territories import WHOLE, territories

WARMTH = 0.004
"""How much worse, as a share of the cost, a step may be at the beginning."""
MOST_PRICE = 8000.0
"""More than this does a visit that is left out not add to what a step is measured by."""
HURRIED = 90
"""So many steps are small and quick on a big day: what was left out at first is placed in them."""
PASSES = 3
"""How often what the territories left out goes round."""
MANY = 15
"""From so many technicians on a day is big."""


class PlanEngine(Protocol):
    """Plans some visits for some technicians."""

    name: str

    def solve(self, part: SubProblem) -> dict[int, list[int]]:
        """For each of the technicians the visits in order; what does not fit is in none."""


class FoundPlan(NamedTuple):
    """A plan that the judge has approved, and what it costs in minutes of driving."""

    plan: Plan
    cost: float


class Search:
    """One search on one problem. The same seed and the same steps give the same plan."""

    def __init__(self, problem: Problem, engine: PlanEngine, seed: int = 0) -> None:
        self._problem = problem
        self._engine = engine
        self._random = random.Random(seed)
        self._prices: dict[tuple[int, tuple[int, ...]], float | None] = {}
        self._routes: list[list[int]] = [[] for _ in problem.technicians]
        self._cost = sum(visit.left_out for visit in problem.visits)
        self._able = [
            [number for number, technician in enumerate(problem.technicians) if may_do(technician, visit)]
            for visit in problem.visits
        ]
        self.steps = 0
        """How often a part was solved anew."""

    def first(self) -> Iterator[FoundPlan]:
        """The first plans, the last of them complete: by territories where there are many technicians, dues kept where they
        can be."""
        parts = territories(self._problem, self._able)
        for technicians, visits in parts:
            planned = self._engine.solve(SubProblem(technicians, visits, level=0))
            for technician in technicians:
                self._routes[technician] = self._fitting(technician, planned[technician])
            if len(parts) > 1:
                self._cost = self._whole()
                yield self.found
        self._second_pass()
        self._cost = self._whole()
        if len(self._routes) > WHOLE:
            self._across_borders()
        else:
            self.fill()
        yield self.found

    def fill(self) -> FoundPlan | None:
        """Put in what is left out and fits; None where nothing does."""
        placed = insert_cheapest(self._problem, self._routes, self._left(), self._price)
        before, self._routes = self._cost, [list(order) for order in placed]
        self._cost = self._whole()
        return self.found if self._cost < before - 1e-6 else None

    def _across_borders(self) -> None:
        """Give what a territory had no room for to whoever is near, wherever the border runs."""
        for _ in range(PASSES):
            before = self._cost
            visits = self._problem.visits
            for index in sorted(self._left(), key=lambda index: (-visits[index].left_out, index)):
                here = visits[index].place
                technicians = self._nearest(here, self._able[index] or range(len(self._routes)), 3)
                self._solve_part(technicians, [index], level=0, lifted={index}, warmth=0.0)
            if self._cost >= before - 1e-6:
                break
        for _ in range(len(self._routes) // 2):
            self._step(0.0)

    def better(self, share_gone: Callable[[], float]) -> Iterator[FoundPlan]:
        """Ever better plans, each approved, until `share_gone` (0 to 1, of the time there is) reaches 1."""
        if len(self._problem.visits) < 1 or not self._problem.technicians:
            return
        best, routes = self._cost, [list(order) for order in self._routes]
        while (gone := share_gone()) < 1:
            warmth = WARMTH * self._worked() * (1 - gone) ** 2
            self._step(warmth)
            if self._cost < best - 1e-6:
                best, routes = self._cost, [list(order) for order in self._routes]
                yield FoundPlan(self._plan(), best)
        self._cost, self._routes = best, routes

    def adopt(self, plan: Plan) -> FoundPlan | None:
        """Take over a plan that somebody else made, as far as it can be driven, where that is better."""
        routes = [self._fitting(technician, order) for technician, order in enumerate(plan)]
        planned = {index for order in routes for index in order}
        left = [index for index in range(len(self._problem.visits)) if index not in planned]
        routes = [list(order) for order in insert_cheapest(self._problem, routes, left, self._price)]
        self.steps += 1
        before, cost = self._routes, self._cost
        self._routes = routes
        self._cost = self._whole()
        if self._cost < cost - 1e-6:
            return self.found
        self._routes, self._cost = before, cost
        return None

    @property
    def found(self) -> FoundPlan:
        """Where it stands."""
        return FoundPlan(self._plan(), self._cost)

    def _step(self, warmth: float) -> None:
        chance = self._random
        self.steps += 1
        hurried = len(self._routes) > MANY and self.steps <= HURRIED
        width = min(len(self._routes), chance.choice((2, 3, 3) if hurried else (2, 3, 3, 4)))
        level = 0 if hurried else chance.choice((0, 1, 1))
        left = self._left()
        if left and chance.random() < (0.7 if hurried else 0.5):
            technicians, outside = self._around_left_out(left, width)
        else:
            technicians, outside = self._around_technician(left, width)
        dues = [index for technician in technicians for index in self._routes[technician]] + outside
        lifted = {index for index in dues if self._problem.visits[index].dues and chance.random() < 0.5}
        self._solve_part(technicians, outside, level=level, lifted=lifted, warmth=warmth)

    def _solve_part(
        self, technicians: list[int], outside: list[int], *, level: int, lifted: Collection[int], warmth: float
    ) -> None:
        """Plan some technicians anew, with some visits that nobody has; keep it where it costs no more than `warmth` allows."""
        visits = [index for technician in technicians for index in self._routes[technician]] + outside
        planned = self._engine.solve(SubProblem(technicians, visits, level, lifted))
        for technician in technicians:
            planned[technician] = self._fitting(technician, planned[technician])
        known = [self._price(technician, planned[technician]) or 0.0 for technician in technicians]
        done = {index for technician in technicians for index in planned[technician]}
        before = sum(self._price(technician, self._routes[technician]) or 0.0 for technician in technicians)
        before += sum(self._problem.visits[index].left_out for index in outside)
        after = sum(known) + sum(self._problem.visits[index].left_out for index in visits if index not in done)
        if after - before < warmth * -math.log(max(self._random.random(), 1e-12)) or after < before - 1e-6:
            for technician in technicians:
                self._routes[technician] = planned[technician]
            self._cost += after - before

    def _around_left_out(self, left: list[int], width: int) -> tuple[list[int], list[int]]:
        visits, seconds = self._problem.visits, self._problem.seconds
        chosen = self._random.choices(left, weights=[max(visits[index].left_out, 1e-9) for index in left])[0]
        here = visits[chosen].place
        able = self._able[chosen] or range(len(self._routes))
        near = sorted(left, key=lambda index: seconds[here][visits[index].place])
        others = [index for index in near if index != chosen][:5]
        return self._nearest(here, able, width), [chosen, *others]

    def _around_technician(self, left: list[int], width: int) -> tuple[list[int], list[int]]:
        visits, seconds = self._problem.visits, self._problem.seconds
        first = self._random.randrange(len(self._routes))
        places = [visits[index].place for index in self._routes[first]]
        here = self._random.choice(places or [self._problem.technicians[first].start])
        others = [number for number in range(len(self._routes)) if number != first]
        near = sorted(left, key=lambda index: seconds[here][visits[index].place])[:6]
        return [first, *self._nearest(here, others, width - 1)], near

    def _nearest(self, here: int, technicians: Sequence[int], count: int) -> list[int]:
        """The technicians whose routes come nearest to a place, give or take some luck."""
        visits, seconds = self._problem.visits, self._problem.seconds

        def far(technician: int) -> float:
            places = [visits[index].place for index in self._routes[technician]]
            nearest = min(seconds[here][place] for place in places or [self._problem.technicians[technician].start])
            return nearest * (0.6 + 0.8 * self._random.random())

        return sorted(technicians, key=far)[:count]

    def _second_pass(self) -> None:
        """What stayed out because of its due is tried again with it lifted, all else held (design/planning.md, The solver)."""
        out = [index for index in self._left() if self._problem.visits[index].dues]
        if not out:
            return
        held = {index: technician for technician, order in enumerate(self._routes) for index in order}
        for technicians, visits in territories(self._problem, self._able):
            mine = [index for index in out if index in visits]
            if not mine:
                continue
            own = [index for technician in technicians for index in self._routes[technician]]
            planned = self._engine.solve(SubProblem(technicians, [*own, *mine], 0, mine, held))
            fitting = {technician: self._fitting(technician, planned[technician]) for technician in technicians}
            if {index for order in fitting.values() for index in order} >= set(own):
                for technician, order in fitting.items():
                    self._routes[technician] = order

    def _fitting(self, technician: int, order: Sequence[int]) -> list[int]:
        """An order that can be driven: where the engine put a break inside a drive, the cheapest visit is taken out."""
        route = list(order)
        while route and self._price(technician, route) is None:
            route.remove(min(route, key=lambda index: self._problem.visits[index].left_out))
        return route

    def _price(self, technician: int, order: Sequence[int]) -> float | None:
        key = (technician, tuple(order))
        if key not in self._prices:
            if len(self._prices) > 200_000:
                self._prices.clear()
            self._prices[key] = price_of(self._problem, technician, order)
        return self._prices[key]

    def _worked(self) -> float:
        """The cost, with what is left out at a price that routes can be measured by."""
        left = [self._problem.visits[index].left_out for index in self._left()]
        return self._cost - sum(left) + sum(min(price, MOST_PRICE) for price in left)

    def _whole(self) -> float:
        price = sum(self._price(technician, order) or 0.0 for technician, order in enumerate(self._routes))
        return price + sum(self._problem.visits[index].left_out for index in self._left())

    def _left(self) -> list[int]:
        planned = {index for order in self._routes for index in order}
        return [index for index in range(len(self._problem.visits)) if index not in planned]

    def _plan(self) -> Plan:
        return tuple(tuple(order) for order in self._routes)
