"""What a dispatcher asks of a day at a glance: who is free now, who has room, what has little slack, who has not set out, what
breaks next, what is at risk on the next working day. The answers are made of boards that were read."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from db import people, settings
from db.store import Store
from dispatch.desk.day import board_view
from dispatch.desk.day.glance import BoardOrder, breaks_at, free_time, in_order, last_known, not_set_out, room
from dispatch.desk.firm.shifts import shift_of
from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import Times, day_bounds, day_of, day_text, long_text, span_text
from dispatch.model.problems import wrong_with
from dispatch.model.states import AHEAD, State

LITTLE = 15 * 60
"""Seconds of slack, up to which it is little."""


class DayQuestion(StrEnum):
    """What is asked of a day. The value is its word on the command line."""

    FREE = "free"
    ROOM = "room"
    SLACK = "slack"
    NOT_SET_OUT = "not-set-out"
    BREAKS = "breaks"
    TOMORROW = "tomorrow"

    @property
    def short(self) -> str:
        """The question in a word or two."""
        return self.value.replace("-", " ")

    @property
    def words(self) -> str:
        """The question in full."""
        return _WORDS[self][0]

    @property
    def nothing(self) -> str:
        """What is said where the answer is empty."""
        return _WORDS[self][1]


_WORDS = {
    DayQuestion.FREE: ("who is free now, and where", "Nobody is free any more today."),
    DayQuestion.ROOM: ("who has room today", "Nobody works any more today."),
    DayQuestion.SLACK: ("what has little slack", "Everything ahead has a quarter of an hour or more."),
    DayQuestion.NOT_SET_OUT: ("who has not set out or not seen the dispatch", "Everybody has set out and seen what is theirs."),
    DayQuestion.BREAKS: ("what breaks next", "Nothing that waits or is late has a time by which it breaks."),
    DayQuestion.TOMORROW: ("what is at risk on the next working day", "Nothing is at risk."),
}  # fmt: skip


class GlanceLine(NamedTuple):
    """A line of an answer: whom and what it is about, and the rest in `words`. `at` is the instant that matters, `minutes` what is
    counted: free, left, of slack, since or until. `grave`: it is so already."""

    words: str
    technician_id: int | None = None
    technician: str = ""
    visit: BoardVisit | None = None
    at: int | None = None
    minutes: int | None = None
    grave: bool = False

    @property
    def whom(self) -> str:
        """The technician and the client, as far as there are any."""
        client = "" if self.visit is None else self.visit.client
        return " · ".join(filter(None, (self.technician, client)))


class Glance(NamedTuple):
    """A question with its answer: the day that it is about, as of `now`, and its lines, what matters most first."""

    question: DayQuestion
    day: datetime.date
    now: int
    times: Times
    lines: tuple[GlanceLine, ...]


def ask(store: Store, question: DayQuestion) -> Glance:
    """Ask the board of today, or of the next day on which anybody works."""
    with store.read():
        day = settings.today(store)
        if question is DayQuestion.TOMORROW:
            day = _next_working_day(store, day)
        board = board_view.board(store, day)
    return Glance(question, day, board.now, board.times, answer(board, question))


def _next_working_day(store: Store, today: datetime.date) -> datetime.date:
    """The next day of the coming week on which anybody works; tomorrow where nobody does."""
    zone, technicians = settings.firm(store).zone, people.technicians(store)
    days = [today + datetime.timedelta(days=number) for number in range(1, 8)]
    working = (day for day in days if any(shift_of(technician, day, zone) for technician in technicians))
    return next(working, days[0])


def answer(board: Board, question: DayQuestion) -> tuple[GlanceLine, ...]:
    """What a board answers, what matters most first. The board of `TOMORROW` is that of the day in question."""
    return tuple(_ANSWERS[question](board))


def _free(board: Board) -> Iterator[GlanceLine]:
    for row in in_order(board, BoardOrder.FREE, board.now).rows:
        if (free := free_time(row, board.now)) is None:
            continue
        length = (free.end - free.start) // 60
        when = f"now, until {board.times.clock(free.end)}" if free.start <= board.now else board.times.span(*free)
        words = f"{when}, {span_text(length)} · {last_known(row)[0]}"
        yield GlanceLine(words, row.technician_id, row.name, at=free.start, minutes=length)


def _room(board: Board) -> Iterator[GlanceLine]:
    rows = [row for row in board.rows if row.shift is not None and row.shift[1] > board.now]
    for row in sorted(rows, key=lambda row: -room(row, board.now)):
        left, free = room(row, board.now), free_time(row, board.now)
        words = f"{span_text(left)} left" if left else "no room"
        if left and free is not None:
            words += f", first {board.times.clock(free.start)}"
        yield GlanceLine(f"{words} · {span_text(row.busy)} of {span_text(row.available)} planned", row.technician_id,
                         row.name, at=free.start if free is not None else None, minutes=left, grave=not left)  # fmt: skip


def _slack(board: Board) -> Iterator[GlanceLine]:
    tight = [
        (visit.slack, row, visit)
        for row, visit in _ahead(board)
        if visit.slack is not None and 0 <= visit.slack <= LITTLE and not visit.late
    ]
    for slack, row, visit in sorted(tight, key=lambda one: (one[0], one[2].id)):
        at = visit.projected[0] if visit.projected is not None else visit.start
        there = "" if at is None else f", there {board.times.clock(at, visit.zone)}"
        yield _of(row, visit, f"{long_text(slack // 60)} of slack{there}", at, slack // 60)


def _not_set_out(board: Board) -> Iterator[GlanceLine]:
    found = [
        (since, row, visit)
        for row, visit in _ahead(board)
        if (since := not_set_out(visit, board.now)) is not None
    ]  # fmt: skip
    for since, row, visit in sorted(found, key=lambda one: (one[0], one[2].id)):
        words = [f"to leave at {board.times.clock(since)}, {_ago(since, board.now)}"] if since < board.now else []
        words += ["has not seen the dispatch"] if visit.unseen else []
        yield _of(
            row, visit, ", ".join(words) or "to leave now", since, (board.now - since) // 60, grave=since < board.now
        )


def _breaks(board: Board) -> Iterator[GlanceLine]:
    found: list[tuple[int, BoardRow | None, BoardVisit]] = [
        (at, None, visit) for visit in board.queue if (at := breaks_at(visit, board.zone)) is not None
    ]
    found += [
        (at, row, visit)
        for row, visit in _ahead(board)
        if visit.late is not None and visit.late.against in ("promise", "target")
        if (at := breaks_at(visit, board.zone)) is not None
    ]
    for at, row, visit in sorted(found, key=lambda one: (one[0] <= board.now, one[0], one[2].id)):
        broken = at <= board.now
        when = f"broke {_ago(at, board.now)}" if broken else f"by {_when(board, at)}"
        how = "nobody has it" if row is None else visit.late.text if visit.late is not None else ""
        yield _of(row, visit, f"{when} · {how}", at, abs(at - board.now) // 60, grave=broken)


def _risk(board: Board) -> Iterator[GlanceLine]:
    for row, visit in _ahead(board):
        why = list(wrong_with(visit, row, board.now))
        if not why and visit.slack is not None and visit.slack <= LITTLE:
            why = [f"{long_text(max(0, visit.slack) // 60)} of slack"]
        if why:
            start = "" if visit.start is None else f"{board.times.clock(visit.start, visit.zone)}: "
            yield _of(row, visit, start + "; ".join(why), visit.start, grave=visit.late is not None)
    for one in board.rows:
        if over := one.overtime // 60:
            past = f"home {span_text(over)} past the shift"
            yield GlanceLine(past, one.technician_id, one.name, at=one.home_at, minutes=over)
    for visit in board.queue:
        at = breaks_at(visit, board.zone)
        if at is not None and board.starts_at < at <= board.ends_at:
            yield _of(None, visit, f"nobody has it · by {_when(board, at)}", at)


_ANSWERS = {
    DayQuestion.FREE: _free,
    DayQuestion.ROOM: _room,
    DayQuestion.SLACK: _slack,
    DayQuestion.NOT_SET_OUT: _not_set_out,
    DayQuestion.BREAKS: _breaks,
    DayQuestion.TOMORROW: _risk,
}


def _of(
    row: BoardRow | None,
    visit: BoardVisit,
    words: str,
    at: int | None,
    minutes: int | None = None,
    *,
    grave: bool = False,
) -> GlanceLine:
    """A line about a visit, of a technician or of nobody yet."""
    technician_id, name = (None, "") if row is None else (row.technician_id, row.name)
    return GlanceLine(words, technician_id, name, visit, at, minutes, grave)


def _ahead(board: Board) -> Iterator[tuple[BoardRow, BoardVisit]]:
    """The visits of a board that nobody has reached."""
    for row in board.rows:
        for visit in row.own:
            if visit.state in AHEAD or visit.state is State.EN_ROUTE:
                yield row, visit


def _ago(at: int, now: int) -> str:
    return f"{long_text((now - at) // 60)} ago"


def _when(board: Board, at: int) -> str:
    """An instant, with its day where that is another one."""
    # the end of a day is told as that day's
    day = day_of(at - 1, board.zone)
    if at == day_bounds(day, board.zone)[1]:
        return f"the end of {'today' if day == day_of(board.now, board.zone) else day_text(day)}"
    return board.times.clock(at) if day == day_of(board.now, board.zone) else board.times.moment(at)
