"""The week board as plain data: what each technician has on each of some days, and what still waits for one of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from db import clients, people, settings, visits
from db.legs import HOME, drives_between
from db.store import Store, existing
from dispatch.desk.day.board_view import waiting_cards
from dispatch.desk.day.running import belongs
from dispatch.desk.firm.shifts import available_minutes, shift_of
from dispatch.desk.levels.clocks import promised_of
from dispatch.model.boards import Board
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.people import Technician
from dispatch.model.states import ENDED, OCCUPYING, State
from dispatch.model.visits import Visit
from dispatch.model.weeks import DayLoad, DaySum, Week, WeekRow

DAYS, MOST_DAYS = 7, 42
"""So many days are shown, and at most."""

Placed = dict[tuple[int, datetime.date], list[Visit]]
"""The visits of each technician on each day, by start."""


def week(store: Store, first: datetime.date, days: int = DAYS) -> Week:
    """Some days of the firm from `first` on, with what waits for them, read in one snapshot."""
    with store.read():
        firm, last = settings.firm(store), first + datetime.timedelta(days=days - 1)
        rows = _rows(store, firm, first, last)
        waiting = waiting_cards(store, last, clients.whom_to_ring(store))
        now = store.clock.now()
    board = Board(
        firm=firm.name,
        day=first,
        zone=firm.zone,
        unit=firm.distance_unit,
        hours24=firm.clock_hours == 24,
        starts_at=day_bounds(first, firm.zone)[0],
        ends_at=day_bounds(last, firm.zone)[1],
        now=now,
        rows=(),
        queue=tuple(visit for visit in waiting if visit.state is State.REQUESTED),
        on_hold=tuple(visit for visit in waiting if visit.state is State.ON_HOLD),
    )
    return Week(rows, _sums(rows, first, days), board)


def month(store: Store, first: datetime.date, days: int) -> tuple[DaySum, ...]:
    """The sums of some days of all technicians, for a look ahead."""
    with store.read():
        rows = _rows(store, settings.firm(store), first, first + datetime.timedelta(days=days - 1))
    return _sums(rows, first, days)


def _rows(store: Store, firm: Firm, first: datetime.date, last: datetime.date) -> tuple[WeekRow, ...]:
    begins = day_bounds(first, firm.zone)[0]
    placed = [
        visit
        for visit in visits.placed_between(store, begins, day_bounds(last, firm.zone)[1])
        if visit.state in OCCUPYING and belongs(visit, begins)
    ]
    targets = promised_of(store, [visit for visit in placed if visit.state not in ENDED], "onsite")
    drives, now = drives_between(store, first, last), store.clock.now()
    own: Placed = {}
    for visit in placed:
        day = day_of(existing(visit.day_anchor), firm.zone)
        for part in visit.assignments:
            own.setdefault((part.technician_id, day), []).append(visit)
    days = [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]

    def load(technician: Technician, day: datetime.date) -> DayLoad:
        driven = drives.get((technician.id, day.isoformat()), {})
        return _load(technician, day, firm, own.get((technician.id, day), ()), driven, targets, now)

    return tuple(
        WeekRow(one.id, one.name, tuple(sorted(one.skills)), tuple(load(one, day) for day in days))
        for one in people.technicians(store)
    )


def _load(
    technician: Technician,
    day: datetime.date,
    firm: Firm,
    own: Sequence[Visit],
    drives: Mapping[int, int],
    targets: Mapping[int, int],
    now: int,
) -> DayLoad:
    shift = shift_of(technician, day, firm.zone)
    opens, closes = shift or (0, 0)
    starts_at, ends_at = day_bounds(day, firm.zone)
    absences = [one for one in technician.absences if one.starts_at < ends_at and one.ends_at > starts_at]
    spans = [existing(visit.span) for visit in own]
    return DayLoad(
        day,
        available=available_minutes(technician, day, firm.zone),
        busy=sum((end - start) // 60 for start, end in spans),
        driving=sum(drives.get(key, 0) for key in (*(visit.id for visit in own), HOME)) // 60 if own else 0,
        ahead=max(0, closes - max(opens, now)) // 60,
        visits=tuple(own),
        promised=sum(visit.awaited is not None for visit in own),
        breaks=sum(_breaks(own, number, drives, targets) for number in range(len(own))),
        off=shift is None,
        away=", ".join(dict.fromkeys(one.reason or "absent" for one in absences)),
    )


def _breaks(own: Sequence[Visit], number: int, drives: Mapping[int, int], targets: Mapping[int, int]) -> bool:
    """Whether a visit that is not over begins after what was promised, or before who does it can be there."""
    visit = own[number]
    if visit.state in ENDED:
        return False
    start, _ = existing(visit.span)
    limits = [limit for limit in (visit.awaited and visit.awaited[1], targets.get(visit.id)) if limit is not None]
    free = existing(own[number - 1].span)[1] + drives.get(visit.id, 0) if number else 0
    return start < free or any(start > limit for limit in limits)


def _sums(rows: Iterable[WeekRow], first: datetime.date, days: int) -> tuple[DaySum, ...]:
    return tuple(_sum(rows, number, first + datetime.timedelta(days=number)) for number in range(days))


def _sum(rows: Iterable[WeekRow], number: int, day: datetime.date) -> DaySum:
    free: dict[str, int] = {}
    loads = [(row.skills, row.days[number]) for row in rows]
    for skills, load in loads:
        for skill in skills:
            free[skill] = free.get(skill, 0) + load.room
    return DaySum(
        day,
        available=sum(load.available for _, load in loads),
        taken=sum(load.taken for _, load in loads),
        room=sum(load.room for _, load in loads),
        promised=sum(load.promised for _, load in loads),
        breaks=sum(load.breaks for _, load in loads),
        free=tuple(sorted(free.items(), key=lambda one: (one[1], one[0]))),
    )
