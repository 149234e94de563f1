"""The learned scale: reckoned times multiplied by how the firm really drives, at its hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from dispatch.model.instants import local
from dispatch.model.travel import Leg, Place
from dispatch.travel.chain import Provider

Bucket = tuple[bool, int]
"""Weekend or not, and the half hour of the day, 0 to 47."""
_HALF_HOUR = 1800


@dataclass(frozen=True, slots=True)
class TravelScale:
    """One multiplier for the firm, and its own where a half hour was driven often enough.

    `low` and `high` are the multipliers between which eight of ten legs were.
    """

    multiplier: float
    low: float
    high: float
    legs: int
    zone: str
    buckets: Mapping[Bucket, float] = field(default_factory=dict)


class Scaled:
    """A provider whose times are multiplied. Between the middles of two half hours the multiplier goes over evenly.

    Leaving later never arrives earlier: where a busy half hour ends faster than a long drive takes, the drive is as long
    as if one had waited for it to end.
    """

    def __init__(self, provider: Provider, scale: TravelScale) -> None:
        self._provider = provider
        self._scale = scale

    def leg(self, origin: Place | None, destination: Place | None, at: int) -> Leg:
        """The scaled drive of a pair."""
        return self._scaled(self._provider.leg(origin, destination, at), at)

    def matrix(self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int) -> list[list[Leg]]:
        """The scaled drive of each pair."""
        return [[self._scaled(cell, at) for cell in row] for row in self._provider.matrix(origins, destinations, at)]

    def _scaled(self, leg: Leg, at: int) -> Leg:
        base = leg.seconds
        if not base:
            return leg
        scale = self._scale
        seconds = round(self._arrival(base, at)) - at
        here = seconds / base / scale.multiplier
        return replace(
            leg,
            seconds=seconds,
            low=min(seconds, round(base * scale.low * here)),
            high=max(seconds, round(base * scale.high * here)),
        )

    def _arrival(self, base: int, at: int) -> float:
        """The earliest arrival of whoever leaves at `at` or later. The arrival bends at the middles only."""
        before, into = divmod(at - _HALF_HOUR // 2, _HALF_HOUR)
        now, following = self._at(before), self._at(before + 1)
        best = at + base * (now + (following - now) * into / _HALF_HOUR)
        node = before + 1
        while (leaving := node * _HALF_HOUR + _HALF_HOUR // 2) < best:
            best = min(best, leaving + base * self._at(node))
            node += 1
        return best

    def _at(self, node: int) -> float:
        """The multiplier in the middle of a half hour."""
        scale = self._scale
        if not scale.buckets:
            return scale.multiplier
        return scale.buckets.get(bucket_of(node * _HALF_HOUR + _HALF_HOUR // 2, scale.zone), scale.multiplier)


@lru_cache(maxsize=4096)
def bucket_of(instant: int, zone: str) -> Bucket:
    """The weekday class and the half hour of an instant."""
    here = local(instant, zone)
    return here.weekday() >= 5, here.hour * 2 + here.minute // 30
