"""A technician's day as the checker and the board need it, and its legs, worked out whenever the day changes."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from db import clients, legs, people, sequences, settings, visits
from db.clients import not_with
from db.legs import HOME
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.day.running import (
    DayData,
    Reaching,
    RunningDay,
    access_of,
    belongs,
    origin,
    place_of,
    read_day,
    running_day,
)
from dispatch.desk.firm.shifts import lunch_on, on_call_on, shift_of
from dispatch.desk.levels.clocks import VisitClock, clocks_of, promised_by
from dispatch.desk.session.user import User
from dispatch.desk.travel.drive_times import drives_on, travel
from dispatch.desk.visits.steps import owners_of
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.people import Spans, Technician, openings_between
from dispatch.model.states import ENDED, OCCUPYING, State
from dispatch.model.travel import UNKNOWN_LEG, Leg
from dispatch.model.visits import Visit
from dispatch.planning.day import Rules, SequenceRule, Stop, TechnicianDay
from dispatch.travel.chain import Chain

WEIGHTS = tuple(field.name for field in fields(Rules) if field.name not in ("buffer_minutes", "overlap"))
"""The names of the weights, each a setting of the firm."""


def rules_of(firm: Firm) -> Rules:
    """The checker's rules as the firm has set them."""
    weights = {name: getattr(firm, f"weight_{name}") for name in WEIGHTS}
    return Rules(buffer_minutes=firm.buffer_minutes, overlap=firm.overlap, **weights)


def stop_of(store: Store, visit: Visit, start: int, end: int) -> Stop:
    """A visit as a stop from `start` to `end`. A target that is missed already is missed wherever it stands, and not in it."""
    return stops_of(store, [(visit, start, end)], clocks_of(store, [visit]))[visit.id]


def stops_of(
    store: Store, spans: Sequence[tuple[Visit, int, int]], clocks: Mapping[int, Sequence[VisitClock]]
) -> dict[int, Stop]:
    """Many visits as stops, by id: each from its start to its end, with its clocks. As `stop_of`."""
    now, zone = store.clock.now(), settings.firm(store).zone
    every = [visit for visit, _, _ in spans]
    owners = owners_of(store, [visit.id for visit in every])
    sites = {visit.site_id for visit in every}
    hours = clients.access_hours(store, sites)
    known = visits.known_at(store, sites)
    banned = {client_id: not_with(store, client_id) for client_id in {visit.client_id for visit in every}}
    pinned = legs.pinned_sites(store) if any(visit.place is None for visit in every) else ()
    before, after = sequences.in_sequence(store, {visit.id for visit in every})
    onsite, resolution = promised_by(clocks, "onsite"), promised_by(clocks, "resolution")
    stops = {}
    for visit, start, end in spans:
        own = hours.get(visit.site_id)
        access = None if own is None else openings_between(own, *day_bounds(day_of(start, zone), zone), visit.zone)
        stop = replace(
            stop_at(visit, start, end, access, pinned, _ahead(onsite.get(visit.id), now)),
            resolve_by=_ahead(resolution.get(visit.id), now + end - start) if visit.day_number == visit.days else None,
            banned=banned[visit.client_id],
            known_by=known.get(visit.site_id, frozenset()),
            after=SequenceRule(*before[visit.id])
            if visit.id in before and visit.day_number == 1
            else _day_before(visit),
            followers=_what_follows(visit, after.get(visit.id, ())),
        )
        if (owner := owners.get(visit.id)) is not None:
            stop = replace(stop, owners=owner.allowed, owner=" and ".join(owner.names))
        stops[visit.id] = stop
    return stops


def _day_before(visit: Visit) -> SequenceRule | None:
    """That the day of a visit which has a place before this one is over on an earlier day."""
    earlier = [one for one in visit.all_days if one.day_number < visit.day_number]
    return SequenceRule(f"day {earlier[-1].day_number}", earlier[-1].ends_at, 0, "later") if earlier else None


def _what_follows(visit: Visit, others: Sequence[sequences.Neighbour]) -> tuple[SequenceRule, ...]:
    """The next day of a visit that has a place; after its last day the visits that begin after it."""
    later = [one for one in visit.all_days if one.day_number > visit.day_number]
    if later:
        return (SequenceRule(f"day {later[0].day_number}", later[0].starts_at, 0, "later"),)
    return tuple(SequenceRule(*other) for other in others) if visit.day_number == visit.days else ()


