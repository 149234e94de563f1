"""What a plan must not do: drop overdue work, stir what stands, leave before the shift, or throw out what began before."""

from __future__ import annotations

import datetime
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from db import clients, people, travel_times
from db.legs import HOME, legs_of_day
from db.store import existing
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.day import placement
from dispatch.desk.plan import day_problem, emergency, least_change, proposing, schedule, vroom_form, week
from dispatch.desk.plan.companions import closure, without
from dispatch.desk.plan.proposal import LeftOut, Move, Proposal, Standing, most_first
from dispatch.desk.plan.scope import WHOLE_DAY, Freedom, PlanScope
from dispatch.desk.plan.taking import take
from dispatch.desk.plan.week_plan import WeekPlan
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Blocked, Faulty, NeedsConfirm, Refusal
from dispatch.desk.texts import plan_words
from dispatch.desk.travel.drive_times import travel
from dispatch.desk.visits import steps
from dispatch.model.clients import Site
from dispatch.model.people import Technician
from dispatch.model.travel import Place
from dispatch.planning.checker import PlacementGrade
from dispatch.planning.day import TechnicianDay
from dispatch.travel.learning import TravelScale
from dispatch.travel.sources import ESTIMATED
from tests.desk.conftest import DAY, ZONE, Office, at
from tests.desk.conftest import ask_in_p3 as ask

pytestmark = pytest.mark.usefixtures("insertion")


def plan(office: Office, scope: PlanScope = WHOLE_DAY, day: datetime.date = DAY) -> Proposal:
    return proposing.propose(office.store, day, 0, scope).best


def technician(office: Office, name: str) -> Technician:
    return existing(people.technician_by_name(office.store, name))


def after(proposal: Proposal) -> dict[str, Standing | None]:
    return {move.visit.reference: move.after for move in proposal.moves}


@pytest.mark.parametrize("days", [1, 3, 10])
def test_overdue_work_is_planned_the_later_the_surer(office: Office, days: int) -> None:
    ask(office, "LATE", date=DAY.isoformat(), promised="09:00-10:00")
    ask(office, "OLD", date=DAY.isoformat(), site="Warehouse")
    office.go("07:00", days)
    proposal = plan(office, day=DAY + datetime.timedelta(days))
    placed = after(proposal)
    assert placed["LATE"] is not None
    assert placed["OLD"] is not None
    assert proposal.after.overdue == 2
    assert proposal.after.late == 0  # what was missed before the day is no figure of it
    assert {broken.visit.reference for broken in proposal.broken} == {"LATE", "R2"}


def test_what_was_promised_for_the_day_goes_before_what_has_no_date(office: Office) -> None:
    editing.edit(office.lee, "technician", technician(office, "Ben Okafor"), {"skills": "voip"})
    editing.edit(office.lee, "technician", technician(office, "Ana Ruiz"), {"shifts": "mon-fri 08:00-10:00"})
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "not any more")
    ask(office, "ANY", skills="server", minutes="60")
    ask(office, "DATED", skills="server", minutes="60", date=DAY.isoformat(), promised="08:00-12:00")
    proposal = plan(office)
    assert after(proposal) == {"DATED": after(proposal)["DATED"]}
    assert [left.visit.reference for left in proposal.left_out] == ["ANY"]


def test_who_falls_ill_gives_away_their_own_visits_only(office: Office) -> None:
    for number, (name, clock) in enumerate((("Ana Ruiz", "09:00"), ("Ana Ruiz", "14:00"), ("Ben Okafor", "13:10"))):
        ask(office, f"V{number}", site="Warehouse" if number == 2 else "Main office")
        schedule.assign(office.dana, f"V{number}", [name], at(clock), confirmed=True)
    editing.add(office.lee, "absence", {"technician": "ana", "from": "12:00", "to": "17:00", "reason": "ill"})
    least = plan(office, PlanScope(freedom=Freedom.LEAST))
    stirred = {move.visit.reference for move in least.moves if move.before is not None}
    assert stirred == {"V1"}
    assert all(move.before is None for move in plan(office, PlanScope(freedom=Freedom.QUEUE)).moves)


@pytest.mark.parametrize("freedom", [Freedom.LEAST, Freedom.ALL])
def test_nothing_stays_with_who_falls_ill_where_nobody_else_can_come(office: Office, freedom: Freedom) -> None:
    ask(office, "HERS", skills="server")
    schedule.assign(office.dana, "HERS", ["Ana Ruiz"], at("14:00"), confirmed=True)
    editing.add(office.lee, "absence", {"technician": "ana", "from": "08:00", "to": "17:00", "reason": "ill"})
    proposal = plan(office, PlanScope(freedom=freedom))
    assert after(proposal)["HERS"] is None
    assert not any("is absent" in broken.words for broken in proposal.broken)


