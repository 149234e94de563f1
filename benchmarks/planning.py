"""Plans of day problems: cost above the best known, ours beside plain VROOM, PyVRP and OR-Tools at the same CPU seconds.

    python -m benchmarks.planning [--seconds S] [--ours] [FILE …]

takes the days of tests/data/planning, or other files: day problems as `dispatch plan --problem` reads them (.json, .json.gz),
and instances as Solomon and Gehring and Homberger wrote them (any other name). Whatever comes back is judged by one judge. A
solver that cannot be imported here is left out, with the reason.
"""

from __future__ import annotations

import argparse
import gzip
import math
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from benchmarks.planning_peers import missing, peers
from benchmarks.solomon import problem_of
from dispatch.planning.cheapest_insertion import insert_cheapest
from dispatch.planning.judging import judge, timed
from dispatch.planning.problem import Plan, Problem
from dispatch.planning.problem_file import problem_from, read_problem
from dispatch.planning.solver.search import Search
from dispatch.planning.solver.worker import plan_method
from dispatch.planning.solving import Solving

CASES = Path(__file__).parents[1] / "tests" / "data" / "planning"
BEST = {
    "day-3-0": 387.2,
    "day-10-0": 1335.4,
    "day-10-1": 852.2,
    "day-30-0": 3114.4,
    "day-30-1": 3340.8,
    "day-100-0": 8766.6,
}
"""The lowest costs that any solver was seen to find."""
SECONDS = (1.0, 2.0, 5.0, 10.0, 20.0)
"""So long ours looks; the others once, as long as `--seconds` says."""


class Way(NamedTuple):
    """A way to plan a problem: what it is called, its plan, and the CPU seconds that it took."""

    name: str
    plan: Plan
    cpu: float


def main(words: Sequence[str] | None = None) -> None:
    """Print a line for each day and each way to plan it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="CPU seconds of the others (default 5)")
    parser.add_argument("--ours", action="store_true", help="leave the others out")
    parser.add_argument("--seed", type=int, default=0, help="of our search")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    args = parser.parse_args(words)
    if not args.ours:
        for reason in missing():
            print(reason)
    print(f"{'day':14} {'how':24} {'cost':>11} {'above best':>10} {'left out':>8} {'routes':>6} {'CPU s':>7}")
    for path in args.files or [CASES / f"{name}.json.gz" for name in BEST]:
        name, problem = path.name.partition(".")[0], read(path)
        ways = [*ours(problem, args.seed)] if args.ours else [*ours(problem, args.seed), *others(problem, args.seconds)]
        judged = {way: judge(problem, way.plan) for way in ways}
        lowest = min((found.cost for found in judged.values() if found is not None), default=math.inf)
        for way, found in judged.items():
            assert found is not None, f"{way.name}: a plan that cannot be"
            above = f"{100 * (found.cost / min(lowest, BEST.get(name, lowest)) - 1):.1f}%"
            routes = sum(map(bool, way.plan))
            print(
                f"{name:14} {way.name:24} {found.cost:11.1f} {above:>10} {len(found.left_out):8} {routes:6} {way.cpu:7.2f}",
                flush=True,
            )


def read(path: Path) -> Problem:
    """A problem from a file of any of the forms.

    Raises:
        ValueError, BadProblem: it is of none of them.
    """
    if path.name.endswith((".json", ".json.gz")):
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            return read_problem(file)
    return problem_from(problem_of(path.read_text(encoding="utf-8")))


def ours(problem: Problem, seed: int) -> Iterator[Way]:
    """What is planned without a solver, our search in one process by the CPU clock, and as the program itself plans."""
    for how, by_hand in (("nearest visit", nearest_visit), ("cheapest insertion", _inserted)):
        spent = time.process_time()
        yield Way(how, by_hand(problem), time.process_time() - spent)
    yield from searched(problem, seed)
    yield as_the_program(problem, "as it plans")


def searched(problem: Problem, seed: int) -> Iterator[Way]:
    """Our search on its way: the first plan, then the best after each of `SECONDS`."""
    begun = time.process_time()
    search = Search(problem, plan_method().engine(problem), seed)
    *_, best = search.first()
    yield Way("ours, first plan", best.plan, time.process_time() - begun)
    marks = list(SECONDS)
    for better in search.better(lambda: (time.process_time() - begun) / SECONDS[-1]):
        while marks and time.process_time() - begun > marks[0]:
            yield Way(f"ours, {marks[0]:g} s", best.plan, marks.pop(0))
        best = better
    for mark in marks:
        yield Way(f"ours, {mark:g} s", best.plan, mark)


def others(problem: Problem, seconds: float) -> Iterator[Way]:
    """Other solvers, and ours where VROOM cannot be loaded."""
    for how, solve in peers():
        spent = time.process_time()
        yield Way(how, solve(problem, seconds), time.process_time() - spent)
    with mock.patch.dict(os.environ, DISPATCH_SOLVER="pyvrp"):
        yield as_the_program(problem, "without VROOM", seconds)


def as_the_program(problem: Problem, name: str, seconds: float = 5.0) -> Way:
    """As `dispatch plan` plans: by the clock of the wall, on the cores that are there."""
    solving = Solving(problem, seconds)
    for _ in solving:
        pass
    assert solving.best is not None
    return Way(f"{name}, {seconds:g} s of wall", solving.best.plan, solving.cpu_seconds)


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


def _inserted(problem: Problem) -> Plan:
    empty: list[list[int]] = [[] for _ in problem.technicians]
    return insert_cheapest(problem, empty, range(len(problem.visits)))


if __name__ == "__main__":
    main()
