"""The beginning of a deed on one visit: how it is found, whose it is, its unit of work, and whether its state allows it.

For whom a person acts is themselves or, as a lead, the crew; a job is whose started it (design/product.md, Rule 6). The states are
those of design/states.md.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from db import handovers, people, visits
from db.names import folded
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.session.refusals import NotAllowed, NotFound, Refusal, WrongState, reason_of
from dispatch.desk.session.user import User
from dispatch.lazily import lazily
from dispatch.model.people import Technician
from dispatch.model.states import ON_THE_WAY_OR_THERE, OPEN_ON_SITE, STEPS, Role, State
from dispatch.model.text import show
from dispatch.model.visits import Assignment, Visit

with lazily(__name__):
    from dispatch.desk.charges import charging

AHEAD_OF: Mapping[str, Callable[[Assignment], bool]] = {
    "depart": lambda part: part.depart_at is None and part.check_in_at is None,
    "arrive": lambda part: part.check_in_at is None or part.check_out_at is not None,
}
"""Who of a crew a step is still ahead of, where the visit has gone on to another state."""

_ALSO = {"depart": ON_THE_WAY_OR_THERE, "arrive": OPEN_ON_SITE}


def find(store: Store, reference: str) -> Visit:
    """The visit of that reference.

    Raises:
        NotFound: there is none.
    """
    visit = visits.visit_by_reference(store, reference)
    if visit is None:
        raise NotFound(f"There is no visit {show(reference, 40)}. `dispatch visit list` shows them all.")
    return visit


@contextlib.contextmanager
def on_visit(user: User, reference: str, deed: str, *roles: Role) -> Iterator[tuple[Unit, Visit]]:
    """One unit of work for a deed on a visit, as `User.write`, with the visit as it is found in it."""
    with user.write(deed, *roles) as unit:
        yield unit, find(user.store, reference)


@contextlib.contextmanager
def stepping(user: User, deed: str, reference: str) -> Iterator[tuple[Unit, Visit]]:
    """One unit of work for a deed of `STEPS`, open to whom that table names, with the visit that it may start from."""
    with user.write(deed, *(role for role in Role if role in STEPS[deed].roles)) as unit:
        yield unit, step(user.store, reference, deed)


@contextlib.contextmanager
def putting_right(
    user: User, deed: str, reference: str, reason: str, technician: str | None = None, day: int | None = None
) -> Iterator[tuple[Unit, Visit, Assignment, str]]:
    """One unit of work in which somebody's part of a visit is put right, on one of its days (default: the newest), whose charge
    may follow; with the reason, cleaned."""
    with on_visit(user, reference, deed, Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        part, why = own_part(user, visit.on_day(day or visit.next_day), technician), reason_of(reason)
        charging.open_charge(user, unit, visit, why)
        yield unit, visit, part, why


def step(store: Store, reference: str, deed: str) -> Visit:
    """The visit, if the deed may start from its state, or is still ahead of somebody of its crew.

    Raises:
        Refusal: it may not; the message names the states from which it may.
    """
    visit = find(store, reference)
    if visit.archived_at is not None:
        raise Refusal(f"{show(visit.reference)} was withdrawn: nothing more is done on it.")
    if visit.remote and deed != "close":
        raise Refusal(
            f"{show(visit.reference)} is remote work: it is ended with what was done (dispatch remote-work end), and its times are "
            "put right by a correction."
        )
    sources = STEPS[deed].sources
    if visit.begun and STEPS[deed].work_done:
        raise Refusal(
            f"Day {visit.next_day - 1} of {show(visit.reference)} is done: close it (`x`, dispatch visit close), or let a lead "
            "leave it open (`L`, dispatch visit leave)."
        )
    follows = visit.state in _ALSO.get(deed, frozenset()) and any(map(AHEAD_OF[deed], visit.assignments))
    follows |= visit.begun and visit.state in STEPS[deed].begun
    if not (visit.state in sources or follows):
        possible = ", ".join(state.label for state in State if state in sources)
        raise WrongState(visit, f"{deed} is possible only from {possible}")
    return visit


def as_seen(unit: Unit, visit: Visit, version: int | None) -> None:
    """Refuse a deed on a visit that was seen at another version: as Stale, naming who was first and when."""
    if version not in (None, visit.version):
        visits.change(unit, visit._replace(version=version))


def own_part(user: User, visit: Visit, technician: str | None) -> Assignment:
    """The one assignment that the person acts for; a lead names the technician where there is a crew.

    Raises:
        NotAllowed, NotFound: the visit is not theirs, or nobody of that name is on it.
        Refusal: it is not clear whose is meant.
    """
    parts = own_parts(user, visit, technician)
    if len(parts) > 1:
        raise Refusal(f"{show(visit.reference)} has a crew: say whose time it is ({', '.join(visit.crew)}).")
    return parts[0]


def own_parts(user: User, visit: Visit, technician: str | None) -> list[Assignment]:
    """The assignments that the person acts for: their own, or, for a lead, the named one or all."""
    staff = existing(people.staff_by_id(user.store, user.staff.id))
    if technician is not None:
        part = part_of(user.store, visit, technician)
        if part.technician_id != staff.id and Role.LEAD not in staff.roles:
            raise NotAllowed(f"Only {show(part.technician)} or a lead may record that for {show(part.technician)}.")
        return [part]
    own = visit.assignment_of(staff.id)
    if own is not None:
        return [own]
    if Role.LEAD in staff.roles and visit.assignments:
        return list(visit.assignments)
    raise NotAllowed(f"{_with(visit)}, not with {show(staff.name)}.")


def not_anothers(user: User, visit: Visit) -> None:
    """Let a technician act on their own visits and on those that nobody has; dispatcher and lead on all.

    Raises:
        NotAllowed: it is another technician's.
    """
    if visit.assignments and not user.roles_now & {Role.DISPATCHER, Role.LEAD}:
        own_parts(user, visit, None)


def part_of(store: Store, visit: Visit, technician: str) -> Assignment:
    """The part of the technician of that name or login, whatever its case.

    Raises:
        NotFound: nobody of that name is on it.
    """
    typed = " ".join(technician.split()).casefold()
    person = people.staff_by_login(store, typed)
    for part in visit.assignments:
        if part.technician.casefold() == typed or (person is not None and part.technician_id == person.id):
            return part
    raise NotFound(f"{_with(visit)}, not with {show(technician, 60)}.")


def _with(visit: Visit) -> str:
    return f"{show(visit.reference)} is with {', '.join(map(show, visit.crew)) or 'nobody yet'}"


def crew_of(store: Store, visit: Visit) -> list[Technician]:
    """The technicians of a visit who still drive to visits, in their order."""
    found = (people.technician(store, part.technician_id) for part in visit.assignments)
    return [technician for technician in found if technician is not None]


def driver(store: Store, name: str) -> Technician:
    """The technician of that name or login, or of a name that nobody else has for a first or last one.

    Raises:
        NotFound: there is none, or several; the sentence names those that there are.
    """
    if technician := people.technician_by_name(store, name):
        return technician
    everybody = people.technicians(store)
    called = [technician for technician in everybody if folded(name) in folded(technician.name).split()]
    if len(called) == 1:
        return called[0]
    known = ", ".join(show(technician.name) for technician in called or everybody) or "none yet"
    several, none = f"Several technicians are called {show(name, 60)}", f"There is no technician {show(name, 60)}"
    said = several if called else none if name.strip() else "No technician is named"
    raise NotFound(f"{said}; there are {known}.")


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose job it is: `names` started it, `allowed` are their ids and those of everybody who agreed to take it over."""

    names: tuple[str, ...]
    allowed: frozenset[int]


def owners_of(store: Store, visit_ids: list[int]) -> dict[int, Owners]:
    """The owners of each visit whose job was started; the others may go to anybody."""
    started = handovers.starters(store, visit_ids)
    taken = handovers.taken_over(store, list(started))
    return {
        visit_id: Owners(tuple(people_by_id.values()), frozenset(people_by_id) | taken.get(visit_id, set()))
        for visit_id, people_by_id in started.items()
    }
