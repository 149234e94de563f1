"""Solving in a process of its own: better and better plans as they are found, stopped at any moment with the best so far.

A plan that comes back is judged here once more before anybody sees it (design/planning.md, Feasibility in words).
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dispatch.planning.budget import SEARCHING, Budget
from dispatch.planning.cheapest_insertion import insert_cheapest
from dispatch.planning.judging import Judgement, judge, timed
from dispatch.planning.problem import Plan, Problem

UNFINISHED = "the time was over before all of the day was planned once: with more seconds more of it fits"
"""What is said of a plan that was made before everybody's day was planned once."""
AS_IT_IS = "the solver had no better plan in the time that was given: the day as it is, with what fits beside it"
"""What is said where what stands is the best plan that there is."""
FILLING = 0.92
"""When so much of the time is gone nothing more is put in beside what stands,"""
FILLING_AT_LEAST = 0.2
"""but for so many CPU seconds it is: they are enough for the day of a few, whatever runs beside it."""
LAST_WORDS = 0.25
"""Seconds before the end in which the process says what it has."""


def started_worker() -> subprocess.Popen[bytes]:
    """A process that loads the engine and waits for its question; it ends where none comes."""
    return subprocess.Popen(
        [sys.executable, "-m", "dispatch.planning.solver.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        process_group=0,  # with the helpers that it makes, so that they end together
    )


class BetterPlan(NamedTuple):
    """A plan that was judged and found good, and how far the search has come."""

    plan: Plan
    judgement: Judgement
    seconds: float
    cpu_seconds: float
    steps: int


class Beside(NamedTuple):
    """A smaller question on the same day, answered first. `same`: for each of its visits the index in the whole problem; `start`:
    the plan that stands, in its own terms."""

    problem: Problem
    same: tuple[int | None, ...]
    start: Plan

    def in_whole(self, plan: Plan) -> Plan:
        """Its plan in the terms of the whole problem."""
        return tuple(tuple(index for part in order if (index := self.same[part]) is not None) for order in plan)


class Solving:
    """One solve. Iterate it for ever better plans; `stop` ends it from any thread.

    Args:
        problem: the day.
        seconds: how long to look for better plans, all from `begun` on included; 0: only for the first complete one.
        seed: the same seed, the same first plan.
        start: the plan that stands, which better ones are looked for from; None: nothing stands.
        beside: what else is asked, first.
        begun: the moment (`time.monotonic`) from which the seconds count; None: from when it is iterated.
        worker: a process that was started while the day was read; None: one is started then.
    """

    def __init__(
        self,
        problem: Problem,
        seconds: float,
        seed: int = 0,
        start: Plan | None = None,
        beside: Beside | None = None,
        begun: float | None = None,
        worker: subprocess.Popen[bytes] | None = None,
    ) -> None:
        self._problem = problem
        self._seconds = seconds
        self._asked = (problem, seconds, seed, start, beside)
        self._beside = beside
        self._begun = begun
        self._worker = worker
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._stopped = threading.Event()
        self._over = threading.Event()
        self._finished = False
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
            yield from self._found()
        finally:
            self._end()
        if self._finished or (self.best is None and self._stopped.is_set()):
            return
        # what the process had no time to compare with what stands may be worse, as long as not everybody has a part in it
        stands = self._as_it_is()
        if self.best is None or stands.judgement.cost < self.best.judgement.cost:
            self.best, self.note = stands, AS_IT_IS
            yield stands

    def stop(self) -> None:
        """End it now; what was found stands. Where nothing was found yet, there is no plan."""
        self._stopped.set()
        self._lines.put(None)
        self._end()

    def _end(self) -> None:
        self._over.set()
        process = self._process or self._worker
        if process is not None:
            _kill(process)

    def _found(self) -> Iterator[BetterPlan]:
        now = time.monotonic()
        self._begun = begun = now if self._begun is None else self._begun
        budget = Budget(self._seconds, begun)
        # where the day took long to read, what is done with the plan takes long too
        ends = max(min(budget.at(SEARCHING), budget.at() - (now - begun) / 4), now + 2 * LAST_WORDS)
        threading.Thread(target=self._listen, args=((begun, ends - LAST_WORDS),), daemon=True).start()
        said, whole = "", False
        while not self._stopped.is_set():
            try:
                line = _last_of(self._lines, max(0.0, ends - time.monotonic()))
            except queue.Empty:
                break
            if line is None or line.get("done"):
                self._finished = line is not None
                self.cpu_seconds = line["cpu"] if line else self.cpu_seconds
                break
            if "engine" in line:
                said = line["note"]
                continue
            self.cpu_seconds = line["cpu"]
            self.note = "; ".join(filter(None, (said, "" if line["complete"] else UNFINISHED)))
            if line.get("beside") and self._beside is not None:
                self.beside = _better(self._beside.problem, line)
                continue
            found = _better(self._problem, line)
            if found is None or (
                self.best is not None and not self._is_news(found, self.best, line["complete"], whole)
            ):
                continue
            self.best, whole = found, line["complete"]
            yield self.best

    @staticmethod
    def _is_news(found: BetterPlan, best: BetterPlan, complete: bool, whole: bool) -> bool:
        """Whether a plan is better than the best, or as good and the first that everybody has a part in."""
        cost = found.judgement.cost
        return cost < best.judgement.cost or (complete and not whole and cost <= best.judgement.cost)

    def _listen(self, times: tuple[float, float]) -> None:
        """Start the process, hand it the problem, and pass on what it says. In a thread: all of it may block."""
        try:
            self._process = process = self._worker or started_worker()
            if self._over.is_set():
                _kill(process)
            assert process.stdin is not None
            assert process.stdout is not None
            with process:
                process.stdin.write(pickle.dumps((*self._asked, times), pickle.HIGHEST_PROTOCOL))
                process.stdin.close()
                for line in process.stdout:
                    self._lines.put(json.loads(line))
        except (OSError, ValueError):
            pass
        self._lines.put(None)

    def _as_it_is(self) -> BetterPlan:
        """The plan that stands, as far as it can be driven, and what fits beside it."""
        problem, start = self._problem, self._asked[3]
        nothing: Plan = ((),) * len(problem.technicians)
        kept = tuple(tuple(index for index in order if problem.visits[index].kept) for order in start or nothing)
        stands = tuple(self._driven(technician, order) for technician, order in enumerate(start or nothing))
        # each route by itself may hold, and what comes after one another not
        found = ((plan, judge(problem, plan)) for plan in (stands, kept, nothing))
        plan, judged = next((plan, judged) for plan, judged in found if judged is not None)
        until = time.thread_time() + FILLING_AT_LEAST
        filled = insert_cheapest(problem, plan, judged.left_out, over=lambda: self._filled_enough(until))
        if (better := judge(problem, filled)) is not None and better.cost < judged.cost:
            plan, judged = filled, better
        return BetterPlan(plan, judged, self._seconds, self.cpu_seconds, 0)

    def _driven(self, technician: int, order: Sequence[int]) -> tuple[int, ...]:
        """A route that stands, without the least of it as long as it cannot be driven."""
        route = list(order)
        while route and timed(self._problem, technician, route) is None:
            route.remove(min(route, key=lambda index: self._problem.visits[index].left_out))
        return tuple(route)

    def _filled_enough(self, until: float) -> bool:
        gone = self._begun is None or Budget(self._seconds, self._begun).over(FILLING)
        return self._stopped.is_set() or (gone and time.thread_time() > until)


def _kill(worker: subprocess.Popen[bytes]) -> None:
    """End a worker and its helpers."""
    with contextlib.suppress(OSError):
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)


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
