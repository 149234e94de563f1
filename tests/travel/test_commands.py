"""`dispatch travel` and `dispatch roads`, and the drives of the day on the screen, with a real engine on the town."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from db import legs, settings, travel_times
from dispatch.desk.day import placement
from dispatch.desk.plan import schedule
from dispatch.desk.roads import road_engines
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.travel import drive_times
from dispatch.model.travel import Provenance
from dispatch.travel import executables, sidecar
from dispatch.travel.executables import NotInstalled, fetch
from dispatch.travel.graphs import Graph, graph
from screens.board.board import BoardScreen
from screens.board.drives import ROADS, DrivesScreen
from screens.dialogs.questions import AskConfirm, Form
from tests.conftest import Dispatch
from tests.desk.conftest import DAY, Office, at
from tests.screens.test_prices import answer, fill
from tests.screens.test_screens import opened, press, settled, until, until_true
from widgets.choices import OneOf
from widgets.listed import FigureList


def planned(office: Office) -> Dispatch:
    """Two visits of Ana's, and the command line on the same database."""
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    return Dispatch(office.store.path)


def provenances(office: Office) -> set[Provenance]:
    return {leg.provenance for own in legs.legs_of_day(office.store, DAY).values() for leg in own.values()}


def test_roads_from_an_extract_to_its_removal(office: Office, roads_home: Path, town_file: Path, town: Graph) -> None:
    dispatch = planned(office)
    assert "No road engine" in dispatch("roads", "status").err
    assert dispatch("roads", "add", str(town_file), "--as", "dana").code == 1
    assert "no file" in dispatch("roads", "add", "/nowhere.osm.pbf", "--as", "lee").err

    name = road_engines.add(office.lee, town_file)
    assert (name, settings.firm(office.store).roads) == ("town", town.id)
    fetched = road_engines.prefetch(office.lee, DAY)
    assert (fetched.drives, fetched.renewed, fetched.notes) == (25, True, ())
    assert provenances(office) == {Provenance.ROADS}
    status = dispatch.json("roads", "status", "--json")
    assert (status["graph"], status["extract"], status["note"]) == ("town", "town.osm", None)
    assert status["drives"] == {f"osrm {town.id} car": 25}
    drives = dispatch.json("travel", "show", "--date", str(DAY), "--json")["drives"]
    assert [one["to"] for one in drives] == [
        "Harbor Dental / Main office", "Harbor Dental / Warehouse", "home of Ana Ruiz",
    ]  # fmt: skip
    assert all(one["provenance"] == "roads" and one["low"] <= one["minutes"] <= one["high"] for one in drives)

    assert "without the roads of town" in dispatch.ok("roads", "remove", "--keep-files", "--as", "lee")
    assert provenances(office) == {Provenance.ESTIMATED}
    assert travel_times.counted(office.store, f"osrm {town.id} car") == 0
    assert graph(town.id) == town
    assert dispatch("roads", "remove", "--as", "lee").code == 1


