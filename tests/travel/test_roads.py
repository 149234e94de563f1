"""A real `osrm-routed` on a small town: drives, ways, bad points, crashes, and its end with the program."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from dispatch.model.travel import Place, Provenance
from dispatch.travel import sidecar
from dispatch.travel.chain import Chain, Unavailable
from dispatch.travel.engines import NO_WAY
from dispatch.travel.estimate import Estimated
from dispatch.travel.executables import executables
from dispatch.travel.graphs import Graph, NotBuilt, build, graph, graphs
from dispatch.travel.services import Roads
from dispatch.travel.sidecar import local_roads
from tests.travel.conftest import alive
from tests.travel.town import NO_OSMIUM, as_downloaded
from tests.wall import started

HOME, NORTH, EAST = Place(39.95, -83.0), Place(39.99, -83.0), Place(39.95, -82.95)
NOWHERE = Place(0.0, 0.0)


def test_drives_on_the_grid(town: Graph) -> None:
    ((there, same), (_, back)) = local_roads(town.id).table([HOME, EAST], [NORTH, HOME])

    assert there.metres == pytest.approx(4 * 1111, rel=0.02)
    assert there.seconds is not None
    assert 4 * 1111 / 20 < there.seconds < 4 * 1111 / 4
    assert same == (0, 0)
    assert back.metres == pytest.approx(5 * 851, rel=0.02)


def test_a_pair_is_directed(town: Graph) -> None:
    west, east = Place(40.0, -83.0), Place(40.0, -82.95)
    ((along,), (against,)) = local_roads(town.id).table([west], [east]), local_roads(town.id).table([east], [west])

    assert along[0].seconds < against[0].seconds
    assert along[0].metres < against[0].metres


def test_a_point_far_from_every_road_has_no_way_and_spoils_no_other(town: Graph) -> None:
    table = local_roads(town.id).table([NOWHERE, HOME, Place(10.0, 10.0)], [NORTH, NOWHERE])

    assert table[0] == table[2] == [NO_WAY, NO_WAY]
    assert table[1][0].seconds
    assert table[1][1] == NO_WAY
    assert local_roads(town.id).table([NOWHERE], [NORTH]) == [[NO_WAY]]


def test_large_tables_are_asked_in_blocks(town: Graph) -> None:
    places = [Place(39.92 + 0.01 * (number % 8), -83.01 + 0.0007 * number) for number in range(100)]
    engine = local_roads(town.id)
    whole = engine.table(places, places)
    engine._side = 33

    assert engine.table(places, places) == whole


def test_a_route_knows_its_way(town: Graph) -> None:
    chain = Chain([Roads(local_roads(town.id)), Estimated()])
    first, second, third = chain.route([HOME, NORTH, None, EAST], 0)

    assert (first.leg.provenance, second.leg.known, third.leg.known) == (Provenance.ROADS, False, False)
    assert first.path[0] == HOME
    assert first.path[-1] == NORTH
    assert len(first.path) >= 2
    assert second.path == third.path == ()


def test_a_killed_engine_is_started_again(town: Graph) -> None:
    chain = Chain([Roads(local_roads(town.id)), Estimated()])
    assert chain.leg(HOME, NORTH, 0).provenance is Provenance.ROADS
    first = sidecar.sidecar(town.id).pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    _until(lambda: not alive(first))

    assert chain.leg(HOME, NORTH, 0).provenance is Provenance.ROADS
    assert sidecar.sidecar(town.id).pid not in (None, first)
    assert chain.notes == []


def test_an_engine_that_keeps_crashing_stays_down_with_a_note(town: Graph) -> None:
    chain = Chain([Roads(local_roads(town.id)), Estimated()])
    for _ in range(sidecar.RESTARTS + 1):
        assert chain.leg(HOME, NORTH, 0).provenance is Provenance.ROADS, chain.notes
        pid = sidecar.sidecar(town.id).pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        _until(lambda pid=pid: not alive(pid))  # type: ignore[misc]

    leg = chain.leg(HOME, NORTH, 0)
    assert (leg.provenance, leg) == (Provenance.ESTIMATED, Estimated().leg(HOME, NORTH, 0))
    assert chain.notes == [
        f"The road engine has stopped {sidecar.RESTARTS + 1} times and stays down: drives are estimated."
    ]


def test_killed_in_the_middle_of_asking(town: Graph) -> None:
    """What is asked while the engine dies is an estimate with a note, and never an error."""
    chain = Chain([Roads(local_roads(town.id)), Estimated()])
    chain.leg(HOME, NORTH, 0)
    pid = sidecar.sidecar(town.id).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    _until(lambda: ") T " in Path(f"/proc/{pid}/stat").read_text())
    engine = local_roads(town.id)
    engine._timeout = 0.3
    stopped = Chain([Roads(engine), Estimated()])
    try:
        assert stopped.matrix([HOME, EAST], [NORTH], 0)[0][0].provenance is Provenance.ESTIMATED
        assert "cannot be reached" in stopped.notes[0]
    finally:
        os.kill(pid, signal.SIGKILL)


def test_the_engine_listens_on_loopback_only(town: Graph) -> None:
    url = sidecar.sidecar(town.id).url()
    assert url.startswith("http://127.0.0.1:")
    port = f"{int(url.rsplit(':', 1)[1]):04X}"
    heard = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"]
    assert [one for one in heard if one.endswith(f":{port}")] == [f"0100007F:{port}"]


def test_the_engine_ends_with_the_program_however_that_ends(town: Graph) -> None:
    code = (
        "import sys, threading, time; from dispatch.travel import sidecar; s = sidecar.sidecar(sys.argv[1]); "
        "t = threading.Thread(target=s.url); t.start(); t.join(); print(s.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(started("-c", code, town.id), stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        # the thread that asked first is gone, the engine is not
        time.sleep(0.2)
        assert alive(pid)
        program.kill()
    _until(lambda: not alive(pid))


def test_without_graph_or_engine_there_is_a_note(no_roads: Path) -> None:
    chain = Chain([Roads(local_roads("0123456789abcdef")), Estimated()])

    assert chain.leg(HOME, NORTH, 0).provenance is Provenance.ESTIMATED
    assert chain.notes == ["The road graph of this database is not on this machine: dispatch roads add makes it."]


def test_a_graph_is_built_once_for_what_it_is_built_from(town: Graph, town_file: Path, tmp_path: Path) -> None:
    engine = executables()
    assert engine is not None
    steps: list[str] = []
    again = build(engine, town_file, steps.append)

    assert again == town
    assert steps == ["reading the extract"]
    assert graph(town.id) == town
    assert town in graphs()
    other = tmp_path / "other.osm"
    other.write_text(town_file.read_text().replace("residential", "tertiary"))
    assert build(engine, other).id != town.id
    assert not [one for one in town.folder.parent.iterdir() if one.name.startswith(".")]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("town.txt", "roads", "is not an extract"),
        ("town.osm", "<osm>", "could not be built"),
        ("a.osm.pbf", "x", "built"),
    ],
)
def test_what_is_no_extract_is_refused(roads: Path, tmp_path: Path, name: str, text: str, said: str) -> None:
    engine = executables()
    assert engine is not None
    (tmp_path / name).write_text(text)
    before = sorted(one.name for one in (roads / "graphs").glob("*")) if (roads / "graphs").exists() else []

    with pytest.raises(NotBuilt, match=said):
        build(engine, tmp_path / name)
    assert before == (sorted(one.name for one in (roads / "graphs").glob("*")) if before else [])


def test_a_graph_that_was_removed_is_unavailable(town: Graph) -> None:
    with pytest.raises(Unavailable):
        local_roads("feedfeedfeedfeed").table([HOME], [NORTH])


def test_an_extract_as_it_is_downloaded(roads: Path, town_file: Path) -> None:
    pytest.importorskip("osmium", reason=NO_OSMIUM)
    engine = executables()
    assert engine is not None
    chain = Chain([Roads(local_roads(build(engine, as_downloaded(town_file)).id)), Estimated()])
    (leg,) = chain.route([HOME, NORTH], 0)

    assert leg.leg.provenance is Provenance.ROADS, chain.notes
    assert leg.leg.metres == pytest.approx(4 * 1111, rel=0.02)
    assert len(leg.path) > 2


def _until(condition: object) -> None:
    """Wait until something holds."""
    for _ in range(250):
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen")
