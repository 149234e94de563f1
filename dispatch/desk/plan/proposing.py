"""A day proposed by the solver: beside the day as it is, move by move. The checker has the last word on each stop."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from db.store import Store, existing
from dispatch.desk.plan.companions import with_needs
from dispatch.desk.plan.day_problem import DayProblem, day_problem
from dispatch.desk.plan.layout import LaidOut, laid_out
from dispatch.desk.plan.least_change import asked_beside, same_visits, side_by_side, standing_plan
from dispatch.desk.plan.left_out import put_off, why_left_out
from dispatch.desk.plan.plan_search import PlanFound, PlanSearch
from dispatch.desk.plan.proposal import (
    BrokenPromise,
    LeftOut,
    Move,
    Proposal,
    Standing,
    broken_of,
    figures_of,
    legs_of,
    most_first,
    technician_figures,
)
from dispatch.desk.plan.runs import with_runs
from dispatch.desk.plan.scope import WHOLE_DAY, Freedom, PlanScope
from dispatch.desk.session.refusals import Refusal
from dispatch.model.instants import day_bounds
from dispatch.model.visits import Visit
from dispatch.planning.asked import Beside
from dispatch.planning.budget import UNREAD, TimeIsOver
from dispatch.planning.checker import LEARNER, Verdict
from dispatch.planning.crowd import HERE, Workplace
from dispatch.planning.judging import sequenced
from dispatch.planning.problem import Plan
from dispatch.planning.solver_process import process_here
from dispatch.planning.solving import BetterPlan, Solving


class Proposing(PlanSearch[Proposal]):
    """One solve of a firm's day."""

    def __init__(
        self,
        store: Store,
        day: datetime.date,
        seconds: float | None,
        scope: PlanScope = WHOLE_DAY,
        begun: float | None = None,
        workplace: Workplace = HERE,
    ) -> None:
        super().__init__(store, 1, seconds, scope, begun, workplace)
        self._day = day
        self._least: Proposal | None = None

    def _asked(self) -> Solving | None:
        """The question to the solver, once the day is read; None where somebody stopped it before.

        Raises:
            Refusal: the time was over before, or the day is.
        """
        with contextlib.ExitStack() as failing:
            self._worker = worker = process_here(
                gently=self._workplace.gently
            )  # loads the engine while the day is read
            failing.callback(worker.kill)
            try:
                self._read(self._store, self._day, self.scope)
            except TimeIsOver:
                if self._halted.is_set():
                    return None
                raise Refusal(f"{UNREAD}.") from None
            failing.pop_all()
        start, begun = standing_plan(self._given), self._budget.begun
        return Solving(
            self._given.problem,
            self._budget.seconds,
            start=start,
            beside=self._beside,
            begun=begun,
            worker=worker,
            workplace=self._workplace,
        )

    def _read(self, store: Store, day: datetime.date, scope: PlanScope) -> None:
        budget = self._until_stopped
        self._given = given = day_problem(store, day, scope, budget=budget)
        self._careful, self._unasked = asked_beside(
            scope,
            [given],
            budget,
            lambda least: day_problem(
                store,
                day,
                least,
                later=given.later,
                but=dict.fromkeys(visit.id for visit in given.beyond),
                like=given,
                budget=budget,
            ),
        )
        self._beside = None
        if self._careful is not None:
            same = same_visits(self._careful.problem, given.problem, given.movable)
            self._beside = Beside(self._careful.problem, same, standing_plan(self._careful))

    def _search(self) -> Iterator[BetterPlan]:
        if (solving := self._asked()) is not None:
            yield from self._at_work(solving)

    def _laid_out(self, better: BetterPlan) -> PlanFound[Proposal]:
        solving = existing(self._solving)
        note = "; ".join(filter(None, (solving.note, self._unasked)))
        if self._least is None and self._careful is not None and (beside := solving.beside) is not None:
            self._least = self._with_runs(self._careful, proposal_of(self._careful, beside, note))
        best = self._with_runs(self._given, proposal_of(self._given, better, note))
        if self._least is not None:
            first, least, _ = side_by_side([self._given], best, self._least)
            return PlanFound(first, least)
        # where the least change is no other question, every plan is the one that changes least
        asked = self._careful is not None or self._unasked or self.scope.freedom is not Freedom.ALL
        return PlanFound(best, None if asked else best)

    def _with_runs(self, given: DayProblem, proposal: Proposal) -> Proposal:
        (found,) = with_runs(self._store, [(given, proposal)])
        return found

    def why(self, proposal: Proposal, reference: str) -> str:
        least = self._careful is not None and proposal.scope.freedom is Freedom.LEAST
        given = self._careful if least and self._careful is not None else self._given
        for visit in given.movable:
            if visit.reference == reference:
                return why_left_out(given, visit, proposal.plan)
        return ""


def propose(
    store: Store,
    day: datetime.date,
    seconds: float | None,
    scope: PlanScope = WHOLE_DAY,
    begun: float | None = None,
    workplace: Workplace = HERE,
) -> PlanFound[Proposal]:
    """The best plan of a day that is found in the time given, with the reasons of what is left out.

    Raises:
        Refusal: the day is over.
    """
    proposing = Proposing(store, day, seconds, scope, begun, workplace)
    for _ in proposing:
        pass
    if proposing.found is None:
        raise Refusal("No plan was made.")
    best, least = proposing.found
    return PlanFound(replace(best, left_out=proposing.reasons(best)), least)


