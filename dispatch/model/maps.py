"""What a map of a day shows, as plain data: a route with its stops, the roads around it; and links to maps in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlencode

from dispatch.model.boards import BoardRow
from dispatch.model.states import OCCUPYING
from dispatch.model.travel import Place

Way = tuple[Place, ...]
"""The way of a leg, from the first place to the last. Empty: nobody knows it."""

ATTRIBUTION = "© OpenStreetMap contributors"
"""Stands wherever roads or ways of OpenStreetMap are drawn (ODbL)."""


class Box(NamedTuple):
    """A part of the earth in degrees. One that crosses the antimeridian has its west east of its east."""

    south: float
    west: float
    north: float
    east: float


class Road(NamedTuple):
    """A piece of road: its class from 0 (motorway) to 4 (residential street), and its (lat, lon) in degrees."""

    rank: int
    points: Sequence[tuple[float, float]]


class RouteStop(NamedTuple):
    """A visit on a map, numbered from 1. `driven` is False for one that nobody drives to, as it was cancelled."""

    number: int
    visit_id: int
    name: str
    place: Place | None
    driven: bool = True


class DayRoute(NamedTuple):
    """A technician's day on a map, from home to where it ends: home again where `ends` is None. `ways` holds that of each leg of
    `legs`; empty: none is known. Not `joined` are places that nobody drives to one after the other: they have no legs."""

    technician: str
    home: Place | None
    stops: tuple[RouteStop, ...]
    ways: tuple[Way, ...] = ()
    ends: Place | None = None
    joined: bool = True

    @property
    def last_place(self) -> Place | None:
        """Where the day ends."""
        return self.ends or self.home

    @property
    def places(self) -> tuple[Place, ...]:
        """Where anything is to be drawn: home, the stops that are placed, and where the day ends elsewhere."""
        stops = (stop.place for stop in self.stops)
        return tuple(place for place in (self.home, *stops, self.ends) if place is not None)

    @property
    def not_placed(self) -> tuple[RouteStop, ...]:
        """The stops that cannot be drawn."""
        return tuple(stop for stop in self.stops if stop.place is None)

    @property
    def legs(self) -> tuple[tuple[Place | None, Place | None, RouteStop | None], ...]:
        """Each drive of the day: from, to, and the stop that it leads to; None for the way home."""
        driven = [stop for stop in self.stops if stop.driven]
        if not driven or not self.joined:
            return ()
        ends = [(self.home, None), *((stop.place, stop) for stop in driven), (self.last_place, None)]
        return tuple((origin, place, stop) for (origin, _), (place, stop) in pairwise(ends))

    def waypoints(self) -> tuple[Place, ...]:
        """The places of the day in the order in which they are driven, without those that are not known."""
        driven = [stop.place for stop in self.stops if stop.driven]
        places = [place for place in (self.home, *driven, self.last_place) if place is not None] if driven else []
        return tuple(place for number, place in enumerate(places) if number == 0 or place != places[number - 1])


def route_of(row: BoardRow) -> DayRoute:
    """The route of a technician's row, the stops numbered as the row has them."""
    stops = tuple(
        RouteStop(number, visit.id, visit.client, visit.place, visit.state in OCCUPYING)
        for number, visit in enumerate(row.own, start=1)
    )
    return DayRoute(row.name, row.home, stops, ends=row.ends)


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
