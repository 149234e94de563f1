"""PyVRP on the whole day at once, begun from the best plan so far, where VROOM cannot be loaded (extra `deep`).

Beside VROOM it has nothing to add: the search with VROOM was ahead of it at every time that was measured.

PyVRP knows neither breaks nor soft dues. Each visit stands in it several times, once for each part of its windows and once
more with the break after it, of which at most one is done; what such a twin brings says how late it is. What comes back is
only a proposal: the judge prices it by the rules as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyvrp
from pyvrp.search import NeighbourhoodParams
from pyvrp.stop import MaxRuntime

from dispatch.planning.problem import Plan, PlannedTechnician, PlannedVisit, Problem, may_do
from dispatch.planning.solver.search import FoundPlan, Search

NEIGHBOURS = 50
"""With so many visits near it each is tried; the library's default is too narrow for days with twins."""
STEP = 90 * 60
"""Lateness is priced by parts of so many seconds."""
MOST_PROFILES = 60
"""A day with more kinds of technicians than this takes too much memory."""
SHARE = 0.2
"""Of the time there is, after which it says what it has and begins again from there."""
LEAST = 0.3
"""Seconds below which it is not worth beginning."""
_FORBIDDEN = 10**9


class _Twin(NamedTuple):
    """One of the forms of a visit: begun from `opens` to `closes`, with the break after it or not."""

    visit: int
    opens: int
    closes: int
    pauses: bool


def improving(problem: Problem, search: Search, share_gone: Callable[[], float], seconds: float) -> Iterator[FoundPlan]:
    """Ever better plans until `share_gone` (0 to 1, of `seconds`) reaches 1; each goes through the search, which approves it."""
    number = 0
    while (rest := seconds * (1 - share_gone())) > LEAST:
        plan = deepened(problem, search.found.plan, min(rest, max(1.0, seconds * SHARE)), number)
        if plan is None:
            yield from search.better(share_gone)
            return
        if (better := search.adopt(plan)) is not None:
            yield better
        number += 1


def deepened(problem: Problem, plan: Plan, seconds: float, seed: int = 0) -> Plan | None:
    """Another plan, begun from `plan`; None where the day is not one for PyVRP.

    Args:
        problem: the day.
        plan: where to begin.
        seconds: how long to look, by the clock on the wall.
        seed: the same seed gives the same steps.
    """
    model = _Model(problem)
    if not problem.visits or not problem.technicians or len(model.profiles) > MOST_PROFILES:
        return None
    data = model.data()
    params = pyvrp.SolveParams(neighbourhood=NeighbourhoodParams(num_neighbours=NEIGHBOURS))
    begun = pyvrp.Solution(data, list(model.routes(data, plan)))
    result = pyvrp.solve(
        data, MaxRuntime(seconds), seed=seed, collect_stats=False, params=params, initial_solution=begun
    )
    return model.plan(result.best)


