"""What is seen of a day at a glance: who is free and until when, how much room is left, where somebody is, who has not set out,
what breaks when; and technicians in the order in which somebody looks for them. Pure, of a board that was read."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import day_bounds
from dispatch.model.problems import wrong_with
from dispatch.model.states import AHEAD, ENDED, ON_THE_WAY_OR_THERE, State
from dispatch.model.text import show
from dispatch.model.travel import Place


class BoardOrder(StrEnum):
    """In which order the technicians of a board stand."""

    NAMES = "as they are"
    TROUBLE = "trouble first"
    FREE = "free now first"
    NOT_SET_OUT = "not set out first"


SHORTEST = 10 * 60
"""Seconds below which a gap is no time that somebody is free."""


class FreeSpan(NamedTuple):
    """From when to when somebody has nothing to do: instants, the drive to what comes then left out."""

    start: int
    end: int


def free_time(row: BoardRow, now: int) -> FreeSpan | None:
    """When a technician is free next, within the shift of the day; None: not any more.

    What goes on is taken to its projected end, what is ahead as it is projected, from the departure to it.
    """
    return next(_free_spans(row, now), None)


def room(row: BoardRow, now: int) -> int:
    """How many minutes of today's shift are still free: without what is ahead, the drives to it and home, and lunch."""
    free = 0
    for start, end in _free_spans(row, now):
        lunch = 0 if row.lunch is None else max(0, min(end, row.lunch[1]) - max(start, row.lunch[0]))
        free += end - start - lunch
    home = row.leg_home.seconds if row.leg_home is not None else None
    return max(0, free - (home or 0)) // 60


def _free_spans(row: BoardRow, now: int) -> Iterator[FreeSpan]:
    """From when to when a technician has nothing to do, within the shift of the day."""
    if row.shift is None:
        return
    at, closes = max(now, row.shift[0]), row.shift[1]
    for start, end in sorted(_taken(row, now)):
        if min(start, closes) - at >= SHORTEST:
            yield FreeSpan(at, min(start, closes))
        at = max(at, end)
    if closes - at >= SHORTEST:
        yield FreeSpan(at, closes)


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


def breaks_at(visit: BoardVisit, zone: str) -> int | None:
    """When a visit that nobody has reached breaks something: its service level, the promised window, or else the day on which it is
    wanted; the first of them. None: nothing."""
    moments = [] if visit.due is None else [visit.due]
    if visit.promised is not None:
        moments.append(visit.promised[1])
    elif visit.due_on is not None:
        moments.append(day_bounds(visit.due_on, zone)[1])
    return min(moments, default=None)


def last_known(row: BoardRow) -> tuple[str, Place | None]:
    """Where a technician is as far as the day's clock says: on site, on the way to a site, where they were last, else at home."""
    there = next((visit for visit in row.own if visit.state in (State.ON_SITE, State.CLOSING_OUT)), None)
    if there is not None:
        return f"on site at {show(there.client)}", there.place
    if (ahead := next((visit for visit in row.own if visit.state is State.EN_ROUTE), None)) is not None:
        return f"on the way to {show(ahead.client)}", ahead.place
    left = [visit for visit in row.own if visit.state in ENDED and visit.actual_out is not None]
    if left:
        last = max(left, key=lambda visit: visit.actual_out or 0)
        return f"last at {show(last.client)}", last.place
    return "at home", row.home


def words_of(row: BoardRow, now: int) -> str:
    """What a technician is found by: also as somebody who is free now."""
    free = free_time(row, now)
    return row.words + (" free now" if free is not None and free.start <= now else "")


def words_in(row: BoardRow, visit: BoardVisit, now: int) -> str:
    """What a visit of a technician is found by: also by its trouble, and that nobody has set out to it."""
    trouble = " trouble" if any(wrong_with(visit, row, now)) else ""
    late = " late" if visit.late is not None else ""
    return visit.words + trouble + late + (" not set out" if not_set_out(visit, now) is not None else "")


def in_order(board: Board, order: BoardOrder, now: int) -> Board:
    """The board with its rows in an order; rows that are alike in it stand as they did. Trouble is counted in visits that need
    somebody to look."""

    def key(row: BoardRow) -> tuple[int, int]:
        if order is BoardOrder.TROUBLE:
            return -sum(any(wrong_with(visit, row, now)) for visit in row.visits), 0
        if order is BoardOrder.FREE:
            free = free_time(row, now)
            # who is free at once stands by how long, the others by when
            return (2, 0) if free is None else (0, -free.end) if free.start <= now else (1, free.start)
        if order is BoardOrder.NOT_SET_OUT:
            since = [at for visit in row.visits if (at := not_set_out(visit, now)) is not None]
            return (0, min(since)) if since else (1, 0)
        return 0, 0

    return board if order is BoardOrder.NAMES else board._replace(rows=tuple(sorted(board.rows, key=key)))
