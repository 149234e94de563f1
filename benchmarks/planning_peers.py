"""Other solvers on a day problem, each alone: plain VROOM, PyVRP and OR-Tools. What comes back is judged like ours.

Each gets what it has words for: dues cut the windows, what is left out has its price, a break is taken between two stops.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import pairwise
from typing import Any
from unittest import mock

from dispatch.planning.cheapest_insertion import CheapestInsertion
from dispatch.planning.problem import Plan, Problem, SubProblem, may_do
from dispatch.planning.solver.search import Search

LEVEL_5 = (24, 5)
"""What VROOM calls its most thorough level: so many searches, so far pursued."""


def peers() -> Iterator[tuple[str, Callable[[Problem, float], Plan]]]:
    """Those that can be imported here: name, and what plans a problem in so many CPU seconds."""
    for module, (name, _, solve) in SOLVERS.items():
        if find_spec(module) is not None:
            yield name, solve


def missing() -> Iterator[str]:
    """Why each of the others is left out."""
    for module, (name, package, _) in SOLVERS.items():
        if find_spec(module) is None:
            yield f"{name} is left out: {package} is not installed (.venv/bin/pip install {package})"


def by_vroom(problem: Problem, _seconds: float) -> Plan:
    """One solve of the whole day. It takes the time it takes."""
    from dispatch.planning.solver.vroom_engine import VroomEngine

    everybody = SubProblem(range(len(problem.technicians)), range(len(problem.visits)), *LEVEL_5)
    planned = Search(problem, VroomEngine(problem)).solved(everybody)
    return tuple(tuple(planned[number]) for number in range(len(problem.technicians)))


def by_pyvrp(problem: Problem, seconds: float) -> Plan:
    """The whole day, begun from nothing."""
    from dispatch.planning.solver import pyvrp_search

    nothing: Plan = ((),) * len(problem.technicians)
    with mock.patch.object(pyvrp_search, "MaxRuntime", _until):
        found = pyvrp_search.deepened(problem, nothing, seconds)
    return _driven(problem, found or nothing)


def by_ortools(problem: Problem, seconds: float) -> Plan:
    """Guided local search of its routing library."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    model = _OrTools(problem, pywrapcp)
    asked: Any = pywrapcp.DefaultRoutingSearchParameters()
    asked.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    asked.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    asked.time_limit.FromSeconds(round(60 * seconds))
    over = _until(seconds)
    model.routing.AddSearchMonitor(model.routing.solver().CustomLimit(lambda: over(0.0)))
    return _driven(problem, model.plan(model.routing.SolveWithParameters(asked)))


