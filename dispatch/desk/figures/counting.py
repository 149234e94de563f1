"""What each figure means, and the figures over a range of days: by day, week, technician or client, with the visits behind each
number. The sentence of a figure is shown wherever it is, and the query of db.figures counts just that.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple, get_args

from db import figures, promises, settings, working_time
from db.figures import Behind, By, FigureQuery
from db.store import Store
from dispatch.desk.figures.lateness import with_causes
from dispatch.desk.firm.given_time import given_time
from dispatch.desk.session.refusals import Faulty
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of, day_text, span_text
from dispatch.model.money import format_minor
from dispatch.model.repeats import same_trouble

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
    days: a visit of several technicians counts for each of them, and once in the total. `known_from` is since when what was not
    always kept is."""

    first: datetime.date
    last: datetime.date
    by: Grouping
    zone: str
    money: Money
    groups: tuple[FigureGroup, ...]
    values: Mapping[str, tuple[Value, ...]]
    totals: Mapping[str, Value]
    known_from: Mapping[KeptSince, datetime.date]

    def worst_first(self, figure: Figure) -> list[tuple[FigureGroup, Value]]:
        """The groups of a figure with their values: technicians and clients with most that a lead looks at first, days in order."""
        rows = list(zip(self.groups, self.values[figure.key], strict=True))
        if figure.worse and self.by in ("technician", "client"):
            rows.sort(key=lambda row: -row[1].top if figure.worse == "counted" else row[1].top - row[1].below)
        return rows

    def reservation(self, figure: Figure) -> str:
        """What is not known of the first days, in a sentence; "" where all is."""
        since = self.known_from.get(figure.kept) if figure.kept is not None else None
        return f"Known from {day_text(since)} on: {figure.kept}." if since is not None and since > self.first else ""

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
        since = {KeptSince.PROMISES: promises.known_from(store), KeptSince.HOURS: working_time.known_from(store)}
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
    known_from = {kept: day_of(at, firm.zone) for kept, at in since.items() if at is not None}
    return Figures(first, last, by, firm.zone, money, groups, values, totals, known_from)


def visits_behind(store: Store, figure: Figure, group: FigureGroup, by: Grouping) -> list[Behind]:
    """The visits behind a figure of a group: those that a lead looks at first, then by time."""
    with store.read():
        zone = settings.firm(store).zone
        span = (day_bounds(group.first, zone)[0], day_bounds(group.last, zone)[1])
        query = _query(store, [span], _days(group.first, group.last))
        found = figures.behind(store, figure.key, query, _who(by), group.who)
        if figure.key == "late":
            found = with_causes(store, found, zone)
    return (
        sorted(found, key=lambda visit: bool(visit.top) is not (figure.worse == "counted")) if figure.worse else found
    )


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
        each = [(day, day) for day in _days(first, last)]
    elif by == "week":
        each = list(weeks(first, last, firm.first_weekday))
    else:
        each = [(first, last)]
    groups = [
        FigureGroup(day_text(begins) if by == "day" else f"{day_text(begins)} – {day_text(ends)}", begins, ends)
        for begins, ends in each
    ]
    spans = [(day_bounds(begins, firm.zone)[0], day_bounds(ends, firm.zone)[1]) for begins, ends in each]
    return _query(store, spans, _days(first, last)), groups


def _query(store: Store, spans: Sequence[figures.Span], days: Sequence[datetime.date]) -> FigureQuery:
    firm, now = settings.firm(store), store.clock.now()
    given = given_time(store, days, firm.zone)
    # no day is longer than 25 hours
    asked = figures.asked_again(store, spans[0][0], spans[-1][1], (firm.repeat_days + 1) * 25 * 3600)
    repeats: dict[int, int] = {}
    for visit_id, work, ended, again_id, again, came in asked:
        later = (day_of(came, firm.zone) - day_of(ended, firm.zone)).days
        if later <= firm.repeat_days and same_trouble(work, again):
            repeats.setdefault(visit_id, again_id)
    return FigureQuery(
        spans=spans,
        days=[day_bounds(day, firm.zone) for day in days],
        now=now,
        gone=day_bounds(day_of(now, firm.zone), firm.zone)[0],
        currency=firm.currency,
        grace=firm.late_minutes,
        available=[(one.staff_id, one.start, one.minutes * _MINUTE) for one in given],
        shifts=[(one.staff_id, *span) for one in given for span in one.spans],
        repeats=list(repeats.items()),
    )


