"""The technician's deeds, from setting out to sign-off, and the ends of a visit. The gates are asked in the transaction."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from db import checklists, clocks, files, people, stays, visits
from db.store import Store
from db.unit import Unit
from dispatch.closeout import recording
from dispatch.closeout.gates import Unmet, unmet
from dispatch.closeout.recording import Decision, Entry
from dispatch.desk import materials, returning, routing, telling
from dispatch.desk.charging import keep_sheet, release
from dispatch.desk.clocking import check_out_at, go_back
from dispatch.desk.crew import own_parts
from dispatch.desk.refusals import Faulty, GatesUnmet, NotAllowed, NotFound, Refusal
from dispatch.desk.seat import Seat
from dispatch.desk.visit_page import find
from dispatch.model import text as limits
from dispatch.model.checklists import Attempt, Item, Kind, Result, WorkEntry
from dispatch.model.instants import clock_text
from dispatch.model.messages import About
from dispatch.model.states import ON_THE_WAY_OR_THERE, OPEN_ON_SITE, STEPS, Review, Role, State
from dispatch.model.text import TextRefused, clean, show
from dispatch.model.visits import Assignment, Visit


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recording left: the visit as it stands, the item with what stands on it, and what followed in words."""

    visit: Visit
    notes: tuple[str, ...] = ()
    ref: str = ""
    result: Result | None = None


def depart(seat: Seat, reference: str, *, technician: str | None = None) -> Visit:
    """Set out for a visit. A lead may record it for the crew, or for one technician of it."""
    with seat.write("depart", Role.TECHNICIAN, Role.LEAD) as unit:
        visit = _step(seat.store, reference, "depart", also=ON_THE_WAY_OR_THERE)
        parts = own_parts(seat, visit, technician)
        fresh = [part for part in parts if part.depart_at is None]
        if not fresh:
            raise Refusal(f"{show(visit.reference)} is en route already.")
        state = visit.state if visit.state in ON_THE_WAY_OR_THERE else State.EN_ROUTE
        visits.change(unit, visit, state=state.value)
        for part in fresh:
            visits.stamp(unit, part, depart_at=unit.at)
        unit.audit("visit", visit.id, technician=[part.technician for part in fresh])
        if state is State.EN_ROUTE:
            _tell_on_the_way(seat, unit, visit)
        return returning.again(seat.store, visit)


def _tell_on_the_way(seat: Seat, unit: Unit, visit: Visit) -> None:
    """The client is told when somebody will be there; without a known drive only that somebody is coming."""
    leg = routing.drive_to(seat.store, visit)
    when = "soon"
    if leg.seconds is not None:
        low, high = leg.low or leg.seconds, leg.high or leg.seconds
        when = telling.arrival_in_words(visit, unit.at + low, unit.at + high, seat.firm.clock_hours == 24)
    telling.tell(seat.store, unit, visit, About.ON_THE_WAY, unit.at, when)


def see(seat: Seat, reference: str) -> None:
    """Note that the person has seen a visit that was dispatched to them. Seen once is seen; nobody else can see it for them."""
    with seat.write("see", Role.TECHNICIAN) as unit:
        visit = find(seat.store, reference)
        part = visit.assignment_of(seat.staff.id)
        if part is None or part.seen_at is not None or visit.state is not State.DISPATCHED:
            unit.leave_unchanged()
            return
        visits.stamp(unit, part, seen_at=unit.at)
        unit.audit("visit", visit.id, technician=part.technician)


def early(visit: Visit, now: int) -> bool:
    """Whether it has to be asked who agreed to begin: the appointment is a minute or more ahead (charges.md B3.1)."""
    return visit.starts_at is not None and now // 60 < visit.starts_at // 60 and not visit.early_agreed_by


