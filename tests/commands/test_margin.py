"""`dispatch report margin` and `dispatch technician cost`: said, printed, as data, and only to leads."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.conftest import Dispatch
from tests.desk.conftest import Office
from tests.desk.test_invoices import approved


@pytest.fixture
def dispatch(office: Office) -> Dispatch:
    approved(office)
    return Dispatch(office.store.path)


def test_a_cost_is_said_and_revenue_and_margin_are_told(dispatch: Dispatch) -> None:
    assert "an hour since 2026-11-01" in dispatch.ok("technician", "cost", "40", "--from", "2026-11-01", "--as", "lee")
    said = dispatch.ok("technician", "cost", "42.50", "--technician", "Ana Ruiz", "--from", "2026-12-01", "--as", "lee")
    assert said.endswith("40.00 USD an hour, as the firm's; 42.50 USD an hour from 2026-12-01\n")
    firm, ana, *_ = json.loads(dispatch.ok("technician", "cost", "--json", "--as", "lee"))
    assert (firm["technician"], firm["cost"], firm["own"]) == (None, "40.00", True)
    assert (ana["cost"], ana["own"], ana["ahead"]) == ("40.00", False, {"from": "2026-12-01", "cost": "42.50"})
    asked = ("report", "margin", "--period", "2026-11", "--as", "lee")
    assert "Ana Ruiz" in dispatch.ok(*asked)
    assert json.loads(dispatch.ok(*asked, "--json"))["report"] == "margin"
    client, whole = csv.DictReader(io.StringIO(dispatch.ok(*asked, "--csv").lstrip("\ufeff")))
    assert (client["client"], client["revenue"], client["margin"]) == ("Harbor Dental", "155.00", whole["margin"])
    (visit,) = csv.DictReader(io.StringIO(dispatch.ok(*asked, "--csv", "--table", "earned").lstrip("\ufeff")))
    assert (visit["of"], visit["net"]) == ("R1", "155.00")
    assert "Harbor Dental: revenue and margin" in dispatch.ok(*asked, "--client", "Harbor Dental")


@pytest.mark.parametrize("who", ["dana", "ana"])
@pytest.mark.parametrize("words", [("report", "margin"), ("technician", "cost"), ("technician", "cost", "40")])
def test_only_to_leads(dispatch: Dispatch, words: tuple[str, ...], who: str) -> None:
    refused = dispatch(*words, "--as", who)
    assert refused.code == 1
    assert "Only a " in refused.err


def test_what_was_known_of_the_past_asks_for_a_reason(dispatch: Dispatch) -> None:
    dispatch.ok("technician", "cost", "40", "--from", "2026-11-01", "--as", "lee")
    again = ("technician", "cost", "44", "--from", "2026-11-02", "--as", "lee")
    assert "say why it changes" in dispatch(*again).err
    assert "44.00" in dispatch.ok(*again, "--reason", "the raise of November")
