"""A week of the clock as time sheets, day by day (design/timesheets.md, What stands in it)."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from db import agreements, settings, timesheets, visits
from db.legs import HOME, legs_of_day
from db.store import Store
from dispatch.charges.bands import CardBands
from dispatch.charges.card import read_card
from dispatch.desk.firm.given_time import given_time
from dispatch.model.firm import Firm
from dispatch.model.instants import Times, day_bounds, day_of, day_text, days_between, time_text, week_of
from dispatch.model.states import ENDED, State
from dispatch.model.text import count_text, show
from dispatch.model.timesheets import NO_CARD, ClockLine, Timesheet, TimesheetDay
from dispatch.model.visits import Assignment, Visit

_BEFORE = 2
"""So many days before the week are looked at: what the rate card calls overtime is of the day on which a stay began."""
_FIRST = {"work": 0, "test": 0, "wait": 0, "travel": 1, "home": 1, "break": 2}
"""What a minute on two clocks counts as: what was done before what was driven, and a break last."""
_AT_WORK = frozenset({"work", "test", "wait"})
_CAME = frozenset({State.CLOSED, State.LEFT_OPEN})
"""Ends of a visit that nobody's arrival may be missing from."""


class ClockedPart(NamedTuple):
    """A technician's part in a visit on one of its days, with the day on which that was planned."""

    visit: Visit
    part: Assignment
    planned: datetime.date | None


class ClockSpan(NamedTuple):
    """A stretch of the clock in whole minutes since the epoch, half-open; `window` is when the stay began that it belongs to."""

    kind: str
    start: int
    end: int
    window: int
    of: Visit


def week_before(store: Store) -> datetime.date:
    """The first day of the last week that is over."""
    firm = settings.firm(store)
    return week_of(settings.today(store), firm.first_weekday)[0] - datetime.timedelta(days=7)


def timesheets_of(store: Store, day: datetime.date, technicians: Collection[int] | None = None) -> list[Timesheet]:
    """The time sheets of the week that a day is in, by name: of some technicians, or of all who are there or have anything in
    it."""
    with store.read():
        firm = settings.firm(store)
        days = days_between(*week_of(day, firm.first_weekday))
        known = timesheets.everybody(store)
        wanted = {staff_id for staff_id, *_ in known} if technicians is None else set(technicians)
        parts = _parts(store, firm, days, wanted)
        if technicians is None:
            wanted = (
                {staff_id for staff_id, *_, there in known if there} | {*parts} | {*timesheets.said_of(store, days[0])}
            )
        shifts: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for given in given_time(store, days, firm.zone):
            shifts[given.staff_id] += given.spans
        week = _Week(store, firm, days)
        return [
            week.sheet(staff_id, name, login, parts.get(staff_id, ()), shifts.get(staff_id, ()))
            for staff_id, name, login, _ in known
            if staff_id in wanted
        ]


def _parts(
    store: Store, firm: Firm, days: Sequence[datetime.date], wanted: Collection[int]
) -> dict[int, list[ClockedPart]]:
    """What each technician was on that may have run on the days, or was to."""
    first, end = days[0] - datetime.timedelta(days=_BEFORE), day_bounds(days[-1], firm.zone)[1]
    found = visits.visits_by_id(store, timesheets.clocked_visits(store, day_bounds(first, firm.zone)[0], end, wanted))
    parts: dict[int, list[ClockedPart]] = {}
    for visit in found:
        for part in visit.stays:
            starts_at = visit.on_day(part.day).starts_at
            if part.technician_id in wanted and part.did_not_come_at is None:
                planned = None if starts_at is None else day_of(starts_at, firm.zone)
                parts.setdefault(part.technician_id, []).append(ClockedPart(visit, part, planned))
    return parts


