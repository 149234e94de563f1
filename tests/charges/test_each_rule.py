"""Rules of the charge that the other tests reach only together with others, each alone and with its sum done by hand."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from dispatch.charges import charge_sheet
from dispatch.charges.card import DEFAULT_CARD
from tests.charges.test_rules import CARD, SITE, lines, sheet, stay

BEN = {"technician": "ben"}
NO_TRAVEL: dict[str, Any] = {"travel": {"components": []}}
FREE = {"minutes": dict.fromkeys(("business", "after_hours", "weekend", "holiday"), 0)}
EXACT: dict[str, Any] = {**NO_TRAVEL, "rounding": {"mode": "exact"}, "minimum": FREE}
START = "2026-11-24T09:00:00-05:00"


def travel(**rules: Any) -> dict[str, Any]:
    return {"travel": {"components": [{"kind": "distance", "rate": "1"}], **rules}}


def travelled(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(line["rule"], line["amount"]) for line in found["lines"] if line["category"] == "travel"]


def test_minutes_are_multiplied_first_and_divided_last() -> None:
    """B0.3: 10 min at 100 are 16.67, where hours rounded to 0.17 would be 17.00."""
    card = {**EXACT, "classes": {"tech": {"standard": "100"}}}
    assert lines(sheet(stay("09:00", "09:10"), card=card)) == [("LAB", "16.67")]


def test_unknown_is_not_zero() -> None:
    """B0.4, B1: a sheet that lacks an input has no lines and no totals."""
    found = charge_sheet(CARD, {}, {}, None, {"assignments": [stay("09:00", "10:00")]}).as_json()
    assert found == {
        "status": "blocked",
        "errors": ["UNKNOWN_DISTANCE"],
        "flags": [],
        "lines": [],
        "net": None,
        "tax": None,
        "total": None,
    }


GOODWILL = {"by": "lee", "role": "lead", "target": "labour", "mode": "percent", "value": "10", "reason": "sorry"}
MANUAL = {"by": "lee", "role": "lead", "amount": "25", "reason": "out of area"}


@pytest.mark.parametrize(
    ("code", "parts", "visit", "card"),
    [
        ("NO_TECHNICIAN", [], {}, {}),
        ("DUPLICATE_TECHNICIAN", [{}, {}], {}, {}),
        ("UNKNOWN_CLASS", [{"class": "wizard"}], {}, {}),
        ("UNKNOWN_ITEM", [{}], {"items": [{"code": "CAB"}]}, {}),
        ("MISSING_CHECK_IN", [{"check_in": None}], {}, {}),
        ("MISSING_CHECK_OUT", [{"check_out": None}], {}, {}),
        ("NEGATIVE_DURATION", [{"check_out": "2026-11-24T08:59:00-05:00"}], {}, {}),
        ("NEGATIVE_INPUT", [{}], {"items": [{"label": "cable", "amount": "-1"}]}, {}),
        ("MISSING_CANCELLATION_TIME", [{}], {"outcome": "cancelled", "scheduled_start": START}, {}),
        ("MISSING_ORIGINAL_VISIT", [{}], {"cause": "own_failure"}, {}),
        ("GOODWILL_NOT_AUTHORISED", [{}], {"goodwill": [{**GOODWILL, "role": "dispatcher"}]}, {}),
        ("GOODWILL_NO_REASON", [{}], {"goodwill": [{**GOODWILL, "reason": " ab "}]}, {}),
        ("MANUAL_TRAVEL_NOT_AUTHORISED", [{}], {"manual_travel": {**MANUAL, "role": "technician"}}, {}),
        ("OUT_OF_AREA", [{}], {}, travel(components=[{"kind": "zone", "by": "distance", "zones": [
            {"name": "A", "upto": "9.9", "amount": "20"}]}])),
    ],
)  # fmt: skip
def test_what_blocks_a_sheet(
    code: str, parts: list[dict[str, Any]], visit: dict[str, Any], card: dict[str, Any]
) -> None:
    """B1: each error by its own input, and nothing else is said."""
    found = sheet(*[stay("09:00", "10:00") | part for part in parts], card=card, **visit)
    assert (found["status"], found["errors"]) == ("blocked", [code])


def test_what_a_lead_must_accept() -> None:
    """B1: of the flags, no minutes, more than 16 hours and a guarantee that is over."""
    assert sheet(stay("09:00", "09:00"))["status"] == "review"
    assert sheet(stay("07:00", "23:00"))["status"] == "ready"
    assert sheet(stay("07:00", "23:01"))["status"] == "review"
    assert sheet(stay("09:00", "10:00"), agreement={"kind": "tm", "ends": "2026-11-23"})["status"] == "ready"


def test_the_day_is_that_of_the_first_arrival_in_the_zone_of_the_card() -> None:
    """B2.1, B2.2: at 23:30 in New York it is the next day in UTC; ben, who came after midnight, changes nothing."""
    ends = {"kind": "tm", "ends": "2026-11-24"}
    late = stay("23:30", "23:59")
    after = stay("00:30", "01:00", day="2026-11-25") | BEN
    assert sheet(after, late, agreement=ends)["flags"] == []
    assert sheet(after, agreement=ends)["flags"] == ["AGREEMENT_EXPIRED"]


@pytest.mark.parametrize(
    ("starts", "ends", "flags", "amount"),
    [
        ("2026-11-24", "2026-11-24", [], "100.00"),
        ("2026-11-25", None, ["AGREEMENT_NOT_STARTED"], "120.00"),
        (None, "2026-11-23", ["AGREEMENT_EXPIRED"], "120.00"),
    ],
)
def test_an_agreement_applies_from_its_first_to_its_last_day(
    starts: str | None, ends: str | None, flags: list[str], amount: str
) -> None:
    """B2.2"""
    terms = {"kind": "tm", "price_list": "agreement", "starts": starts, "ends": ends}
    found = sheet(stay("09:00", "10:00"), agreement=terms, card=NO_TRAVEL)
    assert (found["flags"], lines(found)) == (flags, [("LAB", amount)])


def test_who_came_first_is_first_and_names_decide_between_two() -> None:
    """B2.3, B2.4: the others cost half."""
    card = {**EXACT, "extra_technician_pct": 50}
    order = [
        [(line["tech"], line["amount"]) for line in sheet(*parts, card=card)["lines"]]
        for parts in (
            (stay("09:30", "10:30"), stay("09:00", "10:00") | BEN),
            (stay("09:00", "10:00") | BEN, stay("09:00", "10:00")),
        )
    ]
    assert order == [[("ben", "120.00"), ("ann", "60.00")], [("ann", "120.00"), ("ben", "60.00")]]


def test_a_class_without_an_agreement_price_is_at_the_standard_price() -> None:
    """B2.4"""
    terms = {"kind": "tm", "price_list": "agreement"}
    card = {**EXACT, "classes": {"tech": {"standard": "120", "agreement": None}}}
    assert lines(sheet(stay("09:00", "10:00"), agreement=terms, card=card)) == [("LAB", "120.00")]
    assert lines(sheet(stay("09:00", "10:00"), agreement={**terms, "price_list": "standard"}, card=EXACT)) == [
        ("LAB", "120.00")
    ]


def test_a_waived_band_counts_as_business_and_shows_what_it_was() -> None:
    """B2.5: without the waiver 30 min at 1.5 and the minimum of two hours."""
    terms = {"kind": "tm", "price_list": "standard", "waive_bands": ["after_hours"]}
    found = sheet(stay("18:00", "18:30"), agreement=terms, card=NO_TRAVEL)
    assert lines(found) == [("LAB", "60.00"), ("MIN-TIME", "60.00")]
    assert (found["lines"][0]["note"], found["lines"][0]["multiplier"]) == ("after_hours", "1")
    waived = {"kind": "tm", "price_list": "standard", "waive_emergency": True}
    assert lines(sheet(stay("09:00", "10:00"), agreement=waived, card=NO_TRAVEL, emergency=True)) == [("LAB", "120.00")]


@pytest.mark.parametrize(
    ("came", "left", "minutes"),
    [
        ("2026-03-08T01:30:00-05:00", "2026-03-08T04:15:00-04:00", "105"),
        ("2026-11-01T00:30:00-04:00", "2026-11-01T02:10:00-05:00", "160"),
    ],
)
def test_durations_are_elapsed_time_over_a_change_of_the_clocks(came: str, left: str, minutes: str) -> None:
    """B3.2"""
    found = sheet({"technician": "ann", "class": "tech", "check_in": came, "check_out": left}, card=EXACT)
    assert [(line["qty"], line["note"]) for line in found["lines"]] == [(minutes, "weekend")]


@pytest.mark.parametrize(
    ("day", "came", "left", "bands"),
    [
        ("2026-11-24", "07:59", "08:01", {"after_hours": "1", "business": "1"}),
        ("2026-11-28", "09:59", "10:01", {"weekend": "1", "business": "1"}),
        ("2026-11-28", "11:59", "12:20", {"business": "1", "weekend": "20"}),
        ("2026-11-26", "09:00", "09:01", {"holiday": "1"}),
    ],
)
def test_the_band_of_a_minute(day: str, came: str, left: str, bands: dict[str, str]) -> None:
    """B3.3: holidays before hours, hours before the weekend, and closing time is not open any more."""
    card = {**EXACT, "hours": {"sat": [["10:00", "12:00"]]}, "premium_grace_min": 0}
    found = sheet(stay(came, left, day=day), card=card)
    assert {line["note"]: line["qty"] for line in found["lines"]} == bands


def test_premiums_never_compound() -> None:
    """B3.5: an emergency of 1.5 on a weekend of 2 is 2, and in business hours 1.5."""
    for day, amount in (("2026-11-28", "240.00"), ("2026-11-24", "180.00")):
        assert lines(sheet(stay("09:00", "10:00", day=day), card=EXACT, emergency=True)) == [("LAB", amount)]
    without = {**EXACT, "emergency": {"multiplier": None}}
    assert lines(sheet(stay("09:00", "10:00"), card=without, emergency=True)) == [("LAB", "120.00")]


def test_a_line_for_each_kind_and_band_rounded_half_away_from_zero() -> None:
    """B4.2: 1 min at 0.30/h is 0.005, at 1.5 0.0075; the test time in between has no amount and its value."""
    card = {**EXACT, "classes": {"tech": {"standard": "0.30"}}, "premium_grace_min": 0, "testing": {"billable": False}}
    mark = {"kind": "test", "start": "2026-11-24T16:59:00-05:00", "end": "2026-11-24T17:00:00-05:00"}
    found = sheet(stay("16:58", "17:01", marks=[mark]), card=card)
    assert [(line["rule"], line["note"], line["amount"], line.get("value")) for line in found["lines"]] == [
        ("LAB", "business", "0.01", None),
        ("LAB-TEST", "business", "0.00", "0.01"),
        ("LAB", "after_hours", "0.01", None),
    ]


def test_whose_minimum_it_is() -> None:
    """B5.1: the agreement's before the class's before the card's; what an own table leaves out is 0."""
    own = {"classes": {"tech": {"standard": "120", "minimum_minutes": {"weekend": 90}}}}
    short = stay("09:00", "09:30")

    def topped_up(card: dict[str, Any], agreement: Any = None, **visit: Any) -> list[str]:
        found = sheet(short, card={**NO_TRAVEL, **card}, agreement=agreement, **visit)
        return [line["qty"] for line in found["lines"] if line["rule"] == "MIN-TIME"]

    assert topped_up({}) == ["30"]
    assert topped_up(own) == []
    assert topped_up(own, {"kind": "tm", "minimum_minutes": 45}) == ["15"]
    urgent = {"minimum": {"emergency_minutes": 90}, "emergency": {"multiplier": None}}
    assert topped_up(urgent, emergency=True) == ["60"]
    assert topped_up(urgent) == ["30"]


