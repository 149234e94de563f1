"""Which places are believed: near the firm, and neither 0, 0 nor better the other way round."""

from __future__ import annotations

import pytest

from dispatch.model.travel import Place
from dispatch.travel.area import Area

DEPOT = Place(39.96, -83.0)
COLUMBUS = Area(DEPOT, [Place(39.95, -83.0), Place(39.99, -82.95), Place(39.93, -82.95)])
GEORGIA = Area(Place(41.7, 44.8), [Place(41.72, 44.78), Place(41.69, 44.83)])
"""There a place lies some 430 km from where it would be with latitude and longitude swapped."""
TURKEY = Area(Place(40.0, 41.0), [Place(40.02, 41.03), Place(39.98, 40.97)])
"""And there 140 km."""
COAST_TO_COAST = Area(
    None,
    [Place(lat, lon) for lat, lon in ((40.7, -74.0), (34.0, -118.2), (41.9, -87.6), (29.8, -95.4), (47.6, -122.3))],
)
TWO_TOWNS = Area(
    None, [Place(52.52, 13.4), Place(52.5, 13.3), Place(52.4, 13.1), Place(48.14, 11.58), Place(48.1, 11.5)]
)
FAR, SWAPPED, ZERO = "far", "swapped", "zero"


@pytest.mark.parametrize(
    ("area", "place", "doubted"),
    [
        (COLUMBUS, (39.9612, -82.9988), None),
        (COLUMBUS, (41.50, -81.69), None),  # Cleveland: a day's work
        (COLUMBUS, (40.71, -74.01), FAR),
        (COLUMBUS, (48.1372, 11.5756), FAR),
        (COLUMBUS, (39.9612, 82.9988), FAR),
        (COLUMBUS, (-82.9988, 39.9612), SWAPPED),
        (COLUMBUS, (-60.0, 35.0), FAR),  # swapped it is nearer, and no place of the firm either
        (COLUMBUS, (0.0, 0.0), ZERO),
        (COLUMBUS, (0.00001, -0.00001), ZERO),
        (GEORGIA, (41.71, 44.79), None),
        (GEORGIA, (44.79, 41.71), SWAPPED),
        (TURKEY, (40.1, 40.9), None),
        (TURKEY, (41.01, 40.01), SWAPPED),
        (TURKEY, (40.5, 40.4), None),
        (COAST_TO_COAST, (39.74, -104.99), None),
        (COAST_TO_COAST, (48.1372, 11.5756), FAR),
        (TWO_TOWNS, (48.2, 11.6), None),
        (TWO_TOWNS, (13.4, 52.52), SWAPPED),
        (TWO_TOWNS, (39.96, -83.0), FAR),
        (Area(None, []), (48.1372, 11.5756), None),  # nothing to compare with
        (Area(None, []), (0.0, 0.0), ZERO),
        (Area(None, [DEPOT]), (39.95, -83.1), None),
        (Area(None, [DEPOT]), (48.1372, 11.5756), FAR),
        # one place that is wrong itself vouches for nobody, and keeps nobody out
        (Area(DEPOT, [Place(48.14, 11.57)]), (48.1372, 11.5756), FAR),
        (Area(DEPOT, [Place(48.14, 11.57)]), (39.95, -83.1), None),
        (Area(DEPOT, [Place(48.14, 11.57), Place(48.15, 11.5), *[DEPOT] * 9]), (48.1372, 11.5756), None),
        (Area(None, [Place(39.95, -179.9), Place(39.95, 179.9)]), (39.96, 179.99), None),
    ],
)
def test_who_is_asked_about(area: Area, place: tuple[float, float], doubted: str | None) -> None:
    doubt = area.doubt(Place(*place))
    if doubt is None:
        assert doubted is None
        return
    assert doubted == (ZERO if doubt.km is None else SWAPPED if doubt.swapped else FAR)
    if doubt.swapped is not None:
        assert doubt.swapped == Place(place[1], place[0])
        assert doubt.km is not None
        assert doubt.swapped_km < doubt.km / 4
        assert area.doubt(doubt.swapped) is None
