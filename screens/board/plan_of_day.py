"""The plan of a day, on the timeline."""

from __future__ import annotations

import datetime

from textual.widget import Widget

from db.store import Store
from dispatch.desk.day import board_view
from dispatch.desk.plan.proposal import Move, Proposal, board_as_planned
from dispatch.desk.plan.proposing import Proposing
from dispatch.desk.plan.scope import PlanScope
from dispatch.model.boards import Board
from dispatch.model.instants import day_text
from dispatch.planning.crowd import Workplace
from screens.board import plan
from widgets.bars import Separator
from widgets.timeline.view import Timeline


class DayPlanScreen(plan.PlanScreen):
    """A proposed day."""

    def __init__(self, day: datetime.date) -> None:
        super().__init__([day])

    def begin(self) -> None:
        self._timeline.tell_below = self.query_one(Separator).set_edge
        super().begin()

    @property
    def _timeline(self) -> Timeline:
        return self.query_one(Timeline)

    def above(self) -> Widget:
        return Timeline(id="above", ascii=self.program.ascii_only)

    def days_text(self, *, short: bool) -> str:
        text = day_text(self._days[0])
        return text.rpartition(" ")[0] if short else text

    def searching(self, store: Store, scope: PlanScope, workplace: Workplace) -> Proposing:
        return Proposing(store, self._days[0], plan.SECONDS, scope, workplace=workplace)

    def read_days(self) -> Board:
        return board_view.board(self.user.store, self._days[0])

    def show_days(self, stands: Board, proposal: Proposal | None, planned_on: Board) -> None:
        board = stands if proposal is None else board_as_planned(stands, proposal, self.changed, planned_on)
        self._timeline.set_board(board)

    def show_move(self, move: Move) -> None:
        self._timeline.select(move.visit.id)

    def reference_above(self) -> str | None:
        card = self._timeline.selected
        return None if card is None else card.reference

    def technician_above(self) -> str | None:
        row = self._timeline.cursor.board_row
        return None if row is None else row.name
