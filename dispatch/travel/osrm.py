"""The client of an OSRM server, our own child on loopback or a remote one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from dispatch.model.travel import Place
from dispatch.travel.asking import Refused, ask
from dispatch.travel.chain import Unavailable
from dispatch.travel.engines import NO_WAY, RADIUS, Path, Table, cells_of, decoded, in_blocks, runs_of
from dispatch.travel.known import Cell

_BAD_POINT = re.compile(r"coordinate (\d+)")
_SIDE = 50
"""A public server takes 100 points in one question."""
_LOCAL_SIDE = 400


class Osrm:
    """`table` and `route` of the HTTP interface v1. `radiuses` is always sent: without it any point snaps to some road."""

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
        self._url = url
        self._name = name
        self._timeout = timeout
        self._side = _LOCAL_SIDE if local else _SIDE
        self._again = again

    @property
    def name(self) -> str:
        """What people call it."""
        return self._name

    def table(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Table:
        """Seconds and metres of each pair."""
        return in_blocks(self._block, origins, destinations, self._side)

    def paths(self, stops: Sequence[Place | None]) -> list[Path]:
        """The ways between the stops, as the roads run."""
        found: list[Path] = [()] * max(0, len(stops) - 1)
        for begin, run in runs_of(stops):
            for place in range(len(run) - 1):
                found[begin + place] = self._path(run[place], run[place + 1])
        return found

    def _block(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Table:
        points = list(dict.fromkeys([*origins, *destinations]))
        dropped: set[Place] = set()
        while True:
            starts = [place for place in dict.fromkeys(origins) if place not in dropped]
            ends = [place for place in dict.fromkeys(destinations) if place not in dropped]
            if not starts or not ends:
                return [[NO_WAY] * len(destinations) for _ in origins]
            wanted = {*starts, *ends}
            asked = [place for place in points if place in wanted]
            if len(asked) == 1:  # it wants two places at least
                return [
                    [Cell(0, 0) if start == end == asked[0] else NO_WAY for end in destinations] for start in origins
                ]
            index = {place: number for number, place in enumerate(asked)}
            query = (
                f"sources={_listed(index[place] for place in starts)}"
                f"&destinations={_listed(index[place] for place in ends)}&annotations=duration,distance"
            )
            try:
                answer = self._ask("table", asked, query)
            except Refused as fault:
                bad = _bad_point(fault, len(asked))
                if bad is None:
                    raise
                dropped.add(asked[bad])
                continue
            found = cells_of(answer.get("durations"), answer.get("distances"), (len(starts), len(ends)), self._name)
            row_of = {place: number for number, place in enumerate(starts)}
            column_of = {place: number for number, place in enumerate(ends)}
            return [
                [
                    found[row_of[start]][column_of[end]] if start in row_of and end in column_of else NO_WAY
                    for end in destinations
                ]
                for start in origins
            ]

    def _path(self, origin: Place, destination: Place) -> Path:
        try:
            answer = self._ask("route", [origin, destination], "overview=full&geometries=polyline6&steps=false")
            return decoded(answer["routes"][0]["geometry"])
        except Refused as fault:
            if fault.answer.get("code") in ("NoSegment", "NoRoute"):
                return ()
            raise
        except (LookupError, TypeError, ValueError):
            raise Unavailable(f"{self._name} answered with something unexpected.") from None

    def _ask(self, service: str, points: Sequence[Place], query: str) -> dict[str, Any]:
        listed = ";".join(f"{place.lon:.6f},{place.lat:.6f}" for place in points)
        radiuses = ";".join([str(RADIUS)] * len(points))
        question = f"{service}/v1/driving/{listed}?{query}&radiuses={radiuses}&generate_hints=false"
        try:
            return self._asked(question)
        except Refused:
            raise
        except Unavailable:
            if not self._again():
                raise
            return self._asked(question)

    def _asked(self, question: str) -> dict[str, Any]:
        url = self._url if isinstance(self._url, str) else self._url()
        return ask(f"{url.rstrip('/')}/{question}", who=self._name, timeout=self._timeout)


def _bad_point(fault: Refused, points: int) -> int | None:
    """The index of the point that no road is near, which the error names."""
    if fault.answer.get("code") != "NoSegment":
        return None
    named = _BAD_POINT.search(str(fault.answer.get("message", "")))
    return int(named[1]) if named is not None and int(named[1]) < points else None


def _listed(numbers: Any) -> str:
    return ";".join(map(str, numbers))
