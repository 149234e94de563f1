"""A firm whose clocks change at midnight, and what counts as the same day there."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from db import agreements, settings
from db.unit import Actor, unit_of_work
from dispatch.desk.charges.charge_input import input_of
from dispatch.desk.charges.charging import Priced, charge_of
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.day import board_view
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty
from dispatch.model.instants import at_local
from tests.desk.conftest import CARD, DAY, Office, at
from tests.desk.conftest import visit_called as visit

SANTIAGO = "America/Santiago"
NO_MIDNIGHT = datetime.date(2026, 9, 6)
BEFORE_THE_LONG_NIGHT = datetime.date(2026, 4, 4)


def trip(office: Office, reference: str = "R1") -> dict[str, Any]:
    given = input_of(office.store, visit(office, reference), now=office.clock.now())
    assert given is not None
    found: dict[str, Any] = given["visit"]["trip"]
    return found


@pytest.mark.parametrize("day", [NO_MIDNIGHT, BEFORE_THE_LONG_NIGHT, NO_MIDNIGHT - datetime.timedelta(days=1)])
def test_a_visit_is_priced_and_closed_on_a_day_whose_clocks_change_at_midnight(
    office: Office, day: datetime.date
) -> None:
    with unit_of_work(office.store, "rates", Actor(None, "system", "setup", "system")) as unit:
        settings.set_firm(unit, name="Santiago IT", zone=SANTIAGO, depot=settings.firm(office.store).depot)
        card = {**CARD, "timezone": SANTIAGO, "minimum": {"per": "day"}}
        agreements.add_rate_card(unit, "Santiago", datetime.date(2026, 2, 1), card)
    nine = at_local(day, "09:00", SANTIAGO)
    office.clock.set(nine)
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], nine, confirmed=True, reason="the clinic opens for us")
    assert any(row.visits for row in board_view.board(office.store, day).rows)
    arriving.arrive(office.ana, "R1")
    office.finish("R1")
    leaving.close(office.ana, "R1")

    charge = charge_of(office.store, visit(office), now=office.clock.now())

    assert isinstance(charge, Priced)
    assert charge.form["status"] == "ready"


def test_the_way_home_is_that_of_the_last_stop_of_the_day(office: Office) -> None:
    """A visit of tomorrow, at an earlier hour, is no stop of today."""
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("15:00"))
    assert trip(office)["last_stop"]

    tomorrow = at_local(DAY + datetime.timedelta(days=1), "09:00", "America/New_York")
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], tomorrow, confirmed=True, reason="the window was yesterday's")
    assert trip(office)["last_stop"]

    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("16:30"), confirmed=True, reason="they agreed")
    assert not trip(office)["last_stop"]
    assert trip(office, "R2")["last_stop"]


def test_a_promise_in_the_hour_that_comes_twice_says_what_can_be_typed(office: Office) -> None:
    texts = {"client": "Harbor Dental", "site": "Main office", "work": "x", "minutes": "60", "date": "2027-11-07"}
    said = "01:15 happens twice on Sun 7 Nov 2027 in America/New_York: choose times that the day has once"
    with pytest.raises(Faulty, match=said):
        intake.add(office.dana, texts | {"promised": "01:15-03:00"})
    intake.add(office.dana, texts | {"promised": "00:45-03:00"})
