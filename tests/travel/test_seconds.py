"""Drives in seconds, without a leg for each: as the matrix has them."""

from __future__ import annotations

import pytest

from dispatch.model.travel import UNKNOWN_LEG, Leg, Place, Provenance
from dispatch.travel.chain import Chain
from dispatch.travel.estimate import Estimated
from dispatch.travel.known import Pinned, pinned_leg
from dispatch.travel.learning import Scaled, TravelScale

NEAR = [Place(39.96 + 0.003 * number**2, -83.0 - 0.002 * number) for number in range(12)]
PLACES = [*NEAR, Place(39.96, -83.0001), None]


@pytest.mark.parametrize(
    "provider",
    [
        Estimated(),
        Scaled(Estimated(), TravelScale(1.3, 0.8, 1.6, 40, "UTC", {(False, 20): 1.6})),
        Chain([Pinned({(NEAR[1], NEAR[4]): pinned_leg(42)}), Estimated()]),
    ],
)
def test_seconds_are_those_of_the_matrix(provider: Chain | Estimated | Scaled) -> None:
    at = 1_795_000_000
    table = provider.seconds(PLACES, PLACES, at)
    legs = provider.matrix(PLACES, PLACES, at)
    assert table == [[leg.seconds for leg in line] for line in legs]
    assert legs[0][-1] == UNKNOWN_LEG
    assert table[0][-1] is None
    assert legs[0][-2] == Leg(0, 0, 0, 0, Provenance.ESTIMATED)
