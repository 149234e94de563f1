"""Drawn roads: made from an extract, read back for any part of it, bounded, and safe from files that are not whole."""

from __future__ import annotations

import itertools
import threading
import time
from array import array
from math import cos, hypot, radians
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.maps import Box, Road
from dispatch.travel import roadmap
from dispatch.travel.graphs import name_of
from dispatch.travel.road_lines import METRES, MILLION, NotDrawn, coarser, joined, rank_of
from dispatch.travel.roadmap import SUFFIX, RoadMap, build, map_file, roads_in
from tests.travel.town import COLUMNS, NO_OSMIUM, ROWS, SOUTH, STEP, WEST, as_downloaded, write_town

pytest.importorskip("osmium", reason=NO_OSMIUM)

TOWN = Box(SOUTH, WEST, SOUTH + (ROWS - 1) * STEP, WEST + (COLUMNS - 1) * STEP)
POINTS = st.tuples(st.integers(39_900_000, 40_100_000), st.integers(-83_100_000, -82_900_000))


def write_ways(path: Path, *ways: tuple[str, list[tuple[float, float]]]) -> Path:
    """An extract of ways, each its class and its (lat, lon)."""
    nodes, lines, number = [], [], 0
    for way, (highway, points) in enumerate(ways, start=1):
        refs = []
        for lat, lon in points:
            number += 1
            nodes.append(f'<node id="{number}" version="1" lat="{lat}" lon="{lon}"/>')
            refs.append(f'<nd ref="{number}"/>')
        lines.append(f'<way id="{way}" version="1">{"".join(refs)}<tag k="highway" v="{highway}"/></way>')
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{"".join(nodes)}{"".join(lines)}</osm>', encoding="utf-8")
    return path


def ends(roads: list[Road]) -> set[tuple[float, float]]:
    return {point for road in roads for point in road.points}


@pytest.fixture
def town(tmp_path: Path) -> RoadMap:
    """The town of the road engine's tests: residential streets, the northernmost is a primary road."""
    build(write_town(tmp_path / "town.osm"), tmp_path / "town.roads")
    return RoadMap(tmp_path / "town.roads")


def test_streets_show_near_and_great_roads_from_afar(town: RoadMap) -> None:
    assert town.name == "town"
    assert {road.rank for road in town.roads(TOWN, 10)} == {1, 4}
    for metres in (30, 100, 900):
        assert {road.rank for road in town.roads(TOWN, metres)} == {1}
    assert town.roads(TOWN, 5000) == []


def test_a_part_of_the_town_has_the_streets_of_that_part(town: RoadMap) -> None:
    corner = Box(SOUTH - 0.001, WEST - 0.001, SOUTH + 0.001, WEST + 0.001)
    found = town.roads(corner, 5)
    assert 0 < sum(len(road.points) for road in found) < sum(len(road.points) for road in town.roads(TOWN, 5))
    assert (SOUTH, WEST) in ends(found)
    assert town.roads(Box(10, 10, 11, 11), 5) == []


def test_every_street_corner_is_on_the_map(town: RoadMap) -> None:
    edges = {(SOUTH + row * STEP, WEST + column * STEP) for row in (0, ROWS - 1) for column in (0, COLUMNS - 1)}
    found = {(round(lat, 5), round(lon, 5)) for lat, lon in ends(town.roads(TOWN, 5))}
    assert {(round(lat, 5), round(lon, 5)) for lat, lon in edges} <= found


def test_what_is_no_road_for_cars_is_not_drawn(tmp_path: Path) -> None:
    points = [(40.0, -83.0), (40.01, -83.0)]
    extract = write_ways(tmp_path / "a.osm", ("footway", points), ("service", points), ("motorway_link", points))
    build(extract, tmp_path / "a.roads")
    assert [road.rank for road in RoadMap(tmp_path / "a.roads").roads(Box(39, -84, 41, -82), 5)] == [0]
    assert rank_of("construction") is None
    assert rank_of("tertiary_link") == 3


def test_a_road_over_many_tiles_is_whole_and_a_wild_one_is_left_out(tmp_path: Path) -> None:
    extract = write_ways(
        tmp_path / "long.osm", ("trunk", [(40.0, -83.0), (40.5, -82.5)]), ("trunk", [(40.0, -83.0), (0.0, 0.0)])
    )
    build(extract, tmp_path / "long.roads")
    drawn = RoadMap(tmp_path / "long.roads")
    found = drawn.roads(Box(39.9, -83.1, 40.6, -82.4), 10)
    assert {(40.0, -83.0), (40.5, -82.5)} <= ends(found)
    assert all(abs((lat - 40) - (lon + 83)) < 1e-5 for lat, lon in ends(found)), "each point lies on the road"
    assert drawn.roads(Box(-1, -1, 1, 1), 10) == []


def test_a_view_across_the_antimeridian_has_both_sides(tmp_path: Path) -> None:
    extract = write_ways(
        tmp_path / "fiji.osm", ("primary", [(-16.8, 179.9), (-16.8, 179.99)]), ("primary", [(-16.8, -179.99), (-16.8, -179.9)])
    )  # fmt: skip
    build(extract, tmp_path / "fiji.roads")
    drawn = RoadMap(tmp_path / "fiji.roads")
    assert {lon > 0 for _, lon in ends(drawn.roads(Box(-17, 179.8, -16, -179.8), 50))} == {True, False}
    assert {lon > 0 for _, lon in ends(drawn.roads(Box(-17, 179.8, -16, 180.0), 50))} == {True}


