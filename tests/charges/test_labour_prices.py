"""Bands of one's own, prices by band, overtime, half-day and day prices, each with its sum done by hand."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from dispatch.charges import validate_card
from tests.charges.test_each_rule import EXACT, FREE, NO_TRAVEL
from tests.charges.test_rules import CARD, lines, sheet, stay

WEEK = ["mon", "tue", "wed", "thu", "fri"]
EVENING = {"name": "evening", "days": WEEK, "from": "17:00", "to": "22:00", "like": "after_hours", "multiplier": "1.25"}
NIGHT = {"name": "night", "from": "22:00", "to": "06:00", "like": "after_hours", "price": "250", "agreement": "220"}
SUNDAY = {"name": "sunday", "days": ["sun"], "like": "weekend", "multiplier": "3"}
TIERS = {**EXACT, "bands": [NIGHT, EVENING, SUNDAY]}
TUE, WED, SAT, SUN, HOLIDAY = "2026-11-24", "2026-11-25", "2026-11-28", "2026-11-29", "2026-11-26"


def rows(found: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (line["note"], line["qty"], line["unit_price"], line["multiplier"], line["amount"])
        for line in found["lines"]
        if line["rule"] == "LAB"
    ]


def over(day: str, start: str, later: str, end: str) -> dict[str, Any]:
    return {**stay(start, "23:59", day), "check_out": f"{later}T{end}:00-05:00"}


def test_bands_of_ones_own_by_weekday_and_hour() -> None:
    """B3.7: evening at 1.25, night at 250 an hour, after it, before it and on Saturday what the card says of the four."""
    found = sheet(stay("17:00", "23:00", TUE), card=TIERS)
    assert rows(found) == [("evening", "300", "120", "1.25", "750.00"), ("night", "60", "250", "1", "250.00")]
    assert rows(sheet(stay("06:00", "09:00", TUE), card=TIERS)) == [
        ("after_hours", "120", "120", "1.5", "360.00"),
        ("business", "60", "120", "1", "120.00"),
    ]
    assert rows(sheet(stay("10:00", "11:00", SAT), card=TIERS)) == [("weekend", "60", "120", "2", "240.00")]
    assert rows(sheet(stay("10:00", "11:00", SUN), card=TIERS)) == [("sunday", "60", "120", "3", "360.00")]


def test_a_span_past_midnight_belongs_to_the_day_on_which_it_began() -> None:
    """B3.7: a Friday's night reaches into Saturday, a Saturday's is not one; the holiday is left alone unless it is named."""
    friday = {**NIGHT, "days": ["wed", "fri"]}
    card = {**EXACT, "bands": [friday]}
    found = sheet(over("2026-11-27", "23:00", SAT, "07:00"), card=card)
    assert [(note, qty) for note, qty, *_ in rows(found)] == [("night", "420"), ("weekend", "60")]
    assert [note for note, *_ in rows(sheet(stay("23:00", "23:30", SAT), card=card))] == ["weekend"]
    # the night of Wednesday, and Thanksgiving after it
    into = over(WED, "23:00", HOLIDAY, "01:00")
    assert [note for note, *_ in rows(sheet(into, card=card))] == ["night", "holiday"]
    named = {**EXACT, "bands": [{**friday, "days": ["wed", "holiday"]}]}
    assert [(note, qty) for note, qty, *_ in rows(sheet(into, card=named))] == [("night", "120")]
    out_of = over(HOLIDAY, "23:00", "2026-11-27", "01:00")
    assert [(note, qty) for note, qty, *_ in rows(sheet(out_of, card=named))] == [("night", "120")]


def test_the_first_band_of_the_list_counts_also_over_opening_hours() -> None:
    """B3.7"""
    card = {**TIERS, "hours": {"sun": [["09:00", "12:00"]]}}
    assert rows(sheet(stay("09:00", "10:00", SUN), card=card))[0][0] == "sunday"
    both = [{**SUNDAY, "name": "morning", "to": "12:00", "multiplier": "4"}, SUNDAY]
    found = sheet(stay("11:00", "13:00", SUN), card={**EXACT, "bands": both})
    assert [(note, times) for note, _, _, times, _ in rows(found)] == [("morning", "4"), ("sunday", "3")]


def test_what_a_band_is_like_decides_for_waiver_coverage_minimum_and_overrun() -> None:
    """B3.7: the agreement says after_hours, and means the evening and the night."""
    evening = stay("18:00", "19:00", TUE)
    waived = sheet(evening, card=TIERS, agreement={"waive_bands": ["after_hours"]})
    assert rows(waived) == [("evening", "60", "100", "1", "100.00")]
    covered = sheet(evening, card=TIERS, agreement={"kind": "fixed_price", "covers_bands": ["after_hours"]})
    assert [line["rule"] for line in covered["lines"]] == ["LAB-COV"]
    # 120 min after hours at 1.25: 150 rate-minutes, of which 75 are there
    least = sheet(evening, card={**TIERS, "minimum": {**FREE, "minutes": {"after_hours": 120}}})
    assert lines(least) == [("LAB", "150.00"), ("MIN-TIME", "150.00")]
    # a quarter of an hour past closing stays business, one minute more is evening
    assert [note for note, *_ in rows(sheet(stay("16:00", "17:15", TUE), card=TIERS))] == ["business"]
    assert [note for note, *_ in rows(sheet(stay("16:00", "17:16", TUE), card=TIERS))] == ["business", "evening"]
    late = {"name": "late shift", "days": WEEK, "from": "15:00", "to": "17:00", "like": "business", "multiplier": "1.1"}
    kept = sheet(stay("16:00", "17:10", TUE), card={**TIERS, "bands": [late]})
    assert rows(kept) == [("late shift", "70", "120", "1.1", "154.00")]


CLASSES = {
    "tech": {"standard": "120", "agreement": "100"},
    "senior": {
        "standard": "150",
        "bands": {"evening": {"standard": "180", "agreement": "170"}, "weekend": {"standard": "330"}},
    },
}
PRICED = {**TIERS, "classes": CLASSES}


def senior(start: str, end: str, day: str = TUE, **more: Any) -> dict[str, Any]:
    return {**stay(start, end, day), "class": "senior", **more}


def test_a_class_has_a_price_for_a_band() -> None:
    """B2.6: senior costs 180 in the evening and 330 at weekends; on Sunday the band's own multiplier comes first."""
    assert rows(sheet(senior("18:00", "19:00"), card=PRICED)) == [("evening", "60", "180", "1", "180.00")]
    assert rows(sheet(senior("10:00", "11:00", SAT), card=PRICED)) == [("weekend", "60", "330", "1", "330.00")]
    assert rows(sheet(senior("10:00", "11:00", SUN), card=PRICED)) == [("sunday", "60", "150", "3", "450.00")]
    bare = {**PRICED, "bands": [{"name": "sunday", "days": ["sun"], "like": "weekend"}]}
    assert rows(sheet(senior("10:00", "11:00", SUN), card=bare)) == [("sunday", "60", "330", "1", "330.00")]
    assert rows(sheet(stay("18:00", "19:00", TUE), card=PRICED)) == [("evening", "60", "120", "1.25", "150.00")]
    agreed = sheet(senior("18:00", "19:00"), card=PRICED, agreement={})
    assert rows(agreed) == [("evening", "60", "170", "1", "170.00")]
    assert "instead of 150/h" in agreed["lines"][0]["why"]


