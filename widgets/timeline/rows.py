"""What stands in a technician's row of the timeline: ground, absences, lunch, drives, blocks, marks. Pure painting."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.model.boards import BoardRow, BoardVisit
from dispatch.model.instants import clock_text, span_text
from dispatch.model.lateness import Late
from dispatch.model.states import State
from dispatch.model.text import cells_of, show
from dispatch.model.units import DistanceUnit, distance_text
from widgets.lines.ink import Line, clipped, fitted, ink
from widgets.lines.marks import LEVEL_LETTERS, STATE_INKS, UNICODE, Marks, state_mark
from widgets.timeline.canvas import CanvasLine
from widgets.timeline.ghost import Ghost
from widgets.timeline.layout import MINUTE, HourMark, Span, TimeScale, drawn_span, drive_span

BLOCK_LINES = 2
"""Lines of a block at most; a third line of a row is a gap."""
FIGURES = 17
"""Cells that hold "7h20/8h30 38 mi" with a space on either side."""
ROOMY = 9
"""From this width on a block has a space between its edge and its text."""
SIGNED = 4
"""Cells that the name has left beside its signs, so that it can still be read."""


@dataclass(frozen=True, slots=True)
class Look:
    """How rows are drawn on this terminal, with `lines` lines a row: 1, 2, or 3, of which the last is a gap.

    `closed_edges` gives blocks a right side and dots to the time outside a shift: for a terminal without colours, where
    grounds cannot be told apart. `now` is None where the day shown is not today.
    """

    lines: int
    zone: str
    hours24: bool
    unit: DistanceUnit
    moment: int
    now: int | None
    marks: Marks = UNICODE
    closed_edges: bool = False


def row_lines(
    row: BoardRow,
    scale: TimeScale,
    look: Look,
    hours: Sequence[HourMark],
    *,
    selected: int | None = None,
    focused: bool = False,
    ghost: Ghost | None = None,
    moved: int | None = None,
) -> tuple[Line, ...]:
    """The lines of a row over the whole day, `scale.cells` cells each.

    Args:
        selected: index of the visit under the cursor.
        ghost: a visit that would stand in this row.
        moved: index of the visit that the ghost came from, which is drawn as an outline.
    """
    every = [CanvasLine(scale.cells, "free" if row.shift else "off") for _ in range(look.lines)]
    canvases = every[:BLOCK_LINES]
    top, bottom = canvases[0], canvases[-1]
    _ground(row, scale, look, hours, canvases)
    for gap in every[BLOCK_LINES:]:
        _shift(row, scale, look, gap)
    chosen = row.visits[selected] if selected is not None and selected < len(row.visits) else None
    if chosen is not None:
        _windows(chosen, scale, look, bottom)
    drawn = [(visit, drawn_span(visit, look.moment)) for visit in row.visits]
    last_end: int | None = None
    for visit, span in drawn:
        if span is None:
            continue
        _drive(visit, span[0], scale, look, top)
        last_end = max(last_end or span[1], span[1])
    if row.leg_home is not None and row.leg_home.seconds is not None and last_end is not None:
        top.fill(*scale.cells_between(last_end, last_end + row.leg_home.seconds), look.marks.travel, "travel")
    for index, (visit, span) in enumerate(drawn):
        if span is None:
            continue
        ground = "moved" if index == moved else "late" if visit.late else STATE_INKS[visit.state]
        if index == selected and moved is None:
            ground = "cursor" if focused else "cursor-blurred"
        _block(visit, span, visit.late, ground, scale, look, canvases)
    if ghost is not None:
        _ghost(ghost, scale, look, canvases)
    if look.now is not None:
        for canvas in every:
            canvas.over(scale.cell_of(look.now), look.marks.now, "now")
    return tuple(canvas.line() for canvas in every)


def name_lines(row: BoardRow, width: int, look: Look, *, selected: bool, focused: bool, bare: bool) -> tuple[Line, ...]:
    """The frozen cells of a row: the name, and below it work against available time and the distance.

    `bare` says that the row itself is selected, because no visit of it is.
    """
    ground = ("cursor" if focused else "cursor-blurred") if selected and bare else "name-here" if selected else "name"
    first = fitted([ink(" " + show(row.name), ground, width - 1)], width, ground)
    if look.lines == 1:
        return (first,)
    figures = f"{span_text(row.busy)}/{span_text(row.available)} {distance_text(row.metres, look.unit)}"
    if row.metres is not None:
        # a tenth of a mile matters on a leg, not on a day; it leaves room for the unit
        figures = f"{span_text(row.busy)}/{span_text(row.available)} {_whole(row.metres, look.unit)}"
    if row.unknown_legs:
        figures += f" {row.unknown_legs}?"
    under = ground if selected and bare else "name-here-dim" if selected else "name-dim"
    second = fitted([ink(" " + figures, under, width - 1)], width, under)
    return (first, second, *(((" " * width, "name"),) for _ in range(look.lines - BLOCK_LINES)))


def name_width(rows: Sequence[BoardRow], width: int) -> int:
    """Cells for the names: the longest that is there, and room for the figures where the view is wide enough."""
    longest = max((cells_of(show(row.name)) for row in rows), default=0) + 2
    if width < 60:
        return max(9, min(longest, width // 4))
    return max(FIGURES, min(longest, 20 if width >= 100 else 17))


def _whole(metres: int, unit: DistanceUnit) -> str:
    number, _, name = distance_text(metres, unit).partition(" ")
    return f"{round(float(number))} {name}"


def _ground(
    row: BoardRow, scale: TimeScale, look: Look, hours: Sequence[HourMark], canvases: Sequence[CanvasLine]
) -> None:
    """The shift, the guides of the hours, lunch and absences."""
    marks = look.marks
    top, bottom = canvases[0], canvases[-1]
    for canvas in canvases:
        _shift(row, scale, look, canvas)
    for mark in hours:
        inside = row.shift is not None and row.shift[0] <= scale.instant_of(mark.cell) < row.shift[1]
        if inside:
            bottom.put(mark.cell, marks.grid, "grid")
    if row.lunch:
        top.fill(*scale.cells_between(*row.lunch), marks.lunch, "lunch")
    for absence in row.absences:
        first, last = scale.cells_between(absence.starts_at, absence.ends_at)
        for canvas in canvases:
            canvas.fill(first, last, marks.absence, "absence")
        words = show(absence.reason) or "off"
        if row.shift is not None and absence.ends_at < row.shift[1]:
            words += f" until {_clock(absence.ends_at, look)}"
        _label(top, first, last, f" {words} ", "absence")
    if row.shift is None and not row.absences:
        window = scale.cells_between(scale.starts_at + 8 * 3600, scale.ends_at)
        _label(top, window[0], window[1], "off today", "off")


def _shift(row: BoardRow, scale: TimeScale, look: Look, canvas: CanvasLine) -> None:
    """The time outside of the shift."""
    outside = look.marks.off if look.closed_edges else " "
    first, last = scale.cells_between(*row.shift) if row.shift is not None else (scale.cells, scale.cells)
    canvas.fill(0, first, outside, "off")
    canvas.fill(last, scale.cells, outside, "off")


def _label(canvas: CanvasLine, first: int, last: int, text: str, name: str) -> None:
    """A word in a hatched span, where it has room for the hatching to show."""
    if last - first >= cells_of(text) + 3:
        canvas.put(first + 2, text, name)


def _windows(visit: BoardVisit, scale: TimeScale, look: Look, canvas: CanvasLine) -> None:
    """Access hours and promised window of the selected visit."""
    opens, closes = look.marks.access
    for span in visit.access:
        first, last = scale.cells_between(*span)
        canvas.put(first, opens, "access")
        canvas.put(last - 1, closes, "access")
    if visit.promised is not None:
        begin, inside, end = look.marks.promised
        first, last = scale.cells_between(*visit.promised)
        canvas.fill(first, last, inside, "promised")
        canvas.put(first, begin, "promised")
        canvas.put(last - 1, end, "promised")


def _drive(visit: BoardVisit, start: int, scale: TimeScale, look: Look, canvas: CanvasLine) -> None:
    """The drive to a visit; one of unknown length is a question mark, never nothing."""
    drive = drive_span(visit, start, look.moment)
    if drive is None:
        if visit.leg is not None:
            canvas.put(scale.nearest(start) - 1, look.marks.travel_unknown, "travel-unknown")
        return
    if drive[1] > drive[0]:
        name = "travel-now" if visit.state is State.EN_ROUTE else "travel"
        canvas.fill(*scale.cells_between(*drive), look.marks.travel, name)


def _block(
    visit: BoardVisit,
    span: Span,
    late: Late | None,
    ground: str,
    scale: TimeScale,
    look: Look,
    canvases: Sequence[CanvasLine],
) -> None:
    """The block of a visit: client, state, time, service level, pin and lateness, as much as its width holds."""
    first, last = scale.cells_between(*span)
    width = last - first
    if width <= 0:
        return
    marks = look.marks
    glyph = state_mark(marks, visit.state, unseen=visit.unseen)
    clock = _clock(span[0], look)
    inside = width - 1 - (1 if look.closed_edges and width > 2 else 0)
    indent = " " if inside >= ROOMY else ""
    room = inside - len(indent)
    signs = LEVEL_LETTERS.get(visit.level, "") + (marks.pin if visit.pinned else "")
    if look.lines == 1:
        sign = glyph + (marks.late if late else "")
        name = f"{sign} {show(visit.client)}" if room >= 8 else sign + show(visit.client)
        texts = [_name_with_signs(name, signs, room)]
    else:
        texts = [_name_with_signs(show(visit.client), signs, room), _state_text(glyph, clock, span, late, look, room)]
    for canvas, text in zip(canvases, texts, strict=True):
        _side_and_text(canvas, first, width, indent + text, ground, look)


def _side_and_text(canvas: CanvasLine, first: int, width: int, text: str, ground: str, look: Look) -> None:
    """One line of a block: its edge, its text, and its other edge where grounds cannot be told apart."""
    marks = look.marks
    closed = look.closed_edges and width > 2
    inside = width - 1 - (1 if closed else 0)
    canvas.put(first, clipped(text, 1) if width == 1 else marks.edge + clipped(text, inside), ground)
    chosen = closed and ground in ("cursor", "cursor-blurred")
    if chosen:
        canvas.put(first, marks.chosen[0], ground)
    elif width > 1:
        canvas.over(first, marks.edge, f"edge-{ground}" if ground in EDGED else "edge")
    if closed:
        canvas.put(first + width - 1, marks.chosen[1] if chosen else marks.edge_end, ground)


EDGED = frozenset({"ahead", "en-route", "on-site", "closed", "late"})
"""Grounds whose left edge has a hue of its own."""


def _name_with_signs(name: str, signs: str, room: int) -> str:
    """The client's name, with the letter of the service level and the pin in the last cells, apart from the name."""
    if not signs or room < SIGNED + len(signs):
        return name
    return f"{clipped(name, room - len(signs) - 1)} {signs}"


