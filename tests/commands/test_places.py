"""A place that cannot be meant is asked about, whoever gives it, and taken once it is confirmed."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import pytest

from db.library import sqlite3
from tests.conftest import Dispatch

MUNICH, SWAPPED, HERE = "48.1372, 11.5756", "-82.9988, 39.9612", "39.9612, -82.9988"
SITE = ("site", "edit", "Hollis")
HOME = ("technician", "edit", "Ana", "--as", "lee")
DEPOT = ("settings", "--as", "lee")


def mark_in(said: str) -> str:
    (mark,) = re.findall(r"--confirm ([0-9a-f,]+)", said)
    return str(mark)


@pytest.mark.parametrize(
    ("words", "option", "typed", "said"),
    [
        (SITE, "--place", MUNICH, "place: 48.1372, 11.5756 is 4,4.. mi from where the firm is"),
        (SITE, "--place", SWAPPED, f"swap\\? {HERE} is [0-9] mi from it"),
        (SITE, "--place", "0, 0", "lies in the sea off Africa"),
        (SITE, "--place", "https://maps.example.com/@48.1372,11.5756,15z", "4,4.. mi from"),
        (HOME, "--home", MUNICH, "home: 48.1372, 11.5756 is"),
        (DEPOT, "--depot", SWAPPED, "depot: -82.9988, 39.9612 is"),
    ],
)
def test_it_is_refused_until_it_is_confirmed(
    firm: Dispatch, words: tuple[str, ...], option: str, typed: str, said: str
) -> None:
    shown = ("settings", "--json") if words is DEPOT else (words[0], "show", words[2], "--json")
    before = firm.json(*shown)
    refused = firm(*words, option, typed)

    assert refused.code == 1
    assert re.search(said, refused.err), refused.err
    assert firm.json(*shown) == before
    assert firm(*words, option, typed, "--confirm", "abcdef").code == 1
    firm.ok(*words, option, typed, "--confirm", mark_in(refused.err))
    assert firm.json(*shown) != before
    # it stands now: another field is changed without a word, and undo asks nothing
    if words is SITE:
        firm.ok(*words, "--address", "9 Elm Street")
        firm.ok("visit", "undo")
        firm.ok("visit", "undo")
        assert firm.json(*shown) == before
        firm.ok("visit", "redo")


def test_a_place_near_the_firm_is_no_question(firm: Dispatch) -> None:
    firm.ok(*SITE, "--place", HERE)
    firm.ok("site", "add", "--client", "Hollis", "--name", "Yard", "--place", "39.95, -83.1")


def test_a_firm_without_places_is_asked_about_nowhere_only(tmp_path: Path) -> None:
    own = Dispatch(tmp_path / "own.db")
    own.ok("init", "--name", "Isar IT", "--zone", "Europe/Berlin", "--lead", "lee")
    assert "off Africa" in own("settings", "--depot", "0, 0", "--as", "lee").err
    own.ok("settings", "--depot", MUNICH, "--as", "lee")
    path = tmp_path / "technicians.csv"
    path.write_text("name,login,labour_class,start_lat,start_lon\nKim Vale,kim,tech,11.5756,48.1372\n")
    assert f"swap? {MUNICH} is 0 mi from it" in own("import", "technicians", str(path), "--as", "lee").err


def test_rows_of_a_file_are_asked_about_by_name(firm: Dispatch, tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text(
        "client,site,lat,lon\n"
        "Hollis Freight,Yard,39.95,-83.1\n"
        "Hollis Freight,Dock,-83.1,39.95\n"
        "Hollis Freight,Nowhere,0,0\n"
    )
    take = ("import", "sites", str(path))
    refused = firm(*take)

    assert refused.code == 1
    assert "sites.csv row 3: lat '-83.1': -83.1, 39.95 is" in refused.err
    assert "swap? 39.95, -83.1 is" in refused.err
    assert "sites.csv row 4: lat '0': 0.0, 0.0 lies in the sea off Africa" in refused.err
    marks = mark_in(refused.err)
    assert [row.get("confirm", []) for row in _rows(firm, *take)] == [[], *([mark] for mark in marks.split(","))]
    assert firm(*take, "--confirm", marks.split(",")[0]).code == 1
    assert firm(*take, "--accept-good").code == 4
    assert "2 new, 1 unchanged" in firm.ok(*take, "--confirm", marks)
    # what is there is compared as ever: a file that would move it is asked about only where it may
    path.write_text("client,site,lat,lon\nHollis Freight,Yard,-83.1,39.95\n")
    assert "1 differs" in firm.ok(*take)
    assert "swap? 39.95, -83.1" in firm(*take, "--update").err


def _rows(firm: Dispatch, *words: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(firm(*words, "--json").out)["rows"]
    return rows


def test_technicians_too(firm: Dispatch, tmp_path: Path) -> None:
    path = tmp_path / "technicians.csv"
    path.write_text(f"name,login,labour_class,start_lat,start_lon\nKim Vale,kim,tech,{MUNICH}\n")
    refused = firm("import", "technicians", str(path), "--as", "lee")
    assert "row 2: start_lat '48.1372': 48.1372, 11.5756 is 4,4" in refused.err
    firm.ok("import", "technicians", str(path), "--as", "lee", "--confirm", mark_in(refused.err))


def test_what_nobody_drives_is_neither_planned_nor_charged(firm: Dispatch) -> None:
    refused = firm(*SITE, "--place", MUNICH)
    firm.ok(*SITE, "--place", MUNICH, "--confirm", mark_in(refused.err))
    shown = firm.json("site", "show", "Hollis", "--json")
    assert (shown["one_way_distance"], shown["one_way_minutes"]) == ("", "")
    (drive,) = firm.json("travel", "show", "depot", "Hollis", "--json")["drives"]
    assert (drive["provenance"], drive["minutes"]) == ("unknown", None)
    assert "are farther apart than anybody drives" in firm("travel", "show", "depot", "Hollis").err
    priced = ("quote", "--client", "Hollis Freight", "--minutes", "60", "--at", "2026-11-25T10:00", "--as", "lee")
    assert "the drive's distance is not known" in firm.ok(*priced)
    words = ("--client", "Hollis Freight", "--work", "Far away", "--minutes", "60", "--as", "lee")
    (reference,) = re.findall(r"\bR[0-9]+\b", firm.ok("visit", "add", *words))
    plan = firm.json("plan", "--date", "2026-11-25", "--seconds", "1", "--json", "--as", "lee")
    assert reference not in {move["reference"] for move in plan["moves"]}
    assert plan["moves"]
    refused = firm("visit", "assign", reference, "--to", "Ana Ruiz", "--at", "2026-11-25T10:00", "--as", "lee")
    assert "Ana Ruiz's home is farther from Hollis Freight than anybody drives" in refused.err


def test_an_estimate_of_an_earlier_version_is_not_charged(firm: Dispatch) -> None:
    firm.ok(*SITE, "--place", HERE)
    priced = ("quote", "--client", "Hollis Freight", "--minutes", "60", "--at", "2026-11-25T10:00", "--as", "lee")
    assert "not known" not in firm.ok(*priced)
    with contextlib.closing(sqlite3.connect(firm.db, isolation_level=None)) as other:
        other.execute(
            "UPDATE site SET one_way_distance = '12913.0', one_way_minutes = 22000 "
            "WHERE client_id = (SELECT id FROM client WHERE name = 'Hollis Freight')"
        )
    assert "the drive's distance is not known" in firm.ok(*priced)
    firm.ok("site", "travel", "Hollis", "--as", "lee")
    assert "not known" not in firm.ok(*priced)


def test_a_card_brings_a_depot_that_is_asked_about(tmp_path: Path) -> None:
    firm = Dispatch(tmp_path / "own.db")
    firm.ok("init", "--name", "Columbus IT", "--zone", "America/New_York", "--lead", "lee")
    sample = Path(__file__).parents[2] / "dispatch" / "sample"
    firm.ok("import", "technicians", str(sample / "technicians.csv"), "--as", "lee")
    card = json.loads((sample / "rate_card.json").read_text())
    card |= {"valid_from": "2027-01-01", "depot": {"address": "Marienplatz", "lat": 48.1372, "lon": 11.5756}}
    path = tmp_path / "card.json"
    path.write_text(json.dumps(card))
    refused = firm("import", "rate-card", str(path), "--as", "lee")
    assert "depot: 48.1372, 11.5756 is 4,4" in refused.err
    firm.ok("rate-card", "import", str(path), "--as", "lee", "--confirm", mark_in(refused.err))
    assert firm.json("settings", "--json")["depot"] == MUNICH
