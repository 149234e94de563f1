"""Percentages, tiers of notice, and the other parts of published price lists, each alone and with its sum done by hand."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from dispatch.charges import charge_sheet, validate_card
from dispatch.charges.explain import sheet_lines, sheet_markdown
from dispatch.charges.fields import card_figures, read, written
from dispatch.charges.paths import value_at
from dispatch.desk.prices.drafts import CardDraft
from tests.charges.test_each_rule import EXACT, GOODWILL, START
from tests.charges.test_rules import CARD, lines, sheet, stay

HOUR = stay("09:00", "10:00")


def on_top(**percentage: Any) -> dict[str, Any]:
    return {**EXACT, "percentages": [{"name": "fuel", "pct": "5", "of": ["labour"], **percentage}]}


def sold(amount: str, **more: Any) -> dict[str, Any]:
    return {"label": "switch", "amount": amount, **more}


@pytest.mark.parametrize(
    ("percentage", "found"),
    [
        ({}, [("LAB", "120.00"), ("DISC-LAB", "-12.00"), ("PCT", "5.40")]),
        ({"after_discount": False}, [("LAB", "120.00"), ("PCT", "6.00"), ("DISC-LAB", "-12.00")]),
        ({"after_discount": False, "category": "labour"}, [("LAB", "120.00"), ("PCT", "6.00"), ("DISC-LAB", "-12.60")]),
        ({"cap": "4.999"}, [("LAB", "120.00"), ("DISC-LAB", "-12.00"), ("PCT", "4.99")]),
    ],
)
def test_a_percentage_before_or_after_the_discount(percentage: dict[str, Any], found: list[tuple[str, str]]) -> None:
    """B8.5: 10% off 120."""
    agreement = {"price_list": "standard", "labour_discount_pct": "10"}
    assert lines(sheet(HOUR, card=on_top(**percentage), agreement=agreement)) == found


def test_a_percentage_of_another() -> None:
    """B8.5: 10% of parts at 50, then 2% of labour 120 and of those 5; the categories are without percentages."""
    card = {
        **EXACT,
        "percentages": [
            {"name": "handling", "pct": "10", "of": ["item"], "category": "item"},
            {"name": "small", "pct": "2", "of": ["labour", "handling"]},
            {"name": "again", "pct": "100", "of": ["item"]},
        ],
    }
    found = sheet(HOUR, card=card, items=[sold("50")])
    assert lines(found)[2:] == [("PCT", "5.00"), ("PCT", "2.50"), ("PCT", "50.00")]


def test_what_costs_nothing_carries_no_percentage() -> None:
    """B8.5: neither what is covered nor our own slip, whatever it is worth."""
    covered = {"kind": "fixed_price", "price_list": "standard"}
    assert lines(sheet(HOUR, card=on_top(), agreement=covered)) == [("LAB-COV", "0.00")]
    slip = {"cause": "own_failure", "original_visit_date": "2026-11-20"}
    assert lines(sheet(HOUR, card=on_top(of=["labour", "travel", "fee"]), **slip)) == [("LAB-OWN", "0.00")]


def test_a_percentage_stands_on_the_money_minimum_and_under_goodwill() -> None:
    """B8.5: 5% of the floor of 200; the goodwill on labour does not lower it, and one on fees is cut to it."""
    card = on_top() | {"minimum": {"minutes": 0, "amount": "200"}}
    goodwill = [{**GOODWILL, "value": "50"}, {**GOODWILL, "target": "fee", "mode": "amount", "value": "99"}]
    assert lines(sheet(HOUR, card=card, goodwill=goodwill)) == [
        ("LAB", "120.00"), ("MIN-AMT", "80.00"), ("PCT", "10.00"), ("GOODWILL", "-100.00"), ("GOODWILL", "-10.00"),
    ]  # fmt: skip


def test_a_percentage_of_the_category_labour_counts_towards_the_money_minimum() -> None:
    """B8.5"""
    card = on_top(category="labour", after_discount=False) | {"minimum": {"minutes": 0, "amount": "200"}}
    assert lines(sheet(HOUR, card=card))[1:] == [("PCT", "6.00"), ("MIN-AMT", "74.00")]


def test_prepaid_money_pays_a_percentage_as_its_category_says() -> None:
    """B8.5: a fee is paid, an item is not."""
    money = {"kind": "block_money", "price_list": "standard", "blocks": [{"id": "a", "remaining_amount": "500"}]}
    assert lines(sheet(HOUR, card=on_top(), agreement=money))[-1] == ("POOL-MONEY", "-126.00")
    assert lines(sheet(HOUR, card=on_top(category="item"), agreement=money))[-1] == ("POOL-MONEY", "-120.00")


def test_a_percentage_is_taxed_as_services_are_or_by_its_own_flag_as_an_item() -> None:
    """B8.5: 10% tax on 120 and 6; on 120 alone."""
    tax = {"tax": {"name": "Tax", "rate_pct": "10"}}
    assert sheet(HOUR, card=on_top() | tax)["tax"] == "12.60"
    assert sheet(HOUR, card=on_top(category="item", taxable=False) | tax)["tax"] == "12.00"


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        (on_top(of=[]), "percentages[0].of: at least one is expected"),
        (on_top(name="labour"), "percentages[0].name: 'labour' stands for something else already"),
        (on_top(of=["fuel"]), "percentages[0].of: 'fuel' is not one of labour, travel, fee, item, nor a percentage before it"),
        (on_top(taxable=False), "percentages[0].taxable: only one of the category item can be untaxed; others are taxed as "
         "services are"),
        ({"cancellation": {"tiers": [{"notice_hours": "24"}]}}, "cancellation.tiers: each tier has hours of its own"),
        ({"percentages": [{"name": "x", "pct": "5", "of": ["item"]},
                          {"name": "y", "pct": "5", "of": ["x"], "after_discount": False}]},
         "percentages[1].of: 'x' is not one of labour, travel, fee, item, nor a percentage before it"),
    ],
)  # fmt: skip
def test_percentages_and_tiers_that_do_not_fit_are_refused(card: dict[str, Any], fault: str) -> None:
    assert validate_card(CARD | card) == [fault]


@pytest.mark.parametrize(
    ("cancelled", "found"),
    [
        ("2026-11-23T09:00:00-05:00", []),
        ("2026-11-23T09:01:00-05:00", [("FEE-CANC", "60.00")]),
        ("2026-11-24T05:00:00-05:00", [("FEE-CANC", "60.00")]),
        ("2026-11-24T05:01:00-05:00", [("FEE-CANC", "120.00")]),
        ("2026-11-24T08:01:00-05:00", [("FEE-CANC", "150.00")]),
        ("2026-11-24T09:30:00-05:00", [("FEE-CANC", "150.00")]),
    ],
)
def test_a_cancellation_costs_more_the_later_it_comes(cancelled: str, found: list[tuple[str, str]]) -> None:
    """B8.4: half of the hour within 24 hours, all of it within 4, and 150 within one."""
    tiers = [{"notice_hours": "1", "mode": "flat", "value": "150"}, {"notice_hours": "4", "value": "100"}]
    card = {"minimum": {"minutes": 60}, "cancellation": {"tiers": tiers}}
    asked = {"outcome": "cancelled", "scheduled_start": START, "cancelled_at": cancelled}
    planned = HOUR | {"check_in": None, "check_out": None}
    assert lines(sheet(planned, card=card, **asked)) == found


NOTICE = {
    **EXACT,
    "short_notice": [
        {"name": "same day", "within_hours": "24", "value": "40"},
        {"name": "express", "within_hours": "4", "mode": "percent_of_labour", "value": "50"},
    ],
}


@pytest.mark.parametrize(
    ("asked", "more", "found"),
    [
        ("2026-11-23T09:00:00-05:00", {}, []),
        ("2026-11-23T09:01:00-05:00", {}, [("FEE-SHORT", "40.00")]),
        ("2026-11-24T06:00:00-05:00", {}, [("FEE-SHORT", "60.00")]),
        ("2026-11-24T06:00:00-05:00", {"emergency": True}, []),
        (None, {}, []),
        ("2026-11-24T06:00:00-05:00", {"cause": "own_failure", "original_visit_date": "2026-11-20"}, []),
        ("2026-11-24T06:00:00-05:00", {"way": "remote"}, []),
        ("2026-11-24T06:00:00-05:00", {"agreement": {"price_list": "standard", "waive_emergency": True}}, []),
    ],
)
def test_what_is_asked_for_shortly_before_costs_a_fee(
    asked: str | None, more: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    """B8.6"""
    one = sheet(HOUR, card=NOTICE, scheduled_start=START, requested_at=asked, **more)
    assert [line for line in lines(one) if line[0] not in ("LAB", "LAB-OWN")] == found


def test_percentages_and_tiers_are_typed_as_they_are_written() -> None:
    card = CARD | NOTICE | on_top(cap="20") | {"cancellation": {"tiers": [{"notice_hours": "4", "value": "100"}]}}
    for figure in card_figures(card):
        if figure.path.startswith(("percentages", "short_notice", "cancellation.tiers")):
            text = written(figure, value_at(card, figure.path))
            assert not text or written(figure, read(figure, text)) == text, figure.path
    tiers = next(figure for figure in card_figures(card) if figure.path == "cancellation.tiers")
    assert written(tiers, read(tiers, "4 100%, 48 25.00, 72 none")) == "4 100%, 48 25.00, 72 none"
    with pytest.raises(ValueError, match="hours of notice"):
        read(tiers, "4")


def road(site: dict[str, Any], *parts: dict[str, Any], agreement: Any = None, visit: Any = None, **rules: Any) -> Any:
    card = {**CARD, **EXACT, "travel": rules}
    given = {"assignments": list(parts or (HOUR,)), **(visit or {})}
    return charge_sheet(card, {}, site, agreement, given).as_json()


def travelled(found: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    assert found["status"] == "ready", found
    return [(line["rule"], line.get("qty"), line["amount"]) for line in found["lines"] if line["category"] == "travel"]


FAR = [{"kind": "distance", "rate": "1"}]
TWO_DAYS = {**HOUR, "later_days": [{"check_in": "2026-11-25T09:00:00-05:00", "check_out": "2026-11-25T10:00:00-05:00"}]}


@pytest.mark.parametrize(
    ("site", "rules", "more", "found"),
    [
        ({"travel_price": "45"}, {"components": FAR}, {}, [("TRV-FIX", "1", "45.00")]),
        ({"town": " dublin"}, {"components": FAR, "towns": {"Dublin": "25"}}, {}, [("TRV-FIX", "1", "25.00")]),
        ({"town": "Dublin", "travel_price": "0"}, {"towns": {"Dublin": "25"}}, {}, []),
        ({"town": "Dublin"}, {"towns": {"Dublin": "25"}, "cap": "20"}, {}, [("TRV-FIX", "1", "25.00"), ("TRV-CAP", None, "-5.00")]),
        ({"town": "Delaware", "one_way_distance": "9"}, {"components": FAR, "towns": {"Dublin": "25"}}, {},
         [("TRV-DIST", "18", "18.00")]),
        ({"travel_price": "45"}, {}, {"parts": [HOUR | {"vehicle": "a"}, HOUR | {"technician": "ben", "vehicle": "b"}]},
         [("TRV-FIX", "1", "45.00")]),
        ({"travel_price": "45"}, {}, {"parts": [TWO_DAYS]}, [("TRV-FIX", "2", "90.00")]),
        ({"travel_price": "45"}, {}, {"agreement": {"price_list": "standard", "waive_travel": "all"}}, [("TRV-FIX", "1", "0.00")]),
        ({"travel_price": "45"}, {}, {"visit": {"manual_travel": {"by": "lee", "role": "lead", "amount": "5", "reason": "agreed"}}},
         [("TRV-MAN", None, "5.00")]),
        ({"travel_price": "45"}, {}, {"visit": {"way": "remote"}}, []),
    ],
)  # fmt: skip
def test_a_fixed_sum_for_a_site_or_a_town_stands_in_place_of_the_drive(
    site: dict[str, Any], rules: dict[str, Any], more: dict[str, Any], found: list[tuple[str, str | None, str]]
) -> None:
    """B6.7: its own price before the town's; nothing needs to be known of the drive."""
    assert travelled(road(site, *more.pop("parts", ()), **more, **rules)) == found