def test_both_plans_stand_side_by_side_with_what_they_stir(office: Office) -> None:
    found = proposing.propose(office.store, DAY, 0)
    assert found.least is not None
    assert found.least.stirred == 0
    assert found.best.after.left_out <= found.least.after.left_out


def test_a_part_of_the_day_is_planned_by_itself(office: Office) -> None:
    proposal = plan(office, PlanScope(hours=(13 * 60, 15 * 60)))
    starts = [end[1] for end in after(proposal).values() if end is not None]
    assert starts
    assert all(at("13:00") <= start < at("15:00") for start in starts)


def test_overtime_is_a_choice(office: Office) -> None:
    for number in range(14):
        ask(office, f"V{number}", minutes="75")
    overtime = plan(office).after.overtime
    assert overtime > 0
    assert plan(office, PlanScope(overtime=0)).after.overtime == 0
    editing.edit(office.lee, "settings", office.lee.firm, {"plan_overtime_minutes": "0"})
    assert plan(office).after.overtime == 0


@pytest.mark.parametrize("raster", ["1", "5", "15", "30"])
def test_visits_start_on_the_raster_of_the_firm(office: Office, raster: str) -> None:
    editing.edit(office.lee, "settings", office.lee.firm, {"plan_raster_minutes": raster})
    starts = [end[1] for end in after(plan(office)).values() if end is not None]
    assert starts
    assert all((start - at("00:00")) % (int(raster) * 60) == 0 for start in starts)


@pytest.mark.parametrize("pickup", ["", "depot"])
def test_no_buffer_is_kept_between_two_visits_at_one_address(office: Office, pickup: str) -> None:
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "not any more")
    ask(office, "FIRST", skills="desktop", minutes="45", pickup=pickup, promised="08:00-09:00", date=DAY.isoformat())
    ask(office, "SECOND", skills="desktop", minutes="45")
    (day,) = [day for day in plan(office).days if day.stops]
    first, second = sorted(day.stops, key=lambda stop: stop.start)
    assert second.start == first.end
    schedule.assign(office.dana, "FIRST", ["Ben Okafor"], first.start)
    by_hand = placement.check_placement(office.store, "SECOND", ["Ben Okafor"], second.start)
    assert "buffer" not in {finding.rule for finding in by_hand.verdict.findings}


def test_a_visit_that_began_the_evening_before_stays(office: Office) -> None:
    ask(office, "NIGHT", minutes="240")
    editing.edit(office.lee, "technician", technician(office, "Ana Ruiz"), {"shifts": "mon-fri 08:00-23:59"})
    schedule.assign(office.dana, "NIGHT", ["Ana Ruiz"], at("22:00"), reason="at night only", confirmed=True)
    proposal = plan(office, day=DAY + datetime.timedelta(1))
    assert "NIGHT" not in after(proposal)


def test_moves_that_hang_on_others_are_taken_together() -> None:
    def move(reference: str, *needs: str) -> Move:
        return Move(None, None, None, reference, needs)  # type: ignore[arg-type]

    moves = [
        replace(move(name, *needs), visit=_Named(name))
        for name, needs in (("A", "B"), ("B", "C"), ("C", ""), ("D", ""))
    ]
    assert closure(moves, ["A"]) == {"A", "B", "C"}
    assert without(moves, ["C"]) == {"D"}
    assert without(moves, ["A"]) == {"B", "C", "D"}


class _Named:
    def __init__(self, reference: str) -> None:
        self.reference = reference


def test_several_days_are_planned_each_request_between_its_days(office: Office) -> None:
    tomorrow, friday = DAY + datetime.timedelta(1), DAY + datetime.timedelta(3)
    ask(office, "WED", date=tomorrow.isoformat())
    ask(office, "FRI", date=friday.isoformat())
    days = [DAY + datetime.timedelta(number) for number in range(7)]
    planned = week.plan_week(office.store, days, 0, WHOLE_DAY)
    on = {move.visit.reference: day.day for day in planned.days for move in day.moves}
    assert on["WED"] == tomorrow
    assert on["FRI"] == friday
    assert [day.day for day in planned.days] == days[:4] + days[6:]  # nobody works at the weekend
    assert len(on) == len(planned.moves)
    _stands_alone(planned.days[1].days)
    assert planned.after.placed == sum(day.after.placed for day in planned.days)
    beside = [line.split()[:4] for line in plan_words.week_lines(planned._replace(least=planned)) if "least" in line]
    assert beside == [["least", "change", str(planned.after.placed), str(planned.after.left_out)]]


def _stands_alone(days: tuple[TechnicianDay, ...]) -> None:
    for day in days:
        for first, second in pairwise(sorted(day.stops, key=lambda stop: stop.start)):
            assert first.end <= second.start


