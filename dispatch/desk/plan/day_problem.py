"""A firm's day as a problem for the solver: what may move, what stays, what everything costs by the firm's own weights."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from db import people, settings, visits
from db.store import Store, existing
from dispatch.desk.day import judgement, placement, routing
from dispatch.desk.day.placement import Slot, need_of
from dispatch.desk.day.undo_record import not_meant
from dispatch.desk.levels.clocks import VisitClock, clocks_of, promised_by
from dispatch.desk.plan.scope import WHOLE_DAY, Freedom, PlanScope
from dispatch.desk.plan.solver_terms import ProblemBuilder, Vehicle, overtime_of
from dispatch.desk.travel import drive_times
from dispatch.model.firm import Firm
from dispatch.model.instants import Times, Unclear, at_local, day_bounds, day_of
from dispatch.model.states import ON_THE_WAY_OR_THERE, State
from dispatch.model.travel import Place
from dispatch.model.visits import Visit
from dispatch.planning.budget import READING, UNBOUNDED, Budget
from dispatch.planning.checker import Finding, PlacementGrade, Verdict, absent_from, at, check
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay
from dispatch.planning.problem import Problem
from dispatch.planning.teams import Team, TeamSearch

MOST_AHEAD = 7
"""So many days ahead are looked at for what may wait."""
AROUND = 3600
"""Seconds that are left for the drive between two requests that are put off to the same technician's day."""
MEANT = frozenset({"access", "banned", "shift", "skill"})
"""The rules of the checker over which a reason puts a visit and is in nobody's way."""
MOST_WAITING, FOR_EACH = 1000, 6
"""So many requests are planned at once, or so many for each technician where that is more; they are taken in the order of what
breaks first."""


@dataclass(frozen=True, slots=True)
class DayProblem:
    """The problem and what its parts stand for.

    `days` are the technicians' days with what stays in them only; `vehicles` those of them, shifts and hours on call, that are
    `problem.technicians`, in their order; `movable` the
    visits that the solver places, in the order of the first of `problem.visits`; `before` their plan as it is.
    `staff` are the days of everybody as they are, also of those who are not planned or do not work, and `now` is the moment.
    `begins` is when the first technician does, on the first of the days that are planned together. `places` are those of the
    matrix, `moments` those whose drives are in it.
    `unplaced` have no coordinates, `beyond` wait too and are more than are planned at once, or than there was time to read.
    `later` has the best later slot of what may wait, by the id of the visit; for so many as `unlooked` none was looked for, as
    the time was over. `teams` are the visits for several people that were placed beforehand, with what those come after, and stand
    among what stays; `deferred` are placed when all else is: teams for which there was no room, and those of other days, where
    they lose their place there. `budget` is the time that all of it may take. `in_absences` is what stays with somebody who is
    away then, as the checker says it.
    """

    day: datetime.date
    zone: str
    begins: int
    problem: Problem
    days: tuple[TechnicianDay, ...]
    vehicles: tuple[Vehicle, ...]
    movable: tuple[Visit, ...]
    before: tuple[TechnicianDay, ...]
    staff: tuple[TechnicianDay, ...]
    now: int
    stops: Mapping[int, Stop]
    drives: Drives
    rules: Rules
    unplaced: tuple[Visit, ...]
    places: tuple[Place | None, ...]
    moments: tuple[int, ...]
    beyond: tuple[Visit, ...]
    later: Mapping[int, Slot]
    unlooked: int
    scope: PlanScope
    firm: Firm
    teams: Mapping[Visit, Team]
    deferred: tuple[Visit, ...]
    budget: Budget
    in_absences: tuple[tuple[Visit, str, Finding], ...] = ()

    @property
    def times(self) -> Times:
        """Times as the firm writes them."""
        return self.firm.times()