def _ahead(due: int | None, now: int) -> int | None:
    return due if due is not None and due > now else None


def stop_at(
    visit: Visit, start: int, end: int, access: Spans | None, pinned: Container[int], due: int | None = None
) -> Stop:
    """A visit as a stop from `start` to `end`.

    Args:
        visit: what is placed.
        start, end: the stay.
        access: the opening spans of the site; None: always open.
        pinned: the sites that can be driven to without coordinates.
        due: when a service level wants somebody on site.
    """
    return Stop(
        visit_id=visit.id,
        client=visit.client,
        start=start,
        end=end,
        place=place_of(visit, pinned),
        skills=visit.needs,
        access=access,
        promised=visit.awaited,
        pinned=visit.pinned,
        confirmed=visit.state is State.CONFIRMED,
        emergency=visit.emergency,
        preferred_id=visit.preferred_id,
        preferred=visit.preferred,
        due=due if visit.day_number == 1 else None,
        wanted_on=visit.wanted_on,
        latest_on=visit.latest_on,
        zone=visit.zone,
    )


@dataclass(frozen=True, slots=True)
class TechnicianRunning:
    """A technician's day for the checker, with how it runs. `visits` are those of its stops."""

    day: TechnicianDay
    running: RunningDay
    visits: tuple[Visit, ...]


def days_on(
    store: Store, day: datetime.date, *, without: Container[int] = (), only: Collection[int] | None = None
) -> list[TechnicianDay]:
    """Every technician's day as it goes: what is over when it was, the rest as projected.

    Args:
        without: the visits that are left out.
        only: the technicians that matter; None for all.
    """
    return [running.day for running in running_on(store, day, without=without, only=only)]


def with_what_follows(
    store: Store, days: Sequence[TechnicianDay], day: datetime.date, until: int, without: Container[int] = ()
) -> list[TechnicianDay]:
    """The days with what their technicians have on the next one, where a stay up to `until` reaches past midnight; the visits
    `without` are left out."""
    firm = settings.firm(store)
    midnight = day_bounds(day, firm.zone)[1]
    if until <= midnight:
        return list(days)
    ids = {one.technician_id for one in days}
    bounds = day_bounds(day + datetime.timedelta(days=1), firm.zone)
    following = [
        visit
        for visit in visits.placed_between(store, *bounds, technicians=ids)
        if visit.state in OCCUPYING and visit.id not in without and belongs(visit, midnight)
    ]
    pinned = legs.pinned_sites(store)
    return [
        replace(
            one,
            outside=(
                *one.outside,
                *(
                    stop_at(visit, *existing(visit.span), None, pinned)
                    for visit in following
                    if visit.assignment_of(one.technician_id) is not None
                ),
            ),
        )
        for one in days
    ]


def running_on(
    store: Store, day: datetime.date, *, without: Container[int] = (), only: Collection[int] | None = None
) -> list[TechnicianRunning]:
    """As `days_on`, with what happened and the projection of each technician."""
    firm = settings.firm(store)
    starts_at, ends_at = day_bounds(day, firm.zone)
    placed = visits.placed_between(store, starts_at, ends_at, technicians=only)
    access = access_of(placed, clients.access_hours(store, {visit.site_id for visit in placed}), starts_at, ends_at)
    clocks = clocks_of(store, [visit for visit in placed if visit.state not in ENDED])
    read = read_day(store, day, placed, access, drives_on(store, day), promised_by(clocks, "onsite"))
    return [_technician_day(technician, read, without) for technician in people.technicians(store, only)]


def _technician_day(technician: Technician, read: DayData, without: Container[int]) -> TechnicianRunning:
    running = running_day(technician, read, without=without)
    by_id = {visit.id: visit for visit in read.own.get(technician.id, ())}
    own = tuple(by_id[stop.visit_id] for stop in running.stops)
    spans = ((visit, running.span_of(visit.id)) for visit in own)
    day = TechnicianDay(
        technician_id=technician.id,
        name=technician.name,
        zone=read.firm.zone,
        skills=technician.able,
        shift=shift_of(technician, read.day, read.firm.zone),
        lunch=lunch_on(technician, read.day, read.firm.zone),
        absences=technician.absences,
        home=technician.home,
        ends=technician.ends,
        on_call=on_call_on(technician, read.day, read.firm.zone),
        billable=technician.billable,
        stops=tuple(
            replace(
                stop_at(visit, *span, read.access.get(visit.site_id), read.pinned, read.targets.get(visit.id)),
                held_up=visit.starts_at is not None and span[0] > visit.starts_at,
            )
            for visit, span in spans
            if span is not None
        ),
        outside=tuple(
            stop_at(one.visit, one.start, one.end, None, read.pinned)
            for one in read.reaching.get(technician.id, ())
            if one.visit.id not in without
        ),
        hours24=read.firm.clock_hours == 24,
    )
    return TechnicianRunning(day, running, own)


