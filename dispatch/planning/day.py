"""A technician's day as the checker sees it: plain data, instants in epoch seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from dispatch.model.instants import Times
from dispatch.model.people import Absence
from dispatch.model.travel import Leg, Place, PlaceVia, itself
from dispatch.planning.lunch import LunchBreak, Span
from dispatch.travel.chain import Provider

HALF_HOUR = 1800


class SequenceRule(NamedTuple):
    """Another visit, by reference and id, that is over before this one, or begins after it: at an instant, None where it has
    no time. Between them are at least `minutes`, on `any` day, the `same` or a `later` one. `days`: it takes so many days after the
    one on which it is over at that instant, which nobody has laid out yet."""

    reference: str
    at: int | None
    minutes: int = 0
    day: str = "any"
    visit_id: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit at a place in the plan. `end` includes the test allowance.

    `access` are the opening spans of the site on the day: None where none are written down (always open), empty where
    the site is closed that day. `confirmed` and `pinned` matter when the stop is moved from where it stood.
    `owners` are the technicians who may take a visit of a started job, `owner` the one who started it; None: anybody.
    `due` is the moment by which a service level wants somebody on site, `resolve_by` the one by which it wants the work done.
    `wanted_on` is the day for which it was asked, `latest_on` the last one on which it may be; None where none was named. `zone` is
    the site's.
    `after` has to be over before it, `followers` begin after it.
    `banned` are the technicians whom the client does not want to see, `known_by` those who have been at the site before.
    `held_up`: the day runs later than planned, so that its time is no appointment.
    """

    visit_id: int
    client: str
    start: int
    end: int
    place: Place | None = None
    skills: frozenset[str] = frozenset()
    access: tuple[Span, ...] | None = None
    promised: Span | None = None
    pinned: bool = False
    confirmed: bool = False
    preferred_id: int | None = None
    preferred: str = ""
    owners: frozenset[int] | None = None
    owner: str = ""
    due: int | None = None
    resolve_by: int | None = None
    wanted_on: date | None = None
    latest_on: date | None = None
    zone: str = ""
    banned: frozenset[int] = frozenset()
    known_by: frozenset[int] = frozenset()
    emergency: bool = False
    after: SequenceRule | None = None
    followers: tuple[SequenceRule, ...] = ()
    held_up: bool = False

    @property
    def waits_in_vain(self) -> bool:
        """Whether it comes after a visit that has no time."""
        return self.after is not None and self.after.at is None

    def told(self, over: Mapping[int, int | None]) -> Stop:
        """The same stop, where it is known when visits are over that are being planned, by id; None where they have no time."""
        if self.after is None or self.after.visit_id not in over:
            return self
        return replace(self, after=self.after._replace(at=over[self.after.visit_id]))


