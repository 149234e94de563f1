"""Why a plan leaves something out, on a firm's own days: each sentence is true of the day, and says what to do."""

from __future__ import annotations

import datetime

import pytest

from db import people
from db.store import existing
from dispatch.desk.book import editing
from dispatch.desk.plan import proposing, schedule, week
from dispatch.desk.plan.scope import WHOLE_DAY, PlanScope
from dispatch.desk.requests import intake
from tests.desk.conftest import DAY, Office, ask, at

pytestmark = pytest.mark.usefixtures("insertion")

SUNDAY = DAY + datetime.timedelta(5)


def change(office: Office, name: str, **texts: str) -> None:
    technician = existing(people.technician_by_name(office.store, name))
    editing.edit(office.lee, "technician", technician, texts)


def reasons(office: Office, day: datetime.date = DAY, scope: PlanScope = WHOLE_DAY) -> dict[str, str]:
    found = proposing.propose(office.store, day, 0, scope).best
    return {one.visit.reference: one.why for one in found.left_out}


def test_what_keeps_a_request_off_the_day_is_said(office: Office) -> None:
    change(office, "Ana Ruiz", skills="server, network:2")
    change(office, "Ben Okafor", skills="desktop")
    ask(office, "LONG", minutes="1300")
    ask(office, "BOTH", skills="server, desktop")
    ask(office, "THREE", people="3")
    said = reasons(office)
    assert said["LONG"].startswith("takes 21h55, longer than anybody's day (")
    assert said["BOTH"] == "nobody has desktop and server together: Ben Okafor has desktop, Ana Ruiz has server"
    assert said["THREE"] == "needs 3 people, and only Ana Ruiz and Ben Okafor can do it"


def test_where_nobody_works_no_site_is_said_to_be_closed(office: Office) -> None:
    ask(office, "ANY")
    assert reasons(office, SUNDAY)["ANY"] == "nobody works on Sun 29 Nov 2026: plan it on another day"


def test_who_alone_could_is_named(office: Office) -> None:
    change(office, "Ana Ruiz", skills="server")
    change(office, "Ben Okafor", skills="desktop")
    ask(office, "ONLY", skills="server")
    ana = frozenset([existing(people.technician_by_name(office.store, "Ben Okafor")).id])
    said = reasons(office, scope=PlanScope(technicians=ana))
    assert said["ONLY"] == "only Ana Ruiz can do it, and is not among those who are planned"
    gone = {"technician": "ana", "from": "2026-11-24T00:00", "to": "2026-11-25T00:00", "reason": "sick"}
    editing.add(office.lee, "absence", gone)
    assert reasons(office)["ONLY"] == "only Ana Ruiz can do it, and is absent (sick)"


def test_a_full_day_says_what_would_make_room(office: Office) -> None:
    change(office, "Ana Ruiz", skills="server")
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("08:00"), reason="so be it", confirmed=True)
    schedule.pin(office.dana, "R1")
    intake.amend(office.dana, "R1", {"minutes": "420"}, reason="so be it", confirmed=True)
    ask(office, "FULL", skills="server", minutes="120")
    said = reasons(office)["FULL"]
    assert said.startswith(("would fit with Ana Ruiz", "no room left with Ana Ruiz")), said
    assert len(said) <= 120


def test_a_week_says_of_which_day_its_reason_is(office: Office) -> None:
    ask(office, "LONG", minutes="1300")
    days = [DAY + datetime.timedelta(number) for number in range(7)]
    planned = week.plan_week(office.store, days, 0, WHOLE_DAY)
    (why,) = [one.why for one in planned.left_out if one.visit.reference == "LONG"]
    assert why.startswith("Tue 24 Nov 2026: takes 21h55, longer than anybody's day")
