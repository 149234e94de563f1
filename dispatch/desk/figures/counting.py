"""The figures over a range of days: by day, week, technician or client, with the visits behind each number."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from db import figures, people, settings
from db.figures import Behind, By, FigureQuery
from db.store import Store
from dispatch.desk.figures.definitions import BY_KEY, FIGURES, Figure, Money, Value
from dispatch.desk.session.refusals import Faulty
from dispatch.levels.calendar import Calendar
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_text
from dispatch.model.people import Technician

Grouping = Literal["day", "week", "technician", "client"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)
LONGEST = {"day": 100, "week": 740, "technician": 3700, "client": 3700}
"""So many days at most are counted by each: a chart of more is not read."""
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """A row of the figures: a day, a week, a technician or a client. `first` and `last` are its days, both included; `who` the id
    of a technician or client."""

    label: str
    first: datetime.date
    last: datetime.date
    who: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures over the days from `first` to `last`, both included. `values` has each figure's value of each group, `totals` of all
    days: a visit of several technicians counts for each of them, and once in the total."""

    first: datetime.date
    last: datetime.date
    by: Grouping
    zone: str
    money: Money
    groups: tuple[FigureGroup, ...]
    values: Mapping[str, tuple[Value, ...]]
    totals: Mapping[str, Value]

    @property
    def shown(self) -> list[Figure]:
        """The figures that mean something so grouped."""
        return [figure for figure in FIGURES if self.by != "client" or figure.by_client]


def figures_over(store: Store, first: datetime.date, last: datetime.date, by: Grouping = "day") -> Figures:
    """Every figure over some days, in one snapshot.

    Raises:
        Faulty: the range ends before it begins, or is too long.
    """
    with store.read():
        firm = settings.firm(store)
        query, spans = _asked(store, firm, first, last, by)
        whole = query._replace(spans=[(query.spans[0][0], query.spans[-1][1])])
        who = _who(by)
        names = figures.names(store, who) if who else {}
        rows = {figure.key: figures.counted(store, figure.key, query if not who else whole, who) for figure in FIGURES}
        totals = {figure.key: _values(figures.counted(store, figure.key, whole)).get(0, Value()) for figure in FIGURES}
        money = Money(firm.currency, figures.exponent_of(store, firm.currency))
    at = {figure.key: _values(rows[figure.key]) for figure in FIGURES}
    if not who:
        groups = tuple(spans)
        keys: list[int] = list(range(len(groups)))
    else:
        there = {key for figure in FIGURES for key in at[figure.key] if by != "client" or figure.by_client}
        keys = sorted(there, key=lambda key: (names.get(key, "").casefold(), key))
        groups = tuple(FigureGroup(names.get(key, "?"), first, last, key) for key in keys)
    values = {figure.key: tuple(at[figure.key].get(key, Value()) for key in keys) for figure in FIGURES}
    return Figures(first, last, by, firm.zone, money, groups, values, totals)


def visits_behind(store: Store, figure: Figure, group: FigureGroup, by: Grouping) -> list[Behind]:
    """The visits behind a figure of a group, by time."""
    with store.read():
        firm = settings.firm(store)
        span = (day_bounds(group.first, firm.zone)[0], day_bounds(group.last, firm.zone)[1])
        query = FigureQuery([span], store.clock.now(), firm.currency)
        return figures.behind(store, figure.key, query, _who(by), group.who)


def figure_called(name: str) -> Figure:
    """The figure of that key.

    Raises:
        Faulty: there is none.
    """
    figure = BY_KEY.get(name.strip().casefold().replace("-", "_").replace(" ", "_"))
    if figure is None:
        raise Faulty([f"figure: {name!r} is not one of {', '.join(BY_KEY)}"])
    return figure


def weeks(
    first: datetime.date, last: datetime.date, first_weekday: int
) -> Iterator[tuple[datetime.date, datetime.date]]:
    """The weeks of a range, the first and the last one cut to it. `first_weekday` 0 is Monday."""
    at = first
    while at <= last:
        ends = at + datetime.timedelta(days=6 - (at.weekday() - first_weekday) % 7)
        yield at, min(ends, last)
        at = ends + datetime.timedelta(days=1)


def _asked(
    store: Store, firm: Firm, first: datetime.date, last: datetime.date, by: Grouping
) -> tuple[FigureQuery, list[FigureGroup]]:
    days = (last - first).days + 1
    if days < 1:
        raise Faulty([f"the range ends on {day_text(last)}, before it begins on {day_text(first)}"])
    if days > LONGEST[by]:
        raise Faulty([f"by {by} at most {LONGEST[by]} days are counted, not {days}"])
    if by == "day":
        each = [(first + datetime.timedelta(days=number),) * 2 for number in range(days)]
    elif by == "week":
        each = list(weeks(first, last, firm.first_weekday))
    else:
        each = [(first, last)]
    groups = [
        FigureGroup(day_text(begins) if by == "day" else f"{day_text(begins)} – {day_text(ends)}", begins, ends)
        for begins, ends in each
    ]
    spans = [(day_bounds(begins, firm.zone)[0], day_bounds(ends, firm.zone)[1]) for begins, ends in each]
    available = available_between(store, first, last, firm.zone)
    return FigureQuery(spans, store.clock.now(), firm.currency, available), groups


def _values(rows: Iterable[figures.Counted]) -> dict[int, Value]:
    return {row.span if row.who is None else row.who: Value(*row[2:]) for row in rows}


def _who(by: Grouping) -> By:
    return by if by in ("technician", "client") else ""


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
        (technician.id, day_bounds(day, zone)[0], minutes * _MINUTE)
        for technician in people.technicians(store)
        for day in days
        if (minutes := available_minutes(technician, day, zone))
    ]


def _present(technician: Technician, start: int, end: int) -> Iterable[tuple[int, int]]:
    """The stretches of a day without an absence, on the minute."""
    away: Sequence[tuple[int, int]] = sorted(
        (absence.starts_at - absence.starts_at % _MINUTE, absence.ends_at - absence.ends_at % _MINUTE)
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
