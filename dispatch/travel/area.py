"""Where a firm serves, and whether a place that is new can be meant (design/planning.md, Places that are believed)."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest
from itertools import islice
from math import inf
from typing import NamedTuple

from dispatch.model.travel import Place
from dispatch.travel.estimate import haversine_km

REACH_KM = 250.0
"""Some four hours of driving: as far as this from its other places a firm serves in any case."""
SPREAD = 2.0
"""A firm that is spread wider serves so many times as far as half of its places lie from the depot, or from their middle."""
TELLING = 5
"""So many places tell how wide a firm is spread; of fewer, half may be wrong."""
NEAR_KM = 25.0
"""A place so near to another is not asked about, although it would be nearer with latitude and longitude swapped."""
NEARER = 4.0
"""Swapped it has to be so many times nearer."""
_NOWHERE_DEGREES = 0.1


class PlaceDoubt(NamedTuple):
    """Why a place is asked about: how far it is from where the firm is (None: it is 0, 0), and where it is with latitude and
    longitude swapped, with its distance, if that is nearer."""

    km: float | None
    swapped: Place | None = None
    swapped_km: float = 0.0


class Area:
    """Where a firm is: at its depot, and at its other places.

    One place far away makes no area, it may be wrong itself; two do, and so does the depot.
    """

    def __init__(self, depot: Place | None, others: Iterable[Place | None]) -> None:
        self._depot = depot
        self._others = [*dict.fromkeys(other for other in others if other is not None)]
        self._places = [*([] if depot is None else [depot]), *self._others]
        self._reach = REACH_KM
        if len(self._places) >= TELLING:
            from statistics import median

            middle = depot or Place(median(one.lat for one in self._places), median(one.lon for one in self._places))
            spread = median(haversine_km(middle, one) for one in self._places)
            self._reach = max(REACH_KM, SPREAD * spread)

    def doubt(self, place: Place) -> PlaceDoubt | None:
        """Why a new place is asked about; None: it is believed. Where the firm has no place yet, only 0, 0 is doubted."""
        if max(abs(place.lat), abs(place.lon)) < _NOWHERE_DEGREES:
            return PlaceDoubt(None)
        if not self._places:
            return None
        served = self._serves(place)
        swapped = Place(place.lon, place.lat) if abs(place.lon) <= 90 else place
        if served and haversine_km(place, swapped) > self._reach * (1 + 1 / NEARER):
            return None  # whatever is as near as this, the other is not
        km, swapped_km = self._from(place), self._from(swapped)
        if swapped_km * NEARER < km > NEAR_KM and swapped_km <= self._reach:
            return PlaceDoubt(km, swapped, swapped_km)
        return None if served else PlaceDoubt(km)

    def _serves(self, place: Place) -> bool:
        """Whether it is within reach; of a file with many rows mostly said by the first two places that are looked at."""
        near = (other for other in self._others if haversine_km(other, place) <= self._reach)
        needed = min(2, len(self._places))
        return self._by_depot(place) <= self._reach or len([*islice(near, needed)]) == needed

    def _by_depot(self, place: Place) -> float:
        return inf if self._depot is None else haversine_km(self._depot, place)

    def _from(self, place: Place) -> float:
        """How far a place is from the depot, or from the second of the others where that is nearer."""
        nearest = nsmallest(2, (haversine_km(other, place) for other in self._others))
        return min(self._by_depot(place), inf if len(nearest) < min(2, len(self._places)) else nearest[-1])
