"""A technician sets out and arrives; a visit that was told of has been seen."""

from __future__ import annotations

from db import visits
from dispatch.closeout.answers import WHO
from dispatch.desk.closeout.clocking import go_back
from dispatch.desk.messages import notifications
from dispatch.desk.session.carrying import carried
from dispatch.desk.session.refusals import NotAllowed, Refusal, WrongState, worded
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import AHEAD_OF, on_visit, own_parts, stepping
from dispatch.model.instants import clock_text
from dispatch.model.messages import About
from dispatch.model.states import ON_THE_WAY_OR_THERE, PLANNING, Role, State
from dispatch.model.text import NAME, show
from dispatch.model.visits import Segment, Visit


@carried()
def depart(user: User, reference: str, *, technician: str | None = None) -> Visit:
    """Set out for a visit. A lead may record it for the crew, or for one technician of it."""
    with stepping(user, "depart", reference) as (unit, visit):
        parts = own_parts(user, visit, technician)
        fresh = [part for part in parts if part.depart_at is None]
        if not fresh:
            raise Refusal(f"{show(visit.reference)} is en route already.")
        state = visit.state if visit.state in ON_THE_WAY_OR_THERE else State.EN_ROUTE
        visits.change(unit, visit, state=state.value)
        for part in fresh:
            visits.stamp(unit, part, depart_at=unit.at)
        unit.audit("visit", visit.id, technician=[part.technician for part in fresh])
        if state is State.EN_ROUTE:
            notifications.tell(user.store, unit, visit, About.ON_THE_WAY, unit.at)
        return visits.again(user.store, visit)


def see(user: User, reference: str) -> Visit:
    """Note that the person has seen a visit that was dispatched to them. Seen once is seen.

    Raises:
        NotAllowed: it is not theirs: nobody else can see it for them.
        Refusal: it was not dispatched yet.
    """
    with on_visit(user, reference, "see", Role.TECHNICIAN) as (unit, visit):
        part = visit.assignment_of(user.staff.id)
        if part is None:
            raise NotAllowed(f"{visit.reference} is not a visit of yours: only its own technician can have seen it.")
        if visit.state in PLANNING:
            raise WrongState(visit, "there is nothing to have seen before it is dispatched")
        if part.seen_at is not None or visit.state is not State.DISPATCHED:
            unit.leave_unchanged()
            return visit
        visits.stamp(unit, part, seen_at=unit.at)
        unit.audit("visit", visit.id, technician=part.technician)
        return visit


def early(visit: Visit, now: int) -> bool:
    """Whether it has to be asked who agreed to begin: the appointment is a minute or more ahead (design/charges.md B3.1), which of
    several days only the first one has."""
    return (
        not visit.begun
        and visit.starts_at is not None
        and now // 60 < visit.starts_at // 60
        and not visit.early_agreed_by
    )


@carried()
def arrive(
    user: User,
    reference: str,
    *,
    technician: str | None = None,
    early_agreed_by: str = "",
    early_not_agreed: bool = False,
) -> Visit:
    """Check in; or, on a visit that was re-opened, go back: the time between leaving and now is off the clock.

    Args:
        user: the technician, or a lead.
        reference: the visit.
        technician: for whom, where a lead records it.
        early_agreed_by: who agreed to begin before the appointment.
        early_not_agreed: nobody did; the time before the appointment is not charged.

    Raises:
        Refusal: they are there already, or elsewhere; or they are early, and neither was said.
    """
    with stepping(user, "arrive", reference) as (unit, visit):
        parts = own_parts(user, visit, technician)
        fresh = list(filter(AHEAD_OF["arrive"], parts))
        if not fresh:
            raise Refusal(f"{show(visit.reference)} is checked in already.")
        for part in fresh:
            # a technician is at one place at a time (design/charges.md B1, checked by the board)
            if (other := visits.checked_in_elsewhere(user.store, visit.id, part.technician_id)) is not None:
                raise Refusal(f"{show(part.technician)} is checked in at {show(other)}: close or leave that one first.")
        agreed = worded("early start agreed by", early_agreed_by, NAME, least=WHO if early_agreed_by.strip() else 0)
        if early(visit, unit.at) and not agreed and not early_not_agreed:
            planned = clock_text(visit.starts_at or 0, visit.zone)
            raise Refusal(
                f"{show(visit.reference)} is planned for {planned}: say who agreed to begin now (--early-agreed-by NAME), "
                f"or that nobody did (--early-not-agreed); then the time before {planned} is not charged."
            )
        visits.change(unit, visit, state=State.ON_SITE.value, early_agreed_by=agreed or visit.early_agreed_by)
        for part in fresh:
            if part.check_out_at is not None:
                go_back(user, unit, part)
                continue
            visits.stamp(unit, part, check_in_at=unit.at, did_not_come_at=None)
            visits.add_segment(unit, part, Segment("work", unit.at, None))
            if part.depart_at is not None:
                visits.add_segment(unit, part, Segment("travel", part.depart_at, unit.at))
        unit.audit("visit", visit.id, technician=[part.technician for part in fresh], early_agreed_by=agreed or None)
        return visits.again(user.store, visit)
