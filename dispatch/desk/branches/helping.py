"""Which of our technicians would help which branch on a day: each branch's day is planned with those who have nothing to do here,
in a copy that is thrown away, by the planner that plans any day. Taking it lends them, with what they would do there."""

from __future__ import annotations

import contextlib
import datetime
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from db import branches, parcels, people, visits
from db.backups import backup
from db.faults import StoreFault
from db.names import folded
from db.store import Store
from dispatch.desk.branches import carried, sending
from dispatch.desk.branches.looking import ALL, BranchLook, looks
from dispatch.desk.firm.shifts import spans_given
from dispatch.desk.plan.proposal import LeftOut, Proposal
from dispatch.desk.plan.proposing import propose
from dispatch.desk.plan.scope import Freedom, PlanScope
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.desk.session.user import User
from dispatch.model.branches import Parcel
from dispatch.model.instants import day_bounds
from dispatch.model.people import Spans, Technician
from dispatch.model.skills import abilities
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.travel.estimate import haversine_km

MOST = 12
"""So many technicians are tried at a branch: the nearest to what is left out there."""
_QUEUE = PlanScope(Freedom.QUEUE)
"""What stands in a branch's plan stays where it is."""


class Helper(NamedTuple):
    """A technician of ours at a branch: the hours, and what they would do there: reference, client, start."""

    technician: Technician
    spans: Spans
    visits: tuple[tuple[str, str, int], ...]


class Help(NamedTuple):
    """What lending would do for a branch on a day: how much is left out there without and with it, by whom; `why` it was not looked
    for."""

    look: BranchLook
    day: datetime.date
    before: int = 0
    after: int = 0
    helpers: tuple[Helper, ...] = ()
    why: str = ""


def help_on(user: User, day: datetime.date, seconds: float | None = None, name: str = ALL) -> list[Help]:
    """Look which of our technicians would help which branch on a day; who helps one is not tried at the next. Nothing is changed.

    Args:
        user: a lead.
        seconds: for each plan, from 0 to 3600; None: as for any day.
        name: of the branch; all, the one with the most left out first.

    Raises:
        NotFound: there is no such branch.
    """
    user.allow("look for help", [Role.LEAD])
    found: list[Help] = []
    with looks(user, name) as seen, tempfile.TemporaryDirectory(prefix="dispatch-") as folder:
        asked: list[tuple[BranchLook, User, Proposal, Sequence[LeftOut]]] = []
        for number, look in enumerate(one for one in seen if one.branch is not None):
            with contextlib.ExitStack() as unless_planned:
                try:
                    there = _copy(look, Path(folder) / f"{number}.db")
                    unless_planned.callback(there.store.close)
                    plan = propose(there.store, day, seconds, _QUEUE).best
                except (Refusal, StoreFault) as refusal:
                    found.append(Help(look, day, why=str(refusal)))
                    continue
                unless_planned.pop_all()
            asked.append((look, there, plan, _waits(plan)))
        try:
            free = _free(user, day, seconds) if any(left for *_, left in asked) else []
            for look, there, plan, left in sorted(asked, key=lambda one: -len(one[3])):
                without = len(plan.left_out)
                try:
                    one = _helped(there, user, day, seconds, free, left)
                except (Refusal, StoreFault) as refusal:
                    one = Help(look, day, without, without, why=str(refusal))
                else:
                    one = one._replace(look=look, before=without, after=one.after if one.helpers else without)
                found.append(one)
                busy = {helper.technician.id for helper in one.helpers}
                free = [known for known in free if known[0].id not in busy]
        finally:
            for _, there, *_ in asked:
                there.store.close()
    return found


def take(user: User, found: Sequence[Help], names: Collection[str] = ()) -> list[Parcel]:
    """Lend those who would help, with what they would do there; returns what was sent.

    Args:
        user: a lead.
        names: of the technicians; none: all of them.

    Raises:
        Faulty: somebody who is named would help nobody.
        NotAllowed, Refusal: as `sending.lend`; who was lent before that is lent.
    """
    offers = [(one, helper) for one in found for helper in one.helpers]
    wanted = set(map(folded, names))
    known = {folded(helper.technician.name) for _, helper in offers}
    if faults := [f"{show(name, 60)}: would help no branch" for name in names if folded(name) not in known]:
        raise Faulty(faults)
    return [
        sending.lend(
            user,
            helper.technician,
            one.look.name,
            helper.spans[0][0],
            helper.spans[-1][1],
            [(reference, start) for reference, _, start in helper.visits],
        )
        for one, helper in offers
        if not names or folded(helper.technician.name) in wanted
    ]


