"""The week board as plain data: what each technician has on each of some days, and what still waits for one of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from db import clients, people, settings, visits
from db.legs import HOME, drives_between
from db.store import Store, existing
from dispatch.desk.day import board_view, glance
from dispatch.desk.day.running import belongs
from dispatch.desk.firm.shifts import available_minutes, shift_of
from dispatch.desk.levels.clocks import promised_of
from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of, days_between
from dispatch.model.people import Technician
from dispatch.model.problems import overlapping
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
        waiting = board_view.waiting_cards(store, last, clients.whom_to_ring(store))
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
    return Week(rows, sums_of(rows, first, days), board)


def running_week(store: Store, first: datetime.date, days: int = DAYS) -> tuple[Week, Board]:
    """The same with today as it runs, and the board of today."""
    with store.read():
        planned, today = week(store, first, days), settings.today(store)
        waiting = (*planned.waiting.queue, *planned.waiting.on_hold) if planned.days[-1] >= today else None
        board = board_view.board(store, today, waiting=waiting)
        return as_it_runs(planned, board), board


def month(store: Store, first: datetime.date, days: int) -> tuple[DaySum, ...]:
    """The sums of some days of all technicians, for a look ahead."""
    with store.read():
        rows = _rows(store, settings.firm(store), first, first + datetime.timedelta(days=days - 1))
    return sums_of(rows, first, days)


def _rows(store: Store, firm: Firm, first: datetime.date, last: datetime.date) -> tuple[WeekRow, ...]:
    begins = day_bounds(first, firm.zone)[0]
    placed = [
        visit
        for visit in visits.placed_between(store, begins, day_bounds(last, firm.zone)[1])
        if visit.state in OCCUPYING
    ]
    shown = [visit for visit in placed if belongs(visit, begins)]
    targets = promised_of(store, [visit for visit in shown if visit.state not in ENDED], "onsite")
    drives, now = drives_between(store, first, last), store.clock.now()
    own: Placed = {}
    for visit in placed:
        day = day_of(existing(visit.day_anchor), firm.zone)
        for part in visit.assignments:
            own.setdefault((part.technician_id, day), []).append(visit)
    days = days_between(first, last)

    def load(technician: Technician, day: datetime.date) -> DayLoad:
        driven = drives.get((technician.id, day.isoformat()), {})
        night = own.get((technician.id, day - datetime.timedelta(days=1)), ())
        return _load(technician, day, firm, own.get((technician.id, day), ()), night, driven, targets, now)

    return tuple(
        WeekRow(one.id, one.name, tuple(sorted(one.skills)), tuple(load(one, day) for day in days))
        for one in board_view.with_gone(store, people.technicians(store), shown)
    )


def _load(
    technician: Technician,
    day: datetime.date,
    firm: Firm,
    own: Sequence[Visit],
    night: Sequence[Visit],
    drives: Mapping[int, int],
    targets: Mapping[int, int],
    now: int,
) -> DayLoad:
    """`night` are the visits of the day before: the last of them may reach into this one."""
    shift = shift_of(technician, day, firm.zone)
    opens, closes = shift or (0, 0)
    starts_at, ends_at = day_bounds(day, firm.zone)
    absences = [one for one in technician.absences if one.starts_at < ends_at and one.ends_at > starts_at]
    spans = [existing(visit.span) for visit in own]
    available = available_minutes(technician, day, firm.zone)
    taken = [(start - drives.get(visit.id, 0), end) for visit, (start, end) in zip(own, spans, strict=True)]
    taken += [(spans[-1][1], spans[-1][1] + drives.get(HOME, 0))] if own else []
    within = sum(max(0, min(end, closes) - max(start, opens)) for start, end in taken) // 60
    return DayLoad(
        day,
        available=available,
        busy=sum((end - start) // 60 for start, end in spans),
        driving=sum(drives.get(key, 0) for key in (*(visit.id for visit in own), HOME)) // 60 if own else 0,
        room=min(max(0, available - within), max(0, closes - max(opens, now)) // 60),
        visits=tuple(own),
        promised=frozenset(visit.id for visit in own if visit.awaited is not None),
        broken=_broken(own, night, drives, targets),
        off=shift is None,
        away=", ".join(dict.fromkeys(one.reason or "absent" for one in absences)),
    )


def _broken(
    own: Sequence[Visit], night: Iterable[Visit], drives: Mapping[int, int], targets: Mapping[int, int]
) -> frozenset[int]:
    """The visits that are not over and begin after what was promised, or before who does them can be there."""
    found = set[int]()
    free, drives_from = max((existing(visit.span)[1] for visit in night if visit.state not in ENDED), default=0), False
    for visit in own:
        if visit.state in ENDED:
            continue
        start, end = existing(visit.span)
        limits = [limit for limit in (visit.awaited and visit.awaited[1], targets.get(visit.id)) if limit is not None]
        here = free + drives.get(visit.id, 0) if drives_from else free
        if start < here or any(start > limit for limit in limits):
            found.add(visit.id)
        free, drives_from = max(free, end), True
    return frozenset(found)


def as_it_runs(week: Week, board: Board) -> Week:
    """A week with one of its days as it runs, by the board of that day: what is late or overlaps as it stands now, and the room
    that is left. As `week` it is told as planned."""
    if board.day not in week.days:
        return week
    number, running = week.days.index(board.day), {row.technician_id: row for row in board.rows}

    def load(row: WeekRow) -> DayLoad:
        one, runs = row.days[number], running.get(row.technician_id)
        if runs is None:
            return one
        broken = frozenset(visit.id for visit in runs.own if _breaks_now(visit, runs, board.now))
        return one._replace(broken=broken, room=glance.room(runs, board.now))

    rows = tuple(row._replace(days=(*row.days[:number], load(row), *row.days[number + 1 :])) for row in week.rows)
    sums = (*week.sums[:number], _sum(rows, number, board.day), *week.sums[number + 1 :])
    return week._replace(rows=rows, sums=sums)


def _breaks_now(visit: BoardVisit, runs: BoardRow, now: int) -> bool:
    """Whether a visit of today is late as its technician's day goes on, or stands where another does that has not begun either.

    Behind a stay that goes on longer than planned it is projected, and judged by that.
    """
    late = visit.late is not None and visit.late.against != "end"
    ahead = visit.actual_in is None
    return late or (ahead and any(other.actual_in is None for other in overlapping(visit, runs, now)))


def sums_of(rows: Iterable[WeekRow], first: datetime.date, days: int) -> tuple[DaySum, ...]:
    """The sums of so many days from `first` on, of all technicians."""
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
        promised=len(frozenset().union(*(load.promised for _, load in loads))),
        breaks=len(frozenset().union(*(load.broken for _, load in loads))),
        free=tuple(sorted(free.items(), key=lambda one: (one[1], one[0]))),
    )
