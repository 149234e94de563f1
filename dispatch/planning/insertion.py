"""An emergency into a running day: where it fits, what it pushes and by how much (planning.md, Goals).

Everything planned is pinned: nobody else's visit changes technician or order, and what is later in the same technician's day
is pushed only as far as it must be. What has begun is never touched; whoever is en route is not diverted, because the client
they are on the way to was told so. Whoever wants that moves the visit by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dispatch.model.instants import clock_text, span_text
from dispatch.model.travel import Leg
from dispatch.planning.checker import Finding, Level, Verdict, at, check, worst
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay
from dispatch.planning.projection import Conditions, Course, Projected, Projection, project

MINUTE = 60
_OWN = frozenset({"access", "shift", "absence", "promise", "target", "overtime", "confirmed", "pin"})
"""Rules that a pushed stop breaks by itself. The gaps between two stops are judged with the emergency."""


@dataclass(frozen=True, slots=True)
class Running:
    """A technician's running day: for the checker (`day`, its stops as projected) and for the projection.

    `held` are visits that may not be pushed, with the reason in words ("is pinned at 15:00").
    """

    day: TechnicianDay
    stops: tuple[Course, ...]
    conditions: Conditions
    projection: Projection
    held: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Push:
    """A later visit of the same technician, and by how much it is pushed: from `was` (as projected) to `start`."""

    visit_id: int
    client: str
    was: int
    start: int
    late: str = ""

    @property
    def minutes(self) -> int:
        """By how much, in minutes."""
        return -(-(self.start - self.was) // MINUTE)


@dataclass(frozen=True, slots=True)
class Insertion:
    """One way to reach an emergency. `cost` is in the weights of `Rules`: its own, and what it costs the others."""

    technician_id: int
    name: str
    start: int
    end: int
    level: Level
    findings: tuple[Finding, ...]
    pushed: tuple[Push, ...]
    cost: float
    extra_travel: int
    leg: Leg
    score: float

    @property
    def final(self) -> bool:
        """Whether no reason overrides what stands against it."""
        return any(finding.final for finding in self.findings)

    def words(self, zone: str, hours24: bool = True) -> str:
        """The drive, what is pushed and by how much, and what it breaks."""
        parts = [f"+{span_text(round(self.extra_travel / 60))} driving"]
        parts += [
            f"{push.client} +{span_text(push.minutes)}, now {clock_text(push.start, zone, hours24)}"
            + (f" ({push.late})" if push.late else "")
            for push in self.pushed
        ]
        parts += [finding.text for finding in self.findings]
        return " · ".join(parts if self.pushed else [parts[0], "pushes nobody", *parts[1:]])


def insertions(days: Iterable[Running], stop: Stop, drives: Drives, rules: Rules, now: int) -> list[Insertion]:
    """The best way to reach an emergency with each technician, the best first, blocked ones last.

    They are ranked by the minutes until somebody is there, each as dear as one against a promise, and by what it costs
    the others.

    Args:
        days: the running days, without this visit.
        stop: the emergency; its length matters, not where it stands.
        drives: the legs of the day.
        rules: policy and weights.
        now: the present instant.
    """
    begins = -(-now // MINUTE) * MINUTE
    best = [min(_ways(day, stop, drives, rules, begins), key=_key) for day in days]
    return sorted(best, key=lambda one: (*_key(one), one.name))


def _key(insertion: Insertion) -> tuple[bool, float, int]:
    # an emergency does not wait for a way without warnings: what they cost is in the score
    return insertion.level is Level.BLOCKED, insertion.score, insertion.start


def _ways(running: Running, stop: Stop, drives: Drives, rules: Rules, now: int) -> list[Insertion]:
    begun = [one for one in running.stops if one.over or one.begun is not None]
    ahead = running.stops[len(begun) :]
    known = {one.visit_id: one for one in running.day.stops}
    # lunch is judged once, with the emergency
    alone = replace(running.day, lunch=None)
    before = {one.visit_id: _judge(alone, known[one.visit_id], one, drives, rules) for one in ahead}
    return [
        _way(running, begun, ahead[:place], ahead[place:], stop, drives, rules, now, before)
        for place in range(len(ahead) + 1)
    ]


def _way(
    running: Running,
    begun: Sequence[Course],
    first: Sequence[Course],
    later: Sequence[Course],
    stop: Stop,
    drives: Drives,
    rules: Rules,
    now: int,
    before: Mapping[int, Verdict],
) -> Insertion:
    day = running.day
    known = {one.visit_id: one for one in day.stops}
    rolled, ahead = _rolled(running, [*begun, *first], later, stop, drives, now)
    placed = at(stop, ahead.arrival)
    moved = [_moved(known[one.visit_id], one.visit_id, rolled) for one in (*first, *later)]
    stays = [known[one.visit_id] for one in begun if one.visit_id in known]
    own = check(replace(day, stops=(*stays, *moved)), placed, drives, rules)
    findings, cost = list(own.findings), own.cost
    pushed = []
    for number, (course, other) in enumerate(zip((*first, *later), moved, strict=True), 1):
        was = known[course.visit_id]
        if other is was and number < len(moved):
            continue  # it stands where it stood; only the last one may get home at another time
        if other is not was:
            pushed.append(_push(was, other, rolled))
            if (reason := running.held.get(course.visit_id)) is not None:
                minutes = pushed[-1].minutes
                findings.append(Finding("pin", Level.BLOCKED, f"{was.client} {reason}: {minutes} min", minutes))
        # everything else of the day stands as it would, so that only the last stop answers for the way home
        others = replace(day, lunch=None, stops=(*stays, placed, *(one for one in moved if one is not other)))
        found = _judge(others, other, course, drives, rules)
        known_texts = {finding.text for finding in before[course.visit_id].findings}
        findings += [
            replace(finding, text=f"{was.client}: {finding.text}")
            for finding in found.findings
            if finding.level is not Level.FEASIBLE and finding.text not in known_texts
        ]
        cost += found.cost - before[course.visit_id].cost
    return Insertion(
        technician_id=day.technician_id,
        name=day.name,
        start=placed.start,
        end=placed.end,
        level=worst([finding.level for finding in findings]),
        findings=tuple(finding for finding in findings if finding.level is not Level.FEASIBLE),
        pushed=tuple(pushed),
        cost=cost,
        extra_travel=own.extra_travel,
        leg=own.leg,
        score=cost + (placed.start - now) / 60 * rules.late_promise,
    )


def _rolled(
    running: Running, first: Sequence[Course], later: Sequence[Course], stop: Stop, drives: Drives, now: int
) -> tuple[Projection, Projected]:
    """The day with the emergency between `first` and `later`. It begins at a full minute, and drives around it take some."""
    places = {one.visit_id: one.place for one in running.day.stops}
    origin = places.get(first[-1].visit_id) if first else running.day.home
    tried = Course(
        stop.visit_id,
        now,
        now + stop.end - stop.start,
        _full(drives(origin, stop.place)),
        promised=stop.promised,
        access=stop.access,
    )
    onward = [one._replace(leg=None if one.leg is None else -(-one.leg // MINUTE) * MINUTE) for one in later]
    conditions = running.conditions
    if onward:
        onward[0] = onward[0]._replace(leg=_full(drives(stop.place, places.get(onward[0].visit_id))))
    else:
        conditions = conditions._replace(leg_home=_full(drives(stop.place, running.day.home)))
    if conditions.shift is not None:
        # nobody is called out before the shift: the emergency is the first thing in it
        tried = tried._replace(start=max(tried.start, conditions.shift[0]))
        tried = tried._replace(end=tried.start + stop.end - stop.start)

    def roll(wanted: Course) -> tuple[Projection, Projected]:
        rolled = project([*first, wanted, *onward], now, conditions, unplanned=stop.visit_id)
        ahead = rolled.stop(stop.visit_id)
        assert ahead is not None, "a running day is not over"
        return rolled, ahead

    begins = -(-roll(tried)[1].arrival // MINUTE) * MINUTE
    return roll(tried._replace(start=begins, end=begins + tried.length))


def _full(leg: Leg) -> int | None:
    """A drive in full minutes."""
    return None if leg.seconds is None else -(-leg.seconds // MINUTE) * MINUTE


def _moved(stop: Stop, visit_id: int, rolled: Projection) -> Stop:
    """A stop where it goes, to the full minute; where the push is of seconds only it stays."""
    ahead = rolled.stop(visit_id)
    if ahead is None or ahead.arrival - stop.start < MINUTE:
        return stop
    return at(stop, -(-ahead.arrival // MINUTE) * MINUTE)


def _push(was: Stop, now: Stop, rolled: Projection) -> Push:
    ahead = rolled.stop(was.visit_id)
    late = ahead.late.sentence if ahead is not None and ahead.late is not None else ""
    return Push(was.visit_id, was.client, was.start, now.start, late)


def _judge(day: TechnicianDay, stop: Stop, course: Course, drives: Drives, rules: Rules) -> Verdict:
    """What a stop ahead breaks by itself, against where it is planned; its neighbours are judged elsewhere."""
    others = replace(day, stops=tuple(one for one in day.stops if one.visit_id != stop.visit_id))
    found = check(others, stop, drives, rules, (day.technician_id, at(stop, course.start)))
    own = tuple(finding for finding in found.findings if finding.rule in _OWN)
    return replace(found, findings=own, cost=sum(finding.cost for finding in own))
