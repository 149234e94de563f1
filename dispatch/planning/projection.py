"""The day as it really goes: the plan rolled forward from what happened and the clock (design/planning.md, Projection).

Everything here is a named tuple, because the board's first frame waits for it. Instants in epoch seconds, spans half-open.

- Order stays as planned; what has begun comes first, in the order in which it began.
- *Over*: as the clock recorded it. *On site*: until the planned length is up, or now. *En route*: there when the drive
  ends, or now where that has passed.
- *Ahead*: the technician sets out when the stop before ends, and not before now; nobody comes before the planned start,
  before the promised window opens that day, or while the site is closed. An unknown drive takes no time.
- A stop whose planned start somebody chose although the site is closed then stands there: its doors hold it back no more.
- A day that has not begun goes as it is planned, but for absences.
- *Lunch* counts as taken where a wait that has passed held it, or a break as long was clocked. Else it is taken in the
  first wait that holds it; where there is none, before the stop after which it would be too late, and after its window at
  once. It pushes nothing on a day whose plan has no room for it, or on which an absence falls into its window.
- An *absence* is over before the technician sets out: a stay or a drive that would touch one comes after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from dispatch.model.lateness import Late, late_arrival, running_over
from dispatch.model.people import Absence
from dispatch.planning.lunch import LunchBreak, Span, place_lunch


class ClockedStop(NamedTuple):
    """One stop of a technician's day: as planned, and what the clock recorded of it.

    `start`..`end` is the planned stay with the test allowance; `leg` the seconds of the drive to it from the stop before
    it *in course*, None where unknown. `access` are the opening spans of the site (None or empty: always open). `target`
    is the latest arrival that a service level allows. `over`: the stay has ended; `left` says when. `rested` are the
    seconds of breaks that were clocked during it. `on_call`: somebody is called out for it beside the shift.
    """

    visit_id: int
    start: int
    end: int
    leg: int | None = None
    promised: Span | None = None
    target: int | None = None
    access: tuple[Span, ...] | None = None
    departed: int | None = None
    arrived: int | None = None
    left: int | None = None
    over: bool = False
    rested: int = 0
    on_call: bool = False

    @property
    def begun(self) -> int | None:
        """When it began: setting out, or arriving where nobody recorded the former. None: it is ahead."""
        return self.departed if self.departed is not None else self.arrived

    @property
    def length(self) -> int:
        """The planned stay, in seconds."""
        return self.end - self.start


class Projected(NamedTuple):
    """A stop as it will go. `slack` is what is left, in seconds, before the promise or the target breaks (None: neither
    is there, or somebody has arrived). `absent`: its technician is away for the rest of the shift."""

    visit_id: int
    arrival: int
    end: int
    slack: int | None = None
    late: Late | None = None
    absent: bool = False


class Conditions(NamedTuple):
    """What else a technician's day is made of.

    `day_ends_at`: stops that have not begun by then are not projected any more. Before `day_begins_at` nothing rolls.
    `free_at` is when somebody gets free whom a stop of the day before still takes. The two graces are the firm's, in minutes.
    """

    day_ends_at: int
    shift: Span | None = None
    lunch: LunchBreak | None = None
    absences: tuple[Absence, ...] = ()
    leg_home: int | None = None
    free_at: int | None = None
    late_minutes: int = 0
    over_minutes: int = 0
    day_begins_at: int = 0


class Projection(NamedTuple):
    """A technician's day as it will go: the stops that are not over, and when they are home (None: nobody knows)."""

    stops: tuple[Projected, ...]
    home_at: int | None = None
    overtime: int = 0

    def stop(self, visit_id: int) -> Projected | None:
        """The projection of one visit; None where it is over, or its day is."""
        return next((stop for stop in self.stops if stop.visit_id == visit_id), None)


def in_driving_order(stops: Iterable[ClockedStop]) -> list[ClockedStop]:
    """The stops of a technician in the order in which they are driven: what has begun as it began, the rest as planned."""
    return sorted(
        stops,
        key=lambda stop: (
            stop.begun is None and not stop.over,
            stop.begun or stop.left or stop.start,
            stop.start,
            stop.visit_id,
        ),
    )


def project(
    stops: Sequence[ClockedStop], now: int, conditions: Conditions, *, unplanned: int | None = None
) -> Projection:
    """Roll a technician's day forward.

    Args:
        stops: the day's stops in course (`in_driving_order`), without those that were cancelled or ended before anybody set out.
        now: the present instant.
        conditions: shift, lunch, absences and the way home.
        unplanned: a visit that is tried among them: whether the plan has room for lunch is asked without it.
    """
    day_over = now >= conditions.day_ends_at
    free = conditions.free_at
    begins = conditions.shift[0] if free is None and conditions.shift is not None else free
    lunch = _Lunch([stop for stop in stops if stop.visit_id != unplanned], begins, conditions)
    projected: list[Projected] = []
    for stop in stops:
        if stop.over:
            lunch.before(stop)
            free = stop.left if stop.left is not None else free
        elif stop.begun is not None:
            lunch.before(stop)
            arrival = stop.arrived if stop.arrived is not None else _opened(stop, _driven(stop, now), conditions)
            end = arrival + stop.length if stop.arrived is None else max(now, arrival + stop.length)
            free = end
            projected.append(_judged(stop, arrival, end, conditions))
        elif day_over:
            continue
        else:
            if now < conditions.day_begins_at:
                arrival, absent = _after_absences(stop, stop.start, conditions)
            else:
                departs = lunch.departure(stop, now if free is None else max(now, free))
                arrival, absent = _reached(stop, departs, conditions)
            free = arrival + stop.length
            projected.append(_judged(stop, arrival, free, conditions)._replace(absent=absent))
        lunch.free = free if free is not None else begins
    ends = {stop.visit_id: stop.end for stop in projected}
    home_at = free + conditions.leg_home if stops and free is not None and conditions.leg_home is not None else None
    shift = conditions.shift
    # who is called out afterwards has driven to there, or home before: that drive nobody knows
    worked = home_at if not stops or not stops[-1].on_call else _last_end(stops, ends)
    overtime = max(0, worked - shift[1]) if worked is not None and shift is not None else 0
    return Projection(tuple(projected), home_at, overtime)


