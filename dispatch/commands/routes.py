"""A technician's route as text: its legs, a map, links."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from dispatch.model.boards import Board, BoardRow
from dispatch.model.links import route_links
from dispatch.model.maps import route_of
from dispatch.model.text import show

if TYPE_CHECKING:
    from db.store import Store

WIDEST = 100
"""Columns that a map takes at most."""


def route_text(store: Store, board: Board, row: BoardRow, *, with_map: bool, ascii_only: bool) -> list[str]:
    """The legs of a row, the map where it is wanted, what is not placed, and the links."""
    from widgets.day_map import not_placed_text
    from widgets.ink import ink, text_of
    from widgets.marks import TYPOGRAPHY, marks_of
    from widgets.route_lines import route_lines, route_totals

    width = min(WIDEST, shutil.get_terminal_size((80, 24)).columns)
    route = route_of(row)
    # the name in full: the title of a pane has no room for it
    title = (ink(f"{row.name}  ", "strong"), *route_totals(row, board.unit))
    legs = route_lines(row, board, marks_of(ascii_only), width)[1:]
    lines = [text_of(line).rstrip() for line in (title, *legs)]
    if with_map:
        lines += ["", *_map_text(store, board, row, width, ascii_only)]
    if not_placed := not_placed_text(route):
        lines.append(show(not_placed))
    if ascii_only:
        lines = [line.translate(TYPOGRAPHY) for line in lines]
    return [*lines, *route_links(route.waypoints())]


def _map_text(store: Store, board: Board, row: BoardRow, width: int, ascii_only: bool) -> list[str]:
    from dispatch.desk.atlas import Atlas
    from widgets.day_map import foot_of, picture_of
    from widgets.ink import text_of
    from widgets.marks import marks_of
    from widgets.surveying import Wanted, survey

    atlas, marks = Atlas(store), marks_of(ascii_only)
    land = survey(Wanted(route_of(row), width, max(8, width * 3 // 10)), atlas.roads, atlas.ways)
    if land is None:
        return []
    picture = picture_of(land.route, land.view, marks, land.ground, names=True)
    lines = [*picture.lines, foot_of(land.view, picture, board.unit, marks, width)]
    return [text_of(line).rstrip() for line in lines]
