"""A technician's day as the checker and the board need it, and its legs, worked out whenever the day changes."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable
from dataclasses import dataclass, fields, replace

from db import doors, legs, people, settings, visits
from db.legs import HOME
from db.store import Store
from db.unit import Unit
from dispatch.desk.handing_over import owners_of
from dispatch.desk.running import (
    Day,
    RunningDay,
    Spans,
    access_of,
    access_on,
    by_technician,
    running_day,
    still_underway,
)
from dispatch.desk.seat import Seat
from dispatch.desk.shifts import lunch_on, shift_of
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.people import Technician
from dispatch.model.states import OCCUPYING, State
from dispatch.model.visits import Visit
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay
from dispatch.travel.chain import Chain
from dispatch.travel.estimate import Estimated

WEIGHTS = tuple(field.name for field in fields(Rules) if field.name not in ("buffer_minutes", "overlap"))
"""The names of the weights, each a setting of the firm."""

TravelDay = tuple[int, datetime.date]
"""A technician's id and a date."""


def travel() -> Chain:
    """The providers of travel times, the most trusted first."""
    return Chain([Estimated()])


def rules_of(firm: Firm) -> Rules:
    """The checker's rules as the firm has set them."""
    weights = {name: getattr(firm, f"weight_{name}") for name in WEIGHTS}
    return Rules(buffer_minutes=firm.buffer_minutes, overlap=firm.overlap, **weights)


def stop_of(store: Store, visit: Visit, start: int, end: int) -> Stop:
    """A visit as a stop from `start` to `end`."""
    owners = owners_of(store, [visit.id]).get(visit.id)
    hours = doors.access_hours(store, visit.site_id).get(visit.site_id)
    stop = stop_at(
        visit, start, end, None if hours is None else access_on(hours, day_of(start, visit.zone), visit.zone)
    )
    return stop if owners is None else replace(stop, owners=owners.allowed, owner=" and ".join(owners.names))


def stop_at(visit: Visit, start: int, end: int, access: Spans | None) -> Stop:
    """A visit as a stop from `start` to `end`, at a site with these opening spans (None: always open)."""
    return Stop(
        visit_id=visit.id,
        client=visit.client,
        start=start,
        end=end,
        place=visit.place,
        skills=visit.skills,
        access=access,
        promised=visit.promised,
        pinned=visit.pinned,
        confirmed=visit.state is State.CONFIRMED,
        preferred_id=visit.preferred_id,
        preferred=visit.preferred,
    )


@dataclass(frozen=True, slots=True)
class TechnicianRunning:
    """A technician's day for the checker, with how it runs. `visits` are those of its stops."""

    day: TechnicianDay
    running: RunningDay
    visits: tuple[Visit, ...]


def days_on(
    store: Store, day: datetime.date, *, without: int | None = None, only: Container[int] | None = None
) -> list[TechnicianDay]:
    """Every technician's day as it goes: what is over when it was, the rest as projected.

    Args:
        without: a visit that is left out.
        only: the technicians that matter; None for all.
    """
    return [one.day for one in running_on(store, day, without=without, only=only)]


def running_on(
    store: Store, day: datetime.date, *, without: int | None = None, only: Container[int] | None = None
) -> list[TechnicianRunning]:
    """As `days_on`, with what happened and the projection of each technician."""
    firm = settings.firm(store)
    starts_at, ends_at = day_bounds(day, firm.zone)
    now = store.clock.now()
    placed = visits.placed_between(store, starts_at, ends_at)
    read = Day(
        day,
        firm,
        now,
        by_technician(placed),
        access_of(placed, doors.access_hours(store), day),
        legs.legs_of_day(store, day),
        drives_on(store, day),
        still_underway(store, starts_at, now),
    )
    return [
        _technician_day(technician, read, without)
        for technician in people.technicians(store)
        if only is None or technician.id in only
    ]


def _technician_day(technician: Technician, read: Day, without: int | None) -> TechnicianRunning:
    running = running_day(technician, read, without=without)
    by_id = {visit.id: visit for visit in read.own.get(technician.id, ())}
    own = tuple(by_id[stop.visit_id] for stop in running.stops)
    spans = ((visit, running.span_of(visit.id)) for visit in own)
    day = TechnicianDay(
        technician_id=technician.id,
        name=technician.name,
        zone=read.firm.zone,
        skills=technician.skills,
        shift=shift_of(technician, read.day, read.firm.zone),
        lunch=lunch_on(technician, read.day, read.firm.zone),
        absences=technician.absences,
        home=technician.home,
        stops=tuple(stop_at(visit, *span, read.access.get(visit.site_id)) for visit, span in spans if span is not None),
    )
    return TechnicianRunning(day, running, own)


def drives_on(store: Store, day: datetime.date) -> Drives:
    """The legs of a day, each worked out once."""
    return Drives(travel(), day_bounds(day, settings.firm(store).zone)[0])


def days_of(visit: Visit) -> set[TravelDay]:
    """The days whose legs depend on a visit."""
    if visit.starts_at is None:
        return set()
    day = day_of(visit.starts_at, visit.zone)
    return {(part.technician_id, day) for part in visit.assignments}


def reroute(seat: Seat, unit: Unit, days: Iterable[TravelDay]) -> None:
    """Work out the legs of some technicians' days again, so that no screen has to."""
    store = seat.store
    firm = settings.firm(store)
    chain = travel()
    for technician_id, day in sorted(set(days)):
        technician = people.technician(store, technician_id)
        if technician is None:
            continue
        starts_at, ends_at = day_bounds(day, firm.zone)
        route = [
            visit
            for visit in visits.placed_between(store, starts_at, ends_at)
            if visit.state in OCCUPYING and visit.assignment_of(technician_id) is not None
        ]
        found = {}
        place = technician.home
        for visit in route:
            found[visit.id] = chain.leg(place, visit.place, visit.starts_at or starts_at)
            place = visit.place
        if route:
            found[HOME] = chain.leg(place, technician.home, route[-1].ends_at or starts_at)
        legs.set_legs(unit, technician_id, day, found)
