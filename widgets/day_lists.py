"""Lists of a day, two lines an entry: a technician's stops in order with the leg to each and the way home, and whom to call because
we come later, in the order in which the calls are due."""

from __future__ import annotations

from dispatch.model.boards import Board, BoardRow, BoardVisit, CallAhead
from dispatch.model.states import AHEAD, ENDED, ON_THE_WAY_OR_THERE, State
from dispatch.model.text import cells_of, show, wrapped
from dispatch.model.travel import Leg, distance_text, leg_text
from dispatch.model.ways import state_words, way_and_work
from widgets.lines.ink import Line, ListEntry, Span, ink, joined, spread, width_of
from widgets.lines.marks import Marks, state_mark


def stop_entries(row: BoardRow | None, board: Board, width: int, marks: Marks) -> list[ListEntry[BoardVisit]]:
    """A technician's stops, and the leg to where the day ends."""
    if row is None:
        return []
    stops = [ListEntry(visit.id, stop_lines(visit, board, marks, width), visit) for visit in row.visits]
    if row.leg_home is not None:
        way: Line = (ink(f" {marks.home}     {row.end_name}  ", "dim"), *_leg_spans(row.leg_home, board))
        stops.append(ListEntry("home", (way,)))
    return stops


def stop_lines(visit: BoardVisit, board: Board, marks: Marks, width: int) -> tuple[Line, ...]:
    """The two lines of a stop in `width` cells. Nothing in them says that somebody is late (design/close-out.md R5)."""
    name = "dim" if visit.state in ENDED else "strong"
    times, there = board.times, tuple[Span, ...]()
    start = times.clock(visit.start) if visit.start is not None else "?"
    if visit.start is not None and times.differs(visit.zone, visit.start):
        there = (ink(f"{times.beside(visit.zone, visit.start)} there"),)
    shape = "info" if visit.state in ON_THE_WAY_OR_THERE else name
    first: list[Span] = [
        ink(f" {state_mark(marks, visit.state, unseen=visit.unseen)} ", shape),
        ink(f"{start:<6}", name),
        ink(visit.client, name),
    ]
    at = visit.actual_out if visit.state in ENDED else visit.actual_in
    told = [state_words(visit), f" {times.clock(at)}" if at is not None else ""]
    if visit.tests_required and visit.state in ON_THE_WAY_OR_THERE:
        told.append(f"  tests {visit.tests_passed}/{visit.tests_required}")
    while len(told) > 1 and width_of(first) + cells_of("".join(told)) + 2 > width:
        told.pop()  # whose stop it is stays whole where it can
    state = "".join(told)
    work = f" {marks.dash} ".join(filter(None, (visit.since(board.zone), way_and_work(visit))))
    second: list[Span] = [ink("         ", "dim"), *joined((*there, ink(work, "dim")))]
    drives = visit.state in AHEAD or visit.state is State.EN_ROUTE
    tail = _leg_spans(visit.leg, board) if visit.leg is not None and drives else ()
    return spread(first, (ink(f"{state} ", shape),), width), spread(second, (*tail, ink(" ", "dim")), width)


def _leg_spans(leg: Leg, board: Board) -> tuple[Span, ...]:
    distance = f"  {distance_text(leg.metres, board.unit)}" if leg.metres is not None else ""
    return (ink(leg_text(leg.seconds, leg.provenance) + distance, "warn" if leg.seconds is None else "dim"),)


INDENT = 8


def call_entries(board: Board, width: int, _: Marks) -> list[ListEntry[CallAhead]]:
    """Each call: by when, whom and on which number; then what they expect and what they are to be told."""
    return [ListEntry(call.visit_id, call_lines(call, board, width), call) for call in board.calls]


def call_lines(call: CallAhead, board: Board, width: int) -> tuple[Line, ...]:
    """The lines of a call in `width` cells. Neither the number nor what they are to be told is ever cut short."""
    due = board.times.clock(call.due)
    overdue = call.due <= board.now
    number = (ink(call.phone, "strong"),) if call.phone else (ink("no phone number", "warn"),)
    first = spread((ink(f"{due:<{INDENT}}", "bad" if overdue else "strong"), ink(call.client, "strong")), number, width)
    name = "warn" if call.escalated or call.absent else "plain"
    told: list[Line] = [
        (ink(" " * INDENT, name), ink(text, name)) for text in wrapped(call.words(board.times), width - INDENT)
    ]
    if call.contact and width_of(told[-1]) + cells_of(show(call.contact)) + 2 > width:
        told.append((ink(" " * INDENT, name),))
    return first, *told[:-1], spread(told[-1], (ink(call.contact, "dim"),), width)
