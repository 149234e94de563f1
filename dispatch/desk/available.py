"""What technicians had to give: the minutes of their shifts, less absences and lunch, day by day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from db import people
from db.store import Store
from dispatch.levels.calendar import Calendar
from dispatch.model.instants import day_bounds
from dispatch.model.people import Technician

MINUTE = 60


def available_minutes(technician: Technician, day: datetime.date, zone: str) -> int:
    """The minutes of a day that begin inside the technician's shifts and outside absences, less the minutes of lunch.

    A minute counts by what the clock shows when it begins, as in design/service-levels.md D2: an hour that clocks skip gives
    nothing, and one that they repeat counts twice.
    """
    openings = sorted((shift.opens, shift.closes) for shift in technician.shifts if shift.weekday == day.weekday())
    if not openings:
        return 0
    week = tuple(tuple(openings) if weekday == day.weekday() else () for weekday in range(7))
    calendar = Calendar(zone, week)
    there = sum(calendar.counted(start, end) for start, end in _present(technician, *day_bounds(day, zone)))
    lunch = technician.lunch.minutes if technician.lunch is not None else 0
    return max(0, there - lunch)


def available_between(store: Store, first: datetime.date, last: datetime.date, zone: str) -> list[tuple[int, int, int]]:
    """What each technician had to give on each of the days, both included: id, first instant of the day, seconds.

    Shifts are those that stand now. Who has left counts nothing.
    """
    days = [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        (technician.id, day_bounds(day, zone)[0], minutes * MINUTE)
        for technician in people.technicians(store)
        for day in days
        if (minutes := available_minutes(technician, day, zone))
    ]


def _present(technician: Technician, start: int, end: int) -> Iterable[tuple[int, int]]:
    """The stretches of a day without an absence, on the minute."""
    away: Sequence[tuple[int, int]] = sorted(
        (one.starts_at - one.starts_at % MINUTE, one.ends_at - one.ends_at % MINUTE) for one in technician.absences
    )
    at = start
    for begins, ends in away:
        if begins >= end:
            break
        if begins > at:
            yield at, begins
        at = max(at, ends)
    if at < end:
        yield at, end
