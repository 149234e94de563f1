"""The seconds of a plan: what is not reached in them is left away, and said."""

from __future__ import annotations

import datetime
import time
from dataclasses import replace
from typing import Any

import pytest

from dispatch.desk.day import routing
from dispatch.desk.plan import day_problem, least_change, planned_drives, proposing, schedule, week
from dispatch.desk.session.refusals import Refusal
from dispatch.planning.budget import NOT_REACHED, READING, Budget, most_seconds
from dispatch.planning.day import TechnicianDay
from dispatch.planning.judging import judge
from dispatch.planning.solver_process import SolverProcess, process_here
from dispatch.planning.solving import BetterPlan
from tests.desk.conftest import DAY, Office, at
from tests.desk.conftest import ask_in_p3 as ask

pytestmark = pytest.mark.usefixtures("insertion")

SECONDS = 0.0
"""Only the first plan is looked for, within a minute: what is not over does not become so while a test runs."""


def gone(share: float) -> Budget:
    """A budget of which so much is over."""
    return Budget(SECONDS, time.monotonic() - share * most_seconds(SECONDS))


def said(office: Office, budget: Budget) -> str:
    found = proposing.propose(office.store, DAY, budget.seconds, begun=budget.begun)
    return found.best.note


def test_where_no_time_is_left_for_what_stands_there_is_no_plan(office: Office) -> None:
    begun = gone(1.1).begun
    with pytest.raises(Refusal, match="before the day was read: more seconds"):
        proposing.propose(office.store, DAY, SECONDS, begun=begun)
    with pytest.raises(Refusal, match="before the day was read: more seconds"):
        week.plan_week(office.store, [DAY], SECONDS, proposing.WHOLE_DAY, begun=begun)


def test_what_waits_is_taken_as_far_as_there_was_time_to_read_and_the_rest_is_said(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planned_drives, "_ROWS", 1)
    budget = gone(READING)
    given = day_problem.day_problem(office.store, DAY, budget=budget)
    assert [visit.reference for visit in given.beyond] == ["R2", "R1"]
    assert given.movable == ()
    assert len(given.problem.seconds) == len(
        {place for one in given.problem.technicians for place in (one.start, one.end)}
    )
    whole = day_problem.day_problem(office.store, DAY, budget=gone(READING / 2))
    assert {visit.reference for visit in whole.movable} == {"R1", "R2"}
    assert "2 more wait: planned are the 0 that break first" in said(office, budget)


def test_at_most_so_many_are_planned_at_once_what_breaks_first_before_the_rest(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_problem, "MOST_WAITING", 1)
    assert day_problem.day_problem(office.store, DAY).beyond == (), "six for each technician are more"
    monkeypatch.setattr(day_problem, "FOR_EACH", 0)
    given = day_problem.day_problem(office.store, DAY)
    assert [visit.reference for visit in given.movable] == ["R2"]
    best = proposing.propose(office.store, DAY, 0).best
    assert best.note.endswith(f"{len(given.beyond)} more wait: planned are the 1 that break first")
    ask(office, "FIRST", priority="P1")
    assert [visit.reference for visit in day_problem.day_problem(office.store, DAY).movable] == ["FIRST"]


def test_that_later_days_were_not_looked_at_is_said(office: Office) -> None:
    ask(office, "MAY", date=DAY.isoformat(), latest=(DAY + datetime.timedelta(days=5)).isoformat())
    assert day_problem.day_problem(office.store, DAY).unlooked == 0
    assert "for 1 that may wait no later day was looked for: the time was over" in said(office, gone(READING / 2))


def test_reasons_that_were_not_reached_are_said(office: Office) -> None:
    ask(office, "LONG", minutes="720")
    found = proposing.Proposing(office.store, DAY, 0)
    for _ in found:
        pass
    assert found.found is not None
    best = found.found.best
    reasons = {one.visit.reference: one.why for one in found.reasons(best)}
    assert reasons["LONG"] not in ("", NOT_REACHED)
    found._budget = replace(found._budget, begun=found._budget.begun - 100)
    assert {one.visit.reference: one.why for one in found.reasons(best)}["LONG"] == NOT_REACHED


def test_that_the_least_change_was_not_asked_is_said(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("10:00"), confirmed=True)
    assert least_change.UNASKED not in said(office, gone(0.0))
    assert least_change.UNASKED in said(office, gone(least_change.CAREFUL))


def test_what_is_placed_when_all_else_is_and_was_not_reached_says_so(office: Office) -> None:
    ask(office, "THREE", people="3")
    given = day_problem.day_problem(office.store, DAY)
    assert [visit.reference for visit in given.deferred] == ["THREE"]
    plan = least_change.standing_plan(given)
    judged = judge(given.problem, plan)
    assert judged is not None
    over = replace(given, budget=gone(1.1))
    proposal = proposing.proposal_of(over, BetterPlan(plan, judged, 0.0, 0.0, 0), "")
    assert {one.visit.reference: one.why for one in proposal.left_out}["THREE"] == NOT_REACHED


def test_a_key_ends_it_while_the_day_is_read(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = proposing.Proposing(office.store, DAY, SECONDS)
    workers, read = list[SolverProcess](), routing.days_on

    def started(*, gently: bool) -> SolverProcess:
        workers.append(process_here(gently=gently))
        return workers[0]

    def stopped(*args: Any) -> list[TechnicianDay]:
        asked.stop()
        return read(*args)

    monkeypatch.setattr(proposing, "process_here", started)
    monkeypatch.setattr(routing, "days_on", stopped)
    assert list(asked) == []
    assert asked.found is None
    assert workers[0].process.wait(10) < 0, "it was killed"
