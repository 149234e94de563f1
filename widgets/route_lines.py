"""What the board's bottom pane says of a technician's route. Pure building of lines."""

from typing import NamedTuple

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import span_text
from dispatch.model.text import cells_of, pad, show
from dispatch.model.travel import DistanceUnit, Leg, Provenance, distance_text, minutes_of
from widgets.lines.ink import Line, ListEntry, Span, ink, spread
from widgets.lines.marks import Marks, stop_mark

PROVENANCE = {
    Provenance.PINNED: "pinned",
    Provenance.LEARNED: "learned",
    Provenance.ROADS: "roads",
    Provenance.ESTIMATED: "est",
    Provenance.UNKNOWN: "unknown",
}
MINUTES, DISTANCE, SOURCE = 8, 9, 8
ROOMY, COMPACT = 52, 40
"""Cells from which a leg has room for its origin in a word, and at least for its distance."""


def route_lines(row: BoardRow, board: Board, marks: Marks, width: int, selected: int | None = None) -> tuple[Line, ...]:
    """The legs of a day from home to where it ends, with minutes, distance and where the figures come from.

    A title with the totals comes first. Legs that nobody knows are shown as such, and counted; they are in no total.

    Args:
        selected: id of the visit whose leg stands out.
    """
    name = show(row.name).split(" ")[0]
    whose = f"{name}'" if name.endswith("s") else f"{name}'s"
    title = spread([ink(f"{whose} route", "strong"), ink("  "), *route_totals(row, board.unit)], (), width)
    if not row.own:
        return title, (ink("no visits this day", "dim"),)
    return title, *(leg_line(leg, board.unit, marks, width, row.end_name, selected) for leg in drives(row))


class DriveLine(NamedTuple):
    """A line of a route: the visit that it leads to, None for the way home; `number` counts them from 1."""

    number: int
    visit: BoardVisit | None
    leg: Leg | None


def drives(row: BoardRow) -> list[DriveLine]:
    """The lines of a row's route: one for each visit, and the way home."""
    lines = [DriveLine(number, visit, visit.leg) for number, visit in enumerate(row.own, start=1)]
    if row.leg_home is not None:
        lines.append(DriveLine(len(row.own) + 1, None, row.leg_home))
    return lines


def legs_of(row: BoardRow) -> list[Leg]:
    """The legs of a day that are to be driven: to each visit, and home."""
    return [leg for leg in (*(visit.leg for visit in row.own), row.leg_home) if leg is not None]


def driving(row: BoardRow) -> tuple[int, int]:
    """Minutes of the known legs of a day, and how many legs are unknown."""
    legs = legs_of(row)
    seconds = [leg.seconds for leg in legs if leg.seconds is not None]
    return minutes_of(sum(seconds)), len(legs) - len(seconds)


def route_totals(row: BoardRow, unit: DistanceUnit) -> Line:
    """How far and how long a route is, and how many of its legs nobody knows."""
    minutes, unknown = driving(row)
    metres = [leg.metres for leg in legs_of(row) if leg.metres is not None]
    figures: list[Span] = []
    if legs_of(row):
        figures.append(ink(f"{distance_text(sum(metres), unit)} · {span_text(minutes)} driving", "dim"))
    if unknown:
        figures.append(ink(f" · {unknown} unknown", "warn"))
    return tuple(figures)


def leg_line(
    drive: DriveLine, unit: DistanceUnit, marks: Marks, width: int, end: str, selected: int | None = None
) -> Line:
    """A leg in `width` cells: from where to where, its minutes, its distance, and where these come from; `end` is what the place
    is called where the day ends."""
    visit, leg = drive.visit, drive.leg
    here = visit is not None and visit.id == selected
    over = visit is not None and visit.actual_in is not None
    name = "mark" if here else "dim" if over else "plain"
    roomy, wide = width >= ROOMY, width >= COMPACT
    home = "home" if roomy else marks.home
    origin = pad(home if drive.number == 1 else stop_mark(marks, drive.number - 1), 5 if roomy else 2)
    start = f"{origin}{marks.arrow} "
    tail = MINUTES + (DISTANCE - (not roomy) if wide else 0) + SOURCE + (2 if roomy else 0)
    room = max(6, width - tail - cells_of(start))
    target = end if visit is None else visit.client
    begin = ink(start + pad(target, min(room, 24)), name)
    place = visit is not None and not visit.located
    unplaced = (ink(" · not placed", "warn"),) if place and room + tail >= 30 else ()
    if leg is None:
        return spread((begin, *unplaced), (), width)
    if leg.seconds is None:
        return begin, ink("? unknown".rjust(MINUTES + 1), "warn"), *unplaced
    tilde = "~" if leg.provenance is Provenance.ESTIMATED else ""
    minutes = f"{tilde}{minutes_of(leg.seconds)} min".rjust(MINUTES + roomy)
    distance = distance_text(leg.metres, unit).rjust(DISTANCE - (not roomy)) if wide else ""
    source = ink((" " if not roomy else "  ") + PROVENANCE[leg.provenance], name if here else "dim")
    return begin, ink(minutes, name), ink(distance, name), source


def leg_entries(board: Board, row: BoardRow, width: int, marks: Marks) -> list[ListEntry[BoardVisit]]:
    """The legs of a day, to choose a stop from: each with the visit that it leads to."""
    return [
        ListEntry(
            drive.visit.id if drive.visit is not None else "home",
            ((ink(" "), *leg_line(drive, board.unit, marks, width - 2, row.end_name)),),
            drive.visit,
        )
        for drive in drives(row)
    ]
