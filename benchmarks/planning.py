"""Plans of the handed-out days: cost above the best known and CPU seconds, beside planning by hand.

Needs the day problems beside the project; without them it says so.
"""

from __future__ import annotations

import json
import os
import time
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

from dispatch.planning.cheapest_insertion import insert_cheapest
from dispatch.planning.judging import judge, timed
from dispatch.planning.problem import Plan, Problem
from dispatch.planning.problem_file import problem_from
from dispatch.planning.solving import Solving

CASES = Path(__file__).parents[2] / "shared" / "cases" / "planning"
BEST = {
    "day-3-0": 387.2,
    "day-10-0": 1448.6,
    "day-10-1": 852.2,
    "day-30-0": 3471.4,
    "day-30-1": 3629.2,
    "day-100-0": 10359.4,
}
"""Best known costs, from the README of the days."""
SECONDS = (0.0, 1.0, 5.0, 20.0)


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


def main() -> None:
    """Print a line for each day and each length of thinking."""
    if not CASES.exists():
        print("planning: the day problems are not here")
        return
    print(f"{'day':10} {'how':20} {'cost':>9} {'above best':>10} {'left out':>8} {'CPU s':>7}")
    for name, best in BEST.items():
        problem = problem_from(json.loads((CASES / f"{name}.json").read_text()))
        for how, plan in (("nearest visit", nearest_visit), ("cheapest insertion", _inserted)):
            spent = time.process_time()
            judged = judge(problem, plan(problem))
            assert judged is not None
            _line(name, how, judged.cost, best, len(judged.left_out), time.process_time() - spent)
        for seconds in SECONDS:
            solving = Solving(problem, seconds)
            for _ in solving:
                pass
            assert solving.best is not None
            found = solving.best.judgement
            how = "first plan" if not seconds else f"{seconds:g} s"
            _line(name, how, found.cost, best, len(found.left_out), solving.cpu_seconds)
        if find_spec("pyvrp") is not None:
            with mock.patch.dict(os.environ, DISPATCH_SOLVER="pyvrp"):
                solving = Solving(problem, 5.0)
                for _ in solving:
                    pass
            assert solving.best is not None
            found = solving.best.judgement
            _line(name, "PyVRP instead, 5 s", found.cost, best, len(found.left_out), solving.cpu_seconds)


def _inserted(problem: Problem) -> tuple[tuple[int, ...], ...]:
    empty: list[list[int]] = [[] for _ in problem.technicians]
    return insert_cheapest(problem, empty, range(len(problem.visits)))


def _line(name: str, how: str, cost: float, best: float, left: int, cpu: float) -> None:
    print(f"{name:10} {how:20} {cost:9.1f} {100 * (cost / best - 1):9.1f}% {left:8} {cpu:7.2f}", flush=True)


if __name__ == "__main__":
    main()