class _OrTools:
    """A problem in the terms of OR-Tools: the visits first, then where each technician begins and ends."""

    def __init__(self, problem: Problem, library: Any) -> None:
        self._problem = problem
        self._origin = problem.origin
        technicians = problem.technicians
        starts = [len(problem.visits) + 2 * number for number in range(len(technicians))]
        self._places = [visit.place for visit in problem.visits]
        for technician in technicians:
            self._places += [technician.start, technician.end]
        ends = [start + 1 for start in starts]
        self._manager = library.RoutingIndexManager(len(self._places), len(technicians), starts, ends)
        self.routing = library.RoutingModel(self._manager)
        # tables, as a call into Python for each leg would cost it most of its time
        nodes = range(len(self._places))
        drives = [[self._drive(one, other) for other in nodes] for one in nodes]
        taken = [[self._taken(one, other) for other in nodes] for one in nodes]
        self.routing.SetArcCostEvaluatorOfAllVehicles(self.routing.RegisterTransitMatrix(drives))
        latest = max(technician.shift[1] + technician.overtime for technician in technicians) - self._origin
        self.routing.AddDimension(self.routing.RegisterTransitMatrix(taken), latest, latest, False, "time")
        self._clock = self.routing.GetDimensionOrDie("time")
        if any(technician.capacity is not None for technician in technicians):
            everything = sum(visit.load for visit in problem.visits)
            most = [everything if one.capacity is None else one.capacity for one in technicians]
            loads = self.routing.RegisterUnaryTransitVector([self._load(node) for node in nodes])
            self.routing.AddDimensionWithVehicleCapacity(loads, 0, most, True, "load")
        for index in range(len(problem.visits)):
            self._add_visit(index)
        for number in range(len(technicians)):
            self._add_technician(number)

    def plan(self, found: Any) -> Plan:
        """What was found, as a plan."""
        plan = []
        for number in range(len(self._problem.technicians)):
            order: list[int] = []
            index = self.routing.Start(number)
            while found is not None and not self.routing.IsEnd(index := found.Value(self.routing.NextVar(index))):
                order.append(self._manager.IndexToNode(index))
            plan.append(tuple(order))
        return tuple(plan)

    def _drive(self, one: int, other: int) -> int:
        return self._problem.seconds[self._places[one]][self._places[other]]

    def _taken(self, one: int, other: int) -> int:
        visits = self._problem.visits
        if one >= len(visits):
            return self._drive(one, other)
        between = self._problem.between(self._places[one], self._places[other]) if other < len(visits) else 0
        return self._drive(one, other) + between + visits[one].service

    def _load(self, node: int) -> int:
        return self._problem.visits[node].load if node < len(self._problem.visits) else 0

    def _add_visit(self, index: int) -> None:
        visit, node = self._problem.visits[index], self._manager.NodeToIndex(index)
        able = [number for number, who in enumerate(self._problem.technicians) if may_do(who, visit)]
        self.routing.AddDisjunction([node], round(visit.left_out * 60))
        if not able or not visit.windows:
            self.routing.ActiveVar(node).SetValue(0)
            return
        self.routing.VehicleVar(node).SetValues([-1, *able])
        begins = self._clock.CumulVar(node)
        begins.SetRange(visit.windows[0][0] - self._origin, visit.windows[-1][1] - self._origin)
        for (_, closes), (opens, _) in pairwise(visit.windows):
            begins.RemoveInterval(closes + 1 - self._origin, opens - 1 - self._origin)
        for due, price in visit.dues[:1]:
            self._clock.SetCumulVarSoftUpperBound(node, max(0, due - self._origin), max(1, round(price)))

    def _add_technician(self, number: int) -> None:
        who = self._problem.technicians[number]
        for end in (self.routing.Start(number), self.routing.End(number)):
            self._clock.CumulVar(end).SetRange(who.shift[0] - self._origin, who.shift[1] + who.overtime - self._origin)
        pauses = [
            self.routing.solver().FixedDurationIntervalVar(
                pause.earliest - self._origin, pause.latest - self._origin, pause.seconds, False, ""
            )
            for pause in who.breaks
        ]
        services = [0] * self.routing.Size()
        for index, visit in enumerate(self._problem.visits):
            services[self._manager.NodeToIndex(index)] = visit.service
        if pauses:
            self._clock.SetBreakIntervalsOfVehicle(pauses, number, services)


SOLVERS: dict[str, tuple[str, str, Callable[[Problem, float], Plan]]] = {
    "vroom": ("plain VROOM, level 5", "pyvroom", by_vroom),
    "pyvrp": ("PyVRP alone", "pyvrp", by_pyvrp),
    "ortools": ("OR-Tools", "ortools", by_ortools),
}
"""By module: the name, the package, and what plans a problem with it. OR-Tools is 100 MB and part of no extra."""


def _until(seconds: float) -> Callable[[float], bool]:
    """Whether so many seconds of CPU time are over from now on."""
    ends = time.process_time() + seconds
    return lambda _cost: time.process_time() >= ends


def _driven(problem: Problem, plan: Plan) -> Plan:
    """A plan as far as it can be driven by the rules, which the other solver knows in part only."""
    search = Search(problem, CheapestInsertion(problem))
    search.adopt(plan)
    return search.found.plan