def may_move(visit: Visit, now: int) -> bool:
    """Whether a plan may move a visit: planned, not told to anybody, not pinned, one technician, one day, and not begun."""
    return (
        visit.state is State.PLANNED
        and visit.days == 1
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
    but: Mapping[int, int | None] | None = None,
    like: DayProblem | None = None,
    budget: Budget = UNBOUNDED,
    reading: float = READING,
) -> DayProblem:
    """The problem of a day, or of the part of it that is asked for, read in one snapshot.

    `later` has the best later slots of requests that may wait, by the id of the visit: they are put off where those are better;
    None: they are looked for. The visits of `but` are planned elsewhere, or not at all: by id, when
    they end, None where they have no time. The drives are taken from `like`,
    another problem of the same day, where it has them. Where the share `reading` of the budget is over before all is read, less
    of what waits is taken.

    Raises:
        Refusal: the day is over.
        TimeIsOver: not even what stands in the plan could be read.
    """
    # long, as what it reads has to be of one snapshot, and a problem has many parts
    but = but or {}
    ends = {key: end for key, end in but.items() if end is not None}
    with store.read():
        placement.refuse_over(store, day)
        firm = settings.firm(store)
        scope = scope.on(day, firm.zone)
        now = store.clock.now()
        starts_at, ends_at = day_bounds(day, firm.zone)
        placed = visits.placed_between(store, starts_at, ends_at)
        asking = [visit for visit in visits.queued(store) if _asks_for(visit, day, ends_at)]
        asked, elsewhere = [one for one in asking if one.id not in but], [one for one in asking if one.id in ends]
        staff = routing.days_on(store, day)
        planned = (
            staff if scope.technicians is None else [one for one in staff if one.technician_id in scope.technicians]
        )
        called_out = any(visit.emergency for visit in (*asked, *placed))
        before = [one for one in planned if one.shift is not None or (called_out and one.on_call)]
        drives = drive_times.drives_on(store, day)
        rules = routing.rules_of(firm)
        budget.refuse_over()
        moving = _moving(placed, asked, scope, now, (starts_at, ends_at))
        most = max(MOST_WAITING, FOR_EACH * len(before))
        asked, others = _contending(asked, most)
        clocks = clocks_of(store, [*moving, *asked, *elsewhere])
        first = min((one.shift[0] for one in before if one.shift is not None), default=starts_at)
        missed = _missed(clocks, now, max(first, now))
        asked.sort(key=lambda visit: _breaks_first(visit, visit.id in missed))
        waiting, others = asked[:most], [*asked[most:], *others]
        slots, unlooked = _later(store, day, waiting, scope, budget.looked_enough) if later is None else (later, 0)
        every = [*moving, *waiting, *elsewhere]
        stops = _behind_the_last_day(
            routing.stops_of(store, [_span(visit, firm, day) for visit in every], clocks), every
        )
        budget.refuse_over()
        moving = [visit for visit in moving if stops[visit.id].place is not None]
        if scope.freedom is Freedom.LEAST:
            moving = [visit for visit in moving if _cannot_stay(visit, stops[visit.id], before, drives, rules)]
        starts = starts_on(before, firm, scope, starts_at, now, on_call=called_out)
        held = _only_there(store, moving, stops, TeamSearch(before, drives, rules, overtime_of(firm, scope)), starts)
        moving = [visit for visit in moving if visit.id not in held]
        free = {visit.id for visit in moving}
        days = tuple(
            replace(one, stops=tuple(stop for stop in one.stops if stop.visit_id not in free)) for one in before
        )
        standing = {visit.id: visit for visit in placed}
        in_absences = [
            (standing[stop.visit_id], one.name, finding)
            for one in days
            for stop in one.stops
            if stop.start > now
            # an absence holds it up, so that it goes behind that by itself
            for finding in absent_from(one, at(stop, standing[stop.visit_id].starts_at or 0) if stop.held_up else stop)
        ]
        search = TeamSearch(days, drives, rules, overtime_of(firm, scope))
        teams, days = _teams(waiting, stops, search, starts, ends, lambda: budget.over(reading / 2))
        stops = {key: stop.told(ends) for key, stop in stops.items()}
        deferred = [visit for visit in waiting if visit.people > 1 and visit.id not in teams]
        apart = {visit.id for visit in deferred} | teams.keys()
        located = [
            visit for visit in [*moving, *waiting] if stops[visit.id].place is not None and visit.id not in apart
        ]
        builder = ProblemBuilder(
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
            like=None if like is None else (like.places, like.problem.seconds),
        )
        problem, taken = builder.problem(
            located, len(moving), stops, lambda rest: budget.over(reading if rest else 1.0)
        )
        unread = {visit.id for visit in located}.difference(located[index].id for index in taken)
        return DayProblem(
            day=day,
            zone=firm.zone,
            begins=first,
            problem=problem,
            places=tuple(builder.places),
            moments=builder.moments,
            days=days,
            vehicles=builder.vehicles,
            movable=tuple(located[index] for index in taken),
            before=tuple(before),
            staff=tuple(staff),
            now=now,
            stops=stops,
            drives=drives,
            rules=rules,
            unplaced=tuple(visit for visit in waiting if stops[visit.id].place is None),
            beyond=(*(visit for visit in located if visit.id in unread), *others),
            later=slots,
            unlooked=unlooked,
            scope=scope,
            firm=firm,
            teams={visit: teams[visit.id] for visit in waiting if visit.id in teams},
            deferred=(*(visit for visit in deferred if stops[visit.id].place is not None), *elsewhere),
            budget=budget,
            in_absences=tuple(in_absences),
        )


def _asks_for(visit: Visit, day: datetime.date, ends_at: int) -> bool:
    """Whether a request may be done on the day."""
    if visit.state is not State.REQUESTED or (visit.promised is not None and visit.promised[0] >= ends_at):
        return False
    return visit.wanted_on is None or visit.wanted_on <= day


