"""For whom a person acts on a visit: for themselves, or, as a lead, for its crew."""

from __future__ import annotations

from db import people
from db.store import Store
from dispatch.desk.refusals import NotAllowed, NotFound, Refusal
from dispatch.desk.seat import Seat
from dispatch.model.people import Technician
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.visits import Assignment, Visit


def own_part(seat: Seat, visit: Visit, technician: str | None) -> Assignment:
    """The one assignment that the person acts for; a lead names the technician where there is a crew.

    Raises:
        NotAllowed, NotFound: the visit is not theirs, or nobody of that name is on it.
        Refusal: it is not clear whose is meant.
    """
    parts = own_parts(seat, visit, technician)
    if len(parts) > 1:
        raise Refusal(
            f"{show(visit.reference)} has a crew: say whose time it is ({', '.join(one.technician for one in parts)})."
        )
    return parts[0]


def own_parts(seat: Seat, visit: Visit, technician: str | None) -> list[Assignment]:
    """The assignments that the person acts for: their own, or, for a lead, the named one or all."""
    staff = people.staff_by_id(seat.store, seat.staff.id)
    assert staff is not None
    if technician is not None:
        part = part_of(seat.store, visit, technician)
        if part.technician_id != staff.id and Role.LEAD not in staff.roles:
            raise NotAllowed(f"Only {show(part.technician)} or a lead may record that for {show(part.technician)}.")
        return [part]
    own = visit.assignment_of(staff.id)
    if own is not None:
        return [own]
    if Role.LEAD in staff.roles and visit.assignments:
        return list(visit.assignments)
    crew = ", ".join(show(part.technician) for part in visit.assignments) or "nobody yet"
    raise NotAllowed(f"{show(visit.reference)} is with {crew}, not with {show(staff.name)}.")


def not_anothers(seat: Seat, visit: Visit) -> None:
    """Let a technician act on their own visits and on those that nobody has; dispatcher and lead on all.

    Raises:
        NotAllowed: it is another technician's.
    """
    if visit.assignments and not seat.roles_now & {Role.DISPATCHER, Role.LEAD}:
        own_parts(seat, visit, None)


def part_of(store: Store, visit: Visit, technician: str) -> Assignment:
    """The part of the technician of that name or login, whatever its case.

    Raises:
        NotFound: nobody of that name is on it.
    """
    wanted = " ".join(technician.split()).casefold()
    found = people.staff_by_login(store, wanted)
    part = next(
        (
            part
            for part in visit.assignments
            if part.technician.casefold() == wanted or (found is not None and part.technician_id == found.id)
        ),
        None,
    )
    if part is None:
        crew = ", ".join(show(one.technician) for one in visit.assignments) or "nobody yet"
        raise NotFound(f"{show(visit.reference)} is with {crew}, not with {show(technician, 60)}.")
    return part


def driver(store: Store, name: str) -> Technician:
    """The technician of that name or login.

    Raises:
        NotFound: there is none; the sentence names those that there are.
    """
    if (found := people.technician_by_name(store, name)) is None:
        known = ", ".join(show(one.name) for one in people.technicians(store)) or "none yet"
        raise NotFound(f"There is no technician {show(name, 60)}; there are {known}.")
    return found
