"""A firm's day as a problem for the solver: what may move, what stays, what everything costs by the firm's own weights."""

from __future__ import annotations

import datetime
import time
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise, zip_longest

from db import people, settings, visits
from db.store import Store, existing
from dispatch.desk.day import placement, routing
from dispatch.desk.day.placement import Slot, need_of
from dispatch.desk.levels.clocks import VisitClock, clocks_of, promised_by
from dispatch.desk.plan.scope import WHOLE_DAY, Freedom, PlanScope
from dispatch.desk.travel import drive_times
from dispatch.model.firm import Firm
from dispatch.model.instants import Unclear, at_local, day_bounds, day_of
from dispatch.model.states import ON_THE_WAY_OR_THERE, State
from dispatch.model.travel import LONGEST_LEG, Place, placed
from dispatch.model.visits import Visit
from dispatch.planning import problem as solver
from dispatch.planning.checker import PlacementGrade, at, check, is_not_preferred
from dispatch.planning.day import HALF_HOUR, Drives, Rules, SequenceRule, Stop, TechnicianDay
from dispatch.planning.judging import may_do, timed
from dispatch.planning.problem import KEPT, Break, Prices, Problem
from dispatch.planning.teams import Team, TeamSearch
from dispatch.travel.chain import seconds_of

LEFT_OUT = {1: 8e6, 2: 4e6, 3: 2e6, 4: 1e6}
"""The price of leaving a visit out, by priority: above any sum of soft costs of a day, so that it always is the worse
(design/planning.md, Feasibility in words)."""
EMERGENCY = 1e8
"""The price of leaving an emergency out: above all else that waits."""
PLANNED = 1.5
"""So much dearer is it to take back what is planned than to leave out what is not."""
PROMISED_TODAY = 1.2
"""So much dearer is leaving out what would break a promise of the day, against what has none."""
OVERDUE = 1.4
"""The same for what should have been done before; each day raises it by `A_DAY`, of `MOST_DAYS` at the most."""
A_DAY, MOST_DAYS = 0.002, 30
KEPT_LATE = KEPT / 10
"""What a minute costs by which something that stays begins later: nothing is gained by it."""
LOOKING, MOST_AHEAD = 0.5, 7
"""So many seconds later days are looked at for what may wait, and so many days ahead."""
WAITING = 5.0
"""What it costs, in minutes of driving, to put a request off by a day that may wait."""
MOST_WAITING = 1000
"""So many requests are planned at once; more are taken in the order of what breaks first."""
SLIP = 600
"""Seconds that a solver may see what stays begin later than it does: roundings, not moves."""
TIDY = 10.0
"""What it costs to give a planned visit to somebody else: small, so that a plan is not stirred for nothing."""
_MINUTE = 60
_DAY = 86_400
_NEVER = 1 << 40
_ROWS = 64
"""So many rows of the matrix are asked for at once."""
_SAMPLES = 12
"""So many drives are looked at for the hour in which they take longest."""


