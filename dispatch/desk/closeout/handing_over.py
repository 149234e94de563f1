"""Who starts a job finishes it; anybody else needs the lead's reason and says yes themselves (design/product.md, Rule 6)."""

from __future__ import annotations

from db import handovers
from dispatch.desk.session.refusals import Refusal, WrongState, reason_of
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import driver, on_visit, owners_of
from dispatch.model.states import QUEUED, UNREACHED, Role
from dispatch.model.text import show
from dispatch.model.visits import Handover


def ask(user: User, reference: str, to: str, reason: str) -> Handover:
    """Ask a technician to take over a visit of a job that others started.

    Args:
        user: a lead.
        reference: a visit that is still ahead.
        to: name or login of the technician.
        reason: why its own technician does not finish it; kept in the audit.

    Raises:
        NotAllowed: the person is no lead.
        Refusal: there is nothing to hand over; the sentence says why.
    """
    with on_visit(user, reference, "hand over", Role.LEAD) as (unit, visit):
        if visit.state not in UNREACHED | QUEUED:
            raise WrongState(visit, "what has begun is left open by a lead, and its follow-up is handed over")
        technician = driver(user.store, to)
        owners = owners_of(user.store, [visit.id]).get(visit.id)
        if owners is None:
            raise Refusal(f"Nobody has started the job of {show(visit.reference)}: it can be assigned to anybody.")
        if technician.id in owners.allowed:
            raise Refusal(f"{show(visit.reference)} may go to {show(technician.name)} already.")
        for former in handovers.of_visit(user.store, visit.id):
            if former.accepted is None:
                handovers.answer(unit, former, False, "asked somebody else")
        handovers.ask(unit, visit.id, technician.id, reason_of(reason))
        unit.audit("visit", visit.id, asked=technician.name, instead_of=list(owners.names), reason=reason.strip())
        return handovers.of_visit(user.store, visit.id)[0]


def accept(user: User, reference: str) -> Handover:
    """Agree to take a visit over; from then on it can be assigned to the person.

    Raises:
        Refusal: the person was not asked.
    """
    return _answer(user, reference, True, "")


def decline(user: User, reference: str, words: str) -> Handover:
    """Say no to taking a visit over, and why.

    Raises:
        Refusal: the person was not asked.
    """
    return _answer(user, reference, False, words)


def _answer(user: User, reference: str, accepted: bool, words: str) -> Handover:
    deed = f"{'accept' if accepted else 'decline'} a handover"
    with on_visit(user, reference, deed, Role.TECHNICIAN) as (unit, visit):
        asked = [
            one
            for one in handovers.of_visit(user.store, visit.id)
            if (one.accepted, one.to_id) == (None, user.staff.id)
        ]
        if not asked:
            raise Refusal(f"Nobody asks {show(user.staff.name)} to take over {show(visit.reference)}.")
        reason = "" if accepted else reason_of(words)
        handovers.answer(unit, asked[0], accepted, reason)
        unit.audit("visit", visit.id, accepted=accepted, reason=reason or None)
        return handovers.of_visit(user.store, visit.id)[0]