def test_whichever_is_higher_and_nobody_adds_minutes() -> None:
    """B5.2: 30 min of 60 at 1 leave 30 rate-minutes; 30 min after hours and 90 in them are 135 of 180."""
    assert lines(sheet(stay("09:00", "09:30"), card=NO_TRAVEL)) == [("LAB", "60.00"), ("MIN-TIME", "60.00")]
    mixed = sheet(stay("07:30", "09:00"), card=NO_TRAVEL)
    assert [line["qty"] for line in mixed["lines"]] == ["30", "60", "75"]


@pytest.mark.parametrize(("amount", "expected"), [("40", "-40.00"), ("90", "-60.00")])
def test_a_minimum_that_includes_travel_gives_at_most_itself_back(amount: str, expected: str) -> None:
    """B5.3"""
    card = {"minimum": {"includes_travel": True}, "travel": {"components": [{"kind": "callout", "amount": amount}]}}
    found = lines(sheet(stay("09:00", "09:30"), card=card))
    assert found == [("LAB", "60.00"), ("MIN-TIME", "60.00"), ("MIN-TRV", expected), ("TRV-CALL", f"{amount}.00")]


def test_only_the_first_technician_has_a_minimum_where_the_card_says_so() -> None:
    """B5.4"""
    for whose, tops in (("each", ["ann", "ben"]), ("first", ["ann"])):
        found = sheet(
            stay("09:00", "09:30"),
            stay("09:00", "09:30") | BEN,
            card={**NO_TRAVEL, "minimum": {"technicians": whose}},
        )
        assert [line["tech"] for line in found["lines"] if line["rule"] == "MIN-TIME"] == tops


