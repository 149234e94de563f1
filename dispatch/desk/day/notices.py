"""Telling technicians: what a deed changes in what they were told before, in the transaction of the deed."""

from __future__ import annotations

from collections.abc import Sequence

from db import notices
from db.store import Store
from db.unit import Unit
from dispatch.desk.session.user import User
from dispatch.model.firm import Firm
from dispatch.model.notices import CHANGES, Notice, NoticeSubject, filled, with_who_and_why
from dispatch.model.states import ENDED, TOLD, Role, State
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.planning.checker import Finding, PlacementGrade

RULE = "told"
"""The rule of the finding that technicians know of a visit already."""


def tell(
    user: User, unit: Unit, visit: Visit, who: Sequence[int], about: NoticeSubject, instead: str = "", why: str = ""
) -> None:
    """Put a notice on a visit into the outbox for some technicians, as the firm words it.

    Args:
        visit: as it stands now; as it stood where it was taken off somebody.
        who: their ids.
        about: what the notice says.
        instead: the client who comes first, where the visit was pushed.
        why: the reason that was given.
    """
    wording = getattr(user.firm, f"notice_{about.value}")
    if about in CHANGES:
        wording = with_who_and_why(wording)
    when = "" if visit.starts_at is None else user.firm.times().moment(visit.starts_at, visit.zone)
    text = filled(wording, visit, when=when, instead=instead, by=user.staff.name, why=f": {why}" if why else "")
    for technician_id in who:
        notices.add(unit, technician_id, visit.id, about, text)


def follow(user: User, unit: Unit, before: Visit, after: Visit, instead: str = "", why: str = "") -> None:
    """Tell technicians what a change of a visit's place changes for them, whatever deed it was, undo too.

    Who had been told of it hears that it was taken off them, or of its new time; who has it again hears of it again. An
    end that they or the client made of it is not taken off anybody who was there.

    Args:
        instead: the client who comes first, where the visit was pushed.
        why: the reason that was given; left out, the one with which the visit ended or waits.
    """
    if not why and after.state is not before.state and after.state in ENDED | {State.ON_HOLD} and after.reason:
        why = f"{after.state.label}, {after.reason}"
    for number in sorted({one.day_number for visit in (before, after) for one in visit.coming} or {after.day_number}):
        was, now = before.on_day(number), after.on_day(number)
        told = [part.technician_id for part in was.assignments] if was.state in TOLD else []
        still = {part.technician_id for part in now.assignments} if now.state not in ENDED else set()
        tell(user, unit, was, [one for one in told if one not in still], NoticeSubject.TAKEN_OFF, why=why)
        if was.starts_at != now.starts_at:
            about = NoticeSubject.MOVED if instead else NoticeSubject.NEW_TIME
            tell(user, unit, now, [one for one in told if one in still], about, instead, why)
        if now.state in TOLD:
            tell(user, unit, now, sorted(still.difference(told)), NoticeSubject.DISPATCHED)


def who_knows(visit: Visit, firm: Firm) -> str:
    """Which technicians know already that they are to go to a visit, in words; empty where nobody was told."""
    if visit.state not in TOLD:
        return ""
    clock, changes = firm.times().clock, []
    for part in visit.assignments:
        saw = "" if part.seen_at is None else f" and saw it at {clock(part.seen_at)}"
        gone = None if part.depart_at is None else f"is on the way there since {clock(part.depart_at)}"
        changes.append(f"{show(part.technician)} {gone or f'has been told{saw}'}")
    return ", ".join(changes)


def finding(visit: Visit, firm: Firm) -> Finding | None:
    """What stands against changing the place of a visit that technicians know of: it has to be meant; where somebody is on the
    way there, it needs a reason."""
    known = who_knows(visit, firm)
    if not known:
        return None
    if visit.state is State.EN_ROUTE:
        return Finding(RULE, PlacementGrade.BLOCKED, f"{known}: they hear of the change at once, and turn round")
    return Finding(RULE, PlacementGrade.WARNINGS, f"{known}: they hear of the change at once", confirm=True)


def unread(store: Store, staff_id: int) -> list[Notice]:
    """What was changed under a technician and they have not noted yet, the newest first."""
    return notices.unread(store, staff_id)


def note(user: User) -> list[Notice]:
    """Note what one was told of changes; returns what that was."""
    with user.write("note changes", Role.TECHNICIAN) as unit:
        found = notices.unread(user.store, user.staff.id)
        if not found:
            unit.leave_unchanged()
            return []
        notices.note(unit, found)
        unit.audit("staff", user.staff.id, noted=[notice.reference for notice in found])
        return found
