"""An emergency into the running day: the ways to reach it, and taking one of them as one change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Unpack

from db import messages, people, planned, settings, visits
from db.changes import RecordChange
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.day import notices, placement, routing, undo_record
from dispatch.desk.day.routing import TechnicianRunning
from dispatch.desk.messages import calling_ahead, notifications
from dispatch.desk.session.refusals import Refusal, WrongState
from dispatch.desk.session.user import User
from dispatch.desk.travel import drive_times
from dispatch.desk.visits.steps import driver, find
from dispatch.model.instants import day_of
from dispatch.model.states import PLANNING, STEPS, Role, State
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.planning.calls import expected_at
from dispatch.planning.checker import PlacementGrade, Verdict
from dispatch.planning.insertion import Insertion, Running, insertions

LATER_THAN_SEEN = 300
"""Seconds by which a way may have moved since it was shown, and still be what was chosen."""


@dataclass(frozen=True, slots=True)
class Inserted:
    """An emergency that was placed, with the way that was taken."""

    visit: Visit
    way: Insertion


def ways(store: Store, reference: str, technician: str | None = None) -> list[Insertion]:
    """The best way to reach an emergency today with each technician who works, the best first, blocked ones last.

    Args:
        store: the firm's.
        reference: the emergency.
        technician: name or login of the only one that matters; None for all.

    Raises:
        Refusal: it is not a visit that is still to be placed, or its site has no coordinates.
    """
    with store.read():
        return _ways(store, _to_place(store, reference), technician)


def insert(
    user: User,
    reference: str,
    technician: str | None = None,
    *,
    seen: Insertion | None = None,
    **meant: Unpack[placement.Meant],
) -> Inserted:
    """Place an emergency into the running day, pushing what is later there. One change: undo takes all of it back.

    What is pushed goes onto the call-ahead list with the time that its client still expects; technicians who were told
    of it get a notice. A visit that the client had confirmed is planned again.

    Args:
        user: a dispatcher.
        reference: the emergency.
        technician: name or login of who goes; None for the best way.
        reason: given to place it although the check refuses; kept in the audit.
        confirmed: the marks of what refuses it, as for `schedule.assign`.
        seen: the way that was looked at, where somebody did.

    Raises:
        Blocked, NeedsConfirm, Refusal: it was not placed; the message says why.
    """
    with user.write("insert emergency", Role.DISPATCHER) as unit:
        store = user.store
        visit = _to_place(store, reference)
        way = _chosen(store, visit, technician, seen)
        # whom it pushes was shown with the way
        blocked = tuple(finding for finding in way.findings if finding.level is PlacementGrade.BLOCKED)
        verdict = Verdict(way.level, blocked, 0, 0)
        why = placement.permit(visit, verdict, meant, f"placed with {show(way.name)}")
        who = existing(people.technician(store, way.technician_id))
        before = [visit, *(visits.again(store, push.visit_id) for push in way.pushed)]
        planned.place(unit, visit, [who], way.start, way.end)
        owed = [
            _push(user, unit, pushed, push.start, visit) for pushed, push in zip(before[1:], way.pushed, strict=True)
        ]
        detail = placement.said_of(verdict, why) | {"findings": [finding.text for finding in way.findings]}
        pushed = [f"{push.client} +{push.minutes} min" for push in way.pushed]
        unit.audit(
            "visit", visit.id, starts_at=way.start, was_at=visit.starts_at, crew=[who.name], pushed=pushed, **detail
        )
        placed = visits.again(store, visit.id)
        routing.reroute(unit, [*before, placed])
        undo_record.remember(user, unit, f"insert emergency {visit.reference}", before, owed)
        return Inserted(placed, way)


def references(store: Store, found: Iterable[Insertion]) -> dict[int, str]:
    """The references of the visits that some ways push, by id."""
    ids = {push.visit_id for way in found for push in way.pushed}
    return {visit_id: visits.again(store, visit_id).reference for visit_id in ids}


def _ways(store: Store, visit: Visit, technician: str | None) -> list[Insertion]:
    only = None if technician is None else {driver(store, technician).id}
    firm, now = settings.firm(store), store.clock.now()
    day = day_of(now, firm.zone)
    running = routing.running_on(store, day, without={visit.id}, only=only)
    stop = routing.stop_of(store, visit, now, now + firm.stay_minutes(visit.minutes) * 60)
    days = [_held(one) for one in running if one.day.hours_for(stop) is not None or only is not None]
    return insertions(days, stop, drive_times.drives_on(store, day), routing.rules_of(firm), now)


def _held(running: TechnicianRunning) -> Running:
    """A running day, with the visits that stay where they are whatever comes: pinned ones, those of a crew, and
    days of a visit that another one comes before."""
    held = {}
    for visit in running.visits:
        others = [part.technician for part in visit.assignments if part.technician_id != running.day.technician_id]
        if visit.pinned:
            held[visit.id] = (
                f"is pinned at {running.day.times.clock(existing(visit.starts_at), visit.zone)} and would be pushed"
            )
        elif visit.day_number != visit.next_day:
            held[visit.id] = f"is day {visit.day_number} of {visit.days} and would be pushed"
        elif others:
            held[visit.id] = f"is done together with {', '.join(others)} and would be pushed"
    return Running(running.day, running.running.stops, running.running.conditions, held)


def _to_place(store: Store, reference: str) -> Visit:
    visit = find(store, reference)
    if visit.state not in STEPS["plan"].sources or visit.archived_at is not None:
        raise WrongState(visit, "only a requested or planned visit goes into the running day")
    return visit


def _chosen(store: Store, visit: Visit, technician: str | None, seen: Insertion | None) -> Insertion:
    found = _ways(store, visit, technician)
    if not found:
        raise Refusal("Nobody works today: there is no day that the emergency could go into.")
    way = found[0]
    if seen is not None:
        same = {push.visit_id for push in seen.pushed} == {push.visit_id for push in way.pushed}
        if not same or way.start - seen.start > LATER_THAN_SEEN:
            raise Refusal(f"The day of {show(way.name)} has changed since. Nothing was placed; look at it again.")
    return way


def _push(user: User, unit: Unit, visit: Visit, start: int, emergency: Visit) -> RecordChange:
    """Move a visit back in its technician's day; its client has to be called, and who was told of it hears of it."""
    starts_at, ends_at = existing(visit.span)
    expected, _ = expected_at(starts_at, messages.calls_of(user.store, visit.id))
    state = State.PLANNED if visit.state in PLANNING else visit.state
    visits.change(unit, visit, state=state.value, starts_at=start, ends_at=start + ends_at - starts_at)
    pushed = visits.again(user.store, visit.id)
    notices.follow(user, unit, visit, pushed, instead=emergency.client)
    notifications.follow(user.store, unit, visit, pushed)
    unit.audit("visit", visit.id, was_at=starts_at, starts_at=start, pushed_by=emergency.reference)
    return calling_ahead.owe(unit, visit, expected)
