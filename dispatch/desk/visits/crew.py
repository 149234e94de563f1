"""For whom a person acts on a visit, themselves or as a lead its crew; and whose job it is (design/product.md, Rule 6)."""

from __future__ import annotations

from dataclasses import dataclass

from db import handovers, people
from db.store import Store, existing
from dispatch.desk.session.refusals import NotAllowed, NotFound, Refusal
from dispatch.desk.session.user import User
from dispatch.model.people import Technician
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.visits import Assignment, Visit


def own_part(user: User, visit: Visit, technician: str | None) -> Assignment:
    """The one assignment that the person acts for; a lead names the technician where there is a crew.

    Raises:
        NotAllowed, NotFound: the visit is not theirs, or nobody of that name is on it.
        Refusal: it is not clear whose is meant.
    """
    parts = own_parts(user, visit, technician)
    if len(parts) > 1:
        raise Refusal(
            f"{show(visit.reference)} has a crew: say whose time it is ({', '.join(part.technician for part in parts)})."
        )
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
    """The technician of that name or login.

    Raises:
        NotFound: there is none; the sentence names those that there are.
    """
    if (technician := people.technician_by_name(store, name)) is None:
        known = ", ".join(show(technician.name) for technician in people.technicians(store)) or "none yet"
        raise NotFound(f"There is no technician {show(name, 60)}; there are {known}.")
    return technician


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
