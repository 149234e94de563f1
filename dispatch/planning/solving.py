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

from dispatch.planning.cheapest_insertion import insert_cheapest
from dispatch.planning.judging import Judgement, judge
from dispatch.planning.problem import Plan, Problem

LOADING = 20.0
"""Seconds that the process may take to load its engine; they do not count as thinking."""
FIRST = 60.0
"""Seconds that the first complete plan may take."""
GRACE = 0.5
"""Seconds past the time that was given, before the process is killed."""


class BetterPlan(NamedTuple):
    """A plan that was judged and found good, and how far the search has come."""

    plan: Plan
    judgement: Judgement
    seconds: float
    cpu_seconds: float
    steps: int


class Solving:
    """One solve. Iterate it for ever better plans; `stop` ends it from any thread.

    Args:
        problem: the day.
        seconds: how long to look for better plans after the start; 0: only for the first complete one.
        seed: the same seed, the same first plan.
    """

    def __init__(self, problem: Problem, seconds: float, seed: int = 0) -> None:
        self._problem = problem
        self._seconds = seconds
        self._seed = seed
        self._stopped = threading.Event()
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self.best: BetterPlan | None = None
        """The best plan so far."""
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
            yield self._without()

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
        deadline = time.monotonic() + LOADING
        while not self._stopped.is_set():
            try:
                line = lines.get(timeout=max(0.0, min(0.2, deadline - time.monotonic())))
            except queue.Empty:
                if time.monotonic() >= deadline:
                    return
                continue
            if line is None or line.get("done"):
                self.cpu_seconds = line["cpu"] if line else self.cpu_seconds
                return
            if "engine" in line:
                self.note = line["note"]
                deadline = time.monotonic() + max(FIRST, self._seconds)
                begun = time.monotonic()
                continue
            self.cpu_seconds = line["cpu"]
            if self.best is None:
                # from the first plan on, only the time that was given counts
                deadline = max(time.monotonic(), begun + self._seconds) + GRACE
            plan = tuple(tuple(order) for order in line["plan"])
            judged = judge(self._problem, plan)
            if judged is not None and (self.best is None or judged.cost < self.best.judgement.cost):
                self.best = BetterPlan(plan, judged, line["seconds"], line["cpu"], line["steps"])
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
            process.stdin.write(pickle.dumps((self._problem, self._seconds, self._seed)))
            process.stdin.close()
            for line in process.stdout:
                lines.put(json.loads(line))
        except (OSError, ValueError):
            pass
        lines.put(None)

    def _without(self) -> BetterPlan:
        """A plan made here, where the process gave none."""
        self.note = "the solver's process did not answer: planned by cheapest insertion"
        problem = self._problem
        begun, spent = time.monotonic(), time.process_time()
        empty: list[list[int]] = [[] for _ in problem.technicians]
        plan = insert_cheapest(problem, empty, range(len(problem.visits)))
        judged = judge(problem, plan)
        assert judged is not None
        self.cpu_seconds = time.process_time() - spent
        self.best = BetterPlan(plan, judged, time.monotonic() - begun, self.cpu_seconds, 0)
        return self.best