def arrive(
    seat: Seat,
    reference: str,
    *,
    technician: str | None = None,
    early_agreed_by: str = "",
    early_not_agreed: bool = False,
) -> Visit:
    """Check in; or, on a visit that was re-opened, go back: the time between leaving and now is off the clock.

    Args:
        seat: the technician's, or a lead's.
        reference: the visit.
        technician: for whom, where a lead records it.
        early_agreed_by: who agreed to begin before the appointment.
        early_not_agreed: nobody did; the time before the appointment is not charged.

    Raises:
        Refusal: they are there already, or elsewhere; or they are early, and neither was said.
    """
    with seat.write("arrive", Role.TECHNICIAN, Role.LEAD) as unit:
        visit = _step(seat.store, reference, "arrive", also=OPEN_ON_SITE)
        parts = own_parts(seat, visit, technician)
        fresh = list(filter(_BEGINS["arrive"], parts))
        if not fresh:
            raise Refusal(f"{show(visit.reference)} is checked in already.")
        _only_here(seat.store, visit, fresh)
        agreed = _text("early start agreed by", early_agreed_by, limits.NAME)
        if early(visit, unit.at) and not agreed and not early_not_agreed:
            planned = clock_text(visit.starts_at or 0, visit.zone)
            raise Refusal(
                f"{show(visit.reference)} is planned for {planned}: say who agreed to begin now (--early-agreed-by NAME), "
                f"or that nobody did (--early-not-agreed); then the time before {planned} is not charged."
            )
        visits.change(unit, visit, state=State.ON_SITE.value, early_agreed_by=agreed or visit.early_agreed_by)
        for part in fresh:
            if part.check_out_at is not None:
                go_back(seat, unit, part)
                continue
            visits.stamp(unit, part, check_in_at=unit.at, did_not_come_at=None)
            unit.insert("segment", assignment_id=part.id, kind="work", starts_at=unit.at)
            if part.depart_at is not None:
                unit.insert("segment", assignment_id=part.id, kind="travel", starts_at=part.depart_at, ends_at=unit.at)
        unit.audit("visit", visit.id, technician=[part.technician for part in fresh], early_agreed_by=agreed or None)
        return returning.again(seat.store, visit)


def record(
    seat: Seat,
    reference: str,
    ref: str,
    entry: Entry,
    *,
    follow_up_on: datetime.date | None = None,
    follow_up_minutes: int = 60,
) -> Recorded:
    """Record a result on an item, with everything that follows from it.

    Args:
        seat: a technician of the visit, or a lead.
        reference: the visit.
        ref: the item's id, in any case.
        entry: what is recorded; its texts are cleaned here.
        follow_up_on: for a named thing that becomes a follow-up visit: when it is wanted.
        follow_up_minutes: the length of that visit.

    Raises:
        Refusal: the item does not take it, or the visit is not open; the message says why.
    """
    with seat.write("record", Role.TECHNICIAN, Role.LEAD) as unit:
        return record_within(
            seat, unit, reference, ref, entry, follow_up_on=follow_up_on, follow_up_minutes=follow_up_minutes
        )


def record_within(
    seat: Seat,
    unit: Unit,
    reference: str,
    ref: str,
    entry: Entry,
    *,
    follow_up_on: datetime.date | None = None,
    follow_up_minutes: int = 60,
) -> Recorded:
    """`record` as a part of a unit of the caller's."""
    visit = open_visit(seat, reference)
    note_way_in(seat, unit, visit)
    item = item_of(seat.store, visit, ref)
    clean_entry = replace(
        entry,
        text=_text("text", entry.text, limits.NOTE, multiline=True),
        value=_text("value", entry.value, 80) if entry.value is not None else None,
        signed_by=_text("name", entry.signed_by, limits.NAME) if entry.signed_by is not None else None,
    )
    if entry.result is Result.OVERRIDDEN and Role.LEAD not in seat.roles_now:
        raise NotAllowed("Only a lead overrides an item. Ask yours, or record a result.")
    clean_entry = _with_files(seat.store, item, clean_entry)
    decision = recording.decide(checklists.checklist(seat.store, visit.id), item, clean_entry)
    return _write(seat, unit, visit, item, decision, follow_up_on, follow_up_minutes)


def work(seat: Seat, reference: str, text: str) -> Visit:
    """Note what was changed (W2). Tests that passed before must pass again."""
    with seat.write("work", Role.TECHNICIAN, Role.LEAD) as unit:
        visit = open_visit(seat, reference)
        noted = _text("text", text, limits.NOTE, multiline=True)
        checklist = checklists.checklist(seat.store, visit.id)
        return _write(seat, unit, visit, checklist.item("W2"), recording.note(checklist, noted)).visit


def ask(seat: Seat, reference: str, text: str) -> Visit:
    """The client asks for something more: another requested item, W1.n."""
    with seat.write("ask", Role.TECHNICIAN, Role.DISPATCHER, Role.LEAD) as unit:
        visit = find(seat.store, reference)
        if visit.state in (State.CLOSED, State.LEFT_OPEN, State.NO_ACCESS, State.ABORTED, State.CANCELLED):
            raise Refusal(f"{show(visit.reference)} is {visit.state.label}: ask for a new visit instead.")
        if Role.DISPATCHER not in seat.roles_now:
            own_parts(seat, visit, None)
        asked = _text("text", text, limits.LINE)
        decision = recording.ask(checklists.checklist(seat.store, visit.id), asked)
        if visit.state not in OPEN_ON_SITE:
            decision = replace(decision, state=None)
        return _write(seat, unit, visit, None, decision).visit


