"""Links to maps in a browser, made from coordinates only: nothing that people typed is in them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from dispatch.model.travel import Place

MAX_STOPS = 11
"""Places in one link of directions: start, end, and the 9 between them that the address of the service allows."""


def place_link(place: Place) -> str:
    """A place with a marker, on openstreetmap.org."""
    query = {"mlat": f"{place.lat:.5f}", "mlon": f"{place.lon:.5f}", "zoom": "17"}
    return f"https://www.openstreetmap.org/?{urlencode(query)}"


def geo_link(place: Place) -> str:
    """A place as a `geo:` URI (RFC 5870), which a phone opens in its own map."""
    return f"geo:{place.lat:.5f},{place.lon:.5f}"


def route_links(places: Sequence[Place]) -> tuple[str, ...]:
    """Directions through all places in their order; several links, each going on where the one before ends, for a long day.

    One place is shown with a marker, and without any there is no link. The directions are those of Google Maps, whose
    address is documented, needs no key, and opens the program for directions on a phone.
    """
    if len(places) < 2:
        return tuple(place_link(place) for place in places)
    step = MAX_STOPS - 1
    parts = (places[begin : begin + MAX_STOPS] for begin in range(0, len(places) - 1, step))
    return tuple(_directions(part) for part in parts)


def _directions(places: Sequence[Place]) -> str:
    points = [f"{place.lat:.5f},{place.lon:.5f}" for place in places]
    query = {"api": "1", "origin": points[0], "destination": points[-1], "travelmode": "driving"}
    if between := points[1:-1]:
        query["waypoints"] = "|".join(between)
    return f"https://www.google.com/maps/dir/?{urlencode(query, safe=',')}"
