"""What is recorded at a client's: results on items, work, what was used and what of it is taken back, the sign-off."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from db import checklist_copies, checklists, stays, takings, visits
from db.store import Store
from db.unit import Unit
from dispatch.closeout import recording
from dispatch.closeout.gates import unmet
from dispatch.closeout.recording import Decision, Recording
from dispatch.desk.charges.charge_input import card_of, standing
from dispatch.desk.charges.charging import open_charge, settled
from dispatch.desk.session.carrying import carried
from dispatch.desk.session.refusals import NotAllowed, NotFound, Refusal, WrongState, reason_of, refuse, taken, worded
from dispatch.desk.session.user import User
from dispatch.desk.visits import follow_ups
from dispatch.desk.visits.steps import find, on_visit, own_parts
from dispatch.model.checklists import Attempt, Item, ItemKind, Result, WorkEntry, called
from dispatch.model.forms import shared
from dispatch.model.money import shortest
from dispatch.model.states import ENDED, OPEN_ON_SITE, Role
from dispatch.model.text import LINE, NAME, NOTE, show
from dispatch.model.visits import UsedItem, Visit

_FOR_AN_HOUR = follow_ups.Back(minutes=60)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recording left: the visit as it stands, the item with what stands on it, what followed in words, and why the item
    is not settled all the same."""

    visit: Visit
    notes: tuple[str, ...] = ()
    ref: str = ""
    result: Result | None = None
    unsettled: str = ""


@carried()
def record(
    user: User,
    reference: str,
    ref: str,
    entry: Recording,
    *,
    follow_up_on: datetime.date | None = None,
    follow_up_minutes: int = 60,
) -> Recorded:
    """Record a result on an item, with everything that follows from it.

    Args:
        user: a technician of the visit, or a lead.
        reference: the visit.
        ref: the item's id, in any case.
        entry: what is recorded; its texts are cleaned here.
        follow_up_on: for a named thing that becomes a follow-up visit: when it is wanted.
        follow_up_minutes: the length of that visit.

    Raises:
        Refusal: the item does not take it, or the visit is not open; the message says why.
    """
    with user.write("record", Role.TECHNICIAN, Role.LEAD) as unit:
        return record_within(user, unit, reference, ref, entry, follow_ups.Back(follow_up_on, follow_up_minutes))


def record_within(
    user: User, unit: Unit, reference: str, ref: str, entry: Recording, back: follow_ups.Back = _FOR_AN_HOUR
) -> Recorded:
    """`record` as a part of a unit of the caller's."""
    visit = open_visit(user, reference)
    note_way_in(user, unit, visit)
    item = item_of(user.store, visit, ref)
    clean_entry = replace(
        entry,
        text=worded("text", entry.text, NOTE, multiline=True),
        value=worded("value", entry.value, 80) if entry.value is not None else None,
        signed_by=worded("name", entry.signed_by, NAME) if entry.signed_by is not None else None,
    )
    if entry.result is Result.OVERRIDDEN and Role.LEAD not in user.roles_now:
        raise NotAllowed("Only a lead overrides an item. Ask yours, or record a result.")
    clean_entry = _with_files(user.store, item, clean_entry)
    decision = recording.decide(checklists.checklist(user.store, visit.id), item, clean_entry)
    return _write(user, unit, visit, item, decision, back)


@carried()
def work(user: User, reference: str, text: str) -> Visit:
    """Note what was changed (W2). Tests that passed before must pass again."""
    with user.write("work", Role.TECHNICIAN, Role.LEAD) as unit:
        visit = open_visit(user, reference)
        noted = worded("text", text, NOTE, multiline=True)
        checklist = checklists.checklist(user.store, visit.id)
        return _write(user, unit, visit, checklist.item("W2"), recording.note(checklist, noted)).visit


@carried()
def ask(user: User, reference: str, text: str) -> Visit:
    """The client asks for something more: another requested item, W1.n."""
    with on_visit(user, reference, "ask", Role.TECHNICIAN, Role.DISPATCHER, Role.LEAD) as (unit, visit):
        if visit.state in ENDED:
            raise WrongState(visit, "ask for a new visit instead")
        if Role.DISPATCHER not in user.roles_now:
            own_parts(user, visit, None)
        request = worded("text", text, LINE)
        decision = recording.ask(checklists.checklist(user.store, visit.id), request)
        if visit.state not in OPEN_ON_SITE:
            decision = replace(decision, state=None)
        return _write(user, unit, visit, None, decision).visit


