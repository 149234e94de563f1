"""The clock of a stay: breaks and waits, coming home, times that were forgotten or put right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from db import stays, visits
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.charges.charging import open_charge, settled
from dispatch.desk.session.carrying import carried
from dispatch.desk.session.refusals import Faulty, Refusal, WrongState, reason_of
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import find, on_visit, own_part, own_parts, part_of, putting_right
from dispatch.model.instants import when_text
from dispatch.model.states import ENDED, OPEN_ON_SITE, Role, State
from dispatch.model.text import show
from dispatch.model.visits import MOMENTS, Assignment, Segment, Visit

_ORDER = ("depart_at", "check_in_at", "check_out_at", "return_at")
_WORDS = {column: word for word, column in MOMENTS.items()}
_BEEN = ENDED - {State.CANCELLED, State.ABORTED}
"""Ends of a visit at which somebody had been there."""


def overlaid(stay: Sequence[Segment], over: Segment, until: int) -> list[Segment]:
    """A stay with one stretch turned into another kind; what touches and is alike becomes one.

    Args:
        stay: spans in order that touch each other.
        over: a break, laid over work and waiting, or work, laid over breaks.
        until: the end of the stay so far, for a span that runs.
    """
    pieces: list[Segment] = []
    for span in stay:
        end = until if span.ends_at is None else span.ends_at
        begins, ends = max(span.starts_at, over.starts_at), min(end, over.ends_at or until)
        if begins >= ends or (over.kind == "work" and span.kind != "break"):
            pieces.append(span)
            continue
        pieces += [span._replace(ends_at=begins), Segment(over.kind, begins, ends), span._replace(starts_at=ends)]
    merged: list[Segment] = []
    for piece in pieces:
        if piece.ends_at is not None and piece.ends_at <= piece.starts_at:
            continue
        if merged and merged[-1].kind == piece.kind and merged[-1].ends_at == piece.starts_at:
            merged[-1] = merged[-1]._replace(ends_at=piece.ends_at)
        else:
            merged.append(piece)
    return merged


@carried()
def pause(user: User, reference: str, kind: str) -> Visit:
    """Begin a break, which is not charged, or a wait, which is; the work stands still meanwhile.

    Args:
        kind: `break` or `wait`.
    """
    if kind not in ("break", "wait"):
        raise Faulty([f"kind: {kind!r} is not break or wait"])
    return _clock(user, f"begin a {kind}", reference, kind)


@carried()
def resume(user: User, reference: str) -> Visit:
    """Go on working after a break or a wait."""
    return _clock(user, "go on working", reference, "work")


@carried()
def home(user: User, reference: str, at: int | None = None) -> Visit:
    """Come home (or to the depot) from the last visit; without `at` it is now.

    Raises:
        Refusal: the visit has not ended, or it is noted already.
    """
    with on_visit(user, reference, "come home", Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        # in the evening a visit of several days stands for its next one already
        part = own_part(user, visit.last_worked, None)
        if part.check_out_at is None:
            raise Refusal(f"{show(visit.reference)} has not been left yet.")
        _driven(visit)
        if part.return_at is not None:
            raise Refusal(f"{show(part.technician)} is home from {show(visit.reference)} already.")
        moment = _not_after_now(unit, unit.at if at is None else at)
        if moment < part.check_out_at:
            raise Refusal(f"{when_text(moment, visit.zone)} is before the check-out.")
        open_charge(user, unit, visit, "")
        visits.stamp(unit, part, return_at=moment)
        unit.audit("visit", visit.id, technician=part.technician, return_at=moment)
        return settled(user, unit, visit, "home")


def correct(
    user: User,
    reference: str,
    what: str,
    at: int | None,
    reason: str,
    *,
    technician: str | None = None,
    day: int | None = None,
) -> Visit:
    """Put a moment of a stay right; what the clock had recorded stays beside it.

    Args:
        user: the technician, or a lead.
        reference: the visit.
        what: `depart`, `arrival`, `leaving` or `home`.
        at: the right instant; None takes it away, where the stay may be without it.
        reason: kept with the correction.
        technician: for whom, where a lead does it for a crew.
        day: of a visit that takes several days; left out, the newest.

    Raises:
        Refusal: the moment would be out of order, in the future or at two clients at once, or the visit is exported; or
            it is not recorded yet, and the visit has not ended: then the step itself is recorded.
    """
    if what not in MOMENTS:
        raise Faulty([f"what: {what!r} is not one of {', '.join(MOMENTS)}"])
    column = MOMENTS[what]
    with putting_right(user, "correct a time", reference, reason, technician, day) as (unit, visit, part, why):
        if column in ("depart_at", "return_at"):
            _driven(visit)
        before: int | None = getattr(part, column)
        if before is None and not may_be_entered(visit.on_day(part.day), column):
            raise Refusal(f"{show(visit.reference)} has no {what} yet; record the step itself.")
        set_out = part.depart_at is not None and column == "return_at"
        if column in ("check_out_at", "return_at") and part.check_in_at is None and not set_out:
            nobody = f"{show(part.technician)} has no arrival at {show(visit.reference)} yet"
            raise Refusal(f"{nobody}; enter that one first.")
        if at is None and column in ("check_in_at", "check_out_at"):
            raise Refusal(f"A stay is not without its {what}.")
        after = None if at is None else _not_after_now(unit, at)
        if after == before:
            raise Refusal(f"The {what} stands so already.")
        moments = {name: getattr(part, name) for name in _ORDER} | {column: after}
        known = [(_WORDS[name], instant) for name, instant in moments.items() if instant is not None]
        for (first, earlier), (second, later) in pairwise(known):
            if later < earlier:
                earlier_text, later_text = when_text(earlier, visit.zone), when_text(later, visit.zone)
                raise Refusal(f"{second} at {later_text} would be before {first} at {earlier_text}.")
        came = {"did_not_come_at": None} if column == "check_in_at" else {}
        visits.stamp(unit, part, **{column: after}, **came)
        if visit.remote:
            _as_clocked(unit, visits.again(user.store, visit), moments)
        if visit.state in ENDED or moments["check_in_at"] is not None:
            # before anybody is there the visit may still be given to somebody else, and the part goes: the audit keeps it
            stays.correct(unit, part.id, what, before, after, why)
        _fit_segments(user.store, unit, part, moments)
        _nowhere_else(user.store, visit, part, unit.at)
        unit.audit("visit", visit.id, technician=part.technician, what=what, was_at=before, is_at=after, reason=why)
        return settled(user, unit, visit, why)


def _as_clocked(unit: Unit, visit: Visit, moments: Mapping[str, int | None]) -> None:
    """Remote work has no plan: what it takes on the board is what the clock says."""
    begins = existing(moments["check_in_at"])
    ends = moments["check_out_at"] or existing(visit.ends_at)
    visits.change(unit, visit, starts_at=begins, ends_at=max(begins + 60, ends))


def correct_break(
    user: User,
    reference: str,
    kind: str,
    starts_at: int,
    ends_at: int,
    reason: str,
    *,
    technician: str | None = None,
    day: int | None = None,
) -> Visit:
    """Let a stretch of a stay be a break that was not clocked, or was clocked wrongly; or work, where it was no break.

    Args:
        kind: `break`: what it covers of work and waiting is break then; or `work`: breaks are taken out of it.

    Raises:
        Refusal: it is not inside the stay.
    """
    with putting_right(user, "correct a break", reference, reason, technician, day) as (unit, visit, part, why):
        until = part.check_out_at or unit.at
        if part.check_in_at is None or not part.check_in_at <= starts_at < ends_at <= until:
            raise Refusal("A break begins and ends within the stay.")
        stay = {
            key: segment for key, segment in stays.segments_of(user.store, part.id).items() if segment.kind != "travel"
        }
        before = list(stay.values())
        after = overlaid(before, Segment(kind, starts_at, ends_at), until)
        if after == before:
            raise Refusal("The clock says so already.")
        for segment_id in stay:
            stays.drop_segment(unit, segment_id)
        for segment in after:
            visits.add_segment(unit, part, segment)
        _nowhere_else(user.store, visit, part, unit.at)
        for segment in before:
            if segment not in after:
                stays.correct(unit, part.id, f"{segment.kind} to {kind}", segment.starts_at, segment.ends_at, why)
        unit.audit(
            "visit", visit.id, technician=part.technician, clock=kind, from_at=starts_at, to_at=ends_at, reason=why
        )
        return settled(user, unit, visit, why)


def check_out_at(unit: Unit, visit: Visit, part: Assignment, left_at: int, *, last: int) -> None:
    """Check a technician out at a moment that is past: they forgot to say so when they left.

    Args:
        last: when the last thing was recorded on the visit: nobody left before that.
    """
    moment = _not_after_now(unit, left_at)
    earliest = max(last, part.check_in_at or 0)
    if moment < earliest:
        recorded = when_text(earliest, visit.zone)
        raise Refusal(f"You cannot have left at {when_text(moment, visit.zone)}: something was recorded at {recorded}.")
    visits.stamp(unit, part, check_out_at=moment)
    stays.correct(unit, part.id, "leaving", unit.at, moment, "forgotten check-out")


def go_back(user: User, unit: Unit, part: Assignment) -> None:
    """Let the clock of somebody who had left run again: what lies between is a break, and the leaving is kept beside it."""
    assert part.check_out_at is not None
    for what, column in (("home", "return_at"), ("leaving", "check_out_at")):
        was: int | None = getattr(part, column)
        if was is not None:
            stays.correct(unit, part.id, what, was, None, "went back")
    visits.stamp(unit, part, check_out_at=None, return_at=None)
    if unit.at > part.check_out_at:
        visits.add_segment(unit, part, Segment("break", part.check_out_at, unit.at))
    stays.open_segment(unit, part.id, "work", unit.at)


def did_not_come(user: User, reference: str, technician: str, reason: str) -> Visit:
    """Say of somebody of the crew that they never came: nothing of theirs is charged, and nothing of theirs is missing.

    Args:
        user: a technician of the visit, or a lead.
        reference: the visit, on site or ended.
        technician: who did not come.
        reason: kept in the audit.

    Raises:
        Refusal: they did, nobody would be left, or it is not known yet who comes.
    """
    with on_visit(user, reference, "say who did not come", Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        own_parts(user, visit, None)
        part = part_of(user.store, visit, technician)
        why = reason_of(reason)
        if visit.state not in OPEN_ON_SITE | _BEEN:
            raise WrongState(visit, "whoever does not come is taken off it instead")
        open_charge(user, unit, visit, why)
        who = show(part.technician)
        if part.check_in_at is not None:
            raise Refusal(f"{who} came at {when_text(part.check_in_at, visit.zone)}: put the times right instead.")
        if part.did_not_come_at is not None:
            raise Refusal(f"It is known already that {who} did not come.")
        if [other for other in visit.assignments if other.did_not_come_at is None] == [part]:
            raise Refusal(f"{who} is the only one left of the crew: somebody has been there.")
        visits.stamp(unit, part, did_not_come_at=unit.at)
        unit.audit("visit", visit.id, technician=part.technician, came=False, reason=why)
        return settled(user, unit, visit, why)


def may_be_entered(visit: Visit, column: str) -> bool:
    """Whether a moment that nobody recorded is entered: an arrival or a leaving of a visit that has ended, for a charge lacks
    it. Before that the step itself is recorded."""
    return column == "return_at" or (column in ("check_in_at", "check_out_at") and visit.state in _BEEN)


def may_be_absent(visit: Visit) -> list[str]:
    """Of whom it may be said that they did not come: of who has no arrival, where somebody else is left."""
    here = [part for part in visit.assignments if part.did_not_come_at is None]
    if visit.state not in OPEN_ON_SITE | _BEEN or len(here) < 2:
        return []
    return [part.technician for part in here if part.check_in_at is None]


def _clock(user: User, deed: str, reference: str, kind: str) -> Visit:
    with on_visit(user, reference, deed, Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        if visit.state not in OPEN_ON_SITE:
            raise WrongState(visit, "the clock runs only on site")
        own = own_parts(user, visit, None)
        there = [part for part in own if part.check_in_at is not None and part.check_out_at is None]
        if not there:
            raise Refusal(f"{show(visit.reference)}: nobody is on the clock; who goes back checks in first.")
        # without a span that runs it is work
        running = [{segment.ends_at: segment.kind for segment in part.segments}.get(None, "work") for part in there]
        changing = [part for part, now in zip(there, running, strict=True) if now != kind]
        if not changing:
            raise Refusal(f"{show(visit.reference)}: that is what the clock says already.")
        visits.change(unit, visit)
        for part in changing:
            stays.open_segment(unit, part.id, kind, unit.at)
        unit.audit("visit", visit.id, technician=[part.technician for part in changing], clock=kind)
        return find(user.store, reference)


def _driven(visit: Visit) -> None:
    """Let pass what somebody drives to."""
    if visit.remote:
        raise Refusal(f"{show(visit.reference)} is remote work: nobody drives there or home from it.")


def _not_after_now(unit: Unit, at: int) -> int:
    if at > unit.at:
        raise Refusal("That moment has not come yet.")
    return at


def _fit_segments(store: Store, unit: Unit, part: Assignment, moments: Mapping[str, int | None]) -> None:
    """Let the clocked spans follow the moments that bound them; a span that is left without any length goes."""
    depart, arrival, leaving = moments["depart_at"], moments["check_in_at"], moments["check_out_at"]
    own = stays.segments_of(store, part.id)
    on_site = [segment_id for segment_id, segment in own.items() if segment.kind != "travel"]
    for segment_id, (kind, starts_at, ends_at) in own.items():
        if kind == "travel":
            begins, ends = depart, arrival
        else:
            first, last = segment_id == on_site[0], segment_id == on_site[-1]
            begins = arrival if first else max(starts_at, arrival or starts_at)
            ends = leaving if last else ends_at if leaving is None or ends_at is None else min(ends_at, leaving)
        if begins is None or (ends is not None and ends < begins) or (ends == begins and kind != "work"):
            stays.drop_segment(unit, segment_id)
        elif (begins, ends) != (starts_at, ends_at):
            stays.change_segment(unit, segment_id, begins, ends)
    if arrival is None:
        return
    if depart is not None and len(own) == len(on_site):
        visits.add_segment(unit, part, Segment("travel", depart, arrival))
    if leaving is not None and not on_site:
        visits.add_segment(unit, part, Segment("work", arrival, leaving))


def _nowhere_else(store: Store, visit: Visit, part: Assignment, now: int) -> None:
    """Nobody is at two clients at once, in what was put right neither."""
    other = stays.elsewhere(store, part.id, now)
    if other is not None:
        raise Refusal(f"{show(part.technician)} was at {show(other)} then, and not at {show(visit.reference)}.")
