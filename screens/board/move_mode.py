"""Move mode of the board: a visit in hand is judged at every place that it comes to, and placed where it is let go."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import work

from dispatch.lazily import lazily
from dispatch.model.boards import BoardRow, BoardVisit
from dispatch.model.travel import leg_text, minutes_of
from screens.asking import Left
from screens.board.which_days import place
from screens.user_screen import UserScreen
from widgets.lines.ink import ink
from widgets.terminal.keyboard import written
from widgets.timeline.ghost import VERDICT_INKS
from widgets.timeline.view import Timeline
from widgets.visit_detail import VisitDetail

with lazily(__name__):
    from dispatch.desk.day import judgement, placement
    from screens.program import keymap

if TYPE_CHECKING:
    from screens.board.board import BoardScreen

MOVE_KEYS = (
    ("timeline.open", "place"), ("timeline.drop", "put back"), ("timeline.left", "earlier"), ("timeline.right", "later"),
    ("timeline.up", "technician"), ("screen.keys", "help"),
)  # fmt: skip
"""What the key bar says while a visit is in hand: ids of bindings, and words. The ways out come first."""


class MoveTimeline(Timeline):
    """The hours of a board, on which a visit is taken in hand."""

    _whose = ""
    """From whose row the visit in hand was taken; empty: from the queue."""

    _left: datetime.date | None = None
    """The day from which the visit in hand was taken to another one."""

    @property
    def _board_screen(self) -> BoardScreen:
        return cast("BoardScreen", self.screen)

    def take(self, visit: BoardVisit, technician_id: int, start: int) -> None:
        """Take a visit in hand, in a technician's row."""
        if self._row_of(technician_id) is None:
            self._board_screen.places.show_all()
        self._hold(visit)
        self._board_screen.remove_class("-queue")
        self.focus()
        self.begin_move(
            visit, technician_id, start, judgement.stay_minutes(self._board_screen.user.store, visit.minutes)
        )

    async def take_on(self, day: datetime.date, visit: BoardVisit, technician_id: int, start: int) -> None:
        """Take a visit in hand on a day, which is shown then; put back, one is where one was."""
        board_screen = self._board_screen
        left = board_screen.program.day
        if day != left:
            board_screen.program.go_to(day)
            await board_screen.reading.finished()
        if self.board is not None and self.board.day == day:
            self.take(visit, technician_id, start)
            self._left = left if day != left else None

    def _hold(self, visit: BoardVisit) -> None:
        """Note whose it is, and fill the key bar for a visit that is in hand."""
        holder = self.cursor.board_row
        self._whose = holder.name if holder is not None and holder.name in visit.crew else ""
        keys = {
            str(binding.id): binding.key for owner in (Timeline, UserScreen) for binding in keymap.own_bindings(owner)
        }
        first = {name: written(key.split(",")[0]) for name, key in (keys | self._board_screen.program.keymap).items()}
        self._board_screen.fill_key_bar([(first[name], words) for name, words in MOVE_KEYS])

    def _row_of(self, technician_id: int) -> BoardRow | None:
        """A technician's row, where the board shows it."""
        number = self.cursor.row_of(technician_id)
        return None if number is None else self.cursor.rows[number]

    def on_timeline_visit_grabbed(self, event: Timeline.VisitGrabbed) -> None:
        """The mouse took a visit in hand."""
        if event.visit is not None:
            self._hold(event.visit)

    def on_timeline_ghost_moved(self, event: Timeline.GhostMoved) -> None:
        """Say at once what the new position breaks."""
        if (row := self._row_of(event.technician_id)) is not None:
            self._judge(event.visit, row, event.start)

    def on_timeline_ghost_dropped(self, event: Timeline.GhostDropped) -> None:
        """Put the visit back where it was."""
        if self._row_of(event.technician_id) is None:
            gone = f"{event.visit.reference} stays where it is: the technician was taken off the board."
            self._board_screen.say(gone, "warning")
        self._board_screen.show_keys()
        self._board_screen.show_here()
        if self._left is not None:
            self._board_screen.program.go_to(self._left)
            self._left = None

    def on_timeline_ghost_placed(self, event: Timeline.GhostPlaced) -> None:
        """Place the visit where it was let go."""
        self._left = None
        self._board_screen.show_keys()
        if (row := self._row_of(event.technician_id)) is not None:
            self._board_screen.run_worker(self._place(event.visit, row, event.start))

    def _crew(self, visit: BoardVisit, row: BoardRow) -> list[str]:
        """Who comes when the visit in hand is let go on a row: the row's technician instead of the one it was taken from."""
        crew = [row.name if name == self._whose else name for name in visit.crew]
        return list(dict.fromkeys(crew)) if row.name in crew else [row.name]

    @work(exclusive=True, group="judging")
    async def _judge(self, visit: BoardVisit, row: BoardRow, start: int) -> None:
        tried = await self._board_screen.look_aside(
            partial(placement.check_placement, day=visit.day_number, alone=True),
            self._board_screen.user.store,
            visit.reference,
            self._crew(visit, row),
            start,
        )
        ghost, under = self.ghost, self.ghost_row
        still = ghost and under and (under.technician_id, ghost.start) == (row.technician_id, start)
        if tried is not None and still:
            judged = tried.verdict
            words = [finding.text for finding in judged.findings]
            minutes = None if judged.leg.seconds is None else minutes_of(judged.leg.seconds)
            self.set_verdict(judged.level.value, "; ".join(words), minutes)
            self._show_verdict(visit, judged.level.value, words, leg_text(judged.leg.seconds, judged.leg.provenance))

    def _show_verdict(self, visit: BoardVisit, level: str, words: Sequence[str], drive: str) -> None:
        """Say in full below the board what the line under it has no room for."""
        assert self.board is not None
        name = VERDICT_INKS[level]
        verdict = [ink(f"here: {level}, drive {drive}", name), *(ink(f"· {text}", name) for text in words)]
        self._board_screen.query_one(VisitDetail).set_visit(
            self.board, visit, verdict=verdict, now=self._board_screen.user.now
        )

    async def _place(self, visit: BoardVisit, row: BoardRow, start: int) -> None:
        placed = None
        with contextlib.suppress(Left):
            placed = await place(self._board_screen, visit, self._crew(visit, row), start)
        if placed is None:
            self._board_screen.show_here()
            return
        await self._board_screen.reading.finished()
        self.select(placed.visit.id)
        at = self._board_screen.user.firm.times().clock(start, placed.visit.zone)
        self._board_screen.say(f"{visit.reference} stands at {at} with {row.name}. u takes it back.")