def test_a_money_minimum_is_a_floor_after_the_discount_or_before_it() -> None:
    """B5.5, B11: an hour of 120 less a quarter is 90; the floor of 150 adds 60, or 30 of which a quarter goes again."""
    terms = {"kind": "tm", "price_list": "standard", "labour_discount_pct": "25"}
    floor = {"amount": "150", **FREE}
    after = sheet(stay("09:00", "10:00"), card={**NO_TRAVEL, "minimum": floor}, agreement=terms)
    assert lines(after) == [("LAB", "120.00"), ("DISC-LAB", "-30.00"), ("MIN-AMT", "60.00")]
    before = {**floor, "amount_after_discount": False}
    found = sheet(stay("09:00", "10:00"), card={**NO_TRAVEL, "minimum": before}, agreement=terms)
    assert lines(found) == [("LAB", "120.00"), ("MIN-AMT", "30.00"), ("DISC-LAB", "-37.50")]
    ours = {"cause": "own_failure", "original_visit_date": "2026-11-20"}
    assert ("MIN-AMT", "150.00") not in lines(
        sheet(stay("09:00", "10:00"), card={**NO_TRAVEL, "minimum": floor}, **ours)
    )


def test_each_component_of_travel_makes_its_line_in_their_order() -> None:
    """B6.1, B6.3: 20 mi less 2 × 5, 40 min less 10 at 60/h, and the zone of up to 10 with its boundary."""
    components = [
        {"kind": "vehicle", "amount": "7"},
        {"kind": "callout", "amount": "30"},
        {"kind": "time", "rate": "60", "included_min": 10},
        {"kind": "distance", "rate": "0.5"},
        {"kind": "zone", "by": "distance", "zones": [
            {"name": "A", "upto": "10", "amount": "20"}, {"name": "B", "upto": None, "amount": "90"}]},
    ]  # fmt: skip
    card = travel(components=components, included_radius="5")
    expected = [
        ("TRV-VEH", "7.00"),
        ("TRV-CALL", "30.00"),
        ("TRV-TIME", "30.00"),
        ("TRV-DIST", "5.00"),
        ("TRV-ZONE", "20.00"),
    ]
    assert travelled(sheet(stay("09:00", "10:00"), card=card)) == expected
    assert travelled(sheet(stay("09:00", "10:00"), card=card, outcome="no_access")) == expected


