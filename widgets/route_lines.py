"""What the board's bottom pane says of a technician's route. Pure building of lines."""

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import span_text
from dispatch.model.text import pad, show
from dispatch.model.travel import Leg, Provenance
from dispatch.model.units import DistanceUnit, distance_text, minutes_of
from widgets.ink import Line, ink, spread
from widgets.marks import Marks, stop_mark

PROVENANCE = {
    Provenance.PINNED: "pinned",
    Provenance.LEARNED: "learned",
    Provenance.ROADS: "roads",
    Provenance.ESTIMATED: "est",
    Provenance.UNKNOWN: "unknown",
}
MINUTES, DISTANCE, SOURCE = 8, 9, 8


def route_lines(row: BoardRow, board: Board, marks: Marks, width: int, selected: int | None = None) -> tuple[Line, ...]:
    """The legs of a day from home to home, with minutes, distance and where the figures come from.

    A title with the totals comes first. Legs that nobody knows are shown as such, and counted; they are in no total.

    Args:
        selected: id of the visit whose leg stands out.
    """
    unit: DistanceUnit = "km" if board.unit == "km" else "mi"
    lines: list[Line] = [_title(row, unit, width)]
    if not row.visits:
        lines.append((ink("no visits this day", "dim"),))
        return tuple(lines)
    wide = width >= 44
    for number, visit in enumerate(row.visits, start=1):
        origin = "home" if number == 1 else stop_mark(marks, number - 1)
        lines.append(_leg_line(origin, show(visit.client), visit.leg, visit, unit, marks, width, wide, selected))
    if row.leg_home is not None:
        origin = stop_mark(marks, len(row.visits))
        lines.append(_leg_line(origin, "home", row.leg_home, None, unit, marks, width, wide, selected))
    return tuple(lines)


def legs_of(row: BoardRow) -> list[Leg]:
    """The legs of a day that are to be driven: to each visit, and home."""
    return [leg for leg in (*(visit.leg for visit in row.visits), row.leg_home) if leg is not None]


def driving(row: BoardRow) -> tuple[int, int]:
    """Minutes of the known legs of a day, and how many legs are unknown."""
    legs = legs_of(row)
    seconds = [leg.seconds for leg in legs if leg.seconds is not None]
    return minutes_of(sum(seconds)), len(legs) - len(seconds)


def _title(row: BoardRow, unit: DistanceUnit, width: int) -> Line:
    name = show(row.name).split(" ")[0]
    whose = f"{name}'" if name.endswith("s") else f"{name}'s"
    minutes, unknown = driving(row)
    metres = [leg.metres for leg in legs_of(row) if leg.metres is not None]
    figures = [ink(f"{whose} route", "strong")]
    if legs_of(row):
        figures.append(ink(f"  {distance_text(sum(metres), unit)} · {span_text(minutes)} driving", "dim"))
    if unknown:
        figures.append(ink(f" · {unknown} unknown", "warn"))
    return spread(figures, (), width)


def _leg_line(
    origin: str,
    target: str,
    leg: Leg | None,
    visit: BoardVisit | None,
    unit: DistanceUnit,
    marks: Marks,
    width: int,
    wide: bool,
    selected: int | None,
) -> Line:
    here = visit is not None and visit.id == selected
    over = visit is not None and visit.actual_in is not None
    name = "mark" if here else "dim" if over else "plain"
    tail = MINUTES + (DISTANCE if wide else 0) + SOURCE + 1
    room = max(6, width - tail - 8)
    begin = ink(f"{pad(origin, 5)}{marks.arrow} {pad(target, min(room, 24))}", name)
    if leg is None:
        return spread((begin,), (), width)
    if leg.seconds is None:
        return begin, ink("? unknown".rjust(MINUTES + 1), "warn")
    tilde = "~" if leg.provenance is Provenance.ESTIMATED else ""
    minutes = f"{tilde}{minutes_of(leg.seconds)} min".rjust(MINUTES + 1)
    distance = distance_text(leg.metres, unit).rjust(DISTANCE) if wide else ""
    source = ink("  " + PROVENANCE[leg.provenance], name if here else "dim")
    return begin, ink(minutes, name), ink(distance, name), source