def test_what_may_wait_is_put_off_where_a_later_day_is_better(office: Office) -> None:
    tomorrow = DAY + datetime.timedelta(1)
    ask(office, "NEAR", date=tomorrow.isoformat())
    schedule.assign(office.dana, "NEAR", ["Ana Ruiz"], at("09:00", 1), confirmed=True)
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "not any more")
    ask(office, "CALM", latest=(DAY + datetime.timedelta(3)).isoformat())
    (left,) = plan(office).left_out
    assert left.visit.reference == "CALM"
    assert left.why.startswith("put off: Wed 25 Nov 2026")
    # on its last day it is planned
    assert after(plan(office, day=DAY + datetime.timedelta(3)))["CALM"] is not None


def test_the_best_slots_of_the_coming_weeks(office: Office) -> None:
    days = [DAY + datetime.timedelta(number) for number in range(14)]
    found = placement.slots(office.store, "R2", days, (13 * 60, 15 * 60), "ben")
    assert {slot.candidate.name for slot in found} == {"Ben Okafor"}
    assert all(
        at("13:00", (slot.day - DAY).days) <= slot.candidate.start <= at("15:00", (slot.day - DAY).days)
        for slot in found
    )
    assert {slot.day.weekday() for slot in found} <= set(range(5))


def learn_hours(office: Office, busiest: float) -> None:
    """Let drives take longer in the morning and in the afternoon than at midday."""
    hours = {(False, half): busiest if half in (*range(14, 20), *range(31, 37)) else 1.0 for half in range(48)}
    scale = TravelScale(1.0, 0.9, busiest, 100, ZONE, hours)
    with office.lee.write("learn") as unit:
        travel_times.keep_learned(unit, {}, {ESTIMATED: scale})


@pytest.mark.parametrize("busiest", [1.35, 1.4])
def test_with_drives_by_the_hour_nothing_is_dropped_and_nobody_leaves_early(office: Office, busiest: float) -> None:
    for number in range(8):
        ask(office, f"V{number}", site="Warehouse" if number % 2 else "Main office", minutes="30")
    calm = plan(office)
    learn_hours(office, busiest)
    busy = plan(office)
    assert len(busy.left_out) <= len(calm.left_out)
    given = day_problem.day_problem(office.store, DAY)
    for day in busy.days:
        route = sorted(day.stops, key=lambda stop: stop.start)
        if route and day.shift is not None:
            assert (
                route[0].start - (given.drives(day.home, route[0].place, route[0].start).seconds or 0) >= day.shift[0]
            )


def test_two_people_come_at_the_same_time_each_with_their_skills(office: Office) -> None:
    ask(office, "PAIR", people="2", skills="server", crew_skills="desktop")
    proposal = plan(office)
    where = after(proposal)["PAIR"]
    assert where is not None
    assert where.crew == ("Ana Ruiz", "Ben Okafor")
    starts = {day.name: stop.start for day in proposal.days for stop in day.stops if stop.client and stop.end}
    assert set(starts) == {"Ana Ruiz", "Ben Okafor"}
    take(office.dana, proposal.moves, proposal.label)
    visit = steps.find(office.store, "PAIR")
    assert visit.crew == ("Ana Ruiz", "Ben Okafor")
    assert visit.starts_at == where.start


@pytest.mark.parametrize(("ends", "left"), [("12:30", []), ("11:00", ["TWO"])])
def test_a_team_that_gave_way_goes_before_what_matters_less(office: Office, ends: str, left: list[str]) -> None:
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "not any more")
    editing.edit(office.lee, "settings", office.lee.firm, {"plan_overtime_minutes": "0"})
    editing.edit(office.lee, "technician", technician(office, "Ana Ruiz"), {"shifts": f"mon-fri 08:00-{ends}"})
    office.go("07:00")
    ask(office, "TWO", people="2", date=DAY.isoformat(), promised="09:00-10:00")
    ask(office, "BIG", skills="server", minutes="120", priority="P2")
    ask(office, "SMALL", skills="desktop", minutes="120", priority="P4")
    proposal = plan(office)
    assert [one.visit.reference for one in proposal.left_out] == left
    assert {"BIG", "TWO", "SMALL"} - after(proposal).keys() == set(left)
    assert proposal.after.left_out == len(left)


def test_an_emergency_of_the_evening_goes_before_what_is_done_past_the_shift(office: Office) -> None:
    editing.edit(office.lee, "technician", technician(office, "Ana Ruiz"), {"on_call": "mon-fri 17:00-22:00"})
    (site,) = [one for one in clients.all_sites(office.store) if one.name == "Warehouse"]
    editing.edit(office.lee, "site", site, {"access": "mon-fri 08:00-18:00"})
    ask(office, "LONG", skills="server", minutes="120", date=DAY.isoformat(), promised="15:30-16:00")
    assert after(plan(office))["LONG"] == Standing("Ana Ruiz", at("15:30"))
    evening = {"skills": "server", "emergency": "yes", "priority": "P4", "promised": "17:30-18:00"}
    ask(office, "EVENING", site="Warehouse", date=DAY.isoformat(), **evening)
    assert after(plan(office))["EVENING"] == Standing("Ana Ruiz", at("17:30"))


