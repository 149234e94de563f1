"""VROOM as the engine: a problem, or a part of it, in its terms, and its answer as a plan.

pyvroom holds the interpreter while it works and redirects standard output in some of its calls: it belongs into the worker
process and nowhere else (design/planning.md, The solver).
"""

from __future__ import annotations

import sys
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from dispatch.planning.problem import PlannedTechnician, PlannedVisit, Problem, SubProblem


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
    from vroom import _vroom
    from vroom.vehicle import MAX_UINT, MAX_UINT32

_MOST_PRIORITY = 100
_NONE = np.zeros(0, dtype=np.uint32)
_BEYOND = 5e7
"""What is dearer than this is not told apart by its price: emergencies, and what stays."""


THREADS = 64
"""More than VROOM ever begins searches (4 a level, 24 at most): with fewer they queue at a `std::counting_semaphore`, and with the
libstdc++ of the wheel one that waits there is now and then never woken, so that `solve` never returns."""


_NOTHING, _NO_LOAD, _COSTS = vroom.Amount([]), vroom.Amount([0]), vroom.VehicleCosts()
FEW = 8
"""With more technicians than this a part is planned without what it costs extra that one of them does a visit."""
SOON = 900
"""Seconds after the first possible moment in which a due leaves no choice."""


class VroomEngine:
    """Solves parts of one problem. Times, places and skills are prepared once."""

    name = "VROOM"

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._costs = np.array([np.asarray(row, dtype=np.uint32) for row in problem.seconds])
        self._chance = np.random.default_rng(0)
        self._carries = any(technician.capacity is not None for technician in problem.technicians)
        self._loads = sum(visit.load for visit in problem.visits)
        self._capacities = [self._capacity(technician) for technician in problem.technicians]
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
        reached = self._reached()
        self._windows = [
            tuple(self._time_windows(visit, self._latest(visit, reached[visit.place], cut)) for cut in (0, 1, None))
            for visit in problem.visits
        ]
        self._services = [
            visit.service if visit.kept else -(-visit.service // problem.raster) * problem.raster
            for visit in problem.visits
        ]
        self._needs = [
            frozenset(
                [self._skills[skill] for skill in visit.skills]
                + ([] if visit.only is None else [self._circles[visit.only]])
            )
            for visit in problem.visits
        ]
        self._extras = self._extra_seconds()
        self._has = [
            frozenset(
                [self._skills[skill] for skill in technician.skills]
                + [number for circle, number in self._circles.items() if technician.id in circle]
            )
            for index, technician in enumerate(problem.technicians)
        ]
        self._breaks = [
            [
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
            for technician in problem.technicians
        ]

    def solve(self, part: SubProblem) -> dict[int, list[int]]:
        """Plan it; what does not fit is left out. For each of the technicians the indexes of visits in order."""
        windows = {
            index: self._windows[index][2 if index in part.lifted else index in part.of_the_day]
            for index in part.visits
        }
        windows |= {index: self._time_windows(self._problem.visits[index], last) for index, last in part.held.items()}
        visits = [index for index in part.visits if windows[index]]
        if not visits or not part.technicians:
            return {index: [] for index in part.technicians}
        # each visit has a row and a column of its own, then come where the technicians begin and end
        technicians = [self._problem.technicians[index] for index in part.technicians]
        ends = sorted({place for technician in technicians for place in (technician.start, technician.end)})
        places = np.array([*(self._problem.visits[index].place for index in visits), *ends], dtype=np.intp)
        where = {place: number for number, place in enumerate(ends, len(visits))}
        costs = self._costs[np.ix_(places, places)]
        durations = self._durations(
            costs, places[: len(visits)], [self._problem.visits[index].kept for index in visits]
        )
        if part.noise:
            blurred = self._chance.uniform(1 - part.noise, 1 + part.noise, costs.shape)
            costs = (costs * blurred).astype(np.uint32)
        given = vroom.Input()
        profiles: dict[bytes, str] = {}
        for index in part.technicians:
            own = self._extras.get(self._problem.technicians[index].id) if len(part.technicians) <= FEW else None
            extra = _NONE if own is None else own[visits]
            if (key := extra.tobytes() if extra.any() else b"") not in profiles:
                profiles[key] = f"kind{len(profiles)}"
                dearer = costs.copy()
                dearer[:, : len(extra)] += extra
                given.set_durations_matrix(profiles[key], durations)
                given.set_costs_matrix(profiles[key], dearer)
            given._add_vehicle(self._vehicle(index, where, profiles[key]))
        for row, index in enumerate(visits):
            given._add_job(self._job(index, row, windows[index]))
        # the public call names a level only, which is four searches at the least: many quick steps find more
        solution = given._solve(nb_searches=part.searches, depth=part.depth, nb_threads=THREADS, timeout=None)
        return self._routes(solution, part.technicians)

    def _durations(
        self, drives: np.ndarray[Any, Any], visited: np.ndarray[Any, Any], kept: Sequence[bool]
    ) -> np.ndarray[Any, Any]:
        """The drives with what is kept between two visits; the first rows are those of the visits, of which some stay."""
        durations, count = drives.copy(), len(visited)
        between = np.full((count, count), self._problem.buffer, dtype=np.uint32)
        if self._problem.addresses:
            address = np.array(self._problem.addresses)[visited]
            between[(address[:, None] == address) & (drives[:count, :count] == 0)] = 0
        durations[:count, :count] += between
        if (raster := self._problem.raster) > 1:
            # whoever arrives between two starts of the raster waits for the next, but for what stays
            free = np.flatnonzero(~np.array(kept))
            durations[:, free] = -(-durations[:, free].astype(np.int64) // raster) * raster
        np.fill_diagonal(durations, 0)
        return durations

    def _extra_seconds(self) -> dict[str, np.ndarray[Any, Any]]:
        """For each technician of whom that is true what it costs more that they do each visit, in seconds of driving."""
        minute, extras = 60 / (self._problem.prices.travel or 1.0), dict[str, np.ndarray[Any, Any]]()
        for index, visit in enumerate(self._problem.visits):
            for technician, price in visit.extra.items():
                row = extras.setdefault(technician, np.zeros(len(self._problem.visits), dtype=np.uint32))
                row[index] = round(price * minute)
        return extras

    def _vehicle(self, index: int, where: Mapping[int, int], profile: str) -> _vroom.Vehicle:
        technician = self._problem.technicians[index]
        begins, ends = technician.shift[0] - self._origin, technician.shift[1] + technician.overtime - self._origin
        # the public class makes anew all that it is given, which takes twenty times as long
        return _vroom.Vehicle(
            id=index + 1,
            start=_vroom.Location(where[technician.start]),
            end=_vroom.Location(where[technician.end]),
            profile=profile,
            capacity=self._capacities[index],
            skills=self._has[index],
            time_window=_vroom.TimeWindow(begins, max(begins + 1, ends)),
            breaks=self._breaks[index],
            description="",
            costs=_COSTS,
            speed_factor=1.0,
            max_tasks=MAX_UINT,
            max_travel_time=None,
            max_distance=MAX_UINT32,
            steps=(),
        )

    def _capacity(self, technician: PlannedTechnician) -> vroom.Amount:
        """What a vehicle carries; one of which nothing is said carries all there is."""
        if not self._carries:
            return _NOTHING
        return vroom.Amount([self._loads if technician.capacity is None else technician.capacity])

    def _reached(self) -> list[int]:
        """For each place the first moment at which somebody can be there."""
        if not self._problem.technicians:
            return [0] * len(self._costs)
        begins = np.array([technician.shift[0] for technician in self._problem.technicians], dtype=np.int64)
        starts = [technician.start for technician in self._problem.technicians]
        return [int(moment) for moment in (self._costs[starts] + begins[:, None]).min(axis=0)]

    def _latest(self, visit: PlannedVisit, reached: int, cut: int | None) -> int | None:
        """Up to when a visit may begin by its dues, `cut` 0, or by the days they are of, 1; None: whenever it can. A due that
        cannot be kept, or only by whoever goes there first of all, cuts nothing of a day; of several it leaves the first."""
        if cut is None or not visit.windows:
            return None
        midnights, first = self._problem.midnights, max(reached, visit.windows[0][0])
        dues = [due for due, _ in visit.dues if visit.kept or due >= first + SOON]
        if len(dues) < len(visit.dues):
            dues += [midnight for midnight in midnights if midnight > first][:1]
        if not dues or not cut or visit.kept:
            return min(dues, default=None)
        return next((midnight for midnight in midnights if midnight >= min(dues)), None)

    def _time_windows(self, visit: PlannedVisit, latest: int | None) -> list[vroom.TimeWindow]:
        """The windows of a visit, cut where it would be too late."""
        windows = []
        for opens, closes in visit.windows:
            if latest is not None and latest < opens:
                break  # all of it would be late
            last = closes if latest is None else max(opens, min(closes, latest))
            windows.append(vroom.TimeWindow(max(0, opens - self._origin), max(0, last - self._origin)))
        return windows

    def _priority(self, index: int, windows: Sequence[_vroom.TimeWindow]) -> int:
        """Of several days, what is due on the first of its days goes before what may wait for another one."""
        if not self._problem.midnights:
            return self._priorities[index]
        days = [midnight - self._origin for midnight in self._problem.midnights]
        lost = bisect(days, self._windows[index][-1][-1].end) - bisect(days, windows[-1].end)
        return min(_MOST_PRIORITY, self._priorities[index] + lost)

    def _job(self, index: int, row: int, windows: Sequence[_vroom.TimeWindow]) -> _vroom.Job:
        return _vroom.Job(
            id=index + 1,
            location=_vroom.Location(row),
            default_service=self._services[index],
            delivery=vroom.Amount([self._problem.visits[index].load]) if self._carries else _NOTHING,
            pickup=_NO_LOAD if self._carries else _NOTHING,
            skills=self._needs[index],
            priority=self._priority(index, windows),
            tws=windows,
        )

    def _routes(self, solution: vroom.Solution, technicians: Sequence[int]) -> dict[int, list[int]]:
        steps = np.asarray(solution._routes_numpy())  # plain memory: the other ways out go through standard output
        routes: dict[int, list[int]] = {index: [] for index in technicians}
        # fields as lists: records of numpy are read slowly
        for vehicle, kind, job in zip(*(steps[field].tolist() for field in ("vehicle_id", "type", "id")), strict=True):
            word = kind.decode() if isinstance(kind, bytes) else str(kind)
            if word.startswith("job"):
                routes[vehicle - 1].append(job - 1)
        return routes
