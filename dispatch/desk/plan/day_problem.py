"""A firm's day as a problem for the solver: what may move, what stays, what everything costs by the firm's own weights."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from db import people, settings, visits
from db.store import Store
from dispatch.desk.day import routing
from dispatch.desk.travel import providers
from dispatch.model.firm import Firm
from dispatch.model.instants import Unclear, at_local, day_bounds, day_of
from dispatch.model.states import ON_THE_WAY_OR_THERE, State
from dispatch.model.travel import LONGEST_LEG, Leg, Place, placed
from dispatch.model.visits import Visit
from dispatch.planning import problem as solver
from dispatch.planning.checker import is_not_preferred
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay
from dispatch.planning.problem import Break, Prices, Problem

LEFT_OUT = {1: 8000.0, 2: 4000.0, 3: 2000.0, 4: 1000.0}
"""The price of leaving a visit out, by priority: dearer than any sum of soft costs (design/planning.md, Feasibility in words)."""
STAYS = 1_000_000.0
"""The price of what is not to be moved: no plan gains by it."""
PLANNED = 1.5
"""So much dearer is it to take back what is planned than to leave out what is not."""
OVERTIME = 3600
"""Seconds past the shift, the way home included, that a plan may take."""
SLIP = 600
"""Seconds that a solver may see what stays begin later than it does: roundings, not moves."""
TIDY = 10.0
"""What it costs to give a planned visit to somebody else: small, so that a plan is not stirred for nothing."""
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class DayProblem:
    """The problem and what its parts stand for.

    `days` are the technicians' days with what stays in them only, in the order of `problem.technicians`; `movable` the
    visits that the solver places, in the order of the first of `problem.visits`; `before` their plan as it is.
    `unplaced` have no coordinates, `hopeless` nobody who could do them.
    """

    day: datetime.date
    zone: str
    problem: Problem
    days: tuple[TechnicianDay, ...]
    movable: tuple[Visit, ...]
    before: tuple[TechnicianDay, ...]
    stops: Mapping[int, Stop]
    drives: Drives
    rules: Rules
    unplaced: tuple[Visit, ...]


def may_move(visit: Visit, now: int) -> bool:
    """Whether a plan may move a visit: planned, not told to anybody, not pinned, one technician, and not begun."""
    return (
        visit.state is State.PLANNED
        and not visit.pinned
        and len(visit.assignments) == 1
        and visit.starts_at is not None
        and visit.starts_at > now
    )


def day_problem(store: Store, day: datetime.date) -> DayProblem:
    """The problem of a day, read in one snapshot."""
    with store.read():
        firm = settings.firm(store)
        now = store.clock.now()
        starts_at, ends_at = day_bounds(day, firm.zone)
        placed = visits.placed_between(store, starts_at, ends_at)
        waiting = [
            visit
            for visit in visits.queued(store)
            if visit.state is State.REQUESTED and (visit.wanted_on is None or visit.wanted_on <= day)
        ]
        moving = [visit for visit in placed if may_move(visit, now)]
        before = [one for one in routing.days_on(store, day) if one.shift is not None]
        drives = providers.drives_on(store, day)
        rules = routing.rules_of(firm)
        stops = {visit.id: _stop(store, visit, firm, day) for visit in [*moving, *waiting]}
        free = {visit.id for visit in moving}
        days = tuple(
            replace(one, stops=tuple(stop for stop in one.stops if stop.visit_id not in free)) for one in before
        )
        located = [visit for visit in [*moving, *waiting] if stops[visit.id].place is not None]
        unplaced = tuple(visit for visit in waiting if stops[visit.id].place is None)
        begun = {visit.id for visit in placed if visit.state in ON_THE_WAY_OR_THERE}
        caps = {technician.id: technician.cap_pct for technician in people.technicians(store)}
        running = day_of(now, firm.zone) == day
        problem = _Builder(now, running, days, drives, rules, caps, begun).problem(located, stops)
        return DayProblem(day, firm.zone, problem, days, tuple(located), tuple(before), stops, drives, rules, unplaced)


def _stop(store: Store, visit: Visit, firm: Firm, day: datetime.date) -> Stop:
    """A visit as a stop of the right length; when it stands there is for the solver to say."""
    length = (visit.minutes + firm.test_minutes) * 60
    begins = visit.starts_at if visit.starts_at is not None else at_local(day, "12:00", firm.zone, Unclear.FIRST)
    return routing.stop_of(store, visit, begins, begins + length)


@dataclass(slots=True)
class _Builder:
    """Puts places, technicians and visits of a day into the terms of the solver; `running`: it is the day of now."""

    _now: int
    _running: bool
    _days: Sequence[TechnicianDay]
    _drives: Drives
    _rules: Rules
    _caps: Mapping[int, int]
    _begun: Collection[int]
    _places: dict[Place | None, int] = field(init=False, default_factory=dict)

    def problem(self, movable: Sequence[Visit], stops: Mapping[int, Stop]) -> Problem:
        """The whole problem: the movable visits first, then what stays."""
        technicians = tuple(self._technician(day) for day in self._days)
        free = tuple(self._visit(visit, stops[visit.id]) for visit in movable)
        keeps = tuple(visit for day in self._days for visit in self._all_kept(day))
        return Problem(
            technicians,
            (*free, *keeps),
            self._matrix(),
            self._rules.buffer_minutes * 60,
            Prices(self._rules.travel, self._rules.waiting, self._rules.overtime),
        )

    def _place(self, place: Place | None) -> int:
        return self._places.setdefault(place, len(self._places))

    def _matrix(self) -> tuple[tuple[int, ...], ...]:
        places = list(self._places)
        legs = self._drives.provider.matrix(places, places, self._drives.at) if places else []
        return tuple(
            tuple(
                0 if row == column else _minutes(leg, places[row], places[column]) for column, leg in enumerate(cells)
            )
            for row, cells in enumerate(legs)
        )

    def _begins(self, day: TechnicianDay) -> int:
        """From when on a technician can be planned: the shift, now, the end of what is under way or of an absence."""
        assert day.shift is not None
        begins = day.shift[0]
        if self._running:
            begins = max(begins, -(-self._now // 300) * 300)
        for stop in day.stops:
            if self._under_way(stop):
                begins = max(begins, stop.end)
        for absence in sorted(day.absences, key=lambda absence: absence.starts_at):
            if absence.starts_at <= begins < absence.ends_at:
                begins = absence.ends_at
        return -(-begins // _MINUTE) * _MINUTE

    def _under_way(self, stop: Stop) -> bool:
        """Whether somebody is on the way to a stop, or there: from its end on they can be planned."""
        return self._running and (stop.visit_id in self._begun or stop.start <= self._now < stop.end)

    def _from(self, day: TechnicianDay, begins: int) -> Place | None:
        """Where the technician is then: at the last stop that is over or under way, else at home."""
        past = [stop for stop in day.stops if stop.end <= begins and (stop.start <= self._now or self._under_way(stop))]
        return max(past, key=lambda stop: stop.end).place if past and self._running else day.home

    def _technician(self, day: TechnicianDay) -> solver.PlannedTechnician:
        assert day.shift is not None
        begins = self._begins(day)
        ends = day.shift[1]
        breaks = []
        for absence in day.absences:
            if absence.starts_at < ends <= absence.ends_at and absence.starts_at > begins:
                ends = absence.starts_at
            elif begins < absence.starts_at and absence.ends_at < ends:
                breaks.append(Break(absence.starts_at, absence.starts_at, absence.ends_at - absence.starts_at))
        lunch = day.lunch
        if lunch is not None and lunch.latest - lunch.seconds >= begins:
            latest = lunch.latest - lunch.seconds
            breaks.append(Break(max(lunch.earliest, begins), latest, lunch.seconds, unless_home_by=latest))
        seconds = sum(stop.end - stop.start for stop in day.stops if stop.end > begins)
        done = sum(stop.end - stop.start for stop in day.stops if stop.end <= begins)
        cap = (day.shift[1] - day.shift[0]) * self._caps.get(day.technician_id, 100) // 100
        return solver.PlannedTechnician(
            str(day.technician_id),
            self._place(self._from(day, begins)),
            self._place(day.home),
            (begins, max(begins, ends)),
            day.skills,
            tuple(sorted(breaks, key=lambda pause: pause.earliest)),
            overtime=max(OVERTIME if ends == day.shift[1] else 0, self._over_already(day, ends)),
            # what stays, stays: the cap bounds what is added to it
            cap=max(cap - done, seconds),
        )

    def _over_already(self, day: TechnicianDay, ends: int) -> int:
        """How far past the end of the day what stays goes anyway, the way home included."""
        last = max(day.stops, key=lambda stop: stop.end, default=None)
        if last is None:
            return 0
        home = -(-(self._drives(last.place, day.home).seconds or 0) // _MINUTE) * _MINUTE
        return max(0, last.end + home + SLIP - ends)

    def _all_kept(self, day: TechnicianDay) -> Iterator[solver.PlannedVisit]:
        """What stays where it is. Where a buffer is eaten already, the stop before it is told shorter, so that the next one
        can begin when it does; no other visit fits between the two anyway."""
        begins = self._begins(day)
        stops = sorted((stop for stop in day.stops if stop.end > begins), key=lambda stop: stop.start)
        for stop, following in zip_longest(stops, stops[1:]):
            start = -(-max(stop.start, begins) // _MINUTE) * _MINUTE
            service = stop.end - start
            if following is not None:
                drive = -(-(self._drives(stop.place, following.place).seconds or 0) // _MINUTE) * _MINUTE
                service = min(service, following.start - self._rules.buffer_minutes * 60 - drive - start)
            yield solver.PlannedVisit(
                f"{stop.visit_id}@{day.technician_id}",
                self._place(stop.place),
                max(0, service),
                ((start, start + SLIP),),
                STAYS,
                dues=((start, STAYS / 1000),),
                only=frozenset({str(day.technician_id)}),
            )

    def _visit(self, visit: Visit, stop: Stop) -> solver.PlannedVisit:
        rules = self._rules
        first = min((self._begins(day) for day in self._days), default=0)
        last = max((day.shift[1] + OVERTIME for day in self._days if day.shift is not None), default=0)
        spans = ((first, last),) if stop.access is None else stop.access
        opens = max(first, stop.promised[0]) if stop.promised else first
        windows = tuple((max(begins, opens), ends - _MINUTE) for begins, ends in spans if ends - _MINUTE >= opens)
        dues = []
        if stop.promised is not None:
            dues.append((stop.promised[1], rules.late_promise))
        if stop.due is not None:
            dues.append((stop.due, rules.late_target))
        if stop.resolve_by is not None:
            dues.append((stop.resolve_by - (stop.end - stop.start), rules.late_target))
        price = LEFT_OUT[visit.priority] * (2 if visit.emergency else 1)
        holder = visit.assignments[0].technician_id if visit.assignments else None
        # who may do it: who owns the job, and nobody whom the client does not want; None for all
        only = None
        if stop.owners is not None or stop.banned:
            able = {day.technician_id for day in self._days} if stop.owners is None else stop.owners
            only = frozenset(map(str, able - stop.banned))
        return solver.PlannedVisit(
            visit.reference,
            self._place(stop.place),
            stop.end - stop.start,
            windows,
            price * (PLANNED if holder is not None else 1),
            stop.skills,
            visit.priority,
            tuple(dues),
            only,
            {str(day.technician_id): extra for day in self._days if (extra := self._extra(day, stop, holder))},
        )

    def _extra(self, day: TechnicianDay, stop: Stop, holder: int | None) -> float:
        """What it costs that this technician does it, beside the clock."""
        extra = 0.0
        if is_not_preferred(stop, day.technician_id):
            extra += self._rules.not_preferred
        if day.skills > stop.skills:
            extra += self._rules.over_qualified
        if holder is not None and holder != day.technician_id:
            extra += TIDY
        return extra


def _minutes(leg: Leg, origin: Place | None, destination: Place | None) -> int:
    """A drive in whole minutes, so that every start is one. From nowhere known it takes no time that could be planned; farther
    than anybody drives, more than a shift."""
    too_far = not leg.known and placed(origin) and placed(destination)
    return -(-(LONGEST_LEG if too_far else leg.seconds or 0) // _MINUTE) * _MINUTE
