"""The clients of remote engines, against servers on loopback that speak as those do."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from dispatch.model.travel import UNKNOWN_LEG, Place, Provenance
from dispatch.travel import secret_files
from dispatch.travel.chain import Chain, Unavailable
from dispatch.travel.engines import NO_WAY, decoded
from dispatch.travel.estimate import Estimated
from dispatch.travel.known import Cell
from dispatch.travel.services import OpenRouteService, Osrm, Roads, Valhalla
from tests.travel.servers import Answer, Asked, serving

A, B, C = Place(39.95, -83.0), Place(39.96, -82.9), Place(39.97, -82.8)
BAD, OFF = Place(0.0, 0.0), Place(1.0, 0.0)
"""On the meridian of Greenwich there are no roads here."""
LINE = "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
"""The example of the polyline algorithm."""


def minutes(origin: float, destination: float) -> int:
    """What the servers here say of two longitudes: 1,000 s a degree."""
    return round(abs(origin - destination) * 1000)


def osrm(asked: Asked) -> Answer:
    path, _, query = asked.path.partition("?")
    points = [tuple(map(float, one.split(","))) for one in path.rsplit("/", 1)[1].split(";")]
    options = dict(one.split("=") for one in query.split("&"))
    assert options["radiuses"].split(";") == ["1000"] * len(points)
    bad = next((number for number, point in enumerate(points) if point[0] == 0), None)
    if bad is not None:
        return 400, {"code": "NoSegment", "message": f"Could not find a matching segment for coordinate {bad}"}
    if "/route/" in path:
        return 200, {"code": "Ok", "routes": [{"geometry": LINE}]}
    sources, destinations = (
        [points[int(one)] for one in options[name].split(";")] for name in ("sources", "destinations")
    )
    times = [[minutes(start[0], end[0]) for end in destinations] for start in sources]
    return 200, {"code": "Ok", "durations": times, "distances": [[one * 10 for one in row] for row in times]}


def valhalla(asked: Asked) -> Answer:
    body = asked.body
    assert body["costing"] == "auto"
    ends = body.get("locations") or [*body["sources"], *body["targets"]]
    if any(one["lon"] == 0 for one in ends):
        return 400, {"error_code": 171, "error": "No suitable edges near location", "status_code": 400}
    if asked.path == "/route":
        return 200, {"trip": {"legs": [{"shape": LINE}]}}
    assert asked.path == "/sources_to_targets"
    return 200, {
        "units": "kilometers",
        "sources_to_targets": [
            [
                {"time": minutes(start["lon"], end["lon"]), "distance": minutes(start["lon"], end["lon"]) / 100}
                for end in body["targets"]
            ]
            for start in body["sources"]
        ],
    }


def openrouteservice(asked: Asked) -> Answer:
    body = asked.body
    assert asked.headers["Authorization"] == "secret"
    points = body.get("locations") or body["coordinates"]
    if any(point[0] == 0 for point in points):
        return 404, {"error": {"code": 6010, "message": "Could not find point 1 within a radius of 350.0 meters"}}
    if asked.path == "/v2/directions/driving-car/geojson":
        return 200, {"features": [{"geometry": {"coordinates": [[-83.0, 39.95], [-82.95, 39.955, 7], [-82.9, 39.96]]}}]}
    assert asked.path == "/v2/matrix/driving-car"
    times = [[minutes(points[start][0], points[end][0]) for end in body["destinations"]] for start in body["sources"]]
    return 200, {"durations": times, "distances": [[one * 10 for one in row] for row in times]}


ENGINES: dict[str, tuple[Any, Any]] = {
    "osrm": (osrm, Osrm),
    "valhalla": (valhalla, Valhalla),
    "openrouteservice": (openrouteservice, lambda url, **more: OpenRouteService(url, "secret", **more)),
}


@pytest.mark.parametrize("name", ENGINES)
def test_table_with_a_bad_point_in_it(name: str) -> None:
    answer, client = ENGINES[name]
    with serving(answer) as server:
        table = client(server.url).table([A, BAD, B], [C, A, OFF])

    assert table == [
        [Cell(200, 2000), Cell(0, 0), NO_WAY],
        [NO_WAY, NO_WAY, NO_WAY],
        [Cell(100, 1000), Cell(100, 1000), NO_WAY],
    ]


@pytest.mark.parametrize("name", ENGINES)
def test_large_tables_are_cut(name: str) -> None:
    answer, client = ENGINES[name]
    places = [Place(40.0, -80 - number / 100) for number in range(102)]
    with serving(answer) as server:
        table = client(server.url).table(places, places)
        assert len(server.asked) == 9
        assert all(len(asked.path) < 6000 for asked in server.asked)

    assert [cell.seconds for cell in table[100][::50]] == [1000, 500, 0]


@pytest.mark.parametrize("name", ENGINES)
def test_ways_between_stops(name: str) -> None:
    answer, client = ENGINES[name]
    with serving(answer) as server:
        paths = client(server.url).paths([A, B, BAD, None, C])

    assert [bool(path) for path in paths] == [True, False, False, False]
    assert len(paths[0]) == 3


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    "answer",
    [
        (500, {"message": "out of order"}),
        (200, b"<html>"),
        (200, b"[1, 2]"),
        (200, {}),
        (200, {"durations": [[1]], "distances": [[1]], "sources_to_targets": [[{"time": 1, "distance": 1}]]}),
        (200, {"durations": [[-1, "x"]], "distances": [[1, 1]], "sources_to_targets": [["x", {}]]}),
        (403, {"error": {"code": 403, "message": "no quota"}}),
        (429, b""),
    ],
)
def test_nonsense_is_a_note_and_an_estimate(name: str, answer: Answer) -> None:
    with serving(lambda asked: answer) as server:
        chain = Chain([Roads(ENGINES[name][1](server.url)), Estimated()])
        cells = chain.matrix([A, None], [B, C], 0)

    assert [cell.provenance for cell in cells[0]] == [Provenance.ESTIMATED] * 2
    assert cells[1] == [UNKNOWN_LEG, UNKNOWN_LEG]
    assert len(chain.notes) == 1


@pytest.mark.parametrize("name", ENGINES)
def test_a_slow_engine_is_left(name: str) -> None:
    def slow(asked: Asked) -> Answer:
        time.sleep(0.6)
        return 200, b""

    with serving(slow) as server, pytest.raises(Unavailable, match="cannot be reached"):
        ENGINES[name][1](server.url, timeout=0.2).table([A], [B])


def test_nobody_there() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        Osrm("http://127.0.0.1:9").table([A], [B])
    with pytest.raises(Unavailable):
        Valhalla("file:///etc").table([A], [B])


def test_a_key_does_not_follow_a_redirection() -> None:
    with serving(lambda asked: (200, {})) as thief, serving(lambda asked: (302, {}), Location=thief.url) as server:
        with pytest.raises(Unavailable, match="302"):
            OpenRouteService(server.url, "secret").table([A], [B])
        assert thief.asked == []


def test_the_proxy_of_the_environment_is_not_asked_about_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(osrm) as server:
        assert Osrm(server.url).table([A], [B]) == [[Cell(100, 1000)]]


def test_key_from_the_environment_or_a_file_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(secret_files.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert secret_files.secret(secret_files.VARIABLE, secret_files.FILE) == ""
    file = tmp_path / "dispatch-board" / "travel.key"
    file.parent.mkdir()
    file.write_text("secret\n")
    file.chmod(0o644)
    with pytest.raises(Unavailable, match="chmod 600"):
        secret_files.secret(secret_files.VARIABLE, secret_files.FILE)
    file.chmod(0o600)
    assert secret_files.secret(secret_files.VARIABLE, secret_files.FILE) == "secret"
    monkeypatch.setenv(secret_files.VARIABLE, "other")
    assert secret_files.secret(secret_files.VARIABLE, secret_files.FILE) == "other"


def test_polyline_of_the_algorithms_page() -> None:
    assert decoded(LINE, 5) == (Place(38.5, -120.2), Place(40.7, -120.95), Place(43.252, -126.453))


def test_questions_are_json(tmp_path: Path) -> None:
    with serving(valhalla) as server:
        Valhalla(server.url + "/").table([A], [B])
        (asked,) = server.asked
    assert json.dumps(asked.body["sources"]) == '[{"lat": 39.95, "lon": -83.0, "search_cutoff": 1000}]'
    assert asked.headers["Content-Type"] == "application/json"
