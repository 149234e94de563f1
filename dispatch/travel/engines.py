"""Road engines: what each must answer, how large questions are cut to what it takes, and one as a provider of travel times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, Protocol

from dispatch.model.travel import UNKNOWN_LEG, Leg, Place, placed
from dispatch.travel.chain import Provider, Unavailable
from dispatch.travel.http_json import EngineRefused
from dispatch.travel.known import Cell, road_leg

RADIUS = 1000
"""Metres that a place may lie from the nearest road. Without a limit any point snaps, however far away it is."""
NO_WAY = Cell(None, None)

Table = list[list[Cell]]
Path = tuple[Place, ...]


class RoadEngine(Protocol):
    """Something that knows the roads. It is asked outside of transactions and never by the interface itself."""

    @property
    def name(self) -> str:
        """What people call it."""

    def table(self, origins: Sequence[Place], destinations: Sequence[Place]) -> Table:
        """What it says of each pair: a row for each origin. A point that no road is near has cells without a way.

        Raises:
            Unavailable: it cannot be asked now.
        """

    def paths(self, stops: Sequence[Place | None]) -> list[Path]:
        """The way from each stop to the next, empty where there is none. Raises `Unavailable` like `table`."""


def in_blocks(
    ask: Callable[[Sequence[Place], Sequence[Place]], Table],
    origins: Sequence[Place],
    destinations: Sequence[Place],
    side: int,
) -> Table:
    """A table of any size, asked in squares of at most `side` × `side`."""
    rows: Table = []
    for top in range(0, len(origins), side):
        band: Table = [[] for _ in origins[top : top + side]]
        for left in range(0, len(destinations), side):
            block = ask(origins[top : top + side], destinations[left : left + side])
            for row, cells in zip(band, block, strict=True):
                row.extend(cells)
        rows += band
    return rows


def halving(
    ask: Callable[[Sequence[Place], Sequence[Place]], Table],
    origins: Sequence[Place],
    destinations: Sequence[Place],
    is_point: Callable[[EngineRefused], bool],
) -> Table:
    """A table from an engine that refuses the whole of it for one bad point and does not name it.

    The refused part is halved until the bad pair stands alone; its cell has no way, every other is answered.
    """
    try:
        return ask(origins, destinations)
    except EngineRefused as fault:
        if not is_point(fault):
            raise
    if len(origins) == len(destinations) == 1:
        return [[NO_WAY]]
    if len(origins) >= len(destinations):
        middle = len(origins) // 2
        return [
            *halving(ask, origins[:middle], destinations, is_point),
            *halving(ask, origins[middle:], destinations, is_point),
        ]
    middle = len(destinations) // 2
    left = halving(ask, origins, destinations[:middle], is_point)
    right = halving(ask, origins, destinations[middle:], is_point)
    return [[*first, *other] for first, other in zip(left, right, strict=True)]


def cells_of(seconds: Any, metres: Any, shape: tuple[int, int], who: str) -> Table:
    """Two matrices of numbers as a table; null is no way.

    Raises:
        Unavailable: they are not of that shape (rows, columns).
    """
    rows, columns = shape
    try:
        table = [
            [Cell(_whole(time), _whole(other)) for time, other in zip(times, lengths, strict=True)]
            for times, lengths in zip(seconds, metres, strict=True)
        ]
    except (TypeError, ValueError):
        raise Unavailable(f"{who} answered with something unexpected.") from None
    if len(table) != rows or any(len(row) != columns for row in table):
        raise Unavailable(f"{who} answered with a table of another size.")
    return [[cell if None not in cell else NO_WAY for cell in row] for row in table]


def decoded(polyline: str, digits: int = 6) -> Path:
    """The places of an encoded polyline (Google's algorithm, with `digits` decimals)."""
    places: list[Place] = []
    lat = lon = 0
    numbers = iter(_polyline_numbers(polyline))
    for north in numbers:
        lat, lon = lat + north, lon + next(numbers, 0)
        places.append(Place(lat / 10**digits, lon / 10**digits))
    return tuple(places)


def _polyline_numbers(text: str) -> list[int]:
    numbers, value, shift = [], 0, 0
    for letter in text:
        chunk = ord(letter) - 63
        value |= (chunk & 0x1F) << shift
        shift += 5
        if chunk < 0x20:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return numbers


def _whole(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value) or value < 0:
        raise ValueError(value)
    return round(value)


class Roads(Provider):
    """What an engine says, as legs. It takes as long as the engine takes: never for the interface, nor in a transaction."""

    def __init__(self, engine: RoadEngine) -> None:
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