@pytest.mark.parametrize(
    ("basis", "last", "amount"),
    [
        ("one_way", True, "10.00"),
        ("depot_round_trip", True, "20.00"),
        ("legs", True, "7.00"),
        ("legs", False, "4.00"),
        ("trip_split", True, "15.00"),
    ],
)
def test_how_far_it_is_by_the_basis(basis: str, last: bool, amount: str) -> None:
    """B6.2: 30 driven for what would be 40 alone leave 15 of the 20 of this site."""
    trip = {
        "last_stop": last,
        "leg_in": {"distance": "4"},
        "leg_home": {"distance": "3"},
        "total": {"distance": "30"},
        "solo_sum": {"distance": "40"},
    }
    assert travelled(sheet(stay("09:00", "10:00"), card=travel(basis=basis), trip=trip)) == [("TRV-DIST", amount)]


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"waive_travel": "all"}, "waived_all"),
        ({"waive_travel": "in_radius"}, "waived_in_radius"),
        ({"kind": "fixed_price"}, "covered"),
        ({"kind": "fixed_price", "covers_travel": False}, None),
        ({}, None),
    ],
)
def test_travel_that_is_given_away_shows_its_value_and_why(terms: dict[str, Any], reason: str | None) -> None:
    """B6.4: the radius of 10 has its boundary inside."""
    card = travel(components=[{"kind": "callout", "amount": "30"}], included_radius="10")
    found = sheet(stay("09:00", "10:00"), card=card, agreement={"kind": "tm", **terms})["lines"][-1]
    expected = ("30.00", None, None) if reason is None else ("0.00", "30.00", reason)
    assert (found["amount"], found.get("value"), found.get("zero_reason")) == expected
    if reason == "waived_in_radius":
        further = {**SITE, "one_way_distance": "10.1"}
        visit = {"assignments": [stay("09:00", "10:00")]}
        sheet_there = charge_sheet(CARD | card, {}, further, {"kind": "tm", **terms}, visit).as_json()
        assert travelled(sheet_there) == [("TRV-CALL", "30.00")]


def test_travel_set_by_a_lead_replaces_components_waivers_and_cap() -> None:
    """B6.6"""
    terms = {"kind": "tm", "waive_travel": "all"}
    found = sheet(stay("09:00", "10:00"), card=travel(cap="10"), agreement=terms, manual_travel=MANUAL)
    assert travelled(found) == [("TRV-MAN", "25.00")]


def test_time_and_material_has_prices_and_benefits_and_no_pool() -> None:
    """B7.1"""
    blocks = [{"id": "b1", "remaining_min": 600}]
    found = sheet(
        stay("09:00", "10:00"),
        card=NO_TRAVEL,
        agreement={"kind": "tm", "price_list": "agreement", "labour_discount_pct": "10", "blocks": blocks},
    )
    assert lines(found) == [("LAB", "100.00"), ("DISC-LAB", "-10.00")]
    assert "drawn" not in found


def test_a_fixed_price_covers_its_bands_but_not_what_is_excluded_or_wasted() -> None:
    """B7.2"""
    terms = {"kind": "fixed_price", "price_list": "agreement"}
    mark = {"kind": "excluded", "start": "2026-11-24T09:30:00-05:00", "end": "2026-11-24T10:00:00-05:00"}
    found = sheet(stay("09:00", "10:00", marks=[mark]), card=EXACT, agreement=terms)
    assert lines(found) == [("LAB-COV", "0.00"), ("LAB", "50.00")]
    evening = sheet(stay("18:00", "19:00"), card=EXACT, agreement=terms)
    assert lines(evening) == [("LAB", "150.00")]
    wasted = sheet(stay("09:00", "10:00"), card=EXACT, agreement=terms, outcome="no_access")
    assert lines(wasted) == [("LAB", "100.00")]


def test_a_retainer_draws_whole_minutes_from_its_allowance() -> None:
    """B7.3: of 100 rate-minutes, 66 minutes at 1.5; the one that is left pays no whole minute."""
    terms = {"kind": "retainer", "price_list": "standard", "allowance_min": 100}
    found = sheet(stay("18:00", "20:00"), card=NO_TRAVEL, agreement=terms)
    assert [(line["rule"], line["qty"], line.get("pool")) for line in found["lines"]] == [
        ("LAB-POOL", "66", "allowance"),
        ("LAB", "54", None),
    ]
    assert (found["drawn"], found["flags"]) == ({"allowance": "99"}, ["POOL_EXHAUSTED"])


