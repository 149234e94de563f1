"""A technician's day on a map, over the whole screen, with its legs beside it."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal

from dispatch.desk.day import board_view
from dispatch.desk.roads.maps import Atlas
from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import clock_beside, day_text
from dispatch.model.maps import route_links, route_of
from screens.binding import command, key
from screens.files.browser import show_links
from screens.of_day import DAYS, DayOfVisits
from screens.user_screen import UserScreen
from widgets.lines.ink import ink
from widgets.lines.line_list import LineList
from widgets.map.view import MapView
from widgets.route_lines import leg_entries, route_totals

WIDE = 76
"""Columns from which the legs have room beside the map."""


class OnMap(UserScreen):
    """A list of places beside a map of them, or in its stead where there is no room for both."""

    DEFAULT_CSS = """
    OnMap { layout: vertical; }
    OnMap #body { height: 1fr; }
    OnMap LineList { width: 44; height: 1fr; border-right: solid $panel; }
    OnMap MapView { width: 1fr; height: 1fr; }
    OnMap.-wider LineList { width: 50; }
    OnMap.-roomy LineList { width: 58; }
    OnMap.-narrow LineList { display: none; }
    OnMap.-narrow.-legs LineList { display: block; width: 1fr; border: none; }
    OnMap.-narrow.-legs MapView { display: none; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide"), (110, "-wider"), (140, "-roomy")]
    ZOOM = [
        key("z", "map.nearer", "Nearer", "zoom in; the arrows move the map", action="zoom(1)"),
        key("Z", "map.farther", "Farther", "zoom out", action="zoom(-1)"),
    ]

    def body(self) -> ComposeResult:
        ascii_only = self.program.ascii_only
        with Horizontal(id="body"):
            yield LineList[Any](id="legs", ascii=ascii_only)
            yield MapView(id="map", ascii=ascii_only)

    @property
    def map(self) -> MapView:
        """Where they are drawn."""
        return self.query_one(MapView)

    def begin(self) -> None:
        """Let the map have roads."""
        atlas = Atlas(self.user.store)
        self.map.set_sources(atlas.roads, atlas.ways)
        super().begin()

    @command("0", "map.all", "All")
    def action_all(self) -> None:
        """Show all of it."""
        self.map.show_all()

    @command("tab", "view.pane", "List, map")
    def action_pane(self) -> None:
        """Go between the map and the list."""
        self.set_class(not self.listed.has_focus, "-legs")
        (self.map if self.listed.has_focus else self.listed).focus()

    def action_zoom(self, times: int) -> None:
        """Bring the map nearer, or farther away."""
        self.map.zoom(times)


class MapScreen(OnMap, DayOfVisits):
    """The map of one technician's day."""

    TITLE_WORD = "the map"
    FOCUS = "MapView"
    ENTER = "open"
    FOOTER = "view.pane map.nearer map.farther map.all route.open visit.open view.next screen.back screen.keys"
    KEYS = OnMap.ZOOM
    BINDINGS = [
        key("enter", "visit.open", "Open", "open the visit of the selected leg"),
        *DAYS,
        key("escape", "screen.back", "Back", action="leave"),
    ]

    def __init__(self, technician_id: int, visit_id: int | None = None) -> None:
        super().__init__()
        self._technician_id, self._visit_id = technician_id, visit_id
        self._board: Board | None = None
        self._row: BoardRow | None = None

    def begin(self) -> None:
        """Show the day, with the cursor on the leg to the visit that is meant."""
        super().begin()
        self.listed.select_key(self._visit_id)

    def visit_here(self) -> BoardVisit | None:
        """The visit of the selected leg."""
        return self.listed.selected

    def reload(self) -> None:
        board = self.look(board_view.board, self.user.store, self.program.day)
        if board is None:
            return
        self._board = board
        self._row = next((row for row in board.rows if row.technician_id == self._technician_id), None)
        row = self._row
        if row is not None and row.visits:
            totals = (ink(" "), *route_totals(row, board.unit))
            self.listed.show_entries(partial(leg_entries, board, row), head=lambda _: totals)
        else:
            self.listed.show_entries(lambda *_: (), " no visits this day" if row is not None else "")
        self.show_selected()
        self.tick()

    def tick(self) -> None:
        """Let the clock go on."""
        board, row = self._board, self._row
        if board is None:
            return
        name = row.name if row is not None else ""
        clock = clock_beside(board.day, self.user.now, board.zone, board.hours24)
        self.show_head(f"{name}  {day_text(board.day)}", "", clock)

    def show_selected(self) -> None:
        """Let the number of the selected stop stand out on the map."""
        if self._board is None or self._row is None:
            return
        visit = self.listed.selected
        visit_id = self._visit_id if visit is None else visit.id
        self.map.set_route(route_of(self._row), self._board.unit, visit_id)

    @command("o", "route.open", "Browser")
    async def action_browser(self) -> None:
        """The route in a browser, or its link to copy."""
        if self._row is not None:
            await open_route(self, self._row)


async def open_route(screen: UserScreen, row: BoardRow) -> None:
    """Open the directions of a technician's day in a browser, or show the link. Called from a worker."""
    links = route_links(route_of(row).waypoints())
    if not links:
        screen.say(f"{row.name} has no stop with coordinates on this day.")
        return
    await show_links(screen, f"The route of {row.name}", links)