class _Week:
    """The days of a week, with what is asked for every technician of it."""

    def __init__(self, store: Store, firm: Firm, days: Sequence[datetime.date]) -> None:
        self.firm, self.days = firm, days
        self.times: Times = firm.times()
        self.bounds = [(day_bounds(day, firm.zone), day) for day in days]
        self.since = day_bounds(days[0] - datetime.timedelta(days=_BEFORE), firm.zone)[0]
        self.start, self.end, self.now = self.bounds[0][0][0], self.bounds[-1][0][1], store.clock.now()
        self.legs = cache(lambda day: legs_of_day(store, day))
        self.bands: Callable[[datetime.date], CardBands | None] = cache(lambda day: _bands(store, day))

    def sheet(
        self, staff_id: int, name: str, login: str, parts: Sequence[ClockedPart], shifts: Sequence[tuple[int, int]]
    ) -> Timesheet:
        """The sheet of one technician."""
        spans = sorted(
            (span for part in parts for span in self.spans(part)), key=lambda span: (_FIRST[span.kind], span.start)
        )
        owners, twice = _owners(spans)
        metres, unknown = self.driven(parts)
        days = tuple(self.days_of(spans, owners, _covered(shifts), metres))
        notices = [*self.notices(parts)]
        if unknown:
            notices.append(f"{count_text(unknown, 'drive')} of unknown length: not in the distance")
        within = {minute: both for minute, both in twice.items() if self.start <= minute * 60 < self.end}
        if within:
            both = ", ".join(sorted({span.of.reference for spans in within.values() for span in spans}))
            notices.append(f"{time_text(len(within))} on two clocks at once ({show(both)}): counted once")
        return Timesheet(staff_id, name, login, self.firm.zone, days, tuple(self.lacking(parts)), tuple(notices))

    def spans(self, one: ClockedPart) -> Iterator[ClockSpan]:
        """The stretches of a part, and its way home. What still runs is none yet."""
        visit, part, _ = one
        came = part.check_in_at
        for kind, starts_at, ends_at in part.clocked:
            if (
                ends_at is not None
                and starts_at // 60 < ends_at // 60
                and self.since < ends_at
                and starts_at < self.end
            ):
                yield ClockSpan(
                    kind, starts_at // 60, ends_at // 60, (starts_at if came is None else came) // 60, visit
                )

    def days_of(
        self,
        spans: Sequence[ClockSpan],
        owners: Mapping[int, int],
        inside: Collection[int],
        metres: Mapping[datetime.date, int],
    ) -> Iterator[TimesheetDay]:
        """Each day, with the minutes of it by what they count as."""
        over = self.overtime(spans, owners)
        for (start, end), day in self.bounds:
            bands, kinds, counted = Counter[str](), Counter[str](), Counter[int]()
            outside = over_day = 0
            card = self.bands(day)
            for minute in range(start // 60, end // 60):
                at = owners.get(minute)
                if at is None:
                    continue
                counted[at] += 1
                kinds[spans[at].kind] += 1
                if spans[at].kind == "break":
                    continue
                bands[NO_CARD if card is None else card.at(minute).name] += 1
                outside += end <= self.now and minute not in inside
                over_day += minute in over
            clock = [
                ClockLine(span.of.reference, span.of.client, span.kind, max(span.start * 60, start), min(span.end * 60, end),
                          counted[at])
                for at, span in enumerate(spans)
                if span.start * 60 < end and span.end * 60 > start
            ]  # fmt: skip
            yield TimesheetDay(
                day,
                dict(bands),
                kinds["travel"] + kinds["home"],
                kinds["wait"],
                kinds["break"],
                outside,
                over_day,
                metres.get(day, 0),
                tuple(sorted(clock, key=lambda line: (line.starts_at, line.ends_at))),
            )

    def overtime(self, spans: Sequence[ClockSpan], owners: Mapping[int, int]) -> set[int]:
        """The minutes that a rate card calls overtime (design/charges.md B3.8): those at clients, from door to door where it counts
        so, after so many of the day on which their stay began."""
        before, found = Counter[datetime.date](), set[int]()
        for minute in sorted(owners):
            span = spans[owners[minute]]
            card = self.bands(day_of(span.window * 60, self.firm.zone))
            if card is None or card.card.overtime.after_min is None:
                continue
            if span.kind not in _AT_WORK and (span.kind == "break" or card.card.time_basis != "door_to_door"):
                continue
            day = card.local(span.window).date()
            if before[day] >= card.card.overtime.after_min:
                found.add(minute)
            before[day] += 1
        return found

    def driven(self, parts: Sequence[ClockedPart]) -> tuple[Counter[datetime.date], int]:
        """The metres of the drives of each day, as they were planned: to where they arrived, and home where that was noted; and of
        how many the length is not known."""
        metres, unknown = Counter[datetime.date](), 0
        for visit, part, planned in parts:
            for at, key in ((part.check_in_at, visit.id), (part.return_at, HOME)):
                if visit.remote or at is None or not self.start <= at < self.end:
                    continue
                leg = None if planned is None else self.legs(planned).get(part.technician_id, {}).get(key)
                if leg is None or leg.metres is None:
                    unknown += 1
                else:
                    metres[day_of(at, self.firm.zone)] += leg.metres
        return metres, unknown

    def lacking(self, parts: Sequence[ClockedPart]) -> Iterator[str]:
        """What nobody knows yet and the sheet would have to guess: when somebody left, or whether they came."""
        for visit, part, planned in parts:
            called = f"{show(visit.reference)} {show(visit.client)}"
            if part.check_in_at is not None and part.check_out_at is None and self.start <= part.check_in_at < self.end:
                yield f"{called}: no check-out since {self.times.moment(part.check_in_at)}"
            elif part.check_in_at is None and visit.state in _CAME and planned is not None and planned in self.days:
                yield f"{called}: nobody said when they came on {day_text(planned)}, or that they did not"

    def notices(self, parts: Sequence[ClockedPart]) -> Iterator[str]:
        """What is not on the clock, and was not forgotten by rule."""
        left: dict[datetime.date, tuple[int, bool]] = {}
        for visit, part, _ in parts:
            if part.check_in_at is None and part.depart_at is not None and visit.state in ENDED:
                if self.start <= part.depart_at < self.end:
                    at = self.times.moment(part.depart_at)
                    yield f"{show(visit.reference)}: set out {at} and never arrived: that drive is not on the clock"
            elif not visit.remote and part.check_out_at is not None and self.start <= part.check_out_at < self.end:
                day = day_of(part.check_out_at, self.firm.zone)
                left[day] = max(left.get(day, (0, False)), (part.check_out_at, part.return_at is not None))
        over = {day for (_, end), day in self.bounds if end <= self.now}
        unnoted = [day for day, (_, home) in sorted(left.items()) if not home and day in over]
        if unnoted:
            yield f"the way home is not noted, and not counted: {', '.join(map(day_text, unnoted))}"


def _owners(spans: Sequence[ClockSpan]) -> tuple[dict[int, int], dict[int, list[ClockSpan]]]:
    """Which stretch each minute counts for, by its place; and the paid minutes that are on two of them, with both."""
    owners: dict[int, int] = {}
    twice: dict[int, list[ClockSpan]] = {}
    for at, span in enumerate(spans):
        for minute in range(span.start, span.end):
            first = owners.setdefault(minute, at)
            if first != at and span.kind != "break":
                twice.setdefault(minute, [spans[first]]).append(span)
    return owners, twice


def _covered(spans: Sequence[tuple[int, int]]) -> set[int]:
    """The minutes that begin in some spans of instants."""
    return {minute for start, end in spans for minute in range(-(-start // 60), -(-end // 60))}


def _bands(store: Store, day: datetime.date) -> CardBands | None:
    card = agreements.rate_card_on(store, day)
    return None if card is None else CardBands(read_card(card.card, "card", None))
