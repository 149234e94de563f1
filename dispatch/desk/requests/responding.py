"""What happens to a request beside its visit: a human answers, a remote session begins, its priority changes (D3, D4, D6)."""

from __future__ import annotations

from db import changes, clocks, visits
from db.changes import RecordChange, added
from db.unit import Unit
from dispatch.closeout.answers import WHY
from dispatch.desk.day import undo_record
from dispatch.desk.levels.clocks import clocks_of
from dispatch.desk.session.refusals import Faulty, Refusal, WrongState, worded
from dispatch.desk.session.user import User
from dispatch.desk.visits import waiting
from dispatch.desk.visits.steps import find, not_anothers, on_visit
from dispatch.levels.targets import CLOCKS, LABELS
from dispatch.model.states import ENDED, Role, State
from dispatch.model.text import NAME, show
from dispatch.model.visits import Visit

RESPONSES = {"phone": "answered by phone", "remote": "remote session begun", "workaround": "workaround agreed"}
"""What can be noted of an open request, in words."""


def responded(user: User, reference: str, by: str, note: str = "") -> Visit:
    """Note, as of now, that a human answered, that a remote session began, or that a workaround was agreed.

    On a visit that is on hold it is our next action: the visit goes back into the queue, and its clocks run on.

    Raises:
        Refusal: the visit has ended, or it was noted before.
    """
    if by not in RESPONSES:
        raise Faulty([f"by: {by!r} is not one of {', '.join(RESPONSES)}"])
    with on_visit(user, reference, "responded", Role.DISPATCHER, Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        not_anothers(user, visit)
        if visit.state in ENDED or visit.archived_at is not None:
            raise WrongState(visit, "nothing more is noted on it")
        pictures = [_noted(user, unit, visit, by, worded("note", note))]
        before = []
        if visit.state is State.ON_HOLD:
            before = [visit]
            visits.change(unit, visit, state=State.REQUESTED.value, reason="")
            waiting.follow(user.store, unit, visit, visit._replace(state=State.REQUESTED))
        unit.audit("visit", visit.id, noted=RESPONSES[by], note=note or None, clocks=waiting.RUN_ON if before else None)
        undo_record.remember(user, unit, f"{RESPONSES[by]} {visit.reference}", before, pictures)
        return find(user.store, reference)


def handed_over(user: User, reference: str, note: str = "") -> Visit:
    """Note that the report of an audit was handed to the client today (design/account-care.md E5).

    Raises:
        Refusal: it is no audit, it is not done yet, or the report was handed over before.
    """
    with on_visit(user, reference, "handed-over", Role.DISPATCHER, Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        not_anothers(user, visit)
        if visit.kind != "audit" or visit.state is not State.CLOSED:
            raise Refusal(f"{show(visit.reference)} is no audit that is closed: its report is handed over after that.")
        picture = _noted(user, unit, visit, "report", worded("note", note))
        unit.audit("visit", visit.id, noted="report handed over", note=note or None)
        changes.remember(unit, f"report handed over {visit.reference}", [picture])
        return visit


def set_priority(user: User, reference: str, priority: str, reason: str = "") -> Visit:
    """Change the priority of an open request: its clocks are measured from receipt again, and what was missed stays so.

    Raises:
        Faulty: it is no priority.
        Refusal: the visit has ended, or has that priority.
    """
    with on_visit(user, reference, "priority", Role.DISPATCHER) as (unit, visit):
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
        undo_record.remember(user, unit, f"priority {visit.reference} P{typed}", [visit])
        return find(user.store, reference)


def explain(user: User, reference: str, clock: str, cause: str) -> Visit:
    """Say why a target was missed; asked for once, and counted in the month's figures.

    Raises:
        Faulty: there is no such clock, or the cause is missing.
        Refusal: the target was not missed, or has its cause.
    """
    with on_visit(user, reference, "explain", Role.DISPATCHER, Role.LEAD) as (unit, visit):
        kind = clock.strip().casefold().replace(" ", "").replace("-", "")
        if kind not in CLOCKS:
            raise Faulty([f"clock: {show(clock, 20)!r} is not one of {', '.join(LABELS.values())}"])
        why = worded("cause", cause, NAME, least=WHY)
        own = clocks_of(user.store, [visit]).get(visit.id, ())
        missed = next((other for other in own if other.clock == kind), None)
        if missed is not None and missed.cause:
            raise Refusal(f"{show(visit.reference)} has its cause for {LABELS[kind]}: {show(missed.cause)}.")
        if missed is None or not missed.wants_cause:
            raise Refusal(f"{show(visit.reference)} has not missed {LABELS[kind]}: there is nothing to explain.")
        cause_id = clocks.add_cause(unit, visit.id, kind, why)
        unit.audit("visit", visit.id, missed=LABELS[kind], cause=why)
        changes.remember(unit, f"explain {visit.reference}", [added("breach_cause", cause_id)])
        return visit


def _noted(user: User, unit: Unit, visit: Visit, kind: str, note: str) -> RecordChange:
    facts = clocks.facts_of(user.store, [visit.id]).get(visit.id, clocks.NOTHING)
    if kind in facts.milestones:
        raise Refusal(f"That is noted for {show(visit.reference)} already; the first time counts.")
    return added("milestone", clocks.add_milestone(unit, visit.id, kind, note))
