"""The figures over a range of days: by day, week, technician, client, kind of visit or skill, with the visits behind each number.
Days that are over are kept as they were counted (`db.figure_sums`); what is not kept is counted when it is asked for.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from db import figures, promises, settings, working_time
from db.figures import Behind, By, Who
from db.store import Store
from dispatch.desk.figures.day_sums import query_of, sums_over, together
from dispatch.desk.figures.lateness import with_causes
from dispatch.desk.figures.meanings import BY_KEY, FIGURES, Figure, KeptSince, Money, Value
from dispatch.desk.session.refusals import Faulty
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of, day_text, days_between, weeks

Grouping = Literal["day", "week", "technician", "client", "kind", "skill"]
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)
LONGEST = {"day": 100, "week": 740} | dict.fromkeys(GROUPINGS[2:], 3700)
"""So many days at most are counted by each: a chart of more is not read."""
NO_SKILL = "no skill asked for"


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """A row of the figures: a day, a week, a technician, a client, a kind of visit or a skill. `first` and `last` are its days,
    both included; `who` as `db.figures` has it."""

    label: str
    first: datetime.date
    last: datetime.date
    who: Who | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures over the days from `first` to `last`, both included. `values` has each figure's value of each group, `totals` of all
    days: a visit of several technicians or skills counts for each of them, and once in the total. `known_from` is since when what
    was not always kept is."""

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
        """The groups of a figure with their values, the worst first: of a share of pieces by how many are not as they should be.
        Days and weeks stand in order."""
        rows = list(zip(self.groups, self.values[figure.key], strict=True))
        if figure.better and who_of(self.by):
            rows.sort(key=lambda row: row[1].good(figure))
        return rows

    def reservation(self, figure: Figure) -> str:
        """What is not known of the first days, in a sentence; "" where all is."""
        since = self.known_from.get(figure.kept) if figure.kept is not None else None
        return f"Known from {day_text(since)} on: {figure.kept}." if since is not None and since > self.first else ""

    @property
    def shown(self) -> list[Figure]:
        """The figures that mean something so grouped."""
        return [figure for figure in FIGURES if figure.of_visits or self.by in ("day", "week", "technician")]


def figures_over(store: Store, first: datetime.date, last: datetime.date, by: Grouping = "day") -> Figures:
    """Every figure over some days, in one snapshot.

    Raises:
        Faulty: the range ends before it begins, or is too long.
    """
    with store.read():
        firm = settings.firm(store)
        groups, who = _spans(firm, first, last, by), who_of(by)
        sums = sums_over(store, first, last, who)
        since = {KeptSince.PROMISES: promises.known_from(store), KeptSince.HOURS: working_time.known_from(store)}
        names = figures.names(store, who) if who in ("technician", "client") else {}
        money = Money(firm.currency, figures.exponent_of(store, firm.currency))
    if who:
        called = {key: _called(who, key, names) for key in sums.parts}
        keys = sorted(called, key=lambda key: (called[key].casefold(), str(key)))
        groups = [FigureGroup(called[key], first, last, key) for key in keys]
        found = [sums.parts[key] for key in keys]
    else:
        found = [together(sums.days[at] for at in _starts(group, firm.zone) if at in sums.days) for group in groups]
    totals = together(sums.days.values())
    return Figures(
        first,
        last,
        by,
        firm.zone,
        money,
        tuple(groups),
        {figure.key: tuple(one.get(figure.key, Value()) for one in found) for figure in FIGURES},
        {figure.key: totals.get(figure.key, Value()) for figure in FIGURES},
        {kept: day_of(at, firm.zone) for kept, at in since.items() if at is not None},
    )


def visits_behind(store: Store, figure: Figure, group: FigureGroup, by: Grouping) -> list[Behind]:
    """The visits behind a figure of a group: those that a lead looks at first, then by time."""
    with store.read():
        query = query_of(store, days_between(group.first, group.last), [figure.key])
        found = figures.behind(store, figure.key, query, who_of(by), group.who)
        if figure.key == "late":
            found = with_causes(store, found, settings.firm(store).zone)
    return sorted(found, key=lambda visit: bool(visit.top) is not (figure.better == "low")) if figure.better else found


def figure_called(name: str) -> Figure:
    """The figure of that key.

    Raises:
        Faulty: there is none.
    """
    figure = BY_KEY.get(name.strip().casefold().replace("-", "_").replace(" ", "_"))
    if figure is None:
        raise Faulty([f"figure: {name!r} is not one of {', '.join(BY_KEY)}"])
    return figure


def judge_range(first: datetime.date, last: datetime.date, by: Grouping) -> None:
    """Whether figures can be counted over these days.

    Raises:
        Faulty: they end before they begin, or are too many.
    """
    days = (last - first).days + 1
    if days < 1:
        raise Faulty([f"the range ends on {day_text(last)}, before it begins on {day_text(first)}"])
    if days > LONGEST[by]:
        raise Faulty([f"by {by} at most {LONGEST[by]} days are counted, not {days}"])


def _spans(firm: Firm, first: datetime.date, last: datetime.date, by: Grouping) -> list[FigureGroup]:
    """The days or weeks of a range; all of it where it is asked for by whom."""
    judge_range(first, last, by)
    if by == "day":
        return [FigureGroup(day_text(day), day, day) for day in days_between(first, last)]
    if by == "week":
        each = weeks(first, last, firm.first_weekday)
        return [FigureGroup(f"{day_text(begins)} – {day_text(ends)}", begins, ends) for begins, ends in each]
    return []


def _starts(group: FigureGroup, zone: str) -> Iterator[int]:
    return (day_bounds(day, zone)[0] for day in days_between(group.first, group.last))


def who_of(by: Grouping) -> By:
    """By whom or what days are counted; empty where they are counted as they are."""
    return "" if by == "day" or by == "week" else by


def _called(by: By, who: Who, names: Mapping[Who, str]) -> str:
    """What a group is called."""
    return names.get(who, "?") if by in ("technician", "client") else str(who) or NO_SKILL
