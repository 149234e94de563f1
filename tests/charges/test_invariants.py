"""What holds for every charge sheet (design/charges.md B13), on thousands of random inputs."""

from __future__ import annotations

import copy
import datetime
import os
import random
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.charges import charge_sheet, validate_agreement, validate_card
from dispatch.charges.explain import AT_USUAL
from tests.charges.forms import cards, inputs, visits
from tests.quick import examples, first_of

EXAMPLES = int(os.environ.get("EXAMPLES", "15"))
"""How many random inputs; `make test-long` takes thousands."""

THOUSANDS = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def priced(form: dict[str, Any]) -> dict[str, Any]:
    return charge_sheet(form["card"], form["client"], form["site"], form["agreement"], form["visit"]).as_json()


@THOUSANDS
@given(inputs())
def test_every_sheet_adds_up(form: dict[str, Any]) -> None:
    assert validate_card(form["card"]) == []
    assert form["agreement"] is None or validate_agreement(form["agreement"]) == []

    sheet = priced(form)

    assert sheet["status"] in ("ready", "review")
    assert Decimal(sheet["net"]) >= 0
    assert Decimal(sheet["tax"]) >= 0
    assert Decimal(sheet["total"]) == Decimal(sheet["net"]) + Decimal(sheet["tax"])
    paid = sheet["total" if sheet.get("tax_included") else "net"]
    assert sum(Decimal(line["amount"]) for line in sheet["lines"]) == Decimal(paid)
    cent = Fraction(1, 10 ** form["card"]["minor_units"])
    for line in sheet["lines"]:
        assert line["why"].strip()
        given_away = "zero_reason" in line
        assert not given_away or Decimal(line["amount"]) == 0
        if "qty" in line and "unit_price" in line:
            per_hour = line["unit"] in ("min", "rate-min")
            exact = Fraction(line["qty"]) * Fraction(line["unit_price"]) * Fraction(line.get("multiplier", "1"))
            exact /= 60 if per_hour else 1
            # quantities and prices are printed with at most four places
            slack = cent + Fraction(line["unit_price"]) / 10000 + abs(Fraction(line["qty"])) / 10000
            assert abs(exact - Fraction(line["value" if given_away else "amount"])) <= slack, line


NUMBER = r"(-?[0-9.]+(?:/[0-9]+)?)"
REDONE = {
    "LAB": rf"^{NUMBER} min x {NUMBER}/h x {NUMBER} ",
    "MIN-TIME": rf"; {NUMBER} {AT_USUAL} x {NUMBER}/h()",
    "MIN-DAY": rf": {NUMBER} {AT_USUAL} x {NUMBER}/h()",
    "TRV-DIST": rf": {NUMBER} mi x {NUMBER}()",
    "ITEM": rf"^{NUMBER} x {NUMBER}()",
    "FEE-CANC": rf"{NUMBER}% of the minimum, (.*)()$",
    "DISC": rf"^{NUMBER}% of {NUMBER}()$",
}
"""The sum in the explanation of a line, by how its rule begins."""


@THOUSANDS
@given(inputs())
def test_the_explanation_of_a_line_comes_to_its_amount(form: dict[str, Any]) -> None:
    """B10: with the text alone a client redoes the sum; figures have at most four places there."""
    unit = Fraction(1, 10 ** form["card"]["minor_units"])
    for line in priced(form)["lines"]:
        rule = next((rule for rule in REDONE if line["rule"].startswith(rule) and line["rule"] != "LAB-DAY"), None)
        if rule is None or (rule in ("FEE-CANC", "ITEM") and " x " not in line["why"]):
            continue
        found = re.search(REDONE[rule], line["why"])
        assert found, line
        if rule == "FEE-CANC":
            share = Fraction(found[1]) / 100
            found = re.search(rf"{NUMBER} min x {NUMBER}/h x {NUMBER} ", found[2])
            assert found, line
        else:
            share = Fraction(1, 100) if rule == "DISC" else Fraction(1)
        count, price, times = Fraction(found[1]), Fraction(found[2]), Fraction(found[3] or 1)
        hours = 60 if rule in ("LAB", "FEE-CANC", "MIN-TIME", "MIN-DAY") else 1
        said = count * price * times * share / hours
        slack = unit + (count + price) * max(times, 1) * share / hours / 5000
        assert abs(said - abs(Fraction(line.get("value", line["amount"])))) <= slack, line


@THOUSANDS
@given(inputs())
def test_caps_and_pools_are_never_overdrawn(form: dict[str, Any]) -> None:
    sheet = priced(form)

    cap = form["card"]["travel"]["cap"]
    travel = [line for line in sheet["lines"] if line["rule"].startswith("TRV-")]
    if cap is not None and not any(line["rule"] == "TRV-MAN" for line in travel):
        exponent = form["card"]["minor_units"]
        days = max(1 + len(part.get("later_days", ())) for part in form["visit"]["assignments"])
        limit = Fraction(cap) * days + Fraction(1, 2 * 10**exponent)
        assert sum(Fraction(line["amount"]) for line in travel) <= limit
    agreement = form["agreement"] or {"blocks": [], "allowance_min": 0}
    balances = {
        block["id"]: Fraction(block.get("remaining_min", block.get("remaining_amount")))
        for block in agreement["blocks"]
    }
    balances["allowance"] = Fraction(agreement["allowance_min"])
    for pool, drawn in sheet.get("drawn", {}).items():
        assert Fraction(drawn) <= balances[pool] + Fraction(1, 10000)


