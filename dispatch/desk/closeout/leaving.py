"""The ends of a visit, and taking it up again. The gates are asked in the transaction."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from db import checklists, clocks, notices, people, planned, prepaid_use, stays, visits
from db.store import Store, existing
from db.unit import Unit
from dispatch.closeout.answers import WHO, WHY, tells, tells_or_declines
from dispatch.closeout.gates import unmet
from dispatch.desk.charges.charging import keep_sheet
from dispatch.desk.closeout.clocking import check_out_at
from dispatch.desk.closeout.onsite import note_way_in
from dispatch.desk.day import routing
from dispatch.desk.day.notices import tell
from dispatch.desk.messages import notifications
from dispatch.desk.session.carrying import carried
from dispatch.desk.session.refusals import Faulty, GatesUnmet, NotAllowed, Refusal, reason_of, refuse, worded
from dispatch.desk.session.user import User
from dispatch.desk.visits import follow_ups
from dispatch.desk.visits.steps import own_parts, stepping
from dispatch.model.messages import About
from dispatch.model.notices import NoticeSubject
from dispatch.model.states import ON_THE_WAY_OR_THERE, OPEN_ON_SITE, TOLD, Review, Role, State
from dispatch.model.text import LINE, NAME, NOTE, count_text, show
from dispatch.model.visits import MOST_DAYS, Visit


@dataclass(frozen=True, slots=True)
class NoneWanted:
    """A client's own words that they want no follow-up, and who said them."""

    said_by: str
    words: str


@carried()
def close(user: User, reference: str, *, left_at: int | None = None) -> Visit:
    """Close a visit and check the crew out; its charge is kept.

    Args:
        left_at: when they really left, where somebody forgot to say so.

    Raises:
        GatesUnmet: with every reason at once. Nothing was changed, but that a way into the client's network was seen is kept:
            the tests ask for what the reasons say from then on, whatever becomes of the connection.
    """
    with stepping(user, "close", reference) as (unit, visit):
        own_parts(user, visit, None)
        seen = note_way_in(user, unit, visit)
        reasons = unmet(checklists.checklist(user.store, visit.id), visit.zone, remote=visit.remote)
        if not reasons:
            closed = end(user, unit, visit, State.CLOSED, left_at=left_at)
            if not closed.remote:
                notifications.tell(user.store, unit, closed, About.REPORT, existing(closed.ended_at))
            if closed.emergency:
                _prompt_lead(user, unit, closed)
            return closed
        if not seen:
            unit.leave_unchanged()
    raise GatesUnmet(
        f"{show(visit.reference)} {show(visit.client)} cannot be closed yet, {count_text(len(reasons), 'reason')}:",
        [show(reason.text) for reason in reasons],
    )


