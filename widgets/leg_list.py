"""The legs of a day as a list, to choose a stop from."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.boards import Board, BoardRow, BoardVisit
from widgets.lines.ink import Line, ink
from widgets.lines.line_list import LineList, ListEntry
from widgets.lines.marks import marks_of
from widgets.route_lines import drives, leg_line, route_totals


class LegList(LineList[BoardVisit]):
    """A line for each leg, with the visit that it leads to; the totals stand above."""

    _board: Board | None = None
    _row: BoardRow | None = None

    def set_route(self, board: Board, row: BoardRow | None) -> None:
        """Show the legs of a row."""
        self._board, self._row = board, row
        self.nothing = " no visits this day" if row is not None else ""
        self.rebuild()

    def frozen(self, width: int) -> tuple[Line, ...]:
        """The totals."""
        if self._board is None or self._row is None or not self._row.visits:
            return ()
        return ((ink(" "), *route_totals(self._row, self._board.unit)),)

    def entries(self, width: int) -> Sequence[ListEntry[BoardVisit]]:
        """The legs."""
        board, row = self._board, self._row
        if board is None or row is None or not row.visits:
            return ()
        marks = marks_of(self.ascii)
        return [
            ListEntry(
                drive.visit.id if drive.visit is not None else "home",
                ((ink(" "), *leg_line(drive, board.unit, marks, width - 2)),),
                drive.visit,
            )
            for drive in drives(row)
        ]
