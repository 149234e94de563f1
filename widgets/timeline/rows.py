"""What stands on the timeline: the line of hours, and in a technician's row ground, absences, lunch, drives, blocks, marks.
Pure painting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import clock_text, span_text
from dispatch.model.problems import MINUTE, Span, drawn_span
from dispatch.model.states import State
from dispatch.model.text import cells_of, show
from dispatch.model.travel import DistanceUnit, distance_text
from widgets.lines.ink import Line, clipped, fitted, ink, merged
from widgets.lines.marks import STATE_INKS, UNICODE, Marks, state_mark
from widgets.timeline.block_texts import block_texts
from widgets.timeline.ghost import Ghost
from widgets.timeline.layout import Frame, drive_span, hour_label

BLOCK_LINES = 2
"""Lines of a block at most; a third line of a row is a gap."""
FIGURES = 17
"""Cells that hold "7h20/8h30 38 mi" with a space on either side."""
HOURS = 9
"""Cells that hold "7h20/8h30"."""
FIRST_NAME = 13
"""Cells that a name keeps, with a space on either side, before the hours beside it say their minutes."""
WHOLE_NAME = 20
"""Cells that a name takes at most, with a space on either side."""
ROOMY = 9
"""From this width on a block has a space between its edge and its text."""
EDGED = frozenset({"ahead", "en-route", "on-site", "closed", "late"})
"""Grounds whose left edge has a hue of its own."""


class CanvasLine:
    """One line of `width` cells, each with a character and an ink. Wide characters take two cells and stay whole."""

    __slots__ = ("_cells", "width")

    def __init__(self, width: int, ink: str) -> None:
        self.width = width
        self._cells = [(" ", ink)] * width

    def put(self, at: int, text: str, ink: str) -> None:
        """Write safe text from cell `at` on; what lies outside of the line is left out."""
        x = at
        for character in text:
            cells = cells_of(character)
            if cells == 0:
                if 0 < x <= self.width and x > at:
                    before = x - 1 if self._cells[x - 1][0] else x - 2
                    self._cells[before] = self._cells[before][0] + character, self._cells[before][1]
                continue
            if x >= 0 and x + cells <= self.width:
                self._clear(x, cells)
                self._cells[x : x + cells] = [(character, ink), ("", ink)][:cells]
            x += cells

    def fill(self, first: int, last: int, character: str, ink: str) -> None:
        """The same one-cell character in the cells from `first` to before `last`."""
        first, last = max(0, first), min(self.width, last)
        if last > first:
            self.put(first, character * (last - first), ink)

    def over(self, at: int, character: str, ink: str, crossed: str = "") -> None:
        """A one-cell character in the hue of `ink`, on the ground of what is there.

        With `crossed` it stands only on blanks and on what `crossed` has: what else is there stays, in that hue.
        """
        if 0 <= at < self.width:
            there, ground = self._cells[at]
            hue = f"{ground.partition('+')[0]}+{ink}"
            if crossed and not (there.isspace() or there in crossed):
                self._cells[at] = there, hue
                return
            self._clear(at, 1)
            self._cells[at] = character, hue

    def line(self) -> Line:
        """What was painted, as few spans."""
        return merged(self._cells)

    def _clear(self, at: int, cells: int) -> None:
        """A wide character of which one half is about to be painted over leaves a space in the other."""
        if self._cells[at][0] == "" and at > 0:
            self._cells[at - 1] = " ", self._cells[at - 1][1]
        end = at + cells
        if end < self.width and self._cells[end][0] == "":
            self._cells[end] = " ", self._cells[end][1]


@dataclass(frozen=True, slots=True)
class Look:
    """How a board is drawn on this terminal: where it lies, by whose clocks, in which unit, and as of which `moment`.

    `closed_edges` gives blocks a right side and dots to the time outside a shift: for a terminal without colours, where
    grounds cannot be told apart. `now` is None where the day shown is not today.
    """

    frame: Frame
    zone: str
    hours24: bool
    unit: DistanceUnit
    moment: int
    now: int | None
    marks: Marks = UNICODE
    closed_edges: bool = False

    def clock(self, instant: int) -> str:
        """A time of day."""
        return clock_text(instant, self.zone, self.hours24)


def look_of(board: Board, frame: Frame, moment: int, marks: Marks, *, closed_edges: bool) -> Look:
    """How a board is drawn as of a moment."""
    now = moment if board.starts_at <= moment < board.ends_at else None
    return Look(frame, board.zone, board.hours24, board.unit, moment, now, marks, closed_edges)


def hours_line(look: Look, left: int, room: int, blocks: Iterable[Span] = ()) -> Line:
    """The hours in `room` cells from cell `left` of the day on.

    The present time stands over its line, in the place of the hours that it would touch. Marks at either end tell that
    some of the `blocks` (in cells) lie outside of what is seen.
    """
    scale = look.frame.scale
    canvas = CanvasLine(room, "hours")
    hour_cells = 3600 // scale.cell_seconds
    every = 1 if hour_cells >= 4 else 2
    taken = range(0)
    if look.now is not None:
        now = look.clock(look.now)
        at = scale.cell_of(look.now) - left
        if 0 <= at < room:
            first = max(0, min(at - len(now) // 2, room - len(now)))
            canvas.put(first, now, "hours-now")
            taken = range(first - 1, first + len(now) + 1)
    for mark in look.frame.hours:
        at = mark.cell - left
        label = hour_label(mark.hour, look.hours24, hour_cells * every)
        if mark.hour % every == 0 and 0 <= at <= room - len(label) and not {*range(at, at + len(label))} & {*taken}:
            canvas.put(at, label, "hours")
    outside = list(blocks)
    if any(first < left for first, _ in outside):
        canvas.put(0, look.marks.more_left, "mark")
    if any(last > left + room for _, last in outside):
        canvas.put(room - 1, look.marks.more_right, "mark")
    return canvas.line()


def row_lines(
    row: BoardRow,
    look: Look,
    *,
    selected: int | None = None,
    focused: bool = False,
    ghost: Ghost | None = None,
    moved: int | None = None,
    found: frozenset[int] | None = None,
) -> tuple[Line, ...]:
    """The lines of a row over the whole day.

    Args:
        selected: index of the visit under the cursor.
        ghost: a visit that would stand in this row.
        moved: index of the visit that the ghost came from, which is drawn as an outline.
        found: ids of the visits that are looked for, None: all; the others are dimmed.
    """
    painting = _RowPainting(row, look)
    if selected is not None and selected < len(row.visits):
        painting.windows(row.visits[selected])
    drawn = [
        (index, visit, span)
        for index, visit in enumerate(row.visits)
        if (span := drawn_span(visit, look.moment)) is not None
    ]
    for _, visit, span in drawn:
        painting.drive(visit, span[0])
    if there := [span[1] for _, visit, span in drawn if visit.way == "on_site"]:
        painting.drive_home(max(there))
    for index, visit, span in drawn:
        ground = "moved" if index == moved else "late" if visit.late or visit.changed else STATE_INKS[visit.state]
        if found is not None and visit.id not in found:
            ground = "moved"
        if index == selected and moved is None:
            ground = "cursor" if focused else "cursor-blurred"
        painting.block(visit, span, ground)
    if ghost is not None:
        painting.ghost(ghost)
    return painting.lines()


class _RowPainting:
    """A row while it is painted: first what lies under everything else."""

    def __init__(self, row: BoardRow, look: Look) -> None:
        self._row, self._look, self._scale, self._marks = row, look, look.frame.scale, look.marks
        self._canvases = [
            CanvasLine(self._scale.cells, "free" if row.shift else "off") for _ in range(look.frame.lines)
        ]
        self._block_lines = self._canvases[:BLOCK_LINES]
        self._top, self._bottom = self._block_lines[0], self._block_lines[-1]
        self._shift()
        self._breaks()

    def lines(self) -> tuple[Line, ...]:
        """What was painted, crossed by the line of now."""
        if self._look.now is not None:
            for canvas in self._canvases:
                canvas.over(self._scale.cell_of(self._look.now), self._marks.now, "now", self._crossed)
        return tuple(canvas.line() for canvas in self._canvases)

    @property
    def _crossed(self) -> str:
        """What the line of now goes over: everything that is drawn and not read."""
        marks = self._marks
        return "".join((marks.travel, marks.lunch, marks.absence, marks.off, marks.grid, marks.edge, marks.edge_end))

    def _shift(self) -> None:
        """The time outside of the shift, and the guides of the hours inside."""
        shift = self._row.shift
        outside = self._marks.off if self._look.closed_edges else " "
        first, last = self._scale.cells_between(*shift) if shift is not None else (self._scale.cells, self._scale.cells)
        for canvas in self._canvases:
            canvas.fill(0, first, outside, "off")
            canvas.fill(last, self._scale.cells, outside, "off")
        for mark in self._look.frame.hours:
            if shift is not None and shift[0] <= self._scale.instant_of(mark.cell) < shift[1]:
                self._bottom.put(mark.cell, self._marks.grid, "grid")

    def _breaks(self) -> None:
        """Lunch and absences."""
        row = self._row
        if row.lunch:
            self._top.fill(*self._scale.cells_between(*row.lunch), self._marks.lunch, "lunch")
        for absence in row.absences:
            first, last = self._scale.cells_between(absence.starts_at, absence.ends_at)
            for canvas in self._block_lines:
                canvas.fill(first, last, self._marks.absence, "absence")
            words = show(absence.reason) or "off"
            if row.shift is not None and absence.ends_at < row.shift[1]:
                words += f" until {self._look.clock(absence.ends_at)}"
            self._label(first, last, f" {words} ", "absence")
        if row.shift is None and not row.absences:
            self._label(
                *self._scale.cells_between(self._scale.starts_at + 8 * 3600, self._scale.ends_at), "off today", "off"
            )

    def _label(self, first: int, last: int, text: str, ink_name: str) -> None:
        """A word in a hatched span, where it has room for the hatching to show."""
        if last - first >= cells_of(text) + 3:
            self._top.put(first + 2, text, ink_name)

    def windows(self, visit: BoardVisit) -> None:
        """Access hours and promised window of a visit."""
        opens, closes = self._marks.access
        for span in visit.access:
            first, last = self._scale.cells_between(*span)
            self._bottom.put(first, opens, "access")
            self._bottom.put(last - 1, closes, "access")
        if visit.promised is not None:
            begin, inside, end = self._marks.promised
            first, last = self._scale.cells_between(*visit.promised)
            self._bottom.fill(first, last, inside, "promised")
            self._bottom.put(first, begin, "promised")
            self._bottom.put(last - 1, end, "promised")

    def drive(self, visit: BoardVisit, start: int) -> None:
        """The drive to a visit; one of unknown length is a question mark, never nothing."""
        drive = drive_span(visit, start, self._look.moment)
        if drive is None:
            if visit.leg is not None:
                self._top.put(self._scale.nearest(start) - 1, self._marks.travel_unknown, "travel-unknown")
        elif drive[1] > drive[0]:
            self._driven(drive, "travel-now" if visit.state is State.EN_ROUTE else "travel")

    def drive_home(self, start: int) -> None:
        """The way home, where it is known."""
        leg = self._row.leg_home
        if leg is not None and leg.seconds is not None:
            self._driven((start, start + leg.seconds), "travel")

    def _driven(self, span: Span, ink_name: str) -> None:
        self._top.fill(*self._scale.cells_between(*span), self._marks.travel, ink_name)

    def block(self, visit: BoardVisit, span: Span, ground: str) -> None:
        """The block of a visit: what tells it apart, when it is, and what is wrong, as much as its width holds."""
        look, marks = self._look, self._marks
        first, last = self._scale.cells_between(*span)
        width = last - first
        if width <= 0:
            return
        glyph = marks.late if visit.changed else state_mark(marks, visit.state, unseen=visit.unseen)
        inside = width - 1 - (look.closed_edges and width > 2)
        indent = " " if inside >= ROOMY else ""
        room = inside - len(indent)
        clocks = look.clock(span[0]), look.clock(span[1])
        texts = block_texts(visit, glyph, clocks, marks, room, look.frame.lines)
        self._sides_and_texts(first, width, [indent + text for text in texts], ground)

    def ghost(self, ghost: Ghost) -> None:
        """A visit that would stand here: its drive, and a block whose shape says the verdict before its hue does."""
        first, last = self._scale.cells_between(ghost.start, ghost.end)
        if ghost.leg_minutes is None:
            self._top.put(first - 1, self._marks.travel_unknown, "travel-unknown")
        elif ghost.leg_minutes:
            self._driven((ghost.start - ghost.leg_minutes * MINUTE, ghost.start), "travel-now")
        sign, width = ghost.mark(self._marks), last - first
        if width > 0:
            client = show(ghost.visit.client)
            texts = [f"{sign} {client}" if width >= 8 else sign + client, self._look.clock(ghost.start)]
            self._sides_and_texts(first, width, texts[: len(self._block_lines)], ghost.ink)

    def _sides_and_texts(self, first: int, width: int, texts: Sequence[str], ground: str) -> None:
        """The lines of a block: its edge, its text, and its other edge where grounds cannot be told apart."""
        marks = self._marks
        closed = self._look.closed_edges and width > 2
        chosen = closed and ground in ("cursor", "cursor-blurred")
        for canvas, text in zip(self._block_lines, texts, strict=True):
            inside = marks.edge + clipped(text, width - 1 - closed)
            canvas.put(first, clipped(text, 1) if width == 1 else inside, ground)
            if chosen:
                canvas.put(first, marks.chosen[0], ground)
            elif width > 1:
                canvas.over(first, marks.edge, f"edge-{ground}" if ground in EDGED else "edge")
            if closed:
                canvas.put(first + width - 1, marks.chosen[1] if chosen else marks.edge_end, ground)


def name_lines(row: BoardRow, width: int, look: Look, *, selected: bool, focused: bool, bare: bool) -> tuple[Line, ...]:
    """The frozen cells of a row: the name, and below it work against available time and the distance.

    `bare` says that the row itself is selected, because no visit of it is.
    """
    ground = ("cursor" if focused else "cursor-blurred") if selected and bare else "name-here" if selected else "name"
    under = ground if selected and bare else "name-dim"
    if look.frame.lines == 1:
        hours = _hours(row, width - FIRST_NAME)
        room = width - cells_of(hours) - 2
        name = fitted([(" " + clipped(show(row.name), room - 1), ground)], room, ground)
        return (fitted((*name, ink(f" {hours}", under)), width, under),)
    first = fitted([ink(" " + show(row.name), ground, width - 1)], width, ground)
    # a tenth of a mile matters on a leg, not on a day; it leaves room for the unit
    distance = distance_text(None, look.unit) if row.metres is None else _whole(row.metres, look.unit)
    unknown = f" {row.unknown_legs}?" if row.unknown_legs else ""
    exact, room = f"{span_text(row.busy)}/{span_text(row.available)}", width - 2
    forms = (f"{exact} {distance}{unknown}", f"{exact}{unknown}", f"{_hours(row, 0)}{unknown}")
    figures = next((text for text in forms if cells_of(text) <= room), forms[-1])
    second = fitted([ink(" " + figures, under, width - 1)], width, under)
    return (first, second, *(((" " * width, "name"),) for _ in range(look.frame.lines - BLOCK_LINES)))


def name_width(rows: Sequence[BoardRow], width: int, lines: int) -> int:
    """Cells for the names: the longest that is there, and room for the figures: below it, or beside it where a row has one line."""
    if lines == 1:
        return min(whole_width(rows), width // 4 + (6 if width >= 50 else 2))
    longest = max((cells_of(show(row.name)) for row in rows), default=0) + 2
    if width < 60:
        return max(9, min(longest, width // 4))
    return max(FIGURES, min(longest, WHOLE_NAME if width >= 100 else 17))


def whole_width(rows: Sequence[BoardRow]) -> int:
    """Cells in which the names that are there stand with their hours beside them; a very long one is cut."""
    longest = max((cells_of(show(row.name)) for row in rows), default=0) + 2
    return min(longest, WHOLE_NAME) + max((cells_of(_hours(row, HOURS)) for row in rows), default=0) + 1


def _hours(row: BoardRow, room: int) -> str:
    """Work against available time, in whole hours where the minutes have no room."""
    exact = f"{span_text(row.busy)}/{span_text(row.available)}"
    return exact if cells_of(exact) <= room else f"{round(row.busy / 60)}/{round(row.available / 60)}h"


def _whole(metres: int, unit: DistanceUnit) -> str:
    number, _, name = distance_text(metres, unit).partition(" ")
    return f"{round(float(number))} {name}"
