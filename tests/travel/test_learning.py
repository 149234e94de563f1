"""What logged legs teach: pairs, the firm's own pace, and that leaving later never arrives earlier."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.instants import at_local
from dispatch.model.travel import LONGEST_LEG, UNKNOWN_LEG, Leg, Place, Provenance
from dispatch.travel.chain import Chain
from dispatch.travel.estimate import Estimated
from dispatch.travel.known import KnownDrives, learned_leg, point
from dispatch.travel.learning import BUCKET_LEGS, Observed, Scaled, TravelScale, bucket_of, learned_pairs, learned_scale
from tests.desk.conftest import DAY, ZONE, at

A, B = Place(39.95, -83.0), Place(39.99, -82.9)


def estimated(one: Observed) -> int | None:
    return Estimated().leg(one.origin, one.destination, one.departed_at).seconds


def observed(seconds: int, departed_at: int = 0, origin: Place = A, destination: Place = B) -> Observed:
    return Observed(origin, destination, departed_at, seconds)


def test_three_legs_of_a_pair_and_their_median_counts() -> None:
    assert learned_pairs([observed(600), observed(700)], estimated) == {}
    (pair,) = learned_pairs([observed(600), observed(700), observed(1200)], estimated).values()

    assert (pair.leg.seconds, pair.legs, pair.leg.provenance) == (700, 3, Provenance.LEARNED)
    assert (pair.leg.low, pair.leg.high) == (620, 1100)


def test_a_pair_is_directed_and_told_apart_by_a_metre() -> None:
    back = [observed(600, origin=B, destination=A)] * 3
    near = [observed(300, origin=Place(39.950004, -83.0))] * 2
    found = learned_pairs([*back, *near, observed(300)], estimated)

    assert set(found) == {(point(B), point(A)), (point(A), point(B))}
    assert point(Place(39.950006, -83.0)) != point(A)


def test_what_is_no_drive_teaches_nothing() -> None:
    legs = [observed(5)] * 3 + [observed(40_000)] * 3 + [observed(60, destination=A)] * 3
    assert learned_pairs(legs, estimated) == {}


@pytest.mark.parametrize(
    ("seconds", "reckoned", "learned", "doubted"),
    [
        ([36, 36, 36], 960, 36, True),  # three wrong key presses
        ([36, 36, 36, 900, 950, 1000], 960, 950, False),  # they spoil no pair that was really driven
        ([36, 36, 900, 950], 960, 468, True),
        ([380, 380, 380], 960, 380, True),
        ([390, 390, 390], 960, 390, False),
        ([3800, 3800, 3800], 960, 3800, False),
        ([3900, 3900, 3900], 960, 3900, True),
        ([40, 45, 50], 188, 45, False),  # round the corner: three minutes off are nothing
        ([36, 36, 36], None, 36, False),  # nothing to hold it against
    ],
)
def test_a_pair_is_held_against_what_is_reckoned(
    seconds: list[int], reckoned: int | None, learned: int, doubted: bool
) -> None:
    legs = [observed(one, departed_at=number) for number, one in enumerate(seconds)]
    (pair,) = learned_pairs(legs, lambda one: reckoned).values()

    assert pair.leg.seconds == learned
    assert pair.reckoned == (reckoned if doubted else None)
    assert pair.last_at == len(seconds) - 1


def test_a_pair_is_held_against_its_hour() -> None:
    rush = [observed(3000, at("08:10"))] * 3
    busy = TravelScale(1.0, 0.8, 1.2, 60, ZONE, {(False, 16): 3.0, (False, 15): 3.0, (False, 17): 3.0})

    def reckoned(one: Observed) -> int | None:
        return Scaled(Fixed(700), busy).leg(A, B, one.departed_at).seconds

    assert [pair.reckoned for pair in learned_pairs(rush, reckoned).values()] == [None]
    assert [pair.reckoned for pair in learned_pairs(rush, lambda one: 700).values()] == [700]


def test_scale_from_twenty_legs_on() -> None:
    legs = [observed(1200 + 10 * number, at("10:00")) for number in range(19)]
    assert learned_scale(legs, lambda one: 1000, ZONE) is None
    assert learned_scale([*legs, observed(10_000)], lambda one: 1000, ZONE) is None  # ten times as long is no drive
    scale = learned_scale([*legs, observed(1390, at("10:00"))], lambda one: 1000, ZONE)

    assert scale is not None
    assert scale.multiplier == pytest.approx(1.295)
    assert scale.low < 1.25 < scale.multiplier < 1.35 < scale.high
    assert scale.legs == 20
    assert learned_scale(legs * 2, lambda one: None, ZONE) is None


def test_a_half_hour_of_its_own_once_it_was_driven_often() -> None:
    calm = [observed(1000, at("11:05"))] * 40
    rush = [observed(2000, at("08:10"))] * (BUCKET_LEGS - 1)
    few = learned_scale(calm + rush, lambda one: 1000, ZONE)
    enough = learned_scale([*calm, *rush, observed(2000, at("08:10"))], lambda one: 1000, ZONE)

    assert few is not None
    assert enough is not None
    assert set(few.buckets) == {(False, 22)}
    # drawn half way to the firm's own, as eight legs are against eight
    assert enough.buckets == {(False, 16): 1.5, (False, 22): 1.0}


def test_weekday_and_weekend_are_apart() -> None:
    assert bucket_of(at("08:10"), ZONE) == (False, 16)
    assert bucket_of(at("08:10", 4), ZONE) == (True, 16)


def test_the_multiplier_goes_over_evenly() -> None:
    scale = TravelScale(1.0, 0.8, 1.5, 40, ZONE, {(False, 16): 2.0})
    provider = Scaled(Fixed(600), scale)
    seconds = [provider.leg(A, B, at(clock)).seconds for clock in ("07:45", "08:00", "08:15", "08:30", "08:45")]

    assert seconds == [600, 900, 1200, 900, 600]


def test_band_moves_with_the_time() -> None:
    leg = Scaled(Fixed(1000), TravelScale(1.2, 1.0, 1.8, 20, ZONE)).leg(A, B, 0)
    assert (leg.seconds, leg.low, leg.high) == (1200, 1000, 1800)
    assert Scaled(Fixed(0), TravelScale(1.2, 1.0, 1.8, 20, ZONE)).leg(A, B, 0).seconds == 0
    assert Scaled(Estimated(), TravelScale(1.2, 1.0, 1.8, 20, ZONE)).leg(None, B, 0) is UNKNOWN_LEG


class Fixed:
    """Every drive takes so long."""

    def __init__(self, seconds: int) -> None:
        self._leg = Leg(seconds, 1000, seconds, seconds, Provenance.ESTIMATED)

    def leg(self, origin: Place | None, destination: Place | None, at: int) -> Leg:
        return self._leg

    def matrix(self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int) -> list[list[Leg]]:
        return [[self._leg] * len(destinations) for _ in origins]


BUCKETS = st.dictionaries(
    st.tuples(st.booleans(), st.integers(0, 47)), st.floats(0.3, 4.0, allow_nan=False), max_size=40
)
SPRING = at_local(DAY.replace(month=3, day=8), "00:30", ZONE)
"""The night in which the clocks go forward, and a week of weekdays behind it."""


@given(
    BUCKETS,
    st.floats(0.5, 2.0),
    st.integers(60, 4 * 3600),
    st.one_of(st.integers(at("00:00"), at("00:00", 7)), st.integers(SPRING, SPRING + 10_000)),
    st.integers(0, 3 * 3600),
)
def test_leaving_later_never_arrives_earlier(
    buckets: dict[tuple[bool, int], float], multiplier: float, base: int, leaving: int, later: int
) -> None:
    provider = Scaled(Fixed(base), TravelScale(multiplier, 0.3, 4.0, 40, ZONE, buckets))
    first, second = provider.leg(A, B, leaving), provider.leg(A, B, leaving + later)

    assert first.seconds is not None
    assert second.seconds is not None
    assert leaving + first.seconds <= leaving + later + second.seconds
    assert first.low is not None
    assert first.high is not None
    assert first.low <= first.seconds <= first.high
    assert provider.matrix([A], [B], leaving) == [[first]]


SLOW = TravelScale(1.5, 1.0, 2.0, 20, ZONE)
PLACES = st.one_of(st.none(), st.builds(Place, st.floats(-85, 85), st.floats(-179, 179)))


@given(st.lists(PLACES, max_size=5), st.lists(PLACES, max_size=5), st.integers(0, 2**31), st.data())
def test_every_cell_has_one_answer_and_none_raises(
    origins: list[Place | None], destinations: list[Place | None], at: int, data: st.DataObject
) -> None:
    learned = {
        (point(origin), point(destination)): learned_leg(900, 800, 1000)
        for origin in origins
        for destination in destinations
        if origin is not None and destination is not None and data.draw(st.booleans())
    }
    chain = Chain([KnownDrives(lambda starts, ends: learned), Scaled(Estimated(), SLOW)])
    cells = chain.matrix(origins, destinations, at)

    assert [len(row) for row in cells] == [len(destinations)] * len(origins)
    for origin, row in zip(origins, cells, strict=True):
        for destination, cell in zip(destinations, row, strict=True):
            placed = origin is not None and destination is not None
            known = placed and ((point(origin), point(destination)) in learned or cell.seconds is not None)  # type: ignore[arg-type]
            if placed and not known:
                far = Scaled(Estimated(), SLOW).leg(origin, destination, at)
                assert (far.seconds or 0) > LONGEST_LEG - 2
            assert cell.known is known
            alone = chain.leg(origin, destination, at)
            assert (cell.provenance, cell.known) == (alone.provenance, alone.known)
            assert cell.seconds == pytest.approx(alone.seconds, abs=2) if known else alone == UNKNOWN_LEG
            if origin is not None and destination is not None:
                is_learned = (point(origin), point(destination)) in learned
                assert (cell.provenance is Provenance.LEARNED) is is_learned
                assert (cell.metres is not None) is (cell.seconds is not None)