def use(
    seat: Seat,
    reference: str,
    what: str,
    quantity: str = "1",
    *,
    amount: str | None = None,
    taxable: bool = True,
) -> Visit:
    """Enter something that was used at the client's. It is a work entry: tests that passed before must pass again.

    Args:
        seat: a technician of the visit, or a lead.
        reference: the visit.
        what: its code on the rate card; for a lead also any name, together with an `amount`.
        quantity: a decimal number above 0, for example 2 or 1.5.
        amount: the price of what is not on the card, decimal text; a lead's.
        taxable: of what is not on the card.

    Raises:
        Faulty: with everything that cannot be taken.
    """
    with seat.write("use", Role.TECHNICIAN, Role.LEAD) as unit:
        visit = open_visit(seat, reference)
        used = materials.read(seat, visit, what, quantity, amount)
        decision = recording.use_item(f"{used.quantity} × {used.label}")
        written = _write(seat, unit, visit, None, decision).visit
        stays.add_item(
            unit,
            visit.id,
            seat.staff.id,
            code=used.code,
            label=used.label,
            quantity=used.quantity,
            amount=used.amount,
            taxable=taxable,
        )
        return written


def sign_off(seat: Seat, reference: str, name: str, satisfied: bool, words: str = "") -> Visit:
    """The client's sign-off (L5): it comes last, and whatever is recorded later asks for it again."""
    entry = Entry(Result.SIGNED, words, signed_by=name, satisfied=satisfied)
    return record(seat, reference, "L5", entry).visit


def close(seat: Seat, reference: str, *, left_at: int | None = None) -> Visit:
    """Close a visit and check the crew out; its charge is kept.

    Args:
        left_at: when they really left, where somebody forgot to say so.

    Raises:
        GatesUnmet: with every reason at once. Nothing was changed.
    """
    with seat.write("close", Role.TECHNICIAN, Role.LEAD) as unit:
        visit = _step(seat.store, reference, "close")
        own_parts(seat, visit, None)
        note_way_in(seat, unit, visit)
        reasons = unmet(checklists.checklist(seat.store, visit.id), visit.zone)
        if reasons:
            raise _refused(visit, reasons)
        closed = _end(seat, unit, visit, State.CLOSED, left_at=left_at)
        assert closed.ended_at is not None
        telling.tell(seat.store, unit, closed, About.REPORT, closed.ended_at)
        if closed.emergency:
            _prompt_lead(seat, unit, closed)
        return closed


def leave(
    seat: Seat,
    reference: str,
    reason: str,
    *,
    follow_up_on: datetime.date | None = None,
    minutes: int | None = None,
    our_fault: bool = False,
    left_at: int | None = None,
    none_wanted: NoneWanted | None = None,
) -> tuple[Visit, Visit | None]:
    """Leave a visit open, by a lead only: a follow-up for the same technician is booked first.

    Returns the visit and its follow-up. A visit that has one already (an overridden test books it) gets no second: that
    one is wanted on the day that was given.

    Args:
        none_wanted: that the client wants no follow-up; account care then asks after them (E7).
    """
    with seat.write("leave", Role.LEAD) as unit:
        visit = _step(seat.store, reference, "leave")
        why = _required("reason", reason)
        follow_up = None
        if none_wanted is not None:
            _note_none_wanted(seat, unit, visit, none_wanted, follow_up_on)
        else:
            checklist = checklists.checklist(seat.store, visit.id)
            follow_up = returning.follow_up_of_left(
                seat.store,
                unit,
                visit,
                checklist,
                unmet(checklist, visit.zone),
                wanted_on=follow_up_on,
                minutes=minutes,
                our_fault=our_fault,
            )
        booked = follow_up.reference if follow_up is not None else ""
        left = _end(seat, unit, visit, State.LEFT_OPEN, reason=why, follow_up=booked, left_at=left_at)
        return left, follow_up


@dataclass(frozen=True, slots=True)
class NoneWanted:
    """A client's own words that they want no follow-up, and who said them."""

    said_by: str
    words: str


