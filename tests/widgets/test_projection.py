"""Where places fall: fitted with a margin, true to scale, the short way round the earth."""

from __future__ import annotations

from math import cos, hypot, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.travel import Place
from dispatch.travel.estimate import haversine_km
from widgets.map.projection import CLOSEST, FARTHEST, MIN_SPAN, MapProjection, fitted, scale_bar

COLUMBUS = Place(39.9612, -82.9988)
PLACES = st.builds(Place, st.floats(-80, 80), st.floats(-180, 180))
NEAR = st.builds(Place, st.floats(39.5, 40.5), st.floats(-83.5, -82.5))


@given(st.lists(NEAR, min_size=1, max_size=12), st.integers(20, 400), st.integers(20, 200))
def test_every_place_is_inside_the_margin(places: list[Place], width: int, height: int) -> None:
    view = fitted(places, width, height, across=4, down=4)
    assert view is not None
    for place in places:
        x, y = view.point(place)
        assert 4 - 1e-6 <= x <= width - 4 + 1e-6
        assert 4 - 1e-6 <= y <= height - 4 + 1e-6


@given(st.lists(PLACES, min_size=1, max_size=6))
def test_places_all_over_the_earth_are_inside_too(places: list[Place]) -> None:
    view = fitted(places, 80, 80, across=2, down=2)
    assert view is not None
    for place in places:
        x, y = view.point(place)
        # beyond the farthest zoom a map of the whole earth is cut
        if view.metres < FARTHEST:
            assert -1e-6 <= x <= 80 + 1e-6
            assert -1e-6 <= y <= 80 + 1e-6


@given(NEAR, st.floats(0, 100), st.floats(0, 100))
def test_a_point_is_the_place_that_it_was_made_from(middle: Place, x: float, y: float) -> None:
    view = MapProjection(middle.lat, middle.lon, 50.0, 100, 100)
    assert view.point(view.place(x, y)) == pytest.approx((x, y), abs=1e-5)


def test_distances_are_true_in_every_direction() -> None:
    view = fitted([COLUMBUS], 100, 100)
    assert view is not None
    x0, y0 = view.point(COLUMBUS)
    for place in (Place(39.9712, -82.9988), Place(39.9612, -82.9858), Place(39.9682, -83.0079)):
        x, y = view.point(place)
        assert hypot(x - x0, y - y0) * view.metres == pytest.approx(haversine_km(COLUMBUS, place) * 1000, rel=2e-3)
    assert view.point(Place(39.98, -82.9988))[1] < y0, "north is up"
    assert view.point(Place(39.9612, -82.98))[0] > x0, "east is right"


def test_one_place_has_surroundings_and_stands_in_the_middle() -> None:
    view = fitted([COLUMBUS], 60, 40, across=4, down=4)
    assert view is not None
    assert view.point(COLUMBUS) == pytest.approx((30, 20))
    assert view.metres * 32 == pytest.approx(MIN_SPAN)
    assert fitted([], 60, 40) is None


def test_places_on_both_sides_of_the_antimeridian_are_neighbours() -> None:
    west, east = Place(-16.8, 179.9), Place(-16.7, -179.8)
    view = fitted([west, east], 100, 100, across=2, down=2)
    assert view is not None
    assert view.metres * 96 == pytest.approx(0.3 * 111_195 * cos(radians(-16.75)), rel=1e-3)
    assert view.point(west)[0] == pytest.approx(2)
    assert view.point(east)[0] == pytest.approx(98)
    (x0, _), (x1, _) = view.track([(-16.8, 179.9), (-16.7, -179.8)])
    assert x1 - x0 == pytest.approx(96)
    assert view.box.west > view.box.east


def test_a_view_of_more_than_the_earth_has_all_longitudes() -> None:
    assert MapProjection(0, 0, FARTHEST, 1000, 100).box[1::2] == (-180.0, 180.0)


@pytest.mark.parametrize("lat", [90.0, -90.0, 89.9999])
def test_the_poles_are_no_fault(lat: float) -> None:
    view = fitted([Place(lat, 10), Place(lat, -170)], 60, 40)
    assert view is not None
    assert CLOSEST <= view.metres <= FARTHEST
    assert -90 <= view.moved(0, -1000).lat <= 90
    assert -180 <= view.moved(99999, 0).lon <= 180


def test_zoom_has_limits_and_keeps_the_middle() -> None:
    view = MapProjection(39.9, -83.0, 50.0, 100, 100)
    assert view.zoomed(0.5).metres == 25
    assert view.zoomed(0.5).point(Place(39.9, -83.0)) == (50, 50)
    assert view.zoomed(1e-9).metres == CLOSEST
    assert view.zoomed(1e9).metres == FARTHEST


@pytest.mark.parametrize(
    ("metres", "unit", "cells", "text", "length"),
    [
        (50, "km", 12, "1 km", 10),
        (50, "mi", 12, "0.5 mi", 8),
        (400, "mi", 12, "5 mi", 10),
        (2, "km", 12, "20 m", 5),
        (2, "mi", 12, "100 ft", 8),
        (60_000, "km", 12, "1000 km", 8),
        (60_000, "km", 1, "100 km", 1),
    ],
)
def test_the_bar_of_the_scale_is_a_round_distance(metres: float, unit: str, cells: int, text: str, length: int) -> None:
    assert scale_bar(metres, unit, cells) == (text, length)  # type: ignore[arg-type]


@given(st.floats(CLOSEST, FARTHEST), st.sampled_from(["km", "mi"]), st.integers(1, 20))
def test_the_bar_fits_and_says_what_it_is_long(metres: float, unit: str, cells: int) -> None:
    text, length = scale_bar(metres, unit, cells)  # type: ignore[arg-type]
    number, word = text.split(" ")
    real = float(number) * {"km": 1000, "mi": 1609.344, "m": 1, "ft": 0.3048}[word]
    assert length >= 1
    if real <= cells * 2 * metres:
        assert length <= cells
        assert abs(length * 2 * metres - real) <= metres * 2
