"""`dispatch proposal`: written, sent, asked about, accepted, declined, as text and as data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Dispatch
from tests.desk.conftest import Office
from tests.desk.test_proposals import audited, plan


@pytest.fixture
def firm(office: Office, monkeypatch: pytest.MonkeyPatch) -> Dispatch:
    monkeypatch.setattr("getpass.getuser", lambda: "lee")
    audited(office)
    plan(office)
    return Dispatch(office.store.path)


def test_from_a_draft_to_an_agreement(firm: Dispatch, tmp_path: Path) -> None:
    assert "finding R1/1: backups are kept" in firm.ok(
        "proposal", "new", "Harbor Dental", "--plan", "Sweet spot", "--visit", "R1"
    )
    told = firm.json("proposal", "show", "1", "--json")
    assert (told["state"], told["visit"], told["plans"]) == ("draft", "R1", [{"name": "Sweet spot", "fee": "920.00"}])
    assert [one["price"] for one in told["findings"]] == ["300.50", None]
    assert "What we found" in firm.ok("proposal", "paper", "1", "--markdown")
    assert "handed over" in firm.ok("proposal", "send", "1", "--by-hand", "--follow-up", "+3")
    assert "noted" in firm.ok("proposal", "question", "1", "what of the server?")
    stages = firm.json("proposal", "list", "--json")["stages"]
    assert [(one["state"], one["monthly"], one["once"], one["unknown"]) for one in stages] == [
        ("question", "920.00", "300.50", 1)
    ]
    refused = firm("proposal", "accept", "1", "--by", "J. Lowe")
    assert refused.code == 1
    assert "site: say which of Annex, Main office" in refused.err
    assert "minutes: is missing" in refused.err
    said = firm.ok(
        "proposal", "accept", "1", "--by", "J. Lowe", "--starts", "today", "--site", "Main office", "--minutes", "60"
    )
    assert "Sweet spot is in force from 2026-11-24" in said
    assert "asks for the first review" in said
    assert "No proposals" in firm.ok("proposal", "list")
    assert "Accepted: 1, 920.00 USD a month" in firm.ok("proposal", "list", "--all")


def test_declined_with_the_reason(firm: Dispatch) -> None:
    firm.ok("proposal", "new", "Harbor Dental", "--plan", "Sweet spot", "--no-findings")
    firm.ok("proposal", "send", "1", "--by-hand")
    assert "too much this year" in firm.ok("proposal", "decline", "1", "--reason", "too much this year")
    assert "write another one" in firm("proposal", "follow-up", "1", "they think about it").err
