"""When a visit takes place, as far as that is known; and what of a day needs somebody to look: late, overlapping, or with a drive
that nobody knows. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.states import ENDED, State
from dispatch.model.text import show

MINUTE = 60
Span = tuple[int, int]


class ProblemVisit(NamedTuple):
    """A visit that needs somebody to look, when it begins, in which row, and why, in words."""

    start: int
    row: int
    visit: BoardVisit
    why: str


def drawn_span(visit: BoardVisit, now: int) -> Span | None:
    """Where a visit is drawn: by the clock as far as it has happened, by the projection or the plan for the rest.

    A visit that goes on is drawn to its projected end, and never ends before now. None: it has no time at all.
    """
    return _span(visit, now, visit.projected)


def _span(visit: BoardVisit, now: int, ahead: Span | None) -> Span | None:
    """The same with what is ahead as `ahead` has it; None: as planned."""
    planned = (visit.start, visit.end) if visit.start is not None and visit.end is not None else None
    length = planned[1] - planned[0] if planned else visit.minutes * MINUTE
    if visit.actual_in is not None:
        if visit.actual_out is not None:
            return visit.actual_in, max(visit.actual_out, visit.actual_in)
        if visit.state in ENDED:
            return visit.actual_in, visit.actual_in + length
        return visit.actual_in, max(now, ahead[1] if ahead else visit.actual_in + length)
    if ahead and visit.state not in ENDED:
        return ahead
    if (
        visit.state is State.EN_ROUTE
        and visit.actual_depart is not None
        and visit.leg
        and visit.leg.seconds is not None
    ):
        arrival = max(visit.actual_depart + visit.leg.seconds, planned[0] if planned else now)
        return arrival, arrival + length
    return planned


def problems(board: Board, now: int) -> list[ProblemVisit]:
    """Every problem of a board, one a visit and row, in the order of time."""
    visits = []
    for number, row in enumerate(board.rows):
        for visit in row.visits:
            span = drawn_span(visit, now)
            why = "; ".join(wrong_with(visit, row, now))
            if why and span is not None:
                visits.append(ProblemVisit(span[0], number, visit, why))
    return sorted(visits, key=lambda problem: (problem.start, problem.row))


def wrong_with(visit: BoardVisit, row: BoardRow, now: int) -> Iterator[str]:
    """What is wrong with a visit where it stands, in words; nothing once it has ended."""
    if visit.late is not None:
        yield visit.late.sentence
    yield from conflicts(visit, row, now)


def conflicts(visit: BoardVisit, row: BoardRow, now: int) -> Iterator[str]:
    """What stands in the way of a visit whatever the clock says; nothing once it has ended."""
    if visit.state in ENDED:
        return
    for other in overlapping(visit, row, now):
        yield f"overlaps {show(other.client)}"
    if visit.leg is not None and visit.leg.seconds is None:
        yield "the drive to it is unknown"


def overlapping(visit: BoardVisit, row: BoardRow, now: int) -> Iterator[BoardVisit]:
    """What takes the same technician at the same time as a visit; nothing once it has ended."""
    span = None if visit.state in ENDED else _taken(visit, now)
    for other in row.visits:
        if span is None or other is visit or other.state in ENDED:
            continue
        theirs = _taken(other, now)
        if theirs and span[0] < theirs[1] and theirs[0] < span[1]:
            yield other


def after(visits: list[ProblemVisit], start: int, row: int) -> ProblemVisit:
    """The problem that follows what begins at `start` in `row`; the first one again after the last."""
    return next((problem for problem in visits if (problem.start, problem.row) > (start, row)), visits[0])


def _taken(visit: BoardVisit, now: int) -> Span | None:
    """The time that a visit takes: as it goes once somebody is there, else as planned. Projected stays never overlap."""
    return _span(visit, now, visit.projected if visit.actual_in is not None else None)
