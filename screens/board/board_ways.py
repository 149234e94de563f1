"""Ways to a place on the board: the next problem, the next request that waits, a technician or a visit by name."""

from __future__ import annotations

from collections.abc import Callable

from textual.widget import Widget

from dispatch.model.boards import Board, BoardRow
from dispatch.model.instants import day_text
from screens.binding import command
from screens.user_screen import UserScreen
from widgets.problems import after, problems
from widgets.queue import Queue
from widgets.timeline.layout import drawn_span
from widgets.timeline.view import Timeline


class BoardWays(UserScreen):
    """What brings the cursor of the board to a place at once."""

    _board: Board | None = None
    _filter = ""
    _landing: Callable[[], None] | None = None

    def show_board(self, board: Board) -> None:
        """Show a day that was read."""
        raise NotImplementedError

    def show_here(self) -> None:
        """Show what is under the cursor in full."""
        raise NotImplementedError

    def _set_filter(self, word: str) -> None:
        self._filter = word
        self.query_one(Queue).set_filter(word)
        if self._board is not None:
            self.show_board(self._board)

    def clear_filter(self) -> None:
        """Show all technicians and requests again."""
        if self._filter:
            self._set_filter("")

    def _filtered(self, board: Board) -> Board:
        """The board with the technicians who have the word in their name or skills, or on one of their visits."""
        word = self._filter.casefold()
        if not word:
            return board
        rows = tuple(row for row in board.rows if word in _row_words(row))
        return board._replace(rows=rows)

    def point_at(self, *, technician_id: int | None = None, visit_id: int | None = None) -> bool:
        """Put the cursor on a technician's row or on a visit, whatever a filter hides. False: it is not here."""
        board = self._board
        if board is None:
            return False
        placed = [visit.id for row in board.rows for visit in row.visits]
        waiting = [visit.id for visit in (*board.queue, *board.on_hold)]
        technicians = [row.technician_id for row in board.rows]
        if technician_id not in technicians and visit_id not in placed and visit_id not in waiting:
            return False
        self.clear_filter()
        if visit_id is not None and visit_id in waiting and visit_id not in placed:
            self._to_queue(visit_id)
        else:
            row = technicians.index(technician_id) if technician_id in technicians else None
            self._to_timeline(visit_id, row)
        return True

    @command("F", "view.problem", "Next problem")
    def action_next_problem(self) -> None:
        """Go to the next visit that is late, overlaps, or has an unknown drive."""
        timeline = self.query_one(Timeline)
        board = timeline.board
        if board is None:
            return
        found = problems(board, self.user.now)
        if not found:
            self.say(f"No problem on {day_text(board.day)}.")
            return
        here = timeline.selected if timeline.has_focus else None
        span = None if here is None else drawn_span(here, self.user.now)
        problem = after(found, span[0] if span is not None else board.starts_at - 1, timeline.selected_row)
        self._to_timeline(problem.visit.id, problem.row)

    @command("G", "view.waiting", "Next unscheduled")
    def action_next_waiting(self) -> None:
        """Go to the next unscheduled visit."""
        queue = self.query_one(Queue)
        waiting = [visit.id for visit in queue.waiting]
        if not waiting:
            self.say("Nothing is unscheduled.")
            return
        here = queue.selected if queue.has_focus else None
        place = waiting.index(here.id) + 1 if here is not None and here.id in waiting else 0
        self._to_queue(waiting[place % len(waiting)])

    def _to_queue(self, visit_id: int) -> None:
        self.add_class("-queue")
        queue = self.query_one(Queue)
        self._land(queue, lambda: queue.select_key(visit_id))

    def _to_timeline(self, visit_id: int | None, row: int | None) -> None:
        self.remove_class("-queue")
        timeline = self.query_one(Timeline)
        self._land(timeline, lambda: timeline.select(visit_id, row))

    def _land(self, pane: Widget, select: Callable[[], object]) -> None:
        """Put the keyboard on a pane and the cursor of the pane to a place.

        On a small terminal the pane is only now shown, and has neither size nor focus before the next frame.
        """

        def land() -> None:
            select()
            self.show_here()

        if pane.has_focus:
            self.call_after_refresh(land)
        else:
            self._landing = land
            pane.focus()

    def on_descendant_focus(self) -> None:
        """The keyboard is where it was sent."""
        landing, self._landing = self._landing, None
        if landing is not None:
            self.call_after_refresh(landing)


def _row_words(row: BoardRow) -> str:
    """Everything that a filter finds a row by, in small letters."""
    parts = [row.name, *row.skills]
    for visit in row.visits:
        parts += [visit.client, visit.site, visit.work, visit.reference, visit.state.label]
    return " ".join(parts).casefold()
