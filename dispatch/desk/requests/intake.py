"""Taking a request: into the unscheduled queue, with every fault of it named at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from db import clients, people, visits
from db.names import folded
from db.visits import NewVisit
from dispatch.desk.book.context import Desk
from dispatch.desk.day import undo_record
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.session.user import User
from dispatch.fields.record import FieldFault, sentences
from dispatch.model.clients import Site
from dispatch.model.instants import at_local
from dispatch.model.requests import Request
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.records.requests import REQUEST


def add(user: User, texts: Mapping[str, str]) -> Visit:
    """Put a request into the queue.

    Args:
        user: a dispatcher.
        texts: the fields of `REQUEST` as they were typed.

    Raises:
        NotAllowed: only a dispatcher adds visits.
        Faulty: with every field that cannot be taken.
    """
    with user.write("add", Role.DISPATCHER) as unit:
        new = checked(user, texts)
        visit = visits.again(user.store, visits.add_visit(unit, user.store, new))
        # taking an addition back means putting the visit away: nothing is ever deleted
        undo_record.remember(user, unit, f"add {visit.reference}", [visit._replace(archived_at=user.now)])
        return visit


def checked(user: User, texts: Mapping[str, str], standing: Visit | None = None) -> NewVisit:
    """The request of some texts, fit to be written.

    Args:
        user: who writes it.
        texts: the fields of `REQUEST` as they were typed; of a visit that stands only what changes.
        standing: the visit whose request it is from now on; its client, site, reference, kind and job stay. None: a new one.

    Raises:
        Faulty: with every field that cannot be taken.
    """
    desk, faults = Desk.for_user(user), list[FieldFault]()
    before = None if standing is None else Request.of(standing)
    request = REQUEST.filled(texts, desk, before, faults)
    REQUEST.judge(request, desk, before, faults)
    own = clients.sites_of(user.store, request.client_id) if request.client_id else []
    named = [site for site in own if not request.site or folded(site.name) == folded(request.site)]
    site = named[0] if len(named) == 1 else None
    if standing is not None:
        site = clients.site(user.store, standing.site_id)
    promised = None if standing is None else standing.promised
    if before is None or (request.window, request.wanted_on) != (before.window, before.wanted_on):
        promised = _promised(request, site.zone if site else user.firm.zone, faults)
    refused = {fault.name for fault in faults}
    doubts = _doubts(desk, request, own, site) if standing is None else _no_such_skill(desk, request)
    faults += [FieldFault(name, "", sentence) for name, sentence in doubts if name not in refused]
    if faults or site is None:
        raise Faulty(sentences(faults))
    job = standing or (visits.visit_by_reference(user.store, request.same_job) if request.same_job else None)
    requested_at = user.now if standing is None else standing.requested_at
    return NewVisit.of(
        replace(request, reference=request.reference or visits.next_reference(user.store)), site, promised, requested_at
    )._replace(job_id=None if job is None else job.job_id)


def _promised(request: Request, zone: str, faults: list[FieldFault]) -> tuple[int, int] | None:
    """The promised window as instants: on a day on which clocks change it may not exist, or not be one."""
    if request.window is None or request.wanted_on is None:
        return None
    try:
        opens, closes = (at_local(request.wanted_on, minutes, zone) for minutes in request.window)
        if closes <= opens:
            raise ValueError("its end is not after its start")
    except ValueError as fault:
        faults.append(FieldFault("promised", "", str(fault)))
        return None
    return opens, closes


def _doubts(desk: Desk, request: Request, own: list[Site], site: Site | None) -> Iterator[tuple[str, str]]:
    """What the book and the other visits have against a new request."""
    yield from _no_such_skill(desk, request)
    if site is None and request.client_id:
        client = desk.title("client", request.client_id)
        names = ", ".join(show(one.name) for one in own)
        has = f"{show(client)} has {names or 'no site yet'}"
        yield "site", has if request.site or not own else f"say which of {names}"
    if request.reference and visits.visit_by_reference(desk.store, request.reference) is not None:
        yield "reference", f"{show(request.reference)} is taken"
    if request.same_job:
        other = visits.visit_by_reference(desk.store, request.same_job)
        if other is None or other.archived_at is not None:
            yield "same_job", f"there is no visit {show(request.same_job, 40)}"
        elif request.client_id and other.client_id != request.client_id:
            yield "same_job", f"{show(other.reference)} is {show(other.client)}'s"


def _no_such_skill(desk: Desk, request: Request) -> Iterator[tuple[str, str]]:
    known = people.skills(desk.store)
    for skill in sorted(request.skills - known):
        yield "skills", f"nobody has {show(skill)!r}; known are {', '.join(map(show, sorted(known))) or 'none yet'}"
