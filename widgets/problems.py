"""What of a day needs somebody to look: late, overlapping, or with a drive that nobody knows. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.states import ENDED
from dispatch.model.text import show
from widgets.timeline.layout import Span, drawn_span


class ProblemVisit(NamedTuple):
    """A visit that needs somebody to look, when it begins, in which row, and why, in words."""

    start: int
    row: int
    visit: BoardVisit
    why: str


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
    span = _taken(visit, now)
    for other in row.visits:
        if other is visit or other.state in ENDED:
            continue
        theirs = _taken(other, now)
        if span and theirs and span[0] < theirs[1] and theirs[0] < span[1]:
            yield f"overlaps {show(other.client)}"
    if visit.leg is not None and visit.leg.seconds is None:
        yield "the drive to it is unknown"


def after(visits: list[ProblemVisit], start: int, row: int) -> ProblemVisit:
    """The problem that follows what begins at `start` in `row`; the first one again after the last."""
    return next((problem for problem in visits if (problem.start, problem.row) > (start, row)), visits[0])


def _taken(visit: BoardVisit, now: int) -> Span | None:
    """The time that a visit takes: as it goes once somebody is there, else as planned. Projected stays never overlap."""
    return drawn_span(visit if visit.actual_in is not None else visit._replace(projected=None), now)