def _note_none_wanted(
    seat: Seat, unit: Unit, visit: Visit, said: NoneWanted, follow_up_on: datetime.date | None
) -> None:
    faults = ["follow-up: none is wanted, and yet a day was given"] if follow_up_on is not None else []
    who = _text("said by", said.said_by, limits.NAME)
    words = _text("words", said.words, limits.NOTE, multiline=True)
    if not who:
        faults.append("said by: say who wants no follow-up")
    if len(words) < 3:
        faults.append("words: the client's own words are expected, at least 3 characters")
    if faults:
        raise Faulty(faults)
    visits.note_no_follow_up(unit, visit.id, seat.staff.id, who, words)
    unit.audit("visit", visit.id, no_follow_up=words, said_by=who)


def no_access(seat: Seat, reference: str, *, called: str, reason: str = "") -> Visit:
    """Nobody let us in. Whom we called is required (close-out.md C4, 12)."""
    with seat.write("no-access", Role.TECHNICIAN, Role.LEAD) as unit:
        visit = _step(seat.store, reference, "no-access")
        own_parts(seat, visit, None)
        _before_work(seat.store, visit)
        who = _required("called", called)
        said = _text("reason", reason, limits.LINE)
        return _end(seat, unit, visit, State.NO_ACCESS, reason=said, called=who)


def abort(seat: Seat, reference: str, reason: str, *, not_again: str = "") -> Visit:
    """We end a visit before work was done. Nothing is charged, and its request goes back into the queue.

    Args:
        not_again: why the request does not go back; a dispatcher's or a lead's.
    """
    with seat.write("abort", Role.TECHNICIAN, Role.DISPATCHER, Role.LEAD) as unit:
        visit = _step(seat.store, reference, "abort")
        if Role.DISPATCHER not in seat.roles_now:
            own_parts(seat, visit, None)
        _before_work(seat.store, visit)
        why, dropped = _required("reason", reason), _text("not again", not_again, limits.LINE)
        back = ""
        if not dropped:
            back = returning.back_into_queue(seat.store, unit, visit).reference
        elif not seat.roles_now & {Role.DISPATCHER, Role.LEAD}:
            raise NotAllowed("Only a dispatcher or lead drops a request: without it, it goes back into the queue.")
        elif len(dropped) < 3:
            raise Faulty(["not again: say why, in at least 3 characters"])
        return _end(seat, unit, visit, State.ABORTED, reason=why, follow_up=back, not_again=dropped)


def _before_work(store: Store, visit: Visit) -> None:
    """Once work was done a visit is closed through its gates or left open by a lead, and ends in no other way (states.md)."""
    checklist = checklists.checklist(store, visit.id)
    began = next((one.ref for one in checklist.items if one.attempts and one.ref.split(".")[0] == "W1"), "")
    if checklist.entries:
        began = show(checklist.entries[0].text, 60) or "work"
    if began or stays.items_of(store, visit.id):
        raise Refusal(
            f"Work was done on {show(visit.reference)} ({began or 'something was used'}): close it (`x`), or let a lead leave "
            "it open with a follow-up (`L`)."
        )


def reopen(seat: Seat, reference: str, reason: str) -> Visit:
    """Take an ended visit back to on site. A later close makes a new revision of its charge.

    Nobody is checked in by it and no clock runs: who goes back says so (`arrive`).
    """
    with seat.write("reopen", Role.LEAD) as unit:
        visit = _step(seat.store, reference, "reopen")
        if gone := visits.archived_around(seat.store, visit.id):
            raise Refusal(
                f"{show(visit.reference)} stays ended: {show(', '.join(gone))} is archived. Bring that back first."
            )
        why = _required("reason", reason)
        if visit.review is Review.EXPORTED:
            raise Refusal(
                f"{show(visit.reference)} has been exported to be invoiced: book a new visit for what is left."
            )
        if visit.ended_at is not None:
            clocks.note_reopening(unit, visit.id, visit.ended_at)
        visits.change(unit, visit, state=State.ON_SITE.value, ended_at=None, review="none")
        release(seat.store, unit, visit)
        unit.audit("visit", visit.id, reason=why, was=visit.state.value)
        routing.reroute(seat, unit, routing.days_of(visit))
        return returning.again(seat.store, visit)


