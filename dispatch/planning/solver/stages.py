"""A search in stages, where some visits come after others: what waits may be placed once the other one stands.

Each stage is a search of its own on a problem whose windows hold the visits apart (`dispatch.planning.sequences`), begun anew and
from the plan before it. The search on the last of them goes on as long as there is time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from dispatch.planning.judging import sequenced
from dispatch.planning.problem import Plan, Problem
from dispatch.planning.sequences import behind, followers, in_order, leaving_room, without_windows, worth_what_waits
from dispatch.planning.solver.helpers import ForkedHelpers
from dispatch.planning.solver.search import MANY, PlanEngine, Search


class StagedSearch:
    """The stages of one problem; where nothing in it waits for anything, one search on all of it.

    Args:
        problem: the day.
        engine: makes what plans a stage of it.
        seed: the same seed, the same first plan.
        processes: how many others search too, where the day is big enough to be cut in parts.
    """

    def __init__(
        self, problem: Problem, engine: Callable[[Problem], PlanEngine], seed: int, processes: int = 0
    ) -> None:
        self._problem = problem = leaving_room(problem)
        self._engine = engine
        self._seed = seed
        self._processes = processes if len(problem.technicians) > MANY else 0
        self._waits = followers(problem)
        self._spent = 0.0
        self.stage = problem
        """The problem of the stage, and the search on it."""
        self.now: Search
        self.helpers: ForkedHelpers | None = None
        self._begin(worth_what_waits(behind(problem, {})) if self._waits else problem)

    @property
    def cpu_seconds(self) -> float:
        """CPU time of other processes."""
        return self._spent + (self.helpers.cpu_seconds if self.helpers is not None else 0.0)

    @property
    def plan(self) -> Plan:
        """Where it stands."""
        return in_order(self._problem, self.now.found.plan)

    def first(self, over: Callable[[], bool] = lambda: False, *, quick: bool = False) -> Iterator[Plan]:
        """The first plans, the very first `quick` where there is little time; the last has everything in it that waits and fits."""
        yield from self._stage(over, quick)
        tried = set[int]()
        while not over():
            if (stage := self._opened(self.plan)) is None:
                break
            new = {number for number in self._waits if stage.visits[number].windows} - tried
            if not new:
                break
            tried |= new
            yield from self._further(stage, over)
        left = set(range(len(self._problem.visits))).difference(*self.plan)
        lost = left & self._waits.keys()
        # what others waited for in vain has no more weight than it has by itself
        if lost and lost != left and not over() and (stage := self._opened(self.plan, lost)) is not None:
            yield from self._further(stage, over)

    def better(self, share_gone: Callable[[], float], seconds: float) -> Iterator[Plan]:
        """Ever better plans until `share_gone` (0 to 1, of `seconds`) reaches 1."""
        for _ in self.now.better(share_gone, self.helpers, seconds):
            yield self.plan

    def _begin(self, stage: Problem) -> None:
        self._spent = self.cpu_seconds
        self.helpers = None  # the pipes of the others are their end
        engine = self._engine(stage)
        self.stage, self.now = stage, Search(stage, engine, self._seed)
        if self._processes:
            self.helpers = ForkedHelpers(lambda number: Search(stage, engine, self._seed + number), self._processes)

    def _stage(self, over: Callable[[], bool], quick: bool = False) -> Iterator[Plan]:
        for _ in self.now.first(over, self.helpers, quick):
            yield self.plan

    def _further(self, stage: Problem, over: Callable[[], bool]) -> Iterator[Plan]:
        """The next stage, which holds no plan that is worse than where the one before ended."""
        before = self.plan
        self._begin(stage)
        yield from self._stage(over)
        if self.now.adopt(before, over) is not None:
            yield self.plan

    def _opened(self, plan: Plan, given_up: Collection[int] = ()) -> Problem | None:
        """The problem as far as a plan has come, without what is given up; None where the plan is not in order."""
        stage = sequenced(without_windows(self._problem, given_up), plan)
        return None if stage is None else worth_what_waits(stage, given_up)
