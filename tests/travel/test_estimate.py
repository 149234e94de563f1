"""The embedded estimate and the chain of providers (design/planning.md, Travel times)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.travel import UNKNOWN_LEG, Leg, Place, Provenance
from dispatch.travel.chain import Chain
from dispatch.travel.estimate import Estimated, great_circle_km, haversine_km, metres_for, seconds_for

PLACES = st.builds(Place, st.floats(-85, 85), st.floats(-179, 179))
OFFICE, CLINIC = Place(39.9645, -82.9988), Place(39.9542, -82.978761)


@pytest.mark.parametrize(("km", "minutes"), [(2, 4.8), (5, 9.7), (10, 17.8), (20, 26.5), (40, 43.8)])
def test_check_values(km: float, minutes: float) -> None:
    assert seconds_for(km) / 60 == pytest.approx(minutes, abs=0.05)


def test_road_distance_is_forty_percent_longer() -> None:
    assert metres_for(10) == 14_000


@pytest.mark.parametrize(
    ("degrees", "low", "high"), [(0.03, 0.8, 1.5), (0.07, 0.8, 1.3), (0.2, 0.85, 1.35), (0.5, 0.75, 1.25)]
)
def test_band_by_distance(degrees: float, low: float, high: float) -> None:
    leg = Estimated().leg(OFFICE, Place(OFFICE.lat + degrees, OFFICE.lon), 0)
    assert leg.seconds is not None
    assert leg.low == pytest.approx(leg.seconds * low, abs=1)
    assert leg.high == pytest.approx(leg.seconds * high, abs=1)


def test_short_drive_has_its_band_in_minutes() -> None:
    leg = Estimated().leg(OFFICE, CLINIC, 0)
    assert leg.seconds is not None
    near = Estimated().leg(OFFICE, Place(OFFICE.lat + 0.013, OFFICE.lon), 0)
    assert near.seconds is not None
    assert (near.low, near.high) == (near.seconds - 120, near.seconds + 180)


def test_same_place_is_no_drive() -> None:
    assert Estimated().leg(OFFICE, OFFICE, 0) == Leg(0, 0, 0, 0, Provenance.ESTIMATED)


@given(PLACES, PLACES)
def test_matrix_and_leg_agree(origin: Place, destination: Place) -> None:
    assert haversine_km(origin, destination) == pytest.approx(great_circle_km(origin, destination), rel=1e-6, abs=1e-6)


@given(PLACES, PLACES)
def test_longer_way_never_takes_less_time(origin: Place, destination: Place) -> None:
    km = great_circle_km(origin, destination)
    assert seconds_for(km + 1) > seconds_for(km)


class Pinned:
    """A provider that knows one pair."""

    def leg(self, origin: Place | None, destination: Place | None, at: int) -> Leg:
        return Leg(600, None, 600, 600, Provenance.PINNED) if (origin, destination) == (OFFICE, None) else UNKNOWN_LEG

    def matrix(self, origins: object, destinations: object, at: int) -> list[list[Leg]]:
        return [[self.leg(origin, destination, at) for destination in destinations] for origin in origins]  # type: ignore[attr-defined]


def test_first_provider_that_knows_answers_each_cell() -> None:
    chain = Chain([Pinned(), Estimated()])
    cells = chain.matrix([OFFICE, None], [None, CLINIC], 0)

    assert [[cell.provenance for cell in row] for row in cells] == [
        [Provenance.PINNED, Provenance.ESTIMATED],
        [Provenance.UNKNOWN, Provenance.UNKNOWN],
    ]
    assert chain.leg(OFFICE, None, 0).seconds == 600
    assert chain.leg(None, CLINIC, 0) is UNKNOWN_LEG


def test_unknown_is_never_zero() -> None:
    leg = Estimated().leg(None, OFFICE, 0)
    assert (leg.seconds, leg.metres, leg.known) == (None, None, False)
