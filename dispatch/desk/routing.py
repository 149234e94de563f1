"""A technician's day as the checker and the board need it, and its legs, worked out whenever the day changes."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from db import doors, legs, people, settings, visits
from db.legs import HOME
from db.store import Store
from db.unit import Unit
from dispatch.desk.handing_over import owners_of
from dispatch.desk.seat import Seat
from dispatch.desk.shifts import lunch_on, shift_of
from dispatch.model.firm import Firm
from dispatch.model.instants import at_local, day_bounds, day_of
from dispatch.model.people import Technician
from dispatch.model.states import OCCUPYING, State
from dispatch.model.visits import Visit
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay
from dispatch.planning.lunch import Span
from dispatch.travel.chain import Chain
from dispatch.travel.estimate import Estimated

TravelDay = tuple[int, datetime.date]
"""A technician's id and a date."""


def travel() -> Chain:
    """The providers of travel times, the most trusted first."""
    return Chain([Estimated()])


def rules_of(firm: Firm) -> Rules:
    """The checker's rules as the firm has set them."""
    return Rules(buffer_minutes=firm.buffer_minutes, overlap=firm.overlap)


def stop_of(store: Store, visit: Visit, start: int, end: int) -> Stop:
    """A visit as a stop from `start` to `end`."""
    owners = owners_of(store, [visit.id]).get(visit.id)
    hours = doors.access_hours(store, visit.site_id).get(visit.site_id)
    access = None
    if hours is not None:
        day = day_of(start, visit.zone)
        access = tuple(
            (at_local(day, opening.opens, visit.zone), at_local(day, opening.closes, visit.zone))
            for opening in hours
            if opening.weekday == day.weekday()
        )
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
        owners=None if owners is None else owners.allowed,
        owner="" if owners is None else " and ".join(owners.names),
    )


def days_on(store: Store, day: datetime.date, *, without: int | None = None) -> list[TechnicianDay]:
    """Every technician's day as it is planned, leaving out the visit `without`."""
    firm = settings.firm(store)
    starts_at, ends_at = day_bounds(day, firm.zone)
    placed = [visit for visit in visits.placed_between(store, starts_at, ends_at) if visit.state in OCCUPYING]
    return [
        _technician_day(store, technician, day, firm, [visit for visit in placed if visit.id != without])
        for technician in people.technicians(store)
    ]


def _technician_day(
    store: Store, technician: Technician, day: datetime.date, firm: Firm, placed: Iterable[Visit]
) -> TechnicianDay:
    stops = tuple(
        Stop(visit.id, visit.client, *_stay(visit), place=visit.place)
        for visit in placed
        if visit.assignment_of(technician.id) is not None
    )
    return TechnicianDay(
        technician_id=technician.id,
        name=technician.name,
        zone=firm.zone,
        skills=technician.skills,
        shift=shift_of(technician, day, firm.zone),
        lunch=lunch_on(technician, day, firm.zone),
        absences=technician.absences,
        home=technician.home,
        stops=stops,
    )


def _stay(visit: Visit) -> Span:
    """When a visit really takes its technician: what is over ended when it ended."""
    assert visit.starts_at is not None
    assert visit.ends_at is not None
    check_in, check_out = visit.checked_in_at, visit.checked_out_at
    if check_in is not None and check_out is not None:
        return check_in, max(check_out, check_in + 60)
    return visit.starts_at, visit.ends_at


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
