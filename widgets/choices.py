"""What is chosen with: rows, a few words that are all in sight, the ways that a hint below a field names, the days of a month."""

from __future__ import annotations

import datetime
from calendar import Calendar, day_abbr, month_name, monthrange
from collections.abc import Sequence

from textual.binding import Binding
from textual.content import Content
from textual.events import Click, Key
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import OptionList, Static

from dispatch.model.agreements import in_words
from dispatch.model.text import cells_of, show
from dispatch.model.typed_times import YEARS


class Choices(OptionList):
    """Some rows. Goes up and down by letters as well."""

    BINDINGS = [Binding("j", "cursor_down", show=False), Binding("k", "cursor_up", show=False)]


class OneOf(Widget, can_focus=True):
    """One of a few words: what yes and no, and every choice of a form, are typed with.

    Space and the arrows to the sides go through the words, a letter goes to the next that begins with it.
    """

    DEFAULT_CSS = """
    OneOf { height: 1; width: 1fr; padding: 0 1; background: $boost; }
    OneOf:focus { background: $primary 30%; }
    """
    BINDINGS = [Binding("space,right", "step(1)", show=False), Binding("left", "step(-1)", show=False)]

    value = reactive("")

    class Changed(Message):
        """Another word was chosen."""

    def __init__(self, options: Sequence[str], value: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._options = list(options)
        self.set_reactive(OneOf.value, self.validate_value(value))

    def validate_value(self, value: str) -> str:
        """Take a word as it is spelt here; one that is not known stands beside the others, for the form to refuse it."""
        known = next((word for word in self._options if word.casefold() == value.strip().casefold()), value)
        if known not in self._options:
            self._options.append(known)
        return known

    def watch_value(self) -> None:
        """Tell the form."""
        self.post_message(self.Changed())

    def action_step(self, by: int) -> None:
        """Choose the next word, or the one before."""
        self.value = self._options[(self._options.index(self.value) + by) % len(self._options)]

    def on_key(self, event: Key) -> None:
        """Choose the next word that begins with a letter."""
        letter = (event.character or "").casefold()
        after = self._options.index(self.value) + 1
        for word in (*self._options[after:], *self._options[:after]):
            if letter.strip() and in_words(word).casefold().startswith(letter):
                self.value = word
                event.stop()
                return

    def on_click(self, event: Click) -> None:
        """Choose the word that was clicked."""
        left = 1
        for word in self._options:
            right = left + cells_of(_said(word)) + 2
            if left <= event.x < right and len(self._line()) <= self.size.width:
                self.value = word
                return
            left = right

    def render(self) -> Content:
        """The words, the chosen one in brackets; it alone where there is no room for all."""
        if cells_of(self._line()) > self.size.width > 0:
            return Content(f"‹ {_said(self.value)} ›")
        parts = [
            (f"[{_said(word)}]", "bold") if word == self.value else (f" {_said(word)} ", "$text-muted")
            for word in self._options
        ]
        return Content.assemble(*parts)

    def _line(self) -> str:
        return "".join(f" {_said(word)} " for word in self._options)


def _said(word: str) -> str:
    """A word as it is read."""
    return show(in_words(word)) or "–"


class Ways(Static, can_focus=True):
    """The hint below a field. Arrow down leads into it: what it says can be done there by arrows and enter, without ctrl or esc.

    With the focus it is a choice of words, each with the action of the screen that enter carries out."""

    DEFAULT_CSS = "Ways { width: 1fr; height: auto; color: $text-muted; } Ways:focus { color: $text; }"
    BINDINGS = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("enter,space", "choose", show=False),
    ]

    at: reactive[int] = reactive(0)

    def __init__(self, hint: str, ways: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._hint, self._ways, self._told = hint, tuple(ways), ""

    def render(self) -> Content:
        """The hint, or the ways."""
        if not self.has_focus:
            return Content("\n".join(filter(None, (self._told, self._hint))))
        words = [(f" {word} ", "reverse" if number == self.at else "") for number, (word, _) in enumerate(self._ways)]
        return Content.assemble(*words, ("  enter does it · arrow up goes back to the text", "$text-muted"))

    def tell(self, told: str) -> None:
        """Say this above the hint; empty: nothing."""
        if told != self._told:
            self._told = told
            self.refresh(layout=True)

    def on_focus(self) -> None:
        """Begin with the first way."""
        self.at = 0

    def action_step(self, by: int) -> None:
        """Go to another way."""
        self.at = max(0, min(len(self._ways) - 1, self.at + by))

    async def action_choose(self) -> None:
        """Do it."""
        await self.run_action(f"screen.{self._ways[self.at][1]}")


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
