"""Remote and phone work: written down afterwards or clocked, without a plan, a drive or a checklist (design/states.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from db import checklists, clients, people, planned, stays, visits
from db.names import folded
from db.unit import Unit
from db.visits import NewVisit
from dispatch.closeout.answers import tells
from dispatch.desk.book.context import Desk, labour_classes
from dispatch.desk.closeout import leaving
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal, WrongState, worded
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import not_anothers, on_visit
from dispatch.fields.record import FieldFault, sentences
from dispatch.model.checklists import EntryKind, WorkEntry
from dispatch.model.clients import Site
from dispatch.model.people import Technician
from dispatch.model.requests import RemoteWork
from dispatch.model.states import OFFICE, OPEN_ON_SITE, Role, State
from dispatch.model.text import NOTE, show
from dispatch.model.visits import Segment, Visit
from dispatch.records.requests import REMOTE_WORK

_RUNNING = 15
"""Minutes that the clock is shown to take at least while nobody knows when it ends."""
_MOST = 1440
"""Minutes that it takes at most, written by its end as by its minutes."""


class WritableWork(NamedTuple):
    """Remote work that can be written: at which site, by whom, and of which job it is (None: one of its own)."""

    done: RemoteWork
    site: Site
    technician: Technician
    job_id: int | None


def write_down(user: User, texts: Mapping[str, str]) -> Visit:
    """Write down what was done from a distance, which is closed and to review at once; or let the clock of it run.

    Args:
        user: the technician, or a dispatcher or lead for anybody.
        texts: the fields of `REMOTE_WORK` as they were typed.

    Raises:
        Faulty: with every field that cannot be taken.
        NotAllowed: it is somebody else's work.
        Refusal: the technician was at another client then.
    """
    with user.write("write down remote work", Role.TECHNICIAN, Role.DISPATCHER, Role.LEAD) as unit:
        desk, faults = Desk.for_user(user), list[FieldFault]()
        done = REMOTE_WORK.filled(texts, desk, None, faults)
        REMOTE_WORK.judge(done, desk, None, faults)
        written = judged(user, done, faults)
        if faults or written is None:
            raise Faulty(sentences(faults))
        if written.technician.id != user.staff.id and not user.roles_now & OFFICE:
            name = show(written.technician.name)
            raise NotAllowed(f"Only {name}, a dispatcher or a lead writes that down for {name}.")
        return write(user, unit, written)


def judged(user: User, done: RemoteWork, faults: list[FieldFault]) -> WritableWork | None:
    """What was read, with the records that it names; None where a fault of it was added."""
    store, refused = user.store, {fault.name for fault in faults}
    own = clients.sites_of(store, done.client_id) if done.client_id else []
    named = [site for site in own if not done.site or folded(site.name) == folded(done.site)]
    doubts: list[tuple[str, str]] = []
    if len(named) != 1 and done.client_id:
        names = ", ".join(show(site.name) for site in own)
        doubts.append(
            ("site", f"say which of {names}" if own and not done.site else f"the client has {names or 'no site yet'}")
        )
    technician = people.technician(store, done.technician_id or user.staff.id)
    if technician is None:
        doubts.append(("technician", f"{show(user.staff.name)} is none: say who did it"))
    if done.labour_class and done.labour_class not in (known := labour_classes(store)):
        doubts.append(("labour_class", f"is not on the rate card, which has {', '.join(map(show, known)) or 'none'}"))
    other = visits.visit_by_reference(store, done.same_job) if done.same_job else None
    if done.same_job and (other is None or other.archived_at is not None):
        doubts.append(("same_job", f"there is no visit {show(done.same_job, 40)}"))
    elif other is not None and done.client_id and other.client_id != done.client_id:
        doubts.append(("same_job", f"{show(other.reference)} is {show(other.client)}'s"))
    if done.reference and visits.visit_by_reference(store, done.reference) is not None:
        doubts.append(("reference", f"{show(done.reference)} is taken"))
    if (done.end or done.starts_at) > user.now:
        doubts.append(("end" if done.end is not None else "start", "has not come yet"))
    if done.end is not None and done.end > done.starts_at + _MOST * 60:
        doubts.append(("end", "is more than a day after the start"))
    faults += [FieldFault(name, "", sentence) for name, sentence in doubts if name not in refused]
    if faults or technician is None:
        return None
    return WritableWork(done, named[0], technician, None if other is None else other.job_id)


def write(user: User, unit: Unit, written: WritableWork) -> Visit:
    """Write it, as a visit that is closed or runs.

    Raises:
        Refusal: the technician was at another client then.
    """
    done, site, technician, job_id = written
    store, until = user.store, done.end
    new = NewVisit(
        reference=done.reference or visits.next_reference(store),
        client_id=site.client_id,
        site_id=site.id,
        work=done.work,
        minutes=_RUNNING if until is None else max(1, (until - done.starts_at) // 60),
        priority=3,
        requested_at=done.starts_at,
        way=done.way,
        came_by="phone" if done.way == "phone" else "",
        description=done.description,
        job_id=job_id,
    )
    visit = visits.again(store, visits.add_visit(unit, store, new))
    if (elsewhere := visits.checked_in_elsewhere(store, visit.id, technician.id)) is not None and until is None:
        raise Refusal(f"{show(technician.name)} is checked in at {show(elsewhere)}: close or leave that one first.")
    charged_as = replace(technician, labour_class=done.labour_class or technician.labour_class)
    planned.place(unit, visit, [charged_as], done.starts_at, until or done.starts_at + _RUNNING * 60)
    visit = visits.again(store, visit)
    part = visit.assignments[0]
    visits.change(unit, visit, state=State.ON_SITE.value)
    visits.stamp(unit, part, check_in_at=done.starts_at, check_out_at=until)
    visits.add_segment(unit, part, Segment("work", done.starts_at, until))
    if (other := stays.elsewhere(store, part.id, unit.at)) is not None:
        raise Refusal(
            f"{show(technician.name)} was at {show(other)} then: take the call out of the stay there first, as a break "
            "(dispatch visit break), or put the times right."
        )
    visit = visits.again(store, visit)
    if until is None:
        return visit
    return _ended(user, unit, visit, done.work)


def end(user: User, reference: str, text: str = "") -> Visit:
    """End remote work whose clock runs, with what was done; without words what it was begun with was done.

    Raises:
        NotAllowed: it is somebody else's.
        Refusal: it is a visit, or its clock does not run.
    """
    with on_visit(user, reference, "end remote work", Role.TECHNICIAN, Role.DISPATCHER, Role.LEAD) as (unit, visit):
        not_anothers(user, visit)
        if not visit.remote:
            raise Refusal(f"{show(visit.reference)} is a visit: it is closed (dispatch visit close).")
        if visit.state not in OPEN_ON_SITE:
            raise WrongState(visit, "its clock does not run")
        return _ended(user, unit, visit, worded("what was done", text, NOTE, multiline=True) or visit.work)


def _ended(user: User, unit: Unit, visit: Visit, text: str) -> Visit:
    if not tells(text):
        raise Faulty(["what was done: say it, in at least 3 characters"])
    visits.change(unit, visit, sequence=visit.sequence + 1)
    visit = visits.again(user.store, visit)
    checklists.add_work_entry(unit, visit.id, WorkEntry(visit.sequence, unit.at, user.staff.name, EntryKind.NOTE, text))
    return leaving.end(user, unit, visit, State.CLOSED)