def _copy(look: BranchLook, path: Path) -> User:
    """A copy of a branch in which things are tried, and a lead of it.

    Raises:
        Refusal: it cannot be reached.
    """
    if look.user is None:
        raise Refusal(look.why)
    backup(look.user.store, path)
    store = Store.open(path, clock=look.user.store.clock)
    lead = next((person for person in people.all_staff(store) if person.active and Role.LEAD in person.roles), None)
    if lead is None:
        store.close()
        raise Refusal("it has no lead")
    return User(store, lead)


def _waits(plan: Proposal) -> list[LeftOut]:
    """What is left out and has a place on the map, and no plan for another day."""
    return [one for one in plan.left_out if one.visit.place is not None]


def _free(user: User, day: datetime.date, seconds: float | None) -> list[tuple[Technician, Spans]]:
    """Who has nothing to do here on a day, once what waits here is planned, and their hours of it."""
    store, zone = user.store, user.firm.zone
    begins, ends = day_bounds(day, zone)
    busy = {part.technician for visit in visits.placed_between(store, begins, ends) for part in visit.assignments}
    plan = propose(store, day, seconds, _QUEUE).best
    busy |= {name for move in plan.moves if move.after is not None for name in move.after.crew}
    found = []
    for technician in people.technicians(store):
        if technician.name in busy or technician.home is None or parcels.lent_to_us(store, technician.id):
            continue
        away = [(absence.starts_at, absence.ends_at) for absence in technician.absences]
        given = spans_given(technician.shifts, away, day, zone)
        spans = tuple((max(start, user.now), end) for start, end in given if end > user.now)
        if spans:
            found.append((technician, spans))
    return found


def _helped(
    there: User,
    user: User,
    day: datetime.date,
    seconds: float | None,
    free: Sequence[tuple[Technician, Spans]],
    left: Sequence[LeftOut],
) -> Help:
    """A branch's day with those who are free, the nearest first."""
    look = BranchLook("", there)
    if not free or not left:
        return Help(look, day)
    office = branches.own_office(user.store)
    names: dict[str, tuple[Technician, Spans]] = {}
    # nothing of the copy goes anywhere, so that it may be written though the branch's own machine is another one
    with there.store.past_fence(), there.write("try a lending", Role.LEAD) as unit:
        for technician, spans in _nearest(free, left):
            form = carried.lending_form(user.store, user.firm.name, technician, spans)
            known = parcels.lent_person(there.store, office, technician.id)
            try:
                made = carried.write_lent(there, unit, office, user.firm.name, form, known, spans)
            except Refusal:
                continue  # their book does not take them, and would not take them when they are lent
            names[made.name] = technician, spans
        unit.leave_unchanged() if not names else unit.audit("technician", 0, tried=len(names))
    plan = propose(there.store, day, seconds, _QUEUE).best
    done: dict[str, list[tuple[str, str, int]]] = {}
    for move in plan.moves:
        if move.after is not None and move.after.technician in names and not move.after.others:
            done.setdefault(move.after.technician, []).append(
                (move.visit.reference, move.visit.client, move.after.start)
            )
    helpers = (Helper(*names[name], tuple(sorted(own, key=lambda one: one[2]))) for name, own in done.items())
    found = sorted(helpers, key=lambda helper: helper.technician.name)
    return Help(look, day, 0, len(plan.left_out), tuple(found))


def _can(technician: Technician, visit: Visit) -> bool:
    return visit.people == 1 and abilities(visit.skills, visit.equipment) <= technician.able


def _nearest(free: Sequence[tuple[Technician, Spans]], left: Sequence[LeftOut]) -> Iterator[tuple[Technician, Spans]]:
    """Those who can do something of what is left out, by how near they live to it."""

    def far(technician: Technician) -> float:
        places = [one.visit.place for one in left if _can(technician, one.visit)]
        home = technician.home
        return min((haversine_km(home, place) for place in places if home and place), default=float("inf"))

    ranked = sorted(((far(one[0]), number, one) for number, one in enumerate(free)), key=lambda each: each[:2])
    yield from (one for distance, _, one in ranked[:MOST] if distance < float("inf"))
