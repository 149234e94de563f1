"""The pane with a technician's route: its legs, and beside them a small map."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.boards import Board, BoardRow
from dispatch.model.maps import route_of
from widgets.lines.ink import Line, fitted, ink
from widgets.lines.lines_pane import LinesPane
from widgets.lines.marks import marks_of
from widgets.map.day_map import MapPicture, foot_of, picture_of
from widgets.map.surveying import FindRoads, FindWays, Surveyor, WantedMap, survey
from widgets.route_lines import route_lines

LIST_CELLS, MAP_CELLS, GAP = 41, 13, 2
"""What the list and the map take at least beside each other, and the room between them."""


class RoutePane(LinesPane):
    """The legs of a technician's day, numbered by stops, with the way home and the totals; a map, where it has room.

    The map stays where it is while the legs are scrolled, and is drawn again only for another route or another size.
    """

    # whether there is a map depends on the width, and by the map's foot the need of a scrollbar: it has its column always
    DEFAULT_CSS = "RoutePane { scrollbar-gutter: stable; }"

    _board: Board | None = None
    _row: BoardRow | None = None
    _selected: int | None = None
    _surveyor: Surveyor | None = None
    _drawn: WantedMap | None = None
    _map: tuple[Line, ...] = ()
    _hints: tuple[tuple[str, str], ...] = ()

    def set_route(self, board: Board, row: BoardRow | None, selected: int | None = None) -> None:
        """Show a row's route; the leg to the visit with the id `selected`, and its number, stand out."""
        self._board, self._row, self._selected = board, row, selected
        self.rebuild()

    def set_sources(self, find_roads: FindRoads | None, find_ways: FindWays | None) -> None:
        """Say who knows roads and ways; without this there is no map."""
        self._surveyor = Surveyor(self, self.rebuild, find_roads, find_ways)

    def survey_again(self, hints: Sequence[tuple[str, str]]) -> None:
        """Ask again for roads and ways, as there may be others. `hints` are keys that lead to more, with their words."""
        self._hints = tuple(hints)
        if self._surveyor is not None:
            self._surveyor.forget()
            self.rebuild()

    def lines(self, width: int) -> Sequence[Line]:
        """The legs, or nothing."""
        if self._board is None or self._row is None:
            return ()
        return route_lines(self._row, self._board, marks_of(self.ascii), self._list_cells(width), self._selected)

    def rebuild(self) -> None:
        """Build the legs again, and the map where it is another one; draw what is different."""
        before, self._map = self._map, self._map_lines()
        super().rebuild()
        if self._map:
            self._show_selected_leg(self.view_size.height - self.covered)
        for y in range(max(len(before), len(self._map))):
            if before[y : y + 1] != self._map[y : y + 1]:
                self.refresh_view_lines(self.scroll_offset.y + y)

    @property
    def covered(self) -> int:
        """The line below the map covers one of the legs."""
        return 1 if self._map else 0

    def line_at(self, y: int, width: int) -> Line | None:
        """A leg with the part of the map beside it; last the line below the map."""
        row = y - self.scroll_offset.y
        if row >= len(self._map):
            return super().line_at(y, width)
        if row == len(self._map) - 1:
            return fitted(self._map[row], width)
        cells = self._list_cells(width)
        leg = self._built[y] if y < len(self._built) else ()
        return *fitted(leg, cells), (" " * GAP, "plain"), *self._map[row]

    def _list_cells(self, width: int) -> int:
        room = width - LIST_CELLS - GAP
        if self._surveyor is None or room < MAP_CELLS:
            return width
        return width - GAP - min(room, max(MAP_CELLS, 4 * self.view_size.height))

    def _map_lines(self) -> tuple[Line, ...]:
        """The map with the line below it, as it is to be shown now."""
        width, height = self.view_size
        columns = width - GAP - self._list_cells(width)
        if self._surveyor is None or columns < MAP_CELLS or height < 4 or self._board is None:
            return ()
        if self._row is None or not self._row.visits:
            return ()
        wanted = WantedMap(route_of(self._row), columns, height - 1)
        land = self._surveyor.land(wanted)
        if not self._surveyor.has(wanted):
            if self._drawn is not None and self._drawn[1:3] == wanted[1:3] and self._map:
                return self._map  # another row's for a moment: one that the cursor only passes by sends no map
            land = survey(wanted)
        self._drawn = wanted
        if land is None:
            picture = MapPicture((fitted((ink("no coordinates", "dim"),), columns),))
        else:
            marks = marks_of(self.ascii)
            picture = picture_of(land.route, land.view, marks, land.ground, selected=self._selected, drive=False)
        rows = [*picture.lines, *[fitted((), columns)] * (height - 1 - len(picture.lines))]
        view = land.view if land is not None else None
        return *rows, foot_of(view, picture, self._board.unit, marks_of(self.ascii), width, self._hints)

    def _show_selected_leg(self, room: int) -> None:
        """Scroll to the leg that stands out, where it is out of sight."""
        row = self._row
        visits = row.visits if row is not None else ()
        at = next((number for number, visit in enumerate(visits, start=1) if visit.id == self._selected), None)
        if at is None or room < 2:
            return
        top = self.scroll_offset.y
        if not top <= at < top + room:
            self.scroll_to(y=0 if at < room else at - room + 1, animate=False)