@pytest.mark.usefixtures("roads")
def test_drives_are_carried_to_a_machine_without_an_engine(
    office: Office, town_file: Path, town: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch = planned(office)
    assert "uses no road graph" in dispatch("roads", "export", "--as", "lee").err
    dispatch.ok("roads", "add", str(town_file), "--as", "lee")
    file = tmp_path / "drives.json"
    file.write_text(dispatch.ok("roads", "export", "--as", "lee"))
    carried = json.loads(file.read_text())
    assert (carried["graph"], carried["name"], "OpenStreetMap" in carried["attribution"]) == (town.id, "town", True)
    dispatch.ok("roads", "remove", "--keep-files", "--as", "lee")

    monkeypatch.setenv(executables.FOLDER_VARIABLE, str(tmp_path / "nothing"))
    assert dispatch("roads", "add", str(file), "--as", "dana").code == 1, "only a lead may"
    assert provenances(office) == {Provenance.ESTIMATED}
    said = dispatch.ok("roads", "add", str(file), "--as", "lee")
    assert said == "Drives are reckoned on the roads of town from now on (0 drives known of today).\n"
    assert provenances(office) == {Provenance.ROADS}
    fetched = road_engines.prefetch(office.lee, DAY)
    assert (fetched.drives, fetched.notes) == (0, ()), "nothing is missing, so nobody asks for the engine"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"graph": None}, "expected: graph, name, places"),
        ({"graph": "../../etc"}, "graph and name are words"),
        ({"places": [[91, 0]]}, "is not a latitude"),
        ({"places": []}, "places at most 400"),
        ({"seconds": [[0, 1]]}, "1 rows of 1 figures"),
        ({"seconds": [[-1]]}, "a whole number from 0 on"),
        ({"seconds": [[True]]}, "a whole number from 0 on"),
        ({"metres": [[None]]}, "place 1 to place 1 has one figure of two"),
    ],
)
def test_a_file_that_is_none_of_drives_changes_nothing(
    office: Office, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    good = {"graph": "0123456789abcdef", "name": "t", "places": [[40.0, -83.0]], "seconds": [[0]], "metres": [[0]]}
    file = tmp_path / "drives.json"
    file.write_text(json.dumps(good | change))

    with pytest.raises(Refusal, match=re.escape(said)):
        road_engines.add(office.lee, file)
    assert (settings.firm(office.store).roads, office.store.value("SELECT count(*) FROM travel_time")) == ("", 0)

    file.write_text(json.dumps(good))
    assert road_engines.add(office.lee, file) == "t"


def test_removal_takes_the_files_along(office: Office, roads: Path, town_file: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.osm"
    own.write_text(town_file.read_text().replace("residential", "unclassified"))
    dispatch = planned(office)
    dispatch.ok("roads", "add", str(own), "--as", "lee")
    graph_id = settings.firm(office.store).roads
    assert graph(graph_id) is not None
    dispatch.ok("roads", "remove", "--as", "lee")
    assert graph(graph_id) is None


def test_an_engine_killed_in_the_middle_leaves_estimates_and_a_note(
    office: Office, town_file: Path, town: Graph
) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    road_engines.add(office.lee, town_file)
    for _ in range(sidecar.RESTARTS + 1):
        pid = sidecar.sidecar(town.id).url() and sidecar.sidecar(town.id).pid
        assert pid is not None
        os.kill(int(pid), signal.SIGKILL)
        assert sidecar.sidecar(town.id).ended()
    fetched = road_engines.prefetch(office.dana, DAY)

    assert fetched.drives == 0
    assert "stays down: drives are estimated" in fetched.notes[0]
    assert provenances(office) == {Provenance.ESTIMATED}
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    assert provenances(office) == {Provenance.ESTIMATED}


def test_no_question_is_asked_while_a_visit_is_placed(
    office: Office, town_file: Path, town: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    road_engines.add(office.lee, town_file)
    monkeypatch.setattr(sidecar, "sidecar", lambda graph_id: pytest.fail("the engine was asked"))
    placement.candidates(office.store, "R1", DAY)
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    assert provenances(office) == {Provenance.ESTIMATED}


def test_without_an_engine_it_is_fetched_only_when_agreed(
    office: Office, no_roads: Path, town_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(no_roads))  # no uv of this machine's
    said = Dispatch(office.store.path)("roads", "add", str(town_file), "--as", "lee")

    assert said.code == 1
    assert "21 MB would be fetched: say --yes" in said.err
    assert settings.firm(office.store).roads == ""
    with pytest.raises(Refusal, match=r"no pip, and there is no uv|could not be fetched"):
        road_engines.add(office.lee, town_file)


@pytest.mark.again
def test_a_wheel_that_cannot_be_had_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(executables.FOLDER_VARIABLE, str(tmp_path))
    for name, value in (("PIP_NO_INDEX", "1"), ("PIP_FIND_LINKS", str(tmp_path)), ("PIP_CONFIG_FILE", os.devnull)):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(executables.shutil, "which", lambda name: None)

    with pytest.raises(NotInstalled, match="could not be fetched"):
        fetch()
    assert list(tmp_path.iterdir()) == []


def test_a_database_whose_graph_is_elsewhere(office: Office, no_roads: Path) -> None:
    dispatch = planned(office)
    with office.lee.write("set roads") as unit:
        settings.set_firm(unit, roads="0123456789abcdef")

    assert "not on this machine" in dispatch("roads", "status").err
    assert "not on this machine" in dispatch("travel", "show", "depot", "warehouse").err
    assert road_engines.prefetch(office.dana, DAY).notes[0].endswith("dispatch roads add makes it.")


def test_only_a_lead_adds_roads(office: Office, town_file: Path, town: Graph) -> None:
    with pytest.raises(NotAllowed):
        road_engines.add(office.dana, town_file)
    with pytest.raises(NotAllowed):
        road_engines.add(office.ana, town_file)
    road_engines.add(office.lee, town_file)
    with pytest.raises(NotAllowed):
        road_engines.remove(office.dana)


def test_pins_by_command(office: Office) -> None:
    dispatch = planned(office)
    said = dispatch.ok(
        "travel", "pin", "home of ana", "main office", "40", "--both", "--reason", "ferry", "--as", "dana"
    )
    assert said.splitlines() == [
        "home of Ana Ruiz → Harbor Dental / Main office: 40 min  ferry",
        "Harbor Dental / Main office → home of Ana Ruiz: 40 min  ferry",
    ]
    assert [one["minutes"] for one in dispatch.json("travel", "pins", "--json")] == [40, 40]
    (first, *_) = dispatch.json("travel", "show", "--date", str(DAY), "--json")["drives"]
    assert (first["minutes"], first["provenance"], first["pin_reason"]) == (40, "pinned", "ferry")
    assert "40 min pinned" in dispatch.ok("travel", "show", "home of Ana Ruiz", "main office")
    dispatch.ok("travel", "unpin", "home of ana", "main office", "--as", "dana")
    assert len(legs.pins(office.store)) == 1
    assert dispatch("travel", "unpin", "home of ana", "main office", "--as", "dana").code == 1
    assert dispatch("travel", "pin", "depot", "nowhere", "x", "--as", "dana").code == 1
    assert dispatch("travel", "show", "depot").code == 1
    assert dispatch("travel", "show", "depot", "warehouse", "--at", "noonish").code == 1


def test_show_a_matrix(office: Office, town_file: Path, town: Graph) -> None:
    dispatch = planned(office)
    form = dispatch.json("travel", "show", "--matrix", "--date", str(DAY), "--json")
    assert form["places"] == [
        "depot", "home of Ana Ruiz", "home of Ben Okafor", "Harbor Dental / Main office", "Harbor Dental / Warehouse",
    ]  # fmt: skip
    assert {cell["provenance"] for row in form["legs"] for cell in row} == {"estimated"}
    road_engines.add(office.lee, town_file)
    form = dispatch.json("travel", "show", "--matrix", "--date", str(DAY), "--json")
    assert {cell["provenance"] for row in form["legs"] for cell in row} == {"roads"}
    assert "→ Harbor Dental / Warehouse" in dispatch.ok("travel", "show", "--matrix", "--date", str(DAY))


def test_learn_by_command(office: Office) -> None:
    dispatch = planned(office)
    assert "A pace of the firm's own takes 20 legs" in dispatch.ok("travel", "learn", "--as", "lee")
    assert dispatch.json("travel", "learn", "--as", "lee", "--json") == {"legs": 0, "pairs": 0, "scales": {}}


async def test_the_board_asks_by_itself(office: Office, town_file: Path, town: Graph) -> None:
    planned(office)
    road_engines.add(office.lee, town_file)
    async with opened(office.dana, "board") as pilot:
        await until_true(pilot, lambda: provenances(office) == {Provenance.ROADS})
        await settled(pilot)


async def test_the_board_says_when_it_cannot(office: Office, no_roads: Path) -> None:
    planned(office)
    with office.lee.write("set roads") as unit:
        settings.set_firm(unit, roads="0123456789abcdef")
    async with opened(office.dana, "board") as pilot:
        await until_true(pilot, lambda: "not on this machine" in str(pilot.app.screen.drives.note))  # type: ignore[attr-defined]
        await press(pilot, "right")
        assert isinstance(pilot.app.screen, BoardScreen)


async def test_pin_on_the_screen(office: Office) -> None:
    planned(office)
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "D")
        await until(pilot, DrivesScreen)
        await press(pilot, "enter")
        await fill(pilot, minutes="soon")
        assert isinstance(pilot.app.screen, Form)
        assert pilot.app.screen.query_one("#field-both", OneOf).value == "no"
        await fill(pilot, minutes="44", both="yes", reason="ferry")
        await until(pilot, DrivesScreen)
        assert [one.minutes for one in legs.pins(office.store)] == [44, 44]
        text = "\n".join(str(entry.lines) for entry in pilot.app.screen.query_one(FigureList).entries(100))
        assert "44 min pinned" in text
        await press(pilot, "X")
        await until_true(pilot, lambda: len(legs.pins(office.store)) == 1)
        await press(pilot, "u")
        await until_true(pilot, lambda: len(legs.pins(office.store)) == 2)
        await press(pilot, "l")
        await press(pilot, "q")
        await until(pilot, BoardScreen)


async def test_roads_on_the_screen(office: Office, town_file: Path, town: Graph) -> None:
    planned(office)
    async with opened(office.lee, "board") as pilot:
        await press(pilot, "D")
        await until(pilot, DrivesScreen)
        await press(pilot, "n")
        await answer(pilot, "/nowhere")
        await answer(pilot, str(town_file))
        await until_true(pilot, lambda: provenances(office) == {Provenance.ROADS})
        await settled(pilot)
        assert pilot.app.screen.query_one(FigureList).select_key(ROADS)
        await press(pilot, "X")
        await until(pilot, AskConfirm)
        await press(pilot, "escape")
    assert drive_times.sources(settings.firm(office.store))