def test_blocks_are_drawn_by_expiry_then_purchase_and_only_while_they_are_good() -> None:
    """B7.4: the last day of a block counts; one without an end comes last."""
    blocks = [
        {"id": "never", "remaining_min": 10},
        {"id": "over", "remaining_min": 10, "expires_on": "2026-11-23"},
        {"id": "later", "remaining_min": 10, "purchased_on": "2026-11-25", "expires_on": "2026-12-31"},
        {"id": "b", "remaining_min": 10, "purchased_on": "2026-11-02", "expires_on": "2026-12-31"},
        {"id": "a", "remaining_min": 10, "purchased_on": "2026-11-03", "expires_on": "2026-12-31"},
        {"id": "today", "remaining_min": 10, "expires_on": "2026-11-24"},
    ]
    terms = {"kind": "block_hours", "price_list": "standard", "blocks": blocks}
    found = sheet(stay("09:00", "10:00"), card=NO_TRAVEL, agreement=terms)
    assert [line.get("pool") for line in found["lines"]] == ["today", "b", "a", "never", None]


@pytest.mark.parametrize(("travels", "paid", "net"), [(False, "-120.00", "34.20"), (True, "-150.00", "4.20")])
def test_prepaid_money_pays_labour_and_where_agreed_travel_but_no_items(travels: bool, paid: str, net: str) -> None:
    """B7.5"""
    terms = {
        "kind": "block_money",
        "price_list": "standard",
        "draws_travel": travels,
        "blocks": [{"id": "m", "remaining_amount": "500"}],
    }
    card = travel(components=[{"kind": "callout", "amount": "30"}])
    found = sheet(stay("09:00", "10:00"), card=card, agreement=terms, items=[{"label": "cable", "amount": "4.20"}])
    assert lines(found)[-1] == ("POOL-MONEY", paid)
    assert found["net"] == net


def test_fees_and_items_are_neither_discounted_nor_covered() -> None:
    """B8.1"""
    card = {**EXACT, "emergency": {"flat": "60", "multiplier": None}, "items": {"CAB": {"standard": "7"}}}
    items = [{"code": "CAB", "qty": "3"}, {"label": "parking", "amount": "4.20"}]
    free = {"kind": "fixed_price", "labour_discount_pct": "100"}
    found = sheet(stay("09:00", "10:00"), card=card, agreement=free, emergency=True, items=items)
    assert lines(found) == [("LAB-COV", "0.00"), ("EMG-FLAT", "60.00"), ("ITEM", "21.00"), ("ITEM", "4.20")]


def test_a_discount_is_of_the_sum_of_rounded_lines_and_of_travel_where_agreed() -> None:
    """B8.2"""
    card = {**travel(components=[{"kind": "callout", "amount": "30"}]), "minimum": FREE}
    terms = {"kind": "tm", "price_list": "standard", "labour_discount_pct": "10"}
    assert lines(sheet(stay("09:00", "10:00"), card=card, agreement=terms))[2:] == [("DISC-LAB", "-12.00")]
    both = {**terms, "labour_discount_pct": "100", "discount_travel": True}
    found = sheet(stay("09:00", "10:00"), card=card, agreement=both)
    assert lines(found)[2:] == [("DISC-LAB", "-120.00"), ("DISC-TRV", "-30.00")]
    assert found["net"] == "0.00"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("minimum_and_travel", [("LAB", "30.00"), ("MIN-TIME", "90.00"), ("TRV-CALL", "30.00")]),
        ("flat", [("FEE-NOACC", "45.00")]),
        ("none", []),
    ],
)
def test_a_visit_that_nobody_let_in(mode: str, expected: list[tuple[str, str]]) -> None:
    """B8.4"""
    card = {
        **travel(components=[{"kind": "callout", "amount": "30"}]),
        "no_access": {"mode": mode, "amount": "45"},
    }
    assert lines(sheet(stay("09:00", "09:15"), card=card, outcome="no_access")) == expected
    departed = sheet(
        {"technician": "ann", "class": "tech", "depart": "2026-11-24T08:30:00-05:00"},
        card=card,
        outcome="cancelled",
        departed=True,
        scheduled_start=START,
        cancelled_at="2026-11-24T08:40:00-05:00",
    )
    assert lines(departed)[-1:] == expected[-1:]


