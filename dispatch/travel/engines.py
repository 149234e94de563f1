"""What road engines answer, as tables and ways, and how large questions are cut to what an engine takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

from dispatch.model.travel import Place
from dispatch.travel.chain import Unavailable
from dispatch.travel.http_json import EngineRefused
from dispatch.travel.known import Cell

RADIUS = 1000
"""Metres that a place may lie from the nearest road. Without a limit any point snaps, however far away it is."""
NO_WAY = Cell(None, None)

Table = list[list[Cell]]
Path = tuple[Place, ...]


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
