"""Several days planned at once: requests are laid over the days of all technicians, each between its wanted and its latest day."""

from __future__ import annotations

import contextlib
import datetime
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from db.store import Store, existing
from dispatch.desk.plan.day_problem import DayProblem, day_problem, matters
from dispatch.desk.plan.days_together import DaysTogether, team_ends, without_lost
from dispatch.desk.plan.least_change import asked_beside, same_visits, side_by_side
from dispatch.desk.plan.left_out import why_on_none
from dispatch.desk.plan.plan_search import PlanFound, PlanSearch
from dispatch.desk.plan.proposal import LeftOut, Proposal
from dispatch.desk.plan.proposing import more_wait, proposal_of
from dispatch.desk.plan.runs import with_runs
from dispatch.desk.plan.scope import WHOLE_DAY, PlanScope
from dispatch.desk.plan.week_plan import WeekPlan
from dispatch.desk.session.refusals import Refusal
from dispatch.model.visits import Visit
from dispatch.planning.asked import Beside
from dispatch.planning.budget import READING, SEARCHING, UNREAD, Budget, TimeIsOver
from dispatch.planning.crowd import HERE, Workplace
from dispatch.planning.judging import judge, sequenced
from dispatch.planning.problem import Plan
from dispatch.planning.solver_process import process_here
from dispatch.planning.solving import BetterPlan, Solving

LAYING = 0.6
"""Of the time that is left when all is read so much is for laying visits over the days, the rest for ordering each day."""


class ProposingWeek(PlanSearch[WeekPlan]):
    """One solve of several days."""

    def __init__(
        self,
        store: Store,
        days: Sequence[datetime.date],
        seconds: float | None,
        scope: PlanScope = WHOLE_DAY,
        begun: float | None = None,
        workplace: Workplace = HERE,
    ) -> None:
        super().__init__(store, len(days), seconds, scope, begun, workplace)
        self._days = days
        self._laying: Solving | None = None
        self._least: WeekPlan | None = None
        self._note, self._cpu = "", 0.0

    def _read(self) -> bool:
        """Read the days; whether they were read before somebody stopped it.

        Raises:
            Refusal: the time was over before, one of the days is, or nobody works on any of them.
        """
        budget = self._until_stopped
        unlaid = partial(budget.over, SEARCHING)
        try:
            with self._store.read():
                self._whole = whole = DaysTogether(_parts(self._store, self._days, self.scope, budget), unlaid)
                self._careful, self._unasked = asked_beside(
                    self.scope,
                    whole.given,
                    budget,
                    lambda least: DaysTogether(
                        _parts(self._store, self._days, least, budget, like=whole.given), unlaid
                    ),
                )
        except TimeIsOver:
            if self._halted.is_set():
                return False
            raise Refusal(f"{UNREAD}.") from None
        self._beside = None
        if self._careful is not None:
            same = same_visits(self._careful.problem, whole.problem, whole.movable)
            self._beside = Beside(self._careful.problem, same, self._careful.standing())
        return True

    def _search(self) -> Iterator[BetterPlan]:
        """Lay the visits over the days, then order each day by itself: over several days a solver sees none of the hours of what is
        late already. Where there is no time for both, they are laid only."""
        if not self._read() or self._halted.is_set():
            return
        whole, budget = self._whole, self._budget
        with contextlib.ExitStack() as ending:
            orders = None
            if not budget.over(READING):
                orders = process_here(gently=self._workplace.gently)  # loads the engine meanwhile
                ending.callback(orders.kill)
            left = 0.0 if orders is None else max(0.0, budget.begun + budget.seconds - time.monotonic())
            seconds = budget.seconds - (1 - LAYING) * left
            self._laying = laying = Solving(
                whole.problem,
                seconds,
                start=whole.standing(),
                beside=self._beside,
                begun=budget.begun,
                workplace=self._workplace,
            )
            for better in self._at_work(laying):
                self._note, self._cpu = laying.note, laying.cpu_seconds
                yield better
            laid, self._note, self._cpu = laying.best, laying.note, laying.cpu_seconds
            if laid is None or orders is None or self._halted.is_set():
                return
            ordering = Solving(
                whole.as_laid(laid.plan),
                budget.seconds,
                start=laid.plan,
                begun=budget.begun,
                worker=orders,
                workplace=self._workplace,
            )
            for ordered in self._at_work(ordering):
                judged = judge(whole.problem, ordered.plan)
                if judged is not None and judged.cost < laid.judgement.cost:
                    laid, self._note = ordered._replace(judgement=judged), ordering.note
                    self._cpu = laying.cpu_seconds + ordering.cpu_seconds
                    yield laid
            self._cpu = laying.cpu_seconds + ordering.cpu_seconds

    def _laid_out(self, better: BetterPlan) -> PlanFound[WeekPlan]:
        whole, beside = self._whole, existing(self._laying).beside
        best = self._proposed(whole, better)
        if self._careful is None or beside is None:
            return PlanFound(best, None)
        if self._least is None:
            self._least = self._proposed(self._careful, beside)
        first, least, gain = side_by_side(whole.given, best, self._least)
        return PlanFound(first, None) if first is least else PlanFound(first._replace(gain=gain, least=least), least)

    def _proposed(self, whole: DaysTogether, better: BetterPlan) -> WeekPlan:
        """A plan of all days as one proposal for each. What the checker refuses on the day on which it was laid is tried on all."""
        laid = _laid(self._store, whole, better, self._note)
        without = whole.without(better, laid.left)
        if without is not None and not self._budget.over():
            laid = max(laid, _laid(self._store, whole, without, self._note), key=lambda one: len(one.placed))
        left, beyond = _left_out(laid), sum(len(part.beyond) for part in whole.given)
        more = more_wait(beyond, len(laid.placed) + len(left)) if beyond else ""
        note = "; ".join(filter(None, (self._note, self._unasked, more)))
        return WeekPlan(tuple(laid.proposals), left, note, self._cpu, problems=laid.plans)

    def why(self, proposal: WeekPlan, reference: str) -> str:
        visit = next((one.visit for one in proposal.left_out if one.visit.reference == reference), None)
        known = visit is not None and any(visit.id in given.stops for given, _ in proposal.problems)
        return why_on_none(proposal.problems, visit) if visit is not None and known else ""

    def last(self) -> WeekPlan:
        """The best plan, once the search is over, with the reasons of what it leaves out; none is laid out before.

        Raises:
            Refusal: there is none.
        """
        better = None
        for better in self._search():  # noqa: B007  the last one is the best
            pass
        if better is None:
            raise Refusal("No plan was made.")
        best = self._laid_out(better).best
        return best._replace(left_out=self.reasons(best))