def test_tax_is_on_what_is_taxed_once_a_document_or_line_by_line() -> None:
    """B9: 10% of twice 0.05 is 0.01 once, and 0.01 for each line; an exempt client pays none and has it on the sheet."""
    card: dict[str, Any] = {**EXACT, "classes": {"tech": {"standard": "0.05"}}}
    crew = (stay("09:00", "10:00"), stay("09:00", "10:00") | BEN)
    by_line = {**card, "tax": {"rate_pct": "10", "rounding": "line"}}
    assert [sheet(*crew, card=one)["tax"] for one in (card, by_line)] == ["0.01", "0.02"]
    items = [{"label": "cable", "amount": "10"}, {"label": "stamps", "amount": "10", "taxable": False}]
    goods = {**card, "tax": {"rate_pct": "10", "services": False}}
    assert sheet(stay("09:00", "10:00"), card=goods, items=items)["tax"] == "1.00"
    exempt = charge_sheet(CARD, {"tax_exempt": True}, SITE, None, {"assignments": [stay("09:00", "10:00")]}).as_json()
    assert (exempt["tax"], exempt["flags"]) == ("0.00", ["TAX_EXEMPT"])


def test_driving_that_is_drawn_in_part_says_what_is_left_and_its_price() -> None:
    """B10: 40 minutes at half weigh 20 rate-minutes, 10 of them are left: 20 minutes at half of the overage price of 80."""
    terms = {"kind": "retainer", "allowance_min": 70, "draws_travel": True, "overage_rate": "80"}
    card = travel(components=[{"kind": "time", "pct_of_labour": "50"}])
    *_, drawn, left = sheet(stay("09:00", "10:00"), agreement=terms, card=card)["lines"]
    assert drawn["why"].endswith(
        "x 50/h, 50% of the labour price; 20 min of it are 10 min at the usual rate, drawn from allowance"
    )
    assert (left["amount"], left["why"].split("; ")[-1]) == ("13.33", "the 20 min that are left x 40/h")


def test_driving_in_a_band_of_no_price_is_drawn_as_its_work_is_and_exhausts_nothing() -> None:
    """B7: a minute that weighs nothing is drawn whole; seed 18888 of the price of labour."""
    terms = {
        "kind": "block_hours",
        "blocks": [{"id": "b", "remaining_min": 88}],
        "draws_travel": True,
        "overage_rate": "70",
    }
    free = {"name": "free", "like": "after_hours", "price": "0"}
    card = {"bands": [free], **travel(components=[{"kind": "time", "pct_of_labour": "50"}], time_premium=True)}
    found = sheet(stay("09:00", "10:00"), agreement=terms, card=card)
    assert [(line["rule"], line["zero_reason"]) for line in found["lines"]] == [
        ("LAB-POOL", "drawn"),
        ("TRV-TIME", "drawn"),
    ]
    assert found["flags"] == []


def test_a_line_names_the_list_that_its_price_is_from() -> None:
    """B10: an agreement without a price leaves the standard one, and a band's price is on no list of a group."""
    card = CARD | {
        **EXACT,
        "classes": {"tech": {"standard": "90"}},
        "price_lists": {"charity": {"classes": {"tech": "70"}}},
    }
    card["bands"] = [{"name": "noon", "from": "12:00", "to": "13:00", "like": "after_hours", "price": "95"}]
    visit = {"outcome": "completed", "assignments": [stay("11:00", "13:00")]}
    texts = [
        [line["why"].split("; ")[0] for line in charge_sheet(card, client, SITE, terms, visit).as_json()["lines"]]
        for client, terms in (({}, {"kind": "tm"}), ({"price_group": "charity"}, None))
    ]
    assert texts == [
        ["60 min x 90/h x 1 (business), standard price", "60 min x 95/h x 1 (noon, instead of 90/h), standard price"],
        ["60 min x 70/h x 1 (business), charity price", "60 min x 95/h x 1 (noon, instead of 70/h), standard price"],
    ]


def test_overtime_says_when_it_begins_and_what_came_before() -> None:
    """B10"""
    card = {**EXACT, "overtime": {"after_min": 120}}
    before = {"ann": {"worked_min": {"2026-11-24": 90}}}
    why = [line["why"].split(";")[0] for line in sheet(stay("09:00", "10:00"), card=card, prior_today=before)["lines"]]
    assert why[1] == "30 min x 120/h x 1.5 (business, overtime past 120 min of a day, 90 min earlier), standard price"


def test_a_client_can_redo_the_sum_of_each_line() -> None:
    """B10"""
    found = sheet(stay("08:50", "17:10"), scheduled_start=START, goodwill=[GOODWILL])
    labour, way, given = [line["why"] for line in found["lines"]]
    assert labour == (
        "495 min x 120/h x 1 (business), standard price; on the clock 09:00–17:10 (10 min before the appointment not "
        "counted); 490 min counted, 495 min after rounding (up to 15 min); 10 min past closing kept at the business rate"
    )
    assert way == "20 mi travelled (site record, depot and back), 10 included, 1 vehicle: 10 mi x 1"
    assert given == "10% by lee: sorry"


