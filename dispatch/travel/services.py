"""The clients of road services: OSRM (our own child on loopback, or a remote one), Valhalla, OpenRouteService."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar

from dispatch.model.travel import UNKNOWN_LEG, Leg, Place, placed
from dispatch.travel.chain import Provider, Unavailable
from dispatch.travel.engines import NO_WAY, RADIUS, Path, Table, cells_of, decoded, halving, in_blocks
from dispatch.travel.http_json import EngineRefused, ask
from dispatch.travel.known import Cell, road_leg

_BAD_POINT = re.compile(r"coordinate (\d+)")


class RoadService(ABC):
    """A road engine over HTTP. It is asked outside of transactions and never by the interface itself.

    Large tables are asked in squares, ways one after another. Both raise `Unavailable` where it cannot be asked now.
    """

    name: str
    """What people call it."""
    side = 50
    """Places on each side of one question. Public servers take 50 × 50 pairs, 3,500 pairs, or 100 points."""
    no_point: ClassVar[Collection[object]] = ()
    """Codes of errors that refuse the whole of a table because some place is near no road, without naming it."""
    no_way: ClassVar[Collection[object]] = ()
    """Codes of errors that say: no way leads there, or a place is near no road."""

    def __init__(self, url: str, key: str = "", *, timeout: float = 10.0) -> None:
        self._url, self._key, self._timeout = url.rstrip("/"), key, timeout

    def table(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Table:
        """Seconds and metres of each pair, a row for each origin. A point that no road is near has cells without a way."""
        question = partial(halving, self._block, is_point=lambda fault: self._code(fault) in self.no_point)
        return in_blocks(question, origins, destinations, self.side)

    def paths(self, stops: Sequence[Place | None]) -> list[Path]:
        """The ways between the stops, as the roads run; none to or from one whose place is unknown."""
        return [
            () if origin is None or destination is None else self._way(origin, destination)
            for origin, destination in pairwise(stops)
        ]

    def _way(self, origin: Place, destination: Place) -> Path:
        try:
            return self._path(origin, destination)
        except EngineRefused as fault:
            if self._code(fault) in self.no_way:
                return ()
            raise
        except (LookupError, TypeError, ValueError):
            raise Unavailable(f"{self.name} answered with something unexpected.") from None

    @abstractmethod
    def _code(self, fault: EngineRefused) -> Any: ...

    @abstractmethod
    def _block(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Table: ...

    @abstractmethod
    def _path(self, origin: Place, destination: Place) -> Path: ...


class Roads(Provider):
    """What an engine says, as legs. It takes as long as the engine takes: never for the interface, nor in a transaction."""

    def __init__(self, engine: RoadService) -> None:
        self._engine = engine

    def matrix(self, origins: Sequence[Place | None], destinations: Sequence[Place | None], at: int) -> list[list[Leg]]:
        """The drive of each pair; a place without coordinates is not asked about."""
        starts = [place for place in origins if place is not None and placed(place)]
        ends = [place for place in destinations if place is not None and placed(place)]
        if not starts or not ends:
            return [[UNKNOWN_LEG] * len(destinations) for _ in origins]
        rows = iter(self._engine.table(starts, ends))
        legs = []
        for origin in origins:
            cells = iter(next(rows)) if placed(origin) else None
            legs.append(
                [
                    UNKNOWN_LEG if cells is None or not placed(destination) else road_leg(next(cells))
                    for destination in destinations
                ]
            )
        return legs

    def paths(self, stops: Sequence[Place | None]) -> list[Path]:
        """The ways from stop to stop."""
        return self._engine.paths([stop if placed(stop) else None for stop in stops])


class Osrm(RoadService):
    """`table` and `route` of the HTTP interface v1. `radiuses` is always sent: without it any point snaps to some road."""

    no_way = ("NoSegment", "NoRoute")

    def __init__(
        self,
        url: str | Callable[[], str],
        *,
        name: str = "OSRM",
        timeout: float = 10.0,
        local: bool = False,
        again: Callable[[], bool] = lambda: False,
    ) -> None:
        """A client of the server at `url`.

        Args:
            url: its address, or what makes sure that it runs and says where.
            name: what people call it.
            timeout: seconds that any step of an answer may take.
            local: our own child, which takes large questions.
            again: asked after a question without an answer: whether it is worth to ask once more.
        """
        super().__init__("", timeout=timeout)
        self._where = url
        self.name = name
        self.side = 400 if local else RoadService.side
        self._again = again

    def _code(self, fault: EngineRefused) -> Any:
        return fault.answer.get("code")

    def _block(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Table:
        cells = self._cells(list(dict.fromkeys(origins)), list(dict.fromkeys(destinations)))
        return [[cells.get((start, end), NO_WAY) for end in destinations] for start in origins]

    def _cells(self, starts: list[Place], ends: list[Place]) -> dict[tuple[Place, Place], Cell]:
        """What it says of the pairs; a place that it names as near no road is left out, and it is asked again."""
        while True:
            places = list(dict.fromkeys([*starts, *ends])) if starts and ends else []
            if len(places) < 2:  # it wants two places at least
                return {(place, place): Cell(0, 0) for place in places}
            index = {place: number for number, place in enumerate(places)}
            query = (
                f"sources={_listed(index[place] for place in starts)}"
                f"&destinations={_listed(index[place] for place in ends)}&annotations=duration,distance"
            )
            try:
                answer = self._ask("table", places, query)
            except EngineRefused as fault:
                named = _BAD_POINT.search(str(fault.answer.get("message", "")))
                if self._code(fault) != "NoSegment" or named is None or int(named[1]) >= len(places):
                    raise
                bad = places[int(named[1])]
                starts, ends = ([place for place in side if place != bad] for side in (starts, ends))
                continue
            table = cells_of(answer.get("durations"), answer.get("distances"), (len(starts), len(ends)), self.name)
            return {
                (start, end): cell
                for start, row in zip(starts, table, strict=True)
                for end, cell in zip(ends, row, strict=True)
            }

    def _path(self, origin: Place, destination: Place) -> Path:
        answer = self._ask("route", [origin, destination], "overview=full&geometries=polyline6&steps=false")
        return decoded(answer["routes"][0]["geometry"])

    def _ask(self, service: str, points: Sequence[Place], query: str) -> dict[str, Any]:
        listed = ";".join(f"{place.lon:.6f},{place.lat:.6f}" for place in points)
        radiuses = ";".join([str(RADIUS)] * len(points))
        question = f"{service}/v1/driving/{listed}?{query}&radiuses={radiuses}&generate_hints=false"
        try:
            return self._asked(question)
        except EngineRefused:
            raise
        except Unavailable:
            if not self._again():
                raise
            return self._asked(question)

    def _asked(self, question: str) -> dict[str, Any]:
        url = self._where if isinstance(self._where, str) else self._where()
        return ask(f"{url.rstrip('/')}/{question}", who=self.name, timeout=self._timeout)


class Valhalla(RoadService):
    """`sources_to_targets` and `route` with the costing of a car. A place on an island of roads is near none."""

    name = "Valhalla"
    no_point = (170, 171)
    no_way = (*no_point, 442)

    def _code(self, fault: EngineRefused) -> Any:
        return fault.answer.get("error_code")

    def _block(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Table:
        answer = self._ask(
            "sources_to_targets",
            {
                "sources": [_location(place) for place in origins],
                "targets": [_location(place) for place in destinations],
            },
        )
        try:
            rows = answer["sources_to_targets"]
            if isinstance(rows, dict):  # the short form, matrices of their own
                times, lengths = rows["durations"], rows["distances"]
            else:
                times = [[cell["time"] for cell in row] for row in rows]
                lengths = [[cell["distance"] for cell in row] for row in rows]
            metres = [[None if length is None else length * 1000 for length in row] for row in lengths]
        except (LookupError, TypeError):
            raise Unavailable(f"{self.name} answered with something unexpected.") from None
        return cells_of(times, metres, (len(origins), len(destinations)), self.name)

    def _path(self, origin: Place, destination: Place) -> Path:
        ends = [_location(origin), _location(destination)]
        answer = self._ask("route", {"locations": ends, "directions_type": "none"})
        return decoded(answer["trip"]["legs"][0]["shape"])

    def _ask(self, action: str, question: dict[str, Any]) -> dict[str, Any]:
        body = {**question, "costing": "auto", "units": "kilometers"}
        return ask(f"{self._url}/{action}", body, who=self.name, timeout=self._timeout)


class OpenRouteService(RoadService):
    """`/v2/matrix` and `/v2/directions`, public (with a key) or one's own; coordinates go as longitude, latitude."""

    name = "OpenRouteService"
    no_point = (2010, 6010)
    no_way = (*no_point, 2009)

    def _code(self, fault: EngineRefused) -> Any:
        error = fault.answer.get("error")
        return error.get("code") if isinstance(error, dict) else None

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
        question = {"coordinates": ends, "radiuses": [RADIUS, RADIUS], "instructions": False}
        answer = self._ask("directions/driving-car/geojson", question)
        line = answer["features"][0]["geometry"]["coordinates"]
        return tuple(Place(lat, lon) for lon, lat, *_ in line)

    def _ask(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": self._key} if self._key else {}
        return ask(f"{self._url}/v2/{action}", body, who=self.name, timeout=self._timeout, headers=headers)


def _location(place: Place) -> dict[str, float]:
    return {"lat": place.lat, "lon": place.lon, "search_cutoff": RADIUS}


def _listed(numbers: Iterable[int]) -> str:
    return ";".join(map(str, numbers))