def _later(
    store: Store, day: datetime.date, waiting: Sequence[Visit], scope: PlanScope, over: Callable[[], bool]
) -> tuple[dict[int, Slot], int]:
    """The best slot on a later day of each request that may wait for one, no two of them in each other's way; and for how many
    none was looked for, as the time was `over`."""
    found: dict[int, Slot] = {}
    taken: list[tuple[int, int, int]] = []
    patient = [visit for visit in waiting if visit.latest_on is not None and visit.latest_on > day and visit.place]
    for looked, visit in enumerate(patient):
        ahead = min((visit.latest_on or day) - day, datetime.timedelta(days=MOST_AHEAD)).days
        length = judgement.stay_minutes(store, visit.minutes) * 60
        for number in range(1, ahead + 1):
            if over():
                return found, len(patient) - looked
            for slot in placement.slots(store, visit.reference, [day + datetime.timedelta(days=number)]):
                who, start = slot.candidate.technician_id, slot.candidate.start
                apart = all(
                    who != other or start + length + AROUND <= begins or begins + long + AROUND <= start
                    for other, begins, long in taken
                )
                theirs = scope.technicians is None or who in scope.technicians
                best = found.get(visit.id)
                if apart and theirs and (best is None or slot.candidate.cost < best.candidate.cost):
                    found[visit.id] = slot
        if (chosen := found.get(visit.id)) is not None:
            taken.append((chosen.candidate.technician_id, chosen.candidate.start, length))
    return found, 0


def _teams(
    waiting: Sequence[Visit],
    stops: Mapping[int, Stop],
    search: TeamSearch,
    starts: Sequence[int],
    ends: dict[int, int],
    over: Callable[[], bool],
) -> tuple[dict[int, Team], tuple[TechnicianDay, ...]]:
    """The teams of what needs several people, what breaks first first, each behind what it comes after, which is placed with it;
    until the time is `over`; and the days with them. When each ends is noted in `ends`."""
    by_id = {visit.id: visit for visit in waiting if stops[visit.id].place is not None}
    teams: dict[int, Team] = {}
    for wanted in by_id.values():
        if over():
            break
        chain = [wanted] if wanted.people > 1 else []
        while chain and (before := by_id.get(chain[0].after_id or 0)) is not None:
            chain.insert(0, before)
        for visit in chain:
            stop = stops[visit.id].told(ends)
            if visit.id in teams:
                continue
            if stop.waits_in_vain or (team := search.best(stop, need_of(visit), starts)) is None:
                break
            teams[visit.id] = team
            placed = at(stop, team.start)
            ends[visit.id] = placed.end
            search = search.joined(team, placed)
    return teams, tuple(search.days)


def starts_on(
    days: Sequence[TechnicianDay],
    firm: Firm,
    scope: PlanScope,
    midnight: int,
    earliest: int = 0,
    *,
    on_call: bool = False,
) -> Sequence[int]:
    """The starts that a plan may give on a day, on the raster of the firm from `midnight` on, none before `earliest`; with
    `on_call` those too that it may give to emergencies."""
    spans = [day.shift for day in days if day.shift is not None]
    spans += [span for day in days for span in day.on_call] if on_call else []
    if not spans:
        return ()
    first, last = scope.within(min(span[0] for span in spans), max(span[1] for span in spans))
    step = firm.plan_raster_minutes * 60
    begin = max(first, earliest)
    return range(begin + (midnight - begin) % step, last, step)


def _moving(
    placed: Sequence[Visit], asked: Sequence[Visit], scope: PlanScope, now: int, bounds: tuple[int, int]
) -> list[Visit]:
    """What of the placed visits may move: what begins on the day, is promised for it, and has no other visit waiting for it."""
    before_others = {visit.after_id for visit in (*placed, *asked)}
    return [
        visit
        for visit in placed
        if bounds[0] <= existing(visit.starts_at)
        and visit.id not in before_others
        and (visit.promised is None or visit.promised[0] < bounds[1])
        and _is_free(visit, scope, now)
    ]


def _is_free(visit: Visit, scope: PlanScope, now: int) -> bool:
    """Whether a placed visit of the day is among those that the scope lets move."""
    if scope.freedom is Freedom.QUEUE or visit.id in scope.held or visit.after_id or not may_move(visit, now):
        return False
    theirs = scope.technicians is None or visit.assignments[0].technician_id in scope.technicians
    return theirs and scope.takes_start(existing(visit.starts_at))