@pytest.mark.parametrize(
    ("check_in", "check_out", "said"),
    [
        (
            "2026-11-01T00:30:00-04:00",
            "2026-11-01T03:30:00-05:00",
            "on the clock 00:30–03:30 (4h: clocks went back 1h); 240 min",
        ),
        (
            "2026-03-08T00:30:00-05:00",
            "2026-03-08T03:30:00-04:00",
            "on the clock 00:30–03:30 (2h: clocks went forward 1h); 120",
        ),
    ],
)
def test_the_minutes_of_a_night_on_which_clocks_change_can_be_redone(check_in: str, check_out: str, said: str) -> None:
    """B10, B3.2"""
    found = sheet({"technician": "ana", "class": "tech", "check_in": check_in, "check_out": check_out}, card=EXACT)
    assert said in found["lines"][0]["why"]


def test_discount_then_goodwill_then_prepaid_money_then_tax() -> None:
    """B11: 120 less 10% is 108, half of it is given, what is left is paid; nothing is left to tax."""
    terms = {
        "kind": "block_money",
        "price_list": "standard",
        "labour_discount_pct": "10",
        "blocks": [{"id": "m", "remaining_amount": "500"}],
    }
    half = {**GOODWILL, "value": "50"}
    found = sheet(stay("09:00", "10:00"), card=NO_TRAVEL, agreement={**terms, "tax_on": "sale"}, goodwill=[half])
    assert lines(found) == [
        ("LAB", "120.00"), ("DISC-LAB", "-12.00"), ("GOODWILL", "-54.00"), ("POOL-MONEY", "-54.00"),
    ]  # fmt: skip
    assert (found["net"], found["tax"]) == ("0.00", "0.00")


def test_defaults_of_a_card() -> None:
    """B14, B16: what is left out is as the page says, key by key; a list replaces."""
    card = DEFAULT_CARD
    assert card["multipliers"] == {"business": 1, "after_hours": "1.5", "weekend": 2, "holiday": 2}
    minimum = {"business": 60, "after_hours": 120, "weekend": 120, "holiday": 120}
    assert card["minimum"]["minutes"] == minimum
    assert (card["premium_grace_min"], card["guarantee_days"], card["extra_technician_pct"]) == (15, 30, 100)
    assert (card["minor_units"], card["distance_unit"], card["weekend_days"]) == (2, "mi", ["sat", "sun"])
    assert (card["rounding"]["increment_min"], card["rounding"]["mode"], card["rounding"]["grace_min"]) == (15, "up", 0)
    assert (card["cancellation"]["notice_hours"], card["no_access"]["mode"]) == (24, "minimum_and_travel")
    assert (card["travel"]["basis"], card["time_basis"], card["clip_early"]) == ("depot_round_trip", "on_site", True)
    # Saturday alone is given: Tuesday keeps its hours, and the after-hours minimum its two hours
    evening = {"hours": {"sat": [["09:00", "12:00"]]}, "minimum": {"minutes": {"business": 0}}, **NO_TRAVEL}
    assert lines(sheet(stay("09:00", "10:00"), card=evening)) == [("LAB", "120.00")]
    assert lines(sheet(stay("18:00", "18:30"), card=evening)) == [("LAB", "90.00"), ("MIN-TIME", "270.00")]


KEYS = {
    "LAB": {"tech", "note", "qty", "unit", "unit_price", "multiplier"},
    "LAB-POOL": {"tech", "note", "qty", "unit", "unit_price", "multiplier", "zero_reason", "value", "pool"},
    "MIN-TIME": {"tech", "note", "qty", "unit", "unit_price"},
    "MIN-TRV": {"tech"},
    "MIN-AMT": set(),
    "TRV-CALL": {"qty", "unit", "unit_price"},
    "TRV-CAP": set(),
    "EMG-FLAT": set(),
    "ITEM": {"note"},
    "DISC-LAB": set(),
    "GOODWILL": set(),
}


def test_a_line_has_the_keys_of_its_row() -> None:
    """B16: and nothing else, all of them as text."""
    card = {
        **travel(components=[{"kind": "callout", "amount": "30"}], cap="20"),
        "minimum": {"includes_travel": True, "amount": "500"},
        "emergency": {"flat": "60"},
    }
    terms = {
        "kind": "block_hours",
        "labour_discount_pct": "10",
        "blocks": [{"id": "b", "remaining_min": 15}],
    }
    found = sheet(
        stay("09:00", "09:20"), card=card, agreement=terms, emergency=True, goodwill=[GOODWILL],
        items=[{"label": "cable", "amount": "1"}],
    )["lines"]  # fmt: skip
    assert {line["rule"] for line in found} == set(KEYS)
    for line in found:
        assert set(line) == KEYS[line["rule"]] | {"rule", "category", "amount", "why"}
        assert all(isinstance(value, str) for value in line.values())


def test_the_same_input_gives_the_same_sheet_and_stays_as_it_was() -> None:
    """B0.1, B0.2: the recorded times among it, of which seconds are cut for the sum only."""
    part = stay("09:00", "10:00") | {"check_in": "2026-11-24T09:00:59-05:00"}
    visit = {"assignments": [part], "scheduled_start": "2026-11-24T09:10:00-05:00"}
    given = copy.deepcopy((CARD, SITE, visit))
    first = charge_sheet(CARD, {}, SITE, None, visit).as_json()
    assert charge_sheet(CARD, {}, SITE, None, visit).as_json() == first
    assert (CARD, SITE, visit) == given


