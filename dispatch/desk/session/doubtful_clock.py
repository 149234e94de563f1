"""A clock of the machine that is far from the last change is asked about: whoever plans or leads says whether it is right."""

from __future__ import annotations

from db import migrations, people
from dispatch.desk.session.user import User
from dispatch.model.states import OFFICE, Role
from dispatch.model.text import show


def whom_to_ask(user: User) -> str:
    """Who can say that the clock is right, by their names."""
    return " or ".join(
        show(person.name) for person in people.all_staff(user.store) if person.active and person.roles & OFFICE
    )


def confirm(user: User) -> None:
    """Write down that the machine's clock is right: what is saved from now on is measured by it.

    Raises:
        NotAllowed: a technician asks the office.
    """
    store = user.store
    store.clock_is_right = True
    try:
        with user.write("confirm the clock", Role.LEAD, Role.DISPATCHER) as unit:
            unit.audit("store", migrations.LATEST)
    finally:
        store.clock_is_right = False
