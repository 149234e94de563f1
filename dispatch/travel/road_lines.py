"""The roads of an extract of OpenStreetMap as lines: read, joined where one goes on as another, and made coarser.

Lines are lists of (lat, lon) in millionths of a degree. Needs osmium (extra `maps`), which is imported where it is used.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

from dispatch.travel.graphs import ENDINGS, Progress

MILLION = 1_000_000
METRES = 0.11119493
"""Metres of a millionth of a degree of latitude."""
RANKS = {
    "motorway": 0, "trunk": 0, "primary": 1, "secondary": 2, "tertiary": 3,
    "unclassified": 4, "residential": 4, "living_street": 4, "road": 4,
}  # fmt: skip
"""The classes that are drawn, by the value of `highway`. A slip road (`…_link`) is of the class of its road."""
LONGEST = 2 * MILLION
"""No road goes so far straight on: a line that does has a node in the wrong place, and is left out there."""

Point = tuple[int, int]


class NotDrawn(Exception):
    """Roads could not be drawn from a file; the sentence says why. Nothing half-made is left."""


def rank_of(highway: str) -> int | None:
    """The class of a road, None for what is not drawn: paths, service roads, what is only planned."""
    return RANKS.get(highway.removesuffix("_link"))


def objects_of(
    extract: Path, keys: Sequence[str], what: str, stop: threading.Event | None, *, ways_only: bool = False
) -> Iterator[Any]:
    """The nodes and ways of an extract that have one of those tags, as osmium has them: only until the next one.

    Raises:
        NotDrawn: it cannot be read, osmium is not installed, or `stop` was set during `what` is done with them.
    """
    try:
        import osmium
    except ImportError:
        raise NotDrawn(
            "Extracts are read by osmium, which is not installed: install dispatch-board with the extra maps."
        ) from None
    if not extract.name.lower().endswith(ENDINGS):
        raise NotDrawn(f"{extract.name} is not an extract: a file that ends in {', '.join(ENDINGS[:3])} is expected.")
    if not extract.is_file():
        raise NotDrawn(f"There is no file {extract}.")
    try:
        objects = osmium.FileProcessor(str(extract), osmium.osm.NODE | osmium.osm.WAY).with_locations()
        if ways_only:
            objects = objects.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        for number, tagged in enumerate(objects.with_filter(osmium.filter.KeyFilter(*keys))):
            if number % 4096 == 0 and stop is not None and stop.is_set():
                raise NotDrawn(f"{what} was stopped.")
            yield tagged
    except (RuntimeError, OSError, ValueError) as fault:
        raise NotDrawn(f"{extract.name} cannot be read as an extract of OpenStreetMap: {fault}") from fault


def lines_of(extract: Path, tell: Progress, stop: threading.Event | None) -> dict[int, list[list[Point]]]:
    """The lines of every road of an extract, by class.

    Raises:
        NotDrawn: as `objects_of`, or it has no roads.
    """
    by_rank: dict[int, list[list[Point]]] = {}
    tell("reading the roads")
    for way in objects_of(extract, ["highway"], "The drawing of the roads", stop, ways_only=True):
        rank = rank_of(way.tags["highway"])
        if rank is None:
            continue
        # a node beyond the edge of the extract has no place
        places = [node.location for node in way.nodes if node.location.valid()]
        line = [(place.y // 10, place.x // 10) for place in places]
        if len(line) > 1:
            by_rank.setdefault(rank, []).append(line)
    if not by_rank:
        raise NotDrawn(f"There are no roads in {extract.name}.")
    return by_rank


def joined(lines: Iterable[list[Point]]) -> list[list[Point]]:
    """The same lines, with those that meet end to end where no third one ends made into one."""
    pieces = [line for line in lines if len(line) > 1]
    ends: dict[Point, list[int]] = {}
    for number, line in enumerate(pieces):
        ends.setdefault(line[0], []).append(number)
        ends.setdefault(line[-1], []).append(number)
    used = [False] * len(pieces)

    def onward(line: list[Point], point: Point) -> None:
        """Let a line go on from its last point, as long as there is one way to do so."""
        while len(there := ends[point]) == 2:
            number = next((piece for piece in there if not used[piece]), None)
            if number is None:
                return
            used[number] = True
            other = pieces[number]
            line.extend(other[1:] if other[0] == point else other[-2::-1])
            point = line[-1]

    wholes = []
    for number, line in enumerate(pieces):
        if used[number]:
            continue
        used[number] = True
        whole = list(line)
        onward(whole, whole[-1])
        whole.reverse()
        onward(whole, whole[-1])
        wholes.append(whole)
    return wholes


def coarser(line: list[Point], metres: float) -> list[Point]:
    """A line with fewer points that stays within so many metres of the given one (Douglas and Peucker)."""
    if len(line) < 3:
        return line
    shrink = cos(radians(line[0][0] / MILLION)) * METRES
    xs, ys = [lon * shrink for _, lon in line], [lat * METRES for lat, _ in line]
    keep = bytearray(len(line))
    keep[0] = keep[-1] = 1
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        x0, y0 = xs[first], ys[first]
        dx, dy = xs[last] - x0, ys[last] - y0
        length = hypot(dx, dy)
        worst, at = metres, 0
        for number in range(first + 1, last):
            x, y = xs[number] - x0, ys[number] - y0
            if length:
                along = (x * dx + y * dy) / length
                away = (
                    abs(x * dy - y * dx) / length if 0 <= along <= length else min(hypot(x, y), hypot(x - dx, y - dy))
                )
            else:
                away = hypot(x, y)
            if away > worst:
                worst, at = away, number
        if at:
            keep[at] = 1
            spans += ((first, at), (at, last))
    return [point for point, keeps in zip(line, keep, strict=True) if keeps]
