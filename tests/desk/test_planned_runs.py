"""A visit of several days in a plan: its whole run is proposed beside all else, judged day by day, and placed as it was shown."""

from __future__ import annotations

import datetime
import re
from itertools import pairwise

import pytest

from dispatch.commands.planning import _proposal_form
from dispatch.desk.plan import proposing, schedule, week
from dispatch.desk.plan.meanwhile import meanwhile
from dispatch.desk.plan.proposal import Move, Proposal
from dispatch.desk.plan.scope import WHOLE_DAY
from dispatch.desk.plan.taking import take
from dispatch.desk.plan.week_plan import WeekPlan
from dispatch.desk.requests import intake
from dispatch.desk.texts.plan_words import proposal_lines, week_lines
from dispatch.model.instants import day_of
from dispatch.model.people import AbsenceRecord
from dispatch.model.states import State
from tests.desk.conftest import DAY, Office, at
from tests.desk.test_several_days import MEANT, absent, found, places
from tests.desk.test_several_days import job as asked_for

DAYS = [DAY + datetime.timedelta(number) for number in range(7)]


@pytest.fixture(params=["insertion", "vroom"], autouse=True)
def solver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once with each engine."""
    if request.param == "vroom":
        pytest.importorskip("vroom", reason="needs VROOM: install the extra plan")
    else:
        monkeypatch.setenv("DISPATCH_SOLVER", "insertion")


def job(office: Office, **more: str) -> str:
    """A request for three days of three hours and a half, which leave the break free."""
    return asked_for(office, **({"minutes": "210"} | more))


def move_of(proposal: Proposal | WeekPlan, reference: str) -> Move | None:
    return next((move for move in proposal.moves if move.visit.reference == reference), None)


def planned_run(move: Move) -> list[tuple[int, int | None, str]]:
    assert move.after is not None
    who = ", ".join(move.after.crew)
    return [(1, move.after.start, who), *((one.number, one.start, who) for one in move.later)]


def test_a_plan_shows_the_whole_run_and_places_it_as_shown(office: Office) -> None:
    reference = job(office)
    proposal = proposing.propose(office.store, DAY, 0).best
    move = move_of(proposal, reference)
    assert move is not None
    assert [day_of(one.start, proposal.zone) for one in move.later] == DAYS[1:3]
    (line,) = [line for line in proposal_lines(proposal) if reference in line]
    assert ", day 2 Wed 25 Nov 2026" in line
    assert ", day 3 Thu 26 Nov 2026" in line
    (shown,) = [form for form in _proposal_form(proposal)["moves"] if form["reference"] == reference]
    assert [one["day"] for one in shown["later_days"]] == [2, 3]
    assert reference in take(office.dana, proposal.moves, proposal.label).moved
    assert places(office, reference) == planned_run(move)


def test_the_days_of_a_week_count_what_a_run_takes_of_them(office: Office) -> None:
    reference = job(office)
    for number in range(1, 5):
        asked = {"client": "Harbor Dental", "site": "Main office", "work": "audit", "minutes": "210"}
        intake.add(office.dana, asked | {"date": DAYS[number].isoformat(), "latest": DAYS[number].isoformat()})
    planned = week.plan_week(office.store, DAYS, 0, WHOLE_DAY)
    move = move_of(planned, reference)
    assert move is not None
    first, *later = planned_run(move)
    assert [number for number, _, _ in (first, *later)] == [1, 2, 3]
    for day in planned.days:
        held = [stop for one in day.days for stop in one.stops if stop.visit_id == move.visit.id]
        assert len(held) == sum(day_of(start or 0, day.zone) == day.day for _, start, _ in (first, *later))
        assert sum(own.visits for own in day.technicians) == day.after.placed
        for one in day.days:
            stops = sorted(one.stops, key=lambda stop: stop.start)
            assert all(before.end <= after.start for before, after in pairwise(stops))
    told = [line for line in week_lines(planned) if reference in line]
    assert [f"day {number}/3" in "".join(told[1:]) for number in (2, 3)] == [True, True]
    taken = take(office.dana, planned.moves, planned.label)
    assert taken.skipped == ()
    assert places(office, reference) == [first, *later]


def test_a_run_without_a_place_for_a_later_day_is_left_out_by_name(office: Office) -> None:
    reference = job(office)
    for user in (office.ana, office.ben):
        absent(office, AbsenceRecord(0, user.staff.id, at("00:00", 1), at("00:00", 30), "course"))
    proposal = proposing.propose(office.store, DAY, 0).best
    assert move_of(proposal, reference) is None
    (why,) = [one.why for one in proposal.left_out if one.visit.reference == reference]
    assert "has no place for day 2 of 3" in why
    assert proposal.after.left_out == len(proposal.left_out)
    visit = found(office, reference).id
    assert not [stop for day in proposal.days for stop in day.stops if stop.visit_id == visit]
    (left,) = [one for one in week.plan_week(office.store, DAYS[:1], 0, WHOLE_DAY).left_out if one.visit.id == visit]
    assert "has no place for day 2 of 3" in left.why


def test_each_day_of_a_run_is_judged(office: Office) -> None:
    reference = job(office, latest=DAYS[1].isoformat())
    schedule.cancel(office.dana, "R1", "not any more")
    proposal = proposing.propose(office.store, DAYS[1], 0).best
    assert move_of(proposal, reference) is not None
    said = [one.text for one in proposal.broken if one.visit.reference == reference]
    assert [text for text in said if text.startswith("day 3: its latest day was Wed 25 Nov 2026")]


def test_what_comes_after_a_run_waits_for_its_last_day(office: Office) -> None:
    reference = job(office)
    asked = {"client": "Harbor Dental", "site": "Main office", "work": "test", "minutes": "30", "after": reference}
    after = intake.add(office.dana, asked).reference
    planned = week.plan_week(office.store, DAYS, 0, WHOLE_DAY)
    move, then = move_of(planned, reference), move_of(planned, after)
    assert move is not None
    if then is None:
        (why,) = [one.why for one in planned.left_out if one.visit.reference == after]
        assert why.startswith(f"comes after {reference}, which ends Thu 26 Nov 2026")
    else:
        assert then.after is not None
        assert then.after.start >= move.later[-1].end
    assert take(office.dana, planned.moves, planned.label).skipped == ()
    assert found(office, reference).state is State.PLANNED


@pytest.mark.parametrize("on", ["any", "same", "later"])
def test_what_comes_after_a_run_over_a_weekend_is_planned_behind_its_last_day(office: Office, on: str) -> None:
    friday = DAYS[3]
    reference = job(office, days="2", date=friday.isoformat())
    asked = {"client": "Harbor Dental", "site": "Warehouse", "work": "test", "minutes": "30", "after": reference}
    after = intake.add(office.dana, asked | {"after_day": on}).reference
    days = [friday + datetime.timedelta(number) for number in range(5)]
    planned = week.plan_week(office.store, days, 0, WHOLE_DAY)
    move, then = move_of(planned, reference), move_of(planned, after)
    assert move is not None
    assert then is not None
    assert then.after is not None
    last = move.later[-1]
    assert day_of(last.start, planned.days[0].zone) == days[3]
    assert then.after.start >= last.end
    assert (day_of(then.after.start, planned.days[0].zone) == days[3]) == (on != "later")
    assert take(office.dana, planned.moves, planned.label).skipped == ()


def test_what_comes_after_a_run_on_its_last_day_is_not_planned_on_its_first(office: Office) -> None:
    reference = job(office)
    asked = {"client": "Harbor Dental", "site": "Warehouse", "work": "test", "minutes": "30", "after": reference}
    after = intake.add(office.dana, asked | {"after_day": "same"}).reference
    proposal = proposing.propose(office.store, DAY, 0).best
    (left,) = [one for one in proposal.left_out if one.visit.reference == after]
    assert left.why == f"comes after {reference}, which goes on for 2 more days"
    assert take(office.dana, proposal.moves, proposal.label).skipped == ()


def test_a_day_of_a_run_that_was_taken_meanwhile_leaves_the_run_out_by_name(office: Office) -> None:
    reference = job(office)
    proposal = proposing.propose(office.store, DAY, 0).best
    move = move_of(proposal, reference)
    assert move is not None
    assert move.after is not None
    other = job(office, days="1")
    schedule.assign(office.dana, other, [move.after.technician], move.later[0].start, **MEANT)
    said = meanwhile(office.store, proposal.moves).words
    assert list(said) == [reference]
    assert re.match("not possible any more: day 2: overlaps", said[reference])
    taken = take(office.dana, proposal.moves, proposal.label)
    assert taken.skipped == ((reference, said[reference]),)
    assert places(office, reference) == []