def test_who_needs_two_and_gets_one_is_asked_about(office: Office) -> None:
    ask(office, "PAIR", people="2")
    with pytest.raises(NeedsConfirm, match="2 people are needed"):
        schedule.assign(office.dana, "PAIR", ["Ana Ruiz"], at("13:00"))
    schedule.assign(office.dana, "PAIR", ["Ana Ruiz", "Ben Okafor"], at("13:00"))


def test_one_visit_begins_when_another_is_over(office: Office) -> None:
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "not any more")
    ask(office, "FIRST", minutes="60")
    ask(office, "THEN", minutes="30", after="FIRST", after_minutes="90")
    proposal = plan(office)
    first, then = after(proposal)["FIRST"], after(proposal)["THEN"]
    assert first is not None
    assert then is not None
    assert then.start >= first.start + (60 + 15 + 90) * 60
    assert next(move.needs for move in proposal.moves if move.visit.reference == "THEN") == ("FIRST",)
    take(office.dana, proposal.moves, proposal.label)
    with pytest.raises(Blocked, match="comes after FIRST"):
        schedule.move(office.dana, "THEN", None, first.start + 3600, confirmed=True)
    with pytest.raises(Blocked, match="THEN comes after it"):
        schedule.move(office.dana, "FIRST", None, then.start, confirmed=True)


def test_a_later_day_is_a_later_day(office: Office) -> None:
    ask(office, "FIRST")
    ask(office, "THEN", after="FIRST", after_day="later")
    proposal = plan(office)
    assert after(proposal).get("THEN") is None
    days = [DAY + datetime.timedelta(number) for number in range(3)]
    planned = week.plan_week(office.store, days, 0, WHOLE_DAY)
    on = {move.visit.reference: day.day for day in planned.days for move in day.moves}
    assert on["FIRST"] < on["THEN"]


def test_nothing_comes_after_itself(office: Office) -> None:
    ask(office, "FIRST")
    ask(office, "THEN", after="FIRST")
    with pytest.raises(Faulty, match="after"):
        intake.amend(office.dana, "FIRST", {"after": "THEN"})


def test_skills_have_levels_and_vehicles_carry_things(office: Office) -> None:
    editing.edit(
        office.lee, "technician", technician(office, "Ana Ruiz"), {"skills": "server, network:2", "carries": "ladder"}
    )
    ask(office, "HIGH", skills="network:1", equipment="ladder")
    with pytest.raises(Blocked, match="needs ladder aboard, network:1; Ben Okafor has desktop"):
        schedule.assign(office.dana, "HIGH", ["Ben Okafor"], at("13:00"), confirmed=True)
    with pytest.raises(Faulty, match="nobody has"):
        ask(office, "TOP", skills="network:3")
    with pytest.raises(Faulty, match="no vehicle carries"):
        ask(office, "CRANE", equipment="crane")
    where = after(plan(office))["HIGH"]
    assert where is not None
    assert where.technician == "Ana Ruiz"


def test_the_day_ends_elsewhere(office: Office) -> None:
    editing.edit(office.lee, "technician", technician(office, "Ana Ruiz"), {"ends": "39.93, -82.95"})
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    assert legs_of_day(office.store, DAY)[office.ana.staff.id][HOME].seconds == 0


def test_who_is_on_call_comes_out_in_the_evening_for_emergencies_only(office: Office) -> None:
    editing.edit(office.lee, "technician", technician(office, "Ben Okafor"), {"on_call": "mon-sun 17:00-22:00"})
    office.go("17:10")
    ask(office, "CALM")
    ask(office, "FIRE", emergency="yes")
    assert all(one.verdict.level is PlacementGrade.BLOCKED for one in placement.candidates(office.store, "CALM", DAY))
    best = placement.candidates(office.store, "FIRE", DAY)[0]
    assert best.name == "Ben Okafor"
    assert best.verdict.level is not PlacementGrade.BLOCKED
    assert "on call" in best.words
    assert emergency.insert(office.dana, "FIRE").way.name == "Ben Okafor"


def test_work_is_shared_evenly_where_the_firm_wants_it(office: Office) -> None:
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "not any more")
    for number in range(4):
        ask(office, f"V{number}", minutes="45")

    def share() -> list[int]:
        return sorted(own.visits for own in plan(office).technicians)

    editing.edit(office.lee, "settings", office.lee.firm, {"weight_over_qualified": "0"})
    assert share() != [2, 2]
    editing.edit(office.lee, "settings", office.lee.firm, {"plan_balance": "much"})
    assert share() == [2, 2]


