"""The client of OpenRouteService, the public one (with a key) or one's own: matrix and directions of a car."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatch.model.travel import Place
from dispatch.travel.asking import Refused, ask
from dispatch.travel.chain import Unavailable
from dispatch.travel.engines import RADIUS, Asked, Path, Table, cells_of
from dispatch.travel.known import Cell

_NO_POINT = (2010, 6010)
"""Errors that say: this place is near no road."""
_NO_ROUTE = 2009


class OpenRouteService(Asked):
    """`/v2/matrix` and `/v2/directions`; coordinates go as longitude, latitude."""

    name = "OpenRouteService"
    side = 50
    """The public service takes 3,500 pairs in one question."""

    def is_point(self, fault: Refused) -> bool:
        """Whether a place is near no road."""
        return _code(fault) in _NO_POINT

    def _block(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Table:
        points = list(dict.fromkeys([*origins, *destinations]))
        if len(points) == 1:
            return [[Cell(0, 0)] * len(destinations) for _ in origins]  # it wants two places at least
        index = {place: number for number, place in enumerate(points)}
        answer = self._ask(
            "matrix/driving-car",
            {
                "locations": [[place.lon, place.lat] for place in points],
                "sources": [index[place] for place in origins],
                "destinations": [index[place] for place in destinations],
                "metrics": ["duration", "distance"],
                "units": "m",
            },
        )
        shape = len(origins), len(destinations)
        return cells_of(answer.get("durations"), answer.get("distances"), shape, self.name)

    def _path(self, origin: Place, destination: Place) -> Path:
        ends = [[place.lon, place.lat] for place in (origin, destination)]
        try:
            answer = self._ask(
                "directions/driving-car/geojson",
                {"coordinates": ends, "radiuses": [RADIUS, RADIUS], "instructions": False},
            )
            line = answer["features"][0]["geometry"]["coordinates"]
            return tuple(Place(lat, lon) for lon, lat, *_ in line)
        except Refused as fault:
            if self.is_point(fault) or _code(fault) == _NO_ROUTE:
                return ()
            raise
        except (LookupError, TypeError, ValueError):
            raise Unavailable("OpenRouteService answered with something unexpected.") from None

    def _ask(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": self._key} if self._key else {}
        return ask(f"{self._url}/v2/{action}", body, who=self.name, timeout=self._timeout, headers=headers)


def _code(fault: Refused) -> Any:
    error = fault.answer.get("error")
    return error.get("code") if isinstance(error, dict) else None