def test_an_emergency_raises_a_band_price_that_weighs_less() -> None:
    """B2.6, B3.5: 180 is 1.2 of 150, an emergency 1.5: 225; the night of 250 is more than that."""
    assert rows(sheet(senior("18:00", "19:00"), card=PRICED, emergency=True)) == [
        ("evening", "60", "150", "1.5", "225.00")
    ]
    found = sheet(senior("22:00", "23:00"), card=PRICED, emergency=True)
    assert rows(found) == [("night", "60", "250", "1", "250.00")]


def test_a_band_price_weighs_its_share_of_the_class_price() -> None:
    """B2.6: 180 of 150 is 1.2 rate-minutes a minute, for the minimum, the balance, and the price beyond it."""
    card = {**PRICED, "minimum": {**FREE, "minutes": {"after_hours": 120}}}
    # 120 x 1.2 = 144, present 72: 72 more at 150/h
    assert lines(sheet(senior("18:00", "19:00"), card=card)) == [("LAB", "180.00"), ("MIN-TIME", "180.00")]
    block = {"kind": "block_hours", "price_list": "standard", "blocks": [{"id": "b", "remaining_min": 50}]}
    # 50 rate-minutes are 41 minutes at 1.2; 19 minutes at 180/h, or at an overage price of 100/h x 1.2
    found = sheet(senior("18:00", "19:00"), card=PRICED, agreement=block)
    assert [(line["rule"], line["qty"], line["rmin"]) for line in found["lines"]] == [
        ("LAB-POOL", "41", "49.2"),
        ("LAB", "19", "22.8"),
    ]
    assert (found["drawn"], rows(found)[0][2:]) == ({"b": "49.2"}, ("180", "1", "57.00"))
    beyond = sheet(senior("18:00", "19:00"), card=PRICED, agreement={**block, "overage_rate": "100"})
    assert rows(beyond) == [("evening", "19", "120", "1", "38.00")]


