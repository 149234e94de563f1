"""The plan of a week, on its grid: the days from today on."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from textual.widget import Widget

from db import settings
from db.store import Store, existing
from dispatch.desk.day import week_view
from dispatch.desk.plan.proposal import Move
from dispatch.desk.plan.scope import PlanScope
from dispatch.desk.plan.week import ProposingWeek
from dispatch.desk.plan.week_plan import WeekPlan, week_as_planned
from dispatch.model.instants import day_of, day_text, week_of
from dispatch.model.weeks import Week
from dispatch.planning.crowd import Workplace
from screens.board import plan
from widgets.bars import Separator
from widgets.week_grid import WeekGrid


class WeekPlanScreen(plan.PlanScreen):
    """Some days of a week, proposed together."""

    DEFAULT_CSS = "WeekPlanScreen PlanList { height: 1fr; }"

    def __init__(self, days: Sequence[datetime.date]) -> None:
        super().__init__(days)
        self._today: int | None = None

    def begin(self) -> None:
        self._grid.tell_below = self.query_one(Separator).set_edge
        super().begin()

    @property
    def _grid(self) -> WeekGrid:
        return self.query_one(WeekGrid)

    def above(self) -> Widget:
        return WeekGrid(id="above", ascii=self.program.ascii_only)

    def days_text(self, *, short: bool) -> str:
        days = [day_text(self._days[0])[:-5], day_text(self._days[-1])[: -5 if short else None]]
        if self.size.width < plan.NARROW:
            days = [day.partition(" ")[2] for day in days]
        return days[-1] if len(self._days) == 1 else " – ".join(days)

    def searching(self, store: Store, scope: PlanScope, workplace: Workplace) -> ProposingWeek:
        return ProposingWeek(store, self._days, plan.SECONDS, scope, workplace=workplace)

    def read_days(self) -> Week:
        first, _ = week_of(self._days[0], self.user.firm.first_weekday)
        week, _ = week_view.running_week(self.user.store, first)
        return week

    def show_days(self, stands: Week, proposal: WeekPlan | None, planned_on: Week) -> None:
        week = stands if proposal is None else week_as_planned(stands, proposal, self.changed)
        grid, today = self._grid, settings.today(self.user.store)
        column = grid.column if grid.load is not None else week.days.index(self._days[0])
        grid.set_week(week, column, week.days.index(today) if today in week.days else None)
        grid.styles.height = min(len(week.rows) + len(grid.frozen(self.size.width)), self.size.height * 2 // 5)

    def show_move(self, move: Move) -> None:
        stands = existing(move.after or move.before)
        self._grid.show_cell(stands.technician, day_of(stands.start, self.user.firm.zone))

    def technician_above(self) -> str | None:
        row = self._grid.selected
        return None if row is None else row.name
