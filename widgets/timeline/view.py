"""The timeline of the board: technicians down, hours across, drawn by the Line API."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual import events
from textual.binding import Binding
from textual.geometry import Offset
from textual.message import Message

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.problems import MINUTE
from dispatch.model.states import STEPS
from widgets.timeline.drawing import BoardView
from widgets.timeline.ghost import STEP, Ghost, within
from widgets.timeline.layout import ZOOMS


class AtVisit(Message):
    """A visit of a row; None where the row has none."""

    def __init__(self, visit: BoardVisit | None, row: int) -> None:
        super().__init__()
        self.visit, self.row = visit, row


class AtGhost(Message):
    """A visit that is being moved, the technician in whose row its ghost is, and the instant at which it would start."""

    def __init__(self, visit: BoardVisit, technician_id: int, start: int) -> None:
        super().__init__()
        self.visit, self.technician_id, self.start = visit, technician_id, start


@dataclass(slots=True)
class Press:
    """A visit, where the button was pressed on it, and in which cell of the day. `dragging` once the mouse has moved."""

    visit: BoardVisit
    at: Offset
    cell: int
    dragging: bool = False

    def drags(self, to: Offset) -> bool:
        """Whether the mouse at this place drags a visit: one that is still in the plan."""
        visit = self.visit
        if visit.start is None or visit.end is None or visit.state not in STEPS["move"].sources:
            return False
        return self.dragging or to != self.at

    def start_at(self, cell: int, cell_seconds: int, step_seconds: int) -> int:
        """The start to which it is dragged, by whole steps from where it stood."""
        assert self.visit.start is not None
        return self.visit.start + round((cell - self.cell) * cell_seconds / step_seconds) * step_seconds


class Timeline(BoardView, can_focus=True):
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

    _press: Press | None = None

    # -- what it shows ------------------------------------------------------------------------------------------------

    def set_board(self, board: Board, found: frozenset[int] | None = None) -> None:
        """Show a board. The cursor stays on its visit and a ghost on its technician, wherever those are now.

        Args:
            found: ids of the visits that a filter means; the others are dimmed. None: all.
        """
        before, before_moment, before_found = self.board, self.cursor.moment, self._found
        self._found = found
        selection_kept = self.cursor.show(board)
        if before is not None:
            self._keep_ghost(before)
        fitted_anew = self._fit_frame()
        as_before = before is not None and _ground_of(before) == _ground_of(board) and before_found == found
        if before is None or fitted_anew or before_moment // MINUTE != board.now // MINUTE or not as_before:
            self._draw_anew()
        else:
            self._refresh_rows(*(number for number, row in enumerate(board.rows) if row != before.rows[number]))
            self._refresh_edges()
        if not selection_kept:
            self._tell_selected()
            self._reveal()
        self.place_cursor()

    @property
    def selected(self) -> BoardVisit | None:
        """The visit under the cursor."""
        return self.cursor.visit

    def select(self, visit_id: int | None, row: int | None = None) -> bool:
        """Put the cursor on a visit, by preference in `row`; with None on the row itself. False: it is not there."""
        if visit_id is not None:
            place = self.cursor.place_of(visit_id, row)
            if place is None:
                return False
            self._select(*place)
            return True
        number = self.cursor.row if row is None else row
        there = 0 <= number < len(self.cursor.rows)
        if there:
            self._select(number, self.cursor.nearest(number))
        return there

    # -- move mode ----------------------------------------------------------------------------------------------------

    @property
    def ghost_row(self) -> BoardRow | None:
        """The row in which the ghost is."""
        return self.cursor.rows[self.ghost.row] if self.ghost is not None else None

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
        row = self.cursor.row_of(technician_id)
        if row is None:
            return
        origin = self.cursor.place_of(visit.id, row)
        self.ghost = Ghost(visit, row, start, minutes_total, leg_minutes, origin=origin)
        self._draw_anew()
        self._reveal()
        self.post_message(self.GhostMoved(visit, technician_id, start))

    def set_verdict(self, level: str, text: str, leg_minutes: int | None = None) -> None:
        """Say what of the ghost's place: a shape and a hue on the ghost, the words below the rows.

        Args:
            level: `feasible`, `warnings` or `blocked`; anything else shows as not yet known.
            leg_minutes: the drive to the new place, where it is known by now.
        """
        ghost = self.ghost
        if ghost is None:
            return
        leg = leg_minutes if leg_minutes is not None else ghost.leg_minutes
        self.ghost = replace(ghost, level=level, text=text, leg_minutes=leg)
        self._refresh_rows(ghost.row)
        self._refresh_verdict()

    def _select(self, row: int, index: int | None) -> None:
        before = self.cursor.row
        self._selected_from(before, self.cursor.go(row, index))

    def _selected_from(self, before: int, moved: bool) -> None:
        if moved:
            self._refresh_rows(before, self.cursor.row)
            self._tell_selected()
        self._reveal()

    def _tell_selected(self) -> None:
        if self.is_attached:
            self.post_message(self.VisitSelected(self.selected, self.cursor.row))

    # -- keys ---------------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is the screen's unless a visit is being moved."""
        return self.ghost is not None if action == "drop" else True

    def action_go(self, to: str) -> None:
        """Move the cursor, or the ghost in move mode."""
        board, frame = self.board, self._frame
        if board is None or frame is None or not board.rows:
            return
        if self.ghost is not None:
            self._put_ghost(*self.ghost.place_after(to, self.step, board))
            return
        before = self.cursor.row
        page = max(1, (self.view_size.height - 1) // frame.lines - 1)
        self._selected_from(before, self.cursor.step(to, page))

    def action_open(self) -> None:
        """Open the visit under the cursor; in move mode, place the ghost."""
        ghost = self.ghost
        if ghost is not None:
            technician_id = self.cursor.rows[ghost.row].technician_id
            self._end_move()
            self.post_message(self.GhostPlaced(ghost.visit, technician_id, ghost.start))
        elif self.cursor.rows:
            self.post_message(self.VisitOpened(self.selected, self.cursor.row))

    def action_drop(self) -> None:
        """Put the ghost back."""
        ghost = self.ghost
        if ghost is not None:
            self._drop(ghost, self.cursor.rows[ghost.row].technician_id)

    def action_zoom(self) -> None:
        """The next zoom."""
        self.zoom = ZOOMS[(ZOOMS.index(self.zoom) + 1) % len(ZOOMS)] if self.zoom in ZOOMS else 0

    def _drop(self, ghost: Ghost, technician_id: int) -> None:
        self._end_move()
        self.post_message(self.GhostDropped(ghost.visit, technician_id, ghost.start))

    def _keep_ghost(self, before: Board) -> None:
        """Leave the ghost, and the place that it came from, with their technicians; where the ghost's is gone, it is dropped."""
        ghost = self.ghost
        if ghost is None:
            return
        holder = before.rows[ghost.row].technician_id
        row = self.cursor.row_of(holder)
        if row is None:
            self._drop(ghost, holder)
            return
        origin = ghost.origin
        if origin is not None:
            origin_row = self.cursor.row_of(before.rows[origin[0]].technician_id)
            origin = self.cursor.place_of(ghost.visit.id, origin_row)
        self.ghost = replace(ghost, row=row, origin=origin)

    def _put_ghost(self, row: int, start: int) -> None:
        ghost = self.ghost
        if ghost is None or (row, start) == (ghost.row, ghost.start):
            return
        self.ghost = ghost.at(row, start)
        self._refresh_rows(ghost.row, row)
        self._refresh_verdict()
        self._reveal()
        self.post_message(self.GhostMoved(ghost.visit, self.cursor.rows[row].technician_id, start))

    def _end_move(self) -> None:
        self.ghost = None
        self._let_go()
        self._draw_anew()
        self._reveal()

    # -- the mouse ----------------------------------------------------------------------------------------------------

    def _at(self, event: events.MouseEvent) -> tuple[int, int | None, int] | None:
        """The row, visit and cell under the mouse."""
        frame, place = self._frame, event.get_content_offset_capture(self)
        if frame is None or place.y < 1:
            return None
        row = frame.row_at(place.y + self.scroll_offset.y)
        if row >= len(self.cursor.rows):
            return None
        cell = place.x - frame.names + self.scroll_offset.x
        return row, self.cursor.visit_at(row, cell, frame.scale) if place.x >= frame.names else None, cell

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Select what is under the mouse; it may be the begin of a drag."""
        under = self._at(event)
        if under is None or self.ghost is not None or event.button != 1:
            return
        row, index, cell = under
        self._select(row, index if index is not None else self.cursor.nearest(row))
        if index is not None and self.selected is not None:
            self._press = Press(self.selected, event.offset, cell)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag a visit that is still in the plan, by the steps of the arrows."""
        press, board, frame = self._press, self.board, self._frame
        if press is None or board is None or frame is None or not press.drags(event.offset):
            return
        if not press.dragging:
            press.dragging = True
            self._grab(press.visit)
        under = self._at(event)
        if under is not None and self.ghost is not None:
            row, _, cell = under
            self._put_ghost(row, within(board, press.start_at(cell, frame.scale.cell_seconds, self.step * MINUTE)))

    def _grab(self, visit: BoardVisit) -> None:
        """Begin to move a visit where it stands."""
        row = self.cursor.row
        self.post_message(self.VisitGrabbed(visit, row))
        assert visit.start is not None
        assert visit.end is not None
        seconds = visit.leg.seconds if visit.leg else None
        leg_minutes = None if seconds is None else seconds // MINUTE
        self.begin_move(
            visit, self.cursor.rows[row].technician_id, visit.start, (visit.end - visit.start) // MINUTE, leg_minutes
        )

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go: a dragged visit is placed."""
        dragged = self._press is not None and self._press.dragging
        self._let_go()
        if dragged:
            self.action_open()

    def on_click(self, event: events.Click) -> None:
        """A double click opens."""
        under = self._at(event)
        if event.chain == 2 and under is not None and under[1] is not None and self.ghost is None:
            self.action_open()

    def _let_go(self) -> None:
        """The mouse has nothing in hand any more."""
        if self._press is not None:
            self._press = None
            self.release_mouse()


def _ground_of(board: Board) -> tuple[object, ...]:
    """What of a board has all of it drawn anew where it is another."""
    return board.day, board.zone, board.hours24, board.unit, len(board.rows)
