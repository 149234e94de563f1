"""Plans of day problems: cost above the best known and CPU seconds, ours beside other solvers at the same CPU time.

`python -m benchmarks.planning` takes the days of tests/data/planning, `… FILE …` other day problems, and
`… solomon FILE` prints an instance of Solomon's form as a day problem.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

from benchmarks.planning_peers import peers
from benchmarks.solomon import problem_of
from dispatch.planning.cheapest_insertion import insert_cheapest
from dispatch.planning.judging import judge, timed
from dispatch.planning.problem import Plan, Problem
from dispatch.planning.problem_file import read_problem
from dispatch.planning.solving import Solving

CASES = Path(__file__).parents[1] / "tests" / "data" / "planning"
BEST = {
    "day-3-0": 387.2,
    "day-10-0": 1340.8,
    "day-10-1": 852.2,
    "day-30-0": 3114.4,
    "day-30-1": 3424.8,
    "day-100-0": 8766.6,
}
"""The lowest costs that any solver was seen to find."""
SECONDS = (0.0, 1.0, 2.0, 5.0, 20.0)
PEER_SECONDS = 5.0
"""So long the others look, and one of ours is set beside them."""


def nearest_visit(problem: Problem) -> Plan:
    """What a person does by hand: each technician in turn goes to the nearest visit that can still be done."""
    left = set(range(len(problem.visits)))
    plan = []
    for technician, who in enumerate(problem.technicians):
        order: list[int] = []
        place = who.start
        while True:
            near = sorted(left, key=lambda index: (problem.seconds[place][problem.visits[index].place], index))
            following = next((index for index in near if timed(problem, technician, [*order, index]) is not None), None)
            if following is None:
                break
            order.append(following)
            left.discard(following)
            place = problem.visits[following].place
        plan.append(tuple(order))
    return tuple(plan)


def main(words: Sequence[str] = ()) -> None:
    """Print a line for each day and each way to plan it."""
    if words and words[0] == "solomon":
        for name in words[1:]:
            print(json.dumps(problem_of(Path(name).read_text(encoding="utf-8"))))
        return
    files = [Path(word) for word in words] or [CASES / f"{name}.json.gz" for name in BEST]
    print(f"{'day':14} {'how':20} {'cost':>11} {'above best':>10} {'left out':>8} {'CPU s':>7}")
    for path in files:
        name = path.name.partition(".")[0]
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            problem = read_problem(file)
        for how, plan, cpu in _ways(problem):
            judged = judge(problem, plan)
            assert judged is not None
            best = BEST.get(name)
            above = "" if best is None else f"{100 * (judged.cost / best - 1):.1f}%"
            print(f"{name:14} {how:20} {judged.cost:11.1f} {above:>10} {len(judged.left_out):8} {cpu:7.2f}", flush=True)


def _ways(problem: Problem) -> Iterator[tuple[str, Plan, float]]:
    """Each way to plan a problem: what it is called, its plan, the CPU seconds that it took."""
    for how, plan in (("nearest visit", nearest_visit), ("cheapest insertion", _inserted)):
        spent = time.process_time()
        yield how, plan(problem), time.process_time() - spent
    for seconds in SECONDS:
        yield f"{seconds:g} s" if seconds else "first plan", *_ours(problem, seconds)
    for how, solve in peers():
        spent = time.process_time()
        yield how, solve(problem, PEER_SECONDS), time.process_time() - spent
    with mock.patch.dict(os.environ, DISPATCH_SOLVER="pyvrp"):
        yield f"without VROOM, {PEER_SECONDS:g} s", *_ours(problem, PEER_SECONDS)


def _ours(problem: Problem, seconds: float) -> tuple[Plan, float]:
    solving = Solving(problem, seconds)
    for _ in solving:
        pass
    assert solving.best is not None
    return solving.best.plan, solving.cpu_seconds


def _inserted(problem: Problem) -> Plan:
    empty: list[list[int]] = [[] for _ in problem.technicians]
    return insert_cheapest(problem, empty, range(len(problem.visits)))


if __name__ == "__main__":
    main(sys.argv[1:])
