"""Solving in processes of their own: better and better plans as they are found, stopped at any moment with the best so far.

A plan that comes back is judged here once more before anybody sees it (design/planning.md, Feasibility in words).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dispatch.planning.asked import Asked, Beside
from dispatch.planning.budget import SEARCHING, Budget
from dispatch.planning.cheapest_insertion import insert_cheapest
from dispatch.planning.crowd import HERE, Crowd, Workplace
from dispatch.planning.judging import Judgement, judge, timed
from dispatch.planning.problem import Plan, Problem
from dispatch.planning.shares import Share, is_cut, joined, shares
from dispatch.planning.solver_process import NONSENSE, SolverProcess

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
        seconds: how long to look for better plans, all from `begun` on included; 0: only for the first complete one.
        seed: the same seed, the same first plan.
        start: the plan that stands, which better ones are looked for from; None: nothing stands.
        beside: what else is asked, first.
        begun: the moment (`time.monotonic`) from which the seconds count; None: from when it is iterated.
        worker: a process here that was started while the day was read; None: one is started then.
        workplace: where it is solved.
    """

    def __init__(
        self,
        problem: Problem,
        seconds: float,
        seed: int = 0,
        start: Plan | None = None,
        beside: Beside | None = None,
        begun: float | None = None,
        worker: SolverProcess | None = None,
        workplace: Workplace = HERE,
    ) -> None:
        self._problem = problem
        self._seconds = seconds
        self._seed = seed
        self._start = start
        self._beside = beside
        self._begun = begun
        self._hosts = workplace.hosts
        self._crowd = Crowd(workplace, worker)
        self._stopped = threading.Event()
        self._spent: dict[int, float] = {}
        self.best: BetterPlan | None = None
        """The best plan so far."""
        self.beside: BetterPlan | None = None
        """The answer to what was asked beside, once it is there."""
        self.note = ""
        """What is to be said about the engine, empty when all is as it should be."""

    @property
    def cpu_seconds(self) -> float:
        """CPU time of the search, without loading the engine."""
        return sum(self._spent.values())

    def __iter__(self) -> Iterator[BetterPlan]:
        """Every better plan, as it is found. Ends by itself; a process that fails or hangs ends it with what there is."""
        try:
            yield from self._found()
        finally:
            self._crowd.end()
        done = self._crowd.finished and self.best is not None and not self._hosts
        if done or (self.best is None and self._stopped.is_set()):
            return
        # what the process had no time to compare with what stands may be worse, as long as not everybody has a part in it; what
        # another machine says may be anything
        stands = self._as_it_is()
        if self.best is None or stands.judgement.cost < self.best.judgement.cost:
            self.best, self.note = stands, "; ".join((*self._crowd.notes, AS_IT_IS))
            yield stands

    def stop(self) -> None:
        """End it now; what was found stands. Where nothing was found yet, there is no plan."""
        self._stopped.set()
        self._crowd.end()

    def _found(self) -> Iterator[BetterPlan]:
        now = time.monotonic()
        self._begun = begun = now if self._begun is None else self._begun
        budget = Budget(self._seconds, begun)
        # where the day took long to read, what is done with the plan takes long too
        ends = max(min(budget.at(SEARCHING), budget.at() - (now - begun) / 4), now + 2 * LAST_WORDS)
        parts = shares(self._problem, self._start, max(1, len(self._hosts)))
        cut, last = is_cut(parts), ends - LAST_WORDS
        questions = [self._asked(number, share, cut, last) for number, share in enumerate(parts)]
        if cut and (beside := self._beside) is not None:
            questions.append(Asked(beside.problem, 0.0, self._seed, begun, last, beside.start))
        said, whole, plans = dict[int, str](), False, dict[int, Mapping[str, Any]]()
        for number, line in self._crowd.ask(questions, ends):
            if "engine" in line:
                said[number] = line["note"]
                continue
            self._spent[number] = line["cpu"]
            if "plan" not in line:
                continue
            if self._beside is not None and (line["beside"] or number == len(parts)):
                self.beside = _better(self._beside.problem, line["plan"], line, self.cpu_seconds)
                continue
            plans[number] = line
            own = plans if cut else {number: line}
            complete = all(one["complete"] for one in own.values()) and (not cut or len(own) == len(parts))
            plan = joined({key: one["plan"] for key, one in own.items()}, parts)
            self.note = "; ".join(
                dict.fromkeys(filter(None, (*self._crowd.notes, *said.values(), "" if complete else UNFINISHED)))
            )
            found = _better(self._problem, plan, line, self.cpu_seconds)
            if found is None and self._crowd.instead(number, NONSENSE):
                del plans[number]
            if found is None or (self.best is not None and not self._is_news(found, self.best, complete, whole)):
                continue
            self.best, whole = found, complete
            yield self.best
        if cut and self.best is not None and not self._stopped.is_set():
            yield from self._filled(self.best)

    def _asked(self, number: int, share: Share, cut: bool, last: float) -> Asked:
        assert self._begun is not None
        start = self._start if self._start is None or not cut else share.of(self._start)
        beside = None if cut or number else self._beside
        return Asked(share.problem, self._seconds, self._seed + number, self._begun, last, start, beside)

    def _filled(self, best: BetterPlan) -> Iterator[BetterPlan]:
        """A plan of parts with what one of them has no room for, and another one has."""
        until = time.thread_time() + FILLING_AT_LEAST
        plan = insert_cheapest(
            self._problem, best.plan, best.judgement.left_out, over=lambda: self._filled_enough(until)
        )
        judged = judge(self._problem, plan)
        if judged is not None and judged.cost < best.judgement.cost:
            self.best = best._replace(plan=plan, judgement=judged)
            yield self.best

    @staticmethod
    def _is_news(found: BetterPlan, best: BetterPlan, complete: bool, whole: bool) -> bool:
        """Whether a plan is better than the best, or as good and the first that everybody has a part in."""
        cost = found.judgement.cost
        return cost < best.judgement.cost or (complete and not whole and cost <= best.judgement.cost)

    def _as_it_is(self) -> BetterPlan:
        """The plan that stands, as far as it can be driven, and what fits beside it."""
        problem, start = self._problem, self._start
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


def _better(problem: Problem, plan: Plan, line: Mapping[str, Any], cpu: float) -> BetterPlan | None:
    """What a process said as a plan that is judged here once more; None where it cannot be driven."""
    judged = judge(problem, plan)
    return None if judged is None else BetterPlan(plan, judged, line["seconds"], cpu, line["steps"])