def proposal_of(given: DayProblem, better: BetterPlan, note: str, ends: Mapping[int, int] | None = None) -> Proposal:
    """A plan as a proposal. What the checker refuses is put in where it fits, else left out.

    `ends`: when visits of other days end that are planned with it, by id.
    """
    laid = laid_out(given, better, ends or {})
    every = [*given.movable, *given.teams, *given.deferred]
    after = laid.standing(given.stops.keys())
    before = {
        visit.id: Standing(visit.assignments[0].technician, visit.starts_at)
        for visit in given.movable
        if visit.assignments and visit.starts_at is not None
    }
    moves = [
        Move(visit, before.get(visit.id), after.get(visit.id), _remark(laid.verdicts.get(visit.id)))
        for visit in every
        if before.get(visit.id) != after.get(visit.id)
    ]
    left = _left_out(given, laid, after, better.plan)
    return Proposal(
        day=given.day,
        times=given.times,
        before=figures_of(given.before, given.drives, len(every) - len(before) + len(given.unplaced), given.begins),
        after=figures_of(laid.days, given.drives, len(left), given.begins),
        moves=with_needs(sorted(moves, key=_order), laid.days, given.stops, given.drives),
        left_out=left,
        days=tuple(laid.days),
        note="; ".join(_notes(given, note)),
        cpu_seconds=better.cpu_seconds,
        legs=legs_of(laid.days, given.drives),
        broken=most_first(_broken(given, laid.verdicts, left)),
        technicians=technician_figures(laid.days, given.drives, given.begins),
        scope=given.scope,
        plan=better.plan,
    )


def _notes(given: DayProblem, note: str) -> Iterator[str]:
    """What is to be said of a plan: by the solver, and of what it was not asked."""
    if note:
        yield note
    if given.beyond:
        waiting = sum(visit.starts_at is None for visit in (*given.movable, *given.teams, *given.deferred))
        yield more_wait(len(given.beyond), waiting)
    if given.unlooked:
        yield f"for {given.unlooked} that may wait no later day was looked for: the time was over"


def more_wait(beyond: int, planned: int) -> str:
    """That more wait than are planned at once."""
    return f"{beyond} more wait: planned are the {planned} that break first"


def _left_out(given: DayProblem, laid: LaidOut, after: Container[int], plan: Plan) -> tuple[LeftOut, ...]:
    """What the plan leaves out, what matters most first; those without coordinates last."""
    left = [
        LeftOut(visit, laid.refused.get(visit.id) or put_off(given, visit) or _waited(given, laid, visit, plan))
        for visit in (*given.movable, *given.teams, *given.deferred)
        if visit.id not in after
    ]
    left.sort(key=lambda one: (not one.visit.emergency, one.visit.priority))
    return (*left, *map(LeftOut.nowhere, given.unplaced))


def _waited(given: DayProblem, laid: LaidOut, visit: Visit, plan: Plan) -> str:
    """Why what needs several people, or comes after another one, has no place; empty of others, whom somebody has to ask about."""
    if visit.people < 2 and not given.stops[visit.id].waits_in_vain:
        return ""
    known = replace(given, problem=sequenced(given.problem, plan) or given.problem)
    return why_left_out(known, visit, plan, laid.over.get(visit.after_id or 0))


def _order(move: Move) -> tuple[object, ...]:
    """What is thrown out first, then by technician and time."""
    return (0, "", move.visit.priority) if move.after is None else (1, move.after.technician, move.after.start)


def _remark(judged: tuple[str, Verdict] | None) -> str:
    return "" if judged is None else "; ".join(f.text for f in judged[1].findings if f.rule == LEARNER)


def _broken(
    given: DayProblem, verdicts: Mapping[int, tuple[str, Verdict]], left: Iterable[LeftOut]
) -> Iterator[BrokenPromise]:
    """Each promise and service level that is not kept, and what stays with somebody who is away."""
    by_id = {visit.id: visit for visit in (*given.movable, *given.teams, *given.deferred)}
    for visit_id, (name, verdict) in verdicts.items():
        yield from broken_of(by_id[visit_id], name, verdict, given.begins)
    for one in left:
        yield from _left_unkept(given, one.visit)
    for visit, name, finding in given.in_absences:
        text = f"{finding.text.removeprefix(name).strip()}, and it stays there"
        yield BrokenPromise(visit, name, text, finding.minutes)


def _left_unkept(given: DayProblem, visit: Visit) -> Iterator[BrokenPromise]:
    """The promise and the service levels of the day that nobody keeps, as the visit is left out."""
    stop, times = given.stops[visit.id], given.times
    begins, ends = day_bounds(given.day, given.zone)
    unkept = []
    if stop.promised is not None and begins <= stop.promised[0]:
        unkept.append((stop.promised[1], f"promised {times.span(*stop.promised, visit.zone)}"))
    for due, what in ((stop.due, "to be there"), (stop.resolve_by, "to have it solved")):
        if due is not None:
            unkept.append((due, f"the service level is {what} by {times.clock(due, visit.zone)}"))
    for due, text in unkept:
        if max(begins, given.now) <= due < ends:
            yield BrokenPromise(visit, "", f"left out, {text}", (ends - due) // 60)
