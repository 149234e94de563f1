"""Where places fall on a canvas of dots: equirectangular, north up, true to scale at its middle. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import cos, pi, radians
from typing import NamedTuple

from dispatch.model.maps import Box
from dispatch.model.travel import METRES_PER, DistanceUnit, Place

METRES_PER_DEGREE = 6_371_009 * pi / 180
"""Of latitude, on a sphere of the mean radius of the earth."""
MIN_SPAN = 800.0
"""Metres that a fitted map shows at least across: one stop alone is not shown as a point without surroundings."""
CLOSEST, FARTHEST = 0.5, 60_000.0
"""Limits of the zoom, in metres a dot."""

Point = tuple[float, float]
"""Dots from the upper left, across and down. Whole numbers are the corners of dots, not their middles."""


class MapProjection(NamedTuple):
    """A view: the place in its middle, metres a dot, and its dots across and down. A cell is half as wide as high."""

    lat: float
    lon: float
    metres: float
    width: int
    height: int

    @property
    def shrink(self) -> float:
        """How much shorter a degree of longitude is than one of latitude, at the middle."""
        return max(0.01, cos(radians(self.lat)))

    def point(self, place: Place) -> Point:
        """Where a place falls, on the view or beyond it; the short way round the earth from the middle."""
        return self.track(((place.lat, place.lon),))[0]

    def track(self, points: Sequence[tuple[float, float]]) -> list[Point]:
        """Where a line of (lat, lon) falls. Each goes on from the one before the short way round, across 180° too."""
        down = METRES_PER_DEGREE / self.metres
        across = down * self.shrink
        middle_x, middle_y = self.width / 2, self.height / 2 + self.lat * down
        points_in_view = []
        lon = last = self.lon
        x = middle_x
        for lat, lon in points:
            x += _turn(lon - last) * across
            last = lon
            points_in_view.append((x, middle_y - lat * down))
        return points_in_view

    def place(self, x: float, y: float) -> Place:
        """The place that falls there."""
        degrees = self.metres / METRES_PER_DEGREE
        lat = self.lat - (y - self.height / 2) * degrees
        lon = self.lon + (x - self.width / 2) * degrees / self.shrink
        return Place(min(90.0, max(-90.0, lat)), _turn(lon))

    @property
    def box(self) -> Box:
        """The part of the earth that is in view."""
        upper, lower = self.place(0, 0), self.place(self.width, self.height)
        if self.width * self.metres / METRES_PER_DEGREE / self.shrink >= 360:
            return Box(lower.lat, -180.0, upper.lat, 180.0)
        return Box(lower.lat, upper.lon, upper.lat, lower.lon)

    def moved(self, across: float, down: float) -> MapProjection:
        """The view so many dots to the right and below."""
        middle = self.place(self.width / 2 + across, self.height / 2 + down)
        return self._replace(lat=middle.lat, lon=middle.lon)

    def zoomed(self, factor: float) -> MapProjection:
        """The view at so many times the metres a dot, about its middle."""
        return self._replace(metres=min(FARTHEST, max(CLOSEST, self.metres * factor)))


def fitted(
    places: Iterable[Place], width: int, height: int, *, across: int = 6, down: int = 8, min_span: float = MIN_SPAN
) -> MapProjection | None:
    """The largest view of so many dots that shows all places, with `across` and `down` dots left free at the sides.

    None without a place. Places on both sides of the antimeridian are shown together, not around the world.
    """
    placed = list(places)
    if not placed:
        return None
    south, north = min(place.lat for place in placed), max(place.lat for place in placed)
    west, degrees = _arc([place.lon for place in placed])
    middle = MapProjection((south + north) / 2, _turn(west + degrees / 2), 1.0, width, height)
    room_x, room_y = max(1, width - 2 * across), max(1, height - 2 * down)
    metres = max(
        degrees * METRES_PER_DEGREE * middle.shrink / room_x,
        (north - south) * METRES_PER_DEGREE / room_y,
        min_span / max(1, min(room_x, room_y)),
    )
    return middle._replace(metres=min(FARTHEST, max(CLOSEST, metres)))


def scale_bar(metres: float, unit: DistanceUnit, cells: int) -> tuple[str, int]:
    """A round distance, and how many cells it is long at so many metres a dot; as long as `cells` allow, at least one."""
    small, small_metres = ("m", 1.0) if unit == "km" else ("ft", 0.3048)
    large_metres = float(METRES_PER[unit])
    room = 2 * metres * max(1, cells)
    steps = [
        *((f"{step * ten} {small}", step * ten * small_metres) for ten in (10, 100) for step in (1, 2, 5)),
        *((f"{text} {unit}", float(text) * large_metres) for text in ("0.2", "0.5")),
        *((f"{step * ten} {unit}", step * ten * large_metres) for ten in (1, 10, 100, 1000) for step in (1, 2, 5)),
    ]
    steps.sort(key=lambda step: step[1])
    text, length = next((step for step in reversed(steps) if step[1] <= room), steps[0])
    return text, max(1, round(length / (2 * metres)))


def _turn(degrees: float) -> float:
    """Degrees from -180 up to 180."""
    return (degrees + 180.0) % 360.0 - 180.0


def _arc(longitudes: Sequence[float]) -> tuple[float, float]:
    """The west end and the degrees of the shortest arc that holds all longitudes."""
    turned = sorted({_turn(longitude) for longitude in longitudes})
    gaps = [(after - before, after) for before, after in pairwise(turned)]
    gap, west = max([*gaps, (turned[0] + 360.0 - turned[-1], turned[0])])
    return west, 360.0 - gap