@carried()
def use(
    user: User, reference: str, what: str, quantity: str = "1", *, amount: str | None = None, taxable: bool = True
) -> Visit:
    """Enter something that was used at the client's. It is a work entry: tests that passed before must pass again.

    Args:
        user: a technician of the visit, or a lead.
        reference: the visit.
        what: its code on the rate card; for a lead also any name, together with an `amount`.
        quantity: a decimal number above 0, for example 2 or 1.5.
        amount: the price of what is not on the card, decimal text; a lead's.
        taxable: of what is not on the card.

    Raises:
        Faulty: with everything that cannot be taken.
    """
    with user.write("use", Role.TECHNICIAN, Role.LEAD) as unit:
        visit = open_visit(user, reference)
        used = _read_item(user, visit, what, quantity, amount)
        decision = recording.use_item(f"{used.quantity} × {used.label}")
        written = _write(user, unit, visit, None, decision).visit
        stays.add_item(unit, visit.id, used._replace(taxable=taxable))
        return written


def sign_off(user: User, reference: str, name: str, satisfied: bool, words: str = "") -> Visit:
    """The client's sign-off (L5): it comes last, and whatever is recorded later asks for it again."""
    entry = Recording(Result.SIGNED, words, signed_by=name, satisfied=satisfied)
    return record(user, reference, "L5", entry).visit


def _write(
    user: User, unit: Unit, visit: Visit, item: Item | None, decision: Decision, back: follow_ups.Back = _FOR_AN_HOUR
) -> Recorded:
    """Write what was decided: the attempt, its work entry, new items, a follow-up, and the visit's state."""
    if decision.faults:
        reasons = " ".join(reason.text for reason in decision.faults)
        label = "The work" if item is None else item.called
        raise Refusal(f"{label} was not recorded: {reasons}")
    notes: list[str] = []
    follow_up = None
    if decision.follow_up and item is not None:
        checklist = checklists.checklist(user.store, visit.id)
        follow_up = follow_ups.follow_up_of(unit, visit, checklist, item, back)
        notes.append(f"follow-up {follow_up.reference} booked for {follow_up.preferred}, wanted {follow_up.wanted_on}")
    run, recorded = decision.run, decision.result is not None or decision.work is not None
    sequence = _next_sequence(unit, visit, item, decision) if recorded else takings.sequence_at_now(unit, visit)
    # of what is handed in, and was done before what the office recorded, the state is older than what it is by now
    state = visit.state if sequence < visit.sequence else decision.state or visit.state
    visits.change(unit, visit, sequence=max(visit.sequence, sequence), state=state.value)
    if decision.result is not None and item is not None:
        own = decision.result is Result.OVERRIDDEN and visit.assignment_of(user.staff.id) is not None
        ran = {} if run is None else {"vantage": run.vantage.value, "begun_after": run.begun_after, "tries": run.tries}
        attempt = Attempt(
            **shared(Attempt, decision) | ran,
            sequence=sequence,
            at=unit.at,
            by=user.staff.name,
            follow_up_id=follow_up.id if follow_up else None,
            self_approved=own,
        )
        checklists.add_attempt(unit, visit.id, item.id, attempt)
    if decision.work is not None:
        entry = WorkEntry(sequence, unit.at, user.staff.name, decision.work, decision.work_text)
        checklists.add_work_entry(unit, visit.id, entry)
    checklist_copies.add_items(unit, visit.id, decision.items, added_by=user.staff.id)
    notes += [f"{called(new.label)} needs an outcome" for new in decision.items if new.kind is ItemKind.NAMED]
    about: dict[str, Any] = {"item": item and item.ref, "result": decision.result}
    about |= {"text": decision.text or decision.work_text or None, "value": decision.value}
    about |= {"grade": run and run.grade, "vantage": run and run.vantage, "signed_by": decision.signed_by}
    more = [f"{added.ref} {added.label}" for added in decision.items]
    unit.audit("visit", visit.id, **about, added=more or None)
    if decision.result is Result.FAIL and run is None and decision.value is not None:
        notes.append(decision.text)
    ref, left = item.ref if item is not None else "", ""
    if decision.result in (Result.PASS, Result.NA):
        left = "; ".join(one.text for one in unmet(checklists.checklist(user.store, visit.id)) if one.ref == ref)
    return Recorded(visits.again(user.store, visit), tuple(notes), ref, decision.result, left)


def _next_sequence(unit: Unit, visit: Visit, item: Item | None, decision: Decision) -> int:
    """Where it stands in the visit's sequence. What failed and is handed in is news to a lead who let words do meanwhile."""
    failed = decision.result is Result.FAIL and item is not None and item.permission is not None
    return takings.next_sequence(unit, visit, last=failed)


def _with_files(store: Store, item: Item, entry: Recording) -> Recording:
    """A test's result, with the files that were handed in for it since its last one named in its evidence (G2)."""
    if item.kind is not ItemKind.TEST or entry.result not in (Result.PASS, Result.FAIL) or entry.run is not None:
        return entry
    handed_in = checklists.files_of_item_since(store, item.id, item.latest.at if item.latest is not None else 0)
    if not handed_in:
        return entry
    named = ", ".join(f"{file.name} ({file.sha256[:8]})" for file in handed_in)
    return replace(entry, text=f"{entry.text}\nfiles: {named}".strip()[:NOTE])


