"""The solver's process: takes a question on standard input, says every better plan on standard output, one JSON line each.

Run as `python -m dispatch.planning.solver.worker`; with `--gently` it gives way to whoever presses keys here. It imports
nothing of the screens or the store, and is killed without
harm at any moment: what it said stands.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from dispatch import __version__
from dispatch.planning.asked import read
from dispatch.planning.budget import share_gone
from dispatch.planning.problem import Plan, Problem
from dispatch.planning.solver.helpers import cores
from dispatch.planning.solver.search import FoundPlan, PlanEngine, Search
from dispatch.planning.solver.stages import StagedSearch
from dispatch.planning.solver.territories import WHOLE

if TYPE_CHECKING:
    from dispatch.planning.asked import Beside

SELDOM = 0.3
"""Seconds between two plans that are said."""
HURRY = 0.5
"""Where so much of that time is gone when the search begins, the first plan is made quickly."""
GENTLY = 10
"""By so much it is nicer then."""
OUTLIVES = 30
"""So many seconds after something should have been said it ends, if it has not."""
BESIDE = 0.4
"""Of the time until something must be there, what is asked beside takes no more."""
BESIDE_AT_LEAST = 0.2
"""CPU seconds that it may take all the same: so little puts an emergency in beside what stands."""


def main() -> int:
    """Read one question and search."""
    if "--gently" in sys.argv:
        os.nice(GENTLY)
    # whatever the engine prints goes nowhere: the pipe carries our lines only
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # nothing here multiplies matrices
    if not os.environ.get("DISPATCH_SOLVER"):
        with contextlib.suppress(ImportError, OSError):  # said below, where it matters
            importlib.import_module("dispatch.planning.solver.vroom_engine")
    method = plan_method()
    _say(lines, engine=method.name, note=method.note, version=__version__, clock=time.monotonic())
    problem, seconds, seed, begun, last, start, beside = read(sys.stdin.buffer)
    # an engine that hangs ends when nobody waits for it any more
    signal.alarm(max(1, int(last - time.monotonic()) + OUTLIVES))
    spent = time.process_time()
    alone = method.improving is not None or not (seconds > 0 or len(problem.technicians) > WHOLE)
    stages = StagedSearch(problem, method.engine, seed, 0 if alone else cores() - 1)

    def report(plan: Plan, **more: Any) -> None:
        cpu = time.process_time() - spent + stages.cpu_seconds
        passed = time.monotonic() - begun
        search = stages.now
        _say(lines, plan=plan, seconds=passed, cpu=cpu, steps=search.steps, complete=search.complete, **more)

    def over(share: float = 1.0) -> bool:
        return time.monotonic() > begun + share * (last - begun)

    starts = [] if start is None else [start]
    if beside is not None:
        careful = _least_change(beside, StagedSearch(beside.problem, method.engine, seed), over)
        report(careful, beside=True)
        starts.append(beside.in_whole(careful))
    for found in _seldom(stages.first(over, quick=over(HURRY))):
        report(found)
    for plan in starts:
        if stages.now.adopt(plan, over) is not None:
            report(stages.plan)
    if seconds > 0:
        for better in _seldom(_improving(method, stages, begun, seconds)):
            report(better)
    if stages.now.fill(over) is not None:
        report(stages.plan)
    _say(lines, done=True, cpu=time.process_time() - spent + stages.cpu_seconds)
    return 0


def _least_change(beside: Beside, search: StagedSearch, over: Callable[[float], bool]) -> Plan:
    """What is asked beside: the plan that stands, with what fits beside it. `over`: whether a share of the time is gone."""
    until = time.process_time() + BESIDE_AT_LEAST

    def enough() -> bool:
        return over(BESIDE) and (time.process_time() > until or over(1.0))

    *_, careful = search.first(enough)
    # the engine may give up what stays for the sake of an emergency; the judge does not
    return careful if search.now.adopt(beside.start, enough) is None else search.plan


def _seldom(plans: Iterator[Plan]) -> Iterator[Plan]:
    """Of plans that come faster than anybody can judge and show them only some, and the last."""
    since, waiting = 0.0, None
    for plan in plans:
        waiting = plan
        if time.monotonic() - since > SELDOM:
            yield plan
            since, waiting = time.monotonic(), None
    if waiting is not None:
        yield waiting


def _improving(method: PlanMethod, stages: StagedSearch, begun: float, seconds: float) -> Iterator[Plan]:
    """Ever better plans, until the seconds are over."""
    gone = share_gone(seconds, begun)
    if method.improving is None:
        yield from stages.better(gone, seconds)
    else:
        for _ in method.improving(stages.stage, stages.now, gone, seconds):
            yield stages.plan


class PlanMethod(NamedTuple):
    """What plans: the engine, what is to be said about it, and what makes a plan better where that is not the search."""

    name: str
    note: str
    engine: Callable[[Problem], PlanEngine]
    improving: Callable[[Problem, Search, Callable[[], float], float], Iterator[FoundPlan]] | None = None


def plan_method() -> PlanMethod:
    """VROOM where it can be loaded (extra `plan`), else PyVRP (extra `deep`), else cheapest insertion; a note says so."""
    from dispatch.planning.cheapest_insertion import CheapestInsertion

    chosen, why = os.environ.get("DISPATCH_SOLVER", ""), "as DISPATCH_SOLVER says"
    if not chosen:
        try:
            from dispatch.planning.solver.vroom_engine import VroomEngine

            return PlanMethod(VroomEngine.name, "", VroomEngine)
        except ModuleNotFoundError:
            why = "VROOM is not installed (the extra plan)"
        except (ImportError, OSError) as error:
            why = f"VROOM cannot be loaded here ({error})"
    if chosen != "insertion":
        try:
            from dispatch.planning.solver.pyvrp_search import improving

            return PlanMethod("PyVRP", f"planned by PyVRP: {why}", CheapestInsertion, improving)
        except (ImportError, OSError):
            pass
    return PlanMethod(CheapestInsertion.name, f"planned by cheapest insertion: {why}", CheapestInsertion)


def _say(lines: IO[str], **what: Any) -> None:
    lines.write(json.dumps(what) + "\n")
    lines.flush()


if __name__ == "__main__":
    raise SystemExit(main())