@dataclass(frozen=True, slots=True)
class DayProblem:
    """The problem and what its parts stand for.

    `days` are the technicians' days with what stays in them only, in the order of `problem.technicians`; `movable` the
    visits that the solver places, in the order of the first of `problem.visits`; `before` their plan as it is.
    `places` are those of the matrix, `moments` those whose drives are in it.
    `unplaced` have no coordinates, `beyond` so many more wait than are planned at once.
    `later` has the best later slot of what may wait, by the id of the visit. `teams` are the visits for several people that
    were placed beforehand, and stand among what stays; `deferred` are placed when all else is: what comes after a visit that waits
    itself, and teams for which there was no room.
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
    places: tuple[Place | None, ...]
    moments: tuple[int, ...]
    beyond: int
    later: Mapping[int, Slot]
    scope: PlanScope
    firm: Firm
    teams: Mapping[Visit, Team]
    deferred: tuple[Visit, ...]


def may_move(visit: Visit, now: int) -> bool:
    """Whether a plan may move a visit: planned, not told to anybody, not pinned, one technician, and not begun."""
    return (
        visit.state is State.PLANNED
        and not visit.pinned
        and len(visit.assignments) == 1
        and visit.starts_at is not None
        and visit.starts_at > now
    )


def day_problem(
    store: Store,
    day: datetime.date,
    scope: PlanScope = WHOLE_DAY,
    *,
    later: Mapping[int, Slot] | None = None,
    but: Collection[int] = (),
    like: DayProblem | None = None,
) -> DayProblem:
    """The problem of a day, or of the part of it that is asked for, read in one snapshot.

    `later` has the best later slots of requests that may wait, by the id of the visit: they are put off where those are better;
    None: they are looked for. The visits with the ids `but` are planned elsewhere. The drives are taken from `like`,
    another problem of the same day, where it has them.
    """
    with store.read():
        firm = settings.firm(store)
        now = store.clock.now()
        starts_at, ends_at = day_bounds(day, firm.zone)
        placed = visits.placed_between(store, starts_at, ends_at)
        asked = [visit for visit in visits.queued(store) if visit.id not in but and _asks_for(visit, day, ends_at)]
        before = routing.days_on(store, day, only=scope.technicians)
        before = [one for one in before if one.shift is not None]
        drives = drive_times.drives_on(store, day)
        rules = routing.rules_of(firm)
        moving = [visit for visit in placed if starts_at <= existing(visit.starts_at) and _is_free(visit, scope, now)]
        clocks = clocks_of(store, [*moving, *asked])
        first = min((one.shift[0] for one in before if one.shift is not None), default=starts_at)
        missed = _missed(clocks, now, max(first, now))
        asked.sort(key=lambda visit: _breaks_first(visit, visit.id in missed))
        waiting, beyond = asked[:MOST_WAITING], len(asked[MOST_WAITING:])
        slots = _later(store, day, waiting) if later is None else later
        stops = routing.stops_of(store, [_span(visit, firm, day) for visit in [*moving, *waiting]], clocks)
        if scope.freedom is Freedom.LEAST:
            moving = [visit for visit in moving if _cannot_stay(visit, stops[visit.id], before, drives, rules)]
        free = {visit.id for visit in moving}
        days = tuple(
            replace(one, stops=tuple(stop for stop in one.stops if stop.visit_id not in free)) for one in before
        )
        waits = {visit.id for visit in waiting}
        deferred = [visit for visit in waiting if visit.after_id in waits and stops[visit.id].place is not None]
        teams, days = _teams(
            [visit for visit in waiting if visit not in deferred], stops, days, drives, rules, firm, scope
        )
        deferred += [visit for visit in waiting if visit.people > 1 and visit.id not in teams and visit not in deferred]
        apart = {visit.id for visit in deferred} | teams.keys()
        located = [
            visit for visit in [*moving, *waiting] if stops[visit.id].place is not None and visit.id not in apart
        ]
        builder = _Builder(
            scope=scope,
            firm=firm,
            now=now,
            running=day_of(now, firm.zone) == day,
            midnight=starts_at,
            day=day,
            days=days,
            drives=drives,
            rules=rules,
            caps={technician.id: technician.cap_pct for technician in people.technicians(store)},
            begun={visit.id for visit in placed if visit.state in ON_THE_WAY_OR_THERE},
            missed=missed,
            later=slots,
            like=like,
        )
        problem = builder.problem(located, stops)
        return DayProblem(
            day=day,
            zone=firm.zone,
            problem=problem,
            places=tuple(builder.places),
            moments=builder.moments,
            days=days,
            movable=tuple(located),
            before=tuple(before),
            stops=stops,
            drives=drives,
            rules=rules,
            unplaced=tuple(visit for visit in waiting if stops[visit.id].place is None),
            beyond=beyond,
            later=slots,
            scope=scope,
            firm=firm,
            teams={visit: teams[visit.id] for visit in waiting if visit.id in teams},
            deferred=tuple(deferred),
        )


def _asks_for(visit: Visit, day: datetime.date, ends_at: int) -> bool:
    """Whether a request may be done on the day."""
    if visit.state is not State.REQUESTED or (visit.promised is not None and visit.promised[0] >= ends_at):
        return False
    return visit.wanted_on is None or visit.wanted_on <= day


def _later(store: Store, day: datetime.date, waiting: Sequence[Visit]) -> dict[int, Slot]:
    """The best slot on a later day of each request that may wait for one, as far as that is found in `LOOKING` seconds."""
    found, ends = {}, time.monotonic() + LOOKING
    patient = [visit for visit in waiting if visit.latest_on is not None and visit.latest_on > day and visit.place]
    for visit in patient:
        if time.monotonic() > ends:
            break
        ahead = min((visit.latest_on or day) - day, datetime.timedelta(days=MOST_AHEAD)).days
        days = [day + datetime.timedelta(days=number) for number in range(1, ahead + 1)]
        if slots := placement.slots(store, visit.reference, days):
            found[visit.id] = slots[0]
    return found


def _teams(
    waiting: Sequence[Visit],
    stops: Mapping[int, Stop],
    days: tuple[TechnicianDay, ...],
    drives: Drives,
    rules: Rules,
    firm: Firm,
    scope: PlanScope,
) -> tuple[dict[int, Team], tuple[TechnicianDay, ...]]:
    """The teams of what needs several people, what breaks first first; and the days with them."""
    teams: dict[int, Team] = {}
    for visit in waiting:
        stop = stops[visit.id]
        if visit.people < 2 or stop.place is None:
            continue
        search = TeamSearch(days, drives, rules, overtime_of(firm, scope))
        team = search.best(stop, need_of(visit), starts_on(days, firm, scope))
        if team is not None:
            teams[visit.id] = team
            placed = at(stop, team.start)
            days = tuple(
                replace(day, stops=(*day.stops, placed)) if number in team.members else day
                for number, day in enumerate(days)
            )
    return teams, days


def starts_on(days: Sequence[TechnicianDay], firm: Firm, scope: PlanScope, earliest: int = 0) -> Sequence[int]:
    """The starts that a plan may give on a day, on the raster of the firm, none before `earliest`."""
    shifts = [day.shift for day in days if day.shift is not None]
    if not shifts:
        return ()
    first, last = min(shift[0] for shift in shifts), max(shift[1] for shift in shifts)
    if scope.between is not None:
        first, last = max(first, scope.between[0]), min(last, scope.between[1])
    step = firm.plan_raster_minutes * 60
    midnight = first - first % step
    begin = max(first, earliest)
    return range(begin + (midnight - begin) % step, last, step)


def overtime_of(firm: Firm, scope: PlanScope) -> int:
    """Seconds past the shift, the way home included, that a plan may take."""
    return (firm.plan_overtime_minutes if scope.overtime is None else scope.overtime) * _MINUTE


def _is_free(visit: Visit, scope: PlanScope, now: int) -> bool:
    """Whether a placed visit of the day is among those that the scope lets move."""
    if scope.freedom is Freedom.QUEUE or visit.id in scope.held or visit.after_id or not may_move(visit, now):
        return False
    theirs = scope.technicians is None or visit.assignments[0].technician_id in scope.technicians
    return theirs and scope.takes_start(existing(visit.starts_at))


def _cannot_stay(visit: Visit, stop: Stop, days: Sequence[TechnicianDay], drives: Drives, rules: Rules) -> bool:
    """Whether the checker refuses a visit where it stands."""
    holder = visit.assignments[0].technician_id
    for day in days:
        if day.technician_id == holder:
            others = tuple(other for other in day.stops if other.visit_id != visit.id)
            there = next((other for other in day.stops if other.visit_id == visit.id), stop)
            stands = at(stop, there.start)
            return check(replace(day, stops=others), stands, drives, rules).level is PlacementGrade.BLOCKED
    return True


def _missed(clocks: Mapping[int, Sequence[VisitClock]], now: int, first: int) -> frozenset[int]:
    """The visits whose promised response or resolution cannot be kept any more when the day begins."""
    dues = [*promised_by(clocks, "onsite").items(), *promised_by(clocks, "resolution").items()]
    return frozenset(visit_id for visit_id, due in dues if due < max(now, first))


def _breaks_first(visit: Visit, missed: bool) -> tuple[object, ...]:
    """What is taken first where too much waits: emergencies, then by priority what is overdue, promised, wanted longest."""
    promised = visit.promised[1] if visit.promised is not None else 1 << 40
    wanted = visit.due_on.toordinal() if visit.due_on is not None else 1 << 40
    return not visit.emergency, visit.priority, not missed, promised, wanted, visit.id


def _span(visit: Visit, firm: Firm, day: datetime.date) -> tuple[Visit, int, int]:
    """A visit with a stay of the right length; when it stands there is for the solver to say."""
    length = (visit.minutes + firm.test_minutes) * 60
    begins = visit.starts_at if visit.starts_at is not None else at_local(day, "12:00", firm.zone, Unclear.FIRST)
    return visit, begins, begins + length


@dataclass(slots=True, kw_only=True)
class _Builder:
    """Puts places, technicians and visits of a day into the terms of the solver; `running`: it is the day of now."""

    scope: PlanScope
    firm: Firm
    now: int
    running: bool
    midnight: int
    day: datetime.date
    days: Sequence[TechnicianDay]
    drives: Drives
    rules: Rules
    caps: Mapping[int, int]
    begun: Collection[int]
    missed: Collection[int]
    later: Mapping[int, Slot]
    like: DayProblem | None
    moments: tuple[int, ...] = field(init=False, default=())
    hours: tuple[int, int] = field(init=False, default=(0, 0))
    places: dict[Place | None, int] = field(init=False, default_factory=dict)

    def problem(self, movable: Sequence[Visit], stops: Mapping[int, Stop]) -> Problem:
        """The whole problem: the movable visits first, then what stays."""
        self.moments = (self.drives.at, *self._worst_hours([stop.place for stop in stops.values()]))
        technicians = tuple(self._technician(day) for day in self.days)
        self.hours = (
            min((technician.shift[0] for technician in technicians), default=0),
            max((day.shift[1] + self._overtime for day in self.days if day.shift is not None), default=0),
        )
        free = [self._visit(visit, stops[visit.id]) for visit in movable]
        keeps = [tuple(self._all_kept(day)) for day in self.days]
        seconds = self._matrix()
        problem = Problem(
            technicians,
            (*(_from_first_moment(visit, technicians, seconds) for visit in free), *chain(*keeps)),
            seconds,
            self.rules.buffer_minutes * 60,
            Prices(self.rules.travel, self.rules.waiting, self.rules.overtime, self.firm.plan_balance),
            buffer_at_place=False,
            raster=self.firm.plan_raster_minutes * 60,
            midnight=self.midnight,
        )
        return _without_lunches_that_are_lost(problem, [len(own) for own in keeps])

    def _place(self, place: Place | None) -> int:
        return self.places.setdefault(place, len(self.places))

    def _matrix(self) -> tuple[Sequence[int], ...]:
        """The drives in whole minutes. Where they depend on the hour, the longest of midday and of the worst hours, so that
        what is planned can be driven at whatever hour it comes to stand."""
        if self.like is not None:
            known = {place: number for number, place in enumerate(self.like.places)}
            if self.places.keys() <= known.keys():
                numbers = [known[place] for place in self.places]
                rows = (self.like.problem.seconds[number] for number in numbers)
                return tuple(array("i", [row[number] for number in numbers]) for row in rows)
        return matrix_of(self.drives, list(self.places), self.moments)

    def _worst_hours(self, places: Sequence[Place | None]) -> set[int]:
        """The half hours of the day in which some drives take longest; none where drives do not depend on the hour."""
        located = list(dict.fromkeys(place for place in places if place is not None))[: _SAMPLES + 1]
        shifts = [day.shift for day in self.days if day.shift is not None]
        if not self.drives.by_hour or len(located) < 2 or not shifts:
            return set()
        first, last = min(shift[0] for shift in shifts), max(shift[1] for shift in shifts) + self._overtime
        halves = range(first - first % HALF_HOUR + HALF_HOUR // 2, last + HALF_HOUR, HALF_HOUR)
        return {
            max(halves, key=lambda moment: self.drives(origin, destination, moment).seconds or 0)
            for origin, destination in pairwise(located)
        }

    def _drive(self, origin: Place | None, destination: Place | None) -> int:
        """The drive as the matrix has it."""
        if origin == destination:
            return 0
        legs = [self.drives(origin, destination, moment) for moment in self.moments]
        return whole_minutes(max(leg.seconds or 0 for leg in legs))

    @property
    def _overtime(self) -> int:
        return overtime_of(self.firm, self.scope)

    def _from(self, day: TechnicianDay) -> tuple[int, Place | None]:
        """When and where a technician can begin what is planned: the shift, now, the end of an absence or of what is under
        way; past whatever stays at the day's beginning and leaves no time before it."""
        assert day.shift is not None
        begins, place = day.shift[0], day.home
        stops = sorted(day.stops, key=lambda stop: stop.start)
        if self.running:
            begins = max(begins, -(-self.now // 300) * 300)
            for stop in stops:
                if self._under_way(stop):
                    begins = max(begins, stop.end)
                if self._under_way(stop) or (stop.start <= self.now and stop.end <= begins):
                    place = stop.place
        for absence in sorted(day.absences, key=lambda absence: absence.starts_at):
            if absence.starts_at <= begins < absence.ends_at:
                begins = absence.ends_at
        for stop in stops:
            if stop.end > begins:
                if stop.start >= begins + self._drive(place, stop.place):
                    break
                begins, place = stop.end, stop.place
        return whole_minutes(begins), place

    def _under_way(self, stop: Stop) -> bool:
        """Whether somebody is on the way to a stop, or there: from its end on they can be planned."""
        return self.running and (stop.visit_id in self.begun or stop.start <= self.now < stop.end)

    def _technician(self, day: TechnicianDay) -> solver.PlannedTechnician:
        assert day.shift is not None
        begins, place = self._from(day)
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
        cap = (day.shift[1] - day.shift[0]) * self.caps.get(day.technician_id, 100) // 100
        return solver.PlannedTechnician(
            str(day.technician_id),
            self._place(place),
            self._place(day.last_place),
            (begins, max(begins, ends)),
            day.skills,
            tuple(sorted(breaks, key=lambda pause: pause.earliest)),
            overtime=max(self._overtime if ends == day.shift[1] else 0, self._over_already(day, ends)),
            # what stays, stays: the cap bounds what is added to it
            cap=max(cap - done, seconds),
        )

    def _over_already(self, day: TechnicianDay, ends: int) -> int:
        """How far past the end of the day what stays goes anyway, the way home included."""
        last = max(day.stops, key=lambda stop: stop.end, default=None)
        if last is None:
            return 0
        home = whole_minutes(self.drives(last.place, day.last_place, last.end).seconds or 0)
        return max(0, last.end + home + SLIP - ends)

    def _all_kept(self, day: TechnicianDay) -> Iterator[solver.PlannedVisit]:
        """What stays where it is. Where a buffer is eaten already, the stop before it is told shorter, so that the next one
        can begin when it does; where not even the drive fits, the two are told as one."""
        begins, _ = self._from(day)
        stops = sorted((stop for stop in day.stops if stop.end > begins), key=lambda stop: stop.start)
        since: int | None = None
        for stop, following in zip_longest(stops, stops[1:]):
            start = since if since is not None else whole_minutes(max(stop.start, begins))
            service, since = stop.end - start, None
            if following is not None:
                buffer = self.rules.buffer_minutes * 60 if stop.place != following.place else 0
                room = following.start - self._drive(stop.place, following.place) - start
                if room < 0:
                    since = start
                    continue
                service = min(service, max(0, room - buffer))
            yield solver.PlannedVisit(
                f"{stop.visit_id}@{day.technician_id}",
                self._place(stop.place),
                max(0, service),
                ((start, start + SLIP),),
                KEPT,
                dues=((start, KEPT_LATE),),
                only=frozenset({str(day.technician_id)}),
            )

    def _visit(self, visit: Visit, stop: Stop) -> solver.PlannedVisit:
        rules = self.rules
        first, last = self.hours
        if self.scope.between is not None:
            first, last = max(first, self.scope.between[0]), min(last, self.scope.between[1])
        if stop.after is not None:
            first = max(first, _over(stop.after, self.day, self.firm.zone))
        for rule in stop.followers:
            last = min(last, (rule.at or last) - rule.minutes * 60 - (stop.end - stop.start))
        spans = ((first, last),) if stop.access is None else stop.access
        opens = max(first, stop.promised[0]) if stop.promised else first
        windows = tuple(
            (max(begins, opens), min(ends, last) - _MINUTE)
            for begins, ends in spans
            if min(ends, last) - _MINUTE >= max(begins, opens)
        )
        dues = []
        if stop.promised is not None:
            dues.append((stop.promised[1], rules.late_promise))
        if stop.due is not None:
            dues.append((stop.due, rules.late_target))
        if stop.resolve_by is not None:
            dues.append((stop.resolve_by - (stop.end - stop.start), rules.late_target))
        if visit.latest_on is not None:
            dues.append((day_bounds(visit.latest_on, visit.zone)[1], rules.late_promise))
        if visit.id in self.missed:
            dues.append((first, rules.late_target))
        holder = visit.assignments[0].technician_id if visit.assignments else None
        # who may do it: who owns the job, and nobody whom the client does not want; None for all
        only = None
        if stop.owners is not None or stop.banned:
            able = {day.technician_id for day in self.days} if stop.owners is None else stop.owners
            only = frozenset(map(str, able - stop.banned))
        return solver.PlannedVisit(
            visit.reference,
            self._place(stop.place),
            stop.end - stop.start,
            windows,
            self._left_out(visit, first, last) * (PLANNED if holder is not None else 1),
            stop.skills,
            visit.priority,
            tuple(dues),
            only,
            {str(day.technician_id): extra for day in self.days if (extra := self._extra(day, stop, holder))},
        )

    def _left_out(self, visit: Visit, first: int, last: int) -> float:
        """The price of leaving a visit out: by priority, and the longer it is overdue the dearer."""
        if visit.emergency:
            return EMERGENCY
        if (slot := self.later.get(visit.id)) is not None:
            return max(1.0, slot.candidate.cost) + WAITING * (slot.day - self.day).days
        price = LEFT_OUT[visit.priority]
        promised = visit.promised[1] if visit.promised is not None else None
        wanted = None if visit.due_on is None else day_bounds(visit.due_on, visit.zone)[1]
        due = min((moment for moment in (promised, wanted) if moment is not None), default=None)
        if visit.id in self.missed or (due is not None and due < first):
            days = 0 if due is None else max(0, min(MOST_DAYS, (first - due) // _DAY))
            return price * (OVERDUE + A_DAY * days)
        return price * PROMISED_TODAY if due is not None and due <= last + _DAY // 2 else price

    def _extra(self, day: TechnicianDay, stop: Stop, holder: int | None) -> float:
        """What it costs that this technician does it, beside the clock."""
        extra = 0.0
        if is_not_preferred(stop, day.technician_id):
            extra += self.rules.not_preferred
        if day.skills > stop.skills:
            extra += self.rules.over_qualified
        if holder is not None and holder != day.technician_id:
            extra += TIDY
        return extra


def matrix_of(drives: Drives, places: Sequence[Place | None], moments: Sequence[int]) -> tuple[Sequence[int], ...]:
    """The drives between all of some places in whole minutes, each the longest of some moments."""
    rows = []
    for first in range(0, len(places), _ROWS):  # all of a big firm's at once take more memory than need be
        some = places[first : first + _ROWS]
        tables = [seconds_of(drives.provider, some, places, moment) for moment in moments]
        for row, lines in enumerate(zip(*tables, strict=True), start=first):
            longest = [*map(max, zip(*(_driven(line, places[row], places) for line in lines), strict=True))]
            rows.append(array("i", [-(-seconds // _MINUTE) * _MINUTE for seconds in longest]))
            rows[row][row] = 0
    return tuple(rows)


def _driven(line: Sequence[int | None], origin: Place | None, places: Sequence[Place | None]) -> Sequence[int]:
    """Drives from one place, each a number. From or to nowhere known it takes no time that could be planned; farther than
    anybody drives, more than a shift."""
    return [
        (LONGEST_LEG if placed(origin) and placed(places[column]) else 0) if seconds is None else seconds
        for column, seconds in enumerate(line)
    ]


def _over(rule: SequenceRule, day: datetime.date, zone: str) -> int:
    """From when on a visit may begin that comes after another one; never on a day that is not one for it."""
    if rule.at is None or (rule.day != "any" and (day_of(rule.at, zone) == day) == (rule.day == "later")):
        return _NEVER
    return rule.at + rule.minutes * 60


def whole_minutes(seconds: int) -> int:
    """The next full minute of a moment or a span in seconds."""
    return -(-seconds // _MINUTE) * _MINUTE


def _from_first_moment(
    visit: solver.PlannedVisit, technicians: Sequence[solver.PlannedTechnician], seconds: Sequence[Sequence[int]]
) -> solver.PlannedVisit:
    """A visit whose lateness counts from the first moment at which somebody could have begun it on the day."""
    if not visit.dues:
        return visit
    first = min(
        (
            max(technician.shift[0] + seconds[technician.start][visit.place], opens)
            for technician in technicians
            if may_do(technician, visit)
            for opens, closes in visit.windows
            if technician.shift[0] + seconds[technician.start][visit.place] <= closes
        ),
        default=0,
    )
    return replace(visit, dues=tuple((max(due, first), price) for due, price in visit.dues))


def _without_lunches_that_are_lost(problem: Problem, kept: Sequence[int]) -> Problem:
    """The problem without the breaks for which what stays leaves no room: they are lost, whatever is planned beside them."""
    index = len(problem.visits) - sum(kept)
    technicians = list(problem.technicians)
    for number, count in enumerate(kept):
        order = range(index, index + count)
        index += count
        if count and technicians[number].breaks and timed(problem, number, order) is None:
            technicians[number] = replace(technicians[number], breaks=())
    return replace(problem, technicians=tuple(technicians))
