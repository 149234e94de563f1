"""Rules that the worked examples leave open, each with its sum done by hand; and the invariants of design/charges.md B13."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.charges import FormFault, charge_sheet
from tests.quick import examples

CARD: dict[str, Any] = {
    "currency": "USD",
    "timezone": "America/New_York",
    "holidays": ["2026-11-26"],
    "tax": {"name": "Sales tax", "rate_pct": "10"},
    "classes": {"tech": {"standard": "120", "agreement": "100"}},
    "travel": {"included_radius": "5", "components": [{"kind": "distance", "rate": "1"}], "cap": "50"},
}
SITE = {"one_way_distance": "10", "one_way_minutes": 20}


def stay(start: str, end: str, day: str = "2026-11-24", offset: str = "-05:00", **more: Any) -> dict[str, Any]:
    return {
        "technician": "ann",
        "class": "tech",
        "check_in": f"{day}T{start}:00{offset}",
        "check_out": f"{day}T{end}:00{offset}",
        **more,
    }


def sheet(*parts: dict[str, Any], agreement: Any = None, card: Any = None, **visit: Any) -> dict[str, Any]:
    return charge_sheet({**CARD, **(card or {})}, {}, SITE, agreement, {"assignments": list(parts), **visit}).as_json()


def lines(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(line["rule"], line["amount"]) for line in found["lines"]]


def test_two_technicians_in_one_van_drive_once() -> None:
    """B6.3"""
    # 60 min x 120/h each; 20 mi there and back, 10 included, one van: 10.00
    found = sheet(
        stay("09:00", "10:00", vehicle="van 1"), {**stay("09:00", "10:00", vehicle="van 1"), "technician": "ben"}
    )
    assert lines(found) == [("LAB", "120.00"), ("LAB", "120.00"), ("TRV-DIST", "10.00")]


def test_overrun_of_the_grace_and_one_minute_more() -> None:
    """B3.4, B12"""
    # 16:00-17:15 stays business, 75 min: 150.00; one more is premium from its first: 60 at 1, 30 at 1.5 after rounding
    assert lines(sheet(stay("16:00", "17:15")))[0] == ("LAB", "150.00")
    assert lines(sheet(stay("16:00", "17:16")))[:2] == [("LAB", "120.00"), ("LAB", "90.00")]


def test_holiday_minimum_is_two_hours_at_double() -> None:
    # 30 min x 2 = 60 rate-min of 240: 180 more at 2.00
    found = sheet(stay("09:00", "09:30", day="2026-11-26"))
    assert lines(found)[:2] == [("LAB", "120.00"), ("MIN-TIME", "360.00")]


def test_travel_is_capped() -> None:
    """B6.5"""
    found = charge_sheet(
        CARD, {}, {"one_way_distance": "100", "one_way_minutes": 90}, None, {"assignments": [stay("09:00", "10:00")]}
    ).as_json()
    assert lines(found) == [("LAB", "120.00"), ("TRV-DIST", "190.00"), ("TRV-CAP", "-140.00")]


def test_pool_runs_dry_in_the_middle() -> None:
    # 90 min, 60 in the block: 30 min at the overage price of 90/h
    found = sheet(
        stay("09:00", "10:30"),
        agreement={"kind": "block_hours", "overage_rate": "90", "blocks": [{"id": "b1", "remaining_min": 60}]},
    )
    assert lines(found)[:2] == [("LAB-POOL", "0.00"), ("LAB", "45.00")]
    assert found["flags"] == ["POOL_EXHAUSTED"]
    assert found["drawn"] == {"b1": "60"}


def test_second_visit_of_the_day_gives_the_top_up_back() -> None:
    """B5.4"""
    # earlier: 30 of 60 rate-min worked, 30 topped up; now 30 more: net = max(0, 60 - 30 - 30) - 30 = -30 at 2.00
    found = sheet(
        stay("14:00", "14:30"),
        card={"minimum": {"per": "day"}},
        prior_today={"ann": {"presence_rmin": "30", "topup_rmin": "30", "topup_unit_price": "120"}},
    )
    assert lines(found)[:2] == [("LAB", "60.00"), ("MIN-DAY", "-60.00")]


def test_goodwill_is_cut_to_what_is_left() -> None:
    """B8.3"""
    given_away = {"by": "lee", "role": "lead", "target": "labour", "mode": "amount", "value": "500", "reason": "sorry"}
    found = sheet(stay("09:00", "10:00"), goodwill=[given_away])
    assert ("GOODWILL", "-120.00") in lines(found)
    assert found["net"] == "10.00"


@pytest.mark.parametrize(
    ("cancelled_at", "fee"),
    [("2026-11-23T09:00:00-05:00", []), ("2026-11-23T09:01:00-05:00", [("FEE-CANC", "60.00")])],
)
def test_notice_of_exactly_a_day_is_free(cancelled_at: str, fee: list[tuple[str, str]]) -> None:
    """B8.4, B12"""
    found = sheet(
        {"technician": "ann", "class": "tech"},
        outcome="cancelled",
        scheduled_start="2026-11-24T09:00:00-05:00",
        cancelled_at=cancelled_at,
    )
    assert lines(found) == fee


def test_own_failure_costs_nothing_and_shows_what_it_is_worth() -> None:
    """B0.5, B3.6, B12"""
    found = sheet(stay("09:00", "10:00"), cause="own_failure", original_visit_date="2026-10-25")
    assert lines(found) == [("LAB-OWN", "0.00"), ("TRV-DIST", "0.00")]
    assert [line["value"] for line in found["lines"]] == ["120.00", "10.00"]
    late = sheet(stay("09:00", "10:00"), cause="own_failure", original_visit_date="2026-10-24")
    assert (late["status"], late["flags"]) == ("review", ["GUARANTEE_EXPIRED"])


TRAINEE = stay("09:00", "09:30", billable=False)
FEES: dict[str, Any] = {
    "emergency": {"flat": "60"},
    "no_access": {"mode": "flat", "amount": "45"},
    "cancellation": {"mode": "flat", "value": "30"},
}


@pytest.mark.parametrize("outcome", ["completed", "no_access", "cancelled"])
def test_trainees_alone_cost_no_fee_and_no_travel(outcome: str) -> None:
    """B2.3"""
    manual = {"by": "lee", "role": "lead", "amount": "25", "reason": "out of area"}
    found = sheet(
        TRAINEE,
        card=FEES,
        outcome=outcome,
        emergency=True,
        manual_travel=manual,
        scheduled_start="2026-11-24T09:00:00-05:00",
        cancelled_at="2026-11-24T08:00:00-05:00",
    )
    assert lines(found) == []
    assert found["flags"] == ["NO_BILLABLE_TECHNICIAN"]


def test_what_a_trainee_sold_is_charged() -> None:
    """B2.3"""
    found = sheet(TRAINEE, items=[{"label": "cable", "amount": "4.20"}])
    assert lines(found) == [("ITEM", "4.20")]


def test_past_the_guarantee_an_urgent_visit_is_an_emergency_again() -> None:
    # 60 min x 120 x 1.5, the fee of 60, and 20 mi less 10
    failure = {"cause": "own_failure", "original_visit_date": "2026-10-24", "emergency": True}
    found = sheet(stay("09:00", "10:00"), card=FEES, **failure)
    assert lines(found) == [("LAB", "180.00"), ("TRV-DIST", "10.00"), ("EMG-FLAT", "60.00")]


@pytest.mark.parametrize(
    ("part", "flags"),
    [
        ({"technician": "ann", "class": "tech"}, []),
        ({"technician": "ann", "class": "tech", "depart": "2026-11-24T08:30:00-05:00"}, ["AGREEMENT_EXPIRED"]),
    ],
)
def test_ended_by_us_before_it_began_says_nothing_of_dates(part: dict[str, Any], flags: list[str]) -> None:
    ended = {"kind": "tm", "ends": "2026-10-31"}
    when = "2026-11-24T09:00:00-05:00"
    assert sheet(part, agreement=ended, outcome="aborted_by_us", scheduled_start=when)["flags"] == flags


def test_rounded_by_line_a_draw_takes_no_more_tax_than_what_it_paid_has() -> None:
    # three lines of 0.09 have no tax of 5%, the draw of 0.27 would take 0.01 of the item's 0.05
    card = {
        "tax": {"rate_pct": "5", "rounding": "line"},
        "classes": {"tech": {"standard": "0.09"}},
        "travel": {"components": []},
    }
    crew = [{**stay("09:00", "10:00"), "technician": name} for name in ("ann", "ben", "cy")]
    block = {"kind": "block_money", "blocks": [{"id": "m", "remaining_amount": "10"}]}
    found = sheet(*crew, agreement=block, card=card, items=[{"label": "cable", "amount": "1.00"}])
    assert found["drawn"] == {"m": "0.27"}
    assert found["tax"] == "0.05"


@pytest.mark.parametrize("given", [{"labour_discount_pct": "100"}, {}])
def test_rounded_by_line_what_takes_off_takes_no_more_tax_than_there_is_on_what_it_takes_off(
    given: dict[str, Any],
) -> None:
    # the same three lines without tax, taken off by a discount or by goodwill: the item keeps its 0.05
    card = {
        "tax": {"rate_pct": "5", "rounding": "line"},
        "classes": {"tech": {"standard": "0.09"}},
        "travel": {"components": []},
    }
    crew = [{**stay("09:00", "10:00"), "technician": name} for name in ("ann", "ben", "cy")]
    late = {"by": "lee", "role": "lead", "target": "labour", "mode": "percent", "value": "100", "reason": "late"}
    item = {"label": "cable", "amount": "1.00"}
    found = sheet(*crew, agreement={"kind": "tm", **given}, card=card, items=[item], goodwill=[] if given else [late])
    assert (found["net"], found["tax"]) == ("1.00", "0.05")


def test_a_timestamp_needs_its_offset() -> None:
    with pytest.raises(FormFault, match="offset"):
        sheet({**stay("09:00", "10:00"), "check_in": "2026-11-24T09:00:00"})


MINUTES = st.integers(0, 600)
AGREEMENTS = st.sampled_from(
    [
        None,
        {"kind": "tm", "labour_discount_pct": "12.5", "waive_bands": ["after_hours"]},
        {"kind": "fixed_price"},
        {"kind": "retainer", "allowance_min": 100},
        {"kind": "block_hours", "blocks": [{"id": "b", "remaining_min": 77}], "overage_rate": "95"},
        {"kind": "block_money", "blocks": [{"id": "m", "remaining_amount": "150.55"}]},
    ]
)


def timed(begin: int, minutes: int) -> dict[str, Any]:
    start = datetime.datetime(2026, 11, 24, 5, 0, tzinfo=datetime.UTC) + datetime.timedelta(minutes=begin)
    end = start + datetime.timedelta(minutes=minutes)
    return {"technician": "ann", "class": "tech", "check_in": start.isoformat(), "check_out": end.isoformat()}


@settings(max_examples=examples(150), deadline=None)
@given(st.integers(0, 2880), MINUTES, AGREEMENTS, st.booleans())
def test_sums_hold(begin: int, minutes: int, agreement: Any, emergency: bool) -> None:
    """B13"""
    check_sums(begin, minutes, agreement, emergency)


@pytest.mark.long
@settings(max_examples=4000, deadline=None)
@given(st.integers(0, 2880), MINUTES, AGREEMENTS, st.booleans())
def test_sums_hold_thousands_of_times(begin: int, minutes: int, agreement: Any, emergency: bool) -> None:
    check_sums(begin, minutes, agreement, emergency)


def check_sums(begin: int, minutes: int, agreement: Any, emergency: bool) -> None:
    """Σ lines = net ≥ 0, total = net + tax, zero lines are 0, travel ≤ cap, drawn ≤ balance, same input same sheet."""
    found = sheet(timed(begin, minutes), agreement=agreement, emergency=emergency)
    amounts = [Decimal(line["amount"]) for line in found["lines"]]
    assert sum(amounts) == Decimal(found["net"]) >= 0
    assert Decimal(found["tax"]) >= 0
    assert Decimal(found["total"]) == Decimal(found["net"]) + Decimal(found["tax"])
    assert all(Decimal(line["amount"]) == 0 for line in found["lines"] if "zero_reason" in line)
    assert sum(Decimal(line["amount"]) for line in found["lines"] if line["category"] == "travel") <= 50
    for pool, drawn in found.get("drawn", {}).items():
        assert Decimal(drawn) <= {"allowance": 100, "b": 77, "m": Decimal("150.55")}[pool]
    assert found == sheet(timed(begin, minutes), agreement=agreement, emergency=emergency)


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(0, 1440), MINUTES, st.integers(1, 200))
def test_staying_longer_never_costs_less(begin: int, minutes: int, more: int) -> None:
    """B13"""
    exact = {"rounding": {"mode": "exact"}}
    shorter = sheet(timed(begin, minutes), card=exact)
    longer = sheet(timed(begin, minutes + more), card=exact)
    assert Decimal(longer["total"]) >= Decimal(shorter["total"]) - Decimal("0.03")


def test_what_is_given_back_counts_whole_minutes_whatever_the_cents() -> None:
    # 15 min at 59.21/h is 14.8025: the credit is the 15 min, and 14.80 like the labour that it takes off
    card = {"classes": {"tech": {"standard": "59.21"}}, "minimum": {"per": "day"}, "travel": {}}
    prior = {"ann": {"presence_rmin": "30", "topup_rmin": "30", "topup_unit_price": "59.21"}}
    found = sheet(stay("13:00", "13:15"), card=card, prior_today=prior)
    assert [(line["qty"], line["amount"]) for line in found["lines"] if line["rule"] == "MIN-DAY"] == [
        ("-15", "-14.80")
    ]
    assert found["net"] == "0.00"


def test_a_trip_of_no_solo_distance_is_split_by_its_stops() -> None:
    card = {"travel": {"basis": "trip_split", "components": [{"kind": "distance", "rate": "1"}]}}
    trip = {"stops": 2, "total": {"distance": "10"}, "solo_sum": {"distance": "0"}}
    assert lines(sheet(stay("09:00", "10:00"), card=card, trip=trip))[-1] == ("TRV-DIST", "5.00")


@pytest.mark.parametrize(("mode", "qty"), [("exact", "13.4118"), ("nearest", "15"), ("down", None), ("up", "15")])
def test_parts_of_a_minute_are_rounded_as_they_are(mode: str, qty: str | None) -> None:
    component = {"kind": "time", "rate": "60", "rounding": {"mode": mode, "increment_min": 15}}
    trip = {"total": {"minutes": 57}, "solo_sum": {"minutes": 170}}
    found = sheet(
        stay("09:00", "10:00"), card={"travel": {"basis": "trip_split", "components": [component]}}, trip=trip
    )
    assert next((line["qty"] for line in found["lines"] if line["rule"] == "TRV-TIME"), None) == qty


def test_all_that_is_missing_is_told_at_once() -> None:
    """B1"""
    part = stay(
        "09:00",
        "10:00",
        marks=[{"kind": "test", "start": "2026-11-24T11:30:00-05:00", "end": "2026-11-24T09:30:00-05:00"}],
    )
    part["class"] = "wizard"
    found = charge_sheet(CARD, {}, {}, None, {"assignments": [part], "items": [{"code": "CAB"}]}).as_json()
    assert found["errors"] == [
        "MARK_OUTSIDE_VISIT",
        "NEGATIVE_DURATION",
        "UNKNOWN_CLASS",
        "UNKNOWN_DISTANCE",
        "UNKNOWN_ITEM",
    ]


def test_money_finer_than_the_currency_is_never_overdrawn() -> None:
    block = {"kind": "block_money", "blocks": [{"id": "m", "remaining_amount": "10.5"}]}
    card = {"minor_units": 0, "travel": {"components": [{"kind": "callout", "amount": "30"}], "cap": "10.5"}}
    found = sheet(stay("09:00", "10:00"), card=card, agreement=block)
    assert found["drawn"] == {"m": "10"}
    assert ("TRV-CAP", "-20") in lines(found)