def _write(
    seat: Seat,
    unit: Unit,
    visit: Visit,
    item: Item | None,
    decision: Decision,
    follow_up_on: datetime.date | None = None,
    follow_up_minutes: int = 60,
) -> Recorded:
    """Write what was decided: the attempt, its work entry, new items, a follow-up, and the visit's state."""
    if decision.faults:
        refs = decision.faults[0].ref
        raise Refusal(
            f"{show(refs)} was not recorded: " + " ".join(f"{one.text} ({one.gate})" for one in decision.faults)
        )
    notes: list[str] = []
    follow_up = None
    if decision.follow_up and item is not None:
        checklist = checklists.checklist(seat.store, visit.id)
        follow_up = returning.follow_up_of(seat.store, unit, visit, checklist, item, follow_up_on, follow_up_minutes)
        notes.append(f"follow-up {follow_up.reference} booked for {follow_up.preferred}, wanted {follow_up.wanted_on}")
    recorded = decision.result is not None or decision.work is not None
    sequence = visit.sequence + recorded
    visits.change(unit, visit, sequence=sequence, state=(decision.state or visit.state).value)
    if decision.result is not None and item is not None:
        own = decision.result is Result.OVERRIDDEN and visit.assignment_of(seat.staff.id) is not None
        attempt = Attempt(
            sequence,
            unit.at,
            seat.staff.name,
            decision.result,
            decision.text,
            decision.value,
            decision.grade,
            vantage=run.vantage.value if (run := decision.run) is not None else None,
            signed_by=decision.signed_by,
            satisfied=decision.satisfied,
            follow_up_id=follow_up.id if follow_up else None,
            self_approved=own,
            begun_after=run.begun_after if run is not None else None,
            tries=run.tries if run is not None else (),
        )
        checklists.add_attempt(unit, visit.id, item.id, seat.staff.id, attempt)
    if decision.work is not None:
        entry = WorkEntry(sequence, unit.at, seat.staff.name, decision.work, decision.work_text)
        checklists.add_work_entry(unit, visit.id, seat.staff.id, entry)
    visits.add_items(unit, visit.id, decision.items, added_by=seat.staff.id)
    notes += [f"{added.ref} {added.label}: needs an outcome" for added in decision.items if added.kind is Kind.NAMED]
    unit.audit(
        "visit",
        visit.id,
        item=item.ref if item else None,
        result=decision.result.value if decision.result else None,
        text=decision.text or decision.work_text or None,
        value=decision.value,
        grade=decision.run.grade.value if decision.run is not None else None,
        vantage=decision.run.vantage.value if decision.run is not None else None,
        signed_by=decision.signed_by,
        added=[f"{added.ref} {added.label}" for added in decision.items] or None,
    )
    if decision.result is Result.PASS and item is not None:
        notes += [one.text for one in unmet(checklists.checklist(seat.store, visit.id)) if one.ref == item.ref]
    return Recorded(
        returning.again(seat.store, visit), tuple(notes), item.ref if item is not None else "", decision.result
    )


def _with_files(store: Store, item: Item, entry: Entry) -> Entry:
    """A test's result, with the files that were handed in for it since its last one named in its evidence (G2)."""
    if item.kind is not Kind.TEST or entry.result not in (Result.PASS, Result.FAIL) or entry.run is not None:
        return entry
    handed_in = files.of_item_since(store, item.id, item.latest.at if item.latest is not None else 0)
    if not handed_in:
        return entry
    named = ", ".join(f"{one.name} ({one.sha256[:8]})" for one in handed_in)
    return replace(entry, text=f"{entry.text}\nfiles: {named}".strip()[: limits.NOTE])


def _end(
    seat: Seat,
    unit: Unit,
    visit: Visit,
    state: State,
    *,
    reason: str = "",
    called: str = "",
    follow_up: str = "",
    left_at: int | None = None,
    not_again: str = "",
) -> Visit:
    """End a visit: check the crew out, put it before the lead, keep its charge, work out the rest of the day."""
    last = checklists.last_recorded(seat.store, visit.id)
    visits.change(
        unit,
        visit,
        state=state.value,
        ended_at=unit.at,
        review="to_review",
        reason=reason,
        called=called,
        not_again=not_again,
    )
    for part in visit.assignments:
        if part.check_in_at is not None and part.check_out_at is None:
            if left_at is None:
                visits.stamp(unit, part, check_out_at=unit.at)
            else:
                check_out_at(seat, unit, visit, part, left_at, last=last)
            stays.end_segments(unit, part.id, unit.at if left_at is None else left_at)
    unit.audit(
        "visit",
        visit.id,
        state=state.value,
        reason=reason or None,
        called=called or None,
        follow_up=follow_up or None,
        not_again=not_again or None,
    )
    routing.reroute(seat, unit, routing.days_of(visit))
    ended = returning.again(seat.store, visit)
    keep_sheet(seat, unit, ended)
    return ended


