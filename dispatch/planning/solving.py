"""Solving in a process of its own: better and better plans as they are found, stopped at any moment with the best so far.

A plan that comes back is judged here once more before anybody sees it (design/planning.md, Feasibility in words).
"""

from __future__ import annotations

import contextlib
import json
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from dispatch.planning.judging import Judgement, judge, timed
from dispatch.planning.problem import Plan, Problem

FIRST = 60.0
"""Seconds that the first complete plan may take, where nothing else is asked for."""
SHARE, MARGIN = 1.2, 2.0
"""All of it, with the start of the process, takes at most so many times the seconds that were given, and so many more."""


class BetterPlan(NamedTuple):
    """A plan that was judged and found good, and how far the search has come."""

    plan: Plan
    judgement: Judgement
    seconds: float
    cpu_seconds: float
    steps: int


class Beside(NamedTuple):
    """A smaller question on the same day, answered first. `same`: for each of its visits the index in the whole problem."""

    problem: Problem
    same: tuple[int | None, ...]

    def in_whole(self, plan: Plan) -> Plan:
        """Its plan in the terms of the whole problem."""
        return tuple(tuple(index for part in order if (index := self.same[part]) is not None) for order in plan)


class Solving:
    """One solve. Iterate it for ever better plans; `stop` ends it from any thread.

    Args:
        problem: the day.
        seconds: how long to look for better plans, the start included; 0: only for the first complete one.
        seed: the same seed, the same first plan.
        start: the plan that stands, which better ones are looked for from; None: nothing stands.
        beside: what else is asked, first.
    """

    def __init__(
        self,
        problem: Problem,
        seconds: float,
        seed: int = 0,
        start: Plan | None = None,
        beside: Beside | None = None,
    ) -> None:
        self._problem = problem
        self._seconds = seconds
        self._asked = (problem, seconds, seed, start, beside)
        self._beside = beside
        self._stopped = threading.Event()
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self.best: BetterPlan | None = None
        """The best plan so far."""
        self.beside: BetterPlan | None = None
        """The answer to what was asked beside, once it is there."""
        self.note = ""
        """What is to be said about the engine, empty when all is as it should be."""
        self.cpu_seconds = 0.0
        """CPU time of the search, without loading the engine."""

    def __iter__(self) -> Iterator[BetterPlan]:
        """Every better plan, as it is found. Ends by itself; a process that fails or hangs ends it with what there is."""
        try:
            yield from self._lines()
        finally:
            self._end()
        if self.best is None and not self._stopped.is_set():
            yield self._as_it_is()

    def stop(self) -> None:
        """End it now; what was found stands. Where nothing was found yet, there is no plan."""
        self._stopped.set()
        self._end()

    def _end(self) -> None:
        self._over.set()
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=2)

    def _lines(self) -> Iterator[BetterPlan]:
        lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
        threading.Thread(target=self._listen, args=(lines,), daemon=True).start()
        deadline = time.monotonic() + (self._seconds * SHARE + MARGIN if self._seconds > 0 else FIRST)
        while not self._stopped.is_set():
            try:
                line = _last_of(lines, max(0.0, min(0.2, deadline - time.monotonic())))
            except queue.Empty:
                if time.monotonic() >= deadline:
                    return
                continue
            if line is None or line.get("done"):
                self.cpu_seconds = line["cpu"] if line else self.cpu_seconds
                return
            if "engine" in line:
                self.note = line["note"]
                continue
            self.cpu_seconds = line["cpu"]
            if line.get("beside") and self._beside is not None:
                self.beside = _better(self._beside.problem, line)
                continue
            found = _better(self._problem, line)
            if found is not None and (self.best is None or found.judgement.cost < self.best.judgement.cost):
                self.best = found
                yield self.best

    def _listen(self, lines: queue.Queue[dict[str, Any] | None]) -> None:
        """Start the process, hand it the problem, and pass on what it says. In a thread: all of it may block."""
        try:
            self._process = process = subprocess.Popen(
                [sys.executable, "-m", "dispatch.planning.solver.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            if self._over.is_set():
                process.kill()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(pickle.dumps(self._asked))
            process.stdin.close()
            for line in process.stdout:
                lines.put(json.loads(line))
        except (OSError, ValueError):
            pass
        lines.put(None)

    def _as_it_is(self) -> BetterPlan:
        """The plan that stands, as far as it can be driven, where the process found none in its time."""
        self.note = "the solver had no plan in the time that was given: the day as it is"
        problem, start = self._problem, self._asked[3]
        routes: list[tuple[int, ...]] = []
        for technician, order in enumerate(start if start is not None else ((),) * len(problem.technicians)):
            kept = tuple(index for index in order if problem.visits[index].kept)
            routes.append(next((route for route in (order, kept) if timed(problem, technician, route) is not None), ()))
        judged = judge(problem, tuple(routes))
        assert judged is not None
        self.best = BetterPlan(tuple(routes), judged, self._seconds, self.cpu_seconds, 0)
        return self.best


def _last_of(lines: queue.Queue[dict[str, Any] | None], wait: float) -> dict[str, Any] | None:
    """The next line; of several plans of one question that are there already only the last, which is the best."""
    line = lines.get(timeout=wait)
    while line is not None and "plan" in line and not line.get("beside") and not lines.empty():
        following = lines.queue[0]
        if following is None or "plan" not in following:
            break
        line = lines.get_nowait()
    return line


def _better(problem: Problem, line: dict[str, Any]) -> BetterPlan | None:
    """What the process said as a plan that is judged here once more; None where it cannot be driven."""
    plan = tuple(tuple(order) for order in line["plan"])
    judged = judge(problem, plan)
    return None if judged is None else BetterPlan(plan, judged, line["seconds"], line["cpu"], line["steps"])
