"""Links to maps: well formed, in the order of the day, and made of numbers only."""

from __future__ import annotations

import itertools
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.maps import MAX_STOPS, geo_link, place_link, route_links
from dispatch.model.travel import Place

PLACES = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))


def points(link: str) -> list[str]:
    query = {key: values[0] for key, values in parse_qs(urlsplit(link).query).items()}
    between = query["waypoints"].split("|") if "waypoints" in query else []
    return [query["origin"], *between, query["destination"]]


def test_a_place_has_a_link_for_browsers_and_one_for_phones() -> None:
    place = Place(39.96118, -82.99879)
    assert place_link(place) == "https://www.openstreetmap.org/?mlat=39.96118&mlon=-82.99879&zoom=17"
    assert geo_link(place) == "geo:39.96118,-82.99879"


def test_a_route_goes_through_its_stops_in_order() -> None:
    home, first, second = Place(39.9, -83.0), Place(40.0, -82.9), Place(40.1, -83.1)
    (link,) = route_links([home, first, second, home])
    assert link == (
        "https://www.google.com/maps/dir/?api=1&origin=39.90000,-83.00000&destination=39.90000,-83.00000"
        "&travelmode=driving&waypoints=40.00000,-82.90000%7C40.10000,-83.10000"
    )


def test_one_place_is_a_marker_and_none_no_link() -> None:
    assert route_links([]) == ()
    assert route_links([Place(1, 2)]) == (place_link(Place(1, 2)),)


@given(st.lists(PLACES, min_size=2, max_size=40))
def test_long_days_go_on_in_another_link(places: list[Place]) -> None:
    links = route_links(places)
    parts = [points(link) for link in links]
    assert all(2 <= len(part) <= MAX_STOPS for part in parts)
    assert all(before[-1] == after[0] for before, after in itertools.pairwise(parts))
    whole = parts[0] + [point for part in parts[1:] for point in part[1:]]
    assert whole == [f"{place.lat:.5f},{place.lon:.5f}" for place in places]
    allowed = set("abcdefghijklmnopqrstuvwxyzDC:/?=&.,%-0123456789")
    assert all(set(link) <= allowed for link in links)
