"""The grid of the week board: technicians down, days across, a cell for each technician's day."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.geometry import Offset

from dispatch.model.boards import BoardVisit
from dispatch.model.instants import clock_text, day_text, span_text
from dispatch.model.text import cells_of, count_text
from dispatch.model.weeks import DayLoad, DaySum, Week, WeekRow
from widgets.lines.ink import Line, ListEntry, Span, clipped, ink, joined
from widgets.lines.line_list import LineList
from widgets.lines.marks import Marks, marks_of, state_mark

LEVELS, ASCII_LEVELS = "·▁▂▃▄▅▆▇█", " .:-=+*#@"
"""How full a day is, from nothing to all of the shift."""


class HandCell(NamedTuple):
    """A visit in hand: what the cell under the cursor says of it, and how that is judged (an ink of the timeline's ghosts)."""

    text: str
    level: str = "pending"


class WeekGrid(LineList[WeekRow]):
    """A line a technician; the cursor is on one cell of it."""

    DEFAULT_CSS = "WeekGrid { width: 1fr; height: 1fr; padding: 0 1; }"

    BINDINGS = [
        Binding("left,h", "across(-1)", "Day before", show=False, id="week.left"),
        Binding("right,l", "across(1)", "Day after", show=False, id="week.right"),
    ]

    class Crossed(LineList.Selected):
        """The cursor went over the edge, `by` days."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    _week: Week | None = None
    _month: tuple[DaySum, ...] = ()
    _today: int | None = None
    column = 0
    """The day under the cursor."""
    in_hand: HandCell | None = None
    tell_below: Callable[[Line], None] | None = None
    """Told what lies below the last line in sight."""

    def set_week(self, week: Week, column: int, today: int | None) -> None:
        """Show a week, with the cursor on one of its days. `today`: the column of today, None where it is not among them."""
        self._week, self._today = week, today
        self.column = max(0, min(column, len(week.sums) - 1))
        self.nothing = "There are no technicians yet. Press 4: the book has them."
        self._again()

    def set_month(self, sums: tuple[DaySum, ...]) -> None:
        """Show how full the next weeks are."""
        self._month = sums
        self.rebuild()

    def set_in_hand(self, in_hand: HandCell | None) -> None:
        """Say in the cell under the cursor what of a visit in hand."""
        self.in_hand = in_hand
        self._again()

    def show_cell(self, name: str, day: datetime.date) -> None:
        """Put the cursor on a technician's day."""
        week = self._week
        if week is None or day not in week.days:
            return
        self.column = week.days.index(day)
        row = next((row for row in week.rows if row.name == name), None)
        if row is not None:
            self.select_key(row.technician_id)
        self._again()

    @property
    def load(self) -> DayLoad | None:
        """The technician's day under the cursor."""
        row = self.selected
        return row.days[self.column] if row is not None and self.column < len(row.days) else None

    def go_to(self, technician_id: object, column: int) -> None:
        """Put the cursor on a day of a technician."""
        self.column = column
        self._again()
        self.select_key(technician_id)
        self.post_message(self.Selected())

    def action_across(self, by: int) -> None:
        """Go to another day of the technician."""
        to = self.column + by
        if self._week is None or not 0 <= to < len(self._week.sums):
            self.post_message(self.Crossed(by))
            return
        self.column = to
        self._again()
        self.post_message(self.Selected())

    def on_click(self, event: events.Click) -> None:
        """Select the day that is clicked, with its technician or by its head; a double click opens it."""
        place, (name, cell) = event.get_content_offset(self), self._widths(self.view_size.width)
        if place is not None and place.x >= name and self._week is not None:
            self.action_across(min((place.x - name) // cell, len(self._week.sums) - 1) - self.column)

    def _again(self) -> None:
        """Draw the head and the line under the cursor again."""
        self.rebuild()
        self.forget_drawn()
        self.refresh()
        self.place_cursor()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say what lies below now."""
        super().watch_scroll_y(old_value, new_value)
        self._say_below()

    def rebuild(self) -> None:
        super().rebuild()
        self._say_below()

    def _say_below(self) -> None:
        week = self._week
        if week is None or self.tell_below is None or not self.view_size.height:
            return
        head = len(self.frozen(self.view_size.width))
        rows = week.rows[max(0, self.scroll_offset.y + self.view_size.height - head) :]
        self.tell_below(_edge_below(rows, marks_of(self.ascii)) if rows else ())

    # -- drawing ------------------------------------------------------------------------------------------------------

    def _widths(self, width: int) -> tuple[int, int]:
        days = len(self._week.sums) if self._week is not None else 1
        name = 18 if width >= 104 else 12 if width >= 60 else 8
        given = 1 if width >= 60 else 2  # cells of a name, where that makes every day wider
        cell = max(3, (width - name + given) // days)
        return max(name - given, min(name, width - cell * days)), cell

    def entries(self, width: int) -> Sequence[ListEntry[WeekRow]]:
        if self._week is None:
            return ()
        name, cell = self._widths(width)
        return [
            ListEntry(
                row.technician_id,
                ((ink(clipped(row.name, name - 1) + " "), *(self._cell(load, cell) for load in row.days)),),
                row,
                kept=name,
            )
            for row in self._week.rows
        ]

    def frozen(self, width: int) -> tuple[Line, ...]:
        week = self._week
        if week is None:
            return ()
        name, cell = self._widths(width)
        heads: list[Span] = [ink(" " * name)]
        room: list[Span] = [ink(clipped("room", name), "dim")]
        for number, one in enumerate(week.sums):
            words = day_text(one.day).split()
            head = words[0] + " " + words[1] if cell >= 7 else words[0][:2] + words[1]
            here = "mark" if number == self.column else "title" if number == self._today else "hours"
            heads.append(ink(clipped(head, cell), here))
            room.append(ink(clipped(_room_text(one, cell - 1), cell), "bad" if one.breaks else "good"))
        lines: list[Line] = [tuple(heads), tuple(room)]
        if self._month and width >= 60:
            lines.append(self._ahead(width))
        return tuple(lines)

    def _ahead(self, width: int) -> Line:
        """How full each day of the next weeks is, all technicians together, a week beside the other."""
        spans: list[Span] = [ink(clipped("next weeks", self._widths(width)[0]), "dim")]
        for start in range(0, len(self._month), 7):
            some = self._month[start : start + 7]
            label = " ".join(day_text(some[0].day).split()[1:3])
            spans.append(ink(f"{label} ", "dim"))
            spans += [self._level_span(one.taken, one.available, one.breaks) for one in some]
            spans.append(ink("  "))
        return tuple(spans)

    def _level_span(self, taken: int, available: int, breaks: int) -> Span:
        return ink(self._level(taken, available), "bad" if breaks or taken > available else "info")

    def _level(self, taken: int, available: int) -> str:
        levels = ASCII_LEVELS if self.ascii else LEVELS
        if not available:
            return levels[-1] if taken else " "
        return levels[min(8, -(-taken * 8 // available))]

    def _cell(self, load: DayLoad, cells: int) -> Span:
        bad, much = load.broken, load.over or load.away
        name = "bad" if bad else "warn" if much and load.visits else "dim" if not load.visits else "plain"
        gap = " " if cells >= 9 else ""
        text = self._level(load.taken, load.available) + gap + load.text(cells - 2 - len(gap))
        return ink(clipped(text, cells), name)

    def under_cursor(self, line: Line, number: int, entry: ListEntry[WeekRow], ground: str) -> Line:
        spans = [("".join(text), name) for text, name in line]
        at = self.column + 1
        if at < len(spans):
            text, held = spans[at][0], self.in_hand
            shown = text if held is None else clipped(held.text, cells_of(text))
            spans[at] = (shown, ground if held is None else f"ghost-{held.level}")
        spans[0] = (spans[0][0], "name-here")
        return tuple(spans)

    @property
    def cursor_place(self) -> Offset | None:
        place = super().cursor_place
        if place is None:
            return None
        name, cell = self._widths(self.view_size.width)
        return Offset(name + self.column * cell, place.y)


def _edge_below(rows: Sequence[WeekRow], marks: Marks) -> Line:
    """What the rows below hold: "▼ 3 cannot be kept · 9 technicians below"."""
    broken = len(frozenset().union(*(load.broken for row in rows for load in row.days)))
    said = [ink(f"{broken} cannot be kept", "bad")] if broken else []
    said.append(ink(f"{count_text(len(rows), 'technician')} below", "dim"))
    return (ink(f" {marks.below} ", "bad" if broken else "dim"), *joined(said))


def _room_text(one: DaySum, cells: int) -> str:
    """The room of a day and how much breaks, the longest that fits in so many cells."""
    hours, sign = f"{-(-one.room // 60)}", "!" if one.breaks else ""
    forms = [f"{hours}h{sign}", f"{hours}{sign}"]
    if cells >= 6:
        many = f" !{one.breaks}" if one.breaks else ""
        forms = [span_text(one.room) + many, f"{hours}h{many}", *forms]
    return next((text for text in forms if len(text) <= cells), forms[-1])


def load_line(row: WeekRow, load: DayLoad) -> Line:
    """A technician's day in words: what is planned of what there is, the room, promises, what breaks, why they are away."""
    parts = [f"{span_text(load.busy)} at work"]
    parts += [f"{span_text(load.driving)} driving"] if load.driving else []
    parts += [f"of {span_text(load.available)}"] if load.available else ["no shift" if load.off else "away"]
    parts += [f"{span_text(load.over)} too much"] if load.over else [f"{span_text(load.room)} room"]
    parts += [f"{len(load.promised)} promised"] if load.promised else []
    parts += [f"away: {load.away}"] if load.away else []
    spans = [ink(f"{row.name}  {day_text(load.day)}  ", "strong"), ink(" · ".join(parts), "dim")]
    if load.broken:
        spans.append(ink(f" · {len(load.broken)} cannot be kept", "bad"))
    return tuple(spans)


def visit_entries(
    visits: Iterable[BoardVisit], row: WeekRow, load: DayLoad, week: Week, marks: Marks
) -> list[ListEntry[BoardVisit]]:
    """The visits of a technician's day, a line each: whether it can be kept, when, for whom, which of its days, what, with whom,
    and what was promised."""
    board = week.waiting

    def between(span: tuple[int, int]) -> str:
        return marks.dash.join(clock_text(at, board.zone, board.hours24) for at in span)

    entries = []
    for visit in visits:
        assert visit.start is not None
        assert visit.end is not None
        broken = visit.id in load.broken
        others = ", ".join(name for name in visit.crew if name != row.name)
        line = (
            ink(f"{'!' if broken else ' '}{state_mark(marks, visit.state)} ", "bad" if broken else "plain"),
            ink(f"{between((visit.start, visit.end))}  ", "bad" if broken else "plain"),
            ink(visit.client, "strong"),
            ink(f" {visit.which_day}" if visit.which_day else "", "info"),
            ink(f"  {visit.work}", "dim"),
            ink(f"  with {others}" if others else ""),
            ink("" if visit.promised is None else f"  promised {between(visit.promised)}", "promised"),
        )
        entries.append(ListEntry(visit.id, (line,), visit))
    return entries