def test_a_stop_at_the_depot_is_driven_before_the_visit(office: Office) -> None:
    ask(office, "PLAIN")
    ask(office, "PARTS", pickup="depot", pickup_minutes="10")
    for reference in ("PLAIN", "PARTS"):
        schedule.assign(office.dana, reference, ["Ana Ruiz"], at("13:00"), confirmed=True)
        (leg,) = [
            leg
            for key, leg in legs_of_day(office.store, DAY)[office.ana.staff.id].items()
            if key == steps.find(office.store, reference).id
        ]
        schedule.unassign(office.dana, reference, confirmed=True)
        if reference == "PLAIN":
            plain = existing(leg.seconds)
    ways = travel(office.store)
    home, depot, site = existing(technician(office, "Ana Ruiz").home), Place(39.96, -83.0), Place(39.93, -82.95)
    there = existing(ways.leg(home, depot, at("13:00")).seconds) + existing(ways.leg(depot, site, at("13:00")).seconds)
    assert leg.seconds == there + 600 > plain
    where = after(plan(office))["PARTS"]
    assert where is not None
    with pytest.raises(Faulty, match="pickup"):
        ask(office, "NOWHERE", pickup="the moon")


def test_a_visit_that_another_one_waits_for_is_not_moved_away_from_it(office: Office) -> None:
    ask(office, "FIRST", minutes="45")
    schedule.assign(office.dana, "FIRST", ["Ben Okafor"], at("09:00"), confirmed=True)
    ask(office, "THEN", after="FIRST")
    proposal = plan(office)
    assert "FIRST" not in after(proposal)
    then = after(proposal)["THEN"]
    assert then is not None
    assert then.start >= at("10:00")


def test_a_chain_is_planned_from_its_beginning(office: Office) -> None:
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "not any more")
    ask(office, "C", minutes="30", priority="P1")
    ask(office, "B", minutes="30")
    ask(office, "A", minutes="30", priority="P4")
    intake.amend(office.dana, "C", {"after": "B"})
    intake.amend(office.dana, "B", {"after": "A"})
    placed = after(plan(office))
    starts = [one.start for one in (placed["A"], placed["B"], placed["C"]) if one is not None]
    assert len(starts) == 3
    assert starts == sorted(starts)


@pytest.mark.parametrize("people", ["1", "2"])
def test_what_waits_for_a_visit_of_the_same_plan_goes_before_what_matters_less(office: Office, people: str) -> None:
    """However many come for the first: the second has its place, and not a calm visit for which there was one beside it."""
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "not any more")
    ask(office, "A", minutes="60", people=people, priority="P4")
    ask(office, "B", minutes="120", after="A", after_minutes="30", after_day="same", skills="server")
    for number in range(4):
        ask(office, f"CALM{number}", minutes="150", skills="server", priority="P4")
    proposal = plan(office)
    first, second = after(proposal)["A"], after(proposal)["B"]
    assert first is not None
    assert second is not None
    assert second.start >= first.start + (60 + 15 + 30) * 60
    assert {left.visit.priority for left in proposal.left_out} == {4}
    assert take(office.dana, proposal.moves, proposal.label).skipped == ()


def test_a_promise_of_a_day_before_is_late_by_a_day_in_a_week_and_avoided(office: Office) -> None:
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "not any more")
    days = [DAY + datetime.timedelta(number) for number in range(2)]
    for number in range(3):
        ask(office, f"CALM{number}", minutes="180", skills="server")
    ask(office, "DUE", minutes="180", skills="server", date=DAY.isoformat(), promised="08:00-14:00")
    planned = week.plan_week(office.store, days, 0, WHOLE_DAY)
    assert [day.after.late for day in planned.days] == [0, 0]
    assert "DUE" in after(planned.days[0])
    # there is room on the second day only
    office.go("17:00", -1)
    editing.add(office.lee, "absence", {"technician": "ana", "from": f"{DAY}T08:00", "to": "17:00", "reason": "ill"})
    planned = week.plan_week(office.store, days, 0, WHOLE_DAY)
    late = next(broken for broken in planned.days[-1].broken if broken.visit.reference == "DUE")
    assert late.minutes >= 18 * 60
    assert planned.days[-1].after.late == late.minutes


def test_an_emergency_waits_for_no_better_day_of_a_week(office: Office) -> None:
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "not any more")
    ask(office, "DOWN", minutes="60", skills="server", priority="P1", emergency="yes")
    ask(office, "CALM", minutes="60", skills="server", priority="P1")
    office.go("15:50")
    days = [DAY + datetime.timedelta(number) for number in range(2)]
    today, tomorrow = week.plan_week(office.store, days, 0, WHOLE_DAY).days
    assert set(after(today)) == {"DOWN"}, "into the evening"
    assert set(after(tomorrow)) == {"CALM"}