def zones(beyond: str, by: str = "distance", distance: bool = True) -> list[dict[str, Any]]:
    rings = [{"name": "A", "upto": "10", "amount": "20"}, {"name": "B", "upto": "25", "amount": "40"}]
    further = [{"kind": "distance", "rate": "0.80", "included": "last_zone"}] if distance else []
    return [{"kind": "zone", "by": by, "zones": rings, "beyond": beyond}, *further]


@pytest.mark.parametrize(
    ("miles", "beyond", "found"),
    [
        ("25", "last", [("TRV-ZONE", "1", "40.00")]),
        ("30.5", "last", [("TRV-ZONE", "1", "40.00"), ("TRV-DIST", "11", "8.80")]),
        ("30.5", "none", [("TRV-DIST", "11", "8.80")]),
    ],
)
def test_distance_counts_only_beyond_the_last_zone(
    miles: str, beyond: str, found: list[tuple[str, str | None, str]]
) -> None:
    """B6.8: 2 x 5.5 miles beyond 25 at 0.80."""
    site = {"one_way_distance": miles, "one_way_minutes": 40}
    assert travelled(road(site, components=zones(beyond), included_radius="3")) == found


def test_a_site_within_the_zones_pays_no_distance_however_it_was_driven_to() -> None:
    """B6.8"""
    trip = {"leg_in": {"distance": "80", "minutes": 90}, "last_stop": False}
    site = {"one_way_distance": "24", "one_way_minutes": 40}
    found = road(site, components=zones("last"), basis="legs", visit={"trip": trip})
    assert travelled(found) == [("TRV-ZONE", "1", "40.00")]


