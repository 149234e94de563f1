"""What a map of a day shows, as plain data: a route with its stops, the roads around it, and the part of the earth."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

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
    """A technician's day on a map, from home to home. `ways` holds that of each leg of `legs`; empty: none is known."""

    technician: str
    home: Place | None
    stops: tuple[RouteStop, ...]
    ways: tuple[Way, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """Where anything is to be drawn: home, and the stops that are placed."""
        stops = tuple(stop.place for stop in self.stops if stop.place is not None)
        return stops if self.home is None else (self.home, *stops)

    @property
    def not_placed(self) -> tuple[RouteStop, ...]:
        """The stops that cannot be drawn."""
        return tuple(stop for stop in self.stops if stop.place is None)

    @property
    def legs(self) -> tuple[tuple[Place | None, Place | None, RouteStop | None], ...]:
        """Each drive of the day: from, to, and the stop that it leads to; None for the way home."""
        driven = [stop for stop in self.stops if stop.driven]
        if not driven:
            return ()
        ends = [(self.home, None), *((stop.place, stop) for stop in driven), (self.home, None)]
        return tuple((origin, place, stop) for (origin, _), (place, stop) in pairwise(ends))

    def waypoints(self) -> tuple[Place, ...]:
        """The places of the day in the order in which they are driven, without those that are not known."""
        driven = [stop.place for stop in self.stops if stop.driven]
        places = [place for place in (self.home, *driven, self.home) if place is not None] if driven else []
        return tuple(place for number, place in enumerate(places) if number == 0 or place != places[number - 1])


def route_of(row: BoardRow) -> DayRoute:
    """The route of a technician's row, the stops numbered as the row has them."""
    stops = tuple(
        RouteStop(number, visit.id, visit.client, visit.place, visit.state in OCCUPYING)
        for number, visit in enumerate(row.visits, start=1)
    )
    return DayRoute(row.name, row.home, stops)
