"""The search: a first plan, then parts of it solved anew by the engine and kept where the judge finds the whole no worse.

The engine plans a few neighbouring technicians at a time together with what was left out near them, with dues kept or
lifted at random; the judge prices what comes back (large neighbourhood search; Shaw 1998). A result that is a little worse
is taken now and then, less and less so, so that the search does not stay where it begins (simulated annealing).
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from dispatch.planning.budget import share_gone
from dispatch.planning.cheapest_insertion import insert_cheapest
from dispatch.planning.judging import PricedRoute, priced
from dispatch.planning.problem import Plan, Problem, SubProblem, able
from dispatch.planning.solver.territories import WHOLE, territories

WARMTH = 0.002
"""How much worse, as a share of what the routes cost, a step may be at the beginning."""
MOST_WARMTH = 15.0
"""Minutes by which it may be worse at the most: a step is of a few technicians, however many there are."""
HURRIED = 90
"""So many steps are small and quick on a big day: what was left out at first is placed in them."""
MANY = 15
"""From so many technicians on a day is big."""
WIDTHS, WIDE = (2, 3, 3, 4), (3, 4, 4, 5)
"""How many technicians are planned anew in a step, at random; on a big day more: there the quick steps soon find nothing."""
FORMS = ((2, 1), (2, 2), (1, 2))
"""In how many ways a step is begun and how far each is pursued, at random: many quick steps find more than few thorough ones."""
QUICK = (1, 0)
"""The same for a first plan for which there is little time."""
NOISE, EXACT = 0.3, 0.2
"""In most steps drives count more or less by up to this share, and in this share of them as they are: a part that was solved
already is solved otherwise, and what that is worth the judge says by the drives as they are."""
HELD, HELD_BESIDE, AS_LATE = (0.0, 0.5, 1.0), (0.0, 0.0, 0.5), 0.8
"""What share of what is late comes no later than it does in a step in which lateness is all that the routes cost, at random, and
where something is left out, for which that leaves little room; and what share of it may come as late."""
LEFT_OUT = 0.25
"""Of the steps so many are around what is left out, as long as there is any."""
TOO_LATE = 0.3
"""Of the steps of several days so many are around what is done a day later than it is due, as long as there is any."""
STALE, STALE_TURNS, KICK = 10, 1, 150.0
"""So many steps for each technician, or turns of the helpers, without a better plan, and the best one is disturbed; where
nothing is left out by a step that may be worse by about so many minutes."""
AT_ONCE = 0.5
"""Seconds for which helpers search by themselves before the best of them, or all of their parts, are what all go on from."""
LEAST = 0.1
"""Seconds below which no helper is asked."""


class PlanEngine(Protocol):
    """Plans some visits for some technicians."""

    name: str

    def solve(self, part: SubProblem) -> dict[int, list[int]]:
        """For each of the technicians the visits in order; what does not fit is in none."""


class FoundPlan(NamedTuple):
    """A plan that the judge has approved, and what it costs in minutes of driving."""

    plan: Plan
    cost: float


class Region(NamedTuple):
    """A part of the day that is searched by itself: technicians, and what is left out near them."""

    technicians: list[int]
    left: list[int]


class Improved(NamedTuple):
    """What a helper made of a region: the routes where it stands and the best it saw, what these cost less than at first."""

    routes: dict[int, list[int]]
    best: dict[int, list[int]]
    saved: float
    best_saved: float
    steps: int


class Helpers(Protocol):
    """Other processes that search the same problem; `count` of them."""

    count: int

    def solve(self, parts: Sequence[SubProblem], own: Search) -> Iterator[dict[int, list[int]]]:
        """The routes of each part, as they are solved, by them and by the search that asks."""

    def ask(
        self, routes: list[list[int]], regions: Sequence[Region], seconds: float, gone: tuple[float, float]
    ) -> None:
        """Let each search a region for some time, while the share of the time that is gone runs from one to the other."""

    def answers(self, most: float) -> Iterator[Improved]:
        """What they found; after `most` seconds nobody is waited for."""


class Search:
    """One search on one problem. The same seed and the same steps give the same plan."""

    def __init__(self, problem: Problem, engine: PlanEngine, seed: int = 0) -> None:
        self._problem = problem
        self._engine = engine
        self._random = random.Random(seed)
        self._known: dict[tuple[int, tuple[int, ...]], PricedRoute | None] = {}
        self._routes: list[list[int]] = [[] for _ in problem.technicians]
        self._left = set(range(len(problem.visits)))
        self._among = list(range(len(problem.technicians)))
        self._cost = sum(visit.left_out for visit in problem.visits)
        self._able = able(problem)
        self._changed: set[int] = set()
        self.complete = False
        """Whether all of the day was planned once."""
        self.steps = 0
        """How often a part was solved anew."""

    def first(
        self, over: Callable[[], bool] = lambda: False, helpers: Helpers | None = None, quick: bool = False
    ) -> Iterator[FoundPlan]:
        """The first plans, the last of them complete where the time is not over before: by territories where there are many
        technicians, dues kept where they can be; `quick`: as soon as there can be one, which takes a quarter of the time."""
        form = QUICK if quick else ()
        parts = [SubProblem(*part, *form) for part in territories(self._problem, self._able)]
        solved = helpers.solve(parts, self) if helpers is not None and len(parts) > 1 else map(self.solved, parts)
        done = 0
        for planned in solved:
            self._take(planned)
            done += 1
            if len(parts) > 1:
                self._cost = self._whole()
                yield self.found
            if over():
                break
        self.complete = done == len(parts)
        self._cost = self._whole()
        self.fill(over)
        if len(self._routes) > WHOLE:
            for _ in range(len(self._routes) // 2):
                if over():
                    break
                self._step(0.0)
            self.fill(over)
        yield self.found

    def fill(
        self, over: Callable[[], bool] = lambda: False, technicians: Collection[int] | None = None
    ) -> FoundPlan | None:
        """Put in what is left out and fits; None where nothing does."""
        if not self._left:
            return None
        placed = insert_cheapest(self._problem, self._routes, self._left, self._price, technicians, over)
        before = self._cost
        self._take({technician: list(order) for technician, order in enumerate(placed)})
        self._cost = self._whole()
        return self.found if self._cost < before - 1e-6 else None

    def better(
        self, share: Callable[[], float], helpers: Helpers | None = None, seconds: float = 0.0
    ) -> Iterator[FoundPlan]:
        """Ever better plans, each approved, until the `share` of the time that is gone reaches 1.

        Args:
            share: how far the time has gone.
            helpers: other processes that search too.
            seconds: all the time there is, by which helpers are told how long.
        """
        if len(self._problem.visits) < 1 or not self._problem.technicians:
            return
        if helpers is not None and len(self._routes) > MANY:
            yield from self._together(share, helpers, seconds)
            return
        best, routes, since = self._cost, self._copied(), self.steps
        while (gone := share()) < 1:
            self._step(self._warmth(gone))
            if self._cost < best - 1e-6:
                self.fill(technicians=self._changed & set(self._among))
                self._changed.clear()
                best, routes, since = self._cost, self._copied(), self.steps
                yield FoundPlan(self._plan(), best)
            elif self.steps - since > STALE * len(self._routes):
                self._return_to(routes)
                self._kick()
                since = self.steps
        self._return_to(routes)

    def solved(self, part: SubProblem) -> dict[int, list[int]]:
        """For each of its technicians an order that can be driven."""
        return {technician: self._fitting(technician, order) for technician, order in self._engine.solve(part).items()}

    def improve(self, routes: list[list[int]], region: Region, seconds: float, gone: tuple[float, float]) -> Improved:
        """Search a region for some time; all else stays as it is."""
        self._among = region.technicians
        self._return_to(routes)
        self._left = set(region.left)
        share, steps, cost = share_gone(seconds, time.monotonic()), self.steps, self._cost
        best, best_routes = cost, self._part()
        while (passed := share()) < 1:
            self._step(self._warmth(gone[0] + (gone[1] - gone[0]) * passed))
            if self._cost < best - 1e-6:
                best, best_routes = self._cost, self._part()
        return Improved(self._part(), best_routes, cost - self._cost, cost - best, self.steps - steps)

    def adopt(self, plan: Plan, over: Callable[[], bool] = lambda: False) -> FoundPlan | None:
        """Take over a plan that somebody else made, as far as it can be driven, where that is better."""
        before, cost = self._copied(), self._cost
        self.steps += 1
        self._return_to([self._fitting(technician, order) for technician, order in enumerate(plan)])
        if self._cost < cost or len(self._left) <= len(self._problem.visits) // 2:
            self.fill(
                over
            )  # to fill a plan of which little is there takes long, and gives no better one than the first
        if self._cost < cost - 1e-6:
            return self.found
        self._return_to(before)
        return None

    @property
    def found(self) -> FoundPlan:
        """Where it stands."""
        return FoundPlan(self._plan(), self._cost)

    def _together(self, share: Callable[[], float], helpers: Helpers, seconds: float) -> Iterator[FoundPlan]:
        """`better`, with the day cut in as many parts as there are processes, each time anew; or all of it searched by each."""
        every = list(range(len(self._routes)))
        best, routes, stale = self._cost, self._copied(), 0
        while (gone := share()) < 1:
            turn = min(AT_ONCE, seconds * (1 - gone))
            if turn < LEAST:
                break
            # parts of a day of this size have too few technicians each: all search all of it, and go on from the best
            together = len(every) <= WHOLE
            regions = self._regions(1 if together else helpers.count + 1) * (helpers.count + 1 if together else 1)
            span = (gone, min(1.0, gone + turn / seconds))
            current = self._copied()
            helpers.ask(current, regions[1:], turn, span)
            found = [self.improve(current, regions[0], turn, span)]
            found += helpers.answers(turn)
            self.steps += sum(part.steps for part in found[1:])
            if together:
                found = [max(found, key=lambda part: part.best_saved)]
            self._among = every
            self._return_to(_joined(current, (part.best for part in found)))
            if self._cost < best - 1e-6:
                self.fill()
                best, routes, stale = self._cost, self._copied(), 0
                yield FoundPlan(self._plan(), best)
            else:
                stale += 1
            if stale > STALE_TURNS:
                self._return_to(routes)
                self._kick()
                stale = 0
            elif any(part.saved < part.best_saved for part in found):
                self._return_to(_joined(current, (part.routes for part in found)))
        self._return_to(routes)

    def _regions(self, count: int) -> list[Region]:
        """The day in so many parts of about as many technicians, cut across a line between two of them at random."""
        seconds, visits, chance = self._problem.seconds, self._problem.visits, self._random
        parts = [Region(list(range(len(self._routes))), sorted(self._left))]
        places = [
            visits[chance.choice(route)].place if route else technician.start
            for route, technician in zip(self._routes, self._problem.technicians, strict=True)
        ]
        while len(parts) < count:
            part = parts.pop(0)
            one, other = (places[technician] for technician in chance.sample(part.technicians, 2))

            def side(place: int, one: int = one, other: int = other) -> int:
                return seconds[place][one] - seconds[place][other]

            order = sorted(part.technicians, key=lambda technician: (side(places[technician]), technician))
            half = len(order) // 2
            cut = side(places[order[half]])
            near = [index for index in part.left if side(visits[index].place) < cut]
            parts.append(Region(order[:half], near))
            parts.append(Region(order[half:], [index for index in part.left if index not in set(near)]))
        return parts

    def _warmth(self, gone: float) -> float:
        return min(MOST_WARMTH, WARMTH * self._worked()) * (1 - gone) ** 2

    def _step(self, warmth: float) -> None:
        chance = self._random
        self.steps += 1
        big = len(self._routes) > MANY
        hurried = big and self.steps <= HURRIED
        width = min(len(self._among), chance.choice(WIDTHS[:3] if hurried else WIDE if big else WIDTHS))
        searches, depth = FORMS[0] if hurried else chance.choice(FORMS)
        left = sorted(self._left)
        late = self._a_day_late()
        outside: list[int] = []
        if late and chance.random() < TOO_LATE:
            technicians = self._around_late(chance.choice(late), width)
        elif left and chance.random() < (0.7 if hurried else LEFT_OUT):
            technicians, outside = self._around_left_out(left, width)
        else:
            technicians, outside = self._around_technician(left, width)
        noise = 0.0 if chance.random() < EXACT else NOISE * chance.random()
        part = SubProblem((), (), searches, depth, noise=noise)
        self._solve_part(technicians, outside, self._loosened(part, technicians, outside, late), warmth)

    def _loosened(
        self, part: SubProblem, technicians: list[int], outside: list[int], late: list[tuple[int, int]]
    ) -> SubProblem:
        """A part in which some dues count less, at random: what stands on the day on which it is due, of several, stays there."""
        own = [index for technician in technicians for index in self._routes[technician]]
        some = {index for index in (*own, *outside) if self._problem.visits[index].dues and self._random.random() < 0.5}
        whole = {index for _, index in late}.union(outside) if self._problem.midnights else some
        held = {} if self._problem.midnights else self._held(technicians, outside)
        return part._replace(lifted=some & whole, of_the_day=some - whole, held=held)

    def _held(self, technicians: list[int], outside: list[int]) -> dict[int, int]:
        """Of what is late already some or all, at random, each with the moment at which it begins, or one before.

        The engine knows no lateness, only windows: else what it saves elsewhere would be paid for by that. The more of what the
        routes cost is lateness, the more is held, from half of them on all that was drawn."""
        visits, chance = self._problem.visits, self._random
        late, price, costs = dict[int, tuple[int, int]](), 0.0, 0.0
        for technician in technicians:
            order = self._routes[technician]
            if not any(visits[index].dues for index in order) or (route := self._priced(technician, order)) is None:
                continue
            costs += route.price
            for index, start in zip(order, route.starts, strict=True):
                if missed := [(due, each) for due, each in visits[index].dues if due < start]:
                    late[index] = min(missed)[0], start
                    price += sum((start - due) * each for due, each in missed) / 60
        share = chance.choice(HELD_BESIDE if outside else HELD) * (min(1.0, 2 * price / costs) if costs else 0.0)
        return {
            index: start if chance.random() < AS_LATE else due + int((start - due) * chance.random())
            for index, (due, start) in late.items()
            if chance.random() < share
        }

    def _kick(self) -> None:
        """Leave out a visit for another one that is left out near it, whatever that costs: so the search gets away from a plan
        that no step makes better. Where nothing is left out, some technicians are planned quite otherwise."""
        visits, chance = self._problem.visits, self._random
        left = sorted(self._left)
        if not left:
            self._step(KICK)
            return
        technicians, outside = self._around_left_out(left, min(len(self._among), 3))
        planned = [index for technician in technicians for index in self._routes[technician]]
        if others := [index for index in planned if visits[index].left_out <= visits[outside[0]].left_out]:
            planned.remove(chance.choice(others))
        part = self._loosened(SubProblem(technicians, [*planned, *outside]), technicians, outside, self._a_day_late())
        self._take(self.solved(part))
        self._cost = self._whole()

    def _solve_part(self, technicians: list[int], outside: list[int], how: SubProblem, warmth: float) -> None:
        """Plan some technicians anew, with some visits that nobody has; keep it where it costs no more than `warmth` allows."""
        visits = [index for technician in technicians for index in self._routes[technician]] + outside
        planned = self.solved(how._replace(technicians=technicians, visits=visits))
        known = [self._price(technician, planned[technician]) or 0.0 for technician in technicians]
        done = {index for technician in technicians for index in planned[technician]}
        before = sum(self._price(technician, self._routes[technician]) or 0.0 for technician in technicians)
        before += sum(self._problem.visits[index].left_out for index in outside)
        after = sum(known) + sum(self._problem.visits[index].left_out for index in visits if index not in done)
        if after - before < warmth * -math.log(max(self._random.random(), 1e-12)) or after < before - 1e-6:
            self._take(planned)
            self._cost += after - before

    def _around_left_out(self, left: list[int], width: int) -> tuple[list[int], list[int]]:
        visits, seconds = self._problem.visits, self._problem.seconds
        chosen = self._random.choices(left, weights=[max(visits[index].left_out, 1e-9) for index in left])[0]
        here = visits[chosen].place
        among = set(self._among)
        able = [technician for technician in self._able[chosen] if technician in among] or self._among
        near = sorted(left, key=lambda index: seconds[here][visits[index].place])
        others = [index for index in near if index != chosen][:5]
        return self._nearest(here, able, width), [chosen, *others]

    def _a_day_late(self) -> list[tuple[int, int]]:
        """Of several days, what stands on one that begins after it is due, with whoever has it, and could be done before."""
        technicians, late = self._problem.technicians, []
        for technician in self._among if self._problem.midnights else ():
            begins = technicians[technician].shift[0]
            for index in self._routes[technician]:
                due = min((due for due, _ in self._problem.visits[index].dues), default=begins)
                if due < begins and any(technicians[other].shift[0] < due for other in self._able[index]):
                    late.append((technician, index))
        return late

    def _around_late(self, late: tuple[int, int], width: int) -> list[int]:
        """Whoever has it, and others near it who could do it in time."""
        holder, index = late
        visit, technicians = self._problem.visits[index], self._problem.technicians
        due, among = min(due for due, _ in visit.dues), set(self._among)
        able = [other for other in self._able[index] if other in among and technicians[other].shift[0] < due]
        return [holder, *self._nearest(visit.place, able, width - 1)]

    def _around_technician(self, left: list[int], width: int) -> tuple[list[int], list[int]]:
        visits, seconds = self._problem.visits, self._problem.seconds
        first = self._random.choice(self._among)
        own = self._random.choice(self._routes[first] or [-1])
        here = visits[own].place if own >= 0 else self._problem.technicians[first].start
        # of several days those of others may have nothing in common with it
        among = set(self._among).intersection(self._able[own]) if self._problem.midnights and own >= 0 else self._among
        others = [number for number in among if number != first]
        near = sorted(left, key=lambda index: seconds[here][visits[index].place])[:6]
        return [first, *self._nearest(here, others, width - 1)], near

    def _nearest(self, here: int, technicians: Sequence[int], count: int) -> list[int]:
        """The technicians whose routes come nearest to a place, give or take some luck."""
        visits, row, chance = self._problem.visits, self._problem.seconds[here], self._random.random

        def far(technician: int) -> float:
            route = self._routes[technician]
            if not route:
                return row[self._problem.technicians[technician].start] * (0.6 + 0.8 * chance())
            return min([row[visits[index].place] for index in route]) * (0.6 + 0.8 * chance())

        return sorted(technicians, key=far)[:count]

    def _fitting(self, technician: int, order: Sequence[int]) -> list[int]:
        """An order that can be driven: where the engine put a break inside a drive, the cheapest visit is taken out."""
        route = list(order)
        while route and self._price(technician, route) is None:
            route.remove(min(route, key=lambda index: self._problem.visits[index].left_out))
        return route

    def _price(self, technician: int, order: Sequence[int]) -> float | None:
        route = self._priced(technician, order)
        return None if route is None else route.price

    def _priced(self, technician: int, order: Sequence[int]) -> PricedRoute | None:
        key = (technician, tuple(order))
        if key not in self._known:
            if len(self._known) > 200_000:
                self._known.clear()
            self._known[key] = priced(self._problem, technician, order)
        return self._known[key]

    def _worked(self) -> float:
        """What the routes cost. What is left out has no part in it: its price is of another order."""
        return sum(self._price(technician, order) or 0.0 for technician, order in enumerate(self._routes))

    def _whole(self) -> float:
        return self._worked() + sum(self._problem.visits[index].left_out for index in self._left)

    def _take(self, routes: Mapping[int, list[int]]) -> None:
        """Give technicians other routes; what nobody has then is left out."""
        changed = {technician: order for technician, order in routes.items() if order != self._routes[technician]}
        for technician in changed:
            self._left.update(self._routes[technician])
        for technician, order in changed.items():
            self._routes[technician] = order
            self._left.difference_update(order)
        self._changed.update(changed)

    def _return_to(self, routes: Sequence[list[int]]) -> None:
        """Stand where it stood."""
        self._routes = [list(order) for order in routes]
        self._left = set(range(len(self._problem.visits))).difference(*self._routes)
        self._cost = self._whole()

    def _copied(self) -> list[list[int]]:
        return [list(order) for order in self._routes]

    def _part(self) -> dict[int, list[int]]:
        return {technician: list(self._routes[technician]) for technician in self._among}

    def _plan(self) -> Plan:
        return tuple(tuple(order) for order in self._routes)


def _joined(routes: Sequence[list[int]], parts: Iterable[Mapping[int, list[int]]]) -> list[list[int]]:
    """Routes with other ones in the places of some."""
    joined = list(routes)
    for part in parts:
        for technician, order in part.items():
            joined[technician] = order
    return joined