def _prompt_lead(seat: Seat, unit: Unit, visit: Visit) -> None:
    """After an emergency that went well the lead hears of it at once: the client is at the high point (E4)."""
    from dispatch.care.offers import emergency_went_well
    from dispatch.desk.accounts import accounts, office

    where = office(seat.store)
    (account,) = accounts(seat.store, where, {visit.client_id})
    if not emergency_went_well(account, visit.reference, where.today):
        return
    due = where.workdays.after(where.today, 2)
    text = f"{visit.reference} {visit.client}: the emergency ended well. Offer an agreement by {due.isoformat()}."
    for person in people.all_staff(seat.store):
        if Role.LEAD in person.roles:
            unit.insert("outbox", staff_id=person.id, visit_id=visit.id, kind="care", text=text, made_at=unit.at)


def _refused(visit: Visit, reasons: Sequence[Unmet]) -> GatesUnmet:
    count = f"{len(reasons)} reason{'' if len(reasons) == 1 else 's'}"
    return GatesUnmet(
        f"{show(visit.reference)} {show(visit.client)} cannot be closed yet, {count}:",
        [f"{reason.gate} {show(reason.ref)} {show(reason.text)}" for reason in reasons],
    )


def open_visit(seat: Seat, reference: str) -> Visit:
    """A visit on which the person may record now.

    Raises:
        Refusal: it is not open, or somebody else's.
    """
    visit = find(seat.store, reference)
    if visit.state not in OPEN_ON_SITE:
        hint = "check in first" if visit.checked_in_at is None else "nothing more is recorded on it"
        raise Refusal(f"{show(visit.reference)} is {visit.state.label}: {hint}.")
    own_parts(seat, visit, None)
    return visit


def note_way_in(seat: Seat, unit: Unit, visit: Visit) -> None:
    """Note that the technician's own connection leads into the client's network at this visit, where it does (C5a)."""
    if seat.site_port is None or visit.assignment_of(seat.staff.id) is None:
        return
    if checklists.note_way_in(unit, visit.id, seat.staff.id):
        unit.audit("visit", visit.id, way_in=True)


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
        known = ", ".join(show(one.ref) for one in checklist.items)
        raise NotFound(f"{show(visit.reference)} has no item {show(ref, 40)}; it has {known}.")
    return item


def _only_here(store: Store, visit: Visit, parts: Sequence[Assignment]) -> None:
    """A technician is at one place at a time (charges.md B1, checked by the board)."""
    for part in parts:
        row = store.one(
            "SELECT v.reference FROM visit v JOIN assignment a ON a.visit_id = v.id WHERE a.staff_id = ? AND v.id <> ? "
            "AND v.state IN ('on_site', 'closing_out') AND a.check_in_at IS NOT NULL AND a.check_out_at IS NULL",
            (part.technician_id, visit.id),
        )
        if row is not None:
            raise Refusal(f"{show(part.technician)} is checked in at {show(row[0])}: close or leave that one first.")


_BEGINS: Mapping[str, Callable[[Assignment], bool]] = {
    "depart": lambda part: part.depart_at is None and part.check_in_at is None,
    "arrive": lambda part: part.check_in_at is None or part.check_out_at is not None,
}
"""Who of a crew a step is still ahead of, where the visit has gone on to another state."""


def _step(store: Store, reference: str, deed: str, *, also: frozenset[State] = frozenset()) -> Visit:
    """The visit, if the deed may start from its state; `also` for who of the crew is not there, or no more."""
    visit = find(store, reference)
    sources = STEPS[deed].sources
    if visit.state not in sources and not (visit.state in also and any(map(_BEGINS[deed], visit.assignments))):
        raise Refusal(
            f"{show(visit.reference)} is {visit.state.label}: {deed} is possible only from "
            f"{', '.join(state.label for state in State if state in sources)}."
        )
    return visit


def _required(name: str, text: str) -> str:
    cleaned = _text(name, text, limits.LINE)
    if not cleaned:
        raise Faulty([f"{name}: is missing"])
    return cleaned


def _text(name: str, text: str, limit: int, *, multiline: bool = False) -> str:
    try:
        return clean(text, limit=limit, multiline=multiline)
    except TextRefused as fault:
        raise Faulty([f"{name}: {fault}"]) from None
