"""Overtime by the technician's day: earlier visits count by their recorded times (design/charges.md B3.8, B17)."""

from __future__ import annotations

from typing import Any

from dispatch.desk.billing import adjusting
from dispatch.desk.closeout import arriving, clocking, leaving
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from tests.desk.conftest import DAY, Office, at
from tests.desk.test_kept_sheets import card_with, charge


def two_visits(office: Office, **card: Any) -> None:
    """Ana is three hours at the main office, half an hour of them at lunch, and an hour at the warehouse."""
    card_with(office, overtime={"after_min": 180, "multiplier": "1.5"}, rounding={"mode": "exact"}, **card)
    office.on_site("R1")
    office.finish("R1")
    office.go("11:00")
    clocking.pause(office.ana, "R1", "break")
    office.go("11:30")
    clocking.resume(office.ana, "R1")
    office.go("12:00")
    leaving.close(office.ana, "R1")
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("13:00"), confirmed=True, reason="they agreed")
    office.go("13:00")
    arriving.arrive(office.ana, "R2")
    office.finish("R2")
    office.go("14:00")
    leaving.close(office.ana, "R2")


def hours(office: Office, reference: str = "R2") -> list[tuple[str, str]]:
    return [
        (line["qty"], line["multiplier"]) for line in charge(office, reference).form["lines"] if "LAB" in line["rule"]
    ]


def test_the_minutes_of_an_earlier_visit_count_and_its_break_does_not(office: Office) -> None:
    """B17: 150 minutes before, so half of the hour is overtime; at the first visit nothing lay before."""
    two_visits(office)
    assert hours(office) == [("30", "1"), ("30", "1.5")]
    assert hours(office, "R1") == [("150", "1")]
    assert charge(office, "R2").given["visit"]["prior_today"] == {"Ana Ruiz": {"worked_min": {DAY.isoformat(): 150}}}


def test_an_earlier_visit_put_right_counts_once_the_later_one_is_put_right_too(office: Office) -> None:
    """B3.8"""
    two_visits(office)
    clocking.correct(office.ana, "R1", "leaving", at("11:45"), "left earlier")
    assert hours(office) == [("30", "1"), ("30", "1.5")], "a kept sheet stands"
    adjusting.correct_charge(office.lee, "R2", "the day was shorter")
    assert hours(office) == [("45", "1"), ("15", "1.5")]


def test_a_card_without_overtime_asks_for_nothing_of_the_day(office: Office) -> None:
    """B17"""
    two_visits(office)
    card_with(office, overtime={"after_min": None})
    adjusting.correct_charge(office.lee, "R2", "by the card of today", afresh=True)
    assert charge(office, "R2").given["visit"]["prior_today"] == {}
    assert hours(office) == [("60", "1")]


def test_a_minimum_by_the_day_counts_a_band_price_by_its_weight(office: Office) -> None:
    """B5.4, B16: at half the class's price a minute is half a rate-minute for the next visit of the day."""
    early = {"name": "early", "like": "business", "price": "60"}
    card_with(office, bands=[early], minimum={"per": "day", "minutes": 90}, rounding={"mode": "exact"},
              classes={"tech": {"standard": "120", "agreement": "120"}})  # fmt: skip
    office.on_site("R1")
    office.finish("R1")
    office.go("10:00")
    leaving.close(office.ana, "R1")
    asked = {"client": "Harbor Dental", "site": "Main office", "work": "once more", "minutes": "30"}
    again = intake.add(office.dana, asked).reference
    schedule.assign(office.dana, again, ["Ana Ruiz"], at("13:00"), confirmed=True, reason="they agreed")
    assert charge(office, again).given["visit"]["prior_today"] == {
        "Ana Ruiz": {"presence_rmin": "30", "topup_rmin": "15", "topup_unit_price": "120"}
    }


def test_a_minimum_by_the_day_counts_what_a_day_price_made_of_the_visit_before(office: Office) -> None:
    """B4.3, B5.4: an hour at 120 became a half day of 300: 150 rate-minutes, and nothing more is due for the day."""
    prices = {"standard": "120", "half_day": {"standard": "300"}}
    card_with(office, classes={"tech": prices}, day_price={"mode": "step"}, minimum={"per": "day", "minutes": 150})
    office.on_site("R1")
    office.finish("R1")
    office.go("10:00")
    leaving.close(office.ana, "R1")
    labour = [line["amount"] for line in charge(office, "R1").form["lines"] if line["category"] == "labour"]
    assert labour == ["120.00", "180.00"]
    asked = {"client": "Harbor Dental", "site": "Main office", "work": "once more", "minutes": "30"}
    again = intake.add(office.dana, asked).reference
    schedule.assign(office.dana, again, ["Ana Ruiz"], at("13:00"), confirmed=True, reason="they agreed")
    prior = charge(office, again).given["visit"]["prior_today"]["Ana Ruiz"]
    assert (prior["presence_rmin"], prior["topup_rmin"]) == ("150", "0")
