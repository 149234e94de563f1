"""The dispatcher's deeds: place, move, take back, confirm, dispatch, hold, cancel, pin. Each position is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Unpack

from db import clocks, planned, visits
from db.changes import RecordChange, added
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.book import series
from dispatch.desk.charges.charging import keep_sheet
from dispatch.desk.day import notices, routing, undo_record
from dispatch.desk.day.judgement import judge_placement, length_of
from dispatch.desk.day.placement import Meant, Placed, permit, said_of
from dispatch.desk.day.run_of_days import day_meant, number_of, put, run_at, verdict_of
from dispatch.desk.messages import calling_ahead, notifications
from dispatch.desk.session.refusals import Refusal, WrongState, reason_of
from dispatch.desk.session.user import User
from dispatch.desk.visits import waiting
from dispatch.desk.visits.steps import as_seen, crew_of, find, on_visit, step, stepping
from dispatch.model.messages import About
from dispatch.model.people import Technician
from dispatch.model.requests import Scope
from dispatch.model.states import AHEAD, Role, State
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.planning.checker import PlacementGrade, Verdict


def assign(user: User, reference: str, crew: Sequence[str], at: int, **meant: Unpack[Meant]) -> Placed:
    """Give a visit its technicians and its time.

    Args:
        user: a dispatcher.
        reference: the visit.
        crew: names or logins of the technicians, the first one first.
        at: the planned start.
        reason: why, needed to place it although the check refuses; kept in the audit, and told to who was told of the visit.
        confirmed: the marks (`NeedsConfirm.marks`, `Blocked.marks`) of what was seen of what the check wants confirmed or
            refuses; nothing else is let through, not for a reason either.
        version: of the visit as it was seen, where somebody looked at it first.
        day: of a visit that takes several days, the one that is placed; left out, the one that is next.
        alone: that day alone, where it takes several. Else those after it are placed too, each on the next day on which the
            crew can. It has to be said of a day that has a place, where later ones have one.

    Raises:
        Blocked, NeedsConfirm, Refusal: it was not placed; the message says why.
        Stale: somebody else changed the visit after it was seen.
    """
    return _place(user, "assign", reference, crew, at, **meant)


def move(user: User, reference: str, crew: Sequence[str] | None, at: int | None, **meant: Unpack[Meant]) -> Placed:
    """Move a planned visit to another time, other technicians, or both. Arguments and errors as `assign`."""
    return _place(user, "move", reference, crew, at, **meant)


def swap(user: User, reference: str, other: str, **meant: Unpack[Meant]) -> tuple[Placed, Placed]:
    """Exchange the technicians and the starts of two planned visits: each is checked where it then stands.

    Raises:
        Blocked, NeedsConfirm, Refusal: neither was moved; the message says why.
    """
    with user.write("swap", Role.DISPATCHER) as unit:
        store = user.store
        one, two = step(store, reference, "move"), step(store, other, "move")
        if one.id == two.id:
            raise Refusal(f"{show(one.reference)} is swapped with another visit.")
        for visit in (one, two):
            if visit.days > 1:
                raise Refusal(f"{show(visit.reference)} takes {visit.days} days: move them instead.")
        targets = [_exchanged(store, one, two), _exchanged(store, two, one)]
        # both leave their places before either is judged; the second is judged with the first where it now stands
        for visit in (one, two):
            planned.unplace(unit, visit)
        placed, why = [], ""
        for visit, (crew, start, length) in zip((one, two), targets, strict=True):
            bare = visits.again(store, visit)
            verdict = judge_placement(store, bare, crew, start, was=visit)
            why = permit(visit, verdict, meant)
            planned.place(unit, bare, crew, start, start + length)
            names = [technician.name for technician in crew]
            unit.audit("visit", visit.id, starts_at=start, was_at=visit.starts_at, crew=names, **said_of(verdict, why))
            placed.append(Placed(visits.again(store, visit), start, tuple(names), verdict, user.firm.times()))
        settle(user, unit, f"swap {one.reference} and {two.reference}", [one, two], why=why)
        return placed[0], placed[1]


def share(user: User, reference: str, crew: Sequence[str], *, halve: bool = False, **meant: Unpack[Meant]) -> Placed:
    """Give a planned visit another crew at its time: more technicians, or one again.

    Args:
        user: a dispatcher.
        reference: the visit.
        crew: names or logins, the first one first.
        halve: that they share the work, so that the stay is planned shorter; the time for tests stays whole.
        reason, confirmed, version: as for `assign`.

    Raises:
        Blocked, NeedsConfirm, Refusal, Stale: as `assign`.
    """
    visit = find(user.store, reference)
    share_of = -(-visit.minutes // max(1, len(crew))) if halve else visit.minutes
    return _place(user, "move", reference, crew, day_meant(visit, meant.get("day")).starts_at, share_of, **meant)


def unassign(user: User, reference: str, **meant: Unpack[Meant]) -> Visit:
    """Take a visit that nobody has reached back into the queue; of one that takes several days all that are ahead.

    Args:
        user: a dispatcher.
        reference: the visit.
        day: of a visit that takes several days: only this one and those after it. They have no place then, and the days before
            it stand.
        reason: why, needed where somebody is on the way there and turns round; kept in the audit.
        confirmed: as for `assign`, where technicians have been told of it.

    Raises:
        Blocked, NeedsConfirm, Refusal: it stays where it is; the message says why.
    """
    with stepping(user, "unassign", reference) as (unit, visit):
        one = day_meant(visit, meant.get("day"))
        known = notices.finding(one, user.firm)
        verdict = Verdict(PlacementGrade.FEASIBLE, (), 0, 0) if known is None else Verdict(known.level, (known,), 0, 0)
        why = permit(visit, verdict, meant, "taken back")
        planned.take_back(unit, visit, one.day_number)
        unit.audit("visit", visit.id, day=number_of(one), was_at=one.starts_at, crew=one.crew, reason=why or None)
        return _done(user, unit, visit, f"unassign {visit.reference}", why=why)


def confirm(user: User, reference: str) -> Visit:
    """The client has agreed to the time: a conversation, so it counts as the first response where there was none."""
    with stepping(user, "confirm", reference) as (unit, visit):
        return agreed(user, unit, visit)


def agreed(user: User, unit: Unit, visit: Visit) -> Visit:
    """As `confirm`, of a planned visit, within a deed."""
    visits.change(unit, visit, state=State.CONFIRMED.value)
    unit.audit("visit", visit.id, was=visit.state.value)
    notifications.tell(user.store, unit, visit, About.CONFIRMED, existing(visit.starts_at))
    more = []
    if "phone" not in clocks.facts_of(user.store, [visit.id]).get(visit.id, clocks.NOTHING).milestones:
        more.append(added("milestone", clocks.add_milestone(unit, visit.id, "phone", "confirmed")))
    return _done(user, unit, visit, f"confirm {visit.reference}", more)


def dispatch(user: User, reference: str) -> Visit:
    """Tell the technician: it shows in their day, and a notice goes into the outbox. Not undoable."""
    with stepping(user, "dispatch", reference) as (unit, visit):
        visits.change(unit, visit, state=State.DISPATCHED.value)
        dispatched = visits.again(user.store, visit)
        notices.follow(user, unit, visit, dispatched)
        unit.audit("visit", visit.id, told=visit.crew)
        return dispatched


def hold(user: User, reference: str, reason: str, *, kind: str = "client", whom: str = "") -> Visit:
    """Put a visit on hold, saying what it waits for and whom. It leaves the plan.

    Args:
        reason: what was asked, or what is missing.
        kind: who is waited for: client, parts or vendor. Waiting for the client stops the on-site and resolution clocks.
        whom: the person asked; without a name who reported it, else the client's first contact.
    """
    with stepping(user, "hold", reference) as (unit, visit):
        why = reason_of(reason)
        planned.unplace(unit, visit, State.ON_HOLD, reason=why)
        detail = {"waiting": why, "waiting_for": kind, "whom": waiting.begin(user.store, unit, visit, kind, whom, why)}
        stopped = waiting.STOPPED if kind == "client" else None
        unit.audit("visit", visit.id, **detail, clocks=stopped, was_at=visit.starts_at)
        return _done(user, unit, visit, f"hold {visit.reference}")


def resume(user: User, reference: str) -> Visit:
    """Take a visit off hold, back into the queue: the client has answered, or we go on. Its clocks run again."""
    with stepping(user, "resume", reference) as (unit, visit):
        visits.change(unit, visit, state=State.REQUESTED.value, reason="")
        waiting.follow(user.store, unit, visit, visit._replace(state=State.REQUESTED))
        unit.audit("visit", visit.id, was=visit.state.value, clocks=waiting.RUN_ON)
        return _done(user, unit, visit, f"resume {visit.reference}")


def cancel(user: User, reference: str, reason: str, scope: str | None = None) -> Visit:
    """The client cancels, before arrival. What it costs by the rate card is on its sheet.

    Args:
        scope: of a visit of a series, one of `Scope`: with `following` the series ends before it, with `all` altogether.

    Raises:
        NeedsScope: it matters, and nobody has said.
    """
    with stepping(user, "cancel", reference) as (unit, visit):
        meant = series.scope_of_cancelling(user.store, visit, scope)
        return cancel_within(user, unit, visit, reason_of(reason), meant)


def cancel_within(user: User, unit: Unit, visit: Visit, why: str, scope: Scope = Scope.THIS) -> Visit:
    """`cancel` as a part of another deed of a dispatcher, on a visit that may be cancelled."""
    now = {"cancelled_at": unit.at, "ended_at": unit.at}
    visits.change(unit, visit, state=State.CANCELLED.value, reason=why, review="to_review", **now)
    waiting.follow(user.store, unit, visit, visit._replace(state=State.CANCELLED))
    unit.audit("visit", visit.id, reason=why)
    cancelled = _done(user, unit, visit, f"cancel {visit.reference}", series.end_with(user, unit, visit, scope))
    keep_sheet(user, unit, cancelled)
    return cancelled


def pin(user: User, reference: str, on: bool = True) -> Visit:
    """Keep a visit where it is: tools may not move it. `on=False` lets it go."""
    with on_visit(user, reference, "pin" if on else "unpin", Role.DISPATCHER) as (unit, visit):
        if visit.state not in AHEAD:
            raise WrongState(visit, "only a planned visit is pinned")
        visits.change(unit, visit, pinned=int(on))
        unit.audit("visit", visit.id, pinned=on)
        return _done(user, unit, visit, f"{'pin' if on else 'unpin'} {visit.reference}")


def _place(
    user: User,
    deed: str,
    reference: str,
    crew: Sequence[str] | None,
    at: int | None,
    work: int | None = None,
    **meant: Unpack[Meant],
) -> Placed:
    """Place a visit. `work` are the planned minutes without the time for tests; left out, they stay as planned, or are all
    of the visit's where its crew changes or it has no plan yet."""
    with stepping(user, deed, reference) as (unit, visit):
        as_seen(unit, visit, meant.get("version"))
        day, alone = meant.get("day"), meant.get("alone")
        places = run_at(user.store, visit, crew, at, day=day, alone=alone, work=work)
        verdict, first = verdict_of(user.store, visit, places), places[0]
        why = permit(visit, verdict, meant)
        put(unit, visit, places)
        names, start = [technician.name for technician in first.crew], first.start
        one = visit.on_day(first.day)
        stood = {"day": number_of(one), "starts_at": start, "was_at": one.starts_at, "crew": names}
        unit.audit("visit", visit.id, **stood, **said_of(verdict, why))
        placed = _done(user, unit, visit, f"{deed} {visit.reference}", why=why)
        return Placed(placed, start, tuple(names), verdict, user.firm.times(), tuple(places[1:]))


