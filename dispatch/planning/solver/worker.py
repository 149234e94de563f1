"""The solver's process: takes a problem on standard input, says every better plan on standard output, one JSON line each.

Run as `python -m dispatch.planning.solver.worker`. It imports nothing of the screens or the store, and is killed without
harm at any moment: what it said stands.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import time
from collections.abc import Callable
from typing import IO, Any

from dispatch.planning.problem import Problem
from dispatch.planning.solver.search import Engine, Found, Search


def main() -> int:
    """Read one problem and the seconds there are, and search."""
    # whatever the engine prints goes nowhere: the pipe carries our lines only
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    problem, seconds, seed = pickle.load(sys.stdin.buffer)
    engine, note = engine_for(problem)
    _say(lines, engine=engine.name, note=note)
    begun, spent = time.monotonic(), time.process_time()

    def said(found: Found, search: Search) -> None:
        _say(
            lines,
            plan=found.plan,
            cost=found.cost,
            seconds=time.monotonic() - begun,
            cpu=time.process_time() - spent,
            steps=search.steps,
        )

    search = Search(problem, engine, seed)
    said(search.first(), search)
    if seconds > 0:
        for found in search.better(_share(begun, seconds)):
            said(found, search)
    _say(lines, done=True, cpu=time.process_time() - spent, steps=search.steps)
    return 0


def engine_for(problem: Problem) -> tuple[Engine, str]:
    """VROOM where it can be loaded, else cheapest insertion and a note that says so."""
    from dispatch.planning.by_hand import Insertion

    if os.environ.get("DISPATCH_SOLVER") == "insertion":
        return Insertion(problem), "planned by cheapest insertion, as DISPATCH_SOLVER says"
    try:
        from dispatch.planning.solver.vroom_engine import VroomEngine
    except (ImportError, OSError) as error:
        return Insertion(problem), f"VROOM cannot be loaded here ({error}): planned by cheapest insertion"
    return VroomEngine(problem), ""


def _share(begun: float, seconds: float) -> Callable[[], float]:
    return lambda: (time.monotonic() - begun) / seconds


def _say(lines: IO[str], **what: Any) -> None:
    lines.write(json.dumps(what) + "\n")
    lines.flush()


if __name__ == "__main__":
    raise SystemExit(main())