def open_visit(user: User, reference: str) -> Visit:
    """A visit on which the person may record now.

    Raises:
        Refusal: it is not open, or somebody else's.
    """
    visit = find(user.store, reference)
    if visit.state not in OPEN_ON_SITE:
        hint = "check in first" if visit.checked_in_at is None else "nothing more is recorded on it"
        raise WrongState(visit, hint)
    own_parts(user, visit, None)
    return visit


def see_way_in(user: User, reference: str) -> None:
    """Note by the way that the technician's own connection leads into the client's network at a visit that is open.

    From then on its tests ask for a run, whatever becomes of the connection (C5a).
    """
    with on_visit(user, reference, "see the way in", Role.TECHNICIAN) as (unit, visit):
        if visit.state not in OPEN_ON_SITE or not note_way_in(user, unit, visit):
            unit.leave_unchanged()


def note_way_in(user: User, unit: Unit, visit: Visit) -> bool:
    """`see_way_in` as a part of a unit of the caller's; whether it is news."""
    own = user.site_port is not None and visit.assignment_of(user.staff.id) is not None
    news = own and checklists.note_way_in(unit, visit.id)
    if news:
        unit.audit("visit", visit.id, way_in=True)
    return news


def item_of(store: Store, visit: Visit, ref: str) -> Item:
    """The item of a visit's checklist with that id, whatever its case.

    Raises:
        NotFound: it has none such.
    """
    checklist = checklists.checklist(store, visit.id)
    item = checklist.item(ref.strip())
    if item is None and ref.strip().casefold() == "w1":
        item = checklist.item("W1.1")
    if item is None:
        known = ", ".join(show(item.ref) for item in checklist.items)
        raise NotFound(f"{show(visit.reference)} has no item {show(ref, 40)}; it has {known}.")
    return item


def on_card(store: Store, visit: Visit) -> Mapping[str, Any]:
    """The items of the rate card that a visit is charged by (of its day, or of the sheet that is kept), by code; empty without
    a card."""
    if (sheet := standing(store, visit)) is not None:
        return sheet.input["card"].get("items", {})  # type: ignore[no-any-return]
    if store.taken_along is not None:
        return takings.card_items(store)
    card = card_of(store, visit, store.clock.now())
    items = card.card.get("items", {}) if card is not None else {}
    return items if isinstance(items, Mapping) else {}


def _read_item(user: User, visit: Visit, what: str, quantity: str, amount: str | None) -> UsedItem:
    """What somebody typed, checked.

    Raises:
        Faulty: with everything that cannot be taken.
    """
    faults: list[str] = []
    items = on_card(user.store, visit)
    number = _number(quantity, "quantity", faults)
    label = taken("item", what, NAME, faults)
    code = next((key for key in items if key.casefold() == label.casefold()), None)
    price = None
    if amount is not None:
        price = _number(amount, "amount", faults)
        if Role.LEAD not in user.roles_now:
            faults.append("amount: only a lead sets the price of what is not on the rate card")
        code = None
    elif code is None and label:
        known = ", ".join(show(one) for one in items) or "none"
        faults.append(f"item: {show(label, 40)!r} is not on the rate card; it has {known}")
    if not label and not faults:
        faults.append("item: is missing")
    refuse(faults)
    assert number is not None
    return UsedItem(code, label if code is None else code, number, price)


def take_back(user: User, reference: str, item_id: int, reason: str) -> Visit:
    """Take back something that was entered by mistake; an ended visit is charged again without it.

    Raises:
        NotFound: there is no such entry on the visit.
        Refusal, NotAllowed: the charge must not be changed.
    """
    with on_visit(user, reference, "take back an item", Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        own_parts(user, visit, None)
        why = reason_of(reason)
        entered = next((item for item in stays.items_of(user.store, visit.id) if item.id == item_id), None)
        if entered is None:
            raise NotFound(f"{show(visit.reference)} has no entry {item_id}.")
        open_charge(user, unit, visit, why)
        stays.withdraw_item(unit, item_id)
        unit.audit("visit", visit.id, withdrawn=f"{entered.quantity} × {entered.label}", reason=why)
        return settled(user, unit, visit, why)


def _number(text: str, name: str, faults: list[str]) -> str | None:
    try:
        number = Decimal(text.strip())
        good = number.is_finite() and 0 < number <= 1_000_000 and number == round(number, 4)
    except InvalidOperation:
        good = False
    if not good:
        faults.append(f"{name}: {show(text, 20)!r} is not a number above 0, such as 2 or 1.5")
        return None
    return shortest(number)
