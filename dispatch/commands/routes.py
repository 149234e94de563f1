"""A technician's route as text: its legs, a map, links."""

from __future__ import annotations

import shutil

from dispatch.lazily import lazily
from dispatch.model.boards import Board, BoardRow
from dispatch.model.links import route_links
from dispatch.model.maps import route_of
from dispatch.model.text import show

with lazily(__name__):
    from db.store import Store
    from dispatch.desk.roads import road_map as atlases
    from widgets import route_lines
    from widgets.lines import ink
    from widgets.lines import marks as mark_sets
    from widgets.map import day_map, surveying

WIDEST = 100
"""Columns that a map takes at most."""


def route_text(store: Store, board: Board, row: BoardRow, *, with_map: bool, ascii_only: bool) -> list[str]:
    """The legs of a row, the map where it is wanted, what is not placed, and the links."""
    width = min(WIDEST, shutil.get_terminal_size((80, 24)).columns)
    route = route_of(row)
    # the name in full: the title of a pane has no room for it
    title = (ink.ink(f"{row.name}  ", "strong"), *route_lines.route_totals(row, board.unit))
    legs = route_lines.route_lines(row, board, mark_sets.marks_of(ascii_only), width)[1:]
    lines = [ink.text_of(line).rstrip() for line in (title, *legs)]
    if with_map:
        lines += ["", *_map_text(store, board, row, width, ascii_only)]
    if not_placed := day_map.not_placed_text(route):
        lines.append(show(not_placed))
    if ascii_only:
        lines = [line.translate(mark_sets.TYPOGRAPHY) for line in lines]
    return [*lines, *route_links(route.waypoints())]


def _map_text(store: Store, board: Board, row: BoardRow, width: int, ascii_only: bool) -> list[str]:
    atlas, marks = atlases.Atlas(store), mark_sets.marks_of(ascii_only)
    land = surveying.survey(surveying.WantedMap(route_of(row), width, max(8, width * 3 // 10)), atlas.roads, atlas.ways)
    if land is None:
        return []
    picture = day_map.picture_of(land.route, land.view, marks, land.ground, names=True)
    lines = [*picture.lines, day_map.foot_of(land.view, picture, board.unit, marks, width)]
    return [ink.text_of(line).rstrip() for line in lines]
