"""Drives by road as a file: what one machine has reckoned, carried to machines that have no road engine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dispatch.desk.files.json_file import read_json
from dispatch.desk.files.table import Unreadable
from dispatch.desk.files.verdicts import shortened
from dispatch.model.travel import Place
from dispatch.travel.graphs import ATTRIBUTION
from dispatch.travel.known import Cell, Pair, point

_GRAPH = re.compile(r"[0-9a-z]{8,64}")
_NAME = re.compile(r"[\w .+-]{1,60}")
_PLACES = 400
_MOST = 10_000_000
"""Seconds and metres beyond which a figure is no drive."""
_EXPECTED = "graph, name, places, seconds and metres, as dispatch roads export writes them"


@dataclass(frozen=True, slots=True)
class CarriedDrives:
    """What the engine said on the graph `graph`, which was built from the extract `name`."""

    graph: str
    name: str
    cells: Mapping[Pair, Cell]


def is_drives_file(path: Path) -> bool:
    """Whether it is such a file by its name, and no extract."""
    return path.suffix.casefold() == ".json"


def read_drives(path: Path) -> CarriedDrives:
    """The drives in a file.

    Raises:
        Unreadable: it is no such file; the sentence says what is wrong first.
    """
    document = read_json(path, "a file of drives")
    try:
        graph, name = document["graph"], document["name"]
        places = [Place(lat, lon) for lat, lon in document["places"]]
        if not (_GRAPH.fullmatch(graph) and _NAME.fullmatch(name) and 0 < len(places) <= _PLACES):
            raise ValueError(f"graph and name are words, and places at most {_PLACES}")
        seconds, metres = (_square(document[word], len(places)) for word in ("seconds", "metres"))
    except (KeyError, TypeError, ValueError) as fault:
        what = f"{fault.args[0]} is missing" if isinstance(fault, KeyError) else str(fault)
        raise Unreadable(f"{shortened(path.name)} is no file of drives ({what}); expected: {_EXPECTED}.") from None
    points = [point(place) for place in places]
    cells = {}
    for row, origin in enumerate(points):
        for column, destination in enumerate(points):
            cell = Cell(seconds[row][column], metres[row][column])
            if (cell.seconds is None) != (cell.metres is None):
                raise Unreadable(
                    f"{shortened(path.name)}: place {row + 1} to place {column + 1} has one figure of two."
                )
            cells[origin, destination] = cell
    return CarriedDrives(graph, name, cells)


def drives_form(graph: str, name: str, places: Sequence[Place], cells: Mapping[Pair, Cell]) -> dict[str, Any]:
    """The drives between all of `places` as such a file has them: a row for each origin, null where there is no way."""
    points = [point(place) for place in places]
    return {
        "graph": graph,
        "name": name,
        "attribution": ATTRIBUTION,
        "places": [[place.lat, place.lon] for place in places],
        "seconds": [[cells[origin, end].seconds for end in points] for origin in points],
        "metres": [[cells[origin, end].metres for end in points] for origin in points],
    }


def _square(rows: Any, side: int) -> list[list[int | None]]:
    if len(rows) != side or any(len(row) != side for row in rows):
        raise ValueError(f"seconds and metres have {side} rows of {side} figures, as there are places")
    if not all(figure is None or (type(figure) is int and 0 <= figure <= _MOST) for row in rows for figure in row):
        raise ValueError("a figure is a whole number from 0 on, or null where there is no way")
    return [list(row) for row in rows]
