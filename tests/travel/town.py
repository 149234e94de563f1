"""A small town as OpenStreetMap data: a grid of residential streets, and a one-way street across it."""

from __future__ import annotations

from pathlib import Path

SOUTH, WEST, STEP = 39.92, -83.01, 0.01
ROWS, COLUMNS = 9, 8
NO_OSMIUM = "needs osmium: install the extra maps"
"""From 39.92, -83.01 to 40.00, -82.94: the places of the office in tests/desk/conftest.py lie on its corners."""


def write_town(path: Path) -> Path:
    """Write the town as OSM XML, which the engine reads like any extract."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="tests">']
    for row in range(ROWS):
        for column in range(COLUMNS):
            lat, lon = SOUTH + row * STEP, WEST + column * STEP
            lines.append(f'<node id="{_node(row, column)}" version="1" lat="{lat:.6f}" lon="{lon:.6f}"/>')
    streets = [[_node(row, column) for column in range(COLUMNS)] for row in range(ROWS)]
    streets += [[_node(row, column) for row in range(ROWS)] for column in range(COLUMNS)]
    for number, nodes in enumerate(streets):
        # the northernmost street is fast, and leads east only
        tags = {"highway": "primary", "oneway": "yes"} if number == ROWS - 1 else {"highway": "residential"}
        lines.append(f'<way id="{number + 1}" version="1">')
        lines += [f'<nd ref="{node}"/>' for node in nodes]
        lines += [f'<tag k="{key}" v="{value}"/>' for key, value in tags.items()]
        lines.append("</way>")
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def as_downloaded(extract: Path) -> Path:
    """The same extract beside it in the compressed form that servers offer. Needs osmium."""
    import osmium

    path = extract.with_suffix(".osm.pbf")
    with osmium.SimpleWriter(str(path)) as writer:
        for one in osmium.FileProcessor(str(extract)):
            writer.add(one)
    return path


def _node(row: int, column: int) -> int:
    return 1 + row * COLUMNS + column
