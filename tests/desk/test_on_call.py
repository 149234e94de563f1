"""Who is on call comes out for emergencies beside the shift: in plans, candidates, the running day and the charge."""

from __future__ import annotations

import datetime

import pytest

from db import people
from db.store import existing
from dispatch.desk.book import editing
from dispatch.desk.charges.charging import Priced, charge_of
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.day import board_view, placement
from dispatch.desk.plan import day_problem, emergency, proposing, schedule, week
from dispatch.desk.plan.proposal import Proposal
from dispatch.desk.plan.scope import WHOLE_DAY, Freedom, PlanScope
from dispatch.desk.plan.taking import take
from dispatch.desk.visits.steps import find
from dispatch.planning.checker import PlacementGrade
from tests.desk.conftest import DAY, Office, ask, at

pytestmark = pytest.mark.usefixtures("insertion")

SUNDAY = DAY + datetime.timedelta(5)


@pytest.fixture
def evening(office: Office) -> Office:
    """Ben is on call on every evening, beside a shift until 17:00."""
    change(office, "Ben Okafor", on_call="mon-sun 16:00-22:00", carries="ladder")
    return office


def change(office: Office, name: str, **texts: str) -> None:
    editing.edit(office.lee, "technician", existing(people.technician_by_name(office.store, name)), texts)


def plan(office: Office, day: datetime.date = DAY, scope: PlanScope = WHOLE_DAY) -> Proposal:
    return proposing.propose(office.store, day, 0, scope).best


def stands(proposal: Proposal, reference: str) -> tuple[str, int] | None:
    return next((move.after[:2] for move in proposal.moves if move.visit.reference == reference and move.after), None)


def test_an_emergency_is_planned_into_the_evening_and_nothing_else_is(evening: Office) -> None:
    evening.go("17:10")
    ask(evening, "FIRE", emergency="yes")
    ask(evening, "CALM")
    proposal = plan(evening)
    name, start = existing(stands(proposal, "FIRE"))
    assert name == "Ben Okafor"
    assert at("17:10") <= start < at("22:00")
    assert stands(proposal, "CALM") is None
    assert proposal.after.overtime == 0
    assert {own.name: own.overtime for own in proposal.technicians}["Ben Okafor"] == 0
    assert take(evening.dana, proposal.moves, proposal.label).moved == ("FIRE",)
    (ben,) = [row for row in board_view.board(evening.store, DAY).rows if row.name == "Ben Okafor"]
    assert ben.overtime == 0
    again = plan(evening)
    assert again.before.overtime == 0
    assert stands(again, "FIRE") is None, "it stays where it stands"


def test_who_is_off_is_called_out_too(evening: Office) -> None:
    change(evening, "Ana Ruiz", on_call="sun 09:00-12:00")
    ask(evening, "FIRE", emergency="yes", date=SUNDAY.isoformat(), equipment="ladder")
    ask(evening, "CALM", date=SUNDAY.isoformat())
    proposal = plan(evening, SUNDAY)
    name, start = existing(stands(proposal, "FIRE"))
    assert name == "Ben Okafor", "only that vehicle carries the ladder"
    assert at("16:00", 5) <= start < at("22:00", 5)
    assert [own.name for own in proposal.technicians] == ["Ben Okafor"]
    assert {one.visit.reference: one.why for one in proposal.left_out}["CALM"].startswith("nobody works on Sun")
    laid = week.plan_week(evening.store, [SUNDAY], 0, WHOLE_DAY)
    assert {move.visit.reference for move in laid.moves} == {"FIRE"}
    held = plan(evening, SUNDAY, PlanScope(Freedom.QUEUE))
    assert existing(stands(held, "FIRE"))[0] == "Ben Okafor"


def test_candidates_and_the_emergency_agree_on_when_somebody_on_call_begins(evening: Office) -> None:
    change(evening, "Ben Okafor", shifts="mon 08:00-17:00")
    evening.go("14:07")
    ask(evening, "FIRE", emergency="yes", equipment="ladder")
    first = placement.candidates(evening.store, "FIRE", DAY)[0]
    way = emergency.ways(evening.store, "FIRE")[0]
    assert (first.name, way.name) == ("Ben Okafor", "Ben Okafor")
    assert first.verdict.level is not PlacementGrade.BLOCKED
    assert way.level is not PlacementGrade.BLOCKED
    assert at("16:00") <= way.start <= first.start


def test_overtime_is_counted_up_to_the_call_out(evening: Office) -> None:
    schedule.assign(evening.dana, "R1", ["Ben Okafor"], at("16:30"), reason="they agreed", confirmed=True)
    alone = plan(evening, scope=PlanScope(Freedom.QUEUE)).before.overtime
    ask(evening, "FIRE", emergency="yes")
    schedule.assign(evening.dana, "FIRE", ["Ben Okafor"], at("20:00"), reason="they agreed", confirmed=True)
    assert alone > 0
    assert plan(evening, scope=PlanScope(Freedom.QUEUE)).before.overtime == alone


def test_the_evening_is_charged_by_the_bands_of_the_card(evening: Office) -> None:
    ask(evening, "FIRE", emergency="yes")
    schedule.assign(evening.dana, "FIRE", ["Ben Okafor"], at("19:00"), reason="they let us in", confirmed=True)
    evening.go("19:00")
    arriving.arrive(evening.ben, "FIRE")
    evening.go("20:15")
    leaving.leave(evening.lee, "FIRE", "they closed", follow_up_on=DAY + datetime.timedelta(1))
    charge = charge_of(evening.store, find(evening.store, "FIRE"), now=at("20:15"))
    assert isinstance(charge, Priced)
    assert {(line["note"], line["multiplier"]) for line in charge.form["lines"] if line["rule"] == "LAB"} == {
        ("after_hours", "1.5")
    }


def test_who_is_not_home_yet_is_called_out_from_where_they_are(evening: Office) -> None:
    """The solver and the checker agree on it."""
    ask(evening, "FIRE", emergency="yes", equipment="ladder", date=DAY.isoformat())
    schedule.assign(evening.dana, "R1", ["Ben Okafor"], at("16:10"), reason="they agreed", confirmed=True)
    schedule.pin(evening.dana, "R1", True)
    evening.go("15:00")
    given = day_problem.day_problem(evening.store, DAY)
    (number,) = [number for number, one in enumerate(given.vehicles) if one.on_call and one.day.name == "Ben Okafor"]
    stays = find(evening.store, "R1")
    called_out = given.problem.technicians[number]
    assert called_out.shift[0] >= existing(stays.ends_at)
    assert given.places[called_out.start] == stays.place
    name, start = existing(stands(plan(evening), "FIRE"))
    assert name == "Ben Okafor"
    assert start >= existing(stays.ends_at)
