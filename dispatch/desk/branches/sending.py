"""A request goes to another office, or a technician for some hours, and comes back: each office's own deeds, which name each
other by one id (design/more-machines.md, From one to another)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from db import parcels, people, settings, visits
from db.people import ABSENCES
from db.store import Store
from db.unit import Unit
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.branches import carried
from dispatch.desk.branches.looking import named
from dispatch.desk.plan.absences import hit_by, hit_line
from dispatch.desk.session.refusals import NotFound, Refusal, WrongState, worded
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import find
from dispatch.model.branches import Parcel
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.people import AbsenceRecord, Technician
from dispatch.model.states import ENDED, Role, State
from dispatch.model.text import show
from dispatch.model.visits import Visit

FOREVER = 4102444800
"""The moment up to which somebody who is lent to us is away but for the hours of the lending: 2100."""


def move(user: User, reference: str, branch: str) -> Parcel:
    """Let a request go to another office: it leaves the queue here, and stands in the queue there once that office has taken it.

    Raises:
        NotFound: there is no such visit, or branch.
        WrongState, Refusal: it is no request that waits, or something here hangs on it.
    """
    with user.write("move to a branch", Role.DISPATCHER, Role.LEAD) as unit:
        other, visit = named(user.store, branch), find(user.store, reference)
        _free_to_go(user.store, visit)
        form = carried.request_form(user, visit)
        parcel = Parcel(os.urandom(16).hex(), False, other.office, "request", form, visit_id=visit.id)
        parcels.add(unit, parcel)
        visits.change(unit, visit, archived_at=unit.at)
        unit.audit("visit", visit.id, moved_to=other.name, parcel=parcel.id)
        return parcel


def _free_to_go(store: Store, visit: Visit) -> None:
    if visit.archived_at is not None or visit.state is not State.REQUESTED or visit.next_day > 1:
        raise WrongState(
            visit, "only a request that waits in the queue goes to another office; take it off the day first"
        )
    why = ""
    if visit.recurrence_id is not None:
        why = "it is one of a series"
    elif visit.parent_id is not None or visits.follow_ups(store, visit.id):
        why = "it goes on with a visit here, and who starts it finishes it"
    elif visit.after_id is not None or visits.followers(store, visit.id):
        why = "another visit comes before or after it"
    elif parcels.comes_of_a_finding(store, visit.id):
        why = "it is the work of a finding here"
    if why:
        raise Refusal(f"{show(visit.reference)} stays: {why}.")


def lend(
    user: User,
    technician: Technician,
    branch: str,
    starts_at: int,
    ends_at: int,
    planned: Sequence[tuple[str, int]] = (),
) -> Parcel:
    """Lend a technician for some time: here they are absent for it, there they can be planned in their hours of it.

    Args:
        planned: what they would do there, by reference and start; that office plans it as it takes the lending.

    Raises:
        NotFound: there is no such branch.
        Refusal: they have visits in that time, are away, or it is over or too long.
    """
    with user.write("lend to a branch", Role.LEAD) as unit:
        other, store = named(user.store, branch), user.store
        if not user.now < ends_at or not starts_at < ends_at or carried.too_long(starts_at, ends_at):
            raise Refusal("From a moment to a later one that is still to come, within a year, is expected.")
        starts_at = max(starts_at, user.now)
        if any(away.starts_at < ends_at and away.ends_at > starts_at for away in technician.absences):
            raise Refusal(f"{show(technician.name)} is away in that time.")
        if parcels.lent_to_us(store, technician.id):
            raise Refusal(f"{show(technician.name)} is lent to us.")
        spans = carried.lent_spans(technician, starts_at, ends_at, user.firm.zone)
        if len(spans) > carried.MOST_SPANS:
            raise Refusal(f"That is {len(spans)} stretches of time; at most {carried.MOST_SPANS} are lent at once.")
        if hits := hit_by(store, AbsenceRecord(0, technician.id, starts_at, ends_at)):
            lines = ", ".join(hit_line(store, visit) for visit in hits)
            raise Refusal(f"{show(technician.name)} has visits in that time: {lines}. Give them to others first.")
        form = carried.lending_form(store, user.firm.name, technician, spans) | {"plan": [list(one) for one in planned]}
        parcel = Parcel(os.urandom(16).hex(), False, other.office, "lending", form, technician_id=technician.id)
        parcels.add(unit, parcel)
        parcels.hold_absences(unit, parcel.id, technician.id, [(starts_at, ends_at)], f"lent to {other.name}")
        unit.audit("technician", technician.id, lent_to=other.name, parcel=parcel.id)
        return parcel


def recall(user: User, what: str) -> Parcel:
    """Want back what was sent: it comes as soon as the other office has given it back, where nobody there has taken it up.

    Args:
        what: the reference of the request, or the technician.

    Raises:
        NotFound: nothing of that name is at another office.
    """
    with user.write("recall from a branch", Role.DISPATCHER, Role.LEAD) as unit:
        parcel = going(user.store, what, incoming=False)
        if parcel.wanted_back:
            unit.leave_unchanged()
            return parcel
        parcels.mark(unit, parcel, wanted_back=1)
        unit.audit(*about(parcel), wanted_back=True, parcel=parcel.id)
        return parcel


def give_back(user: User, what: str, why: str) -> Parcel:
    """Give back what came: a request that nobody has taken up here, or a technician who has nothing more to do here.

    Raises:
        NotFound: nothing of that name came from another office.
        Refusal: it was taken up.
    """
    with user.write("give back to a branch", Role.DISPATCHER, Role.LEAD) as unit:
        parcel = going(user.store, what, incoming=True)
        returned(user, unit, parcel, worded("reason", why, least=3))
        return parcel


def going(store: Store, what: str, *, incoming: bool) -> Parcel:
    """What went (or came) under the reference of a request, the name of a technician or its id, and was not given back; of several
    one that is not wanted back yet.

    Raises:
        NotFound: there is none.
    """
    wanted = what.strip().casefold()
    open_ = [one for one in parcels.all_parcels(store) if one.incoming == incoming and one.state != "given_back"]
    for parcel in sorted(open_, key=lambda one: one.wanted_back):
        if wanted in (parcel.id, *(name.casefold() for name in called(store, parcel))):
            return parcel
    raise NotFound(
        f"{show(what, 60)} {'did not come from' if incoming else 'is not at'} another office (dispatch branch moves)."
    )


def called(store: Store, parcel: Parcel) -> tuple[str, ...]:
    """What it is called here: a reference; a name, and a login. Nothing of what was never taken."""
    if parcel.visit_id is not None:
        return (visits.again(store, parcel.visit_id).reference,)
    person = people.staff_by_id(store, parcel.technician_id or 0)
    return () if person is None else (person.name, person.login)


def about(parcel: Parcel) -> tuple[str, int]:
    """The record that it is about, as the audit names one."""
    return ("visit", parcel.visit_id or 0) if parcel.kind == "request" else ("technician", parcel.technician_id or 0)


def returned(user: User, unit: Unit, parcel: Parcel, why: str) -> None:
    """Let go here of what came, in the caller's unit.

    Raises:
        Refusal: it was taken up.
    """
    store = user.store
    if parcel.visit_id is not None:
        visit = visits.again(store, parcel.visit_id)
        if visit.state is not State.REQUESTED or visit.next_day > 1 or visit.archived_at is not None:
            raise Refusal(f"{show(visit.reference)} is {visit.stands}: it was taken up here")
        visits.change(unit, visit, archived_at=unit.at)
    elif parcel.technician_id is not None:
        _let_person_go(user, unit, parcel)
    parcels.mark(unit, parcel, state="given_back", why=why)
    unit.audit(*about(parcel), given_back=True, why=why, parcel=parcel.id)


def _let_person_go(user: User, unit: Unit, parcel: Parcel) -> None:
    """End a lending here: its hours go, and with the last of them the person leaves the board."""
    store, person = user.store, parcel.technician_id or 0
    spans = carried.spans_of(parcel.form)
    found = visits.placed_between(store, spans[0][0], max(spans[-1][1], user.now), technicians={person})
    if open_visits := [visit for visit in found if visit.state not in ENDED]:
        named_ = ", ".join(show(visit.reference) for visit in open_visits[:6])
        raise Refusal(f"{show(str(parcel.form.get('name', '')))} has visits here: {named_}")
    others = [one for one in parcels.lent_to_us(store, person) if one.id != parcel.id]
    hold_hours(unit, person, [*others, parcel], [span for one in others for span in carried.spans_of(one.form)])
    if not others and (staff := people.staff_by_id(store, person)) is not None:
        RECORD_STORES["staff"].put_away(unit, staff, unit.at)


def hold_hours(unit: Unit, person: int, lendings: list[Parcel], spans: list[tuple[int, int]]) -> None:
    """Let somebody be away but for these hours."""
    for one in lendings:
        parcels.hold_absences(unit, one.id, person, (), "")
    zone = settings.firm(unit.store).zone
    today, _ = day_bounds(day_of(unit.at, zone), zone)
    away = carried.without(tuple(sorted(spans)), today, FOREVER)
    parcels.hold_absences(unit, lendings[0].id, person, away, "not lent to us")


def back_again(user: User, unit: Unit, parcel: Parcel, why: str) -> None:
    """Take up here again what the other office has given back: the request is in the queue, the technician is here."""
    store = user.store
    parcels.mark(unit, parcel, state="given_back", why=why)
    if parcel.visit_id is not None:
        visits.change(unit, visits.again(store, parcel.visit_id), archived_at=None)
    for record in parcels.absences(store, parcel.id):
        parcels.let_absence_go(unit, record)
        if record.starts_at >= unit.at:
            ABSENCES.put_away(unit, record, unit.at)
            unit.audit("absence", record.id, archived=True)
        elif record.ends_at > unit.at:
            ABSENCES.update(unit, record, replace(record, ends_at=unit.at))
    unit.audit(*about(parcel), back=True, why=why or None, parcel=parcel.id)
