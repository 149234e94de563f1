"""What logged legs teach: the median of a pair, and how the firm really drives against what was reckoned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from dispatch.model.instants import day_of, day_text, local
from dispatch.model.travel import Leg, Place, minutes_of
from dispatch.travel.chain import Provider, seconds_of
from dispatch.travel.known import Pair, learned_leg, point

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

    def seconds(
        self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int
    ) -> list[list[int | None]]:
        """The seconds of each leg of the matrix."""
        table = seconds_of(self._provider, origins, destinations, at)
        scaled = {
            base: round(self._arrival(base, at)) - at if base else base
            for base in {base for row in table for base in row}
        }
        return [[scaled[base] for base in row] for row in table]

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
PAIR_RATIO = (0.4, 4.0)
"""The same for a pair, of which three legs are believed: no road is so fast, and hardly a ferry so slow."""
PAIR_SLACK = 180
"""So many seconds off are never doubted: a short drive begins with a key pressed on the way to the car."""
LASTING_DAYS = 730
"""What was driven longer ago teaches nothing: roads, firms and hours are others by then."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One leg as it was logged, from en route to arrived."""

    origin: Place
    destination: Place
    departed_at: int
    seconds: int


@dataclass(frozen=True, slots=True)
class LearnedPair:
    """The drive of a pair, from how many legs it was learned, and when the last one began.

    `reckoned` is what is reckoned for it at the hours of its legs, in seconds, where the legs cannot be believed against that: such
    a pair is not counted with. None: it is believed.
    """

    leg: Leg
    legs: int
    last_at: int = 0
    reckoned: int | None = None

    @property
    def minutes(self) -> int:
        """What was learned, in whole minutes."""
        return minutes_of(self.leg.seconds or 0)

    def doubt(self, zone: str) -> str:
        """Why it is not believed, in words."""
        last = day_text(day_of(self.last_at, zone))
        return f"{self.minutes} min of {self.legs} drives, {minutes_of(self.reckoned or 0)} min reckoned, last {last}"


def learned_pairs(observed: Iterable[Observed], reckoned: Callable[[Observed], int | None]) -> dict[Pair, LearnedPair]:
    """The pairs that were driven often enough, by their points; from the legs that can be believed, where there are enough.

    Args:
        observed: the legs.
        reckoned: what is reckoned for one at its hour, in seconds; None where nothing is.
    """
    from statistics import median

    driven: dict[Pair, list[tuple[Observed, int | None]]] = {}
    for leg in observed:
        ends = point(leg.origin), point(leg.destination)
        if ends[0] != ends[1] and leg.seconds in PLAUSIBLE_SECONDS:
            driven.setdefault(ends, []).append((leg, reckoned(leg)))
    pairs = {}
    for ends, legs in driven.items():
        believed = [(leg, base) for leg, base in legs if _believed(leg.seconds, base)]
        doubted = len(believed) < PAIR_LEGS
        if len(of := legs if doubted else believed) >= PAIR_LEGS:
            seconds = [leg.seconds for leg, _ in of]
            learned = learned_leg(round(median(seconds)), *(round(end) for end in _middle(seconds)))
            base = round(median(base for _, base in of if base)) if doubted else None
            pairs[ends] = LearnedPair(learned, len(of), max(leg.departed_at for leg, _ in of), base)
    return pairs


def _believed(seconds: int, base: int | None) -> bool:
    """Whether a leg can have taken so long where so long is reckoned."""
    low, high = PAIR_RATIO
    return not base or abs(seconds - base) <= PAIR_SLACK or low <= seconds / base <= high


def learned_scale(
    observed: Iterable[Observed], reckoned: Callable[[Observed], int | None], zone: str
) -> TravelScale | None:
    """How much longer (or shorter) the firm drives than was reckoned; None as long as there are too few legs.

    Args:
        observed: the legs.
        reckoned: what the provider says of one, in seconds; None where it says nothing.
        zone: whose half hours count.
    """
    from statistics import median

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
    from statistics import quantiles

    tenths = quantiles(values, n=10, method="inclusive")
    return tenths[0], tenths[-1]