def test_beyond_the_last_zone_is_on_request_unless_the_card_says_otherwise() -> None:
    """B6.8; and what cannot be said is refused when a card is saved."""
    assert road({"one_way_distance": "26"}, components=zones("refuse"))["errors"] == ["OUT_OF_AREA"]
    fault = "travel.components[1].included: there are no zones by distance that end somewhere"
    assert validate_card(CARD | {"travel": {"components": zones("last", by="time")}}) == [fault]
    assert validate_card(CARD | {"travel": {"towns": {"Dublin": "1", "dublin ": "2"}}}) == [
        "travel.towns: a town stands twice"
    ]


@pytest.mark.parametrize(
    ("prior", "found"),
    [
        ({}, [("TRV-TIME", "120", "120.00")]),
        ({"ann": {"travel_min": "90"}}, [("TRV-TIME", "30", "30.00")]),
        ({"ann": {"travel_min": "120"}}, []),
        ({"ben": {"travel_min": "120"}}, [("TRV-TIME", "120", "120.00")]),
    ],
)
def test_driving_time_is_capped_by_the_technicians_day(prior: Any, found: list[tuple[str, str | None, str]]) -> None:
    """B6.9: 160 minutes there and back, of which 120 a day are charged to the client."""
    site, rules = {"one_way_minutes": 80}, {"components": [{"kind": "time", "rate": "60"}], "time_cap_min": 120}
    assert travelled(road(site, visit={"prior_today": prior}, **rules)) == found


