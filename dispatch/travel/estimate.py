"""The embedded estimate: no network, no data, a stated band (design/planning.md, Travel times)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from math import asin, cos, dist, radians, sin, sqrt

from dispatch.model.travel import UNKNOWN_LEG, Leg, Place, Provenance, placed

EARTH_KM = 6371.009
"""Mean radius of the earth in km (IUGG R1), as geopy has it."""

_BANDS = ((5.0, 0.80, 1.50), (10.0, 0.80, 1.30), (30.0, 0.85, 1.35), (float("inf"), 0.75, 1.25))
"""Up to km, low and high as factors of the estimate. Below 2 km the band is in minutes, see `_band`."""

_SAME = 0.02
"""Nearer than this it is the same building, or the same car park: nobody drives."""


def seconds_for(km: float) -> int:
    """Driving time for a great-circle distance: 90 s, 98 s for each of the first 10 km, 52 s for each beyond."""
    return round(90 + 98 * min(km, 10.0) + 52 * max(km - 10.0, 0.0))


def metres_for(km: float) -> int:
    """Distance by road for a great-circle distance."""
    return round(1400 * km)


def great_circle_km(origin: Place, destination: Place) -> float:
    """The distance that is shown: geopy's great circle."""
    from geopy.distance import great_circle

    return float(great_circle((origin.lat, origin.lon), (destination.lat, destination.lon)).km)


def haversine_km(origin: Place, destination: Place) -> float:
    """The same distance without geopy's parsing: for matrices, where it is asked for by the thousand."""
    lat1, lat2 = radians(origin.lat), radians(destination.lat)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(destination.lon - origin.lon) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


class Estimated:
    """The provider that always has an answer where both places are known. Needs nothing."""

    def leg(self, origin: Place | None, destination: Place | None, at: int) -> Leg:
        """One leg as it is shown and stored; `at` does not matter to it."""
        if origin is None or destination is None or not (placed(origin) and placed(destination)):
            return UNKNOWN_LEG
        return _leg(great_circle_km(origin, destination))

    def matrix(self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int) -> list[list[Leg]]:
        """A leg for each pair, a row for each origin."""
        starts = [origin if placed(origin) else None for origin in origins]
        ends = [destination if placed(destination) else None for destination in destinations]
        return [
            [UNKNOWN_LEG if start is None or end is None else _leg(haversine_km(start, end)) for end in ends]
            for start in starts
        ]

    def seconds(
        self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int
    ) -> list[list[int | None]]:
        """The seconds of each leg of the matrix."""
        ends = [_on_globe(end) for end in destinations]
        known = [end for end in ends if end is not None]
        rows: list[list[int | None]] = []
        for start in map(_on_globe, origins):
            drives = iter(() if start is None else _seconds_to(start, known))
            if start is not None and len(known) == len(ends):
                rows.append([*drives])
            else:
                rows.append([None if start is None or end is None else next(drives) for end in ends])
        return rows


_Spot = tuple[float, float, float]
_RADIUS = 0.5 - 1e-12
"""Of the globe on which chords are measured: none is longer than 1, roundings included, and its arc is `asin` of it."""


def _chord(km: float) -> float:
    return sin(km / (2 * EARTH_KM))


_SAME_CHORD, _NEAR_CHORD = _chord(_SAME), _chord(10.0)


def _on_globe(place: Place | None) -> _Spot | None:
    """Where a place is on the globe of `_RADIUS`; None where nobody knows."""
    if place is None or not placed(place):
        return None
    lat, lon = radians(place.lat), radians(place.lon)
    return _RADIUS * cos(lat) * cos(lon), _RADIUS * cos(lat) * sin(lon), _RADIUS * sin(lat)


def _seconds_to(start: _Spot, ends: Sequence[_Spot]) -> list[int]:
    """The drives from one place to others: `haversine_km` by the chord, and `seconds_for`, without a call for each."""
    near, far = 98 * 2 * EARTH_KM, 52 * 2 * EARTH_KM
    return [
        0 if chord < _SAME_CHORD else round(90 + near * asin(chord) if chord < _NEAR_CHORD else 550 + far * asin(chord))
        for chord in map(dist, repeat(start), ends)
    ]


def _leg(km: float) -> Leg:
    if km < _SAME:
        return Leg(0, 0, 0, 0, Provenance.ESTIMATED)
    seconds = seconds_for(km)
    low, high = _band(km, seconds)
    return Leg(seconds, metres_for(km), low, high, Provenance.ESTIMATED)


def _band(km: float, seconds: int) -> tuple[int, int]:
    if km < 2.0:
        return max(0, seconds - 120), seconds + 180
    low, high = next((low, high) for up_to, low, high in _BANDS if km < up_to)
    return round(seconds * low), round(seconds * high)
