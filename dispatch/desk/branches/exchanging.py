"""What was begun between two offices is finished: each reads the other's database, and writes only its own.

The sender's row says that something is sent; whether it was taken, or comes back, only the receiver's row of the same id says. So
whoever is killed between two statements has done all of a step or nothing of it, and whoever comes next goes on from there.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from db import branches, parcels, people
from db.faults import Busy, Stale, StoreFault
from db.unit import Unit
from dispatch.desk.branches import carried, sending
from dispatch.desk.branches.looking import BranchLook, looks
from dispatch.desk.plan import schedule
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import find
from dispatch.model.branches import Branch, Parcel
from dispatch.model.states import Role, State
from dispatch.model.text import show

_ID = re.compile(r"[0-9a-f]{32}")
_WORDS = 500


class Exchanged(NamedTuple):
    """What a run did, a sentence each; and which branches could not be reached, each with why."""

    done: tuple[str, ...]
    unreached: tuple[str, ...]


def exchange(user: User, name: str = "all") -> Exchanged:
    """Take in what other offices have sent to this one, and learn what became of what was sent to them.

    Args:
        user: a dispatcher or lead.
        name: of the branch; all of them.

    Raises:
        NotAllowed: it is for a dispatcher or lead.
        NotFound: there is no such branch.
    """
    user.allow("exchange with branches", [Role.DISPATCHER, Role.LEAD])
    done: list[str] = []
    unreached: list[str] = []
    with looks(user, name) as found:
        for look in found:
            if look.branch is None:
                continue
            if look.user is None:
                unreached.append(f"{show(look.name)}: {show(look.why, 300)}")
                continue
            if look.why:
                unreached.append(f"{show(look.name)}: {show(look.why, 300)}")
            try:
                done += filter(None, _with(user, look, look.branch))
            except Busy:
                raise
            except (StoreFault, ValueError, TypeError, OverflowError) as fault:
                # its database should not take what it has in its rows
                unreached.append(f"{show(look.name)}: {show(str(fault), 300)}")
    return Exchanged(tuple(done), tuple(unreached))


def _with(user: User, look: BranchLook, branch: Branch) -> Iterator[str]:
    """Everything that is to be done with one office."""
    assert look.user is not None
    there = look.user.store
    for theirs in parcels.sent_to(there, branches.own_office(user.store)):
        # whoever else exchanges at this moment has done it
        try:
            yield _come(user, branch, theirs)
        except Stale:
            continue
        except (Refusal, ValueError, TypeError, OverflowError) as fault:
            # what another office has in its rows is anybody's: one of them keeps no other from coming
            yield f"{show(carried.title(theirs.form), 120)} of {show(branch.name)} cannot be taken: {show(str(fault), 300)}"
    for mine in parcels.sent_to(user.store, branch.office):
        if mine.state != "given_back":
            with contextlib.suppress(Stale):
                yield _went(user, look, mine)
    for mine in parcels.taken_from(user.store, branch.office):
        if look.copied_at is None and parcels.by_id(there, mine.id) is None:
            yield f"{show(carried.title(mine.form), 120)} is here, and {show(branch.name)} knows nothing of it: was it restored?"


def _come(user: User, branch: Branch, theirs: Parcel) -> str:
    """What another office has sent: taken in where it is new, given back where that is wanted; returns what was done."""
    if not _ID.fullmatch(theirs.id) or theirs.kind not in _TAKING:
        return ""
    mine = parcels.by_id(user.store, theirs.id)
    if mine is not None and (not mine.incoming or mine.office != branch.office):
        return ""  # an id of ours, or of somebody else's: whoever sends it did not make it
    what = show(carried.title(theirs.form), 120)
    if mine is None and theirs.state == "sent":
        return _taken(user, branch, theirs, what)
    if mine is not None and mine.state == "taken":
        over = mine.kind == "lending" and carried.spans_of(mine.form)[-1][1] <= user.now
        if theirs.wanted_back or over:
            return _given_back(user, branch, mine, what, "its hours are over" if over else "it was wanted back")
    return ""


def _taken(user: User, branch: Branch, theirs: Parcel, what: str) -> str:
    new = theirs._replace(incoming=True, office=branch.office, named="", why="", visit_id=None, technician_id=None)
    why = "it was wanted back" if theirs.wanted_back else ""
    if not why:
        try:
            with user.store.together(user.staff.login) as commit:
                with user.write("take from a branch", Role.DISPATCHER, Role.LEAD) as unit:
                    if parcels.by_id(user.store, theirs.id) is not None:
                        unit.leave_unchanged()
                        return ""
                    taken = _TAKING[theirs.kind](user, unit, branch, new)
                    unit.audit(*sending.about(taken), came_from=branch.name, parcel=theirs.id)
                planned = "".join(_planned(user, taken))
                commit(unit.save_id)
            return f"{what} came from {show(branch.name)}.{planned}"
        except Refusal as refusal:
            why = str(refusal)
    with user.write("give back to a branch", Role.DISPATCHER, Role.LEAD) as unit:
        if parcels.by_id(user.store, theirs.id) is not None:
            unit.leave_unchanged()
            return ""
        parcels.add(unit, new._replace(state="given_back", why=show(why, _WORDS)))
        unit.audit("branch", branch.id, given_back=True, why=show(why, _WORDS), parcel=theirs.id)
    return f"{what} of {show(branch.name)} was not taken: {show(why, 300)}"


def _take_request(user: User, unit: Unit, branch: Branch, new: Parcel) -> Parcel:
    visit = carried.take_request(user, unit, new.form, branch.name)
    taken = new._replace(state="taken", named=show(str(new.form.get("reference", "")), 40), visit_id=visit.id)
    parcels.add(unit, taken)
    return taken


def _take_lending(user: User, unit: Unit, branch: Branch, new: Parcel) -> Parcel:
    person = new.form.get("person")
    if not isinstance(person, int) or not 0 < person < 1 << 63:
        raise Refusal("who is lent cannot be read")
    known = parcels.lent_person(user.store, branch.office, person)
    own = carried.spans_of(new.form)
    others = [] if known is None else parcels.lent_to_us(user.store, known)
    spans = sorted([*own, *(span for one in others for span in carried.spans_of(one.form))])
    if any(one[1] > other[0] for one, other in pairwise(spans)):
        raise Refusal("they are lent to us in that time already")
    technician = carried.write_lent(user, unit, branch.office, branch.name, new.form, known, tuple(spans))
    taken = new._replace(state="taken", named=show(str(new.form.get("name", "")), 200), technician_id=technician.id)
    parcels.add(unit, taken)
    sending.hold_hours(unit, technician.id, [taken, *others], spans)
    return taken


def _planned(user: User, taken: Parcel) -> Iterator[str]:
    """Plan what somebody was lent for, as one with the lending; what cannot stand there any more stays in the queue."""
    plan = taken.form.get("plan")
    person = people.staff_by_id(user.store, taken.technician_id or 0)
    for entry in plan if isinstance(plan, list) and person is not None else ():
        match entry:
            case [str(reference), int(start)] if person is not None:
                try:
                    if find(user.store, reference).state is not State.REQUESTED:
                        continue
                    schedule.assign(user, reference, [person.login], start)
                    yield f" {show(reference)} is planned with them."
                except Refusal as refusal:
                    yield f" {show(reference, 40)} is not planned with them: {show(str(refusal), 200)}"


_TAKING: dict[str, Callable[[User, Unit, Branch, Parcel], Parcel]] = {
    "request": _take_request,
    "lending": _take_lending,
}


def _given_back(user: User, branch: Branch, mine: Parcel, what: str, why: str) -> str:
    try:
        with user.write("give back to a branch", Role.DISPATCHER, Role.LEAD) as unit:
            sending.returned(user, unit, mine, why)
    except Refusal as refusal:
        return f"{what} is not given back to {show(branch.name)}, though {why}: {refusal}."
    return f"{what} is given back to {show(branch.name)}: {why}."


def _went(user: User, look: BranchLook, mine: Parcel) -> str:
    """What became of something that was sent; returns what is new."""
    assert look.user is not None
    theirs = parcels.by_id(look.user.store, mine.id)
    if theirs is None or not theirs.incoming or theirs.office != branches.own_office(user.store):
        return ""
    what = show(carried.title(mine.form), 120)
    if theirs.state == "given_back":
        with user.write("take back from a branch", Role.DISPATCHER, Role.LEAD) as unit:
            sending.back_again(user, unit, mine, show(theirs.why, _WORDS))
        return f"{what} is back from {show(look.name)}: {show(theirs.why, 300)}"
    if mine.state == "sent":
        there = next(iter(sending.called(look.user.store, theirs)), "")
        with user.write("learn from a branch", Role.DISPATCHER, Role.LEAD) as unit:
            parcels.mark(unit, mine, state="taken", named=show(there, 200))
            unit.audit(*sending.about(mine), taken_by=look.name, parcel=mine.id)
        return f"{what} was taken by {show(look.name)}."
    return ""
