"""A lead lets words settle a test: its technician asks, one key or a reason answers (design/close-out.md C5a)."""

from __future__ import annotations

from db import checklists, notices, people, permissions
from db.unit import Unit
from dispatch.closeout.answers import tells
from dispatch.closeout.gates import settled
from dispatch.desk.closeout.onsite import item_of, note_way_in, open_visit
from dispatch.desk.session.refusals import Faulty, Refusal, reason_of, worded
from dispatch.desk.session.user import User
from dispatch.model.checklists import Asking, Asks, Item, ItemKind, called
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.visits import Visit

NOTICE = "permission"
"""The kind of what goes into the outbox."""


def ask(user: User, reference: str, ref: str, why: str = "") -> Asking:
    """Ask the leads to let words settle a test; it stands in each lead's outbox until one answers.

    Raises:
        Refusal: the test takes words already, or is asked for already.
    """
    with user.write("ask for a permission", Role.TECHNICIAN) as unit:
        visit, item = _test(user, unit, reference, ref)
        if permissions.waiting_for(user.store, item.id) is not None:
            raise Refusal(f"{item.called} is asked for already: a lead has to answer.")
        why_asked = worded("why", why)
        asking = permissions.ask(unit, item.id, why_asked)
        for person in people.all_staff(user.store):
            if Role.LEAD in person.roles:
                notices.add(unit, person.id, visit.id, NOTICE, asked_text(asking))
        unit.audit("visit", visit.id, item=item.ref, permission="asked", text=why_asked or None)
        return asking


def give(user: User, reference: str, ref: str, reason: str = "") -> Item:
    """Let words settle a test at this visit.

    Args:
        reason: may be left out where nothing leads into the client's network; kept with the permission.

    Raises:
        Faulty: the reason is missing.
        Refusal: the test takes words already.
    """
    with user.write("let words settle a test", Role.LEAD) as unit:
        visit, item = _test(user, unit, reference, ref)
        why = worded("reason", reason)
        lowered = item.asks is not Asks.NO_WAY_IN
        if lowered and not tells(why):
            asked = f"{item.called} asks for {ASKED[item.asks]}"
            raise Faulty([f"reason: {asked}; say why words will do, in at least 3 characters"])
        _answer(user, unit, visit, item, yes=True, lowered=lowered, reason=why)
        return item_of(user.store, visit, ref)


def refuse(user: User, reference: str, ref: str, reason: str) -> Item:
    """Say no to a permission that is asked for.

    Raises:
        Faulty: the reason is missing.
        Refusal: nobody asks for it.
    """
    with user.write("refuse a permission", Role.LEAD) as unit:
        visit, item = _test(user, unit, reference, ref)
        if permissions.waiting_for(user.store, item.id) is None:
            raise Refusal(f"Nobody asks for {item.called} of {show(visit.reference)}.")
        why = reason_of(reason)
        _answer(user, unit, visit, item, yes=False, lowered=False, reason=why)
        return item


def asked_text(asking: Asking) -> str:
    """What is asked for, in a sentence."""
    why = f": {show(asking.why)}" if asking.why else ""
    return f"{show(asking.by)} asks: may words settle {called(asking.label)} of {asking.reference}{why}?"


ASKED = {Asks.EXECUTED: "a test that ran", Asks.MEASURED: "a value within bounds"}
"""What a test asks for that asks for more than words."""


def _test(user: User, unit: Unit, reference: str, ref: str) -> tuple[Visit, Item]:
    """The open visit, and its item: a test that asks for more than words and is not settled."""
    visit = open_visit(user, reference)
    note_way_in(user, unit, visit)
    item = item_of(user.store, visit, ref)
    if item.kind is not ItemKind.TEST:
        raise Refusal(f"{item.called} is no test: record its result.")
    if item.asks is Asks.ANY:
        raise Refusal(f"{item.called} takes words: record what you saw.")
    if settled(item, checklists.checklist(user.store, visit.id)):
        raise Refusal(f"{item.called} is settled: there is nothing to permit.")
    return visit, item


def _answer(user: User, unit: Unit, visit: Visit, item: Item, *, yes: bool, lowered: bool, reason: str) -> None:
    asking = permissions.waiting_for(user.store, item.id) or permissions.ask(unit, item.id, "")
    permissions.answer(unit, asking, yes=yes, as_of=visit.sequence, lowered=lowered, reason=reason)
    why = f": {reason}" if reason else ""
    text = f"{user.staff.name} {'lets words settle' if yes else 'does not let words settle'} {item.called}{why}."
    for part in visit.assignments:
        if part.technician_id != user.staff.id:
            notices.add(unit, part.technician_id, visit.id, NOTICE, text)
    answer = "given" if yes else "refused"
    unit.audit("visit", visit.id, item=item.ref, permission=answer, lowered=lowered or None, reason=reason or None)
