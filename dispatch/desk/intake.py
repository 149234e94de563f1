"""Taking a request: into the unscheduled queue, with every fault of the form named at once."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from db import clients, people, visits
from db.store import Store
from db.visits import NewVisit
from dispatch.desk import undo
from dispatch.desk.refusals import Faulty
from dispatch.desk.seat import Seat
from dispatch.model import text as limits
from dispatch.model.clients import Client, Site
from dispatch.model.instants import AmbiguousTime, at_local, day_of, parse_clock, parse_day
from dispatch.model.spans import parse_minutes
from dispatch.model.states import Role
from dispatch.model.text import TextRefused, clean, show
from dispatch.model.visits import CAME_BY, Visit


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was typed. Everything is text but what cannot be mistyped.

    `same_job` is the reference of a visit whose job this one belongs to as well; `came_by` one of `CAME_BY`, or empty.
    """

    client: str
    work: str
    minutes: int | str
    site: str | None = None
    priority: str = "P3"
    wanted_on: str | None = None
    promised_from: str | None = None
    promised_to: str | None = None
    skills: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    preferred: str | None = None
    reported_by: str = ""
    emergency: bool = False
    kind: str = "visit"
    reference: str | None = None
    description: str = ""
    same_job: str | None = None
    came_by: str = ""


def add(seat: Seat, request: Request) -> Visit:
    """Put a request into the queue.

    Raises:
        NotAllowed: only a dispatcher adds visits.
        Faulty: with every field that cannot be taken.
    """
    with seat.write("add", Role.DISPATCHER) as unit:
        new = checked(seat, request)
        visit_id = visits.add_visit(unit, seat.store, new)
        visit = visits.visit_by_id(seat.store, visit_id)
        assert visit is not None
        # taking an addition back means putting the visit away: nothing is ever deleted
        undo.remember(seat, unit, f"add {visit.reference}", [visit._replace(archived_at=seat.now)])
        return visit


def checked(seat: Seat, request: Request, standing: Visit | None = None) -> NewVisit:
    """The request in parsed form.

    Args:
        seat: who writes it.
        request: as it was typed.
        standing: the visit whose request it is from now on; its reference, kind and job stay. None: it is a new one.

    Raises:
        Faulty: with every field that cannot be taken.
    """
    store = seat.store
    faults: list[str] = []

    def text(name: str, value: str, limit: int, *, required: bool = False, multiline: bool = False) -> str:
        try:
            cleaned = clean(value, limit=limit, multiline=multiline)
        except TextRefused as fault:
            faults.append(f"{name}: {fault}")
            return ""
        if required and not cleaned:
            faults.append(f"{name}: is missing")
        return cleaned

    work = text("work", request.work, limits.LINE, required=True)
    client, site = _whose(store, request, faults)
    minutes = _number(request.minutes, faults)
    priority = _priority(request.priority, faults)
    zone = site.zone if site is not None else seat.firm.zone
    wanted_on = _wanted(request.wanted_on, day_of(seat.now, zone), faults)
    promised = _promised(request, wanted_on, zone, faults)
    skills = frozenset(text("skill", skill, 40).casefold() for skill in request.skills)
    known = people.skills(store)
    for skill in sorted(skills - known - {""}):
        faults.append(
            f"skill: nobody has {show(skill)!r}; known are {', '.join(map(show, sorted(known))) or 'none yet'}"
        )
    preferred_id = None
    if request.preferred:
        technician = people.technician_by_name(store, request.preferred)
        if technician is None:
            faults.append(f"preferred technician: there is no technician {show(request.preferred, 60)}")
        else:
            preferred_id = technician.id
    typed = standing.reference if standing is not None else request.reference or visits.next_reference(store)
    reference = text("reference", typed, limits.REFERENCE, required=True)
    if standing is None and reference and visits.visit_by_reference(store, reference) is not None:
        faults.append(f"reference: {show(reference)} is taken")
    new = NewVisit(
        reference=reference,
        client_id=client.id if client else 0,
        site_id=site.id if site else 0,
        work=work,
        minutes=minutes,
        priority=priority,
        requested_at=seat.now if standing is None else standing.requested_at,
        wanted_on=wanted_on,
        promised=promised,
        skills=skills - {""},
        tags=frozenset(text("tag", tag, 40).casefold() for tag in request.tags) - {""},
        reported_by=text("reported by", request.reported_by, limits.NAME),
        emergency=request.emergency,
        preferred_id=preferred_id,
        description=text("description", request.description, limits.NOTE, multiline=True),
        kind=request.kind if standing is None else standing.kind,
        came_by=_came_by(request.came_by, faults),
        job_id=_job(store, request, client, faults) if standing is None else standing.job_id,
    )
    if faults:
        raise Faulty(faults)
    return new