def _stands(visit: Visit, stop: Stop, days: Sequence[TechnicianDay], drives: Drives, rules: Rules) -> Verdict | None:
    """What the checker says of a visit where it stands; None where its technician is not among the days."""
    holder = visit.assignments[0].technician_id
    for day in days:
        if day.technician_id == holder:
            others = tuple(other for other in day.stops if other.visit_id != visit.id)
            there = next((other for other in day.stops if other.visit_id == visit.id), stop)
            return check(replace(day, stops=others), at(stop, there.start), drives, rules)
    return None


def _cannot_stay(visit: Visit, stop: Stop, days: Sequence[TechnicianDay], drives: Drives, rules: Rules) -> bool:
    """Whether the checker refuses a visit where it stands."""
    stands = _stands(visit, stop, days, drives, rules)
    return stands is None or stands.level is PlacementGrade.BLOCKED


def _only_there(
    store: Store, moving: Sequence[Visit], stops: Mapping[int, Stop], search: TeamSearch, starts: Sequence[int]
) -> set[int]:
    """What somebody put where no plan would, and what has no other place beside all that stays: it is not thrown out for that. By
    id."""
    free = {visit.id: visit for visit in moving}
    days = [replace(one, stops=tuple(stop for stop in one.stops if stop.visit_id not in free)) for one in search.days]
    bare, late = replace(search, days=days), _past_the_overtime(search, moving)
    return {
        visit.id
        for visit in moving
        if (visit.id in late or _put_against(store, visit, stops[visit.id], search))
        and not any(bare.best(stops[visit.id], need_of(visit), (start,)) for start in starts)
    }


def _past_the_overtime(search: TeamSearch, moving: Sequence[Visit]) -> set[int]:
    """What stands later than a plan would put it, past the shift and the overtime that is taken, and not because of an absence; by
    id."""
    late, planned = set[int](), {visit.id: existing(visit.starts_at) for visit in moving}
    for one in search.days:
        for stop in reversed(one.regular(one.route)):
            home = stop.end + (search.drives(stop.place, one.last_place, stop.end).seconds or 0)
            if one.shift is None or home <= one.shift[1] + search.overtime:
                break
            begins = planned.get(stop.visit_id, stop.start)
            if not any(absence.starts_at < stop.end and begins < absence.ends_at for absence in one.absences):
                late.add(stop.visit_id)
    return late


def _put_against(store: Store, visit: Visit, stop: Stop, search: TeamSearch) -> bool:
    """Whether somebody gave a reason for all that the checker has against a visit where it stands, and all of that is between it
    and its technician: nobody else's visit, and no absence, is in its way."""
    stands = _stands(visit, stop, search.days, search.drives, search.rules)
    against = () if stands is None else stands.blocking
    return bool(against) and all(one.rule in MEANT for one in against) and not not_meant(store, visit, against)


def _missed(clocks: Mapping[int, Sequence[VisitClock]], now: int, first: int) -> frozenset[int]:
    """The visits whose promised response or resolution cannot be kept any more when the day begins."""
    dues = [*promised_by(clocks, "onsite").items(), *promised_by(clocks, "resolution").items()]
    return frozenset(visit_id for visit_id, due in dues if due < max(now, first))


def matters(visit: Visit) -> tuple[bool, int]:
    """How much a visit matters, whatever was promised; what matters most first."""
    return not visit.emergency, visit.priority


def _contending(asked: Sequence[Visit], most: int) -> tuple[list[Visit], list[Visit]]:
    """Those that may be among so many that break first, and those that matter too little for it whatever their clocks say."""
    ordered = sorted(asked, key=matters)
    count = bisect_right(ordered, matters(ordered[most - 1]), key=matters) if len(ordered) > most else len(ordered)
    return ordered[:count], ordered[count:]


def _breaks_first(visit: Visit, missed: bool) -> tuple[object, ...]:
    """What is taken first where too much waits: emergencies, then by priority what is overdue, promised, wanted longest."""
    promised = visit.promised[1] if visit.promised is not None else 1 << 40
    wanted = visit.due_on.toordinal() if visit.due_on is not None else 1 << 40
    return *matters(visit), not missed, promised, wanted, visit.id


def _behind_the_last_day(stops: Mapping[int, Stop], every: Sequence[Visit]) -> dict[int, Stop]:
    """What comes after a request of several days, of which only the next one is planned, begins so many days later."""
    left = {visit.id: visit.days - visit.next_day for visit in every if visit.days > 1}
    return {
        key: stop
        if (rule := stop.after) is None or rule.at is not None
        else replace(stop, after=rule._replace(days=left.get(rule.visit_id, 0)))
        for key, stop in stops.items()
    }


def _span(visit: Visit, firm: Firm, day: datetime.date) -> tuple[Visit, int, int]:
    """A visit with a stay of the right length; when it stands there is for the solver to say."""
    length = firm.stay_minutes(visit.minutes) * 60
    begins = visit.starts_at if visit.starts_at is not None else at_local(day, "12:00", firm.zone, Unclear.FIRST)
    return visit, begins, begins + length
