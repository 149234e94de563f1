"""Where things lie on a timeline: instants and cells, hours, the zoom that shows a working day. Pure geometry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import local
from dispatch.model.problems import MINUTE, Span, drawn_span

QUARTER = 15 * MINUTE
FITS = (300, 360, 450, 600, 720, 900, 1200, 1800)
"""Seconds a cell that an automatic zoom may choose: every hour is equally wide, from 12 cells to 2."""
ZOOMS = (0, 5, 15, 30)
"""What the zoom key goes through; 0 is the automatic zoom."""
MARGIN = 10 * MINUTE
"""Room that is shown before the first and after the last thing of a day."""
OFFICE_HOURS = (8, 18)
"""What is shown of a day on which nobody works."""


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Instants to cells and back. The axis is even in real time, so a day of 23 or 25 hours is shorter or longer."""

    starts_at: int
    ends_at: int
    cell_seconds: int

    @property
    def cells(self) -> int:
        """The width of the whole day."""
        return -(-(self.ends_at - self.starts_at) // self.cell_seconds)

    def cell_of(self, instant: int) -> int:
        """The cell in which an instant lies; before the day or after it a cell outside of it."""
        return (instant - self.starts_at) // self.cell_seconds

    def nearest(self, instant: int) -> int:
        """The edge between cells that is nearest to an instant."""
        return (2 * (instant - self.starts_at) + self.cell_seconds) // (2 * self.cell_seconds)

    def cells_between(self, start: int, end: int) -> Span:
        """The cells of a span, half-open, cut to the day. A span inside of the day has at least one."""
        first = self.nearest(start)
        last = max(self.nearest(end), first + 1)
        return max(0, min(first, self.cells)), max(0, min(last, self.cells))

    def instant_of(self, cell: int) -> int:
        """The instant at which a cell begins."""
        return self.starts_at + cell * self.cell_seconds


@dataclass(frozen=True, slots=True)
class HourMark:
    """A full hour on the local clock, and the cell where it begins."""

    cell: int
    hour: int


def hour_marks(scale: TimeScale, zone: str) -> tuple[HourMark, ...]:
    """The full hours of the day by the clocks of `zone`; an hour that clocks repeat stands twice."""
    marks = []
    for instant in range(scale.starts_at, scale.ends_at, QUARTER):
        clock = local(instant, zone)
        if clock.minute == 0:
            marks.append(HourMark(scale.nearest(instant), clock.hour))
    return tuple(marks)


def hour_label(hour: int, hours24: bool, room: int) -> str:
    """How an hour is written over the timeline in fewer than `room` cells: "08", or "8am", or "8"."""
    if hours24:
        return f"{hour:02}"
    short = str(hour % 12 or 12)
    label = short + ("am" if hour < 12 else "pm")
    return label if len(label) < room else short


def drive_span(visit: BoardVisit, start: int, now: int) -> Span | None:
    """When the drive to a visit that is drawn at `start` takes place; None where its length is unknown."""
    if visit.actual_depart is not None:
        return visit.actual_depart, max(visit.actual_depart, start)
    if visit.leg is None or visit.leg.seconds is None:
        return None
    return start - visit.leg.seconds, start


def working_window(board: Board) -> Span:
    """The part of the day that is worth seeing: from the first to the last shift or visit, with a margin."""
    instants = list(_instants(board.rows, board.now))
    if not instants:
        hours = hour_marks(TimeScale(board.starts_at, board.ends_at, QUARTER), board.zone)
        inside = [mark.cell for mark in hours if OFFICE_HOURS[0] <= mark.hour <= OFFICE_HOURS[1]] or [0]
        first, last = (board.starts_at + cell * QUARTER for cell in (inside[0], inside[-1]))
    else:
        first, last = min(instants) - MARGIN, max(instants) + MARGIN
    return max(first, board.starts_at), min(last, board.ends_at)


def _instants(rows: Iterable[BoardRow], now: int) -> Iterator[int]:
    for row in rows:
        if row.shift:
            yield from row.shift
        for visit in row.visits:
            span = drawn_span(visit, now)
            if span is None or (visit.reaches_in and (row.shift is None or span[1] <= row.shift[0])):
                continue  # a night that is over before the shift begins would make the whole day small
            yield from span
            if drive := drive_span(visit, span[0], now):
                yield drive[0]


def fitting_zoom(window: Span, cells: int) -> int:
    """The fewest seconds a cell with which the window fits `cells` cells; the most there are where none does."""
    return next((zoom for zoom in FITS if window[1] - window[0] <= zoom * cells), FITS[-1])


@dataclass(frozen=True, slots=True)
class Frame:
    """How a board lies in a view of some cells: its scale, the cells of the names, the lines of a row, and the day's full hours."""

    scale: TimeScale
    names: int
    lines: int
    hours: tuple[HourMark, ...]

    def top_of(self, row: int) -> int:
        """The first line of a row; the hours stand above them all."""
        return 1 + row * self.lines

    def row_at(self, line: int) -> int:
        """The row to which a line belongs."""
        return (line - 1) // self.lines

    def out_of_sight(self, rows: int, top: int, height: int, kept: int = 1) -> tuple[range, range]:
        """The rows above and below what is seen of `rows` when `top` lines are scrolled away; what is cut counts as out of
        sight. Where some are below, so many last lines of the view are `kept` for saying so."""
        first = -(-top // self.lines)
        last = (top + height - 1) // self.lines
        if last < rows:
            last = max(first, (top + height - 1 - kept) // self.lines)
        return range(min(first, rows)), range(min(last, rows), rows)

    def roomy(self, window: Span, width: int, most: int) -> Frame:
        """The frame with the cells that the window leaves of a width given to the names, as far as they need `most`."""
        first, last = self.scale.cells_between(*window)
        return replace(self, names=max(self.names, min(most, width - (last - first))))

    def begin(self, window: Span, width: int, focus: Span | None) -> int:
        """The cell at the left edge of a day that begins to be shown: the window in the middle, or what the cursor is on."""
        room = width - self.names
        first, last = (self.scale.cell_of(instant) for instant in window)
        if last - first > room and focus is not None:
            return max(0, self.scale.cell_of(focus[0]) - room // 3)
        return max(0, first - max(0, room - (last - first)) // 3)

    def in_sight(
        self, row: int, focus: Span | None, scrolled: tuple[int, int], size: tuple[int, int]
    ) -> tuple[int, int]:
        """Where to scroll so that a span of a row is in sight; half a view at once, so that it is rarely needed.

        Args:
            scrolled: cells and lines that are scrolled away now.
            size: width and height of the view, without lines that something else stands on.
        """
        left, top = scrolled
        visible = max(1, size[1] // self.lines)
        if not 0 <= row - -(-top // self.lines) < visible:
            top = max(0, (row - visible // 2) * self.lines)
        room = size[0] - self.names
        if focus is not None:
            begin, end = self.scale.cells_between(*focus)
            if begin < left or (end > left + room and begin > left):
                left = max(0, begin - room // 3)
        return left, top


def frame_of(board: Board, window: Span, size: tuple[int, int], names: int, zoom: int = 0) -> Frame:
    """The frame of a board in a view of some width and height: with as many lines a row (3 at most) as leave all in sight.

    Args:
        window: what of the day an automatic zoom has to show.
        zoom: minutes a cell; 0 for the automatic zoom.
    """
    width, height = size
    seconds = zoom * MINUTE or fitting_zoom(window, max(1, width - names))
    scale = TimeScale(board.starts_at, board.ends_at, seconds)
    return Frame(scale, names, row_lines_in(len(board.rows), height), hour_marks(scale, board.zone))


def row_lines_in(rows: int, height: int) -> int:
    """The lines of a row: as many (3 at most) as leave all rows in sight, below the line of hours."""
    return next((count for count in (3, 2) if rows * count + 1 <= height), 1)
