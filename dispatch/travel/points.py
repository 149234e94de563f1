"""Places as the cache tells them apart: coordinates × 1e5, about a metre (design/planning.md, Travel times)."""

from __future__ import annotations

from dispatch.model.travel import Place

_SCALE = 100_000
_LON_SPAN = 360 * _SCALE + 1


def point(place: Place) -> int:
    """The place as one integer: two places are the same point when their coordinates × 1e5 are."""
    return (round(place.lat * _SCALE) + 90 * _SCALE) * _LON_SPAN + round(place.lon * _SCALE) + 180 * _SCALE
