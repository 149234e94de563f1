"""A board as it is drawn in a view: the hours above, the technicians at the left, their rows, and the line of a verdict."""

from __future__ import annotations

from collections.abc import Callable

from textual.geometry import Offset, Size
from textual.reactive import reactive
from textual.strip import Strip

from dispatch.model.boards import Board
from dispatch.model.problems import MINUTE, ProblemVisit, Span, problems
from widgets.lines.ink import Line, fitted
from widgets.lines.line_view import LineView
from widgets.lines.marks import marks_of
from widgets.timeline.cursor import BoardCursor
from widgets.timeline.edges import edge_above, edge_below
from widgets.timeline.ghost import Ghost, verdict_line
from widgets.timeline.layout import Frame, frame_of, row_lines_in, working_window
from widgets.timeline.rows import Look, hours_line, look_of, name_lines, name_width, row_lines, whole_width

KEPT_ROWS = 400
"""How many drawn rows are kept: some screens full."""


class BoardView(LineView):
    """A board with a cursor, and with the ghost of a visit that is moved where there is one. Rows are kept as they were drawn."""

    zoom: reactive[int] = reactive(0, init=False, layout=False, repaint=False)
    """Minutes a cell: 5, 15, 30, or 0 for the zoom that shows the whole working day."""

    tell_below: Callable[[Line], None] | None = None
    """Where what lies below is said; None: in the last line of the view."""

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(ascii=ascii, id=id)
        self.cursor = BoardCursor()
        """The row and the visit that are selected."""
        self._frame: Frame | None = None
        self.ghost: Ghost | None = None
        """The visit that is being moved, where it would stand."""
        self._found: frozenset[int] | None = None
        self._known: tuple[Board | None, int, list[ProblemVisit]] = (None, 0, [])
        self._drawn: dict[int, tuple[tuple[Strip, Strip], ...]] = {}  # of each row its lines: names and body

    @property
    def board(self) -> Board | None:
        """What is shown."""
        return self.cursor.board

    def set_now(self, now: int) -> None:
        """Move the line of now, and everything that counts from it: all of it is told in minutes."""
        before, self.cursor.moment = self.cursor.moment, now
        if self.board is not None and now // MINUTE != before // MINUTE:
            self._draw_anew()

    def _look(self, board: Board, frame: Frame) -> Look:
        closed_edges = self.ascii or self.colourless
        return look_of(board, frame, self.cursor.moment, marks_of(self.ascii), closed_edges=closed_edges)

    def _fit_frame(self, *, place: bool = False) -> bool:
        """Settle how the board lies in the view. True when that is another way than before.

        The working day is scrolled into sight when the scale has changed, or with `place`.
        """
        board = self.board
        width, height = self.view_size
        if board is None or not width:
            self._fitted = None  # whatever is shown meanwhile, the next drawing begins with fitting it
            return False
        window, names = working_window(board), name_width(board.rows, width, row_lines_in(len(board.rows), height))
        before, frame = self._frame, frame_of(board, window, (width, height), names, self.zoom)
        if frame.lines == 1:
            frame = frame.roomy(window, width, whole_width(board.rows))
        if frame == before and not place:
            return False
        self._frame = frame
        self.set_extent(Size(names + frame.scale.cells, frame.top_of(len(board.rows))))
        self._draw_anew()
        if place or before is None or before.scale != frame.scale:
            left = frame.begin(window, width, self.cursor.span)
            self.scroll_to(left, self.scroll_offset.y, animate=False, force=True)
        return True

    def fit(self) -> None:
        self._fit_frame(place=True)
        self.refresh()
        self.call_after_refresh(self._reveal)

    def watch_zoom(self) -> None:
        """Draw on another scale."""
        if self._fit_frame():
            self.call_after_refresh(self._reveal)

    def forget_drawn(self) -> None:
        self._drawn.clear()

    def _draw_anew(self) -> None:
        self.forget_drawn()
        self.refresh()
        self._say_below()

    def render_line(self, y: int) -> Strip:
        """Draw one line: the hours, a line of a row, or the verdict on a ghost."""
        width = self.view_size.width
        board, frame = self.board, self._frame
        if board is None or frame is None or width <= frame.names:
            return Strip.blank(width, self.style_of("plain"))
        if y == 0:
            return self._header(board, frame, width)
        if self.ghost is not None and y == self.view_size.height - 1:
            return self.strip_of(verdict_line(self.ghost, board, marks_of(self.ascii), width), width)
        if self.tell_below is None and y == self.view_size.height - 1 and (below := self._below()):
            return self.strip_of(fitted(below, width), width)
        y += self.scroll_offset.y
        row = frame.row_at(y)
        if row >= len(board.rows):
            return Strip.blank(width, self.style_of("plain"))
        if row not in self._drawn:
            self._draw_row(board, frame, row)
        names, body = self._drawn[row][y - frame.top_of(row)]
        left = self.scroll_offset.x
        shown = Strip.join([names, body.crop(left, left + width - frame.names)])
        return shown.adjust_cell_length(width, self.style_of("plain"))

    def _draw_row(self, board: Board, frame: Frame, number: int) -> None:
        """Draw a row, and keep it."""
        look, ghost, cursor, row = self._look(board, frame), self.ghost, self.cursor, board.rows[number]
        here = number == (cursor.row if ghost is None else ghost.row)
        origin = ghost.origin if ghost is not None else None
        bodies = row_lines(
            row,
            look,
            selected=cursor.index if here and ghost is None else None,
            focused=self.has_focus,
            ghost=ghost if here else None,
            found=self._found,
            moved=origin[1] if origin is not None and origin[0] == number else None,
        )
        bare = ghost is None and cursor.index is None
        names = name_lines(row, frame.names, look, selected=here, focused=self.has_focus, bare=bare)
        if len(self._drawn) > KEPT_ROWS:
            self._drawn.clear()
        self._drawn[number] = tuple(
            (self.strip_of(name, frame.names), self.strip_of(body, frame.scale.cells))
            for name, body in zip(names, bodies, strict=True)
        )

    def _header(self, board: Board, frame: Frame, width: int) -> Strip:
        """The hours, beside the room of the names."""
        extent = self.cursor.extent
        blocks = [frame.scale.cells_between(*extent)] if extent is not None else []
        room = width - frame.names
        hours = hours_line(self._look(board, frame), self.scroll_offset.x, room, blocks)
        above = self._beyond(board, frame)[0]
        corner = edge_above(self._problems(board), above, marks_of(self.ascii)) if above else ()
        return self.strip_of((*fitted(corner, frame.names, "dim"), *hours), width)

    def _beyond(self, board: Board, frame: Frame) -> tuple[range, range]:
        """The rows that are out of sight above and below."""
        kept = int(self.tell_below is None)
        return frame.out_of_sight(len(board.rows), self.scroll_offset.y, self.view_size.height, kept)

    def _below(self) -> Line:
        """What the rows below hold; empty where there are none."""
        board, frame = self.board, self._frame
        below = self._beyond(board, frame)[1] if board is not None and frame is not None else ()
        return edge_below(self._problems(board), below, marks_of(self.ascii)) if below and board is not None else ()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say what lies below now."""
        super().watch_scroll_y(old_value, new_value)
        self._say_below()

    def _say_below(self) -> None:
        if self.tell_below is not None:
            self.tell_below(self._below())

    def _problems(self, board: Board) -> list[ProblemVisit]:
        """What of the board needs somebody to look, found once a board and moment."""
        known, moment, found = self._known
        if known is not board or moment != self.cursor.moment:
            found = problems(board, self.cursor.moment)
            self._known = board, self.cursor.moment, found
        return found

    def _refresh_edges(self) -> None:
        """Draw again the line of hours and, where rows are below, the last one."""
        top = self.scroll_offset.y
        self.refresh_view_lines(top)
        if self.tell_below is not None:
            self._say_below()
        elif self._below():
            self.refresh_view_lines(top + self.view_size.height - 1)

    @property
    def cursor_place(self) -> Offset | None:
        """The first cell of the selected visit's block, or of the row's name."""
        frame = self._frame
        if frame is None or not self.cursor.rows:
            return None
        row, span = self._focus()
        y = frame.top_of(row) - self.scroll_offset.y
        x = 0
        if span is not None:
            cell = frame.scale.cells_between(*span)[0] - self.scroll_offset.x
            x = frame.names + max(0, min(cell, self.view_size.width - frame.names - 1))
        return Offset(x, max(0, min(y, self.view_size.height - 1)))

    def _focus(self) -> tuple[int, Span | None]:
        """The row and the span that matter now: the ghost's in move mode, else the cursor's."""
        ghost = self.ghost
        return (ghost.row, (ghost.start, ghost.end)) if ghost is not None else (self.cursor.row, self.cursor.span)

    def _refresh_rows(self, *rows: int) -> None:
        """Draw rows again."""
        frame = self._frame
        if frame is None:
            return
        for row in set(rows):
            self._drawn.pop(row, None)
            # the line of hours hides what is scrolled under it
            first, last = max(frame.top_of(row), 1 + self.scroll_offset.y), frame.top_of(row + 1)
            if last > first:
                self.refresh_view_lines(first, last - first)

    def _refresh_verdict(self) -> None:
        self.refresh_view_lines(self.view_size.height - 1 + self.scroll_offset.y)

    def _reveal(self) -> None:
        """Scroll so that the cursor, or the ghost, is in sight; half a view at once, so that it is rarely needed."""
        frame = self._frame
        if frame is None or not self.cursor.rows or self.view_size.width <= frame.names:
            return
        width, height = self.view_size
        whole = frame.top_of(len(self.cursor.rows)) <= height
        told_here = self.tell_below is None and not whole
        covered = 2 if told_here or self.ghost is not None else 1
        left, top = frame.in_sight(*self._focus(), self.scroll_offset, (width, height - covered))
        left, top = min(left, self.max_scroll_x), min(top, self.max_scroll_y)
        if (left, top) != self.scroll_offset:
            self.scroll_to(left, top, animate=False, force=True)
        self.place_cursor()
