"""VROOM as the engine: a problem, or a part of it, in its terms, and its answer as a plan.

pyvroom holds the interpreter while it works and redirects standard output in some of its calls: it belongs into the worker
process and nowhere else (design/planning.md, The solver).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType

import numpy as np

from dispatch.planning.problem import Problem, SubProblem


@contextmanager
def pandas_spared() -> Iterator[None]:
    """While this lasts, whoever imports pandas gets a stand-in without it; whoever has it already keeps it.

    It is more than half of what pyvroom's import costs and the most of what it installs. pyvroom makes one table of it, the
    routes of a solution as a frame, and names it where it is imported; here the routes are read as an array.
    """
    if "pandas" in sys.modules:
        yield
        return
    stand_in = ModuleType("pandas")
    stand_in.__dict__["DataFrame"] = object  # in a signature
    sys.modules["pandas"] = stand_in
    try:
        yield
    finally:
        del sys.modules["pandas"]


with pandas_spared():
    import vroom

_MOST_PRIORITY = 100
_BEYOND = 5e7
"""What is dearer than this is not told apart by its price: emergencies, and what stays."""
_PRIVATE = 100_000
"""Skills from here on belong to one technician alone."""


THREADS = 64
"""More than VROOM ever begins searches (4 a level, 24 at most): with fewer they queue at a `std::counting_semaphore`, and with the
libstdc++ of the wheel one that waits there is now and then never woken, so that `solve` never returns."""


class VroomEngine:
    """Solves parts of one problem. Times, places and skills are prepared once."""

    name = "VROOM"

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._costs = np.array(problem.seconds, dtype=np.uint32)
        durations = self._costs.copy()
        visited = np.array(sorted({visit.place for visit in problem.visits}), dtype=np.intp)
        if len(visited):
            between = np.full((len(visited), len(visited)), problem.buffer, dtype=np.uint32)
            if not problem.buffer_at_place:
                np.fill_diagonal(between, 0)
            durations[np.ix_(visited, visited)] += between
            # whoever arrives between two starts of the raster waits for the next
            durations[:, visited] = -(-durations[:, visited].astype(np.int64) // problem.raster) * problem.raster
        self._durations = durations
        skills = {skill for technician in problem.technicians for skill in technician.skills}
        skills |= {skill for visit in problem.visits for skill in visit.skills}
        self._skills = {skill: number for number, skill in enumerate(sorted(skills), 1)}
        # "one of these technicians" is a skill that they alone have
        circles = {visit.only for visit in problem.visits if visit.only is not None}
        self._circles = {
            circle: number for number, circle in enumerate(sorted(circles, key=sorted), len(self._skills) + 1)
        }
        # moments may be epoch seconds; VROOM counts from the first of them, in 32 bits
        self._origin = problem.origin
        # what must stay at any price would leave no room to tell the others apart
        dearest = max((visit.left_out for visit in problem.visits if visit.left_out < _BEYOND), default=1.0) or 1.0
        self._priorities = [
            max(1, min(_MOST_PRIORITY, round(visit.left_out / dearest * _MOST_PRIORITY))) for visit in problem.visits
        ]

    def solve(self, part: SubProblem) -> dict[int, list[int]]:
        """Plan it; what does not fit is left out. For each of the technicians the indexes of visits in order."""
        jobs = [job for index in part.visits if (job := self._job(index, index in part.lifted, part.held)) is not None]
        if not jobs or not part.technicians:
            return {index: [] for index in part.technicians}
        given = vroom.Input()
        given.set_durations_matrix("car", self._durations)
        given.set_costs_matrix("car", self._costs)
        given.add_vehicle([self._vehicle(index) for index in part.technicians])
        given.add_job(jobs)
        solution = given.solve(exploration_level=part.level, nb_threads=THREADS)
        return self._routes(solution, part.technicians)

    def _vehicle(self, index: int) -> vroom.Vehicle:
        technician = self._problem.technicians[index]
        begins, ends = technician.shift[0] - self._origin, technician.shift[1] + technician.overtime - self._origin
        pauses = [
            vroom.Break(
                number,
                time_windows=[
                    vroom.TimeWindow(max(0, pause.earliest - self._origin), max(0, pause.latest - self._origin))
                ],
                service=pause.seconds,
            )
            for number, pause in enumerate(technician.breaks, 1)
            if pause.latest >= technician.shift[0] and pause.earliest < technician.shift[1]
        ]
        return vroom.Vehicle(
            index + 1,
            start=technician.start,
            end=technician.end,
            skills={self._skills[skill] for skill in technician.skills}
            | {number for circle, number in self._circles.items() if technician.id in circle}
            | {_PRIVATE + index},
            time_window=vroom.TimeWindow(begins, max(begins + 1, ends)),
            breaks=pauses,
        )

    def _job(self, index: int, lifted: bool, held: Mapping[int, int]) -> vroom.Job | None:
        visit = self._problem.visits[index]
        latest = None if lifted else min((due for due, _ in visit.dues), default=None)
        windows = []
        for opens, closes in visit.windows:
            if latest is not None and latest < opens:
                break  # all of it would be late
            last = closes if latest is None else max(opens, min(closes, latest))
            windows.append(vroom.TimeWindow(max(0, opens - self._origin), max(0, last - self._origin)))
        if not windows:
            return None
        skills = {self._skills[skill] for skill in visit.skills}
        if index in held:
            skills.add(_PRIVATE + held[index])
        elif visit.only is not None:
            skills.add(self._circles[visit.only])
        return vroom.Job(
            index + 1,
            location=visit.place,
            default_service=visit.service
            if visit.kept
            else -(-visit.service // self._problem.raster) * self._problem.raster,
            skills=skills,
            priority=self._priorities[index],
            time_windows=windows,
        )

    def _routes(self, solution: vroom.Solution, technicians: Sequence[int]) -> dict[int, list[int]]:
        steps = np.asarray(solution._routes_numpy())  # plain memory: the other ways out go through standard output
        routes: dict[int, list[int]] = {index: [] for index in technicians}
        for vehicle, kind, job in zip(steps["vehicle_id"], steps["type"], steps["id"], strict=True):
            word = kind.decode() if isinstance(kind, bytes) else str(kind)
            if word.startswith("job"):
                routes[int(vehicle) - 1].append(int(job) - 1)
        return routes