def test_too_much_for_one_view_is_drawn_coarser(town: RoadMap) -> None:
    assert {road.rank for road in town.roads(TOWN, 5, words=200)} == {1}
    assert town.roads(TOWN, 5, words=2) == []


@given(st.lists(POINTS, min_size=2, max_size=40), st.sampled_from([5.0, 50.0, 500.0]))
def test_a_coarser_line_stays_near_the_given_one(line: list[tuple[int, int]], metres: float) -> None:
    coarse = coarser(line, metres)
    assert coarse[0] == line[0]
    assert coarse[-1] == line[-1]
    assert len(coarse) <= len(line)
    shrink = cos(radians(line[0][0] / MILLION))

    def away(point: tuple[int, int], begin: tuple[int, int], end: tuple[int, int]) -> float:
        (y, x), (y0, x0), (y1, x1) = ((lat * METRES, lon * METRES * shrink) for lat, lon in (point, begin, end))
        length = (x1 - x0) ** 2 + (y1 - y0) ** 2
        along = max(0.0, min(1.0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length)) if length else 0.0
        return hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))

    for point in line:
        assert min(away(point, *pair) for pair in itertools.pairwise(coarse)) <= metres + 1e-6


def test_lines_that_go_on_as_one_are_joined_and_crossings_stay() -> None:
    a, b, c, d, e = (0, 0), (0, 1), (0, 2), (1, 1), (0, 3)
    assert joined([[a, b], [c, b]]) in ([[a, b, c]], [[c, b, a]])
    assert sorted(map(sorted, joined([[a, b], [b, c], [b, d]]))) == [[a, b], [b, c], [b, d]]
    (ring,) = joined([[a, b], [b, c], [c, a]])
    assert ring[0] == ring[-1]
    (whole,) = joined([[b, c], [c, e], [a, b]])
    assert whole in ([a, b, c, e], [e, c, b, a])
    assert joined([[a]]) == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("roads.txt", "x", "is not an extract"),
        ("none.osm", None, "There is no file"),
        ("bad.osm.pbf", "this is no extract at all", "cannot be read as an extract"),
        ("empty.osm", '<osm version="0.6"></osm>', "There are no roads in"),
    ],
)
def test_what_is_no_extract_is_refused_and_nothing_is_left(
    tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(NotDrawn, match=said):
        build(tmp_path / name, tmp_path / "maps" / "x.roads")
    assert not (tmp_path / "maps").exists()


def test_the_making_can_be_stopped(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(NotDrawn, match="stopped"):
        build(write_town(tmp_path / "town.osm"), tmp_path / "town.roads", stop=stop)
    assert not (tmp_path / "town.roads").exists()


def test_a_newer_extract_takes_the_place_of_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_ROADS", str(tmp_path))
    points = [(40.0, -83.0), (40.01, -83.0)]
    box = Box(39, -84, 41, -82)
    extract = write_ways(tmp_path / "us.ohio.osm", ("trunk", points))
    assert name_of(extract) == "us.ohio"
    build(extract, map_file(name_of(extract)))
    assert [road.rank for road in roads_in(box, 5)] == [0]
    write_ways(extract, ("primary", points), ("primary", [(40.5, -83.0), (40.51, -83.0)]))
    build(extract, map_file(name_of(extract)))
    assert [road.rank for road in roads_in(box, 5)] == [1, 1]
    assert roadmap.drawn() == ["us.ohio"]
    assert [path.name for path in (tmp_path / "maps").iterdir()] == ["us.ohio.roads"]


@pytest.mark.parametrize("size", [0, 4, 12, 40, 300, 500, 900])
def test_a_file_that_is_cut_short_or_none_of_ours_has_no_roads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setenv("DISPATCH_ROADS", str(tmp_path))
    build(write_town(tmp_path / "town.osm"), map_file("town"))
    whole = map_file("town").read_bytes()
    assert len(whole) > 900
    map_file("cut").write_bytes(whole[:size])
    map_file("wild").write_bytes(bytes(reversed(whole)))
    with pytest.raises((ValueError, OSError)):
        RoadMap(map_file("cut"))
    assert len(roads_in(TOWN, 5)) == len(RoadMap(map_file("town")).roads(TOWN, 5))


@given(st.binary(max_size=400))
def test_words_that_are_damaged_are_read_to_their_end(data: bytes) -> None:
    words = array("i", data[: len(data) // 4 * 4]).tolist()
    for road in roadmap._read(words):
        assert len(road.points) <= len(words)


def test_a_city_as_it_is_downloaded_is_drawn_within_bounds(tmp_path: Path) -> None:
    steps = [number / 2000 for number in range(150)]
    streets = [("residential", [(SOUTH + row, WEST + column) for column in steps]) for row in steps]
    avenues = [("secondary", [(SOUTH + row, WEST + column) for row in steps]) for column in steps]
    city = write_ways(tmp_path / "city.osm", *streets, *avenues)
    extract, target = as_downloaded(city), tmp_path / ("city" + SUFFIX)
    assert build(extract, target) < city.stat().st_size / 10
    drawn = RoadMap(target)
    for metres in (5, 30, 100):
        half = metres * 200 / 111_195
        box = Box(SOUTH, WEST, SOUTH + half, WEST + half * 1.3)
        began = time.process_time()
        found = drawn.roads(box, metres)
        assert time.process_time() - began < 1
        assert found
        assert sum(len(road.points) for road in found) * 2 <= roadmap.WORDS