def test_each_day_and_all_components_share_the_cap() -> None:
    """B6.9: two days of 120; what a first component used up, or a free one does not, is not there for the next."""
    site = {"one_way_minutes": 80}
    time = {"kind": "time", "rate": "60"}
    assert travelled(road(site, TWO_DAYS, components=[time], time_cap_min=120)) == [("TRV-TIME", "240", "240.00")]
    two = [{"kind": "time", "rate": "0"}, time, {"kind": "time", "rate": "30", "included_min": 140}]
    assert travelled(road(site, components=two, time_cap_min=170)) == [
        ("TRV-TIME", "160", "160.00"), ("TRV-TIME", "10", "5.00"),
    ]  # fmt: skip


GROUPS: dict[str, Any] = {
    **EXACT,
    "items": {"CAB": {"standard": "10", "agreement": "8"}, "HUB": {"standard": "30"}},
    "price_lists": {"nonprofit": {"classes": {"tech": "90"}, "items": {"CAB": "9", "HUB": "0"}}},
}
SOLD = [{"code": "CAB", "qty": "2"}, {"code": "HUB"}]


@pytest.mark.parametrize(
    ("group", "agreement", "amounts"),
    [
        (None, None, ["120.00", "20.00", "30.00"]),
        ("Nonprofit ", None, ["90.00", "18.00", "0.00"]),
        ("gone", None, ["120.00", "20.00", "30.00"]),
        ("nonprofit", {"price_list": "standard"}, ["90.00", "18.00", "0.00"]),
        ("nonprofit", {"price_list": "agreement"}, ["100.00", "16.00", "0.00"]),
    ],
)
def test_the_price_list_of_a_group_stands_in_place_of_the_standard_one(
    group: str | None, agreement: Any, amounts: list[str]
) -> None:
    """B2.7: an agreement price is more particular than it; a price of 0 is one."""
    given = {"assignments": [HOUR], "items": SOLD}
    found = charge_sheet({**CARD, **GROUPS}, {"price_group": group}, {}, agreement, given).as_json()
    assert [line["amount"] for line in found["lines"]] == amounts
    named = "nonprofit price" if amounts[0] == "90.00" else "agreement price" if agreement else "standard price"
    assert named in found["lines"][0]["why"]