def test_an_emergency_is_begun_before_what_is_only_nearer(office: Office) -> None:
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "not any more")
    ask(office, "CALM", skills="server", priority="P1", minutes="120")
    ask(office, "DOWN", skills="server", priority="P4", site="Warehouse", emergency="yes")
    proposal = plan(office)
    calm, down = after(proposal)["CALM"], after(proposal)["DOWN"]
    assert existing(down).start < existing(calm).start


def test_what_is_left_out_breaks_its_promise(office: Office) -> None:
    ask(office, "NIGHT", date=DAY.isoformat(), promised="22:00-23:00")
    ask(office, "CALM", site="Warehouse", minutes="600")
    proposal = plan(office)
    assert {"NIGHT", "CALM"} <= {left.visit.reference for left in proposal.left_out}
    told = [(one.visit.reference, one.words, one.minutes) for one in proposal.broken]
    assert told == [("NIGHT", "left out, promised 22:00–23:00", 60)]
    # a week that does it on another day says so once
    days = [DAY + datetime.timedelta(number) for number in range(2)]
    planned = week.plan_week(office.store, days, 0, WHOLE_DAY)
    assert [len(day.broken) for day in planned.days] == [0, 1]
    assert "after the promised window Tue 24 Nov 2026 22:00–23:00" in planned.days[1].broken[0].words


@pytest.mark.parametrize("freedom", Freedom)
def test_what_somebody_put_past_the_shift_is_not_thrown_out(office: Office, freedom: Freedom) -> None:
    ask(office, "NIGHT", date=DAY.isoformat(), promised="22:00-23:00")
    ask(office, "LATE")
    evening = {"reason": "agreed on the phone", "confirmed": True}
    schedule.assign(office.dana, "NIGHT", ["Ben Okafor"], at("22:00"), **evening)
    schedule.assign(office.dana, "LATE", ["Ana Ruiz"], at("18:30"), **evening)
    placed = after(plan(office, PlanScope(freedom=freedom)))
    assert "NIGHT" not in placed, "it stays"
    # what is refused where it stands, and has another place, goes there
    assert ("LATE" in placed) == (freedom is not Freedom.QUEUE)
    assert placed.get("LATE", True) is not None


@pytest.mark.parametrize("freedom", Freedom)
@pytest.mark.parametrize(
    ("access", "wants", "start"),
    [("wed 08:00-12:00", {}, "13:00"), ("", {"skills": "server"}, "13:00"), ("", {"promised": "07:30-07:40"}, "07:30")],
    ids=["access hours", "a skill that nobody has", "before the shift"],
)
def test_what_somebody_gave_a_reason_for_is_not_thrown_out(
    office: Office, freedom: Freedom, access: str, wants: dict[str, str], start: str
) -> None:
    (site,) = [one for one in clients.all_sites(office.store) if one.name == "Main office"]
    editing.edit(office.dana, "site", site, {"access": access})
    ask(office, "MEANT", date=DAY.isoformat(), **wants)
    schedule.assign(office.dana, "MEANT", ["Ben Okafor"], at(start), reason="agreed on the phone", confirmed=True)
    editing.edit(office.lee, "technician", technician(office, "Ana Ruiz"), {"skills": "network"})
    proposal = plan(office, PlanScope(freedom=freedom))
    assert "MEANT" not in after(proposal), "it stays"
    assert "MEANT" not in {one.visit.reference for one in proposal.left_out}


def test_what_nobody_gave_a_reason_for_is_thrown_out_where_it_has_no_place(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("13:00"), confirmed=True)
    editing.edit(office.lee, "technician", technician(office, "Ana Ruiz"), {"skills": "network"})
    assert after(plan(office))["R1"] is None


@pytest.mark.parametrize("freedom", Freedom)
def test_what_stays_with_somebody_who_is_away_is_named(office: Office, freedom: Freedom) -> None:
    ask(office, "TEAM", people="2")
    schedule.assign(office.dana, "TEAM", ["Ana Ruiz", "Ben Okafor"], at("10:00"), confirmed=True)
    ask(office, "TOLD", site="Warehouse")
    schedule.assign(office.dana, "TOLD", ["Ben Okafor"], at("13:00"), confirmed=True)
    schedule.confirm(office.dana, "TOLD")
    typed = {"technician": "ben", "from": f"{DAY}T09:00", "to": "15:00", "reason": "ill"}
    editing.add(office.lee, "absence", typed)
    said = {one.visit.reference: one.words for one in plan(office, PlanScope(freedom=freedom)).broken}
    assert said["TEAM"] == "Ben Okafor: is absent until 15:00 (ill): 1h15 of it, and it stays there"
    assert "TOLD" in said


