"""The client of a Valhalla server: its time-distance matrix and its routes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatch.model.travel import Place
from dispatch.travel.asking import Refused, ask
from dispatch.travel.chain import Unavailable
from dispatch.travel.engines import RADIUS, Asked, Path, Table, cells_of, decoded

_NO_POINT = (170, 171)
"""Errors that say: this place is near no road (or on an island of them)."""
_NO_ROUTE = 442


class Valhalla(Asked):
    """`sources_to_targets` and `route` with the costing of a car."""

    name = "Valhalla"
    side = 50
    """A public server takes 50 × 50 pairs in one question."""

    def is_point(self, fault: Refused) -> bool:
        """Whether a place is near no road (or on an island of them)."""
        return fault.answer.get("error_code") in _NO_POINT

    def _block(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Table:
        answer = self._ask(
            "sources_to_targets",
            {"sources": [_location(one) for one in origins], "targets": [_location(one) for one in destinations]},
        )
        try:
            rows = answer["sources_to_targets"]
            if isinstance(rows, dict):  # the short form, matrices of their own
                times, lengths = rows["durations"], rows["distances"]
            else:
                times = [[cell["time"] for cell in row] for row in rows]
                lengths = [[cell["distance"] for cell in row] for row in rows]
            metres = [[None if one is None else one * 1000 for one in row] for row in lengths]
        except (LookupError, TypeError):
            raise Unavailable("Valhalla answered with something unexpected.") from None
        return cells_of(times, metres, (len(origins), len(destinations)), self.name)

    def _path(self, origin: Place, destination: Place) -> Path:
        try:
            answer = self._ask(
                "route", {"locations": [_location(origin), _location(destination)], "directions_type": "none"}
            )
            return decoded(answer["trip"]["legs"][0]["shape"])
        except Refused as fault:
            if self.is_point(fault) or fault.answer.get("error_code") == _NO_ROUTE:
                return ()
            raise
        except (LookupError, TypeError, ValueError):
            raise Unavailable("Valhalla answered with something unexpected.") from None

    def _ask(self, action: str, question: dict[str, Any]) -> dict[str, Any]:
        body = {**question, "costing": "auto", "units": "kilometers"}
        return ask(f"{self._url}/{action}", body, who=self.name, timeout=self._timeout)


def _location(place: Place) -> dict[str, float]:
    return {"lat": place.lat, "lon": place.lon, "search_cutoff": RADIUS}