def _state_text(glyph: str, clock: str, span: Span, late: Late | None, look: Look, room: int) -> str:
    """The most of state, time and lateness that fits `room` cells."""
    if late is not None:
        bang = look.marks.late
        if late.against == "end":
            over = span_text(late.minutes)
            choices = [f"{glyph} {clock} +{over}", f"{glyph} +{over}", f"{bang}+{late.minutes}"]
        else:
            choices = [
                f"{glyph} {clock} {bang} {late.text}",
                f"{bang} {late.text}",
                f"{bang} {span_text(late.minutes)}",
            ]
        choices += [f"{bang}{late.minutes}", bang]
    else:
        until = f"{glyph} {clock}{look.marks.dash}{_clock(span[1], look)}"
        choices = [until, f"{glyph} {clock}", glyph + clock, glyph + clock.replace(":", ""), glyph]
    return next((choice for choice in choices if cells_of(choice) <= room), choices[-1])


def _ghost(ghost: Ghost, scale: TimeScale, look: Look, canvases: Sequence[CanvasLine]) -> None:
    """A visit that would stand here: its drive, and a block whose shape says the verdict before its hue does."""
    first, last = scale.cells_between(ghost.start, ghost.end)
    if ghost.leg_minutes is None:
        canvases[0].put(first - 1, look.marks.travel_unknown, "travel-unknown")
    elif ghost.leg_minutes:
        drive = scale.cells_between(ghost.start - ghost.leg_minutes * MINUTE, ghost.start)
        canvases[0].fill(*drive, look.marks.travel, "travel-now")
    sign = ghost.mark(look.marks)
    name = ghost.ink
    width = last - first
    if width <= 0:
        return
    texts = [f"{sign} {show(ghost.visit.client)}" if width >= 8 else sign + show(ghost.visit.client)]
    if len(canvases) == 2:
        texts.append(_clock(ghost.start, look))
    for canvas, text in zip(canvases, texts, strict=True):
        _side_and_text(canvas, first, width, text, name, look)


def _clock(instant: int, look: Look) -> str:
    return clock_text(instant, look.zone, look.hours24)
