"""A search for ever better plans of some days: laid out as they are found, and stopped from any thread."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from typing import Generic, NamedTuple, Protocol, TypeVar

from db import people
from db.store import Store
from dispatch.desk.plan.left_out import REASONS
from dispatch.desk.plan.proposal import LeftOut
from dispatch.desk.plan.scope import PlanScope
from dispatch.planning.budget import NOT_REACHED, Budget, thinking_time
from dispatch.planning.crowd import HERE, Workplace
from dispatch.planning.solver_process import SolverProcess
from dispatch.planning.solving import BetterPlan, Solving

APART = 4
"""So many times as long as it took to lay out a plan passes before the next one is laid out."""


class LeavesOut(Protocol):
    """A plan, which leaves something out."""

    @property
    def left_out(self) -> tuple[LeftOut, ...]: ...


P = TypeVar("P", bound=LeavesOut)


class PlanFound(NamedTuple, Generic[P]):
    """What was found so far: the best plan, and beside it the one that changes least, where that is another question."""

    best: P
    least: P | None


class PlanSearch(ABC, Generic[P]):
    """One search. Iterate it for ever better plans; `stop` ends it from any thread, while the days are read too.

    Args:
        store: the firm's.
        days: how many are planned.
        seconds: how long to look for better plans; 0: only for the first complete one, None: as long as it pays.
        scope: what of the days is planned.
        begun: the moment (`time.monotonic`) from which the seconds count; None: now.
        workplace: where it is solved.
    """

    def __init__(
        self,
        store: Store,
        days: int,
        seconds: float | None,
        scope: PlanScope,
        begun: float | None,
        workplace: Workplace = HERE,
    ) -> None:
        seconds = thinking_time(len(people.technicians(store)) * days) if seconds is None else seconds
        self._store = store
        self._budget = Budget(seconds, time.monotonic() if begun is None else begun)
        self._halted = threading.Event()
        self.scope = scope
        self._workplace = workplace
        self._worker: SolverProcess | None = None
        self._solving: Solving | None = None
        self.found: PlanFound[P] | None = None
        """The best so far."""
        self._took = 0.0
        """Seconds that the last plan took to be laid out; the first reason may take as long."""

    @abstractmethod
    def _search(self) -> Iterator[BetterPlan]:
        """Every better plan, as it is found."""

    @abstractmethod
    def _laid_out(self, better: BetterPlan) -> PlanFound[P]:
        """A plan as it is shown, with the one that changes least, and the better of both first."""

    @abstractmethod
    def why(self, proposal: P, reference: str) -> str:
        """Why a visit is left out of one of its plans; empty where nobody knows."""

    @property
    def _until_stopped(self) -> Budget:
        """The time for reading, over as soon as somebody stops it; what was found is laid out all the same."""
        return replace(self._budget, stopped=lambda: self._solving is None and self._halted.is_set())

    def _at_work(self, solving: Solving) -> Solving:
        """A solve that ends with the search."""
        self._solving = solving
        if self._halted.is_set():
            solving.stop()
        return solving

    def __iter__(self) -> Iterator[PlanFound[P]]:
        waiting, until = None, 0.0
        for better in self._search():
            waiting, now = better, time.monotonic()
            if now < until:
                continue
            self.found, waiting = self._laid_out(better), None
            self._took = time.monotonic() - now
            until = now + (1 + APART) * self._took
            yield self.found
        # one that comes last and could not be laid out in time is no better than none
        if waiting is not None and time.monotonic() + self._took < self._budget.at():
            self.found = self._laid_out(waiting)
            yield self.found

    def reasons(self, proposal: P) -> tuple[LeftOut, ...]:
        """What a plan leaves out, each with its reason; past `REASONS` seconds, and past all the time there is, those that come
        last have none but that they were not reached."""
        ends = min(time.monotonic() + REASONS, self._budget.at())
        told, took = list[LeftOut](), self._took
        for one in proposal.left_out:
            begun = time.monotonic()
            if one.why:
                told.append(one)
            elif begun + took > ends:
                told.append(replace(one, why=NOT_REACHED))
            else:
                told.append(replace(one, why=self.why(proposal, one.visit.reference)))
                took = time.monotonic() - begun
        return tuple(told)

    def stop(self) -> None:
        """End it now; the best so far stands."""
        self._halted.set()
        if self._solving is not None:
            self._solving.stop()
        elif self._worker is not None:
            self._worker.kill()
