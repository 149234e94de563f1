"""`dispatch route` and `dispatch roads map`: a day's legs with a map as text, and the roads below it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.commands.line import run
from tests.conftest import Dispatch
from tests.travel.town import write_town

DAY = ("--date", "2026-11-24", "--as", "lee")


@pytest.fixture
def planned(firm: Dispatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dispatch:
    """Ana drives to two clients; no roads are on the machine."""
    monkeypatch.setenv("DISPATCH_ROADS", str(tmp_path / "roads"))
    for reference, time in (("R4001", "09:00"), ("R4002", "13:00")):
        place = ("visit", "assign", reference, "--to", "Ana Ruiz", "--at", f"2026-11-24T{time}", "--as", "lee")
        firm.ok(*place, "--override", "for a map", "--confirm", firm(*place).marks)
    return firm


def test_the_legs_and_the_links_of_a_day(planned: Dispatch) -> None:
    lines = planned.ok("route", "--technician", "ana", *DAY).splitlines()
    assert lines[0].startswith("Ana Ruiz  ")
    assert lines[1].startswith("home → ")
    assert "est" in lines[1]
    assert lines[3].startswith("②    → home")
    assert lines[4].startswith("https://www.google.com/maps/dir/?api=1&origin=")
    assert len(lines) == 5


def test_the_map_as_text_and_in_ascii(planned: Dispatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = planned.ok("route", "--technician", "Ana Ruiz", "--map", *DAY)
    assert all(text.count(mark) >= 2 for mark in "①②")
    assert "⌂" in text
    assert "├" in text
    assert "OpenStreetMap" not in text
    assert all(len(line) <= 80 for line in text.splitlines() if not line.startswith("https"))
    assert planned.ok("route", "--technician", "ana", "--map", "--ascii", *DAY).isascii()


def test_everybody_or_oneself(planned: Dispatch) -> None:
    everybody = planned.ok("route", *DAY)
    assert "Ana Ruiz" in everybody
    assert "Ben Okafor" in everybody
    own = planned.ok("route", "--date", "2026-11-24", "--as", "ana")
    assert "Ben Okafor" not in own


def test_routes_as_json(planned: Dispatch) -> None:
    found = planned.json("route", "--technician", "ana", "--json", *DAY)
    assert found["date"] == "2026-11-24"
    (route,) = found["routes"]
    assert [stop["number"] for stop in route["stops"]] == [1, 2]
    assert set(route["stops"][0]["place"]) == {"lat", "lon"}
    assert route["leg_home"]["provenance"] == "estimated"
    assert len(route["links"]) == 1


def test_a_technician_who_is_not_there(planned: Dispatch) -> None:
    said = planned("route", "--technician", "Zoe", *DAY)
    assert said.code == 1
    assert "There is no technician 'Zoe'" in said.err


def test_roads_are_drawn_listed_and_taken_away(
    planned: Dispatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("osmium", reason="needs osmium: install the extra maps")
    extract = write_town(tmp_path / "town.osm")
    assert run(["roads", "map", str(extract)]) == 0
    assert "The roads of town are drawn" in capsys.readouterr().out
    assert planned.json("roads", "status", "--json", "--as", "lee")["drawn"] == ["town"]
    assert "© OpenStreetMap contributors" in planned.ok("route", "--technician", "ana", "--map", *DAY)
    assert run(["roads", "map", "--remove", "town"]) == 0
    assert "OpenStreetMap" not in planned.ok("route", "--technician", "ana", "--map", *DAY)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "either an EXTRACT or --remove NAME is expected"),
        (("a.osm", "--remove", "a"), "either an EXTRACT or --remove NAME is expected"),
        (("--remove", "../../etc"), "No roads of ../../etc are drawn"),
        (("nowhere.osm.pbf",), "There is no file nowhere.osm.pbf"),
    ],
)
def test_roads_that_cannot_be_drawn(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.setenv("DISPATCH_ROADS", str(tmp_path))
    assert run(["roads", "map", *words]) == 1
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