def test_a_price_list_names_what_is_on_the_card() -> None:
    """B2.7"""
    wrong = {"price_lists": {"Standard": {}, "kin": {"classes": {"wizard": "1"}, "items": {"x": "1"}}}}
    assert validate_card({**CARD, **wrong}) == [
        "price_lists: each has a name of its own, other than standard and agreement",
        "price_lists.kin.classes.wizard: is not on the card",
        "price_lists.kin.items.x: is not on the card",
    ]


def with_tax(included: str = "private", client: Any = None, agreement: Any = None, **visit: Any) -> dict[str, Any]:
    tax = {"name": "VAT", "rate_pct": "19", "included": included, "rounding": "line"}
    card = {**CARD, **EXACT, "tax": tax, "classes": {"tech": {"standard": "95"}}}
    given = {"assignments": [HOUR], **visit}
    return charge_sheet(card, {"private": True, **(client or {})}, {}, agreement, given).as_json()


def sums(found: dict[str, Any]) -> tuple[str, str, str, bool]:
    return found["net"], found["tax"], found["total"], found.get("tax_included", False)


def test_prices_with_tax_are_paid_as_the_list_says() -> None:
    """B9.1: 95 x 19 / 119 = 15.168; and for who is not private the same figures are without tax."""
    assert sums(with_tax()) == ("79.83", "15.17", "95.00", True)
    assert sums(with_tax("always", {"private": False})) == ("79.83", "15.17", "95.00", True)
    assert sums(with_tax(client={"private": False})) == ("95.00", "18.05", "113.05", False)
    assert sums(with_tax("never")) == ("95.00", "18.05", "113.05", False)


def test_an_untaxed_item_has_no_tax_in_it_and_all_is_rounded_once() -> None:
    """B9.1: 95 and 0.05 are taxed: 95.05 x 19 / 119 = 15.176; 7 is not."""
    small = [{"label": "pin", "amount": "0.05"}, {"label": "stamp", "amount": "7", "taxable": False}]
    assert sums(with_tax(items=small)) == ("86.87", "15.18", "102.05", True)


def test_who_is_exempt_pays_the_price_without_the_tax_in_it() -> None:
    """B9.1: 15.17 off labour, 1.60 off an item of 10; half of the labour that is left is given."""
    gift = [{**GOODWILL, "value": "50"}]
    found = with_tax(
        client={"tax_exempt": True, "tax_ref": "X"}, items=[{"label": "hub", "amount": "10"}], goodwill=gift
    )
    assert lines(found)[2:] == [("TAX-OUT", "-15.17"), ("TAX-OUT", "-1.60"), ("GOODWILL", "-39.92")]
    assert sums(found) == ("48.31", "0.00", "48.31", False)


@pytest.mark.parametrize(("tax_on", "paid", "found"), [
    ("sale", "-95.00", ("0.00", "0.00", "0.00", True)), ("use", "-79.83", ("0.00", "15.17", "15.17", True)),
])  # fmt: skip
def test_prepaid_money_pays_prices_with_tax(tax_on: str, paid: str, found: tuple[str, str, str, bool]) -> None:
    """B9.1: what was taxed when it was sold pays all of it; what is taxed in its use leaves the tax."""
    money = {
        "kind": "block_money",
        "price_list": "standard",
        "tax_on": tax_on,
        "blocks": [{"id": "a", "remaining_amount": "500"}],
    }
    one = with_tax(agreement=money)
    assert lines(one)[-1] == ("POOL-MONEY", paid)
    assert sums(one) == found


def test_a_sheet_with_tax_in_its_prices_shows_the_total_first() -> None:
    """B9.1"""
    found = with_tax()
    text = [line.split()[:2] for line in sheet_lines(found, "EUR")[-4:-1]]
    assert text == [["total,", "tax"], ["of", "this"], ["of", "this"]]
    assert "| **total, tax included** | | **95.00** |" in sheet_markdown(found, "A visit", "EUR")


@pytest.mark.parametrize("what", ["class", "band", "item", "list", "percentage", "callout", "zone"])
def test_each_part_of_a_card_can_be_added_and_taken_out(what: str) -> None:
    draft = CardDraft("ours", form=copy.deepcopy(CARD))
    path = draft.add(what, "special")
    figure = next(figure for figure in draft.figures() if figure.path == path)
    draft.reset(figure)
    draft.form = {key: value for key, value in draft.form.items() if value or key in CARD}
    assert draft.form == CARD
