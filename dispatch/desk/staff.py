"""Who is on the staff, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable

from db import people
from dispatch.desk.book.shelves import SHELVES
from dispatch.desk.refusals import refuse
from dispatch.desk.seat import Seat
from dispatch.fields.record import Fault, sentences
from dispatch.model.people import Staff
from dispatch.model.states import Role


def add_staff(seat: Seat, login: str, name: str, roles: Iterable[Role], email: str = "") -> Staff:
    """Add somebody to the staff.

    Raises:
        NotAllowed: only a lead does.
        Faulty: with everything that cannot be taken.
    """
    shelf = SHELVES["staff"]
    texts = {"login": login, "name": name, "roles": ", ".join(roles), "email": email}
    with seat.write("add staff", Role.LEAD) as unit:
        faults: list[Fault] = []
        person = shelf.draft(seat, None, texts, faults)
        refuse(sentences(faults))
        found = people.staff_by_id(seat.store, shelf.save(seat, unit, None, person))
        assert found is not None
        return found
