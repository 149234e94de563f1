"""Several days planned at once: requests are laid over the days of all technicians, each between its wanted and its latest day."""

from __future__ import annotations

import contextlib
import datetime
import time
from collections.abc import Sequence
from dataclasses import astuple, replace
from functools import partial
from typing import NamedTuple

from db import people
from db.store import Store, existing
from dispatch.desk.plan.day_problem import DayProblem, day_problem, matters
from dispatch.desk.plan.days_together import DaysTogether, team_ends
from dispatch.desk.plan.least_change import asked_beside, same_visits, side_by_side
from dispatch.desk.plan.left_out import REASONS, why_on_none
from dispatch.desk.plan.proposal import DayFigures, LeftOut, Move, PlanPrice, Proposal, RunDay
from dispatch.desk.plan.proposing import more_wait, proposal_of
from dispatch.desk.plan.runs import with_runs
from dispatch.desk.plan.scope import PlanScope
from dispatch.desk.session.refusals import Refusal
from dispatch.model.instants import day_of
from dispatch.model.visits import Visit
from dispatch.planning.budget import NOT_REACHED, READING, SEARCHING, UNREAD, Budget, TimeIsOver, thinking_time
from dispatch.planning.judging import judge, sequenced
from dispatch.planning.problem import Plan
from dispatch.planning.solving import Beside, BetterPlan, Solving, started_worker

LAYING = 0.6
"""Of the time that is left when all is read so much is for laying visits over the days, the rest for ordering each day."""


class WeekPlan(NamedTuple):
    """A plan of several days: each as a proposal, and what is on none of them."""

    days: tuple[Proposal, ...]
    left_out: tuple[LeftOut, ...]
    note: str
    cpu_seconds: float
    gain: PlanPrice | None = None
    """By how much it is better than the plan that changes least; None where there is no other one."""
    least: WeekPlan | None = None
    """The plan that changes least, where it is another one."""

    @property
    def each_day(self) -> tuple[Proposal, ...]:
        """Its days."""
        return self.days

    @property
    def stirred(self) -> int:
        """How many visits that stand in the plan would stand elsewhere, or nowhere."""
        return sum(day.stirred for day in self.days)

    @property
    def left(self) -> int:
        """How many are on no day."""
        return len(self.left_out)

    @property
    def figures(self) -> DayFigures:
        """Those of all days together."""
        placed, _, travel, late, overtime, overdue = map(
            sum, zip(*(astuple(day.after) for day in self.days), strict=True)
        )
        return DayFigures(placed, self.left, travel, late, overtime, overdue)

    @property
    def moves(self) -> tuple[Move, ...]:
        """All moves, by day."""
        return tuple(move for day in self.days for move in day.moves)

    def later_on(self, day: datetime.date) -> list[tuple[Move, RunDay]]:
        """The days after the first of what is planned for several, which would stand on a day."""
        zone = self.days[0].zone
        return [(move, one) for move in self.moves for one in move.later if day_of(one.start, zone) == day]

    @property
    def label(self) -> str:
        """What it is called among the changes."""
        return f"plan {self.days[0].day.isoformat()} to {self.days[-1].day.isoformat()}"


def plan_week(
    store: Store, days: Sequence[datetime.date], seconds: float | None, scope: PlanScope, begun: float | None = None
) -> WeekPlan:
    """The best plan of some days that is found in the time given.

    Raises:
        Refusal: one of them is over, or nobody works on any of them.
    """
    seconds = thinking_time(len(people.technicians(store)) * len(days)) if seconds is None else seconds
    budget = Budget(seconds, time.monotonic() if begun is None else begun)
    unlaid = partial(budget.over, SEARCHING)
    try:
        with store.read():
            whole = DaysTogether(_parts(store, days, scope, budget), unlaid)
            careful, unasked = asked_beside(
                scope,
                whole.given,
                budget,
                lambda least: DaysTogether(_parts(store, days, least, budget, like=whole.given), unlaid),
            )
    except TimeIsOver:
        raise Refusal(f"{UNREAD}.") from None
    beside = None
    if careful is not None:
        same = same_visits(careful.problem, whole.problem, whole.movable)
        beside = Beside(careful.problem, same, careful.standing())
    found = _searched(whole, beside, budget)
    found = found._replace(note="; ".join(filter(None, (found.note, unasked))))
    best = _proposed(store, whole, found.best, found, budget)
    if careful is None or found.beside is None:
        return best
    least = _proposed(store, careful, found.beside, found, budget)
    first, least, gain = side_by_side(whole.given, best, least)
    return first if first is least else first._replace(gain=gain, least=least)


class _Found(NamedTuple):
    """What the search came to: the best plan, the answer to what was asked beside, and what is to be said of it."""

    best: BetterPlan
    beside: BetterPlan | None
    note: str
    cpu_seconds: float


