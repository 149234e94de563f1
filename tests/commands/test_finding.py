"""`dispatch find` and `J`: visits of all days, today's first, with who comes and when they are expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import settings
from dispatch.desk.book import jump_search
from dispatch.desk.closeout import arriving
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.model.matching import Finder
from tests.conftest import Dispatch
from tests.desk.conftest import Office, at
from tests.prepared import copied


def found(office: Office, letters: str) -> list[str]:
    """What is found, with what is said of it."""
    times, today = settings.firm(office.store).times(), settings.today(office.store)
    targets, _ = Finder(jump_search.targets(office.store)).find(letters, 20)
    return [f"{one.name}  {jump_search.detail_of(one, times, today)}" for one in targets if one.visit is not None]


def test_today_comes_first_then_what_is_to_come_then_what_is_over(office: Office) -> None:
    for number, days in enumerate((-1, 1, 3), 4):
        texts = {
            "client": "Harbor Dental",
            "site": "Warehouse",
            "work": "cable",
            "minutes": "30",
            "reference": f"R{number}",
        }
        intake.add(office.dana, texts)
        office.go("07:00", min(days, 0))
        schedule.assign(office.dana, f"R{number}", ["Ben Okafor"], at("13:00", days), confirmed=True)
        office.go("07:00")
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"), confirmed=True)
    office.go("09:00")
    arriving.arrive(office.ana, "R1")
    office.go("11:30")
    lines = found(office, "harbor")
    assert [line.partition(" ")[0] for line in lines] == ["R1", "R2", "R3", "R5", "R6", "R4"]
    assert lines[0] == "R1  Harbor Dental · today 09:00 · Ana Ruiz · on site · Server patch"
    assert lines[1].startswith("R2  Harbor Dental · today 11:00, expected 11:4")
    assert [line.partition(" ")[0] for line in found(office, "okafor")] == ["R5", "R6", "R4"], "by who comes"
    assert [line.partition(" ")[0] for line in found(office, "harbor warehouse cable")] == ["R5", "R6", "R4"]


@pytest.fixture
def day(day_of_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dispatch:
    monkeypatch.setattr("getpass.getuser", lambda: "dana")
    return Dispatch(copied(day_of_sample, tmp_path / "sample.db"))


def test_what_is_found_by_command(day: Dispatch) -> None:
    technicians = day.json("board", "--json")["technicians"]
    technician, stop = next(
        (row, visit) for row in technicians for visit in row["visits"] if visit["state"] == "planned"
    )
    told = day.json("find", stop["client"], "--json")
    assert (told[0]["kind"], told[0]["name"]) == ("visit", stop["reference"]), "who comes today stands first"
    assert (told[0]["technicians"], told[0]["expected"]) == ([technician["name"]], stop["projected_start"])
    assert {"kind": "client", "name": stop["client"], "detail": ""} in told
    visits = [one for one in told if one["kind"] == "visit"]
    assert visits[0]["date"] == "2026-11-24"
    mine = next(one for one in visits if one["name"] == stop["reference"])
    assert (mine["start"], mine["technicians"][0]) == (stop["start"], technician["name"])
    assert "Harbor Dental" in day.ok("find", "HÁRBOR", "--limit", "3")
    assert day.ok("find", "zzzz") == "Nothing holds these letters.\n"
