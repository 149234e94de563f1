"""Service plans, and agreements that are made from them, as somebody at a shell uses them."""

from __future__ import annotations

import json
import re

from tests.conftest import Dispatch

FROM = ("agreement", "from-plan", "small", "--client", "Violet Dental", "--starts", "2027-07-01")


def test_a_plan_becomes_an_agreement_that_is_renewed(firm: Dispatch) -> None:
    refused = firm("service-plan", "add", "--preset", "small")
    assert (refused.code, "such a plan costs about 300 a month" in refused.err) == (1, True)
    firm.ok("service-plan", "add", "--preset", "small", "--per-user", "12.50")
    plan = json.loads(firm.ok("service-plan", "show", "small", "--json"))
    assert (plan["fee"], plan["per_user"], plan["kind"]) == ("", "12.50", "retainer")
    asked = firm(*FROM)
    assert (asked.code, "Its fee is not known: how many users?" in asked.err) == (1, True)
    firm.ok("client", "edit", "Violet Dental", "--users", "20")
    said = firm.ok(*FROM, "--name", "Care 2027", "--set", "overage_rate=110")
    assert "its fee is 250.00 a month" in said
    made = json.loads(firm.ok("agreement", "show", "Care 2027", "--json"))
    assert (made["plan"], made["terms"]["ends"], made["terms"]["overage_rate"]) == ("Small", "2028-06-30", 110)

    asked = firm("agreement", "renew", "Care 2027", "--set", "overage_rate=120")
    assert (
        "“Care 2028” goes on from “Care 2027”, 2028-07-01 to 2029-06-30. Changed: overage_rate: 110 → 120." in asked.err
    )
    (mark,) = re.findall("--confirm (\\w+)", asked.err)
    firm.ok("agreement", "renew", "Care 2027", "--set", "overage_rate=120", "--confirm", mark)
    names = [one["name"] for one in json.loads(firm.ok("agreement", "list", "--client", "Violet Dental", "--json"))]
    assert names[-2:] == ["Care 2027", "Care 2028"]
    firm.ok(
        "agreement",
        "add",
        "--client",
        "Violet Dental",
        "--name",
        "Later",
        "--like",
        "Care 2028",
        "--starts",
        "2029-07-01",
    )
    like = json.loads(firm.ok("agreement", "show", "Later", "--json"))
    assert (like["terms"]["overage_rate"], like["terms"]["ends"], like["service"]) == (120, None, made["service"])


def test_the_rate_card_in_every_form(firm: Dispatch) -> None:
    firm.ok("service-plan", "add", "--preset", "small", "--fee", "300")
    firm.ok("service-plan", "add", "--preset", "big", "--fee", "2500")
    for form in ("--plain", "--markdown", "--html", "--csv", "--json"):
        assert "300.00" in firm.ok("report", "rates", form)
    assert "Big" not in firm.ok("report", "rates", "--plan", "small")
    assert "Coming to you" in firm.ok("report", "rates", "--client", "Violet Dental")
    assert "There is no service plan 'x'" in firm("report", "rates", "--plan", "x").err
