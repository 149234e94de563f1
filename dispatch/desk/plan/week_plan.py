"""A plan of several days, as one: its figures and moves, and the week as it would make it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import astuple
from typing import NamedTuple

from db.store import existing
from dispatch.desk.day.week_view import sums_of
from dispatch.desk.plan.day_problem import DayProblem
from dispatch.desk.plan.proposal import (
    BrokenPromise,
    DayFigures,
    LeftOut,
    Move,
    PlanPrice,
    Proposal,
    RunDay,
    TechnicianFigures,
    most_first,
    named_by,
    stirred_by,
)
from dispatch.desk.plan.scope import PlanScope
from dispatch.model.instants import Times, day_of, day_text
from dispatch.model.visits import Visit
from dispatch.model.weeks import DayLoad, Week
from dispatch.planning.problem import Plan


class WeekPlan(NamedTuple):
    """A plan of several days: each as a proposal, and what is on none of them. What a `Proposal` says of a day it says of all of
    them."""

    days: tuple[Proposal, ...]
    left_out: tuple[LeftOut, ...]
    note: str
    cpu_seconds: float
    gain: PlanPrice | None = None
    """By how much it is better than the plan that changes least; None where there is no other one."""
    least: WeekPlan | None = None
    """The plan that changes least, where it is another one."""
    problems: Sequence[tuple[DayProblem, Plan]] = ()
    """The problem of each day, and its plan as the solver has it."""

    @property
    def each_day(self) -> tuple[Proposal, ...]:
        """Its days."""
        return self.days

    @property
    def stirred(self) -> int:
        """How many visits that stand in the plan would stand elsewhere, or nowhere."""
        return stirred_by(self.moves)

    @property
    def after(self) -> DayFigures:
        """The figures of all days together."""
        return _together([day.after for day in self.days], len(self.left_out))

    @property
    def before(self) -> DayFigures:
        """Those of the days as they are."""
        waits = sum(move.before is None for move in self.moves) + sum(
            one.visit.starts_at is None for one in self.left_out
        )
        return _together([day.before for day in self.days], waits)

    @property
    def moves(self) -> tuple[Move, ...]:
        """All moves, by day."""
        return tuple(move for day in self.days for move in day.moves)

    @property
    def broken(self) -> tuple[BrokenPromise, ...]:
        """What is not kept on any day, each with its day."""
        return most_first(
            one._replace(text=f"{day_text(day.day)[:-5]}, {one.text}") for day in self.days for one in day.broken
        )

    @property
    def technicians(self) -> tuple[TechnicianFigures, ...]:
        """The part of each technician in all days."""
        parts: dict[str, TechnicianFigures] = {}
        for own in (own for day in self.days for own in day.technicians):
            so_far = parts.get(own.name)
            parts[own.name] = (
                own if so_far is None else TechnicianFigures(own.name, *map(sum, zip(so_far[1:], own[1:], strict=True)))
            )
        return tuple(parts.values())

    @property
    def named(self) -> tuple[Visit, ...]:
        """The visits that it speaks of beside its moves."""
        return named_by(self.left_out, self.broken)

    def later_on(self, day: datetime.date) -> list[tuple[Move, RunDay]]:
        """The days after the first of what is planned for several, which would stand on a day."""
        return [(move, one) for move in self.moves for one in move.later if day_of(one.start, self.zone) == day]

    @property
    def times(self) -> Times:
        """Times as the firm writes them."""
        return self.days[0].times

    @property
    def zone(self) -> str:
        """The firm's zone, in which its days are."""
        return self.times.zone

    @property
    def scope(self) -> PlanScope:
        """What was planned."""
        return self.days[0].scope

    @property
    def label(self) -> str:
        """What it is called among the changes."""
        return f"plan {self.days[0].day.isoformat()} to {self.days[-1].day.isoformat()}"


AnyPlan = Proposal | WeekPlan
"""A plan of a day, or of several."""


def _together(figures: Sequence[DayFigures], left_out: int) -> DayFigures:
    """The figures of days as one; what is left out is not counted on each of them."""
    placed, _, travel, late, overtime, overdue = map(sum, zip(*map(astuple, figures), strict=True))
    return DayFigures(placed, left_out, travel, late, overtime, overdue)


def week_as_planned(week: Week, plan: WeekPlan, changed: Collection[str] = ()) -> Week:
    """A week as a plan would make it: nothing of it is written. What is `changed`, by reference, stands where it stands by now."""
    moves = [move for move in plan.moves if move.visit.reference not in changed]
    moving = {move.visit.id for move in moves}
    coming = dict[tuple[str, datetime.date], list[tuple[Visit, int]]]()
    spans = {(day.day, stop.visit_id): stop for day in plan.days for one in day.days for stop in one.stops}
    for move in moves:
        if move.after is None:
            continue
        first = spans[day_of(move.after.start, plan.zone), move.visit.id]
        for span in ((first.start, first.end), *((later.start, later.end) for later in move.later)):
            for name in move.after.crew:
                days = coming.setdefault((name, day_of(span[0], plan.zone)), [])
                days.append((move.visit, (span[1] - span[0]) // 60))
    by_day = {day.day: day for day in plan.days}

    def load(name: str, stands: DayLoad) -> DayLoad:
        new = coming.get((name, stands.day), [])
        kept = tuple(visit for visit in stands.visits if visit.id not in moving)
        if not new and len(kept) == len(stands.visits):
            return stands
        visits, day = (*kept, *(visit for visit, _ in new)), by_day.get(stands.day)
        busy = sum(minutes for _, minutes in new) + sum(map(_minutes, kept))
        driving = stands.driving if day is None else _driving(day, name)
        broken = () if day is None else (one.visit.id for one in day.broken if one.technician == name)
        return stands._replace(
            visits=visits,
            busy=busy,
            driving=driving,
            room=min(stands.available, max(0, stands.room + stands.taken - busy - driving)),
            promised=frozenset(visit.id for visit in visits if visit.awaited is not None),
            broken=stands.broken.intersection(visit.id for visit in kept).union(broken),
        )

    rows = tuple(row._replace(days=tuple(load(row.name, stands) for stands in row.days)) for row in week.rows)
    board = week.waiting
    board = board._replace(queue=tuple(card for card in board.queue if card.id not in moving))
    return Week(rows, sums_of(rows, week.days[0], len(week.days)), board)


def _minutes(visit: Visit) -> int:
    start, end = existing(visit.span)
    return (end - start) // 60


def _driving(day: Proposal, name: str) -> int:
    return next((own.travel for own in day.technicians if own.name == name), 0)
