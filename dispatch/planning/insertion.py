"""An emergency into a running day: where it fits, what it pushes and by how much (design/planning.md, Goals).

Everything planned is pinned: nobody else's visit changes technician or order, and what is later in the same technician's day
is pushed only as far as it must be. What has begun is never touched; whoever is en route is not diverted, because the client
they are on the way to was told so. Whoever wants that moves the visit by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dispatch.model.instants import Times, span_text, time_text
from dispatch.model.travel import Place
from dispatch.planning.candidates import added_drive
from dispatch.planning.checker import Finding, PlacementGrade, Verdict, at, check, worst
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay
from dispatch.planning.projection import ClockedStop, Conditions, Projection, project

MINUTE = 60
_OWN = frozenset({"access", "shift", "absence", "promise", "target", "early", "overtime", "confirmed", "pin"})
"""Rules that a pushed stop breaks by itself. The gaps between two stops are judged with the emergency."""


@dataclass(frozen=True, slots=True)
class Running:
    """A technician's running day: for the checker (`day`, its stops as projected) and for the projection.

    `held` are visits that may not be pushed, with the reason in words ("is pinned at 15:00").
    """

    day: TechnicianDay
    stops: tuple[ClockedStop, ...]
    conditions: Conditions
    held: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Push:
    """A later visit of the same technician, and by how much it is pushed: from `was` (as projected) to `start`. `zone` is the
    site's."""

    visit_id: int
    client: str
    was: int
    start: int
    late: str = ""
    zone: str = ""

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
    level: PlacementGrade
    findings: tuple[Finding, ...]
    pushed: tuple[Push, ...]
    cost: float
    extra_travel: int
    score: float

    @property
    def final(self) -> bool:
        """Whether no reason overrides what stands against it."""
        return any(finding.final for finding in self.findings)

    def words(self, times: Times) -> str:
        """The drive, what is pushed and by how much, and what it breaks."""
        parts = [added_drive(self.extra_travel)]
        parts += [
            f"{push.client} +{span_text(push.minutes)}, now {times.clock(push.start, push.zone)}"
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
    best = [_Trial(day, stop, drives, rules, _full(now)).best() for day in days]
    return sorted(best, key=lambda way: (*_key(way), way.name))


def _key(insertion: Insertion) -> tuple[bool, float, int]:
    # an emergency does not wait for a way without warnings: what they cost is in the score
    return insertion.level is PlacementGrade.BLOCKED, insertion.score, insertion.start


class _Trial:
    """One technician's day, tried with the emergency at each place after what has begun."""

    def __init__(self, running: Running, stop: Stop, drives: Drives, rules: Rules, now: int) -> None:
        self._running, self._stop, self._drives, self._rules, self._now = running, stop, drives, rules, now
        self._begun = [clocked for clocked in running.stops if clocked.over or clocked.begun is not None]
        self._ahead = running.stops[len(self._begun) :]
        self._stops = {stay.visit_id: stay for stay in running.day.stops}
        self._stays = [self._stops[clocked.visit_id] for clocked in self._begun if clocked.visit_id in self._stops]
        # lunch is judged once, with the emergency
        self._bare = replace(running.day, lunch=None)
        self._before = {
            clocked.visit_id: self._judged(self._bare, self._stops[clocked.visit_id], clocked)
            for clocked in self._ahead
        }

    def best(self) -> Insertion:
        """The best place. One that is reached too late to be better, whatever it may save, is not judged."""
        relief = sum(verdict.cost for verdict in self._before.values())
        best: Insertion | None = None
        for place in range(len(self._ahead) + 1):
            rolled, arrival = self._rolled(place)
            possible = best is None or best.level is PlacementGrade.BLOCKED or self._wait(arrival) - relief < best.score
            if best is None or possible:
                way = self._way(rolled, arrival)
                best = way if best is None else min(best, way, key=_key)
        assert best is not None
        return best

    def _wait(self, arrival: int) -> float:
        """What the minutes until somebody is there weigh."""
        return (arrival - self._now) / 60 * self._rules.late_promise

    def _rolled(self, place: int) -> tuple[Projection, int]:
        """The day with the emergency after `place` stops ahead, and when it is reached.

        It begins at a full minute, and drives around it take full minutes.
        """
        running, stop, now = self._running, self._stop, self._now
        first, later = [*self._begun, *self._ahead[:place]], self._ahead[place:]
        conditions = running.conditions
        before = self._stops.get(first[-1].visit_id) if first else None
        origin = running.day.home if not first else before.place if before is not None else None
        # nobody comes before the shift, or the hours on call: the emergency is the first thing in them
        begins = running.day.first_for(stop, now) or now
        length = stop.end - stop.start
        tried = ClockedStop(
            stop.visit_id, begins, begins + length, self._leg(origin, stop.place), stop.promised, stop.due, stop.access
        )
        onward = [clocked._replace(leg=None if clocked.leg is None else _full(clocked.leg)) for clocked in later]
        if onward:
            onward[0] = onward[0]._replace(leg=self._leg(stop.place, self._stops[onward[0].visit_id].place))
        else:
            conditions = conditions._replace(leg_home=self._leg(stop.place, running.day.last_place))

        def roll(emergency: ClockedStop) -> tuple[Projection, int]:
            rolled = project([*first, emergency, *onward], now, conditions, unplanned=stop.visit_id)
            ahead = rolled.stop(stop.visit_id)
            assert ahead is not None, "a running day is not over"
            return rolled, ahead.arrival

        rolled, arrival = roll(tried)
        if arrival % MINUTE == 0:
            return rolled, arrival
        return roll(tried._replace(start=_full(arrival), end=_full(arrival) + length))

    def _way(self, rolled: Projection, arrival: int) -> Insertion:
        day, before = self._running.day, self._before
        placed = at(self._stop, arrival)
        moved = [_moved(self._stops[clocked.visit_id], rolled) for clocked in self._ahead]
        own = check(replace(day, stops=(*self._stays, *moved)), placed, self._drives, self._rules)
        findings, cost, pushed = list(own.findings), own.cost, []
        for number, (clocked, now) in enumerate(zip(self._ahead, moved, strict=True), 1):
            was = self._stops[clocked.visit_id]
            if now is was and number < len(moved):
                continue  # it stands where it stood; only the last one may get home at another time
            if now is not was:
                pushed.append(_push(was, now, rolled))
                if (reason := self._running.held.get(clocked.visit_id)) is not None:
                    minutes = pushed[-1].minutes
                    findings.append(
                        Finding("pin", PlacementGrade.BLOCKED, f"{was.client} {reason}: {time_text(minutes)}", minutes)
                    )
            # everything else of the day stands as it would, so that only the last stop answers for the way home
            others = replace(self._bare, stops=(*self._stays, placed, *(other for other in moved if other is not now)))
            verdict = self._judged(others, now, clocked)
            known = {finding.text for finding in before[clocked.visit_id].findings}
            findings += [
                replace(finding, text=f"{was.client}: {finding.text}")
                for finding in verdict.findings
                if finding.level is not PlacementGrade.FEASIBLE and finding.text not in known
            ]
            cost += verdict.cost - before[clocked.visit_id].cost
        return Insertion(
            technician_id=day.technician_id,
            name=day.name,
            start=placed.start,
            end=placed.end,
            level=worst([finding.level for finding in findings]),
            findings=tuple(finding for finding in findings if finding.level is not PlacementGrade.FEASIBLE),
            pushed=tuple(pushed),
            cost=cost,
            extra_travel=own.extra_travel,
            score=cost + self._wait(placed.start),
        )

    def _judged(self, day: TechnicianDay, stop: Stop, clocked: ClockedStop) -> Verdict:
        """What a stop ahead breaks by itself, against where it is planned; its neighbours are judged elsewhere."""
        others = replace(day, stops=tuple(other for other in day.stops if other.visit_id != stop.visit_id))
        verdict = check(others, stop, self._drives, self._rules, (day.technician_id, at(stop, clocked.start)))
        own = tuple(finding for finding in verdict.findings if finding.rule in _OWN)
        return replace(verdict, findings=own, cost=sum(finding.cost for finding in own))

    def _leg(self, origin: Place | None, destination: Place | None) -> int | None:
        seconds = self._drives(origin, destination).seconds
        return None if seconds is None else _full(seconds)


def _full(seconds: int) -> int:
    """The next full minute."""
    return -(-seconds // MINUTE) * MINUTE


def _moved(stop: Stop, rolled: Projection) -> Stop:
    """A stop where it goes, to the full minute; where the push is of seconds only it stays."""
    ahead = rolled.stop(stop.visit_id)
    if ahead is None or ahead.arrival - stop.start < MINUTE:
        return stop
    return at(stop, _full(ahead.arrival))


def _push(was: Stop, now: Stop, rolled: Projection) -> Push:
    ahead = rolled.stop(was.visit_id)
    late = ahead.late.sentence if ahead is not None and ahead.late is not None else ""
    return Push(was.visit_id, was.client, was.start, now.start, late, was.zone)
