"""The running day of each technician: what happened, and how the rest of it will go."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from db import settings
from db.legs import HOME, legs_of_day, pinned_sites
from db.store import Store, existing
from dispatch.desk.firm.shifts import lunch_on, on_call_on, shift_of
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds
from dispatch.model.people import Hours, Spans, Technician, openings_between
from dispatch.model.states import ENDED, OCCUPYING
from dispatch.model.travel import Leg, Place, PlaceEntered, PlaceVia, unplaced
from dispatch.model.visits import Assignment, Visit
from dispatch.planning.day import goes_home
from dispatch.planning.projection import ClockedStop, Conditions, Projection, in_driving_order, project

Drive = Callable[[Place | None, Place | None], Leg]


class RunningDay(NamedTuple):
    """A technician's day: the stops in course, those that are over too, and the projection of those that are not."""

    stops: tuple[ClockedStop, ...]
    projection: Projection
    conditions: Conditions

    def span_of(self, visit_id: int) -> tuple[int, int] | None:
        """When a visit takes its technician: as it was where it is over, else as projected. None: it does not."""
        ahead = self.projection.stop(visit_id)
        if ahead is not None:
            return ahead.arrival, ahead.end
        stop = next((other for other in self.stops if other.visit_id == visit_id), None)
        if stop is not None and stop.over and stop.begun is not None and stop.left is not None:
            began = stop.arrived if stop.arrived is not None else stop.begun
            return began, max(stop.left, began + 60)
        return stop and (stop.start, stop.end)


class Reaching(NamedTuple):
    """A stay that began before a day and reaches into it: as it was, as it goes, or as it is planned."""

    visit: Visit
    start: int
    end: int


class DayData(NamedTuple):
    """What of a day is read once for all technicians.

    `own` are the visits of each technician that belong to the day, by start; `reaching` what reaches into it from before.
    `access` are the opening spans of the sites that have any, `pinned` the sites that can be driven to without
    coordinates, `targets` the latest arrivals that service levels allow.
    """

    day: datetime.date
    firm: Firm
    now: int
    own: Mapping[int, Sequence[Visit]]
    access: Mapping[int, Spans]
    legs: Mapping[int, Mapping[int, Leg]]
    drive: Drive
    reaching: Mapping[int, Sequence[Reaching]]
    pinned: Container[int] = ()
    targets: Mapping[int, int] = {}


def read_day(
    store: Store,
    day: datetime.date,
    placed: Sequence[Visit],
    access: Mapping[int, Spans],
    drive: Drive,
    targets: Mapping[int, int],
) -> DayData:
    """A day with the visits that `placed_between` found for it."""
    firm, now = settings.firm(store), store.clock.now()
    begins = day_bounds(day, firm.zone)[0]
    own: dict[int, list[Visit]] = {}
    reaching: dict[int, list[Reaching]] = {}
    for visit in placed:
        for part in visit.assignments:
            if belongs(visit, begins):
                own.setdefault(part.technician_id, []).append(visit)
            elif (span := _stay(visit, part, now)) is not None and span[1] > begins:
                reaching.setdefault(part.technician_id, []).append(Reaching(visit, *span))
    kept_legs = legs_of_day(store, day, own)
    return DayData(day, firm, now, own, access, kept_legs, drive, reaching, pinned_sites(store), targets)


def belongs(visit: Visit, begins: int) -> bool:
    """Whether a placed visit that touches a day belongs to it, and does not only reach into it from before `begins`."""
    return existing(visit.day_anchor) >= begins


def _stay(visit: Visit, part: Assignment, now: int) -> tuple[int, int] | None:
    """When a visit takes a technician: as the clock has it, as it goes on, or as planned. None: not at all."""
    starts_at, ends_at = existing(visit.span)
    begun = part.check_in_at if part.check_in_at is not None else part.depart_at
    if visit.state in ENDED or part.check_out_at is not None:
        left = visit.ended_at if part.check_out_at is None else part.check_out_at
        return None if begun is None or left is None else (begun, left)
    if begun is None:
        return (starts_at, ends_at) if visit.state in OCCUPYING else None
    return begun, max(now, begun + ends_at - starts_at)


def running_day(technician: Technician, day: DayData, *, without: Container[int] = ()) -> RunningDay:
    """A technician's day rolled forward to its end, leaving out the visits `without`."""
    stops, leg_home = _courses(technician, day.own.get(technician.id, ()), day, without)
    begins, ends = day_bounds(day.day, day.firm.zone)
    conditions = Conditions(
        day_ends_at=ends,
        day_begins_at=begins,
        shift=shift_of(technician, day.day, day.firm.zone),
        lunch=lunch_on(technician, day.day, day.firm.zone),
        absences=technician.absences,
        leg_home=None if leg_home is None else leg_home.seconds,
        free_at=max(
            (one.end for one in day.reaching.get(technician.id, ()) if one.visit.id not in without), default=None
        ),
        late_minutes=day.firm.late_minutes,
        over_minutes=day.firm.running_over_minutes,
    )
    return RunningDay(tuple(stops), project(stops, day.now, conditions), conditions)


