"""The client of a Valhalla server: its time-distance matrix and its routes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatch.model.travel import Place
from dispatch.travel.asking import Refused, ask
from dispatch.travel.chain import Unavailable
from dispatch.travel.engines import RADIUS, Path, Table, cells_of, decoded, halving, in_blocks, leg_by_leg

_SIDE = 50
"""A public server takes 50 × 50 pairs in one question."""
_NO_POINT = (170, 171)
"""Errors that say: this place is near no road (or on an island of them)."""
_NO_ROUTE = 442


class Valhalla:
    """`sources_to_targets` and `route` with the costing of a car."""

    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout

    @property
    def name(self) -> str:
        """What people call it."""
        return "Valhalla"

    def table(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Table:
        """Seconds and metres of each pair."""

        def block(starts: Sequence[Place], ends: Sequence[Place]) -> Table:
            return halving(self._block, starts, ends, _is_point)

        return in_blocks(block, origins, destinations, _SIDE)

    def paths(self, stops: Sequence[Place | None]) -> list[Path]:
        """The ways between the stops."""
        return leg_by_leg(stops, self._path)

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
            if _is_point(fault) or fault.answer.get("error_code") == _NO_ROUTE:
                return ()
            raise
        except (LookupError, TypeError, ValueError):
            raise Unavailable("Valhalla answered with something unexpected.") from None

    def _ask(self, action: str, question: dict[str, Any]) -> dict[str, Any]:
        body = {**question, "costing": "auto", "units": "kilometers"}
        return ask(f"{self._url}/{action}", body, who=self.name, timeout=self._timeout)


def _location(place: Place) -> dict[str, float]:
    return {"lat": place.lat, "lon": place.lon, "search_cutoff": RADIUS}


def _is_point(fault: Refused) -> bool:
    return fault.answer.get("error_code") in _NO_POINT