def _exchanged(store: Store, visit: Visit, other: Visit) -> tuple[list[Technician], int, int]:
    """Who comes when, and for how long, where a visit takes the place of another."""
    crew = crew_of(store, other)
    return crew, existing(other.starts_at), length_of(store, visit, crew)


def _done(
    user: User, unit: Unit, before: Visit, label: str, more: Sequence[RecordChange] = (), *, why: str = ""
) -> Visit:
    """`settle` one visit; returns it as it stands now."""
    settle(user, unit, label, [before], more, why=why)
    return visits.again(user.store, before)


def settle(
    user: User,
    unit: Unit,
    label: str,
    before: Sequence[Visit],
    more: Sequence[RecordChange] = (),
    *,
    why: str = "",
    against: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> int:
    """What follows from another place of some visits, given as they stood: their days are driven otherwise, who was told of
    them is told again, a client who expects somebody at the old time is on the call-ahead list, and the whole is kept for
    undo as one change, whose id is returned. `why` is the reason that was given, for those who are told,
    `against` as `undo_record.remember` has it."""
    afters = [visits.again(user.store, visit) for visit in before]
    moved = [pair for pair in zip(before, afters, strict=True) if len({*map(undo_record.standing_of, pair)}) > 1]
    routing.reroute(unit, [visit for pair in moved for visit in pair])
    owed = []
    for visit, after in zip(before, afters, strict=True):
        notices.follow(user, unit, visit, after, why=why)
        owed += calling_ahead.follow(user, unit, visit, after)
        notifications.follow(user.store, unit, visit, after)
    return undo_record.remember(user, unit, label, before, [*more, *owed], against)
