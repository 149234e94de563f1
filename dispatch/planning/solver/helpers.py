"""Helping processes of the search, one for each further core: copies of the worker that share its memory.

They end with the worker: a pipe that nobody holds any more is their end.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from dispatch.planning.problem import SubProblem
from dispatch.planning.solver.search import Improved, Region, Search

MOST = 4
"""So many processes search at the most, the worker included."""


def cores() -> int:
    """How many processes search: as many as there are cores, up to `MOST`; one where a process cannot be copied safely."""
    return min(MOST, len(os.sched_getaffinity(0))) if sys.platform == "linux" else 1


class ForkedHelpers:
    """Copies of this process, each with a search of its own. They must be made while it has one thread."""

    def __init__(self, make: Callable[[int], Search], count: int) -> None:
        self._pipes: list[Connection] = []
        self._asked: dict[int, int] = {}
        """For each helper that has not answered yet the turn in which it was asked."""
        self._turn = 0
        self.count = count
        self.cpu_seconds = 0.0
        """CPU time of what they answered."""
        for number in range(count):
            ours, theirs = multiprocessing.Pipe()
            if os.fork() == 0:
                for pipe in [*self._pipes, ours]:
                    pipe.close()
                _serve(make(number + 1), theirs)
            theirs.close()
            self._pipes.append(ours)

    def solve(self, parts: Sequence[SubProblem], own: Search) -> Iterator[dict[int, list[int]]]:
        """The routes of each part, as they are solved, by all processes."""
        waiting = list(parts)
        while waiting or self._asked:
            for helper in range(self.count):
                if waiting and helper not in self._asked:
                    self._send(helper, ("solve", waiting.pop(0)), 0)
            if waiting:
                yield own.solved(waiting.pop(0))
            for _, answer in self._received(0.0 if waiting else 1.0):
                yield answer

    def ask(
        self, routes: list[list[int]], regions: Sequence[Region], seconds: float, gone: tuple[float, float]
    ) -> None:
        """Let each search a region for some time. Who is still at something else is left alone."""
        list(self._received(0.0))
        self._turn += 1
        for helper, region in enumerate(regions):
            if helper not in self._asked:
                self._send(helper, ("improve", routes, region, seconds, gone), self._turn)

    def answers(self, most: float) -> Iterator[Improved]:
        """What they found, each when it is there; after `most` seconds nobody is waited for."""
        ends = time.monotonic() + most
        while self._turn in self._asked.values() and (rest := ends - time.monotonic()) > 0:
            for asked, answer in self._received(rest):
                if asked == self._turn:
                    yield answer

    def _send(self, helper: int, what: tuple[Any, ...], turn: int) -> None:
        with contextlib.suppress(OSError):
            self._pipes[helper].send(what)
            self._asked[helper] = turn

    def _received(self, seconds: float) -> Iterator[tuple[int, Any]]:
        """What has come: the number of what was asked, and the answer."""
        pipes = {self._pipes[helper]: helper for helper in self._asked}
        for pipe in wait(list(pipes), seconds):
            helper = pipes[pipe]  # type: ignore[index]
            asked = self._asked.pop(helper)
            with contextlib.suppress(EOFError, OSError):
                answer, cpu = self._pipes[helper].recv()
                self.cpu_seconds += cpu
                yield asked, answer


def _serve(search: Search, pipe: Connection) -> None:
    """Do what is asked, until nobody asks any more. Never returns."""
    try:
        spent = time.process_time()
        while True:
            kind, *what = pipe.recv()
            answer = search.solved(*what) if kind == "solve" else search.improve(*what)
            before, spent = spent, time.process_time()
            pipe.send((answer, spent - before))
    except (EOFError, OSError, KeyboardInterrupt):
        pass
    finally:
        os._exit(0)
