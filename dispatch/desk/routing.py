"""A technician's day as the checker and the board need it, and its legs, worked out whenever the day changes."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable
from functools import partial

from db import doors, legs, people, pins, settings, travel_times, visits
from db.legs import HOME
from db.store import Store
from db.unit import Unit
from dispatch.desk import road_times
from dispatch.desk.handing_over import owners_of
from dispatch.desk.road_times import sources
from dispatch.desk.seat import Seat
from dispatch.desk.shifts import lunch_on, shift_of
from dispatch.model.firm import Firm
from dispatch.model.instants import at_local, day_bounds, day_of
from dispatch.model.people import Technician
from dispatch.model.states import OCCUPYING, State
from dispatch.model.travel import Leg, Place, unplaced
from dispatch.model.visits import Visit
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay
from dispatch.planning.lunch import Span
from dispatch.travel.chain import Chain, Provider
from dispatch.travel.estimate import Estimated
from dispatch.travel.known import Known, Pinned, pinned_leg
from dispatch.travel.scale import Scaled
from dispatch.travel.sources import ESTIMATED, Source

TravelDay = tuple[int, datetime.date]
"""A technician's id and a date."""


def travel(store: Store | None = None) -> Chain:
    """The providers of travel times, the most trusted first; without a store those that every firm has.

    No road engine is asked here, only what it said before: this may be read in a transaction and while a visit is in
    hand. `dispatch.desk.roads.prefetch` asks, and keeps the answers.
    """
    if store is None:
        return Chain([Estimated()])
    firm = settings.firm(store)
    return Chain(
        [*known_drives(store), *(cached_roads(store, firm, one) for one in sources(firm)), estimated(store, firm)]
    )


def known_drives(store: Store) -> list[Provider]:
    """Pinned drives and learned pairs, where there are any."""
    found: list[Provider] = []
    if pinned := pins.pinned_places(store):
        found.append(Pinned({(origin, destination): pinned_leg(minutes) for origin, destination, minutes in pinned}))
    if travel_times.learned(store)[0]:
        found.append(Known(partial(travel_times.pairs, store)))
    return found


def cached_roads(store: Store, firm: Firm, source: Source) -> Provider:
    """What a road engine said before, at the firm's own pace where that is learned."""
    return scaled(store, firm, source.key, Known(partial(road_times.legs, store, firm, source)))


def estimated(store: Store, firm: Firm) -> Provider:
    """The estimate, at the firm's own pace where that is learned."""
    return scaled(store, firm, ESTIMATED, Estimated())


def scaled(store: Store, firm: Firm, source: str, provider: Provider) -> Provider:
    """A provider with the scale that was learned for it."""
    scale = travel_times.scale(store, source, firm.zone)
    return provider if scale is None else Scaled(provider, scale)


def place_of(visit: Visit, pinned_sites: Container[int]) -> Place | None:
    """Where a visit is; a site without coordinates has a stand-in once a drive to or from it is pinned."""
    if visit.place is None and visit.site_id in pinned_sites:
        return unplaced(visit.site_id)
    return visit.place


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
        place=place_of(visit, pins.pinned_sites(store) if visit.place is None else ()),
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
    pinned = pins.pinned_sites(store)
    return [
        _technician_day(technician, day, firm, [visit for visit in placed if visit.id != without], pinned)
        for technician in people.technicians(store)
    ]


def _technician_day(
    technician: Technician, day: datetime.date, firm: Firm, placed: Iterable[Visit], pinned: Container[int]
) -> TechnicianDay:
    stops = tuple(
        Stop(visit.id, visit.client, *_stay(visit), place=place_of(visit, pinned))
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
    return Drives(travel(store), day_bounds(day, settings.firm(store).zone)[0])


def days_of(visit: Visit) -> set[TravelDay]:
    """The days whose legs depend on a visit."""
    if visit.starts_at is None:
        return set()
    day = day_of(visit.starts_at, visit.zone)
    return {(part.technician_id, day) for part in visit.assignments}


def reroute(seat: Seat, unit: Unit, days: Iterable[TravelDay]) -> None:
    """Work out the legs of some technicians' days again, so that no screen has to. No engine is asked."""
    store = seat.store
    by_day: dict[datetime.date, set[int]] = {}
    for technician_id, day in days:
        by_day.setdefault(day, set()).add(technician_id)
    for day, wanted in sorted(by_day.items()):
        for technician_id, found in legs_on(store, day, wanted).items():
            legs.set_legs(unit, technician_id, day, found)


def reroute_ahead(unit: Unit) -> None:
    """Work out all legs from today on again: a place or a pinned drive has changed."""
    store = unit.store
    for day in legs.days_from(store, day_of(unit.at, settings.firm(store).zone)):
        kept = legs.legs_of_day(store, day)
        for technician_id, found in legs_on(store, day, kept).items():
            if found != kept[technician_id]:
                legs.set_legs(unit, technician_id, day, found)


def renew(seat: Seat, day: datetime.date) -> bool:
    """Take over into a day's legs what is known now; returns whether anything differs. Days that are over stay."""
    store = seat.store
    if day < day_of(seat.now, settings.firm(store).zone):
        return False
    kept = legs.legs_of_day(store, day)
    if all(found == kept[technician_id] for technician_id, found in legs_on(store, day, kept).items()):
        return False
    with seat.write("renew drives") as unit:
        kept = legs.legs_of_day(store, day)
        fresh = {key: found for key, found in legs_on(store, day, kept).items() if found != kept[key]}
        for technician_id, found in fresh.items():
            legs.set_legs(unit, technician_id, day, found)
            unit.audit("technician", technician_id, drives_of=day.isoformat())
        if not fresh:
            unit.leave_unchanged()
    return bool(fresh)


def legs_on(store: Store, day: datetime.date, technicians: Container[int]) -> dict[int, dict[int, Leg]]:
    """The legs of some technicians' days as the providers say now: technician → visit (or `HOME`) → leg."""
    firm = settings.firm(store)
    chain, pinned = travel(store), pins.pinned_sites(store)
    starts_at, ends_at = day_bounds(day, firm.zone)
    placed = [visit for visit in visits.placed_between(store, starts_at, ends_at) if visit.state in OCCUPYING]
    return {
        technician.id: _route_legs(chain, technician, placed, pinned, starts_at)
        for technician in people.technicians(store)
        if technician.id in technicians
    }


def _route_legs(
    chain: Chain, technician: Technician, placed: Iterable[Visit], pinned: Container[int], starts_at: int
) -> dict[int, Leg]:
    route = [visit for visit in placed if visit.assignment_of(technician.id) is not None]
    found: dict[int, Leg] = {}
    place = technician.home
    for visit in route:
        here = place_of(visit, pinned)
        found[visit.id] = chain.leg(place, here, visit.starts_at or starts_at)
        place = here
    if route:
        found[HOME] = chain.leg(place, technician.home, route[-1].ends_at or starts_at)
    return found
