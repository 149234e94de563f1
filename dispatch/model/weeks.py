"""What the week board shows, as plain data: technicians by days. Named tuples, as those of `dispatch.model.boards`."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from dispatch.model.boards import Board
from dispatch.model.instants import span_text
from dispatch.model.visits import Visit


class DayLoad(NamedTuple):
    """A technician's day in a week. Minutes: `available` is the shift less lunch and absences, `busy` planned work, `driving` the
    legs that are known, `room` what is left of the shift and has not passed. `promised` are the ids of its visits that have a
    promise, `broken` of those that begin too late for what was promised, or before whoever does them can be there. `off`: no
    shift; `away` is why they are absent at some time of it."""

    day: datetime.date
    available: int
    busy: int
    driving: int
    room: int
    visits: tuple[Visit, ...] = ()
    promised: frozenset[int] = frozenset()
    broken: frozenset[int] = frozenset()
    off: bool = False
    away: str = ""

    @property
    def taken(self) -> int:
        """The minutes that are planned, driving included."""
        return self.busy + self.driving

    @property
    def over(self) -> int:
        """The minutes by which it holds more than fits."""
        return max(0, self.taken - self.available)

    def text(self, cells: int) -> str:
        """What a cell of the week says in so many cells: what is planned of the shift and what breaks, in whole hours where
        there is little room, then what is too much, absences and promises, as far as they fit."""
        if not self.visits and not self.available:
            return ("away" if self.away else "off")[:cells]
        hours = -(-self.taken // 60)
        if not self.available:
            forms = [span_text(self.taken)] if cells >= 6 else []
        else:
            forms = [f"{span_text(self.taken)}/{span_text(self.available)}"] if cells >= 12 else []
            forms += [f"{self.taken / 60:.1f}/{self.available / 60:.1f}"] if cells >= 7 else []
            forms += [f"{hours}/{self.available // 60}"]
        gap = " " if cells >= 9 else ""
        breaks = f"!{len(self.broken)}" if self.broken else ""
        needed = len(gap + breaks) if breaks else 0
        taken = next((text for text in forms if len(text) + needed <= cells), "")
        if not taken:
            return f"{hours}{'!' if breaks else 'h'}"[:cells]
        signs = [
            breaks,
            "+" if self.over else "",
            "a" if self.away else "",
            f"p{len(self.promised)}" if self.promised else "",
        ]
        for sign in filter(None, signs):
            if len(taken + gap + sign) <= cells:
                taken += gap + sign
        return taken


class WeekRow(NamedTuple):
    """A technician's week, a load for each of its days."""

    technician_id: int
    name: str
    skills: tuple[str, ...]
    days: tuple[DayLoad, ...]


class DaySum(NamedTuple):
    """A day of all technicians. Minutes; `free` is the room of those who have each skill, the scarcest skill first. `promised` and
    `breaks` are different visits: a crew's is one."""

    day: datetime.date
    available: int
    taken: int
    room: int
    promised: int
    breaks: int
    free: tuple[tuple[str, int], ...]


class Week(NamedTuple):
    """Some days of a firm. `waiting` is a board without rows: what waits for a time on one of the days, by what breaks first."""

    rows: tuple[WeekRow, ...]
    sums: tuple[DaySum, ...]
    waiting: Board

    @property
    def days(self) -> tuple[datetime.date, ...]:
        """The days, the first one first."""
        return tuple(one.day for one in self.sums)

    @property
    def breaks_first(self) -> datetime.date | None:
        """The first day on which something breaks."""
        return next((one.day for one in self.sums if one.breaks), None)


MARKS_OF_A_CELL = "!2 begin too late or cannot be reached · + more than fits · a absent · p2 promises"
"""What the signs of `DayLoad.text` mean."""