class _Model:
    """A problem in the terms of PyVRP: moments from the first of them on, costs in sixtieths of a minute of driving."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._origin = problem.origin
        # the break that is the same for many is one of the twins; another one is left to the judge
        self._pauses = [
            next((pause for pause in technician.breaks if pause.unless_home_by is not None), None)
            for technician in problem.technicians
        ]
        self._depots = sorted(
            {place for technician in problem.technicians for place in (technician.start, technician.end)}
        )
        self._places = [*self._depots, *(visit.place for visit in problem.visits)]
        self.profiles: dict[tuple[object, ...], int] = {}
        self._profile_of = [
            self.profiles.setdefault(self._kind(technician), len(self.profiles)) for technician in problem.technicians
        ]
        usual = [visit.left_out for visit in problem.visits if visit.left_out < 100_000]
        self._pause_prize = 2 * _units(max(usual, default=1.0))
        self._twins = [twin for index in range(len(problem.visits)) for twin in self._twins_of(index)]
        self._by_visit: dict[int, list[int]] = {}
        for number, twin in enumerate(self._twins):
            self._by_visit.setdefault(twin.visit, []).append(number)

    def data(self) -> pyvrp.ProblemData:
        """All of it, as the library wants it."""
        visits = self._problem.visits
        groups = [pyvrp.ClientGroup(numbers, required=False) for numbers in self._by_visit.values()]
        group_of = {visit: number for number, visit in enumerate(self._by_visit)}
        clients = [
            pyvrp.Client(
                len(self._depots) + twin.visit,
                [int(twin.pauses), visits[twin.visit].service, visits[twin.visit].load],
                service_duration=visits[twin.visit].service + (self._pause_seconds() if twin.pauses else 0),
                tw_early=twin.opens,
                tw_late=twin.closes,
                prize=self._prize(twin),
                required=False,
                group=group_of[twin.visit],
            )
            for twin in self._twins
        ]
        locations = [pyvrp.Location(0, 0) for _ in self._places]
        depots = [pyvrp.Depot(number) for number in range(len(self._depots))]
        costs, durations = self._matrices()
        vehicles = [self._vehicle(number) for number in range(len(self._problem.technicians))]
        return pyvrp.ProblemData(locations, clients, depots, vehicles, costs, durations, groups)

    def routes(self, data: pyvrp.ProblemData, plan: Plan) -> Iterator[pyvrp.Route]:
        """The routes of a plan that can be said in twins; the break goes where it brings most."""
        for technician, order in enumerate(plan):
            if not order:
                continue
            ways = (self._as_twins(technician, order, place) for place in [*range(len(order)), None])
            routes = [pyvrp.Route(data, way, technician) for way in ways if way is not None]
            feasible = [route for route in routes if route.is_feasible()]
            if feasible:
                yield max(feasible, key=lambda route: route.prizes())

    def plan(self, solution: pyvrp.Solution) -> Plan:
        """What came back, as a plan."""
        routes: list[tuple[int, ...]] = [() for _ in self._problem.technicians]
        for route in solution.routes():
            order = (self._twins[activity.idx].visit for activity in route if activity.is_client())
            routes[route.vehicle_type()] = tuple(order)
        return tuple(routes)

    def _pause_seconds(self) -> int:
        return max((pause.seconds for pause in self._pauses if pause is not None), default=0)

    def _kind(self, technician: PlannedTechnician) -> tuple[object, ...]:
        visits = self._problem.visits
        return tuple(visit.extra.get(technician.id, 0.0) if may_do(technician, visit) else None for visit in visits)

    def _twins_of(self, index: int) -> Iterator[_Twin]:
        visit = self._problem.visits[index]
        pauses = [pause for pause in self._pauses if pause is not None]
        earliest = min((pause.earliest for pause in pauses), default=0)
        latest = max((pause.latest for pause in pauses), default=-1)
        for opens, closes in visit.windows:
            for begins, ends in _parts(visit, opens, closes):
                yield _Twin(index, begins - self._origin, ends - self._origin, False)
                # the window of a break bounds its start, which is when the service ends
                first, last = max(begins, earliest - visit.service), min(ends, latest - visit.service)
                if first <= last:
                    yield _Twin(index, first - self._origin, last - self._origin, True)

    def _prize(self, twin: _Twin) -> int:
        visit = self._problem.visits[twin.visit]
        middle = (twin.opens + twin.closes) // 2 + self._origin
        late = sum((middle - due) / 60 * price for due, price in visit.dues if twin.opens + self._origin >= due)
        return max(1, _units(visit.left_out - late)) + (self._pause_prize if twin.pauses else 0)

    def _matrices(self) -> tuple[list[Any], list[Any]]:
        problem, first = self._problem, len(self._depots)
        seconds = np.array(problem.seconds, dtype=np.int64)[np.ix_(self._places, self._places)]
        durations = seconds.copy()
        durations[first:, first:] += problem.buffer
        np.fill_diagonal(durations, 0)
        driven = np.rint(seconds * problem.prices.travel).astype(np.int64)
        costs, times = [], []
        for kind in self.profiles:
            cost, time = driven.copy(), durations.copy()
            for index, extra in enumerate(kind):
                if extra is None:
                    cost[:, first + index] = time[:, first + index] = _FORBIDDEN
                else:
                    cost[:, first + index] += _units(float(extra))  # type: ignore[arg-type]
            np.fill_diagonal(cost, 0)
            np.fill_diagonal(time, 0)
            costs.append(cost)
            times.append(time)
        return costs, times

    def _vehicle(self, number: int) -> pyvrp.VehicleType:
        technician = self._problem.technicians[number]
        begins, ends = technician.shift[0] - self._origin, technician.shift[1] + technician.overtime - self._origin
        most = technician.cap if technician.cap is not None else sum(visit.service for visit in self._problem.visits)
        carries = technician.capacity
        if carries is None:
            carries = sum(visit.load for visit in self._problem.visits)
        return pyvrp.VehicleType(
            1,
            [int(self._pauses[number] is not None), most, carries],
            self._depots.index(technician.start),
            self._depots.index(technician.end),
            tw_early=begins,
            tw_late=max(begins, ends),
            profile=self._profile_of[number],
        )

    def _as_twins(self, technician: int, order: Sequence[int], pause_at: int | None) -> list[int] | None:
        """The twins of a route that takes its break after the visit at `pause_at`."""
        problem = self._problem
        who = problem.technicians[technician]
        now, place, buffer, twins = who.shift[0] - self._origin, who.start, 0, []
        for position, index in enumerate(order):
            visit = problem.visits[index]
            now += problem.seconds[place][visit.place] + buffer
            fitting = (
                number
                for number in self._by_visit.get(index, ())
                if self._twins[number].pauses == (position == pause_at) and now <= self._twins[number].closes
            )
            chosen = min(fitting, key=lambda number: self._twins[number].opens, default=None)
            if chosen is None:
                return None
            twin = self._twins[chosen]
            now = max(now, twin.opens) + visit.service + (self._pause_seconds() if twin.pauses else 0)
            place, buffer = visit.place, problem.buffer
            twins.append(chosen)
        return twins


def _parts(visit: PlannedVisit, opens: int, closes: int) -> Iterator[tuple[int, int]]:
    """A window cut where lateness begins, and every `STEP` from there on."""
    cuts = sorted({due for due, _ in visit.dues if opens <= due < closes})
    late_from = min((due for due, _ in visit.dues), default=closes)
    begins = opens
    while begins <= closes:
        following = [cut for cut in cuts if cut > begins]
        if begins >= late_from:
            following.append(begins + STEP)
        ends = min([*following, closes])
        yield begins, ends
        if ends == closes:
            return
        begins = ends


def _units(minutes: float) -> int:
    return round(minutes * 60)