def test_a_second_technician_has_a_share_of_a_band_price() -> None:
    """B2.6"""
    card = {**PRICED, "extra_technician_pct": "50"}
    found = sheet(stay("18:00", "19:00", TUE), senior("18:00", "19:00", technician="ben"), card=card)
    assert rows(found)[1] == ("evening", "60", "90", "1", "90.00")


def test_driving_and_a_late_cancellation_weigh_as_the_band() -> None:
    """B2.6: half the labour price x 1.2, for 40 min; half of 120 min x 1.2 x 150/h."""
    card = {**PRICED, "travel": {"components": [{"kind": "time", "pct_of_labour": "50"}], "time_premium": True}}
    found = sheet(senior("18:00", "19:00"), card=card)
    assert lines(found)[1] == ("TRV-TIME", "60.00")
    start = f"{TUE}T18:00:00-05:00"
    fee = sheet(
        senior("18:00", "19:00"), card={**card, "minimum": {"minutes": 120}}, outcome="cancelled",
        scheduled_start=start, cancelled_at=start,
    )  # fmt: skip
    assert lines(fee) == [("FEE-CANC", "180.00")]


EIGHT = {**EXACT, "overtime": {"after_min": 480, "multiplier": "1.5"}, "hours": {"tue": [["06:00", "20:00"]]}}


def test_overtime_begins_after_so_many_minutes_of_the_day() -> None:
    """B3.8: eight hours at 120, two at 180; a break is no time worked, and the highest premium counts."""
    assert rows(sheet(stay("08:00", "18:00", TUE), card=EIGHT)) == [
        ("business", "480", "120", "1", "960.00"),
        ("business", "120", "120", "1.5", "360.00"),
    ]
    lunch = {"kind": "break", "start": f"{TUE}T12:00:00-05:00", "end": f"{TUE}T13:00:00-05:00"}
    assert [row[1] for row in rows(sheet(stay("08:00", "18:00", TUE, marks=[lunch]), card=EIGHT))] == ["480", "60"]
    dear = {**EIGHT, "hours": {}, "multipliers": {"after_hours": "2"}}
    # 09:00-17:00 are the eight hours; what comes after them is after hours at 2 already
    assert [row[3] for row in rows(sheet(stay("09:00", "19:00", TUE), card=dear))] == ["1", "2"]
    assert [row[3] for row in rows(sheet(stay("08:00", "17:00", TUE), emergency=True, card=EIGHT))] == ["1.5"]


def test_earlier_visits_of_the_day_count_for_overtime_by_their_date() -> None:
    """B3.8"""
    earlier = {"ann": {"worked_min": {TUE: 450, WED: 480}}}
    found = sheet(stay("15:00", "16:00", TUE), card=EIGHT, prior_today=earlier)
    assert rows(found) == [("business", "30", "120", "1", "60.00"), ("business", "30", "120", "1.5", "90.00")]
    assert "overtime" in found["lines"][1]["why"]
    more = [{"check_in": f"{WED}T09:00:00-05:00", "check_out": f"{WED}T10:00:00-05:00"}]
    found = sheet(stay("09:00", "09:30", TUE, later_days=more), card=EIGHT, prior_today=earlier)
    assert [(row[1], row[3]) for row in rows(found)] == [("30", "1"), ("60", "1.5")]
    other = sheet(stay("15:00", "16:00", TUE), card=EIGHT, prior_today={"ben": earlier["ann"]})
    assert rows(other) == [("business", "60", "120", "1", "120.00")]


def test_overtime_is_not_waived_and_does_not_raise_the_minimum() -> None:
    """B3.8: an hour of two at 1.5; the minimum of 120 rate-minutes at the band's 1, of which 45 are there."""
    card = {**EIGHT, "minimum": {**FREE, "minutes": 120}}
    worked = {"prior_today": {"ann": {"worked_min": {TUE: 480}}}}
    found = sheet(stay("14:00", "14:30", TUE), card=card, agreement={"waive_bands": ["after_hours"]}, **worked)
    assert lines(found) == [("LAB", "75.00"), ("MIN-TIME", "125.00")]