@pytest.mark.parametrize(
    ("card", "agreement", "expected"),
    [
        ({}, None, [("LAB", "90.00"), ("MIN-TIME", "270.00"), ("TRV-DIST", "10.00")]),
        ({"travel": {"included_radius": "10"}}, None, [("LAB", "90.00"), ("MIN-TIME", "270.00")]),
        ({"travel": {"components": [{"kind": "time", "rate": "60"}]}}, None,
         [("LAB", "90.00"), ("MIN-TIME", "270.00"), ("TRV-TIME", "40.00")]),
        ({"travel": {"components": [{"kind": "vehicle", "amount": "8"}]}}, None,
         [("LAB", "90.00"), ("MIN-TIME", "270.00"), ("TRV-VEH", "8.00")]),
        ({"travel": {"components": [{"kind": "callout", "amount": "30"}]}}, None,
         [("LAB", "90.00"), ("MIN-TIME", "270.00"), ("TRV-CALL", "30.00")]),
        ({"minimum": {"minutes": {"after_hours": 240}}}, None,
         [("LAB", "90.00"), ("MIN-TIME", "630.00"), ("TRV-DIST", "10.00")]),
        ({}, {"kind": "tm", "labour_discount_pct": "10"},
         [("LAB", "75.00"), ("MIN-TIME", "225.00"), ("TRV-DIST", "10.00"), ("DISC-LAB", "-30.00")]),
        ({}, {"kind": "tm", "waive_bands": ["after_hours"]},
         [("LAB", "50.00"), ("MIN-TIME", "50.00"), ("TRV-DIST", "10.00")]),
        ({}, {"kind": "tm", "waive_travel": "all"}, [("LAB", "75.00"), ("MIN-TIME", "225.00"), ("TRV-DIST", "0.00")]),
    ],
)  # fmt: skip
def test_each_option_of_the_founders_has_its_setting(
    card: dict[str, Any], agreement: Any, expected: list[tuple[str, str]]
) -> None:
    """B15: half an hour after hours, alone and with one of them."""
    found = sheet(stay("18:00", "18:30"), card={**card, "travel": {**CARD["travel"], **card.get("travel", {})}},
                  agreement=agreement and {"price_list": "agreement", **agreement})  # fmt: skip
    assert lines(found) == expected


AWAY: dict[str, Any] = {
    "minimum": {"minutes": 60, "per": "day", "amount": "300", "emergency_minutes": 120},
    "travel": {"components": [{"kind": "callout", "amount": "45"}, {"kind": "distance", "rate": "1"}]},
    "rounding": {"increment_min": 30},
    "time_basis": "door_to_door",
}


def away(came: str, left: str, way: str = "remote", visit: dict[str, Any] | None = None, **remote: Any) -> Any:
    card = {**CARD, **AWAY, "remote": remote}
    done = {"assignments": [stay(came, left)], "way": way, **(visit or {})}
    return charge_sheet(card, {}, {}, None, done).as_json()


@pytest.mark.parametrize("way", ["remote", "phone"])
def test_remote_work_has_no_travel_and_no_minimum_of_a_visit(way: str) -> None:
    """B18.1, B18.2: the window is start to end, and nothing is asked about a drive that nobody made."""
    manual = {"manual_travel": MANUAL, "scheduled_start": "2026-11-24T09:10:00-05:00"}
    found = away("09:00", "09:20", way, manual)
    assert (found["flags"], lines(found)) == ([], [("LAB", "60.00")])
    assert [line["qty"] for line in found["lines"]] == ["30"]


def test_remote_work_has_a_minimum_of_its_own() -> None:
    """B18.2: by the band of its start, whichever is higher, in an emergency too."""
    by_band = {"business": 45, "after_hours": 60}
    assert lines(away("09:00", "09:20", minimum_minutes=by_band)) == [("LAB", "60.00"), ("MIN-TIME", "30.00")]
    assert lines(away("18:00", "18:20", minimum_minutes=by_band)) == [("LAB", "90.00"), ("MIN-TIME", "90.00")]
    pressing = away("09:00", "09:20", visit={"emergency": True}, minimum_minutes=by_band)
    assert lines(pressing) == [("LAB", "90.00"), ("MIN-TIME", "45.00")]


def test_remote_work_does_not_share_the_minimum_of_a_day() -> None:
    """B18.2: what was paid for an earlier visit is neither added to nor given back."""
    earlier = {"prior_today": {"ann": {"presence_rmin": "10", "topup_rmin": "50", "topup_unit_price": "120"}}}
    assert lines(away("09:00", "09:30", visit=earlier)) == [("LAB", "60.00")]


def test_remote_work_is_rounded_in_units_of_its_own() -> None:
    """B18.3: where the card has none, in those of a visit."""
    assert lines(away("09:00", "09:07", increment_min=6)) == [("LAB", "24.00")]
    assert lines(away("09:00", "09:07", increment_min=None)) == [("LAB", "60.00")]
