"""The care list, and what a lead does with it: done, declined, put off; surveys, offers, and gaps that a review found."""

from __future__ import annotations

import datetime
from dataclasses import replace

from db import care, changes, clients, people, visits
from db.changes import RecordChange, added
from db.store import Store, existing
from db.unit import Unit
from dispatch.care.account import PromptMark
from dispatch.care.item import SNOOZE_DAYS, SNOOZES, CareItem, CareState
from dispatch.care.offers import FREE, OFFERS, held_back
from dispatch.care.rules import in_order, items_of
from dispatch.desk.care.accounts import accounts, office
from dispatch.desk.charges.comparing import PlanComparison, compare_plans
from dispatch.desk.session.refusals import Faulty, NotFound, Refusal, refuse, taken
from dispatch.desk.session.user import User
from dispatch.model.clients import Client
from dispatch.model.proposals import ClientProposal
from dispatch.model.states import Role
from dispatch.model.text import LINE, NOTE, show

ABOUT_PLANS = frozenset({"E3", "E4", "E5", "E10"})
"""The rules that are about an agreement: with these, plans are compared."""


def care_list(store: Store, client: Client | None = None, *, all_items: bool = False) -> list[CareItem]:
    """What is due to clients, the first due first; with `all_items` also what is in order, held back or put off."""
    with store.read():
        where = office(store)
        items = [
            item
            for account in accounts(store, where, None if client is None else {client.id})
            for item in items_of(account, where.today, where.workdays)
        ]
    return in_order(item for item in items if all_items or item.asks)


def plans_for(store: Store, item: CareItem) -> PlanComparison | None:
    """What is due of an agreement, with what the plans of the catalogue would do; None where it is about something else."""
    if item.rule not in ABOUT_PLANS:
        return None
    with store.read():
        return compare_plans(store, existing(clients.client(store, item.client_id)), item.visit)


def note_survey(
    user: User,
    client: Client,
    score: int | None,
    words: str = "",
    on: datetime.date | None = None,
    reference: str = "",
) -> None:
    """Note that a survey was sent (`score` None) or answered, today or on an earlier day; `reference` is the visit it is about.

    Raises:
        Faulty: with every fault.
    """
    with user.write("survey", Role.LEAD) as unit:
        today = office(user.store).today
        faults: list[str] = []
        if score is not None and not 0 <= score <= 10:
            faults.append(f"score: {score} is not a number from 0 to 10")
        if on is not None and on > today:
            faults.append(f"on: {on} has not come yet")
        visit = visits.visit_by_reference(user.store, reference.strip()) if reference.strip() else None
        if reference.strip() and (visit is None or visit.client_id != client.id):
            faults.append(f"visit: {show(client.name)} has no visit {show(reference, 40)}")
        cleaned = taken("words", words, NOTE, faults)
        refuse(faults)
        visit_id = None if visit is None else visit.id
        survey_id = care.add_survey(unit, client.id, on or today, score, cleaned, visit_id)
        changes.remember(unit, f"survey {client.name}", [added("survey", survey_id)])


def note_offer(user: User, client: Client, *, made: bool, note: str = "") -> None:
    """Note an offer that was made, or declined, today and without a prompt: prompts are held back for a while.

    Raises:
        Faulty: a declined offer has no reason.
    """
    with user.write("offer", Role.LEAD) as unit:
        faults: list[str] = []
        cleaned = taken("note", note, LINE, faults)
        if not made and not cleaned:
            faults.append("reason: is missing")
        refuse(faults)
        changes.remember(unit, f"offer {client.name}", [offered(unit, client.id, made=made, note=cleaned)])


def offered(unit: Unit, client_id: int, *, made: bool, note: str) -> RecordChange:
    """Write down within a deed that an offer was made today, or declined; returns the picture of that."""
    today = office(unit.store).today
    mark = PromptMark(FREE, today.isoformat(), "done" if made else "declined", today, None, note)
    return added("care_mark", care.add_mark(unit, client_id, mark))