def _last_end(stops: Sequence[ClockedStop], ends: Mapping[int, int]) -> int | None:
    """When the last stop ends for which nobody is called out."""
    return next((stop.left or ends.get(stop.visit_id) for stop in reversed(stops) if not stop.on_call), None)


class _Lunch:
    """Whether lunch is still owed, as one goes through the day. `free` is when the technician last got free."""

    def __init__(self, stops: Sequence[ClockedStop], free: int | None, conditions: Conditions) -> None:
        self.lunch = lunch = conditions.lunch
        self.free = free
        self._conditions = conditions
        planned = [(stop.start - (stop.leg or 0), stop.end) for stop in stops]
        self.owed = (
            lunch is not None
            and place_lunch(lunch, planned) is not None
            and not any(away.starts_at < lunch.latest and away.ends_at > lunch.earliest for away in conditions.absences)
        )

    def before(self, stop: ClockedStop) -> None:
        """Take it to have been taken, if there was room for it before a stop that has begun, or a break as long in it."""
        if self.lunch is not None and stop.rested >= self.lunch.seconds:
            self.owed = False
        begun = stop.departed
        if begun is None and stop.arrived is not None:
            begun = stop.arrived - (stop.leg or 0)
        if self.lunch is not None and begun is not None and self._done(self.lunch) <= begun:
            self.owed = False

    def departure(self, stop: ClockedStop, departs: int) -> int:
        """When the technician sets out for a stop ahead: at `departs`, or after lunch."""
        lunch = self.lunch
        if not self.owed or lunch is None:
            return departs
        after = max(departs, self._done(lunch))
        arrival, _ = _reached(stop, departs, self._conditions)
        in_a_wait = _reached(stop, after, self._conditions)[0] == arrival
        too_late_after = arrival + stop.length > lunch.latest - lunch.seconds
        if in_a_wait or (too_late_after and departs >= lunch.earliest):
            self.owed = False
            return after
        return departs

    def _done(self, lunch: LunchBreak) -> int:
        return (lunch.earliest if self.free is None else max(self.free, lunch.earliest)) + lunch.seconds


def _driven(stop: ClockedStop, now: int) -> int:
    """When somebody who is en route is there."""
    assert stop.departed is not None
    return max(now, stop.departed + stop.leg) if stop.leg is not None else max(now, stop.start)


def _reached(stop: ClockedStop, departs: int, conditions: Conditions) -> tuple[int, bool]:
    """When the stay at a stop ahead begins, setting out at `departs`, and whether its technician is away until the end.

    The planned start is an appointment: nobody comes before it.
    """
    return _after_absences(stop, _opened(stop, max(departs + (stop.leg or 0), stop.start), conditions), conditions)


def _after_absences(stop: ClockedStop, arrival: int, conditions: Conditions) -> tuple[int, bool]:
    """When the stay begins that would at `arrival`, and whether its technician is away until the end."""
    drive, absent = stop.leg or 0, False
    for away in sorted(conditions.absences):
        if away.starts_at < arrival + stop.length and away.ends_at > arrival - drive:
            arrival = _opened(stop, max(away.ends_at + drive, stop.start), conditions)
            absent = away.ends_at >= (conditions.day_ends_at if conditions.shift is None else conditions.shift[1])
    return arrival, absent


def _opened(stop: ClockedStop, moment: int, conditions: Conditions) -> int:
    """The first moment from `moment` on at which one is let in; `moment` where that is never again on the day, or where the
    planned start is outside of what the site allows. A promise of another day holds nobody back on this one."""
    if stop.promised is not None and stop.promised[0] < conditions.day_ends_at:
        moment = max(moment, stop.promised[0])
    if not stop.access or _within(stop.access, moment) or not _within(stop.access, stop.start):
        return moment
    return min((opens for opens, _ in stop.access if opens > moment), default=moment)


def _within(spans: Iterable[Span], moment: int) -> bool:
    return any(opens <= moment < closes for opens, closes in spans)


def _judged(stop: ClockedStop, arrival: int, end: int, conditions: Conditions) -> Projected:
    if stop.arrived is not None:
        return Projected(stop.visit_id, arrival, end, late=running_over(end, stop.end, conditions.over_minutes))
    due = [limit for limit in (stop.promised[1] if stop.promised else None, stop.target) if limit is not None]
    late = late_arrival(arrival, stop.start, stop.promised, stop.target, conditions.late_minutes)
    return Projected(stop.visit_id, arrival, end, min(due) - arrival if due else None, late)
