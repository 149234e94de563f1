"""Skills against demand, from what is kept: visits, agreements, shifts, absences and holidays."""

from __future__ import annotations

import datetime

from db import visits
from dispatch.care.skill_demand import ALL_WORK, SkillDemand
from dispatch.desk.firm.skills_ahead import short_for, skills_ahead
from dispatch.desk.plan import schedule
from dispatch.desk.prices.agreeing import warnings_of
from tests.desk.conftest import Office, ask_in_p3, at, closed
from tests.desk.test_levels import agree


def demand(office: Office, skill: str) -> SkillDemand:
    return next(one for one in skills_ahead(office.store).demands if one.skill == skill)


def test_visits_count_where_they_stand_and_once_more_as_what_comes_as_a_rule(office: Office) -> None:
    before = demand(office, ALL_WORK)
    ask_in_p3(office, "S1", skills="network", minutes="120")
    ask_in_p3(office, "S2", skills="network", minutes="60", date="2027-02-20")
    network = demand(office, "network")
    assert (network.standing, network.usual) == (120, 180), "S2 is wanted later than in eight weeks"
    schedule.assign(office.dana, "S1", ["Ana Ruiz"], at("13:00"), confirmed=True)
    assert demand(office, "network").standing == 120, "placed or not, it is wanted"
    assert demand(office, ALL_WORK).wanted == before.wanted + 120 + 180


def test_what_has_ended_stands_no_more_and_what_is_long_ago_is_no_rule(office: Office) -> None:
    ask_in_p3(office, "S1", skills="network", minutes="120")
    closed(office, "S1")
    network = demand(office, "network")
    assert (network.standing, network.usual) == (0, 120)
    office.go("09:00", 57)
    assert demand(office, "network").usual == 0


def test_hours_are_those_that_plans_fill_without_holidays_and_absences(office: Office) -> None:
    before = demand(office, "network")
    names = [holder.name for holder in before.holders]
    assert names == ["Ana Ruiz"]
    day = next(
        day
        for number in range(1, 8)
        if (day := datetime.date(2026, 11, 24) + datetime.timedelta(days=number)).weekday() == 1
    )
    with office.lee.write("edit") as unit:
        unit.execute("INSERT INTO holiday (day, name, version) VALUES (?, 'Founders', 1)", (day.isoformat(),))
        unit.audit("holiday", 1, added="Founders")
    after = demand(office, "network")
    assert after.there < before.there
    assert after.holders[0].days_away == 0, "a holiday is nobody's absence"


def test_an_agreement_says_when_it_is_saved_that_there_is_nobody_for_its_work(office: Office) -> None:
    one = agree(office)
    ask_in_p3(office, "S1", skills="network", minutes="120")
    assert short_for(office.store, one) == [], "there is enough of what the client's work needs"
    with office.lee.write("edit") as unit:
        unit.execute("DELETE FROM technician_skill WHERE skill = 'network'")
        unit.audit("technician", 3, changed="skills")
    assert short_for(office.store, one) == ["In the next 8 weeks network: 4h wanted, nobody has it."]
    assert short_for(office.store, one)[0] in warnings_of(office.store, one)


def test_nobody_left_who_has_what_clients_ask_for(office: Office) -> None:
    ask_in_p3(office, "S1", skills="network", minutes="120")
    with office.lee.write("edit") as unit:
        unit.execute("DELETE FROM technician_skill WHERE skill = 'network'")
        unit.audit("technician", 3, changed="skills")
    assert demand(office, "network").sentence == "network: 4h wanted, nobody has it"


def test_what_came_lately_is_found_by_an_index(office: Office) -> None:
    plan = office.store.all(
        "EXPLAIN QUERY PLAN SELECT id FROM visit v WHERE v.site_id IN (SELECT id FROM site) AND v.requested_at >= 0"
    )
    assert any("visit_site" in row[-1] and "requested_at>?" in row[-1] for row in plan)
    assert visits.asked_since(office.store, at("00:00", -1))