def test_what_is_not_kept_begins_with_what_the_day_could_keep(office: Office) -> None:
    yesterday = (DAY - datetime.timedelta(1)).isoformat()
    ask(office, "OLD", date=yesterday, promised="09:00-10:00", priority="P1", minutes="15")
    ask(office, "LAST", date=yesterday, latest=DAY.isoformat(), priority="P1", minutes="15")
    ask(office, "LOW", date=DAY.isoformat(), promised="22:00-23:00")
    ask(office, "HIGH", date=DAY.isoformat(), promised="23:00-23:30", priority="P2")
    broken = plan(office).broken
    assert [(one.visit.reference, one.missed) for one in broken if one.visit.reference != "R2"] == [
        ("HIGH", False),
        ("LOW", False),
        ("OLD", True),
    ]
    assert broken == most_first(reversed(broken))


@pytest.mark.parametrize(("day", "earliest"), [("any", 2), ("later", 3)])
def test_what_comes_after_several_days_waits_for_the_last_of_them(office: Office, day: str, earliest: int) -> None:
    ask(office, "LONG", days="3", skills="server")
    ask(office, "THEN", after="LONG", after_day=day)
    proposal = plan(office)
    assert after(proposal)["LONG"] is not None
    left = {one.visit.reference: one.why for one in proposal.left_out}
    assert left["THEN"] == "comes after LONG, which goes on for 2 more days"
    days = [DAY + datetime.timedelta(number) for number in range(4)]
    planned = week.plan_week(office.store, days, 0, WHOLE_DAY)
    on = {move.visit.reference: number for number, one in enumerate(planned.days) for move in one.moves}
    assert (on["LONG"], on["THEN"]) == (0, earliest)
    assert take(office.dana, planned.moves, planned.label).skipped == ()


def test_what_waits_on_a_later_day_for_what_has_to_give_way_gives_way_too(office: Office) -> None:
    """Only Ana can do FIRST and HIGH, and the two days that are planned have no other room for HIGH."""
    ask(office, "FIRST", skills="server", minutes="280", priority="P4")
    ask(office, "THEN", minutes="280", after="FIRST", after_day="later", people="2", priority="P4")
    ask(office, "HIGH", skills="server", minutes="270", priority="P1")
    planned = week.plan_week(office.store, [DAY, DAY + datetime.timedelta(1)], 0, WHOLE_DAY)
    on = {move.visit.reference: number for number, one in enumerate(planned.days) for move in one.moves}
    assert (on["HIGH"], on["FIRST"]) == (0, 1)
    assert "THEN" in {one.visit.reference for one in planned.left_out}
    assert take(office.dana, planned.moves, planned.label).skipped == ()


def test_the_best_plan_comes_first_where_its_figures_are_worth_what_it_stirs(office: Office) -> None:
    """Driving, overtime, lateness and what is left out, as the checker has laid them out; nothing that only a solver counts."""
    given = day_problem.day_problem(office.store, DAY)
    found = proposing.propose(office.store, DAY, 0)
    least = existing(found.least)
    stands = next(move for move in least.moves if move.after is not None)
    stirs = replace(least, moves=(*least.moves, replace(stands, before=stands.after)))
    for minutes, overtime, gain in ((5, 0, 5), (6, 0, 6), (0, 2, 6), (20, -5, 5)):
        figures = least.after
        more = replace(figures, travel=figures.travel + minutes, overtime=figures.overtime + overtime)
        dearer = replace(least, after=more)
        first, careful, worth = least_change.side_by_side([given], stirs, dearer)
        assert (worth.total, worth.driving, worth.overtime) == (gain, minutes, 3 * overtime)
        assert careful is dearer
        assert (first is stirs) == (gain > 5)
    beside = WeekPlan((stirs,), (), "", 0.0, worth, WeekPlan((dearer,), (), "", 0.0))
    said = (
        "Worth 5 min driving (priced: 20 less driving, 15 more overtime); it moves 1 visit more than the least change."
    )
    assert said in plan_words.week_lines(beside)
    less = replace(least, left_out=(*least.left_out, LeftOut(given.movable[0])))
    assert least_change.side_by_side([given], stirs, less)[2].left_out == given.problem.visits[0].left_out


def test_what_is_promised_for_a_later_day_stays_where_somebody_put_it(office: Office) -> None:
    ask(office, "EARLY", date=(DAY + datetime.timedelta(2)).isoformat(), promised="09:00-11:00")
    schedule.assign(office.dana, "EARLY", ["Ben Okafor"], at("13:00"), reason="they agreed", confirmed=True)
    assert "EARLY" not in after(plan(office))


def test_a_day_that_is_over_is_not_planned(office: Office) -> None:
    seen = plan(office)
    office.go("09:00", 1)
    over = "Tue 24 Nov 2026 is over: nothing is planned on it any more."
    for refused in (
        lambda: plan(office),
        lambda: week.plan_week(office.store, [DAY, DAY + datetime.timedelta(1)], 0, WHOLE_DAY),
        lambda: vroom_form.vroom_form(office.store, DAY),
        lambda: placement.candidates(office.store, "R1", DAY),
        lambda: placement.slots(office.store, "R1", [DAY]),
        lambda: take(office.dana, seen.moves, seen.label),
    ):
        with pytest.raises(Refusal) as refusal:
            refused()
        assert str(refusal.value) == over


