"""`dispatch cases`, `charge`, `quote`, `rate-card` and `agreement`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Dispatch
from tests.worked import DATA

CASES = DATA / "charges" / "cases.json"


def test_cases_are_recomputed(firm: Dispatch) -> None:
    found = json.loads(firm.ok("cases", str(CASES), "P01", "P08", "--json"))

    assert [case["id"] for case in found] == ["P01", "P08"]
    assert all(case["differs"] == [] for case in found)
    assert found[0]["sheet"]["total"] == "192.60"
    assert "25 cases, all as expected" in firm.ok("cases", str(CASES))


def test_what_differs_is_said_and_exits_1(firm: Dispatch, tmp_path: Path) -> None:
    cases: dict[str, Any] = json.loads(CASES.read_text())
    cases["cases"] = cases["cases"][:2]
    cases["cases"][0]["expected"]["lines"][0]["amount"] = "1.00"
    cases["cases"][1]["card"] = "nowhere"
    path = tmp_path / "promises.json"
    path.write_text(json.dumps(cases))

    said = firm("cases", str(path), "--json")

    assert said.code == 1
    first, second = json.loads(said.out)
    assert first["differs"] == ["lines[0].amount: expected '1.00', got '180.00'"]
    assert second["sheet"] is None
    assert "nowhere" in second["differs"][0]
    assert firm("cases", str(path), "P99").code == 1
    assert firm("cases", str(tmp_path / "none.json")).code == 1


def test_quote_adds_the_time_for_tests(firm: Dispatch) -> None:
    words = ["quote", "--client", "Violet Dental", "--minutes", "75", "--at", "2026-11-25T10:00"]
    quote = json.loads(firm.ok(*words, "--json"))

    assert quote["estimate"] is True
    assert "Quote for Violet Dental, 75 min, Wed 25 Nov 2026 10:00\n" in firm.ok(*words)
    firm.ok("site", "edit", "Violet Dental / Main office", "--zone", "America/Chicago")
    assert "Quote for Violet Dental, 75 min, Wed 25 Nov 2026 10:00, 09:00 there\n" in firm.ok(*words)
    assert [line["qty"] for line in quote["sheet"]["lines"] if line["rule"] == "LAB"] == ["90"]
    firm.ok("service-plan", "add", "--preset", "small", "--fee", "300")
    told = firm.ok(*words, "--under", "small")
    assert ("under “Small” this visit alone is" in told, "its fee: 300.00 USD a month" in told) == (True, True)
    under = firm.json(*words, "--under", "small", "--json")["under"]
    assert (under["plan"], under["ninety_days"]["plans"][0]["fee"]) == ("Small", "300.00")
    assert "There is no service plan 'Harbor Dental'" in firm(*words, "--under", "Harbor Dental").err
    assert firm("quote", "--client", "Nobody", "--minutes", "75", "--at", "tomorrow 9:00").code == 1
    # a part of a name that one client has is enough, as everywhere
    part = [word if word != "Violet Dental" else "violet" for word in words]
    assert firm(*part).out == firm(*words).out
    refused = firm(*words[:3], "--minutes", "0", "--at", "2026-11-25T10:00", "--class", "wizard")
    assert (refused.code, "class:" in refused.err, "minutes:" in refused.err) == (1, True, True)


def test_charge_in_three_forms(firm: Dispatch) -> None:
    firm.ok("visit", "assign", "R4036", "--to", "Ana Ruiz", "--at", "2026-11-24T14:00")

    form = json.loads(firm.ok("charge", "R4036", "--json"))
    assert (form["reference"], form["estimate"]) == ("R4036", True)
    assert form["sheet"]["total"] in firm.ok("charge", "R4036")
    firm.ok("service-plan", "add", "--preset", "small", "--fee", "300")
    assert "under “Small” this visit alone is" in firm.ok("charge", "R4036", "--under", "small")
    assert firm.json("charge", "R4036", "--under", "small", "--json")["under"]["plan"] == "Small"
    assert "There is no service plan 'Grand'" in firm("charge", "R4036", "--under", "Grand").err
    written = firm.ok("charge", "R4036", "--markdown")
    assert f"**{form['sheet']['total']}**" in written
    assert not {line["rule"] for line in form["sheet"]["lines"]} & set(written.split())
    refused = firm("charge", "R4036", "--accept", "--reason", "it is right")
    assert (refused.code, "has not ended" in refused.err) == (1, True)
    firm.ok("charge", "R4036", "--travel", "12.50", "--reason", "agreed on the phone")
    lines = json.loads(firm.ok("charge", "R4036", "--json"))["sheet"]["lines"]
    assert [line["amount"] for line in lines if line["category"] == "travel"] == ["12.50"]
    refused = firm("charge", "R4036", "--goodwill", "labour", "--reason", "late")
    assert (refused.code, "labour=10%" in refused.err) == (1, True)


def test_a_rate_card_by_command(firm: Dispatch, tmp_path: Path) -> None:
    refused = firm(
        "rate-card",
        "add",
        "--name",
        "Next",
        "--from",
        "2027-01-01",
        "--set",
        "classes.tech.standard=-1",
        "--set",
        "wings=2",
    )
    assert refused.code == 1
    assert "negative" in refused.err
    assert "wings: is not known here" in refused.err

    firm.ok(
        "rate-card", "add", "--name", "Next", "--from", "2027-01-01", "--preset", "half day", "--set", "tax.rate_pct=19",
        "--set", "classes.tech.standard=100", "--set", "travel.included_radius=10",
        "--set", 'travel.components[0]={"kind":"vehicle","amount":"20"}', "--set", "travel.components[1].kind=time",
        "--set", "travel.components[1].pct_of_labour=50",
    )  # fmt: skip
    untaxed = firm("rate-card", "edit", "Next", "--unset", "tax.rate_pct")
    assert untaxed.code == 1
    assert "no tax rate" in untaxed.err
    firm.ok("rate-card", "edit", "Next", "--set", "tax.rate_pct=0")
    untaxed = firm("rate-card", "edit", "Next", "--unset", "tax.rate_pct")
    firm.ok("rate-card", "edit", "Next", "--unset", "tax.rate_pct", "--confirm", untaxed.marks)
    firm.ok("rate-card", "edit", "Next", "--unset", "travel.components[0]", "--name", "Next year")
    shown = json.loads(firm.ok("rate-card", "show", "2027-01-01", "--json"))
    assert shown["travel"]["components"] == [{"kind": "time", "pct_of_labour": 50}]
    assert len(json.loads(firm.ok("rate-card", "list", "--json"))) == 2

    out = tmp_path / "card.json"
    firm.ok("rate-card", "export", "Next year", str(out))
    assert firm("rate-card", "export", "Next year", str(out)).code == 1
    assert "nothing" in firm.ok("rate-card", "import", str(out)) or firm("rate-card", "import", str(out)).code == 0


def test_an_agreement_by_command(firm: Dispatch, tmp_path: Path) -> None:
    refused = firm(
        "agreement",
        "add",
        "--client",
        "Violet Dental",
        "--name",
        "Block",
        "--kind",
        "block_hours",
        "--starts",
        "2026-01-01",
    )
    assert (refused.code, "covers" in refused.err) == (1, True)
    firm.ok("agreement", "end", "Violet Dental", "--on", "2026-11-30")
    firm.ok(
        "agreement",
        "add",
        "--client",
        "Violet Dental",
        "--name",
        "Block",
        "--kind",
        "block_hours",
        "--starts",
        "2026-12-01",
    )
    assert "2026-1: 600 of 600 min at the usual rate left" in firm.ok(
        "agreement", "block", "Block", "--id", "2026-1", "--size", "600"
    )
    firm.ok("agreement", "edit", "Block", "--set", "labour_discount_pct=5")
    shown = json.loads(firm.ok("agreement", "show", "Block", "--json"))
    assert (shown["terms"]["labour_discount_pct"], shown["balances"]) == (
        5,
        ["2026-1: 600 of 600 min at the usual rate left"],
    )
    assert firm("agreement", "edit", "Block", "--set", "labour_discount_pct=500").code == 1
    edited = firm.ok("agreement", "edit", "Block", "--from", "2027-03", "--set", "service.targets.P1.onsite=90")
    assert 'service from 2027-03-01: {"targets": {"P1": {"onsite": 90}}}' in edited
    shown = json.loads(firm.ok("agreement", "show", "Block", "--json"))
    assert (shown["service"], [word["from"] for word in shown["dated"]]) == ({}, ["2026-12-01", "2027-03-01"])
    refused = firm("agreement", "edit", "Block", "--from", "2027-03", "--set", "labour_discount_pct=7")
    assert (refused.code, "labour_discount_pct cannot be changed from a day on" in refused.err) == (1, True)

    out = tmp_path / "block.json"
    firm.ok("agreement", "export", "Block", str(out))
    firm.ok("agreement", "end", "Block", "--on", "2026-12-31")
    copy = json.loads(out.read_text())
    copy["terms"]["starts"] = "2027-01-01"
    out.write_text(json.dumps(copy))
    assert "enter what is left" in firm.ok("agreement", "import", str(out))
    assert any(
        one["name"] == "Block"
        for one in json.loads(firm.ok("agreement", "list", "--client", "Violet Dental", "--json"))
    )


@pytest.mark.parametrize(
    "words",
    [
        ("rate-card", "add", "--name", "x", "--from", "2027-01-01", "--set", "classes.tech.standard=9"),
        ("agreement", "end", "Violet Dental", "--on", "2026-11-30"),
    ],
)
def test_only_a_lead_writes_prices(firm: Dispatch, words: tuple[str, ...]) -> None:
    firm.ok("staff", "add", "dana", "--name", "Dana Wells", "--role", "dispatcher")

    refused = firm(*words, "--as", "dana")

    assert (refused.code, "Only a lead" in refused.err) == (1, True)
