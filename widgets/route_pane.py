"""The pane with a technician's route."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.boards import Board, BoardRow
from widgets.ink import Line
from widgets.lines_pane import LinesPane
from widgets.marks import marks_of
from widgets.route_lines import route_lines


class RoutePane(LinesPane):
    """The legs of a technician's day, numbered by stops, with the way home and the totals."""

    _board: Board | None = None
    _row: BoardRow | None = None
    _selected: int | None = None

    def set_route(self, board: Board, row: BoardRow | None, selected: int | None = None) -> None:
        """Show a row's route; the leg to the visit with the id `selected` stands out."""
        self._board, self._row, self._selected = board, row, selected
        self.rebuild()

    def lines(self, width: int) -> Sequence[Line]:
        """The route, or nothing."""
        if self._board is None or self._row is None:
            return ()
        return route_lines(self._row, self._board, marks_of(self.ascii), width, self._selected)
