"""Roads to draw below a map: made once from an extract, then read in milliseconds for any part of it and any zoom.

A file holds five drawings of the same roads, from every street down to motorways only, each in tiles of the earth. It
begins with `MAGIC`, the length of a JSON header and that header; then for each drawing the numbers of its tiles (64 bits,
ascending), where each begins and the last ends (64 bits, in words), and the words (32 bits): a line is its class and its
number of points in one word, then its latitudes and longitudes in millionths of a degree. All little-endian.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
import threading
from array import array
from bisect import bisect_left
from functools import lru_cache
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import NamedTuple

from dispatch.model.maps import ATTRIBUTION, Box, Road
from dispatch.travel.executables import roads_folder
from dispatch.travel.graphs import Progress, name_of
from dispatch.travel.road_lines import LONGEST, MILLION, NotDrawn, Point, coarser, joined, lines_of

MAGIC = b"DISPROAD1\n"
SUFFIX = ".roads"
WORDS = 24_000
"""At most so many words are read for one view, so that drawing takes some milliseconds: else a coarser drawing is read."""


class DetailLevel(NamedTuple):
    """A drawing: for views of up to `metres` a dot, roads down to the class `rank`, true to `within` metres.

    Its tiles are `tile` millionths of a degree high and wide.
    """

    metres: float
    rank: int
    within: float
    tile: int


LEVELS = (
    DetailLevel(14, 4, 4, 20_000),
    DetailLevel(45, 3, 14, 50_000),
    DetailLevel(130, 2, 40, 100_000),
    DetailLevel(1000, 1, 150, 250_000),
    DetailLevel(inf, 0, 800, 1_000_000),
)


class _Drawing(NamedTuple):
    """A level as it is read."""

    metres: float
    tile: int
    tiles: array[int]
    starts: array[int]
    words: memoryview


def build(extract: Path, target: Path, tell: Progress = lambda step: None, stop: threading.Event | None = None) -> int:
    """Make the drawings of an extract; returns the bytes of the file. One that is there already is replaced as a whole.

    Args:
        extract: `.osm.pbf`, or `.osm` as XML.
        tell: called with each step as it begins.
        stop: set by another thread, it ends the making.

    Raises:
        NotDrawn: the file cannot be read, is no extract with roads, osmium is not installed, the target cannot be
            written, or the making was stopped.
    """
    by_rank = lines_of(extract, tell, stop)
    tell("drawing the roads")
    lines = {rank: joined(pieces) for rank, pieces in sorted(by_rank.items())}
    levels, parts = [], []
    for level in LEVELS:
        tiles: dict[int, array[int]] = {}
        for rank, pieces in lines.items():
            for number, line in enumerate(pieces) if rank <= level.rank else ():
                if number % 4096 == 0 and stop is not None and stop.is_set():
                    raise NotDrawn("The drawing of the roads was stopped.")
                _file(tiles, rank, coarser(line, level.within), level.tile)
        starts = array("q", [0])
        for key in sorted(tiles):
            starts.append(starts[-1] + len(tiles[key]))
        levels.append(
            {"metres": None if level.metres == inf else level.metres, "tile": level.tile, "tiles": len(tiles)}
        )
        parts += [array("q", sorted(tiles)), starts, *(tiles[key] for key in sorted(tiles))]
        if len(parts[-1]) and starts[-1] % 2:
            parts.append(array("i", [0]))  # what follows begins at a multiple of 8 bytes
    about: dict[str, object] = {"name": name_of(extract), "attribution": ATTRIBUTION, "levels": levels}
    return _write(target, about, parts)


class RoadMap:
    """A file of drawn roads, open for reading.

    Raises:
        ValueError: it is not one, or is cut short.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        begin = len(MAGIC) + 4
        if bytes(self._bytes[: len(MAGIC)]) != MAGIC:
            raise ValueError(f"{path.name} holds no roads")
        length = int.from_bytes(self._bytes[len(MAGIC) : begin], "little")
        self._at = begin + length
        try:
            about = json.loads(bytes(self._bytes[begin : self._at]))
            self.name = str(about["name"])
            self._drawings = [self._drawing(level) for level in about["levels"]]
        except (LookupError, TypeError, ArithmeticError) as fault:
            raise ValueError(f"{path.name} is not whole") from fault

    def roads(self, box: Box, metres: float, words: int = WORDS) -> list[Road]:
        """The roads in a part of the earth, as they are drawn at so many metres a dot. Some lie a little outside.

        Args:
            words: the limit. Where there is more, less detail is given; where even the least is more, nothing.
        """
        parts = [box]
        if box.west > box.east:
            parts = [box._replace(east=180.0), box._replace(west=-180.0)]
        for drawing in self._drawings:
            if metres > drawing.metres:
                continue
            spans = [span for part in parts for span in _spans(drawing, part)]
            if sum(end - begin for begin, end in spans) <= words:
                return [road for begin, end in spans for road in _read(_native(drawing.words[begin:end]))]
        return []

    def _drawing(self, level: dict[str, float | None]) -> _Drawing:
        count = int(level["tiles"] or 0)
        tiles, starts = self._numbers(count), self._numbers(count + 1)
        size = starts[-1]
        words = self._bytes[self._at : self._at + 4 * size]
        self._at += 4 * (size + size % 2)
        if size < 0 or len(words) < 4 * size:
            raise ValueError("cut short")
        metres = level["metres"]
        return _Drawing(
            inf if metres is None else float(metres), int(level["tile"] or 1), tiles, starts, words.cast("i")
        )

    def _numbers(self, count: int) -> array[int]:
        numbers = array("q", bytes(self._bytes[self._at : self._at + 8 * count]))
        self._at += 8 * count
        if sys.byteorder == "big":
            numbers.byteswap()
        if len(numbers) < count:
            raise ValueError("cut short")
        return numbers


