"""Who comes back for what: follow-ups of a visit, and the request of one that was aborted (design/states.md, Two ways out)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from db import handovers, visits
from db.store import Store
from db.unit import Unit
from db.visits import NewVisit
from dispatch.closeout.gates import Unmet
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.desk.visits import needs
from dispatch.model.checklists import Checklist, Item, ItemKind, Result
from dispatch.model.forms import shared
from dispatch.model.instants import day_of, day_text
from dispatch.model.requests import not_before
from dispatch.model.states import ENDED, UNREACHED, State
from dispatch.model.text import LINE, NOTE, show
from dispatch.model.visits import Visit

_COPIED = ("client_id", "site_id", "priority", "skills", "equipment", "people", "crew_skills", "tags", "job_id")
"""What a follow-up takes over from its visit."""


class Back(NamedTuple):
    """How somebody is to come back: on which day (None: on the next), for how long (None: as long as before), and whether it is
    our own fault, so that nothing is charged."""

    on: datetime.date | None = None
    minutes: int | None = None
    our_fault: bool = False


def follow_up_of(unit: Unit, visit: Visit, checklist: Checklist, item: Item, back: Back) -> Visit:
    """The follow-up visit that a recording books: for a named thing, and for a test that a lead waives (C2)."""
    if item.kind is ItemKind.NAMED:
        if back.on is None:
            raise Faulty(["follow-up: say when it is wanted"])
        return book(unit, visit, item.label, back)
    booked = _for_what_was_left(unit.store, visit, checklist)
    if booked:
        return booked[-1]  # one visit is enough to test again whatever was waived
    return book(unit, visit, f"Test again: {item.label}"[:LINE], back._replace(on=None))


def follow_up_of_left(unit: Unit, visit: Visit, checklist: Checklist, left: Sequence[Unmet], back: Back) -> Visit:
    """The follow-up of a visit that is left open: the one that a waived test has booked, else a new one.

    It is open, for what was left, for the same technician, and wanted on the day that was given.

    Args:
        left: what keeps the visit from being closed; it stands in the follow-up.
        back: on which day; None: that of the follow-up there is, else the next one.

    Raises:
        Refusal: the follow-up there is has a place in the plan on another day.
    """
    words = "\n".join(["Left open:", *(reason.text for reason in left)])[:NOTE]
    booked = _for_what_was_left(unit.store, visit, checklist)
    if not booked:
        return book(unit, visit, visit.work, back, words)
    follow_up = booked[-1]
    planned = None if follow_up.starts_at is None else day_of(follow_up.starts_at, follow_up.zone)
    if back.on is not None and planned is not None and planned != back.on:
        raise Refusal(
            f"{show(follow_up.reference)}, which comes back for it, is planned on {day_text(planned)}: move it to "
            f"{day_text(back.on)} first."
        )
    wanted_on = back.on or follow_up.wanted_on or planned or day_of(unit.at, visit.zone)
    latest_on = not_before(follow_up.latest_on, wanted_on)
    visits.change(
        unit,
        follow_up,
        wanted_on=wanted_on.isoformat(),
        latest_on=latest_on and latest_on.isoformat(),
        minutes=_length(back.minutes or follow_up.minutes) if planned is None else follow_up.minutes,
        cause="own_failure" if back.our_fault else follow_up.cause,
        description=follow_up.description or words,
    )
    unit.audit("visit", follow_up.id, changed="follow-up", wanted_on=str(back.on) if back.on else None)
    return visits.again(unit.store, follow_up)


def back_into_queue(store: Store, unit: Unit, visit: Visit) -> Visit:
    """The request of a visit that is aborted, as it was asked for, once more."""
    once_more = NewVisit(**shared(NewVisit, visit))._replace(
        reference=visits.next_reference(store),
        parent_id=visit.id,
        again_of=visit.id,
        recurrence_id=None,
        occurrence=None,
    )
    went_on = visits.again(store, visits.add_visit(unit, store, once_more))
    _hand_followers(unit, visit, went_on)
    return went_on


def out_of_queue(store: Store, unit: Unit, visit: Visit) -> list[Visit]:
    """Withdraw the request of a visit that was aborted and is opened again, so that nobody works on it twice.

    Returns what was withdrawn; nothing, where the request was dropped or cancelled.

    Raises:
        Refusal: somebody has begun on it; the message names it, and says what to do.
    """
    withdrawn = visits.gone_on(store, visit.id)
    for other in withdrawn:
        if other.state is not State.REQUESTED:
            stays = f"{show(visit.reference)} stays {visit.state.label}"
            raise Refusal(f"{stays}: its request went on as {whereabouts(other)}.")
        visits.change(unit, other, archived_at=unit.at)
        unit.audit("visit", other.id, withdrawn=visit.reference)
        _hand_followers(unit, other, visit)
    return withdrawn


def _hand_followers(unit: Unit, visit: Visit, other: Visit) -> None:
    """What was to begin after a visit begins after the one that is done in its place."""
    for follower in visits.followers(unit.store, visit.id):
        round_again = needs.comes_round(partial(visits.after_of, unit.store), follower.id, other.id)
        if follower.state not in ENDED and not round_again:
            visits.change(unit, follower, after_id=other.id)
            unit.audit("visit", follower.id, after=other.reference, was_after=visit.reference)


def whereabouts(visit: Visit) -> str:
    """How far a request has come, and what to do about it."""
    reference = show(visit.reference)
    if visit.state is State.ON_HOLD:
        return f"{reference}, which is on hold; resume that first (`dispatch visit resume {reference}`)"
    crew = f" for {show(', '.join(visit.crew))}" if visit.assignments else ""
    if visit.state in UNREACHED:
        advice = f"take it off the plan first (`b` on the board, or `dispatch visit unassign {reference}`)"
    else:
        advice = "go on with that one"
    return f"{reference}, which is {visit.state.label}{crew}; {advice}"


def book(unit: Unit, visit: Visit, what: str, back: Back, description: str = "") -> Visit:
    """Put a follow-up for the same technician into the queue: on the same job, with at least the same priority."""
    booked = NewVisit(
        **{name: getattr(visit, name) for name in _COPIED},
        reference=visits.next_reference(unit.store),
        work=what,
        minutes=_length(visit.minutes if back.minutes is None else back.minutes),
        requested_at=unit.at,
        wanted_on=back.on or day_of(unit.at, visit.zone) + datetime.timedelta(days=1),
        preferred_id=visit.assignments[0].technician_id,
        description=description,
        cause="own_failure" if back.our_fault else "normal",
        came_by="site",
        parent_id=visit.id,
    )
    return visits.again(unit.store, visits.add_visit(unit, unit.store, booked))


def _for_what_was_left(store: Store, visit: Visit, checklist: Checklist) -> list[Visit]:
    """The open follow-ups for the same technician that waived tests have booked; what a client named is another matter."""
    booked = {
        attempt.follow_up_id
        for item in checklist.items
        if item.kind is ItemKind.TEST
        for attempt in item.attempts
        if attempt.result is Result.OVERRIDDEN
    }
    own = {part.technician_id for part in visit.assignments}
    still_open = [
        other for other in visits.follow_ups(store, visit.id) if other.id in booked and other.state not in ENDED
    ]
    agreed = handovers.taken_over(store, [other.id for other in still_open])

    def same(other: Visit) -> bool:
        who = {part.technician_id for part in other.assignments} or {other.preferred_id or 0}
        return bool(who & (own | agreed.get(other.id, set())))

    return [other for other in still_open if same(other)]


def _length(minutes: int) -> int:
    if not 1 <= minutes <= 1440:
        raise Faulty([f"minutes: {minutes} is not between 1 and 1440"])
    return minutes