def _searched(whole: DaysTogether, beside: Beside | None, budget: Budget) -> _Found:
    """Lay the visits over the days, then order each day by itself: over several days a solver sees none of the hours of what is
    late already. Where there is no time for both, they are laid only.

    Raises:
        Refusal: there is no plan.
    """
    with contextlib.ExitStack() as ending:
        orders = None
        if not budget.over(READING):
            orders = started_worker()  # loads the engine meanwhile
            ending.callback(orders.kill)
        left = 0.0 if orders is None else max(0.0, budget.begun + budget.seconds - time.monotonic())
        seconds = budget.seconds - (1 - LAYING) * left
        laying = Solving(whole.problem, seconds, start=whole.standing(), beside=beside, begun=budget.begun)
        if (laid := _last(laying)) is None:
            raise Refusal("No plan was made.")
        if orders is None:
            return _Found(laid, laying.beside, laying.note, laying.cpu_seconds)
        ordering = Solving(whole.as_laid(laid.plan), budget.seconds, start=laid.plan, begun=budget.begun, worker=orders)
        ordered = _last(ordering)
        cpu, note = laying.cpu_seconds + ordering.cpu_seconds, laying.note
    judged = None if ordered is None else judge(whole.problem, ordered.plan)
    if ordered is not None and judged is not None and judged.cost < laid.judgement.cost:
        laid, note = ordered._replace(judgement=judged), ordering.note
    return _Found(laid, laying.beside, note, cpu)


def _last(solving: Solving) -> BetterPlan | None:
    """The best plan of a search."""
    for _ in solving:
        pass
    return solving.best


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


def _proposed(store: Store, whole: DaysTogether, found: BetterPlan, search: _Found, budget: Budget) -> WeekPlan:
    """A plan of all days as one proposal for each. What the checker refuses on the day on which it was laid is tried on all."""
    laid = _laid(store, whole, found, search.note)
    without = whole.without(found, laid.left)
    if without is not None and not budget.over():
        laid = max(laid, _laid(store, whole, without, search.note), key=lambda one: len(one.placed))
    left, beyond = _left_out(laid, budget), sum(len(part.beyond) for part in whole.given)
    more = more_wait(beyond, len(laid.placed) + len(left)) if beyond else ""
    note = "; ".join(filter(None, (search.note, more)))
    return WeekPlan(tuple(laid.proposals), left, note, search.cpu_seconds)


def _laid(store: Store, whole: DaysTogether, found: BetterPlan, note: str) -> _Laid:
    """Each day of a plan laid out; what one has no place for may be put in on those after it."""
    proposals, others, ends = list[Proposal](), list[set[str]](), dict[int, int]()
    in_sequence = existing(sequenced(whole.problem, found.plan))
    ahead, teams = whole.ends(found), set[int]()
    plans = [whole.of_day(number, found.plan, in_sequence) for number in range(len(whole.given))]
    for number, (part, plan) in enumerate(plans):
        ahead.pop(number, None)
        judged = judge(part.problem, plan)
        if judged is None:
            raise Refusal("No plan was made.")
        elsewhere = {key: end for later in ahead.values() for key, end in later.items()} | ends
        waiting = tuple(visit for visit in part.deferred if visit.id not in elsewhere)
        own = found._replace(plan=plan, judgement=judged)
        stops = {key: stop.told(dict.fromkeys(teams - elsewhere.keys())) for key, stop in part.stops.items()}
        proposals.append(proposal_of(replace(part, deferred=waiting, stops=stops), own, note, elsewhere))
        teams |= {visit.id for visit in part.teams}
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


def _left_out(laid: _Laid, budget: Budget) -> tuple[LeftOut, ...]:
    """What is on no day, each with its reason as far as those are found in `REASONS` seconds and the time that there is."""
    thrown_out = {name: one for name, one in laid.left.items() if one.visit.starts_at is not None}
    known, unplaced = laid.lost | thrown_out, dict[str, Visit]()
    left = {name: one.visit for name, one in known.items()}
    for part, _ in laid.plans:
        waiting = (visit for visit in (*part.movable, *part.deferred) if visit.starts_at is None)
        left |= {visit.reference: visit for visit in waiting if visit.reference not in laid.placed}
        unplaced |= {visit.reference: visit for visit in part.unplaced}
    ends = min(time.monotonic() + REASONS, budget.at())
    said = []
    for visit in sorted(left.values(), key=lambda visit: (*matters(visit), visit.reference)):
        why = known[visit.reference].why if visit.reference in known else ""
        why = why or (why_on_none(laid.plans, visit) if time.monotonic() < ends else NOT_REACHED)
        said.append(LeftOut(visit, why))
    return (*said, *map(LeftOut.nowhere, unplaced.values()))