def test_nobody_is_a_candidate_out_of_their_hours_or_without_the_others(office: Office) -> None:
    assert placement.slots(office.store, "R2", [DAY], (6 * 60, 7 * 60)) == []
    ask(office, "FOUR", people="4")
    assert placement.candidates(office.store, "FOUR", DAY) == []


def test_another_program_is_told_who_alone_may_do_what_and_what_matters(office: Office) -> None:
    kim = {
        "name": "Kim Vale",
        "login": "kim",
        "skills": "server",
        "shifts": "mon-fri 08:00-17:00",
        "home": "39.9, -83.0",
    }
    editing.add(office.lee, "technician", kim)
    client = RECORD_STORES["client"].find(office.store, "Harbor Dental")
    editing.edit(office.lee, "client", client, {"not_with": "Ben Okafor"})
    ask(office, "LOW", priority="P4")
    ask(office, "HIGH", priority="P1")
    ask(office, "FIRE", emergency="yes")
    form: dict[str, Any] = vroom_form.vroom_form(office.store, DAY)
    jobs = {job["description"]: job for job in form["jobs"]}
    assert jobs["HIGH"]["priority"] == jobs["FIRE"]["priority"] == 100 > jobs["LOW"]["priority"] >= 1
    able = [
        vehicle["description"] for vehicle in form["vehicles"] if set(jobs["LOW"]["skills"]) <= set(vehicle["skills"])
    ]
    assert able == [str(technician(office, name).id) for name in ("Ana Ruiz", "Kim Vale")]


def test_the_way_into_a_site_counts_once_for_visits_after_one_another(office: Office) -> None:
    for reference in ("R1", "R2", "R3"):
        schedule.cancel(office.dana, reference, "not any more")
    ask(office, "FIRST", skills="desktop", minutes="45")
    ask(office, "SECOND", skills="desktop", minutes="45")
    editing.edit(office.lee, "site", site(office), {"arrival_minutes": "20"})
    ways, home = travel(office.store), existing(technician(office, "Ben Okafor").home)
    plain = existing(ways.leg(home, Place(39.93, -82.95), at("08:00")).seconds)
    proposal = plan(office)
    (day,) = [day for day in proposal.days if day.stops]
    first, second = sorted(day.stops, key=lambda stop: stop.start)
    assert day.shift is not None
    assert first.start >= day.shift[0] + plain + 20 * 60
    assert second.start == first.end, "who is there has arrived"
    take(office.dana, proposal.moves, proposal.label)
    legs = legs_of_day(office.store, DAY)[office.ben.staff.id]
    assert legs[first.visit_id].seconds == plain + 20 * 60
    assert legs[second.visit_id].seconds == 0
    ask(office, "ELSEWHERE", site="Warehouse")
    with pytest.raises(Blocked, match="min longer than the gap"):
        schedule.assign(office.dana, "ELSEWHERE", ["Ben Okafor"], first.start - 100 * 60, confirmed=True)
    # the kept drives follow
    editing.edit(office.lee, "site", site(office), {"arrival_minutes": "5"})
    assert legs_of_day(office.store, DAY)[office.ben.staff.id][first.visit_id].seconds == plain + 5 * 60


def site(office: Office) -> Site:
    found = clients.site_by_name(office.store, steps.find(office.store, "FIRST").client_id, "Main office")
    return existing(found)


@pytest.mark.parametrize(
    ("team", "single", "placed"), [("P4", "P1", "LONG"), ("P2", "P2", "BOTH"), ("P1", "P4", "BOTH")]
)
def test_a_team_gives_way_to_one_that_matters_more(office: Office, team: str, single: str, placed: str) -> None:
    """Ana has room for the long one over noon only, after an early lunch, which is when both are promised."""
    noon = {"date": DAY.isoformat(), "promised": "12:00-13:00"}
    ask(office, "BOTH", people="2", priority=team, **noon)
    ask(office, "LONG", minutes="285", skills="server", priority=single)
    proposal = plan(office)
    assert {"BOTH", "LONG"} & after(proposal).keys() == {placed}
    assert take(office.dana, proposal.moves, proposal.label).skipped == ()


def test_a_chain_weighs_as_much_as_what_waits_in_it(office: Office) -> None:
    noon = {"date": DAY.isoformat(), "promised": "12:00-13:00"}
    ask(office, "BOTH", people="2", priority="P4", **noon)
    ask(office, "NEXT", skills="desktop", minutes="15", priority="P1", after="BOTH")
    ask(office, "LONG", minutes="285", skills="server", priority="P2")
    assert after(plan(office)).keys() >= {"BOTH", "NEXT"}
