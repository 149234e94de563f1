"""What logged legs teach: the median of a pair, and how the firm really drives against what was reckoned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from dispatch.model.travel import Leg, Place
from dispatch.travel.known import Pair, learned_leg
from dispatch.travel.points import point
from dispatch.travel.scale import Bucket, TravelScale, bucket_of

PAIR_LEGS = 3
"""So many real legs of a pair, and their median counts (design/planning.md, Travel times)."""
SCALE_LEGS = 20
"""So many legs of the firm, and it has a scale of its own (design/planning.md, Travel times)."""
BUCKET_LEGS = 8
"""So many legs of one weekday class and half hour, and it has a multiplier of its own. It is drawn to the firm's as if
that many more legs had gone exactly so: a few odd mornings do not move it far."""
PLAUSIBLE_SECONDS = range(30, 4 * 3600 + 1)
"""Legs outside are not drives: a key pressed late, or twice."""
PLAUSIBLE_RATIO = (0.2, 5.0)
"""Against what was reckoned; outside somebody was elsewhere in between."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One leg as it was logged, from en route to arrived."""

    origin: Place
    destination: Place
    departed_at: int
    seconds: int


@dataclass(frozen=True, slots=True)
class LearnedPair:
    """The drive of a pair, and from how many legs it was learned."""

    leg: Leg
    legs: int


def learned_pairs(observed: Iterable[Observed]) -> dict[Pair, LearnedPair]:
    """The pairs that were driven often enough, by their points."""
    driven: dict[Pair, list[int]] = {}
    for leg in observed:
        ends = point(leg.origin), point(leg.destination)
        if ends[0] != ends[1] and leg.seconds in PLAUSIBLE_SECONDS:
            driven.setdefault(ends, []).append(leg.seconds)
    return {
        ends: LearnedPair(learned_leg(round(median(seconds)), *(round(end) for end in _middle(seconds))), len(seconds))
        for ends, seconds in driven.items()
        if len(seconds) >= PAIR_LEGS
    }


def learned_scale(
    observed: Iterable[Observed], reckoned: Callable[[Observed], int | None], zone: str
) -> TravelScale | None:
    """How much longer (or shorter) the firm drives than was reckoned; None as long as there are too few legs.

    Args:
        observed: the legs.
        reckoned: what the provider says of one, in seconds; None where it says nothing.
        zone: whose half hours count.
    """
    ratios: list[float] = []
    buckets: dict[Bucket, list[float]] = {}
    for leg in observed:
        base = reckoned(leg)
        if base is None or base <= 0 or leg.seconds not in PLAUSIBLE_SECONDS:
            continue
        ratio = leg.seconds / base
        if PLAUSIBLE_RATIO[0] <= ratio <= PLAUSIBLE_RATIO[1]:
            ratios.append(ratio)
            buckets.setdefault(bucket_of(leg.departed_at, zone), []).append(ratio)
    if len(ratios) < SCALE_LEGS:
        return None
    whole = median(ratios)
    low, high = _middle(ratios)
    own = {
        bucket: (median(own_ratios) * len(own_ratios) + whole * BUCKET_LEGS) / (len(own_ratios) + BUCKET_LEGS)
        for bucket, own_ratios in sorted(buckets.items())
        if len(own_ratios) >= BUCKET_LEGS
    }
    return TravelScale(whole, min(low, whole), max(high, whole), len(ratios), zone, own)


def _middle(values: Sequence[float]) -> tuple[float, float]:
    """The ends between which the middle eight tenths of some values lie."""
    tenths = quantiles(values, n=10, method="inclusive")
    return tenths[0], tenths[-1]
