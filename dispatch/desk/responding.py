"""What happens to a request beside its visit: a human answers, a remote session begins, its priority changes (D3, D4, D6)."""

from __future__ import annotations

from db import changes, clocks, visits
from db.changes import Picture
from db.unit import Unit
from db.withdrawals import added
from dispatch.closeout.answers import WHY
from dispatch.desk import remembering, waiting
from dispatch.desk.crew import not_anothers
from dispatch.desk.finding import find
from dispatch.desk.levels import clocks_of
from dispatch.desk.refusals import Faulty, Refusal, WrongState
from dispatch.desk.seat import Seat
from dispatch.desk.steps import on_visit
from dispatch.desk.wording import worded
from dispatch.levels.targets import CLOCKS, LABELS
from dispatch.model import text as limits
from dispatch.model.states import ENDED, Role, State
from dispatch.model.text import show
from dispatch.model.visits import Visit

RESPONSES = {
    "phone": "answered by phone",
    "remote": "remote session begun",
    "workaround": "workaround agreed",
}
"""What can be noted of an open request, in words."""


def responded(seat: Seat, reference: str, by: str, note: str = "") -> Visit:
    """Note, as of now, that a human answered, that a remote session began, or that a workaround was agreed.

    On a visit that is on hold it is our next action: the visit goes back into the queue, and its clocks run on.

    Raises:
        Refusal: the visit has ended, or it was noted before.
    """
    if by not in RESPONSES:
        raise Faulty([f"by: {by!r} is not one of {', '.join(RESPONSES)}"])
    with on_visit(seat, reference, "responded", Role.DISPATCHER, Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        not_anothers(seat, visit)
        if visit.state in ENDED or visit.archived_at is not None:
            raise WrongState(visit, "nothing more is noted on it")
        pictures = [_noted(seat, unit, visit, by, worded("note", note))]
        before = []
        if visit.state is State.ON_HOLD:
            before = [visit]
            visits.change(unit, visit, state=State.REQUESTED.value, reason="")
            waiting.follow(seat.store, unit, visit, visit._replace(state=State.REQUESTED))
        unit.audit("visit", visit.id, noted=RESPONSES[by], note=note or None, clocks=waiting.RUN_ON if before else None)
        remembering.remember(seat, unit, f"{RESPONSES[by]} {visit.reference}", before, pictures)
        return find(seat.store, reference)


def handed_over(seat: Seat, reference: str, note: str = "") -> Visit:
    """Note that the report of an audit was handed to the client today (design/account-care.md E5).

    Raises:
        Refusal: it is no audit, it is not done yet, or the report was handed over before.
    """
    with on_visit(seat, reference, "handed-over", Role.DISPATCHER, Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        not_anothers(seat, visit)
        if visit.kind != "audit" or visit.state is not State.CLOSED:
            raise Refusal(f"{show(visit.reference)} is no audit that is closed: its report is handed over after that.")
        picture = _noted(seat, unit, visit, "report", worded("note", note))
        unit.audit("visit", visit.id, noted="report handed over", note=note or None)
        changes.remember(unit, f"report handed over {visit.reference}", [picture])
        return visit


def set_priority(seat: Seat, reference: str, priority: str, reason: str = "") -> Visit:
    """Change the priority of an open request: its clocks are measured from receipt again, and what was missed stays so.

    Raises:
        Faulty: it is no priority.
        Refusal: the visit has ended, or has that priority.
    """
    with on_visit(seat, reference, "priority", Role.DISPATCHER) as (unit, visit):
        typed = priority.strip().upper().removeprefix("P")
        if typed not in ("1", "2", "3", "4"):
            raise Faulty([f"priority: {show(priority, 20)!r} is not one of P1, P2, P3, P4"])
        if visit.state in ENDED or visit.archived_at is not None:
            raise WrongState(visit, "its priority stays as it was")
        if int(typed) == visit.priority:
            raise Refusal(f"{show(visit.reference)} is P{typed} already.")
        why = worded("reason", reason)
        visits.change(unit, visit, priority=int(typed))
        unit.audit("visit", visit.id, priority=f"P{visit.priority} to P{typed}", reason=why or None)
        remembering.remember(seat, unit, f"priority {visit.reference} P{typed}", [visit])
        return find(seat.store, reference)


def explain(seat: Seat, reference: str, clock: str, cause: str) -> Visit:
    """Say why a target was missed; asked for once, and counted in the month's figures.

    Raises:
        Faulty: there is no such clock, or the cause is missing.
        Refusal: the target was not missed, or has its cause.
    """
    with on_visit(seat, reference, "explain", Role.DISPATCHER, Role.LEAD) as (unit, visit):
        wanted = clock.strip().casefold().replace(" ", "").replace("-", "")
        if wanted not in CLOCKS:
            raise Faulty([f"clock: {show(clock, 20)!r} is not one of {', '.join(LABELS.values())}"])
        told = worded("cause", cause, limits.NAME, least=WHY)
        found = next((one for one in clocks_of(seat.store, [visit]).get(visit.id, ()) if one.clock == wanted), None)
        if found is not None and found.cause:
            raise Refusal(f"{show(visit.reference)} has its cause for {LABELS[wanted]}: {show(found.cause)}.")
        if found is None or not found.wants_cause:
            raise Refusal(f"{show(visit.reference)} has not missed {LABELS[wanted]}: there is nothing to explain.")
        cause_id = clocks.add_cause(unit, visit.id, wanted, told)
        unit.audit("visit", visit.id, missed=LABELS[wanted], cause=told)
        changes.remember(unit, f"explain {visit.reference}", [added("breach_cause", cause_id)])
        return visit


def _noted(seat: Seat, unit: Unit, visit: Visit, kind: str, note: str) -> Picture:
    facts = clocks.facts_of(seat.store, [visit.id]).get(visit.id, clocks.NOTHING)
    if kind in facts.milestones:
        raise Refusal(f"That is noted for {show(visit.reference)} already; the first time counts.")
    return added("milestone", clocks.add_milestone(unit, visit.id, kind, note))
