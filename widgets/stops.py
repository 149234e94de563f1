"""My day: the technician's stops in order, the leg to each, the way home."""

from collections.abc import Sequence

from dispatch.model.boards import Board, BoardVisit
from dispatch.model.instants import clock_text
from dispatch.model.states import ENDED, ON_THE_WAY_OR_THERE
from dispatch.model.travel import Leg
from dispatch.model.units import distance_text, leg_text
from widgets.lines.ink import Line, ListEntry, Span, ink, spread
from widgets.lines.marks import Marks, state_mark


def stop_entries(
    visits: Sequence[BoardVisit], home: Leg | None, board: Board, width: int, marks: Marks
) -> list[ListEntry[BoardVisit]]:
    """A technician's stops, and the leg home."""
    stops = [ListEntry(visit.id, stop_lines(visit, board, marks, width), visit) for visit in visits]
    if home is not None:
        way: Line = (ink(f" {marks.home}     home  ", "dim"), *_leg_spans(home, board))
        stops.append(ListEntry("home", (way,)))
    return stops


def stop_lines(visit: BoardVisit, board: Board, marks: Marks, width: int) -> tuple[Line, ...]:
    """The two lines of a stop in `width` cells. Nothing in them says that somebody is late (design/close-out.md R5)."""
    name = "dim" if visit.state in ENDED else "strong"
    start = clock_text(visit.start, board.zone, board.hours24) if visit.start is not None else "?"
    shape = "info" if visit.state in ON_THE_WAY_OR_THERE else name
    first: list[Span] = [
        ink(f" {state_mark(marks, visit.state, unseen=visit.unseen)} ", shape),
        ink(f"{start:<6}", name),
        ink(visit.client, name),
    ]
    state = visit.state.label
    if visit.actual_in is not None:
        state += f" {clock_text(visit.actual_in, board.zone, board.hours24)}"
    if visit.tests_required and visit.state in ON_THE_WAY_OR_THERE:
        state += f"  tests {visit.tests_passed}/{visit.tests_required}"
    second: list[Span] = [ink("         ", "dim"), ink(visit.work, "dim")]
    tail = _leg_spans(visit.leg, board) if visit.leg is not None and visit.state not in ENDED else ()
    return spread(first, (ink(f"{state} ", shape),), width), spread(second, (*tail, ink(" ", "dim")), width)


def _leg_spans(leg: Leg, board: Board) -> tuple[Span, ...]:
    distance = f"  {distance_text(leg.metres, board.unit)}" if leg.metres is not None else ""
    return (ink(leg_text(leg.seconds, leg.provenance) + distance, "warn" if leg.seconds is None else "dim"),)