def drive_lazily(store: Store, day: datetime.date) -> Drive:
    """The drives of a day. Most days need none beside the legs that are kept, so nothing is loaded before one is asked."""
    loaded: list[Drive] = []

    def drive(origin: Place | None, destination: Place | None) -> Leg:
        if not loaded:
            from dispatch.desk.travel.drive_times import drives_on

            loaded.append(drives_on(store, day))
        return loaded[0](origin, destination)

    return drive


def place_of(visit: Visit, pinned_sites: Container[int]) -> Place | None:
    """Where a visit is; a site without coordinates has a stand-in once a drive to or from it is pinned. One that is
    reached by a stop elsewhere, or takes time to enter, says so."""
    if visit.place is None and visit.site_id in pinned_sites:
        return unplaced(visit.site_id)
    if (place := visit.place) is not None and visit.arrival_minutes:
        place = PlaceEntered(place.lat, place.lon, visit.arrival_minutes * 60)
    if visit.pickup_place is not None and place is not None:
        return PlaceVia(place.lat, place.lon, visit.pickup_place, visit.pickup_minutes * 60, place)
    return place


def access_of(
    own: Iterable[Visit], hours: Mapping[int, tuple[Hours, ...]], starts_at: int, ends_at: int
) -> dict[int, Spans]:
    """The opening spans of the sites of some visits that touch a day of the firm, by site; a site that is always open is not
    in it."""
    zones = {visit.site_id: visit.zone for visit in own if visit.site_id in hours}
    spans: dict[tuple[tuple[Hours, ...], str], Spans] = {}  # many sites open at the same hours
    for site_id, zone in zones.items():
        if (hours[site_id], zone) not in spans:
            spans[hours[site_id], zone] = openings_between(hours[site_id], starts_at, ends_at, zone)
    return {site_id: spans[hours[site_id], zone] for site_id, zone in zones.items()}


def _courses(
    technician: Technician, own: Sequence[Visit], day: DayData, without: Container[int]
) -> tuple[list[ClockedStop], Leg | None]:
    """The stops in course with the drive to each, and the drive home.

    A kept leg holds where the stop before is the planned one; who drives in another order has other legs.
    """
    kept_legs = day.legs.get(technician.id, {})
    planned = [visit for visit in own if visit.state in OCCUPYING]
    before_planned = {after.id: before.id for before, after in zip((None, *planned), planned, strict=False) if before}
    by_id = {visit.id: visit for visit in own}
    # a visit that is to be done, or that somebody set out for
    stops = in_driving_order(
        _course(visit, part, day.access.get(visit.site_id), day.targets.get(visit.id))
        for visit in own
        if (part := visit.assignment_of(technician.id)) is not None and visit.id not in without
        if visit.state in OCCUPYING or part.depart_at is not None or part.check_in_at is not None
    )
    courses: list[ClockedStop] = []
    reaching = [one for one in day.reaching.get(technician.id, ()) if one.visit.id not in without]
    called = on_call_on(technician, day.day, day.firm.zone) if technician.on_call else ()
    place, before = technician.home, HOME
    if stops:
        place = origin(
            technician, reaching, by_id[stops[0].visit_id], stops[0].begun or stops[0].start, day.pinned, day.drive
        )
    for stop in stops:
        here = place_of(by_id[stop.visit_id], day.pinned)
        leg = kept_legs.get(stop.visit_id)
        if leg is None or before_planned.get(stop.visit_id, HOME) != before:
            leg = day.drive(place, here)
        on_call = by_id[stop.visit_id].emergency and any(opens <= stop.start < closes for opens, closes in called)
        courses.append(stop._replace(leg=leg.seconds, on_call=on_call))
        place, before = here, stop.visit_id
    if not courses:
        return courses, None
    leg_home = kept_legs.get(HOME)
    if leg_home is None or not planned or planned[-1].id != before:
        leg_home = day.drive(place, technician.last_place)
    return courses, leg_home


def origin(
    technician: Technician,
    reaching: Sequence[Reaching],
    first: Visit,
    begins: int,
    pinned: Container[int],
    drive: Drive,
) -> Place | None:
    """Where a technician comes from to the first visit of a day that begins then: from home, or from what reached into the day
    where that leaves no time to go home."""
    last = max(reaching, key=lambda one: one.end, default=None)
    if last is None:
        return technician.home
    left, onward = (place_of(last.visit, pinned), last.end), (place_of(first, pinned), begins)
    return technician.home if goes_home(left, onward, (technician.last_place, technician.home), drive) else left[0]


def _course(visit: Visit, part: Assignment, access: Spans | None, target: int | None) -> ClockedStop:
    starts_at, ends_at = existing(visit.span)
    over = visit.state in ENDED or part.check_out_at is not None
    return ClockedStop(
        visit.id,
        starts_at,
        ends_at,
        promised=visit.awaited,
        # a target that the plan itself does not keep says nothing about how the day goes
        target=target if target is not None and target >= starts_at else None,
        access=access,
        departed=part.depart_at,
        arrived=part.check_in_at,
        left=visit.ended_at if over and part.check_out_at is None else part.check_out_at,
        over=over,
        rested=sum(
            segment.ends_at - segment.starts_at
            for segment in part.segments
            if segment.kind == "break" and segment.ends_at is not None
        ),
    )
