"""When a technician works and eats on a given day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from dispatch.levels.calendar import MINUTE, Calendar
from dispatch.model.instants import day_bounds, span_local
from dispatch.model.people import Spans, Technician, openings_on
from dispatch.planning.lunch import LunchBreak, Span, place_lunch


def shift_of(technician: Technician, day: datetime.date, zone: str) -> Span | None:
    """From the first opening to the last closing of the technician's weekday, as instants; None on a day off."""
    openings = [shift for shift in technician.shifts if shift.weekday == day.weekday()]
    if not openings:
        return None
    return span_local(day, min(shift.opens for shift in openings), max(shift.closes for shift in openings), zone)


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


def on_call_on(technician: Technician, day: datetime.date, zone: str) -> Spans:
    """The hours of a day in which the technician comes out for emergencies, beside the shift."""
    hours, shift = openings_on(technician.on_call, day, zone), shift_of(technician, day, zone)
    if shift is None:
        return hours
    parts = (
        part for opens, closes in hours for part in ((opens, min(closes, shift[0])), (max(opens, shift[1]), closes))
    )
    return tuple((opens, closes) for opens, closes in parts if opens < closes)


def lunch_on(technician: Technician, day: datetime.date, zone: str) -> LunchBreak | None:
    """The technician's lunch window on a day."""
    lunch = technician.lunch
    if lunch is None:
        return None
    return LunchBreak(*span_local(day, lunch.earliest, lunch.latest, zone), lunch.minutes * 60)


def lunch_of(
    technician: Technician, day: datetime.date, zone: str, stays: Iterable[tuple[int, int, int | None]]
) -> Span | None:
    """Where lunch stands between the stays (start, end, seconds of the drive there); None where there is no room."""
    lunch = lunch_on(technician, day, zone)
    if lunch is None or shift_of(technician, day, zone) is None:
        return None
    begin = place_lunch(lunch, [(start - (drive or 0), end) for start, end, drive in stays])
    return None if begin is None else (begin, begin + lunch.seconds)


def _present(technician: Technician, start: int, end: int) -> Iterable[tuple[int, int]]:
    """The stretches of a day without an absence, on the minute."""
    away: Sequence[tuple[int, int]] = sorted(
        (absence.starts_at - absence.starts_at % MINUTE, absence.ends_at - absence.ends_at % MINUTE)
        for absence in technician.absences
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