def plan_week(
    store: Store,
    days: Sequence[datetime.date],
    seconds: float | None,
    scope: PlanScope,
    begun: float | None = None,
    workplace: Workplace = HERE,
) -> WeekPlan:
    """The best plan of some days that is found in the time given.

    Raises:
        Refusal: one of them is over, or nobody works on any of them.
    """
    return ProposingWeek(store, days, seconds, scope, begun, workplace).last()


def _parts(
    store: Store, days: Sequence[datetime.date], scope: PlanScope, budget: Budget, like: Sequence[DayProblem] = ()
) -> list[DayProblem]:
    """The problem of each day on which somebody works; teams stand on the first day that has room for them. The drives are those
    of `like`, the same days in which more may move.

    Raises:
        Refusal: nobody works on any of them.
    """
    parts, but = list[DayProblem](), dict[int, int | None]()
    same = {part.day: part for part in like}
    for day in days:
        # where drives do not depend on the hour, those of one day are those of another
        known = same.get(day) or (parts[-1] if parts and not parts[-1].drives.by_hour else None)
        part = day_problem(
            store,
            day,
            scope,
            later={},
            but=but,
            like=known,
            budget=budget,
            # the other half is for the drives between the places of all days
            reading=READING / 2,
        )
        but |= dict.fromkeys(visit.id for visit in part.beyond)
        but |= team_ends(part)
        parts += [part] if part.days else []
    if not parts:
        raise Refusal("Nobody works on these days.")
    return [replace(part, begins=parts[0].begins) for part in parts]