DAYS = {
    **EXACT,
    "classes": {"tech": {"standard": "100", "half_day": {"standard": "300", "agreement": "280"}, "day": {"standard": "550"}}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("until", "ceiling", "step"),
    [
        ("09:01", "1.67", "300.00"),
        ("11:00", "200.00", "300.00"),
        ("12:00", "300.00", "300.00"),
        ("13:00", "300.00", "300.00"),
        ("13:01", "301.67", "550.00"),
        ("14:00", "400.00", "550.00"),
        ("16:00", "550.00", "550.00"),
        ("17:00", "550.00", "550.00"),
        ("18:00", "650.00", "650.00"),
    ],
)
def test_half_days_and_days_as_ceiling_and_as_step(until: str, ceiling: str, step: str) -> None:
    """B4.3: 100 an hour, 300 up to four hours, 550 up to eight, beyond them by the hour."""
    card = {**DAYS, "hours": {"tue": [["06:00", "20:00"]]}}
    for mode, total in (("ceiling", ceiling), ("step", step)):
        found = sheet(stay("09:00", until, TUE), card={**card, "day_price": {"mode": mode}})
        assert found["net"] == total
        assert {line["rule"] for line in found["lines"]} <= {"LAB", "LAB-DAY"}


def test_a_class_with_one_of_the_two_prices() -> None:
    """B4.3: without a day price the rest is by the hour; without a half-day price a step is a day."""
    half = {**DAYS, "classes": {"tech": {"standard": "100", "half_day": {"standard": "300"}}}}
    day = {**DAYS, "classes": {"tech": {"standard": "100", "day": {"standard": "550"}}}}
    step = {"day_price": {"mode": "step"}}
    assert sheet(stay("08:00", "13:00", TUE), card=half | step)["net"] == "400.00"
    assert sheet(stay("08:00", "13:00", TUE), card=half)["net"] == "400.00"
    assert sheet(stay("08:00", "09:00", TUE), card=day | step)["net"] == "550.00"
    assert sheet(stay("08:00", "13:00", TUE), card=day)["net"] == "500.00"


def test_premium_minutes_are_beside_a_day_price() -> None:
    """B4.3: seven hours cost the day's 550, one after hours 150; in an emergency, and in overtime, the hours count."""
    step = {**DAYS, "day_price": {"mode": "step"}, "premium_grace_min": 0}
    found = sheet(stay("10:00", "18:00", TUE), card=step)
    assert lines(found) == [("LAB", "700.00"), ("LAB", "150.00"), ("LAB-DAY", "-150.00")]
    assert sheet(stay("10:00", "11:00", TUE), card=step, emergency=True)["net"] == "150.00"
    late = {**step, "overtime": {"after_min": 60}}
    assert lines(sheet(stay("10:00", "12:00", TUE), card=late)) == [
        ("LAB", "100.00"), ("LAB", "150.00"), ("LAB-DAY", "200.00")
    ]  # fmt: skip


def test_an_overrun_that_is_forgiven_does_not_begin_another_half_day() -> None:
    """B4.3: four hours to closing are 300, a quarter past it 25 more by the hour, one minute more 16 at 1.5."""
    step = {**DAYS, "day_price": {"mode": "step"}}
    assert sheet(stay("13:00", "17:15", TUE), card=step)["net"] == "325.00"
    assert sheet(stay("13:00", "17:16", TUE), card=step)["net"] == "340.00"
    # within the half day it is part of it
    assert sheet(stay("14:00", "17:15", TUE), card=step)["net"] == "300.00"


def test_each_technician_and_each_day_has_a_day_price() -> None:
    """B4.3: ann two days, five hours and three, ben half the price of a half day; 550 + 300 + 150."""
    card = {**DAYS, "day_price": {"mode": "step"}, "extra_technician_pct": "50"}
    more = [{"check_in": f"{WED}T09:00:00-05:00", "check_out": f"{WED}T12:00:00-05:00"}]
    found = sheet(
        stay("09:00", "14:00", TUE, later_days=more), {**stay("09:00", "10:00", TUE), "technician": "ben"}, card=card
    )
    assert lines(found) == [("LAB", "800.00"), ("LAB-DAY", "50.00"), ("LAB", "50.00"), ("LAB-DAY", "100.00")]


def test_a_day_price_and_an_agreement() -> None:
    """B4.3: its own price, its discount; covered minutes are none of the day's, and prepaid hours have no day price."""
    card = {**DAYS, "day_price": {"mode": "step"}}
    found = sheet(stay("09:00", "10:00", TUE), card=card, agreement={"labour_discount_pct": "10"})
    assert lines(found) == [("LAB", "100.00"), ("LAB-DAY", "180.00"), ("DISC-LAB", "-28.00")]
    assert lines(sheet(stay("09:00", "10:00", TUE), card=card, agreement={"kind": "fixed_price"})) == [
        ("LAB-COV", "0.00")
    ]
    prepaid = {"kind": "block_hours", "blocks": [{"id": "b", "remaining_min": 30}]}
    assert lines(sheet(stay("09:00", "10:00", TUE), card=card, agreement=prepaid)) == [
        ("LAB-POOL", "0.00"), ("LAB", "50.00")
    ]  # fmt: skip
    assert lines(sheet(stay("09:00", "10:00", TUE), card=card, way="remote")) == [("LAB", "100.00")]


def test_the_minimum_is_compared_with_what_the_day_price_makes_of_the_stay() -> None:
    """B4.3, B5.2: a started half day of 300 is more than an hour; four hours at 100 are more than the half day."""
    hour = {**DAYS, "day_price": {"mode": "step"}, "minimum": {"minutes": 60}}
    assert lines(sheet(stay("09:00", "09:30", TUE), card=hour)) == [("LAB", "50.00"), ("LAB-DAY", "250.00")]
    four = {**hour, "minimum": {"minutes": 240}}
    assert lines(sheet(stay("09:00", "09:30", TUE), card=four)) == [
        ("LAB", "50.00"), ("LAB-DAY", "250.00"), ("MIN-TIME", "100.00")
    ]  # fmt: skip
    assert sheet(stay("09:00", "12:30", TUE), card=four)["net"] == "400.00"


def test_a_half_day_is_its_price_to_the_cent() -> None:
    """B4.3: 35 min at 100/h are 58.33, the rest is 241.67."""
    found = sheet(stay("09:00", "09:35", TUE), card={**DAYS, "day_price": {"mode": "step"}})
    assert lines(found) == [("LAB", "58.33"), ("LAB-DAY", "241.67")]
    assert found["lines"][1]["why"] == (
        "each that is begun, 300 for up to 240 min and 550 for up to 480 min: 2026-11-24 35 min 300; "
        "instead of 58.33 by the hour"
    )


def test_a_fraction_is_exact_and_said_as_it_is() -> None:
    """B14, B16: 44.00 an hour, 65.00 in the evening, written as a multiplier."""
    card = {**EXACT, "classes": {"tech": {"standard": "44"}}, "multipliers": {"after_hours": "65/44"}}
    (line,) = sheet(stay("18:00", "20:00", TUE), card=card)["lines"]
    assert (line["amount"], line["multiplier"]) == ("130.00", "1.4773")
    assert "44/h x 65/44 (after hours)" in line["why"]
    assert validate_card({**CARD, **card}) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"bands": [{**EVENING, "price": "3"}]}, "bands[0]: either multiplier or price is expected"),
        ({"bands": [{**EVENING, "agreement": "3"}]}, "bands[0].agreement: a price for agreements stands beside a price"),
        ({"bands": [{**EVENING, "name": "weekend"}]}, "bands[0].name: weekend is a band already"),
        ({"bands": [EVENING, EVENING]}, "bands[1].name: 'evening' stands twice"),
        ({"bands": [{**EVENING, "name": "a, b"}]}, "bands[0].name: 'a, b' has a comma or a bracket, which separate prices"),
        ({"bands": [{**EVENING, "like": "night"}]}, "bands[0].like: 'night' is not one of business, after_hours, weekend, holiday"),
        ({"bands": [{**EVENING, "from": "25:00"}]}, "bands[0].from: '25:00' is not a time of the day"),
        ({"bands": [{**EVENING, "days": ["sunday"]}]},
         "bands[0].days[0]: 'sunday' is not one of mon, tue, wed, thu, fri, sat, sun, holiday"),
        ({"bands": [{"name": "evening"}]}, "bands[0].like: is missing"),
        ({"classes": {"tech": {"standard": "1", "bands": {"dusk": {"standard": "2"}}}}},
         "classes.tech.bands.dusk: is not one of after_hours, weekend, holiday"),
        ({"classes": {"tech": {"standard": "1", "half_day": {"standard": "-2"}}}},
         "classes.tech.half_day.standard: '-2' is negative"),
        ({"day_price": {"half_min": 500}}, "day_price.day_min: 480 is less than half_min, 500"),
    ],
)  # fmt: skip
def test_what_of_the_prices_of_labour_is_refused(change: dict[str, Any], fault: str) -> None:
    """B14"""
    assert validate_card({**CARD, **change}) == [fault]


def test_a_card_without_these_figures_gives_the_sheet_that_it_gave() -> None:
    """B14: their defaults change nothing."""
    plain = {**CARD, **NO_TRAVEL}
    said = copy.deepcopy(plain) | {
        "bands": [], "overtime": {"after_min": None}, "day_price": {"mode": "step"},
    }  # fmt: skip
    part = stay("07:00", "19:00", TUE)
    assert sheet(part, card=said) == sheet(part, card=plain)