def _days(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    return [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]


def _values(rows: Iterable[figures.Counted]) -> dict[int, Value]:
    return {row.span if row.who is None else row.who: Value(*row[2:]) for row in rows}


def _who(by: Grouping) -> By:
    return by if by in ("technician", "client") else ""


class FigureUnit(StrEnum):
    """What a figure is counted in. A share is of pieces or of time."""

    SHARE = "share"
    TIME_SHARE = "share of time"
    COUNT = "count"
    MONEY = "money"


class KeptSince(StrEnum):
    """What a figure rests on that was not always kept, in words."""

    PROMISES = "what was promised before it was changed"
    HOURS = "absences and holidays as they were entered; before, as they stood then"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: `key` names it in commands and JSON, `sentence` says what it counts. `of` is what `below` counts, empty where it
    is a share of nothing. `by_client` is whether it means something for a client, `kept` what it needs that was not always kept.
    `worse` is which of the visits behind a share a lead looks at first: those that count in it, or those that do not."""

    key: str
    name: str
    unit: FigureUnit
    sentence: str
    of: str = ""
    by_client: bool = True
    kept: KeptSince | None = None
    worse: Literal["", "counted", "others"] = ""


FIGURES = (
    Figure(
        "on_time",
        "On time",
        FigureUnit.SHARE,
        "Promises kept, of the promises for the day as they stood when it began: somebody came, at the latest by the end of the "
        "window and the firm's grace. Cancelled by the client in time is no promise.",
        "promises",
        kept=KeptSince.PROMISES,
        worse="others",
    ),
    Figure(
        "early",
        "Early",
        FigureUnit.SHARE,
        "Promises to which somebody came before the window, of the promises for the day. They are kept all the same.",
        "promises",
        kept=KeptSince.PROMISES,
        worse="counted",
    ),
    Figure(
        "late",
        "Late",
        FigureUnit.SHARE,
        "Promises to which somebody came on that day, but after the window and the firm's grace, of the promises for the day.",
        "promises",
        kept=KeptSince.PROMISES,
        worse="counted",
    ),
    Figure(
        "missed_promises",
        "Missed promises",
        FigureUnit.SHARE,
        "Promises to which nobody came by now or on that day, also where another day was promised meanwhile, of the promises for "
        "the day.",
        "promises",
        kept=KeptSince.PROMISES,
        worse="counted",
    ),
    Figure(
        "first_time_fix",
        "First-time fix",
        FigureUnit.SHARE,
        "Jobs that took one visit, of the jobs whose first visit was on these days: closed, no further visit, and within the days "
        "that the firm sets no call for the same trouble at the site. Left open, aborted and not let in are no fix; planned "
        "maintenance, audits and reviews are left out.",
        "jobs",
        worse="others",
    ),
    Figure(
        "utilisation",
        "Utilisation",
        FigureUnit.TIME_SHARE,
        "Clocked work and tests, of the time available on days that are over: shifts as they stood when each day ended, less "
        "absences and lunch; a holiday has none. Driving, waiting and breaks are no work.",
        "available",
        by_client=False,
        kept=KeptSince.HOURS,
    ),
    Figure(
        "billable_share",
        "Billable share",
        FigureUnit.TIME_SHARE,
        "Labour that the newest charge sheets charge, cover or draw, as they round it, of the time available on days that are "
        "over. It is of the day of its visit.",
        "available",
        by_client=False,
        kept=KeptSince.HOURS,
    ),
    Figure(
        "overtime",
        "Overtime",
        FigureUnit.TIME_SHARE,
        "Clocked driving, work, tests and waiting outside the shift of that day, of all that was clocked on days that are over. "
        "On a holiday, and during an absence, all of it is.",
        "clocked",
        kept=KeptSince.HOURS,
    ),
    Figure(
        "on_site_against_plan",
        "On site against plan",
        FigureUnit.TIME_SHARE,
        "From check-in to check-out, of the time planned for it, of each technician on visits that ended.",
        "planned",
    ),
    Figure(
        "travel_ratio",
        "Travel ratio",
        FigureUnit.TIME_SHARE,
        "Clocked driving, of driving and work together. The way home counts where it was noted.",
        "driving and work",
    ),
    Figure(
        "executed_share",
        "Tests executed",
        FigureUnit.SHARE,
        "Tests that the program ran, of the tests with a result that stands (executed, measured, attested, waived) on visits "
        "that ended.",
        "tests",
    ),
    Figure(
        "tests_waived",
        "Tests waived",
        FigureUnit.SHARE,
        "Tests that stand waived, of the tests with a result that stands, on visits that ended.",
        "tests",
        worse="counted",
    ),
    Figure(
        "retests",
        "Retests",
        FigureUnit.COUNT,
        "Results that were recorded again on a test, on visits that ended.",
        "tests",
    ),
    Figure("overrides", "Overrides", FigureUnit.COUNT, "Checklist items that stand overridden, on visits that ended."),
    Figure(
        "charged",
        "Charged",
        FigureUnit.MONEY,
        "Net of the newest charge sheet, before tax, of the visits that ended. A sheet that is blocked, missing or in another "
        "currency is not known.",
    ),
    Figure(
        "given_away",
        "Given away",
        FigureUnit.MONEY,
        "Goodwill, and what our own failures, free tests and waived travel would have cost, by the newest charge sheets of the "
        "visits that ended. What an agreement covers or a prepaid balance pays is not given away.",
    ),
)
"""Every figure, in the order in which they are shown."""

BY_KEY = {figure.key: figure for figure in FIGURES}


class Value(NamedTuple):
    """A figure counted: `top` of `below`, in pieces, seconds or minor units. `lacking`: so many visits have no known value."""

    top: int = 0
    below: int = 0
    lacking: int = 0

    def known(self, figure: Figure) -> bool:
        """Whether there is anything to say: a share of nothing is unknown, and so is money while nothing is charged."""
        if figure.unit in (FigureUnit.SHARE, FigureUnit.TIME_SHARE):
            return self.below > 0
        return not (self.lacking and not self.top)

    def height(self, figure: Figure) -> float | None:
        """How high it stands in a chart: the share, or the count itself; None while it is unknown."""
        if not self.known(figure):
            return None
        return self.top / self.below if figure.unit in (FigureUnit.SHARE, FigureUnit.TIME_SHARE) else float(self.top)

    def percent(self) -> int | None:
        """The share in whole percent, half up; None of nothing."""
        return (200 * self.top + self.below) // (2 * self.below) if self.below > 0 else None


class Money(NamedTuple):
    """The currency that figures are in, and its decimals."""

    currency: str
    exponent: int


def value_text(figure: Figure, value: Value, money: Money) -> str:
    """A value in words, with what it was made from: "83% (25 of 30 visits)"; "–" where there is nothing to count."""
    lacking = f", {value.lacking} not known" if value.lacking else ""
    if not value.known(figure):
        return f"–{lacking}"
    if figure.unit is FigureUnit.SHARE:
        return f"{value.percent()}% ({value.top} of {value.below} {figure.of})"
    if figure.unit is FigureUnit.TIME_SHARE:
        return f"{value.percent()}% ({_time(value.top)} of {_time(value.below)})"
    if figure.unit is FigureUnit.MONEY:
        return f"{format_minor(value.top, money.exponent, grouped=True)} {money.currency}{lacking}"
    return f"{value.top}" + (f" ({value.below} {figure.of})" if figure.of else "")


def _time(seconds: int) -> str:
    return span_text((seconds + 30) // 60)
