"""Calling ahead: who told which client when, and what time was promised (design/close-out.md R3)."""

from __future__ import annotations

from typing import NamedTuple

from db import changes, clients, mails, messages, settings
from db.changes import RecordChange, added
from db.store import Store
from db.unit import Unit
from dispatch.desk.day import board_view
from dispatch.desk.messages import mail_changes, notifications
from dispatch.desk.session.refusals import Faulty, Refusal, WrongState, worded
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import find
from dispatch.model.instants import day_of
from dispatch.model.mail import MailState
from dispatch.model.messages import About, Call, CallOutcome
from dispatch.model.states import ENDED, QUEUED, TOLD, UNREACHED, Role, State
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.planning.calls import expected_at

ENTITY = "call"
"""What a call is named in what can be taken back."""
TOLD_A_TIME = frozenset({State.CONFIRMED}) | TOLD
"""States of a visit whose client counts on its time: they agreed to it, or our technician was told of it."""
_FULL = 300


class Called(NamedTuple):
    """A call that was logged."""

    visit: Visit
    call: Call


def call(user: User, reference: str, *, answered: bool = True, promised: int | None = None, note: str = "") -> Called:
    """Log a call to a client before arrival. Undoable.

    Args:
        user: a dispatcher or a lead.
        reference: the visit.
        answered: whether somebody was reached.
        promised: the time that the client was told; the projected arrival, to a full five minutes, if nothing is said.
        note: what was said.

    Raises:
        Refusal: nobody is expected there any more, or there is no time to promise.
        Faulty: the time has passed, or the note cannot be taken.
    """
    with user.write("call ahead", Role.DISPATCHER, Role.LEAD) as unit:
        store = user.store
        visit = find(store, reference)
        owed = any(one.outcome is CallOutcome.OWED for one in messages.calls_of(store, visit.id))
        if visit.state not in UNREACHED and not (owed and visit.state in QUEUED):
            raise WrongState(visit, "a call ahead is for a visit that nobody has reached yet")
        told = _told(user, visit, promised, unit.at) if answered else None
        words = worded("note", note)
        _, phone = clients.whom_to_ring(store).get(visit.client_id, ("", ""))
        outcome = CallOutcome.ANSWERED if answered else CallOutcome.UNANSWERED
        call_id = messages.add_call(unit, visit.id, outcome, told, phone=phone, note=words)
        unit.audit("visit", visit.id, call=outcome.value, promised_at=told, phone=phone or None, note=words or None)
        answered_mails = [] if told is None else _settle_mails(unit, visit, words)
        changes.remember(unit, f"call ahead {visit.reference}", [added(ENTITY, call_id), *answered_mails])
        new_time = told if told is not None else projected(store, visit)
        if new_time is not None:
            notifications.tell(store, unit, visit, About.LATE, new_time)
        logged = next(call for call in messages.calls_of(store, visit.id) if call.id == call_id)
        return Called(visit, logged)


def _settle_mails(unit: Unit, visit: Visit, words: str) -> list[RecordChange]:
    """What becomes of the mails that asked for a call which was answered now."""
    asked_for = [mail for mail in mails.of_visit(unit.store, visit.id) if mail.state is MailState.CALL]
    said = words or f"called by {unit.actor.login}"
    return [mail_changes.change(unit, mail, state=MailState.TAKEN.value, why=said) for mail in asked_for]


def owe(unit: Unit, visit: Visit, expected: int) -> RecordChange:
    """Put a client on the call-ahead list because the plan was changed, with the time that they still expect us."""
    return added(ENTITY, messages.add_call(unit, visit.id, CallOutcome.OWED, expected))


def follow(user: User, unit: Unit, before: Visit, after: Visit) -> list[RecordChange]:
    """Put a client on the call-ahead list whom a change of a visit's place leaves waiting at a time that they were told;
    returns what can be taken back. Whoever was never told a time expects nobody."""
    if before.starts_at is None or before.starts_at == after.starts_at or after.state in ENDED:
        return []
    own = messages.calls_of(user.store, before.id)
    expected, answered = expected_at(before.starts_at, own)
    if before.state not in TOLD_A_TIME and not answered:
        if before.promised is None or after.starts_at is None:
            return []
        opens, closes = before.promised
        if opens <= after.starts_at <= closes or not opens <= before.starts_at <= closes:
            return []
        expected = closes if after.starts_at > closes else opens
    return [owe(unit, before, expected)]


def _told(user: User, visit: Visit, promised: int | None, now: int) -> int:
    if promised is not None:
        if promised < now:
            raise Faulty([f"promised: {user.firm.times().clock(promised, visit.zone)} has passed"])
        return promised - promised % 60
    if (arrival := projected(user.store, visit)) is not None:
        return arrival
    raise Refusal(f"There is no new time for {show(visit.reference)}: say what was promised with --promised.")


def projected(store: Store, visit: Visit) -> int | None:
    """When we shall be there as the day goes, to a full five minutes; None where that cannot be said."""
    if visit.starts_at is None:
        return None
    board = board_view.board(store, day_of(visit.starts_at, settings.firm(store).zone))
    first = visit.assignments[0].technician_id
    cards = (card for row in board.rows if row.technician_id == first for card in row.visits if card.id == visit.id)
    for card in cards:
        if card.projected is not None:
            return -(-card.projected[0] // _FULL) * _FULL
    return None
