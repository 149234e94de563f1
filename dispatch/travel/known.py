"""Providers of what is known beforehand: pinned drives, learned pairs, and what a road engine has answered before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dispatch.model.travel import UNKNOWN_LEG, Leg, Place, Provenance, placed
from dispatch.travel.chain import Provider

_SCALE = 100_000
_LON_SPAN = 360 * _SCALE + 1


def point(place: Place) -> int:
    """The place as one integer: two places are the same point when their coordinates × 1e5 are."""
    return (round(place.lat * _SCALE) + 90 * _SCALE) * _LON_SPAN + round(place.lon * _SCALE) + 180 * _SCALE


Pair = tuple[int, int]
"""Origin and destination as points (`dispatch.travel.known`)."""
Lookup = Callable[[Sequence[int], Sequence[int]], Mapping[Pair, Leg]]
"""Finds what is known between some origins and some destinations."""


class Cell(NamedTuple):
    """What a road engine says of one pair; both None where it knows no way."""

    seconds: int | None
    metres: int | None


class Pinned(Provider):
    """A person's word on single pairs, for example across a ferry. It alone knows drives of sites without coordinates."""

    def __init__(self, legs: Mapping[tuple[Place, Place], Leg]) -> None:
        self._legs = {(_end(origin), _end(destination)): leg for (origin, destination), leg in legs.items()}

    def matrix(self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int) -> list[list[Leg]]:
        """The pinned drives among these."""
        if not self._legs:
            return [[UNKNOWN_LEG] * len(destinations) for _ in origins]
        starts, ends = ([None if place is None else _end(place) for place in side] for side in (origins, destinations))
        return _looked_up(self._legs, starts, ends)


class KnownDrives(Provider):
    """Drives that somebody keeps, found by their points."""

    def __init__(self, look: Lookup) -> None:
        self._look = look

    def matrix(self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int) -> list[list[Leg]]:
        """The drives that are kept among these."""
        starts, ends = _points(origins), _points(destinations)
        legs = self._look(
            sorted({start for start in starts if start is not None}), sorted({end for end in ends if end is not None})
        )
        return _looked_up(legs, starts, ends)


def _looked_up(legs: Mapping[Any, Leg], starts: Iterable[object], ends: Sequence[object]) -> list[list[Leg]]:
    """The leg of each pair of ends, unknown where none is kept."""
    return [[legs.get((start, end), UNKNOWN_LEG) for end in ends] for start in starts]


def pinned_leg(minutes: int) -> Leg:
    """A pinned drive. Its band is the figure itself: whoever pinned it knows it."""
    return Leg(minutes * 60, None, minutes * 60, minutes * 60, Provenance.PINNED)


def learned_leg(seconds: int, low: int, high: int) -> Leg:
    """A learned pair: the median of its real legs, in the band of their middle eight tenths."""
    return Leg(seconds, None, low, high, Provenance.LEARNED)


def road_leg(cell: Cell) -> Leg:
    """What an engine says. It drives freely: −10 % at best, +30 % or three minutes more in traffic and while parking.

    The band is wider upwards because free flow is what a morning rarely has; a scale learned from the firm's own legs
    replaces it with what was really driven.
    """
    if cell.seconds is None:
        return UNKNOWN_LEG
    if cell.seconds == 0:
        return Leg(0, cell.metres, 0, 0, Provenance.ROADS)
    high = max(round(cell.seconds * 1.3), cell.seconds + 180)
    return Leg(cell.seconds, cell.metres, round(cell.seconds * 0.9), high, Provenance.ROADS)


def _points(places: Iterable[Place | None]) -> list[int | None]:
    return [point(place) if place is not None and placed(place) else None for place in places]


def _end(place: Place) -> int | Place:
    return point(place) if placed(place) else place