def drive_to(store: Store, visit: Visit) -> Leg:
    """The drive to a visit in its first technician's day, as it was worked out when the day was planned."""
    if visit.starts_at is None or not visit.assignments:
        return UNKNOWN_LEG
    day = day_of(visit.starts_at, settings.firm(store).zone)
    return legs.legs_of_day(store, day).get(visit.assignments[0].technician_id, {}).get(visit.id, UNKNOWN_LEG)


def reroute(unit: Unit, changed: Iterable[Visit]) -> None:
    """Work out the legs again of the technicians' days on which some visits stood or stand, so that no screen has to: days
    of the firm, whatever the clocks of the sites say. No engine is asked.

    Args:
        changed: each visit as it stood and as it stands, where that differs.
    """
    zone, by_day = settings.firm(unit.store).zone, dict[datetime.date, set[int]]()
    for one in (day for visit in changed for day in visit.coming):
        crew = by_day.setdefault(day_of(existing(one.starts_at), zone), set())
        crew.update(part.technician_id for part in one.assignments)
    for day, wanted in sorted(by_day.items()):
        for technician_id, own in _fresh(unit.store, day, wanted).items():
            legs.set_legs(unit, technician_id, day, own)


def reroute_ahead(unit: Unit) -> None:
    """Work out all legs from today on again: a place or a pinned drive has changed."""
    for day in legs.days_from(unit.store, day_of(unit.at, settings.firm(unit.store).zone)):
        for technician_id, own in _fresh(unit.store, day).items():
            legs.set_legs(unit, technician_id, day, own)


def renew(user: User, day: datetime.date) -> bool:
    """Take over into a day's legs what is known now; returns whether anything differs. Days that are over stay."""
    store = user.store
    if day < day_of(user.now, settings.firm(store).zone) or not _fresh(store, day):
        return False
    with user.write("renew drives") as unit:
        fresh = _fresh(store, day)
        for technician_id, own in fresh.items():
            legs.set_legs(unit, technician_id, day, own)
            unit.audit("technician", technician_id, drives_of=day.isoformat())
        if not fresh:
            unit.leave_unchanged()
    return bool(fresh)


def _fresh(store: Store, day: datetime.date, technicians: Collection[int] | None = None) -> dict[int, dict[int, Leg]]:
    """Of some technicians' days (None: of those that have legs), the legs that are others now than those that are kept:
    technician → visit (or `HOME`) → leg, as the providers say."""
    kept = legs.legs_of_day(store, day)
    who = kept if technicians is None else technicians
    chain, pinned = travel(store), legs.pinned_sites(store)
    starts_at, ends_at = day_bounds(day, settings.firm(store).zone)
    found = visits.placed_between(store, starts_at, ends_at, technicians=who)
    placed = [visit for visit in found if visit.state in OCCUPYING]
    fresh = {one.id: _route_legs(chain, one, placed, pinned, starts_at) for one in people.technicians(store, who)}
    return {key: own for key, own in fresh.items() if own != kept.get(key, {})}


def _route_legs(
    chain: Chain, technician: Technician, placed: Iterable[Visit], pinned: Container[int], starts_at: int
) -> dict[int, Leg]:
    own = [visit for visit in placed if visit.assignment_of(technician.id) is not None]
    route = [visit for visit in own if existing(visit.starts_at) >= starts_at]
    reckoned: dict[int, Leg] = {}
    place = technician.home
    if route:
        begins = existing(route[0].starts_at)
        reaching = [Reaching(visit, *existing(visit.span)) for visit in own if visit not in route]
        place = origin(
            technician, reaching, route[0], begins, pinned, lambda here, there: chain.leg(here, there, begins)
        )
    for visit in route:
        here = place_of(visit, pinned)
        reckoned[visit.id] = chain.leg(place, here, visit.starts_at or starts_at)
        place = here
    if route:
        reckoned[HOME] = chain.leg(place, technician.last_place, route[-1].ends_at or starts_at)
    return reckoned