@settings(THOUSANDS, max_examples=EXAMPLES // 2)
@given(inputs(), st.randoms())
def test_order_of_the_input_does_not_matter(form: dict[str, Any], chance: random.Random) -> None:
    """B13"""
    shuffled = copy.deepcopy(form)
    chance.shuffle(shuffled["visit"]["assignments"])
    for part in shuffled["visit"]["assignments"]:
        chance.shuffle(part["marks"])
    if shuffled["agreement"]:
        chance.shuffle(shuffled["agreement"]["blocks"])

    assert priced(shuffled) == priced(form)
    assert priced(form) == priced(form)


@first_of("seed", [1, 2])
def test_input_is_left_as_it_was(seed: int) -> None:
    @settings(max_examples=examples(50), deadline=None, suppress_health_check=list(HealthCheck))
    @given(inputs())
    def check(form: dict[str, Any]) -> None:
        before = copy.deepcopy(form)
        priced(form)
        assert form == before

    check()


@THOUSANDS
@given(st.data())
def test_a_longer_stay_never_costs_less(data: st.DataObject) -> None:
    """B13: with exact rounding, no agreement, and an unchanged start: three minor units may be lost to rounding by line."""
    card = data.draw(cards(rounding={"mode": "exact"}))
    card["classes"]["senior"]["rounding"] = None
    if card.get("bands") or any(prices.get("bands") for prices in card["classes"].values()):
        # what is forgiven past closing is dearer than a band that costs less than business
        card["premium_grace_min"] = 0
    visit = data.draw(visits("UTC")) | {"outcome": "completed", "cause": "normal", "goodwill": [], "prior_today": {}}
    visit["assignments"] = visit["assignments"][:1]
    part = visit["assignments"][0]
    # a day that came after would be one before the longer one is over
    part.update(marks=[], billable=True, later_days=[])
    part["return"] = None
    longer = copy.deepcopy(visit)
    end = longer["assignments"][0]["check_out"]

    more = datetime.timedelta(minutes=data.draw(st.integers(1, 300)))
    longer["assignments"][0]["check_out"] = (datetime.datetime.fromisoformat(end) + more).isoformat()
    site = {"one_way_distance": "12", "one_way_minutes": 20}

    on_top = bool(card["percentages"] or card["short_notice"] or card["tax"]["included"] == "always")
    short, long = (charge_sheet(card, {}, site, None, one).as_json() for one in (visit, longer))

    assert Decimal(long["net"]) >= Decimal(short["net"]) - (3 + 3 * on_top) * Decimal(10) ** -card["minor_units"]


@THOUSANDS
@given(inputs())
def test_our_own_failure_is_never_an_emergency_and_never_costs_a_fee(form: dict[str, Any]) -> None:
    """B2.5; a percentage on items that were sold is none of it."""
    form["card"]["percentages"] = []
    form["visit"] |= {"cause": "own_failure", "original_visit_date": "2026-02-20"}
    calm, urgent = ({**form, "visit": {**form["visit"], "emergency": flag}} for flag in (False, True))

    assert priced(calm) == priced(urgent)
    assert not [line for line in priced(urgent)["lines"] if line["category"] == "fee"]
    assert "MIN-TIME" not in [line["rule"] for line in priced(urgent)["lines"]]


@THOUSANDS
@given(inputs())
def test_where_nobody_is_billable_only_what_was_sold_is_charged(form: dict[str, Any]) -> None:
    form["card"]["percentages"] = []
    for part in form["visit"]["assignments"]:
        part["billable"] = False

    sheet = priced(form)

    assert "NO_BILLABLE_TECHNICIAN" in sheet["flags"]
    assert {line["rule"] for line in sheet["lines"]} <= {"ITEM", "TAX-OUT"}
    if form["visit"]["outcome"] == "completed":
        sold = [line for line in sheet["lines"] if line["rule"] == "ITEM"]
        assert len(sold) == len(form["visit"]["items"])


@THOUSANDS
@given(inputs())
def test_nobody_is_dearer_beyond_a_pool_than_the_card_makes_them(form: dict[str, Any]) -> None:
    """B2.4: the price of each hour beyond a pool is the overage rate times what the card asks for that technician."""
    form["card"]["extra_technician_pct"] = "50"
    agreement = form["agreement"]
    if agreement is None or agreement["kind"] not in ("retainer", "block_hours") or agreement["overage_rate"] is None:
        return
    sheet = priced(form)
    if {"AGREEMENT_EXPIRED", "AGREEMENT_NOT_STARTED"} & set(sheet["flags"]):
        return
    crew = [part for part in form["visit"]["assignments"] if part["billable"]]
    first = min(crew, key=lambda part: (part["check_in"][:16], part["technician"]), default=None)
    for line in sheet["lines"]:
        # what has a price for its band weighs more than an hour, and costs that much more (B2.6)
        if line["rule"] in ("LAB", "MIN-TIME") and not {"zero_reason", "rmin"} & set(line):
            share = Fraction(1) if line["tech"] == first["technician"] else Fraction(1, 2)
            assert Fraction(line["unit_price"]) == pytest.approx(
                Fraction(agreement["overage_rate"]) * share, abs=0.0001
            )


@THOUSANDS
@given(inputs())
def test_a_draw_never_lowers_the_tax_on_what_it_cannot_pay(form: dict[str, Any]) -> None:
    form["visit"] |= {"outcome": "completed", "items": [{"code": "CAB", "qty": "7"}]}
    rate, exponent = Fraction(form["card"]["tax"]["rate_pct"]), form["card"]["minor_units"]
    sheet = priced(form)
    if form["client"]["tax_exempt"] or not form["card"]["items"]["CAB"]["taxable"]:
        return
    sold = sum(Fraction(line["amount"]) for line in sheet["lines"] if line["rule"] == "ITEM")

    assert Fraction(sheet["tax"]) >= sold * rate / (100 + rate if sheet.get("tax_included") else 100) - Fraction(
        1, 2 * 10**exponent
    )
