"""Taking a request into the unscheduled queue, with every fault of it named at once; and changing it until somebody sets out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Unpack

from db import clients, legs, planned, visits
from db.names import folded
from db.store import Store
from db.visits import NewVisit
from dispatch.desk.book import series
from dispatch.desk.book.context import Desk
from dispatch.desk.book.records import end_named
from dispatch.desk.day import placement, routing, run_of_days, undo_record
from dispatch.desk.session.refusals import Faulty, NotFound, WrongState
from dispatch.desk.session.user import User
from dispatch.desk.visits import needs
from dispatch.desk.visits.steps import as_seen, find
from dispatch.fields.record import FieldFault, sentences
from dispatch.model.clients import Site
from dispatch.model.instants import ClockRepeated, at_local, day_of
from dispatch.model.promises import ends_of
from dispatch.model.requests import Request, too_late
from dispatch.model.states import AHEAD, Role, State
from dispatch.model.text import show
from dispatch.model.travel import EndKind, Place, placed
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
        promised = _promised(request, user.firm.zone_at(site), faults)
    refused = {fault.name for fault in faults}
    pickup, after_id = (None, None) if standing is None else (standing.pickup_place, standing.after_id)
    doubts = [(name, said) for name, _, said in needs.lacking(needs.on_hand(user.store), request, before)]
    if standing is None:
        doubts += _doubts(desk, request, own, site)
    if before is None or request.latest_on != before.latest_on:
        fault = too_late(request.latest_on, day_of(user.now, user.firm.zone))
        doubts += [("latest", fault)] if fault else []
    if before is None or request.pickup != before.pickup:
        pickup, fault = picked_up(user.store, request.pickup)
        doubts += [("pickup", fault)] if fault else []
    if before is None or folded(request.after) != folded(before.after):
        after_id, fault = _predecessor(user.store, request.after, standing)
        doubts += [("after", fault)] if fault else []
    if standing is not None and request.days < standing.next_day:
        done = standing.next_day - 1
        doubts.append(("days", f"{done} of them {'is' if done == 1 else 'are'} done, and one more is to come"))
    faults += [FieldFault(name, "", sentence) for name, sentence in doubts if name not in refused]
    if faults or site is None:
        raise Faulty(sentences(faults))
    job = standing or (visits.visit_by_reference(user.store, request.same_job) if request.same_job else None)
    requested_at = user.now if standing is None else standing.requested_at
    return NewVisit.of(
        replace(request, reference=request.reference or visits.next_reference(user.store)), site, promised, requested_at
    )._replace(job_id=None if job is None else job.job_id, after_id=after_id, pickup_place=pickup)


def picked_up(store: Store, typed: str) -> tuple[Place | None, str]:
    """Where the stop before a visit is, the depot or a site; and what is wrong with what was typed."""
    if not typed.strip():
        return None, ""
    try:
        end = end_named(store, typed)
    except NotFound as fault:
        return None, str(fault)
    if end.kind is EndKind.HOME:
        return None, "only the depot or a site can be stopped at"
    place = legs.place_of_end(store, end)
    return place, "" if placed(place) else f"{show(typed, 60)} has no coordinates"


def _promised(request: Request, zone: str, faults: list[FieldFault]) -> tuple[int, int] | None:
    """The promised window as instants: on a day on which clocks change it may not exist, or not be one."""
    if request.window is None or request.wanted_on is None:
        return None
    try:
        opens, closes = (at_local(day, minutes, zone) for day, minutes in ends_of(request.wanted_on, request.window))
        if closes <= opens:
            raise ValueError("its end is not after its start")
    except ClockRepeated as fault:
        # a window has no place for the offset that says which of the two is meant
        twice, _, _ = str(fault).partition(": ")
        faults.append(FieldFault("promised", "", f"{twice}: choose times that the day has once"))
        return None
    except ValueError as fault:
        faults.append(FieldFault("promised", "", str(fault)))
        return None
    return opens, closes


def _doubts(desk: Desk, request: Request, own: list[Site], site: Site | None) -> Iterator[tuple[str, str]]:
    """What the book and the other visits have against a new request."""
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


def _predecessor(store: Store, reference: str, standing: Visit | None) -> tuple[int | None, str]:
    """The visit that is to be over before it, by id; and what stands against it."""
    if not reference:
        return None, ""
    other = visits.visit_by_reference(store, reference)
    if other is None or other.archived_at is not None:
        return None, f"there is no visit {show(reference, 40)}"
    if standing is not None and needs.comes_round(partial(visits.after_of, store), standing.id, other.id):
        return None, needs.COMES_ROUND
    return other.id, ""


OPEN = AHEAD | {State.REQUESTED, State.ON_HOLD}
"""The states in which a request can be changed."""


def visit_to_amend(store: Store, reference: str) -> Visit:
    """The visit, if its request can still be changed.

    Raises:
        NotFound, Refusal: there is none, or somebody has set out already.
    """
    visit = find(store, reference)
    if visit.state not in OPEN or visit.archived_at is not None:
        raise WrongState(visit, "what is asked for can be changed until somebody sets out")
    return visit


_NOT_COPIED = frozenset({"reference", "date", "latest", "promised", "same_job", "after", "after_minutes", "after_day"})
"""What is said of one visit: no copy has it by itself."""


def texts_of_copy(user: User, visit: Visit) -> dict[str, str]:
    """What is asked for of a visit, as it is typed, for another one like it: without its reference, its day and its promise."""
    texts = REQUEST.texts(Request.of(visit), Desk.for_user(user))
    return {name: text for name, text in texts.items() if name not in _NOT_COPIED}


def copy(user: User, reference: str, texts: Mapping[str, str]) -> Visit:
    """Put the same request once more into the queue, as a job of its own; `texts` say what is otherwise. Raises as `add`."""
    return add(user, texts_of_copy(user, find(user.store, reference)) | dict(texts))


def amend(
    user: User, reference: str, texts: Mapping[str, str], scope: str | None = None, **meant: Unpack[placement.Meant]
) -> Visit:
    """Take a request over into its visit. The client, the site and the checklist stay; a placed visit is checked anew
    where it stands, with its new length.

    Args:
        user: a dispatcher.
        reference: the visit.
        texts: what is asked for otherwise: fields of `REQUEST`, as typed.
        scope: of a visit of a series, one of `Scope`: for this one, for this and those after it, or for all.
        version: of the visit as it was seen, where somebody looked at it first.
        reason, confirmed: as for `schedule.assign`.

    Raises:
        Faulty: with every field that cannot be taken.
        NeedsScope: it matters for which visits of its series it is meant, and nobody has said.
        Blocked, NeedsConfirm, Refusal: it was not changed; the message says why.
        Stale: somebody else changed the visit after it was seen.
    """
    with user.write("edit request", Role.DISPATCHER) as unit:
        store = user.store
        visit = visit_to_amend(store, reference)
        as_seen(unit, visit, meant.get("version"))
        new = checked(user, texts, visit)
        if new == checked(user, {}, visit):
            unit.leave_unchanged()
            return visit
        of_series = series.texts_for(user, visit, texts, scope)
        visits.update_request(unit, visit, new, by_series=bool(of_series))
        planned.drop_days(unit, visit, new.days + 1)
        after = find(store, reference)
        if after.starts_at is not None:
            where = run_of_days.again(store, visit, after)
            verdict = run_of_days.verdict_of(store, after, where)
            why = placement.permit(visit, verdict, meant)
            run_of_days.lengthen(unit, after, where)
            detail = placement.said_of(verdict, why)
            unit.audit("visit", visit.id, ends_at=where[0].end, was_until=visit.ends_at, **detail)
            routing.reroute(unit, [visit])
        with_it = series.bring_along(user, unit, visit, of_series, scope)
        undo_record.remember(user, unit, f"edit {visit.reference}", [visit], with_it)
        return find(store, reference)
