"""A month whose days are chosen by the arrows."""

from __future__ import annotations

import datetime
from calendar import Calendar, day_abbr, month_name, monthrange

from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from dispatch.model.typed_times import YEARS


class MonthCalendar(Widget, can_focus=True):
    """The arrows go by days and weeks, n and p to the next month and the previous one, t to today.

    Args:
        day: the day that is chosen at first.
        today: is underlined.
        first_weekday: 0 is Monday.
    """

    DEFAULT_CSS = "MonthCalendar { width: 28; height: 8; }"
    BINDINGS = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("up", "step(-7)", show=False),
        Binding("down", "step(7)", show=False),
        Binding("p,pageup", "month(-1)", show=False),
        Binding("n,pagedown", "month(1)", show=False),
        Binding("t,home", "today", show=False),
    ]

    day: reactive[datetime.date] = reactive(datetime.date.min)
    """The day that is chosen."""

    def __init__(self, day: datetime.date, today: datetime.date, first_weekday: int = 0) -> None:
        super().__init__()
        self._today, self._calendar = today, Calendar(first_weekday)
        self.set_reactive(MonthCalendar.day, day)

    def validate_day(self, day: datetime.date) -> datetime.date:
        """Stay within the years that are kept."""
        return day if day.year in YEARS else self.day

    def action_step(self, days: int) -> None:
        """Choose a day near by."""
        self.day += datetime.timedelta(days)

    def action_month(self, by: int) -> None:
        """Choose the same day of another month, or its last."""
        year, month = divmod(self.day.year * 12 + self.day.month - 1 + by, 12)
        self.day = datetime.date(year, month + 1, min(self.day.day, monthrange(year, month + 1)[1]))

    def action_today(self) -> None:
        """Choose today."""
        self.day = self._today

    def render(self) -> Content:
        """The month, the chosen day in brackets."""
        heads = "".join(f" {day_abbr[weekday][:2]} " for weekday in self._calendar.iterweekdays())
        parts: list[str | tuple[str, str]] = [
            (f"{month_name[self.day.month]} {self.day.year}".center(28), "bold"),
            "\n",
            (heads, "dim"),
        ]
        for week in self._calendar.monthdatescalendar(self.day.year, self.day.month):
            parts.append("\n")
            parts += [self._cell(day) for day in week]
        return Content.assemble(*parts)

    def _cell(self, day: datetime.date) -> tuple[str, str]:
        if day == self.day:
            return f"[{day.day:2}]", "reverse"
        style = "underline" if day == self._today else "" if day.month == self.day.month else "dim"
        return f" {day.day:2} ", style