def leave(
    user: User,
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
    with stepping(user, "leave", reference) as (unit, visit):
        why = reason_of(reason)
        follow_up, fallen = None, dict[str, int]()
        if visit.state not in OPEN_ON_SITE:
            # between its days: those that are ahead fall away, and what was done stands
            coming = [part.technician_id for part in visit.assignments] if visit.state in TOLD else []
            tell(user, unit, visit, coming, NoticeSubject.TAKEN_OFF, why=why)
            fallen = planned.back_to_done_day(unit, visit)
            routing.reroute(unit, [visit])
        came = visit.on_day(visit.next_day - 1) if fallen else visit
        if none_wanted is not None:
            _note_none_wanted(user, unit, came, none_wanted, follow_up_on)
        else:
            checklist = checklists.checklist(user.store, came.id)
            back = follow_ups.Back(follow_up_on, minutes or None, our_fault)
            follow_up = follow_ups.follow_up_of_left(unit, came, checklist, unmet(checklist, came.zone), back)
        booked = follow_up.reference if follow_up is not None else ""
        left = end(user, unit, came, State.LEFT_OPEN, reason=why, follow_up=booked, left_at=left_at, back=fallen)
        return left, follow_up


@carried()
def end_day(user: User, reference: str, *, left_at: int | None = None, another: str = "") -> Visit:
    """Be done with a day of a visit that takes several: whoever is there checks out, no gate is asked, and the visit goes on with
    its next day, or waits in the queue for one.

    Args:
        left_at: when they really left, where somebody forgot to say so.
        another: why it takes a day more than was planned, on its last one; a lead's.

    Raises:
        Refusal: it is its last day and nobody has said that it takes another, or it is not known who of the crew came.
    """
    with stepping(user, "end-day", reference) as (unit, visit):
        own_parts(user, visit, None)
        why = reason_of(another) if another else ""
        if visit.next_day == visit.days and not why:
            last = "is planned for one day" if visit.days == 1 else "is on its last day"
            more = "or let a lead give it another one (dispatch visit end-day --another REASON)"
            raise Refusal(f"{show(visit.reference)} {last}: close it, {more}.")
        if why and Role.LEAD not in user.roles_now:
            raise NotAllowed("Only a lead gives a visit another day.")
        if visit.next_day == MOST_DAYS:
            raise Refusal(f"{show(visit.reference)} has taken {MOST_DAYS} days: leave it open with a follow-up.")
        parts = [part for part in visit.assignments if part.did_not_come_at is None]
        if not any(part.check_in_at is not None for part in parts):
            raise Refusal(f"{show(visit.reference)}: nobody has come yet today.")
        if missing := [part.technician for part in parts if part.check_in_at is None]:
            raise Refusal(f"{show(visit.reference)}: say first whether {show(' and '.join(missing))} came.")
        _check_out(user, unit, visit, left_at)
        planned.end_day(unit, visit)
        going_on = visits.again(user.store, visit)
        there = {part.technician_id for part in parts}
        for part in going_on.assignments:
            if part.technician_id in there:
                visits.stamp(unit, part, seen_at=unit.at)
        unit.audit("visit", visit.id, day=visit.next_day, state=going_on.state.value, another=why or None)
        routing.reroute(unit, [visit])
        return visits.again(user.store, visit)


def _note_none_wanted(
    user: User, unit: Unit, visit: Visit, none_wanted: NoneWanted, follow_up_on: datetime.date | None
) -> None:
    faults = ["follow-up: none is wanted, and yet a day was given"] if follow_up_on is not None else []
    who = worded("said by", none_wanted.said_by, NAME)
    words = worded("words", none_wanted.words, NOTE, multiline=True)
    if not tells(who, WHO):
        faults.append("said by: say who wants no follow-up")
    if len(words) < WHY or not tells_or_declines(words):
        faults.append("words: the client's own words are expected, at least 3 characters")
    refuse(faults)
    visits.note_no_follow_up(unit, visit.id, who, words)
    unit.audit("visit", visit.id, no_follow_up=words, said_by=who)


@carried()
def no_access(user: User, reference: str, *, called: str, reason: str = "") -> Visit:
    """Nobody let us in. Whom we called is required (design/close-out.md C4, 12)."""
    with stepping(user, "no-access", reference) as (unit, visit):
        own_parts(user, visit, None)
        _before_work(user.store, visit)
        who = worded("called", called, least=WHO)
        why = worded("reason", reason, LINE)
        return end(user, unit, visit, State.NO_ACCESS, reason=why, called=who)


def abort(user: User, reference: str, reason: str, *, not_again: str = "") -> Visit:
    """We end a visit before work was done. Nothing is charged, and its request goes back into the queue.

    Args:
        not_again: why the request does not go back; a dispatcher's or a lead's.
    """
    with stepping(user, "abort", reference) as (unit, visit):
        if Role.DISPATCHER not in user.roles_now:
            own_parts(user, visit, None)
        _before_work(user.store, visit)
        why, dropped = reason_of(reason), worded("not again", not_again, LINE)
        back = ""
        if not dropped:
            back = follow_ups.back_into_queue(user.store, unit, visit).reference
        elif not user.roles_now & {Role.DISPATCHER, Role.LEAD}:
            raise NotAllowed("Only a dispatcher or lead drops a request: without it, it goes back into the queue.")
        elif not tells(dropped):
            raise Faulty(["not again: say why, in at least 3 characters"])
        aborted = end(user, unit, visit, State.ABORTED, reason=why, follow_up=back, not_again=dropped)
        notifications.follow(user.store, unit, visit, aborted)
        return aborted


def _before_work(store: Store, visit: Visit) -> None:
    """Once work was done a visit is closed or left open by a lead, and ends in no other way (design/states.md, Two ways out)."""
    checklist = checklists.checklist(store, visit.id)
    began = next((item.ref for item in checklist.items if item.attempts and item.ref.split(".")[0] == "W1"), "")
    if checklist.entries:
        began = show(checklist.entries[0].text, 60) or "work"
    if began or stays.items_of(store, visit.id):
        raise Refusal(
            f"Work was done on {show(visit.reference)} ({began or 'something was used'}): close it (`x`, dispatch visit close), "
            "or let a lead leave it open with a follow-up (`L`, dispatch visit leave)."
        )


def reopen(user: User, reference: str, reason: str) -> tuple[Visit, Sequence[Visit]]:
    """Take an ended visit back to on site. A later close makes a new revision of its charge.

    Nobody is checked in by it and no clock runs: who goes back says so (`arrive`). The request that an abort put back into
    the queue is withdrawn. Returns the visit, and what was withdrawn.

    Raises:
        Refusal: it was exported, something around it is archived, it is not known when somebody left, or somebody has begun on
            its request elsewhere.
    """
    with stepping(user, "reopen", reference) as (unit, visit):
        if gone := visits.archived_around(user.store, visit.id):
            raise Refusal(
                f"{show(visit.reference)} stays ended: {show(', '.join(gone))} is archived. Bring it back first."
            )
        why = reason_of(reason)
        if visit.review is Review.EXPORTED:
            raise Refusal(f"{show(visit.reference)} has been exported to be invoiced: book a new visit for the rest.")
        for part in visit.assignments:
            if part.check_in_at is not None and part.check_out_at is None:
                raise Refusal(
                    f"It is not known when {show(part.technician)} left {show(visit.reference)}: enter that first, or the time "
                    "since then would be charged."
                )
        withdrawn = follow_ups.out_of_queue(user.store, unit, visit)
        if visit.ended_at is not None:
            clocks.note_reopening(unit, visit.id, visit.ended_at)
        visits.change(unit, visit, state=State.ON_SITE.value, ended_at=None, review="none")
        prepaid_use.give_back(unit, user.store, visit.id)
        references = [other.reference for other in withdrawn] or None
        unit.audit("visit", visit.id, reason=why, was=visit.state.value, withdrawn=references)
        routing.reroute(unit, [visit])
        return visits.again(user.store, visit), withdrawn


def end(
    user: User,
    unit: Unit,
    visit: Visit,
    state: State,
    *,
    follow_up: str = "",
    left_at: int | None = None,
    back: Mapping[str, int] = MappingProxyType({}),
    **words: str,
) -> Visit:
    """End a visit: check the crew out, put it before the lead, keep its charge, work out the rest of the day.

    Where somebody else ended it under the hands of the crew, they hear of it.

    Args:
        back: the columns with which it stands on a day that was done, where none is under way.
        words: with the visit, by column: its reason, whom we called, why its request does not go back.
    """
    words = {"reason": "", "called": "", "not_again": "", **words}
    crew = [part.technician_id for part in visit.assignments]
    if visit.state in TOLD | ON_THE_WAY_OR_THERE and user.staff.id not in crew and not visit.remote:
        why = f"{state.label}, {words['reason']}" if words["reason"] else state.label
        tell(user, unit, visit, crew, NoticeSubject.TAKEN_OFF, why=why)
    planned.drop_days(unit, visit, visit.next_day + 1)
    # remote work has no plan: what it takes on the board is what the clock says
    left = [part.check_out_at or unit.at for part in visit.assignments] if visit.remote else []
    ran = {"ends_at": max((visit.starts_at or 0) + 60, *left)} if left else {}
    visits.change(unit, visit, state=state.value, ended_at=unit.at, review="to_review", **ran, **back, **words)
    _check_out(user, unit, visit, left_at)
    detail = {name: text or None for name, text in (words | {"follow_up": follow_up}).items()}
    unit.audit("visit", visit.id, state=state.value, **detail)
    routing.reroute(unit, [visit])
    ended = visits.again(user.store, visit)
    keep_sheet(user, unit, ended)
    return ended


def _check_out(user: User, unit: Unit, visit: Visit, left_at: int | None) -> None:
    """Check out whoever is there, now or at the moment that was given."""
    last = checklists.last_recorded(user.store, visit.id)
    for part in visit.assignments:
        if part.check_in_at is not None and part.check_out_at is None:
            if left_at is None:
                visits.stamp(unit, part, check_out_at=unit.at)
            else:
                check_out_at(unit, visit, part, left_at, last=last)
            stays.end_segments(unit, part.id, unit.at if left_at is None else left_at)


def _prompt_lead(user: User, unit: Unit, visit: Visit) -> None:
    """After an emergency that went well the lead hears of it at once: the client is at the high point (E4)."""
    from dispatch.care.offers import emergency_went_well
    from dispatch.desk.care.accounts import accounts, office

    where = office(user.store)
    (account,) = accounts(user.store, where, {visit.client_id})
    if not emergency_went_well(account, visit.reference, where.today):
        return
    due = where.workdays.after(where.today, 2)
    text = f"{visit.reference} {visit.client}: the emergency ended well. Offer an agreement by {due.isoformat()}."
    for person in people.all_staff(user.store):
        if Role.LEAD in person.roles:
            notices.add(unit, person.id, visit.id, "care", text)
