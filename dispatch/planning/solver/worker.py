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
from collections.abc import Callable, Iterator
from typing import IO, Any, NamedTuple

from dispatch.planning.problem import Problem
from dispatch.planning.solver.search import FoundPlan, PlanEngine, Search


def main() -> int:
    """Read one problem and the seconds there are, and search."""
    # whatever the engine prints goes nowhere: the pipe carries our lines only
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    problem, seconds, seed, start, beside = pickle.load(sys.stdin.buffer)
    method = method_for(problem)
    _say(lines, engine=method.name, note=method.note)
    begun, spent = time.monotonic(), time.process_time()

    search = Search(problem, method.engine, seed)

    def report(best: FoundPlan, **more: Any) -> None:
        passed, cpu = time.monotonic() - begun, time.process_time() - spent
        _say(lines, plan=best.plan, cost=best.cost, seconds=passed, cpu=cpu, steps=search.steps, **more)

    starts = [] if start is None else [start]
    if beside is not None:
        *_, careful = Search(beside.problem, method_for(beside.problem).engine, seed).first()
        report(careful, beside=True)
        starts.append(beside.in_whole(careful.plan))
    for found in search.first():
        report(found)
    for plan in starts:
        if (better := search.adopt(plan)) is not None:
            report(better)
    if seconds > 0:
        for better in method.improving(problem, search, lambda: (time.monotonic() - begun) / seconds, seconds):
            report(better)
    if (filled := search.fill()) is not None:
        report(filled)
    _say(lines, done=True, cpu=time.process_time() - spent, steps=search.steps)
    return 0


class PlanMethod(NamedTuple):
    """What plans: the engine of the first plan, what makes it better, and what is to be said about it."""

    name: str
    note: str
    engine: PlanEngine
    improving: Callable[[Problem, Search, Callable[[], float], float], Iterator[FoundPlan]]


def method_for(problem: Problem) -> PlanMethod:
    """VROOM where it can be loaded (extra `plan`), else PyVRP (extra `deep`), else cheapest insertion; a note says so."""
    from dispatch.planning.cheapest_insertion import CheapestInsertion

    chosen, why = os.environ.get("DISPATCH_SOLVER", ""), "as DISPATCH_SOLVER says"
    if not chosen:
        try:
            from dispatch.planning.solver.vroom_engine import VroomEngine

            return PlanMethod(VroomEngine.name, "", VroomEngine(problem), _by_parts)
        except ModuleNotFoundError:
            why = "VROOM is not installed (the extra plan)"
        except (ImportError, OSError) as error:
            why = f"VROOM cannot be loaded here ({error})"
    insertion = CheapestInsertion(problem)
    if chosen != "insertion":
        try:
            from dispatch.planning.solver.pyvrp_search import improving

            return PlanMethod("PyVRP", f"planned by PyVRP: {why}", insertion, improving)
        except (ImportError, OSError):
            pass
    return PlanMethod(insertion.name, f"planned by cheapest insertion: {why}", insertion, _by_parts)


def _by_parts(
    _problem: Problem, search: Search, share_gone: Callable[[], float], _seconds: float
) -> Iterator[FoundPlan]:
    return search.better(share_gone)


def _say(lines: IO[str], **what: Any) -> None:
    lines.write(json.dumps(what) + "\n")
    lines.flush()


if __name__ == "__main__":
    raise SystemExit(main())