def end_offers(unit: Unit, proposal: ClientProposal) -> list[RecordChange]:
    """End within a deed what a proposal answers, every prompt to offer something where it is one and those that its work is about:
    that is done; returns the pictures of that."""
    where, works = office(unit.store), proposal.works
    ends = OFFERS if proposal.is_offer else OFFERS.intersection(work.rule for work in works)
    prompts = [
        (item.rule, item.occasion)
        for account in accounts(unit.store, where, {proposal.client_id})
        for item in items_of(account, where.today, where.workdays)
        if item.rule in ends
    ]
    # an end is answered before it is due too
    prompts += [(work.rule, work.occasion) for work in works if work.rule not in OFFERS]
    marks = [PromptMark(*prompt, "done", where.today, None, f"proposal {proposal.id}") for prompt in prompts]
    return [added("care_mark", care.add_mark(unit, proposal.client_id, mark)) for mark in marks]


def against_offers(store: Store, client_id: int) -> tuple[str, ...]:
    """Why a client is better offered nothing today, in words."""
    where = office(store)
    return next((held_back(account, where.today) for account in accounts(store, where, {client_id})), ())


def note_gap(user: User, client: Client, what: str, owner: str, due: datetime.date) -> None:
    """Note what a review with a client found missing, who sees to it, and by when.

    Raises:
        Faulty: with every fault.
    """
    with user.write("gap", Role.LEAD) as unit:
        faults: list[str] = []
        cleaned = taken("what", what, LINE, faults, needed=True)
        typed = owner.strip().casefold()
        named = (person for person in people.all_staff(user.store) if person.name.casefold() == typed)
        person = people.staff_by_login(user.store, typed) or next(named, None)
        if person is None or not person.active:
            faults.append(f"owner: nobody on the staff is called {show(owner, 40)!r}")
        if faults or person is None:
            raise Faulty(faults)
        gap_id = care.add_gap(unit, client.id, cleaned, person.id, due)
        changes.remember(unit, f"gap {client.name}", [added("gap", gap_id)])


def find_item(store: Store, key: str) -> CareItem:
    """The item of that key, whether or not it asks for something today.

    Raises:
        NotFound: there is none; it may have ended.
    """
    typed = key.strip()
    number = typed.split(":")[1] if typed.count(":") >= 2 else ""
    if number.isdecimal():
        where = office(store)
        for account in accounts(store, where, {int(number)}):
            for item in items_of(account, where.today, where.workdays):
                if item.key == typed:
                    return item
    raise NotFound(f"Nothing of the key {show(key, 80)!r} is due. `dispatch care list` shows them all.")


def mark(user: User, key: str, outcome: str, note: str = "", until: datetime.date | None = None) -> CareItem:
    """End a prompt, or put it off: for 30 days at most, and twice at most. An offer that is declined is not made again for 90.

    Args:
        outcome: `done`, which some are only with a note; `declined`, with a reason as the note; or `snoozed`, until a day.

    Raises:
        NotFound: nothing of that key is due.
        Faulty: the note or the reason is missing, or the day cannot be taken.
        Refusal: it was put off twice.
    """
    with user.write(outcome, Role.LEAD) as unit:
        item = find_item(user.store, key)
        where = office(user.store)
        faults: list[str] = []
        cleaned = taken("note", note, LINE, faults)
        if not cleaned and not faults:
            if outcome == "declined":
                faults.append("reason: is missing")
            elif outcome == "done" and item.needs_note:
                faults.append("note: is missing; this one ends only with a note")
        last = where.today + datetime.timedelta(days=SNOOZE_DAYS)
        if until is not None and item.snoozes >= SNOOZES:
            put_off = f"“{show(item.what)}” was put off {SNOOZES} times already"
            raise Refusal(f"{put_off}: do it, or decline it with a reason.")
        if until is not None and not where.today < until <= last:
            faults.append(f"until: {until} is not a day from tomorrow to {last}: {SNOOZE_DAYS} days at most")
        refuse(faults)
        prompt = PromptMark(item.rule, item.occasion, outcome, where.today, until, cleaned)
        mark_id = care.add_mark(unit, item.client_id, prompt)
        changes.remember(unit, f"{outcome} {item.client}: {item.what}", [added("care_mark", mark_id)])
        if until is None:
            return item
        return replace(item, state=CareState.SNOOZED, snoozed_until=until, snoozes=item.snoozes + 1)