class _Laid(NamedTuple):
    """A plan of all days laid out: each day's problem and plan, its proposal without what another day has, what is placed, by
    reference, and what has no room for its later days."""

    plans: list[tuple[DayProblem, Plan]]
    proposals: list[Proposal]
    placed: set[str]
    lost: dict[str, LeftOut]

    @property
    def left(self) -> dict[str, LeftOut]:
        """What a day was to have, and no day has, by reference."""
        return {one.visit.reference: one for proposal in self.proposals for one in proposal.left_out} | self.lost


def _laid(store: Store, whole: DaysTogether, found: BetterPlan, note: str) -> _Laid:
    """Each day of a plan laid out; what one has no place for may be put in on those after it."""
    proposals, others, ends = list[Proposal](), list[set[str]](), dict[int, int]()
    in_sequence = existing(sequenced(whole.problem, found.plan))
    ahead, teams = whole.ends(found), set[int]()
    plans = [whole.of_day(number, found.plan, in_sequence) for number in range(len(whole.given))]
    for number, (given, plan) in enumerate(plans):
        ahead.pop(number, None)
        elsewhere = {key: end for later in ahead.values() for key, end in later.items()} | ends
        part = without_lost(given, teams - elsewhere.keys())
        judged = judge(part.problem, plan)
        if judged is None:
            raise Refusal("No plan was made.")
        waiting = tuple(visit for visit in part.deferred if visit.id not in elsewhere)
        own = found._replace(plan=plan, judgement=judged)
        proposals.append(proposal_of(replace(part, deferred=waiting), own, note, elsewhere))
        teams |= {visit.id for visit in (*part.teams, *waiting)}
        ends |= {stop.visit_id: stop.end for day in proposals[-1].days for stop in day.stops}
        waits = {visit.reference for visit in (*part.movable, *part.deferred) if visit.starts_at is None}
        others.append(waits.difference(part.problem.visits[index].id for order in plan for index in order))
    before = _placed(proposals)
    proposals = with_runs(store, [(part, proposal) for (part, _), proposal in zip(plans, proposals, strict=True)])
    placed = _placed(proposals)
    lost = {
        one.visit.reference: one
        for proposal in proposals
        for one in proposal.left_out
        if one.visit.reference in before - placed
    }
    own_days = [_own(proposal, placed, other) for proposal, other in zip(proposals, others, strict=True)]
    return _Laid(plans, own_days, placed, lost)


def _placed(proposals: Sequence[Proposal]) -> set[str]:
    return {move.visit.reference for proposal in proposals for move in proposal.moves if move.after is not None}


def _own(proposal: Proposal, placed: set[str], others: set[str]) -> Proposal:
    """A day without what is left to other days, and without the promises of what is placed on one of them, which says itself by
    how much they are broken."""
    left = tuple(one for one in proposal.left_out if one.visit.reference not in placed | others)
    broken = tuple(one for one in proposal.broken if one.technician or one.visit.reference not in placed)
    after = replace(proposal.after, left_out=len(left))
    before = replace(proposal.before, left_out=proposal.before.left_out - len(proposal.left_out) + len(left))
    return replace(proposal, left_out=left, broken=broken, after=after, before=before)


def _left_out(laid: _Laid) -> tuple[LeftOut, ...]:
    """What is on no day, with its reason where that is known."""
    thrown_out = {name: one for name, one in laid.left.items() if one.visit.starts_at is not None}
    known, unplaced = laid.lost | thrown_out, dict[str, Visit]()
    left = {name: one.visit for name, one in known.items()}
    for part, _ in laid.plans:
        waiting = (visit for visit in (*part.movable, *part.deferred) if visit.starts_at is None)
        left |= {visit.reference: visit for visit in waiting if visit.reference not in laid.placed}
        unplaced |= {visit.reference: visit for visit in part.unplaced}
    said = [
        known.get(visit.reference) or LeftOut(visit)
        for visit in sorted(left.values(), key=lambda visit: (*matters(visit), visit.reference))
    ]
    return (*said, *map(LeftOut.nowhere, unplaced.values()))
