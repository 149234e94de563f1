"""The sums of each day from which all figures are made: those that are kept, and the others counted when they are asked for.

A day is kept once it is over and nothing of it can change by the clock alone; what is kept is never read without asking whether it
still holds (`db.figure_sums`).
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, TypeVar

from db import figure_sums, figures, settings
from db.backups import CheckResult
from db.faults import StoreFault
from db.figures import BYS, By, Counted, FigureQuery, Who
from db.store import Store
from dispatch.desk.figures.meanings import Value
from dispatch.desk.firm.given_time import given_time
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of, day_text, days_between
from dispatch.model.repeats import same_trouble

T = TypeVar("T")
Values = dict[str, Value]
"""Figures by their keys."""
AT_ONCE = 15
"""So many days are counted and kept at once: others may write in between, and who leaves keeps what was counted."""
_LOOKED_AT = 100
"""So many days the doctor counts: that takes some seconds."""
_MINUTE = 60
_NOTHING = Value()


class DaySums(NamedTuple):
    """The figures of a range of days: of each day that has any, by its first instant, and of each of those by whom it is asked."""

    days: dict[int, Values]
    parts: dict[Who, Values]


def sums_over(store: Store, first: datetime.date, last: datetime.date, by: By) -> DaySums:
    """The sums of the days from `first` to `last`, in the caller's snapshot."""
    firm = settings.firm(store)
    days = days_between(first, last)
    bounds = [day_bounds(day, firm.zone) for day in days]
    start, end = bounds[0][0], bounds[-1][1]
    kept = figure_sums.kept_days(store, start, end, terms_now(store))
    found = DaySums({}, {})
    for (day, _), sums in figure_sums.of_days(store, start, end).items():
        if day in kept:
            _add(found.days.setdefault(day, {}), sums)
    if by:
        for run in _runs(bounds, lambda bound: bound[0] in kept):
            for who, sums in figure_sums.by_who(store, run[0][0], run[-1][1], by).items():
                _add(found.parts.setdefault(who, {}), sums)
    for dated in _runs(list(zip(days, bounds, strict=True)), lambda one: one[1][0] not in kept):
        for some in _parts([day for day, _ in dated]):
            for figure, values in counted(store, some).items():
                for one in values:
                    if one.by == "":
                        _add(found.days.setdefault(one.day, {}), {figure: one[3:]})
                    elif one.by == by:
                        _add(found.parts.setdefault(one.who, {}), {figure: one[3:]})
    return found


def together(sums: Iterable[Values]) -> Values:
    """Sums of several days in one."""
    found: Values = {}
    for one in sums:
        _add(found, one)
    return found


def counted(store: Store, days: Sequence[datetime.date]) -> dict[str, list[Counted]]:
    """Every figure of days that follow each other, counted anew."""
    query = query_of(store, days)
    return {figure: figures.counted(store, figure, query) for figure in figures.FACTS}


def query_of(store: Store, days: Sequence[datetime.date], of: Iterable[str] = figures.FACTS) -> FigureQuery:
    """What these figures of days that follow each other are asked by."""
    firm, now, of = settings.firm(store), store.clock.now(), list(of)
    hours = any(figures.needs(figure, part) for figure in of for part in ("available", "shifts"))
    given = given_time(store, days, firm.zone) if hours else []
    bounds = [day_bounds(day, firm.zone) for day in days]
    # no day is longer than 25 hours
    within = (firm.repeat_days + 1) * 25 * 3600
    needed = any(figures.needs(figure, "repeats") for figure in of)
    asked = figures.asked_again(store, bounds[0][0], bounds[-1][1], within) if needed else []
    repeats: dict[int, int] = {}
    for visit_id, work, ended, again_id, again, came in asked:
        later = (day_of(came, firm.zone) - day_of(ended, firm.zone)).days
        if later <= firm.repeat_days and same_trouble(work, again):
            repeats.setdefault(visit_id, again_id)
    return FigureQuery(
        days=bounds,
        now=now,
        gone=day_bounds(day_of(now, firm.zone), firm.zone)[0],
        currency=firm.currency,
        grace=firm.late_minutes,
        available=[(one.staff_id, one.start, one.minutes * _MINUTE) for one in given],
        shifts=[(one.staff_id, *span) for one in given for span in one.spans],
        repeats=list(repeats.items()),
    )


def keep(
    store: Store, first: datetime.date, last: datetime.date, tell: Callable[[int, int], None] | None = None
) -> int:
    """Count the days of a range that are over and not kept, and keep them; returns how many.

    Some days at a time, so that nobody waits for it. Where nothing can be written nothing is kept: whoever asks counts again.

    Args:
        tell: is told how many days are done, of how many, before it goes on; what it raises ends it.
    """
    done = 0
    try:
        parts = list(_unkept(store, first, last))
        for days in parts:
            if tell is not None:
                tell(done, sum(map(len, parts)))
            _keep(store, days)
            done += len(days)
    except StoreFault:
        return done
    return done


def rebuild(store: Store) -> int:
    """Forget what is kept, and count and keep all days on which anything is recorded; returns how many."""
    figure_sums.forget(store)
    firm = settings.firm(store)
    first = figures.first_instant(store)
    return 0 if first is None else keep(store, day_of(first, firm.zone), day_of(store.clock.now(), firm.zone))