def _whose(store: Store, request: Request, faults: list[str]) -> tuple[Client | None, Site | None]:
    client = clients.client_by_name(store, request.client)
    if client is None:
        faults.append(f"client: there is no client {show(request.client, 60)!r}")
        return None, None
    sites = clients.sites_of(store, client.id)
    if request.site is not None:
        site = clients.site_by_name(store, client.id, request.site)
        if site is None:
            faults.append(
                f"site: {show(client.name)} has {', '.join(show(site.name) for site in sites) or 'no site yet'}"
            )
        return client, site
    if len(sites) != 1:
        faults.append(
            f"site: say which of {', '.join(show(site.name) for site in sites)}"
            if sites
            else f"site: {show(client.name)} has no site yet"
        )
        return client, None
    return client, sites[0]


def _job(store: Store, request: Request, client: Client | None, faults: list[str]) -> int | None:
    """The job of the visit that was named, None for a new one."""
    if not request.same_job:
        return None
    other = visits.visit_by_reference(store, request.same_job)
    if other is None or other.archived_at is not None:
        faults.append(f"same job: there is no visit {show(request.same_job, 40)}")
        return None
    if client is not None and other.client_id != client.id:
        faults.append(f"same job: {show(other.reference)} is {show(other.client)}'s")
    return other.job_id


def _number(value: int | str, faults: list[str]) -> int:
    try:
        minutes = parse_minutes(str(value))
    except ValueError as fault:
        faults.append(f"minutes: {fault}")
        return 0
    if not 1 <= minutes <= 1440:
        faults.append(f"minutes: {minutes} is not between 1 and 1440")
    return minutes


def _priority(value: str, faults: list[str]) -> int:
    typed = value.strip().upper().removeprefix("P")
    if typed not in ("1", "2", "3", "4"):
        faults.append(f"priority: {show(value, 20)!r} is not one of P1, P2, P3, P4")
        return 0
    return int(typed)


def _came_by(value: str, faults: list[str]) -> str:
    typed = value.strip().casefold()
    if typed and typed not in CAME_BY:
        faults.append(f"came in by: {show(value, 20)!r} is not one of {', '.join(CAME_BY)}")
    return typed


def _wanted(value: str | None, today: datetime.date, faults: list[str]) -> datetime.date | None:
    if not value:
        return None
    try:
        return parse_day(value, today=today)
    except ValueError as fault:
        faults.append(f"date: {fault}")
        return None


def _promised(
    request: Request, wanted_on: datetime.date | None, zone: str, faults: list[str]
) -> tuple[int, int] | None:
    if not request.promised_from and not request.promised_to:
        return None
    if not (request.promised_from and request.promised_to):
        faults.append("promised window: needs both ends, for example 09:00 and 11:00")
        return None
    if wanted_on is None:
        faults.append("promised window: needs a date")
        return None
    try:
        start = at_local(wanted_on, parse_clock(request.promised_from), zone)
        end = at_local(wanted_on, parse_clock(request.promised_to, allow_24=True), zone)
    except (AmbiguousTime, ValueError) as fault:
        faults.append(f"promised window: {fault}")
        return None
    if end <= start:
        faults.append("promised window: its end is not after its start")
        return None
    return start, end
