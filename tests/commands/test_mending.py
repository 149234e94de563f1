"""`dispatch client doubles` and `merge`: what was entered twice, by command; another zone of the firm."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.conftest import Dispatch
from tests.prepared import copied


@pytest.fixture
def firm(day_of_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dispatch:
    monkeypatch.setattr("getpass.getuser", lambda: "lee")
    return Dispatch(copied(day_of_sample, tmp_path / "sample.db"))


def test_a_client_that_is_there_twice_is_found_and_merged(firm: Dispatch) -> None:
    assert firm.json("client", "doubles", "--json") == []
    firm.ok("client", "add", "--name", "Harbor Dentál", "--computers", "3")
    firm.ok("site", "add", "--client", "Harbor Dentál", "--name", "Yard")
    assert firm.json("client", "doubles", "--json") == [{"kind": "client", "names": ["Harbor Dental", "Harbor Dentál"]}]
    assert "Harbor Dental, Harbor Dentál" in firm.ok("doctor")
    refused = firm("client", "merge", "Harbor Dental", "Harbor Dentál")
    assert refused.code == 1
    assert "Computers: --keep computers (22) or --take computers (3)" in refused.err
    assert "Nothing was changed." in refused.err
    done = firm.json("client", "merge", "Harbor Dental", "Harbor Dentál", "--keep", "computers", "--json")
    assert done == {"kept": "Harbor Dental", "gone": "Harbor Dentál", "moved": {"site": 1}}
    assert firm.json("client", "doubles", "--json") == []
    assert "Yard" in firm.ok("client", "show", "Harbor Dental")
    firm.ok("visit", "undo")
    assert "Yard" in firm.ok("client", "show", "Harbor Dentál")


def test_what_a_refused_merge_says_is_what_is_typed(firm: Dispatch) -> None:
    for name, address in (("O'Brien Law", "1 Elm"), ("O’Brien Law", "1 Elm Street")):
        firm.ok("client", "add", "--name", name)
        firm.ok("site", "add", "--client", name, "--name", "Main office", "--address", address)
    merge, answers = ["client", "merge", "O'Brien Law", "O’Brien Law"], list[str]()
    for said in ("--sites merge", "--keep 'Main office: address'"):
        refused = firm(*merge, *answers)
        assert refused.code == 1
        assert said in refused.err
        answers += shlex.split(said)
    firm.ok(*merge, *answers)


def test_another_zone_says_what_it_reads_otherwise(firm: Dispatch) -> None:
    refused = firm("settings", "--zone", "America/Chicago")
    assert refused.code == 1
    assert "planned visits" in refused.err
    assert "--written keep-clock" in refused.err
    assert "--written keep-moment" in refused.err
    before = firm.json("board", "--json")
    firm.ok("settings", "--zone", "America/Chicago", "--written", "keep-moment")
    after = firm.json("board", "--json")
    assert (before["zone"], after["zone"]) == ("America/New_York", "America/Chicago")

    def starts(board: dict[str, object]) -> set[tuple[str, str]]:
        return {(one["reference"], one["start"][11:16]) for row in board["technicians"] for one in row["visits"]}  # type: ignore[attr-defined]

    assert starts(before) != starts(after)
    firm.ok("visit", "undo")
    assert starts(firm.json("board", "--json")) == starts(before)


def test_a_visit_is_put_elsewhere_copied_and_split(firm: Dispatch) -> None:
    (waiting, *_) = (one["reference"] for one in firm.json("board", "--json")["unscheduled"])
    firm.ok("site", "add", "--client", "Harbor Dental", "--name", "Yard")
    assert firm.ok("visit", "to-site", waiting, "Harbor Dental / Yard").startswith(
        f"{waiting} is at Harbor Dental, Yard"
    )
    copied = firm.json("visit", "copy", waiting, "--date", "2026-12-01", "--minutes", "50", "--json")
    assert (copied["client"], copied["site"], copied["minutes"]) == ("Harbor Dental", "Yard", 50)
    first, second = firm.json("visit", "split", copied["reference"], "--minutes", "20", "--work", "the rest", "--json")
    assert (first["minutes"], second["minutes"], second["work"]) == (30, 20, "the rest")
    refused = firm("visit", "split", copied["reference"], "--minutes", "30")
    assert refused.code == 1
    assert "minutes: 30 is not between 1 and 29" in refused.err
    assert firm("visit", "to-site", waiting, "nowhere").code == 1