class Checked(NamedTuple):
    """So many days of those that are `kept` were counted anew, and on which of them something else is counted."""

    kept: int
    counted: int
    wrong: list[str]


def checked(store: Store, most: int | None = None) -> Checked:
    """Count days anew that are kept, and compare: nothing is wrong, unless somebody wrote past the triggers of the database.

    Args:
        most: at most about so many: half of them the newest, the others evenly from all of them. None: all.
    """
    with store.read():
        firm = settings.firm(store)
        starts = sorted(figure_sums.kept_days(store, 0, store.clock.now(), terms_now(store)))
        kept = [day_of(start, firm.zone) for start in starts]
        chosen = set(kept)
        if most is not None and len(kept) > most:
            newest = most // 2
            chosen = {*kept[-newest:], *kept[:: len(kept) // (most - newest) + 1]}
        days = days_between(kept[0], kept[-1]) if kept else []
        wrong = [
            day_text(day)
            for run in _runs(days, chosen.__contains__)
            for some in _parts(run)
            for day in _wrong(store, firm, some)
        ]
    return Checked(len(kept), len(chosen), wrong)


def finding(store: Store) -> CheckResult:
    """What the doctor says of the figures that are kept."""
    found = checked(store, _LOOKED_AT)
    text = f"{found.counted} of {found.kept} kept days counted anew"
    if found.wrong:
        text += f": {', '.join(found.wrong[:5])} differ, dispatch figures --rebuild puts it right"
    return CheckResult("figures", not found.wrong, text if found.kept else "none are kept yet")


def terms_now(store: Store) -> str:
    """What days are counted by now."""
    firm = settings.firm(store)
    return figure_sums.terms(firm.zone, firm.currency, firm.late_minutes, firm.repeat_days)


def _wrong(store: Store, firm: Firm, days: Sequence[datetime.date]) -> Iterator[datetime.date]:
    """The days, of some that are kept and follow each other, that are counted otherwise than kept."""
    bounds = [day_bounds(day, firm.zone) for day in days]
    fresh: dict[tuple[By, int, Who], Values] = {}
    for figure, values in counted(store, days).items():
        for one in values:
            fresh.setdefault((one.by, one.day, one.who), {})[figure] = Value(*one[3:])
    stored = {
        (by, *key): sums
        for by in BYS
        for key, sums in figure_sums.of_days(store, bounds[0][0], bounds[-1][1], by).items()
    }
    for day, (start, _) in zip(days, bounds, strict=True):
        keys = {key for key in (*fresh, *stored) if key[1] == start}
        if any(
            fresh.get(key, {}).get(figure, _NOTHING) != stored.get(key, {}).get(figure, (0, 0, 0))
            for key in keys
            for figure in figures.FACTS
        ):
            yield day


def _unkept(store: Store, first: datetime.date, last: datetime.date) -> Iterator[Sequence[datetime.date]]:
    """The days that can be kept and are not. What cannot settle yet is not even tried: every try is a save, of which all hear."""
    firm, now = settings.firm(store), store.clock.now()
    today = day_of(now, firm.zone)
    days = [day for day in days_between(first, last) if day < today]
    if not days:
        return
    start, end = day_bounds(days[0], firm.zone)[0], day_bounds(days[-1], firm.zone)[1]
    kept = figure_sums.kept_days(store, start, end, terms_now(store))

    def wanted(day: datetime.date) -> bool:
        bounds = day_bounds(day, firm.zone)
        return bounds[0] not in kept and _settles(store, firm, *bounds) <= now

    for run in _runs(days, wanted):
        yield from _parts(run)


def _settles(store: Store, firm: Firm, start: int, end: int) -> int:
    """From when on nobody of a day is judged late or missed by the clock alone."""
    return max(end, figures.last_promised(store, start, end) + (firm.late_minutes + 1) * _MINUTE)


def _keep(store: Store, days: Sequence[datetime.date]) -> None:
    firm, token = settings.firm(store), uuid.uuid4().hex
    figure_sums.claim(store, [day_bounds(day, firm.zone) for day in days], terms_now(store), token)
    with store.read():
        firm, now, by_terms = settings.firm(store), store.clock.now(), terms_now(store)
        each = {start: _settles(store, firm, start, end) for start, end in (day_bounds(day, firm.zone) for day in days)}
        values = counted(store, days)
    figure_sums.keep(store, values, {day: at for day, at in each.items() if at <= now}, by_terms, token)


def _add(to: Values, sums: Mapping[str, tuple[int, ...]]) -> None:
    for figure, more in sums.items():
        to[figure] = Value(*map(sum, zip(to.get(figure, _NOTHING), more, strict=True)))


def _runs(items: Sequence[T], wanted: Callable[[T], bool]) -> Iterator[list[T]]:
    """The stretches of the items that are wanted and follow each other."""
    return (list(run) for is_wanted, run in groupby(items, wanted) if is_wanted)


def _parts(days: Sequence[datetime.date]) -> Iterator[Sequence[datetime.date]]:
    return (days[at : at + AT_ONCE] for at in range(0, len(days), AT_ONCE))
