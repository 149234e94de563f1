"""The timeline of the board: technicians down, hours across, drawn by the Line API."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.geometry import Offset, Size
from textual.reactive import reactive
from textual.strip import Strip

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.states import STEPS
from widgets.lines.ink import fitted
from widgets.lines.line_view import LineView
from widgets.lines.marks import marks_of
from widgets.timeline.cursor import BoardCursor
from widgets.timeline.ghost import STEP, Ghost, verdict_line
from widgets.timeline.hours import hours_line
from widgets.timeline.layout import MINUTE, ZOOMS, Frame, Span, frame_of, working_window
from widgets.timeline.messages import AtGhost, AtVisit
from widgets.timeline.rows import Look, name_lines, name_width, row_lines


class Press(NamedTuple):
    """A visit under a pressed button of the mouse, where and in which cell it was pressed."""

    at: Offset
    cell: int
    visit: BoardVisit


KEPT_STRIPS = 1200
"""How many drawn lines of rows are kept: some screens full."""


class Timeline(LineView, can_focus=True):
    """A day of the firm. The cursor is on a visit, or on a row that has none.

    In move mode (`begin_move`) the arrows shift a ghost of a visit instead of the cursor; what they lead to is said by
    messages, and nothing is changed here.
    """

    class VisitSelected(AtVisit):
        """The cursor went to another visit, or to a row without one (`visit` is None)."""

    class VisitOpened(AtVisit):
        """Enter, or a double click, on a visit (or on a row without one)."""

    class VisitGrabbed(AtVisit):
        """The mouse began to drag a visit: move mode has begun by itself."""

    class GhostMoved(AtGhost):
        """The ghost of a visit stands at another place. Answer by `set_verdict`."""

    class GhostPlaced(AtGhost):
        """Enter in move mode: the visit shall stand where its ghost is. Move mode has ended."""

    class GhostDropped(AtGhost):
        """Escape in move mode: the visit stays where it was. Move mode has ended."""

    DEFAULT_CSS = "Timeline { height: 1fr; }"

    BINDINGS = [
        Binding("left,h", "go('left')", "Earlier", show=False, id="timeline.left"),
        Binding("right,l", "go('right')", "Later", show=False, id="timeline.right"),
        Binding("up,k", "go('up')", "Row above", show=False, id="timeline.up"),
        Binding("down,j", "go('down')", "Row below", show=False, id="timeline.down"),
        Binding("home", "go('home')", "First visit of the row", show=False, id="timeline.first"),
        Binding("end", "go('end')", "Last visit of the row", show=False, id="timeline.last"),
        Binding("pageup", "go('pageup')", "A page up", show=False, id="timeline.page-up"),
        Binding("pagedown", "go('pagedown')", "A page down", show=False, id="timeline.page-down"),
        Binding("enter", "open", "Open", show=False, id="timeline.open"),
        Binding("escape", "drop", "Put back", show=False, id="timeline.drop"),
        Binding("z", "zoom", "Zoom", show=False, id="timeline.zoom"),
    ]

    zoom: reactive[int] = reactive(0, init=False, layout=False, repaint=False)
    """Minutes a cell: 5, 15, 30, or 0 for the zoom that shows the whole working day."""

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(ascii=ascii, id=id)
        self._cursor = BoardCursor()
        self._frame: Frame | None = None
        self._ghost: Ghost | None = None
        self._from: tuple[int, int] | None = None
        self._pressed: Press | None = None
        self._dragging = False
        self._strips: dict[tuple[int, int], Strip] = {}

    # -- what it shows ------------------------------------------------------------------------------------------------

    @property
    def board(self) -> Board | None:
        """What is shown."""
        return self._cursor.board

    def set_board(self, board: Board) -> None:
        """Show a board. The cursor stays on its visit and a ghost on its technician, wherever those are now."""
        before, before_moment = self.board, self._cursor.moment
        selection_kept = self._cursor.show(board)
        if before is not None:
            self._keep_ghost(before)
        moved = self._fit_frame()
        same_ground = (
            before is not None
            and before_moment == board.now
            and (before.day, before.zone, before.hours24, before.unit, len(before.rows))
            == (board.day, board.zone, board.hours24, board.unit, len(board.rows))
        )
        if before is not None and same_ground and not moved:
            for number, (old, new) in enumerate(zip(before.rows, board.rows, strict=True)):
                if old is not new and old != new:
                    self._refresh_rows(number)
            self.refresh_view_lines(self.scroll_offset.y)
        else:
            self.forget_drawn()
            self.refresh()
        if not selection_kept:
            self._tell_selected()
            self._reveal()
        self.place_cursor()

    def set_now(self, now: int) -> None:
        """Move the line of now, and everything that counts from it."""
        if self.board is not None and now != self._cursor.moment:
            self._cursor.moment = now
            self.forget_drawn()
            self.refresh()

    @property
    def selected(self) -> BoardVisit | None:
        """The visit under the cursor."""
        return self._cursor.visit

    @property
    def selected_row(self) -> int:
        """The number of the row under the cursor."""
        return self._cursor.row

    @property
    def selected_board_row(self) -> BoardRow | None:
        """The row under the cursor."""
        return self._cursor.board_row

    def select(self, visit_id: int | None, row: int | None = None) -> bool:
        """Put the cursor on a visit, by preference in `row`; with None on the row itself. False: it is not there."""
        if visit_id is not None:
            place = self._cursor.place_of(visit_id, row)
            if place is None:
                return False
            self._select(*place)
            return True
        number = self._cursor.row if row is None else row
        if not 0 <= number < len(self._cursor.rows):
            return False
        self._select(number, self._cursor.nearest(number))
        return True

    # -- move mode ----------------------------------------------------------------------------------------------------

    @property
    def ghost(self) -> Ghost | None:
        """The visit that is being moved, where it would stand."""
        return self._ghost

    @property
    def ghost_row(self) -> BoardRow | None:
        """The row in which the ghost is."""
        return self._cursor.rows[self._ghost.row] if self._ghost is not None else None

    @property
    def step(self) -> int:
        """Minutes by which an arrow shifts a ghost."""
        cell = self._frame.scale.cell_seconds if self._frame is not None else MINUTE
        return -(-cell // (STEP * MINUTE)) * STEP

    def begin_move(
        self, visit: BoardVisit, technician_id: int, start: int, minutes_total: int, leg_minutes: int | None = None
    ) -> None:
        """Draw a ghost of `visit` that the arrows shift, and say where it stands by `GhostMoved`.

        Args:
            technician_id: in whose row it begins; nothing happens where the board has none of them.
            start: the instant at which it begins.
            minutes_total: length of the stay, test allowance included.
            leg_minutes: the drive to it, None where it is unknown.
        """
        row = self._cursor.row_of(technician_id)
        if row is None:
            return
        self._from = self._cursor.place_of(visit.id, row)
        self._ghost = Ghost(visit, row, start, minutes_total, leg_minutes)
        self.forget_drawn()
        self.refresh()
        self._reveal()
        self.post_message(self.GhostMoved(visit, technician_id, start))

    def set_verdict(self, level: str, text: str, leg_minutes: int | None = None) -> None:
        """Say what of the ghost's place: a shape and a hue on the ghost, the words below the rows.

        Args:
            level: `feasible`, `warnings` or `blocked`; anything else shows as not yet known.
            leg_minutes: the drive to the new place, where it is known by now.
        """
        ghost = self._ghost
        if ghost is None:
            return
        leg = leg_minutes if leg_minutes is not None else ghost.leg_minutes
        self._ghost = replace(ghost, level=level, text=text, leg_minutes=leg)
        self._refresh_rows(ghost.row)
        self._refresh_verdict()

    # -- drawing ------------------------------------------------------------------------------------------------------

    def _look(self, board: Board, frame: Frame) -> Look:
        moment = self._cursor.moment
        return Look(
            lines=frame.lines,
            zone=board.zone,
            hours24=board.hours24,
            unit="km" if board.unit == "km" else "mi",
            moment=moment,
            now=moment if board.starts_at <= moment < board.ends_at else None,
            marks=marks_of(self.ascii),
            closed_edges=self.ascii or self.colourless,
        )

    def _fit_frame(self, *, place: bool = False) -> bool:
        """Settle how the board lies in the view. True when that is another way than before.

        The working day is scrolled into sight when the scale has changed, or with `place`.
        """
        board = self.board
        width, height = self.view_size
        if board is None or not width:
            self._fitted = None  # whatever is shown meanwhile, the next drawing begins with fitting it
            return False
        window = working_window(board)
        names = name_width(board.rows, width)
        before, frame = self._frame, frame_of(board, window, width, height, names, self.zoom)
        if frame == before and not place:
            return False
        self._frame = frame
        self.virtual_size = Size(names + frame.scale.cells, 1 + len(board.rows) * frame.lines)
        self.forget_drawn()
        self.refresh()
        if place or before is None or before.scale != frame.scale:
            room = width - names
            first, last = (frame.scale.cell_of(instant) for instant in window)
            spare = room - (last - first)
            left = first - max(0, spare) // 3
            if spare < 0 and (span := self._cursor.span):
                left = frame.scale.cell_of(span[0]) - room // 3
            self.scroll_to(max(0, left), self.scroll_offset.y, animate=False, force=True)
        return True

    def fit(self) -> None:
        """Fit the day to the new size."""
        self._fit_frame(place=True)
        self.refresh()
        self.call_after_refresh(self._reveal)

    def watch_zoom(self) -> None:
        """Draw on another scale."""
        if self._fit_frame():
            self.call_after_refresh(self._reveal)

    def forget_drawn(self) -> None:
        """Forget all drawn rows."""
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Draw one line: the hours, a line of a row, or the verdict on a ghost."""
        width = self.view_size.width
        board, frame = self.board, self._frame
        if board is None or frame is None or width <= frame.names:
            return Strip.blank(width, self.style_of("plain"))
        if y == 0:
            return self._header(board, frame, width)
        if self._ghost is not None and y == self.view_size.height - 1:
            return self.strip_of(verdict_line(self._ghost, board, marks_of(self.ascii), width), width)
        row, line = divmod(y - 1 + self.scroll_offset.y, frame.lines)
        if row >= len(board.rows):
            return Strip.blank(width, self.style_of("plain"))
        if (row, line) not in self._strips:
            self._draw_row(board, frame, row)
        left = self.scroll_offset.x
        body = self._strips[(row, line)].crop(left, left + width - frame.names)
        return Strip.join([self._strips[(-1 - row, line)], body]).adjust_cell_length(width, self.style_of("plain"))

    def _draw_row(self, board: Board, frame: Frame, row: int) -> None:
        """Draw and keep the lines of a row: its body under `(row, line)`, its names under `(-1 - row, line)`."""
        look, ghost, cursor = self._look(board, frame), self._ghost, self._cursor
        here = row == (cursor.row if ghost is None else ghost.row)
        bodies = row_lines(
            board.rows[row],
            frame.scale,
            look,
            frame.hours,
            selected=cursor.index if here and ghost is None else None,
            focused=self.has_focus,
            ghost=ghost if here else None,
            moved=self._from[1] if self._from is not None and self._from[0] == row else None,
        )
        bare = ghost is None and cursor.index is None
        names = name_lines(board.rows[row], frame.names, look, selected=here, focused=self.has_focus, bare=bare)
        if len(self._strips) > KEPT_STRIPS:
            self._strips.clear()
        for line in range(frame.lines):
            self._strips[(row, line)] = self.strip_of(bodies[line], frame.scale.cells)
            self._strips[(-1 - row, line)] = self.strip_of(names[line], frame.names)

    def _header(self, board: Board, frame: Frame, width: int) -> Strip:
        """The hours, beside the room of the names."""
        extent = self._cursor.extent
        blocks = [frame.scale.cells_between(*extent)] if extent is not None else []
        room = width - frame.names
        hours = hours_line(frame.scale, self._look(board, frame), frame.hours, self.scroll_offset.x, room, blocks)
        return self.strip_of((*fitted((), frame.names, "dim"), *hours), width)

    # -- the cursor ---------------------------------------------------------------------------------------------------

    @property
    def cursor_place(self) -> Offset | None:
        """The first cell of the selected visit's block, or of the row's name."""
        frame = self._frame
        if frame is None or not self._cursor.rows:
            return None
        row, span = self._focus()
        y = 1 + row * frame.lines - self.scroll_offset.y
        x = 0
        if span is not None:
            cell = frame.scale.cells_between(*span)[0] - self.scroll_offset.x
            x = frame.names + max(0, min(cell, self.view_size.width - frame.names - 1))
        return Offset(x, max(0, min(y, self.view_size.height - 1)))

    def _focus(self) -> tuple[int, Span | None]:
        """The row and the span that matter now: the ghost's in move mode, else the cursor's."""
        ghost = self._ghost
        return (ghost.row, (ghost.start, ghost.end)) if ghost is not None else (self._cursor.row, self._cursor.span)

    def _select(self, row: int, index: int | None) -> None:
        before = self._cursor.row
        self._selected_from(before, self._cursor.go(row, index))

    def _selected_from(self, before: int, moved: bool) -> None:
        if moved:
            self._refresh_rows(before, self._cursor.row)
            self._tell_selected()
        self._reveal()

    def _tell_selected(self) -> None:
        if self.is_attached:
            self.post_message(self.VisitSelected(self.selected, self._cursor.row))

    def _refresh_rows(self, *rows: int) -> None:
        """Draw rows again."""
        frame = self._frame
        if frame is None:
            return
        for row in set(rows):
            for line in range(frame.lines):
                self._strips.pop((row, line), None)
                self._strips.pop((-1 - row, line), None)
            # the line of hours hides what is scrolled under it
            first = max(1 + row * frame.lines, 1 + self.scroll_offset.y)
            last = 1 + (row + 1) * frame.lines
            if last > first:
                self.refresh_view_lines(first, last - first)

    def _refresh_verdict(self) -> None:
        self.refresh_view_lines(self.view_size.height - 1 + self.scroll_offset.y)

    def _reveal(self) -> None:
        """Scroll so that the cursor, or the ghost, is in sight; half a view at once, so that it is rarely needed."""
        frame = self._frame
        if frame is None or not self._cursor.rows or self.view_size.width <= frame.names:
            return
        row, span = self._focus()
        left, top = self.scroll_offset
        visible = max(1, (self.view_size.height - (1 if self._ghost is None else 2)) // frame.lines)
        first = -(-top // frame.lines)
        if not first <= row < first + visible:
            top = max(0, (row - visible // 2) * frame.lines)
        room = self.view_size.width - frame.names
        if span is not None:
            begin, end = frame.scale.cells_between(*span)
            if begin < left or (end > left + room and begin > left):
                left = max(0, begin - room // 3)
        top, left = min(top, self.max_scroll_y), min(left, self.max_scroll_x)
        if (left, top) != self.scroll_offset:
            self.scroll_to(left, top, animate=False, force=True)
        self.place_cursor()

    # -- keys ---------------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is the screen's unless a visit is being moved."""
        return self._ghost is not None if action == "drop" else True

    def action_go(self, to: str) -> None:
        """Move the cursor, or the ghost in move mode."""
        board, frame = self.board, self._frame
        if board is None or frame is None or not board.rows:
            return
        if self._ghost is not None:
            self._put_ghost(*self._ghost.place_after(to, self.step, board))
            return
        before = self._cursor.row
        page = max(1, (self.view_size.height - 1) // frame.lines - 1)
        self._selected_from(before, self._cursor.step(to, page))

    def action_open(self) -> None:
        """Open the visit under the cursor; in move mode, place the ghost."""
        ghost = self._ghost
        if ghost is not None:
            technician_id = self._cursor.rows[ghost.row].technician_id
            self._end_move()
            self.post_message(self.GhostPlaced(ghost.visit, technician_id, ghost.start))
        elif self._cursor.rows:
            self.post_message(self.VisitOpened(self.selected, self._cursor.row))

    def action_drop(self) -> None:
        """Put the ghost back."""
        ghost = self._ghost
        if ghost is not None:
            self._drop(ghost, self._cursor.rows[ghost.row].technician_id)

    def action_zoom(self) -> None:
        """The next zoom."""
        self.zoom = ZOOMS[(ZOOMS.index(self.zoom) + 1) % len(ZOOMS)] if self.zoom in ZOOMS else 0

    def _drop(self, ghost: Ghost, technician_id: int) -> None:
        self._end_move()
        self.post_message(self.GhostDropped(ghost.visit, technician_id, ghost.start))

    def _keep_ghost(self, before: Board) -> None:
        """Leave the ghost, and the place that it came from, with their technicians; where the ghost's is gone, it is dropped."""
        ghost = self._ghost
        if ghost is None:
            return
        holder = before.rows[ghost.row].technician_id
        row = self._cursor.row_of(holder)
        if row is None:
            self._drop(ghost, holder)
            return
        self._ghost = replace(ghost, row=row)
        if self._from is not None:
            from_row = self._cursor.row_of(before.rows[self._from[0]].technician_id)
            self._from = self._cursor.place_of(ghost.visit.id, from_row)

    def _put_ghost(self, row: int, start: int) -> None:
        ghost = self._ghost
        if ghost is None or (row, start) == (ghost.row, ghost.start):
            return
        self._ghost = ghost.at(row, start)
        self._refresh_rows(ghost.row, row)
        self._refresh_verdict()
        self._reveal()
        self.post_message(self.GhostMoved(ghost.visit, self._cursor.rows[row].technician_id, start))

    def _end_move(self) -> None:
        self._ghost = self._from = None
        self._let_go()
        self.forget_drawn()
        self.refresh()
        self._reveal()

    # -- the mouse ----------------------------------------------------------------------------------------------------

    def _at(self, event: events.MouseEvent) -> tuple[int, int | None, int] | None:
        """The row, visit and cell under the mouse."""
        frame, place = self._frame, event.get_content_offset_capture(self)
        if frame is None or place.y < 1:
            return None
        row = (place.y - 1 + self.scroll_offset.y) // frame.lines
        if row >= len(self._cursor.rows):
            return None
        cell = place.x - frame.names + self.scroll_offset.x
        hit = None
        for index, visit in enumerate(self._cursor.rows[row].visits):
            span = self._cursor.span_of(visit)
            if place.x >= frame.names and span is not None:
                first, last = frame.scale.cells_between(*span)
                hit = index if first <= cell < last else hit
        return row, hit, cell

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Select what is under the mouse; it may be the begin of a drag."""
        found = self._at(event)
        if found is None or self._ghost is not None or event.button != 1:
            return
        row, index, cell = found
        self._select(row, index if index is not None else self._cursor.nearest(row))
        if index is not None and self.selected is not None:
            self._pressed = Press(event.offset, cell, self.selected)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag a visit that is still in the plan, by the steps of the arrows."""
        press = self._pressed
        if press is None or self._frame is None:
            return
        visit = press.visit
        if visit.start is None or visit.end is None or visit.state not in STEPS["move"].sources:
            return
        if not self._dragging:
            if event.offset == press.at:
                return
            self._dragging = True
            row = self._cursor.row
            self.post_message(self.VisitGrabbed(visit, row))
            seconds = visit.leg.seconds if visit.leg else None
            leg_minutes = None if seconds is None else seconds // MINUTE
            self.begin_move(
                visit,
                self._cursor.rows[row].technician_id,
                visit.start,
                (visit.end - visit.start) // MINUTE,
                leg_minutes,
            )
        found = self._at(event)
        if found is not None and self._ghost is not None and self.board is not None:
            step = self.step * MINUTE
            steps = round((found[2] - press.cell) * self._frame.scale.cell_seconds / step)
            latest = self.board.ends_at - STEP * MINUTE
            self._put_ghost(found[0], max(self.board.starts_at, min(latest, visit.start + steps * step)))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go: a dragged visit is placed."""
        dragged = self._dragging
        self._let_go()
        if dragged:
            self.action_open()

    def on_click(self, event: events.Click) -> None:
        """A double click opens."""
        found = self._at(event)
        if event.chain == 2 and found is not None and found[1] is not None and self._ghost is None:
            self.action_open()

    def _let_go(self) -> None:
        """The mouse has nothing in hand any more."""
        if self._pressed is not None:
            self._pressed, self._dragging = None, False
            self.release_mouse()