@dataclass(frozen=True, slots=True)
class TechnicianDay:
    """What a technician already has on a day. `shift` is None on a day off. `on_call` are the hours for emergencies beside the
    shift. `billable`: or somebody is who comes along. `stops` begin on the day; `outside` on another: what reaches into it, and
    what a stay past midnight comes up against."""

    technician_id: int
    name: str
    zone: str
    skills: frozenset[str] = frozenset()
    shift: Span | None = None
    lunch: LunchBreak | None = None
    absences: tuple[Absence, ...] = ()
    home: Place | None = None
    ends: Place | None = None
    on_call: tuple[Span, ...] = ()
    billable: bool = True
    stops: tuple[Stop, ...] = ()
    outside: tuple[Stop, ...] = ()
    hours24: bool = True

    @property
    def times(self) -> Times:
        """Times as the firm writes them."""
        return Times(self.zone, self.hours24)

    def spans_for(self, stop: Stop) -> tuple[Span, ...]:
        """When a visit may begin: the shift, and for an emergency the hours on call beside it, in their order."""
        shift = () if self.shift is None else (self.shift,)
        return tuple(sorted((*shift, *(self.on_call if stop.emergency else ()))))

    def hours_for(self, stop: Stop) -> Span | None:
        """From when to when a visit may begin, whatever lies between; None where never."""
        spans = self.spans_for(stop)
        return (spans[0][0], spans[-1][1]) if spans else None

    def first_for(self, stop: Stop, earliest: int) -> int | None:
        """The first moment from `earliest` on at which a visit may begin; None where there is none."""
        return next((max(opens, earliest) for opens, closes in self.spans_for(stop) if closes > earliest), None)

    def is_called_out(self, stop: Stop) -> bool:
        """Whether a visit is an emergency in the hours on call."""
        return stop.emergency and any(opens <= stop.start < closes for opens, closes in self.on_call)

    def regular(self, stops: Sequence[Stop]) -> list[Stop]:
        """Those of some stops for which nobody was called out: only of them overtime is counted."""
        return [stop for stop in stops if not self.is_called_out(stop)]

    @property
    def last_place(self) -> Place | None:
        """Where the day ends: where `ends` says, else at home."""
        return self.ends or self.home

    @property
    def route(self) -> list[Stop]:
        """The stops that begin on the day, in order."""
        return sorted(self.stops, key=lambda stop: (stop.start, stop.visit_id))

    def origin(self, drives: Drives) -> Place | None:
        """Where the technician sets out for the first stop of the day."""
        before = self.neighbours(self.route[0], drives)[0] if self.stops else None
        return self.home if before is None else before.place

    def neighbours(self, stop: Stop, drives: Drives) -> tuple[Stop | None, Stop | None]:
        """The stop from which a technician comes to one, and the one to which they go on: None where that is home, also where
        there is time for it between the stops of two days."""
        others = (other for other in (*self.stops, *self.outside) if other.visit_id != stop.visit_id)
        route = sorted((*others, stop), key=lambda other: (other.start, other.visit_id))
        at = route.index(stop)
        before = route[at - 1] if at else None
        after = route[at + 1] if at + 1 < len(route) else None
        if before in self.outside and before is not None and self._home_between(before, stop, drives):
            before = None
        if after in self.outside and after is not None and self._home_between(stop, after, drives):
            after = None
        return before, after

    def _home_between(self, first: Stop, second: Stop, drives: Drives) -> bool:
        return goes_home(
            (first.place, first.end),
            (second.place, second.start),
            (self.last_place, self.home),
            lambda origin, destination: drives(origin, destination, second.start),
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """The firm's policy and weights (design/planning.md, Feasibility in words). Weights are costs a minute, or each."""

    buffer_minutes: int = 30
    overlap: str = "block"
    late_promise: float = 10.0
    late_target: float = 30.0
    travel: float = 1.0
    overtime: float = 3.0
    waiting: float = 0.3
    buffer_eaten: float = 2.0
    confirmed_moved: float = 60.0
    confirmed_moved_minute: float = 1.0
    not_preferred: float = 20.0
    over_qualified: float = 5.0
    no_lunch: float = 60.0

    def buffer_between(self, place: Place | None, other: Place | None) -> int:
        """The seconds of room that two visits want between them: none at one address."""
        there_already = place is not None and itself(place) == itself(other) and not isinstance(other, PlaceVia)
        return 0 if there_already else self.buffer_minutes * 60


@dataclass(slots=True)
class Drives:
    """Legs of one day, each asked for once.

    `at` is the moment that stands for the day. With `by_hour` drives take longer in some half hours than in others: a leg
    is asked for at the moment that is named, to the half hour.
    """

    provider: Provider
    at: int
    by_hour: bool = False
    _known: dict[tuple[Place | None, Place | None, int], Leg] = field(default_factory=dict)

    def __call__(self, origin: Place | None, destination: Place | None, at: int | None = None) -> Leg:
        """The drive between two places, for a stop that begins `at`, or for the way home from one that ends then."""
        moment = at // HALF_HOUR * HALF_HOUR + HALF_HOUR // 2 if self.by_hour and at is not None else self.at
        key = (origin, destination, moment)
        leg = self._known.get(key)
        if leg is None:
            leg = self._known[key] = self.provider.matrix([origin], [destination], moment)[0][0]
        return leg


def goes_home(
    left: tuple[Place | None, int],
    next_stop: tuple[Place | None, int],
    home: tuple[Place | None, Place | None],
    drive: Callable[[Place | None, Place | None], Leg],
) -> bool:
    """Whether a technician goes home between two stops of two days: whether there is time for the way there and out again.

    Args:
        left: the place of the first stop, and when it ends.
        next_stop: the place of the second one, and when it begins.
        home: where a day ends, and where it begins.
        drive: the leg from one place to another; an unknown one takes no time.
    """
    (place, ends), (onward, begins), (last, first) = left, next_stop, home
    return begins - ends >= (drive(place, last).seconds or 0) + (drive(first, onward).seconds or 0)


def committed(stops: Sequence[Stop], home: Place | None, drives: Drives) -> list[Span]:
    """What the stops take with the drives to them, in order of start; an unknown drive counts as none."""
    spans: list[Span] = []
    before = home
    for stop in sorted(stops, key=lambda stop: (stop.start, stop.visit_id)):
        leg = drives(before, stop.place, stop.start)
        spans.append((stop.start - (leg.seconds or 0), stop.end))
        before = stop.place
    return spans
