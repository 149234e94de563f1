"""`dispatch plan` and `dispatch candidates` by their options: scopes, pieces, weeks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Dispatch
from tests.prepared import copied

pytestmark = pytest.mark.usefixtures("insertion")

WEDNESDAY = "2026-11-25"


@pytest.fixture
def day(day_of_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dispatch:
    monkeypatch.setattr("getpass.getuser", lambda: "dana")
    return Dispatch(copied(day_of_sample, tmp_path / "sample.db"))


def refused(day: Dispatch, *words: str) -> str:
    said = day(*words)
    assert said.code != 0
    return said.err


def test_a_plan_says_what_it_breaks_leaves_out_and_moves(day: Dispatch) -> None:
    said = day.ok("plan", "--date", WEDNESDAY, "--seconds", "0")
    assert said.splitlines()[0].startswith("Plan of Wed 25 Nov 2026")
    for title in ("Left out (", "By technician", "Moves ("):
        assert title in said
    assert "more than leaving it out" not in said
    assert "nothing to do" not in said
    plan = day.json("plan", "--date", WEDNESDAY, "--seconds", "0", "--json")
    assert plan["after"]["placed"] > plan["before"]["placed"]
    assert {own["name"] for own in plan["technicians"]} >= {"Ana Ruiz", "Ben Okafor"}
    assert plan["applied"] is None
    assert plan["least_change"]["stirred"] == 0
    assert all(len(left["why"]) < 200 for left in plan["left_out"])


def test_a_part_of_the_day_of_some_technicians(day: Dispatch) -> None:
    words = ("--date", WEDNESDAY, "--seconds", "0", "--technician", "ana", "--between", "13-17", "--overtime", "0")
    plan = day.json("plan", *words, "--json")
    assert {move["after"]["technician"] for move in plan["moves"]} == {"Ana Ruiz"}
    assert all("T13:00" <= move["after"]["start"][10:16] < "T17:00" for move in plan["moves"])
    assert plan["after"]["overtime"] == 0
    assert "between" in refused(day, "plan", "--between", "afternoon")
    assert "end is not after its start" in refused(day, "plan", "--between", "17-13")
    assert "There is no technician" in refused(day, "plan", "--technician", "nobody")
    assert "There is no technician an; there are Ana Ruiz" in refused(day, "plan", "--technician", "an")
    assert "No technician is named; there are Ana Ruiz" in refused(day, "plan", "--technician", "")


def test_what_says_nothing_for_a_form_or_a_file_is_refused(day: Dispatch) -> None:
    said = refused(day, "plan", "--export", "vroom", "--week", "--overtime", "0")
    assert "overtime, week: says nothing beside --export" in said
    assert "apply: says nothing beside --problem" in refused(day, "plan", "--problem", "-", "--apply")
    assert day.json("plan", "--export", "vroom", "--date", WEDNESDAY)["jobs"]


def test_pieces_are_taken_and_taken_back_as_one(day: Dispatch) -> None:
    words = ("--date", WEDNESDAY, "--seconds", "0", "--apply")
    taken = day.json("plan", *words, "--only", "ana", "--json")
    assert taken["applied"] > 0
    held = day.json("plan", "--date", WEDNESDAY, "--seconds", "0", "--scope", "queue", "--json")
    assert all(move["before"] is None for move in held["moves"])
    first = held["moves"][0]["reference"]
    rest = day.json("plan", *words, "--scope", "queue", "--but", first, "--json")
    assert rest["applied"] >= len(rest["moves"]) - 3
    assert "No move of this plan is spoken of by the moon" in refused(day, "plan", *words, "--only", "the moon")
    day.ok("visit", "undo")
    day.ok("visit", "undo")
    assert day.json("plan", "--date", WEDNESDAY, "--seconds", "0", "--json")["before"]["placed"] == 0


def test_a_week_is_planned_and_written_as_one_change(day: Dispatch) -> None:
    words = ("--date", WEDNESDAY, "--seconds", "0", "--week")
    planned = day.json("plan", *words, "--json")
    dates = [one["date"] for one in planned["days"]]
    assert dates == sorted(dates)
    references = [move["reference"] for one in planned["days"] for move in one["moves"]]
    assert len(references) == len(set(references))
    assert planned["after"]["placed"] == sum(one["after"]["placed"] for one in planned["days"])
    assert planned["after"]["left_out"] == len(planned["left_out"])
    assert planned["least_change"] is None  # nothing stands that might move
    said = day.ok("plan", *words)
    assert "Plan of" in said
    assert "least change" not in said
    assert day.json("plan", *words, "--apply", "--json")["applied"] == len(references)
    day.ok("visit", "undo")


def test_a_day_that_is_over_is_not_planned(day: Dispatch) -> None:
    over = "Mon 23 Nov 2026 is over"
    for words in (("--seconds", "0"), ("--week",), ("--export", "vroom")):
        assert over in refused(day, "plan", "--date", "2026-11-23", *words)
    assert over in refused(day, "candidates", "R4078", "--date", "yesterday")
    assert over in refused(day, "candidates", "R4078", "--date", "yesterday", "--weeks", "1")


def test_when_can_you_come(day: Dispatch) -> None:
    found = day.json("candidates", "R4078", "--weeks", "2", "--between", "13-17", "--with", "dev", "--json")
    assert found["slots"]
    assert {slot["technician"] for slot in found["slots"]} == {"Dev Patel"}
    assert all("T13:00" <= slot["start"][10:16] <= "T17:00" for slot in found["slots"])
    said = day.ok("candidates", "R4078", "--weeks", "2")
    assert "driving" in said
    assert "cost" not in said
    nobody = "Nobody can come on Thu 26 Nov 2026: nobody who can do it works in 03:00–04:00."
    assert nobody in day.ok("candidates", "R4078", "--between", "3-4")
    assert "weeks" in refused(day, "candidates", "R4078", "--weeks", "99")
    assert "assign is possible only from" in refused(day, "candidates", "R4001"), "it is closed"


def test_what_is_longer_than_a_day_says_so_by_every_way(day: Dispatch, tmp_path: Path) -> None:
    said = "takes 20h15, longer than anybody's day (Finn Boyle: 9h): give it more days, or split it"
    asked = ("--client", "Harbor Dental", "--work", "Rewire", "--reference")
    assert day.ok("visit", "add", *asked, "LONG", "--minutes", "1200").splitlines()[1] == f"  {said}"
    assert said in day.ok("visit", "quick", "harbor dental rewire 20h p3")
    assert said in day.ok("visit", "copy", "LONG")
    day.ok("visit", "add", *asked, "SHORT", "--minutes", "60")
    assert json.loads(day.ok("visit", "edit", "SHORT", "--minutes", "1200", "--json"))["remarks"] == [said]
    file = tmp_path / "visits.csv"
    file.write_text("reference,client,site,work,minutes\nFILE,Harbor Dental,Main office,Rewire,1200\n", "utf-8")
    assert said in day.ok("import", "visits", str(file), "--check")
    assert said in day.ok("candidates", "LONG")
