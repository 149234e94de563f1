"""What the unscheduled queue says of a visit, and in which groups. Pure building of lines."""

import datetime
from collections.abc import Sequence

from dispatch.model.boards import Board, BoardVisit, holds
from dispatch.model.instants import day_of, day_text, long_text, span_text
from dispatch.model.text import show
from widgets.lines.ink import Line, Span, ink, joined, spread, width_of
from widgets.lines.marks import LEVEL_INKS, LEVEL_LETTERS, Marks

EMERGENCY, OVERDUE, TODAY, UNDATED, ON_HOLD = "emergency", "overdue", "today", "undated", "on hold"
GROUPS = (EMERGENCY, OVERDUE, TODAY, UNDATED, ON_HOLD)
INDENT = 3


def group_of(visit: BoardVisit, day: datetime.date) -> str:
    """The group of a visit that waits: an emergency whenever it is wanted, overdue if its last day was before `day`, undated if it
    has none."""
    if visit.emergency:
        return EMERGENCY
    if visit.due_on is None:
        return UNDATED
    return OVERDUE if visit.overdue or visit.due_on < day else TODAY


def grouped(board: Board, wanted: str = "") -> list[tuple[str, tuple[BoardVisit, ...]]]:
    """The groups that hold visits, each in the board's order, of the visits that match the filter text `wanted`."""
    waiting: dict[str, list[BoardVisit]] = {name: [] for name in GROUPS}
    for visit in board.queue:
        if holds(visit.words, wanted):
            waiting[group_of(visit, board.day)].append(visit)
    waiting[ON_HOLD] = [visit for visit in board.on_hold if holds(visit.words, wanted)]
    return [(name, tuple(visits)) for name, visits in waiting.items() if visits]


def due_text(visit: BoardVisit, board: Board, now: int) -> Span:
    """By when the visit breaks something: what is left of its service level or its promised window, whichever ends first,
    or the day it is wanted on."""
    ends = min((at for at in (visit.due, visit.promised and visit.promised[1]) if at is not None), default=None)
    if ends is not None:
        left = (ends - now) // 60
        if left < 0:
            return f"{long_text(-left)} late", "bad"
        if left <= 180:
            return f"{span_text(left)} left", "bad" if left <= 60 else "warn"
        if day_of(ends, board.zone) == board.day:
            return f"by {board.times.clock(ends)}", "plain"
        return f"by {_day(day_of(ends, board.zone), board.day)}", "dim"
    if visit.due_on is None:
        return "", "dim"
    ink_name = "bad" if visit.due_on < board.day else "plain" if visit.due_on == board.day else "dim"
    closes = max((span[1] for span in visit.access), default=None)
    if visit.due_on == board.day and closes is not None and closes < board.ends_at:
        return f"by {board.times.clock(closes)}", ink_name
    return f"{'latest ' if visit.latest_on else ''}{_day(visit.due_on, board.day)}", ink_name


def visit_lines(visit: BoardVisit, board: Board, now: int, width: int, marks: Marks) -> tuple[Line, Line]:
    """The two lines of a visit: priority, client and what is due; work, length, skills and what stands in its way."""
    urgent = visit.emergency or visit.priority <= 1
    priority = ink(f"P{visit.priority} ", "bad" if urgent else "warn" if visit.priority == 2 else "dim", INDENT)
    client: list[Span] = [ink(visit.client, "strong")]
    if visit.level in LEVEL_LETTERS:
        client.insert(0, ink(f"{LEVEL_LETTERS[visit.level]} ", LEVEL_INKS[visit.level]))
    if visit.emergency:
        client.append((f" {marks.warning}", "bad"))
    first = spread((priority, *client), (due_text(visit, board, now),), width)
    return first, (ink(" " * INDENT, "dim"), *_second(visit, width - INDENT))


def heading(name: str, visits: Sequence[BoardVisit], width: int) -> Line:
    """The line over a group."""
    return spread(
        (ink(name, "bad" if name in (EMERGENCY, OVERDUE) else "heading"),), (ink(str(len(visits)), "dim"),), width
    )


def _second(visit: BoardVisit, width: int) -> Line:
    length = ink(span_text(visit.minutes), "dim")
    if visit.reason:
        return joined((ink(visit.reason, "warn"), ink(visit.work, "dim"), length))
    if not visit.located:
        return joined((ink("no coordinates: place it first", "warn"), ink(visit.work, "dim"), length))
    skills = ink(" ".join(map(show, (*visit.skills, *visit.demands))), "dim")
    tail = joined((length, skills))
    room = width - width_of(tail) - 3
    return joined((ink(visit.work, "dim", max(8, room)), *(span for span in (length, skills) if span[0])))


def _day(day: datetime.date, today: datetime.date) -> str:
    """A day near `today` in a word or two."""
    away = (day - today).days
    if away == 0:
        return "today"
    if away == 1:
        return "tomorrow"
    if 1 < away < 7:
        return day_text(day)[:3]
    return f"{-away}d overdue" if away < 0 else f"{day.day} {day_text(day).split()[2]}"
