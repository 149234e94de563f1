"""A day in the terms of the solver: what each technician may still do, what leaving a visit out costs, and the drives."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise, zip_longest
from typing import NamedTuple

from db.store import existing
from dispatch.desk.day.placement import Slot
from dispatch.desk.plan.planned_drives import addresses_of, matrix_of, planned_drive, rows_of, whole_minutes
from dispatch.desk.plan.scope import PlanScope
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.travel import Place
from dispatch.model.visits import Visit
from dispatch.planning import problem as solver
from dispatch.planning.budget import TimeIsOver
from dispatch.planning.checker import is_not_preferred
from dispatch.planning.day import HALF_HOUR, Drives, Rules, SequenceRule, Stop, TechnicianDay
from dispatch.planning.judging import timed
from dispatch.planning.lunch import Span
from dispatch.planning.problem import KEPT, Break, Prices, Problem, may_do

LEFT_OUT = {1: 8e6, 2: 4e6, 3: 2e6, 4: 1e6}
"""The price of leaving a visit out, by priority: above any sum of soft costs of a day, so that it always is the worse
(design/planning.md, Feasibility in words)."""
EMERGENCY = 1e8
"""The price of leaving an emergency out: above all else that waits."""
AT_ONCE = 3600
"""Seconds after the first moment at which somebody could begin after which an emergency is late, whatever was promised."""
PLANNED = 1.5
"""So much dearer is it to take back what is planned than to leave out what is not."""
PROMISED_TODAY = 1.2
"""So much dearer is leaving out what would break a promise of the day, against what has none."""
OVERDUE = 1.4
"""The same for what should have been done before; each day raises it by `A_DAY`, of `MOST_DAYS` at the most."""
A_DAY, MOST_DAYS = 0.002, 30
KEPT_LATE = KEPT / 10
"""What a minute costs by which something that stays begins later: nothing is gained by it."""
WAITING = 5.0
"""What it costs, in minutes of driving, to put a request off by a day that may wait."""
SLIP = 600
"""Seconds that a solver may see what stays begin later than it does: roundings, not moves."""
TIDY = 10.0
"""What it costs to give a planned visit to somebody else: small, so that a plan is not stirred for nothing."""
CALLED_OUT = 3 * 3600
"""Seconds after the hours on call until which somebody who was called out may be busy."""
_MINUTE = 60
_NEVER = 1 << 40
_SAMPLES = 12
"""So many drives are looked at for the hour in which they take longest."""


def overtime_of(firm: Firm, scope: PlanScope) -> int:
    """Seconds past the shift, the way home included, that a plan may take."""
    return (firm.plan_overtime_minutes if scope.overtime is None else scope.overtime) * _MINUTE


def left_out_price(visit: Visit) -> float:
    """The price of leaving a visit out, whatever was promised."""
    return EMERGENCY if visit.emergency else LEFT_OUT[visit.priority]


class Vehicle(NamedTuple):
    """A technician's shift, or hours on call beside it, as the solver drives them: `row` is the place of their day among the
    days, `day` the same with that part as its shift and what stands in it."""

    id: str
    row: int
    day: TechnicianDay
    on_call: bool = False


def vehicles_of(days: Sequence[TechnicianDay]) -> Iterator[Vehicle]:
    """The shifts of some days, and the hours on call: only emergencies are planned in those."""
    for row, day in enumerate(days):
        name = str(day.technician_id)
        if day.shift is not None:
            yield Vehicle(name, row, replace(day, stops=tuple(day.regular(day.stops))))
        for number, (opens, closes) in enumerate(day.on_call):
            called = tuple(stop for stop in day.stops if day.is_called_out(stop) and opens <= stop.start < closes)
            # a visit of the shift that goes on then, or from which they are not home yet, is in the way
            until = opens if day.shift is None else max(opens, min(day.shift[1], closes))
            before = (stop for stop in day.regular(day.stops) if stop.start < until)
            part = replace(day, shift=(opens, closes), lunch=None, stops=called, outside=(*day.outside, *before))
            yield Vehicle(f"{name}+{number}", row, part, on_call=True)


@dataclass(slots=True, kw_only=True)
class ProblemBuilder:
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
    like: tuple[Sequence[Place | None], Sequence[Sequence[int]]] | None
    moments: tuple[int, ...] = field(init=False, default=())
    vehicles: tuple[Vehicle, ...] = field(init=False, default=())
    places: dict[Place | None, int] = field(init=False, default_factory=dict)
    _extras_by_kind: dict[tuple[object, ...], Mapping[str, float]] = field(init=False, default_factory=dict)
    _only_by_kind: dict[tuple[object, ...], frozenset[str] | None] = field(init=False, default_factory=dict)

    def problem(
        self, movable: Sequence[Visit], needed: int, stops: Mapping[int, Stop], over: Callable[[bool], bool]
    ) -> tuple[Problem, list[int]]:
        """The problem, and which of the movable visits are in it: the first `needed` of them, and of the others those whose
        drives are known when the time is `over`, which is told whether only what is not needed is still open. They come first in
        it, then what stays.

        Raises:
            TimeIsOver: not even the drives between what must be in it are known.
        """
        self.moments = (self.drives.at, *self._worst_hours([stop.place for stop in stops.values()]))
        called_out = any(
            stop.emergency for stop in (*stops.values(), *(stop for day in self.days for stop in day.stops))
        )
        self.vehicles = tuple(one for one in vehicles_of(self.days) if called_out or not one.on_call)
        technicians = tuple(self._technician(one) for one in self.vehicles)
        hours = [self._hours(technicians, on_call=on_call) for on_call in (False, True)]
        keeps = [tuple(self._all_kept(one)) for one in self.vehicles]
        free = [self._visit(visit, stops[visit.id], hours[visit.emergency]) for visit in movable[:needed]]
        must = len(self.places)
        free += [self._visit(visit, stops[visit.id], hours[visit.emergency]) for visit in movable[needed:]]
        seconds = self._matrix(lambda done: over(done >= must))
        if len(seconds) < must:
            raise TimeIsOver
        taken = [index for index, visit in enumerate(free) if visit.place < len(seconds)]
        problem = Problem(
            technicians,
            (*(_from_first_moment(free[index], technicians, seconds) for index in taken), *chain(*keeps)),
            seconds,
            self.rules.buffer_minutes * 60,
            Prices(self.rules.travel, self.rules.waiting, self.rules.overtime, self.firm.plan_balance),
            addresses=addresses_of(self.places),
            raster=self.firm.plan_raster_minutes * 60,
            midnight=self.midnight,
        )
        return _without_lunches_that_are_lost(problem, [len(own) for own in keeps]), taken

    def _hours(self, technicians: Sequence[solver.PlannedTechnician], *, on_call: bool) -> Span:
        """From when to when something begins in the shifts, or also in the hours on call."""
        own = [
            (technician.shift[0], existing(one.day.shift)[1])
            for technician, one in zip(technicians, self.vehicles, strict=True)
            if on_call or not one.on_call
        ]
        return min((begins for begins, _ in own), default=0), max((ends for _, ends in own), default=0)

    def _place(self, place: Place | None) -> int:
        return self.places.setdefault(place, len(self.places))

    def _matrix(self, over: Callable[[int], bool]) -> tuple[Sequence[int], ...]:
        """The drives in whole minutes. Where they depend on the hour, the longest of midday and of the worst hours, so that
        what is planned can be driven at whatever hour it comes to stand."""
        if self.like is not None and (rows := rows_of(*self.like, list(self.places))) is not None:
            return rows
        return matrix_of(self.drives, list(self.places), self.moments, over)

    def _worst_hours(self, places: Sequence[Place | None]) -> set[int]:
        """The half hours of the day in which some drives take longest; none where drives do not depend on the hour."""
        located = list(dict.fromkeys(place for place in places if place is not None))[: _SAMPLES + 1]
        shifts = [day.shift for day in self.days if day.shift is not None]
        if not self.drives.by_hour or len(located) < 2 or not shifts:
            return set()
        first, last = min(shift[0] for shift in shifts), max(shift[1] for shift in shifts) + self._overtime
        halves = range(first - first % HALF_HOUR + HALF_HOUR // 2, last + HALF_HOUR, HALF_HOUR)
        return {
            max(halves, key=lambda moment: planned_drive(self.drives, origin, destination, (moment,)))
            for origin, destination in pairwise(located)
        }

    def _drive(self, origin: Place | None, destination: Place | None) -> int:
        """The drive as the matrix has it."""
        return planned_drive(self.drives, origin, destination, self.moments)

    @property
    def _overtime(self) -> int:
        return overtime_of(self.firm, self.scope)

    def _from(self, day: TechnicianDay) -> tuple[int, Place | None]:
        """When and where a technician can begin what is planned: the shift, now, the end of an absence or of what is under
        way; past whatever stays at the day's beginning and leaves no time before it."""
        begins, place = existing(day.shift)[0], day.home
        stops = sorted((*day.stops, *day.outside), key=lambda stop: stop.start)
        for stop in day.outside:
            if stop.end + self._drive(stop.place, day.last_place) > begins:
                begins, place = max(begins, stop.end), stop.place
        if self.running:
            begins = max(begins, -(-self.now // 300) * 300)
            for stop in stops:
                if self._under_way(stop):
                    begins = max(begins, stop.end)
                if self._under_way(stop) or (stop.start <= self.now and stop.end <= begins):
                    place = stop.place
        moved = True
        while moved:
            moved = False
            for absence in day.absences:
                if absence.starts_at <= begins < absence.ends_at:
                    begins, moved = absence.ends_at, True
            following = next((stop for stop in stops if stop.end > begins), None)
            if following is not None and following.start < begins + self._drive(place, following.place):
                begins, place, moved = following.end, following.place, True
        return whole_minutes(begins), place

    def _under_way(self, stop: Stop) -> bool:
        """Whether somebody is on the way to a stop, or there: from its end on they can be planned."""
        return self.running and (stop.visit_id in self.begun or stop.start <= self.now < stop.end)

    def _technician(self, vehicle: Vehicle) -> solver.PlannedTechnician:
        day, shift = vehicle.day, existing(vehicle.day.shift)
        begins, place = self._from(day)
        ends = shift[1]
        breaks = []
        for absence in day.absences:
            if absence.starts_at < ends <= absence.ends_at and absence.starts_at > begins:
                ends = absence.starts_at
            elif begins < absence.starts_at and absence.ends_at < ends:
                breaks.append(Break(absence.starts_at, absence.starts_at, absence.ends_at - absence.starts_at))
        lunch = day.lunch
        # as in a projection: an absence that falls into its window is rest enough
        away = lunch is not None and any(
            absence.starts_at < lunch.latest and absence.ends_at > lunch.earliest for absence in day.absences
        )
        if lunch is not None and not away and lunch.latest - lunch.seconds >= begins:
            latest = lunch.latest - lunch.seconds
            breaks.append(Break(max(lunch.earliest, begins), latest, lunch.seconds, unless_home_by=latest))
        seconds = sum(stop.end - stop.start for stop in day.stops if stop.end > begins)
        done = sum(stop.end - stop.start for stop in day.stops if stop.end <= begins)
        cap = (shift[1] - shift[0]) * self.caps.get(day.technician_id, 100) // 100
        longer = CALLED_OUT if vehicle.on_call else self._overtime
        return solver.PlannedTechnician(
            vehicle.id,
            self._place(place),
            self._place(day.last_place),
            (begins, max(begins, ends)),
            day.skills,
            tuple(sorted(breaks, key=lambda pause: pause.earliest)),
            overtime=max(longer if ends == shift[1] else 0, self._over_already(day, ends)),
            # what stays, stays: the cap bounds what is added to it
            cap=None if vehicle.on_call else max(cap - done, seconds),
        )

    def _over_already(self, day: TechnicianDay, ends: int) -> int:
        """How far past the end of the day what stays goes anyway, the way home included."""
        last = max(day.stops, key=lambda stop: stop.end, default=None)
        if last is None:
            return 0
        home = planned_drive(self.drives, last.place, day.last_place, (last.end,))
        return max(0, last.end + home + SLIP - ends)

    def _all_kept(self, vehicle: Vehicle) -> Iterator[solver.PlannedVisit]:
        """What stays where it is. Where a buffer is eaten already, the stop before it is told shorter, so that the next one
        can begin when it does; where not even the drive fits, the two are told as one."""
        day = vehicle.day
        begins, _ = self._from(day)
        stops = sorted((stop for stop in day.stops if stop.end > begins), key=lambda stop: stop.start)
        since: int | None = None
        for stop, following in zip_longest(stops, stops[1:]):
            start = since if since is not None else whole_minutes(max(stop.start, begins))
            service, since = stop.end - start, None
            if following is not None:
                buffer = self.rules.buffer_between(stop.place, following.place)
                room = following.start - self._drive(stop.place, following.place) - start
                if room < 0:
                    since = start
                    continue
                service = min(service, max(0, room - buffer))
            yield solver.PlannedVisit(
                f"{stop.visit_id}@{vehicle.id}",
                self._place(stop.place),
                max(0, service),
                ((start, start + SLIP),),
                KEPT,
                dues=((start, KEPT_LATE),),
                only=frozenset({vehicle.id}),
            )

    def _visit(self, visit: Visit, stop: Stop, hours: Span) -> solver.PlannedVisit:
        rules = self.rules
        first, last = self.scope.within(*hours)
        waits = None
        if (rule := stop.after) is not None and rule.at is None:
            waits = solver.Follows(rule.reference, rule.minutes * 60, rule.day, rule.days)
        elif rule is not None and rule.at is not None:
            first = max(first, _over(rule, rule.at, self.day, self.firm.zone))
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
        if visit.emergency:
            dues.append((first + AT_ONCE, rules.late_target))
        if visit.id in self.missed:
            dues.append((first, rules.late_target))
        holder = visit.assignments[0].technician_id if visit.assignments else None
        return solver.PlannedVisit(
            visit.reference,
            self._place(stop.place),
            stop.end - stop.start,
            windows,
            self._left_out(visit, first) * (PLANNED if holder is not None else 1),
            stop.skills,
            visit.priority,
            tuple(dues),
            self._only(stop),
            self._extras(stop, holder),
            after=waits,
        )

    def _only(self, stop: Stop) -> frozenset[str] | None:
        """Who may come, whatever they can do, None for all: who owns the job, and nobody whom the client does not want; who is on
        call for emergencies only. Visits of one kind share one set."""
        kind = (stop.emergency, stop.owners, stop.banned)
        if kind not in self._only_by_kind:
            own = [
                one.id
                for one in self.vehicles
                if (stop.emergency or not one.on_call)
                and (stop.owners is None or one.day.technician_id in stop.owners)
                and one.day.technician_id not in stop.banned
            ]
            self._only_by_kind[kind] = None if len(own) == len(self.vehicles) else frozenset(own)
        return self._only_by_kind[kind]

    def _left_out(self, visit: Visit, first: int) -> float:
        """The price of leaving a visit out, the longer it is overdue the dearer; of what may wait that of waiting."""
        price = left_out_price(visit)
        if visit.emergency:
            return price
        if (slot := self.later.get(visit.id)) is not None:
            return max(1.0, slot.candidate.cost) + WAITING * (slot.day - self.day).days
        promised = None if visit.promised is None else day_of(visit.promised[1], self.firm.zone)
        due = min((day for day in (promised, visit.due_on) if day is not None), default=None)
        broken = visit.id in self.missed or (visit.promised is not None and visit.promised[1] < first)
        if broken or (due is not None and due < self.day):
            days = 0 if due is None else max(0, min(MOST_DAYS, (self.day - due).days))
            return price * (OVERDUE + A_DAY * days)
        return price * PROMISED_TODAY if due == self.day else price

    def _extras(self, stop: Stop, holder: int | None) -> Mapping[str, float]:
        """What it costs that certain technicians do it, beside the clock. Visits of one kind share one table: a big firm has
        as many cells as technicians times visits."""
        kind = (stop.skills, stop.preferred_id, stop.known_by, holder)
        if kind not in self._extras_by_kind:
            extras = {one.id: self._extra(one.day, stop, holder) for one in self.vehicles}
            self._extras_by_kind[kind] = {name: extra for name, extra in extras.items() if extra}
        return self._extras_by_kind[kind]

    def _extra(self, day: TechnicianDay, stop: Stop, holder: int | None) -> float:
        extra = 0.0
        if is_not_preferred(stop, day.technician_id):
            extra += self.rules.not_preferred
        if day.skills > stop.skills:
            extra += self.rules.over_qualified
        if holder is not None and holder != day.technician_id:
            extra += TIDY
        return extra


def _over(rule: SequenceRule, over: int, day: datetime.date, zone: str) -> int:
    """From when on a visit may begin that comes after one which is over at a moment; never on a day that is not one for it."""
    if rule.days or (rule.day != "any" and (day_of(over, zone) == day) == (rule.day == "later")):
        return _NEVER
    return over + rule.minutes * 60


def _from_first_moment(
    visit: solver.PlannedVisit, technicians: Sequence[solver.PlannedTechnician], seconds: Sequence[Sequence[int]]
) -> solver.PlannedVisit:
    """A visit whose lateness counts from the first moment at which somebody could have begun it on the day."""
    if not visit.dues:
        return visit
    kept = min(due for due, _ in visit.dues)
    first = None
    for technician in technicians:
        if not may_do(technician, visit):
            continue
        arrives = technician.shift[0] + seconds[technician.start][visit.place]
        begins = min((max(arrives, opens) for opens, closes in visit.windows if arrives <= closes), default=None)
        if begins is not None and (first is None or begins < first):
            first = begins
            if first <= kept:
                return visit
    return replace(visit, dues=tuple((max(due, first or 0), price) for due, price in visit.dues))


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
