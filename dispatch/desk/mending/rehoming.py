"""A visit that was booked at the wrong site, or for the wrong client, goes where it belongs, with its charge afresh
(design/states.md, Another site)."""

from __future__ import annotations

from typing import Unpack

from db import changes, messages, probes, visits
from db.changes import RecordChange
from db.store import Store
from db.unit import Unit
from dispatch.desk.charges import charging
from dispatch.desk.day import notices, placement, routing, run_of_days, undo_record
from dispatch.desk.messages import calling_ahead, notifications
from dispatch.desk.session.refusals import NotAllowed, Refusal, WrongState, reason_of
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import as_seen, on_visit
from dispatch.model.clients import Site
from dispatch.model.messages import APPOINTMENT
from dispatch.model.notices import NoticeSubject
from dispatch.model.states import AHEAD, ENDED, QUEUED, TOLD, Role, State
from dispatch.model.text import show
from dispatch.model.visits import Visit


def to_site(user: User, reference: str, site: Site, **meant: Unpack[placement.Meant]) -> Visit:
    """Put a visit at another site, of its client or of another one. A job belongs to one client: its other visits at the old
    site go along to another client.

    What is planned stays where it stands in the plan, and is checked there anew. Another client has confirmed nothing, and was
    told of no time in a call: it is planned, and these calls are withdrawn. What has ended is charged again, by the
    agreement and the figures of where it is now, and only by a lead; what was approved waits for review again.

    Args:
        user: a dispatcher; a lead for what has ended.
        reference: the visit.
        site: where it belongs.
        reason: why; needed for what has ended, and to leave it in a place that the check refuses.
        confirmed, version: as for `schedule.assign`.

    Raises:
        Blocked, NeedsConfirm, Refusal, NotAllowed: it stays where it is; the message says why.
        Stale: somebody else changed the visit after it was seen.
    """
    with on_visit(user, reference, "put at another site", Role.DISPATCHER, Role.LEAD) as (unit, visit):
        as_seen(unit, visit, meant.get("version"))
        if site.id == visit.site_id:
            raise Refusal(f"{show(reference)} is at {show(site.name)} already.")
        before = _that_go(user.store, visit, site)
        job_id = visit.job_id
        if site.client_id != visit.client_id:
            job_id = visits.add_job(unit, site.client_id, visit.work)
        ended = [one for one in before if one.state in ENDED]
        why = _allowed(user, ended, meant)
        more = [change for one in before for change in _put(user, unit, one, site, job_id, why, meant)]
        probes.renew_probes(unit, site.id, probes.targets_of(user.store, site.id))
        routing.reroute(unit, [*before, *(visits.again(user.store, one) for one in before)])
        if not ended:
            undo_record.remember(user, unit, f"put {visit.reference} at another site", before, more)
        return visits.again(user.store, visit)


def with_it(store: Store, before: Visit, after: Visit) -> str:
    """Which visits of its job went to another client with a visit, in words; empty: none."""
    others = visits.of_job(store, after.job_id) if after.client_id != before.client_id else ()
    names = ", ".join(show(other.reference) for other in others if other.id != after.id)
    return f", and with it {names} of the same job" if names else ""


def _that_go(store: Store, visit: Visit, site: Site) -> list[Visit]:
    """The visit, and those of its job that go with it.

    Raises:
        Refusal: one of them cannot go.
    """
    job = visits.of_job(store, visit.job_id) if site.client_id != visit.client_id else [visit]
    if elsewhere := [one.reference for one in job if one.site_id != visit.site_id]:
        others = show(", ".join(elsewhere))
        raise Refusal(
            f"{others} is of the same job at another site: put it at one site with {show(visit.reference)} first."
        )
    if visit.archived_at is not None:
        raise Refusal(f"{show(visit.reference)} was put away.")
    for one in job:
        if one.state not in QUEUED | AHEAD | ENDED:
            raise WrongState(one, "it goes to another site before somebody sets out, or once it has ended")
    return job


def _allowed(user: User, ended: list[Visit], meant: placement.Meant) -> str:
    """The reason that was given; what has ended is charged again, which a lead does."""
    if ended and Role.LEAD not in user.roles_now:
        raise NotAllowed(f"{show(ended[0].reference)} has ended: only a lead puts it, and its charge, at another site.")
    reason = meant.get("reason", "")
    return reason_of(reason) if ended or reason.strip() else ""


def _put(
    user: User, unit: Unit, visit: Visit, site: Site, job_id: int, why: str, meant: placement.Meant
) -> list[RecordChange]:
    """Put one of them there; returns what changed of other records."""
    store, standing, elsewhere = user.store, visit, site.client_id != visit.client_id
    if visit.state in ENDED:
        standing = charging.allow_change(user, unit, visit, why)
    state = State.PLANNED if elsewhere and standing.state is State.CONFIRMED else standing.state
    visits.change(unit, standing, site_id=site.id, job_id=job_id, state=state.value)
    after = visits.again(store, visit)
    said = {"was_at_site": f"{visit.client} / {visit.site}", "site": f"{after.client} / {after.site}"}
    if visit.state in AHEAD and visit.span is not None:
        verdict = run_of_days.verdict_of(store, after, run_of_days.again(store, visit, after))
        why = placement.permit(after, verdict, meant)
        said |= placement.said_of(verdict, why)
    unit.audit("visit", visit.id, **said | {"reason": why or None})
    told = [part.technician_id for part in visit.assignments] if visit.state in TOLD else []
    notices.tell(user, unit, visit, told, NoticeSubject.TAKEN_OFF, why=why)
    notices.tell(user, unit, after, told, NoticeSubject.DISPATCHED)
    waiting = messages.open_of(store, visit.id)
    for message in waiting:
        notifications.drop(unit, message, "the visit belongs to another site")
    for about, premise in dict.fromkeys((one.about, one.premise) for one in waiting if one.about in APPOINTMENT):
        if not elsewhere:
            notifications.tell(store, unit, after, about, premise)
    notifications.follow(store, unit, visit, after)
    if visit.state in ENDED:
        charging.keep_sheet(user, unit, after, reason=why, accept=True, afresh=True)
        return []
    told_there = messages.calls_of(store, visit.id) if elsewhere else ()
    return [changes.withdrawn(unit, calling_ahead.ENTITY, call.id) for call in told_there]
