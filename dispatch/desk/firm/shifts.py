"""When a technician works and eats on a given day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from dispatch.levels.calendar import MINUTE, Calendar
from dispatch.model.instants import day_bounds, span_local
from dispatch.model.people import Hours, Spans, Technician, openings_on
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
    away = [(absence.starts_at, absence.ends_at) for absence in technician.absences]
    lunch = technician.lunch.minutes if technician.lunch is not None else 0
    return minutes_of(spans_given(technician.shifts, away, day, zone), lunch)


def spans_given(shifts: Iterable[Hours], away: Iterable[Span], day: datetime.date, zone: str) -> list[Span]:
    """The spans of a day, as instants, that lie inside the shifts and outside of what somebody is away; the rule is that of
    `available_minutes`."""
    openings = sorted((shift.opens, shift.closes) for shift in shifts if shift.weekday == day.weekday())
    if not openings:
        return []
    week = tuple(tuple(openings) if weekday == day.weekday() else () for weekday in range(7))
    calendar = Calendar(zone, week)
    return [span for start, end in _present(away, *day_bounds(day, zone)) for span in calendar.opened(start, end)]


def minutes_of(spans: Iterable[Span], lunch: int) -> int:
    """The minutes of such spans, less those of lunch."""
    return max(0, sum(end - start for start, end in spans) // MINUTE - lunch)


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


def _present(away: Iterable[Span], start: int, end: int) -> Iterable[Span]:
    """The stretches of a day without an absence, on the minute."""
    at = start
    for begins, ends in sorted((begins - begins % MINUTE, ends - ends % MINUTE) for begins, ends in away):
        if begins >= end:
            break
        if begins > at:
            yield at, begins
        at = max(at, ends)
    if at < end:
        yield at, end
