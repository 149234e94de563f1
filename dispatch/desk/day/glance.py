"""What a day answers at a glance: who is free and until when, who has not set out, and technicians in the order in which somebody
looks for them. Pure, of a board that was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.states import AHEAD, ENDED, ON_THE_WAY_OR_THERE, State


class BoardOrder(StrEnum):
    """In which order the technicians of a board stand."""

    NAMES = "as they are"
    TROUBLE = "trouble first"
    FREE = "free now first"
    NOT_SET_OUT = "not set out first"


class FreeSpan(NamedTuple):
    """From when to when somebody has nothing to do: instants, the drive to what comes then left out."""

    start: int
    end: int


def free_time(row: BoardRow, now: int) -> FreeSpan | None:
    """When a technician is free next, within the shift of the day; None: not any more.

    What goes on is taken to its projected end, what is ahead as it is projected, from the departure to it.
    """
    if row.shift is None:
        return None
    at, closes = max(now, row.shift[0]), row.shift[1]
    for start, end in sorted(_taken(row, now)):
        if start > at:
            return FreeSpan(at, min(start, closes)) if at < closes else None
        at = max(at, end)
    return FreeSpan(at, closes) if at < closes else None


def _taken(row: BoardRow, now: int) -> Iterator[tuple[int, int]]:
    """The times that are not free any more."""
    yield from ((absence.starts_at, absence.ends_at) for absence in row.absences)
    for visit in row.visits:
        if visit.state in ENDED or visit.start is None or visit.end is None:
            continue
        start, end = visit.projected or (visit.start, visit.end)
        if visit.state in ON_THE_WAY_OR_THERE:
            yield now, max(now, end)
        else:
            yield start - _drive(visit), end


def not_set_out(visit: BoardVisit, now: int) -> int | None:
    """Since when a technician should be on the way to a visit, or should have seen that it was dispatched; None: neither.

    It is the instant at which the drive has to begin for the planned start; who has not seen a dispatch counts from the present.
    """
    if visit.state not in AHEAD or visit.start is None or visit.reaches_in:
        return None
    due = visit.start - _drive(visit)
    if due <= now:
        return due
    return now if visit.state is State.DISPATCHED and visit.unseen else None


def _drive(visit: BoardVisit) -> int:
    return visit.leg.seconds if visit.leg is not None and visit.leg.seconds is not None else 0


def in_order(board: Board, order: BoardOrder, now: int, trouble: Callable[[BoardRow], int]) -> Board:
    """The board with its rows in an order; rows that are alike in it stand as they did.

    Args:
        trouble: how many visits of a row need somebody to look.
    """

    def key(row: BoardRow) -> tuple[int, int]:
        if order is BoardOrder.TROUBLE:
            return -trouble(row), 0
        if order is BoardOrder.FREE:
            free = free_time(row, now)
            # who is free at once stands by how long, the others by when
            return (2, 0) if free is None else (0, -free.end) if free.start <= now else (1, free.start)
        if order is BoardOrder.NOT_SET_OUT:
            since = [at for visit in row.visits if (at := not_set_out(visit, now)) is not None]
            return (0, min(since)) if since else (1, 0)
        return 0, 0

    return board if order is BoardOrder.NAMES else board._replace(rows=tuple(sorted(board.rows, key=key)))