def map_file(name: str) -> Path:
    """Where the drawn roads of an extract belong, beside the road graphs; a newer one of that name takes their place."""
    return _folder() / (name + SUFFIX)


def drawn() -> list[str]:
    """The names of the extracts whose roads are drawn on this machine."""
    return sorted(path.name.removesuffix(SUFFIX) for path in _folder().glob("*" + SUFFIX))


def roads_in(box: Box, metres: float) -> list[Road]:
    """The roads in a part of the earth, of every file on this machine; a file that cannot be read has none."""
    roads: list[Road] = []
    for path in sorted(_folder().glob("*" + SUFFIX)):
        try:
            about = path.stat()
            roads += _opened(path, about.st_mtime_ns, about.st_size).roads(box, metres)
        except (OSError, ValueError):
            continue
    return roads


def _folder() -> Path:
    return roads_folder() / "maps"


@lru_cache(maxsize=16)
def _opened(path: Path, changed: int, size: int) -> RoadMap:
    return RoadMap(path)


def _file(tiles: dict[int, array[int]], rank: int, line: list[Point], tile: int) -> None:
    """Put a line into each tile that it touches, in runs of points."""
    runs: dict[int, list[Point]] = {}
    for start, end in _steps(line, tile):
        for key in _keys(start, end, tile):
            run = runs.get(key)
            if run is not None and run[-1] == start:
                run.append(end)
                continue
            if run is not None:
                _put(tiles, key, rank, run)
            runs[key] = [start, end]
    for key, run in runs.items():
        _put(tiles, key, rank, run)


def _put(tiles: dict[int, array[int]], key: int, rank: int, run: list[Point]) -> None:
    words = tiles.setdefault(key, array("i"))
    words.append(rank << 24 | len(run))
    for point in run:
        words.extend(point)


def _steps(line: list[Point], tile: int) -> list[tuple[Point, Point]]:
    """The pieces of a line from point to point, none of them longer than a tile."""
    steps: list[tuple[Point, Point]] = []
    for (lat, lon), (to_lat, to_lon) in pairwise(line):
        longest = max(abs(to_lat - lat), abs(to_lon - lon))
        if longest > LONGEST:
            continue
        count = longest // tile + 1
        points = [
            (lat + (to_lat - lat) * step // count, lon + (to_lon - lon) * step // count) for step in range(count + 1)
        ]
        steps += pairwise(points)
    return steps


def _row(lat: int, tile: int) -> int:
    return (lat + 90 * MILLION) // tile


def _column(lon: int, tile: int) -> int:
    return (lon + 180 * MILLION) // tile


def _key(row: int, column: int, tile: int) -> int:
    return row * (360 * MILLION // tile + 2) + column


def _keys(start: Point, end: Point, tile: int) -> list[int]:
    rows = sorted((_row(start[0], tile), _row(end[0], tile)))
    columns = sorted((_column(start[1], tile), _column(end[1], tile)))
    return [
        _key(row, column, tile) for row in range(rows[0], rows[1] + 1) for column in range(columns[0], columns[1] + 1)
    ]


def _spans(drawing: _Drawing, box: Box) -> list[tuple[int, int]]:
    """Where the words of a part of the earth are: the tiles of a row lie one after the other."""
    tile = drawing.tile
    first, last = (_column(int(lon * MILLION), tile) for lon in (box.west, box.east))
    spans = []
    for row in range(_row(int(box.south * MILLION), tile), _row(int(box.north * MILLION), tile) + 1):
        begin = bisect_left(drawing.tiles, _key(row, first, tile))
        end = bisect_left(drawing.tiles, _key(row, last, tile) + 1)
        if begin < end:
            spans.append((drawing.starts[begin], drawing.starts[end]))
    return spans


def _native(words: memoryview) -> list[int]:
    if sys.byteorder == "little":
        return words.tolist()
    swapped = array("i", words.tobytes())
    swapped.byteswap()
    return swapped.tolist()


def _read(words: list[int]) -> list[Road]:
    roads, at = [], 0
    while at < len(words):
        rank, count = words[at] >> 24, words[at] & 0xFFFFFF
        end = at + 1 + 2 * count
        lats, lons = words[at + 1 : end : 2], words[at + 2 : end : 2]
        roads.append(Road(rank, [(lat / MILLION, lon / MILLION) for lat, lon in zip(lats, lons, strict=False)]))
        at = end
    return roads


def _write(target: Path, about: dict[str, object], parts: list[array[int]]) -> int:
    header = json.dumps(about).encode()
    header += b" " * (-(len(MAGIC) + 4 + len(header)) % 8)
    fresh = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with fresh.open("wb") as file:
            file.write(MAGIC + len(header).to_bytes(4, "little") + header)
            for part in parts:
                if sys.byteorder == "big":
                    part.byteswap()
                part.tofile(file)
        fresh.replace(target)
        return target.stat().st_size
    except OSError as error:
        raise NotDrawn(f"{target} cannot be written: {error.strerror or error}.") from error
    finally:
        fresh.unlink(missing_ok=True)
