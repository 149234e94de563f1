"""The unscheduled queue beside the timeline: visits without a time or a technician, by what breaks first."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.boards import Board, BoardVisit
from dispatch.model.states import State
from widgets.lines.ink import Line, ListEntry, ink, spread
from widgets.lines.line_list import LineList
from widgets.lines.marks import marks_of
from widgets.queue_lines import grouped, heading, visit_lines


class Queue(LineList[BoardVisit]):
    """Two lines a visit, in groups: emergency, overdue, today, undated, on hold. `/` of the screen calls `set_filter`."""

    DEFAULT_CSS = """
    Queue { background: $panel; padding: 0 1; scrollbar-gutter: stable; }
    """

    _board: Board | None = None
    _now = 0
    _filter = ""

    def set_board(self, board: Board) -> None:
        """Show the queue of a board. The cursor stays on its visit."""
        self._board = board
        self._now = board.now
        self.rebuild()

    def set_now(self, now: int) -> None:
        """Count what is left from another moment."""
        if now != self._now:
            self._now = now
            self.rebuild()

    def set_filter(self, text: str) -> None:
        """Show only visits that hold these words; empty: all."""
        self._filter = text
        self.rebuild()

    @property
    def waiting(self) -> list[BoardVisit]:
        """What waits for a technician or a time, in the order in which it stands; nothing that is on hold."""
        groups = grouped(self._board, self._filter) if self._board is not None else ()
        return [visit for _, visits in groups for visit in visits if visit.state is State.REQUESTED]

    def frozen(self, width: int) -> tuple[Line, ...]:
        board = self._board
        if board is None:
            return ()
        left = (ink("Unscheduled ", "strong"), ink(f" {len(board.queue)}", "strong"))
        if width < 36 and not self._filter:
            return (left,)
        count = sum(len(visits) for _, visits in grouped(board, self._filter))
        right = f"{count} of {len(board.queue) + len(board.on_hold)}" if self._filter else "by what breaks first"
        return (spread(left, (ink(right, "dim"),), width),)

    def entries(self, width: int) -> Sequence[ListEntry[BoardVisit]]:
        board = self._board
        if board is None:
            return ()
        marks = marks_of(self.ascii)
        groups = grouped(board, self._filter)
        entries: list[ListEntry[BoardVisit]] = []
        for name, visits in groups:
            entries.append(ListEntry(name, (heading(name, visits, width),)))
            entries.extend(
                ListEntry(visit.id, visit_lines(visit, board, self._now, width, marks), visit) for visit in visits
            )
        self.nothing = "nothing matches" if self._filter else "nothing waits"
        return entries
