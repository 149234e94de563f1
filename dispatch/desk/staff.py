"""Who is on the staff, and what they may do."""

from __future__ import annotations

import re
from collections.abc import Iterable

from db import people
from dispatch.desk.refusals import Faulty
from dispatch.desk.seat import Seat
from dispatch.model import text as limits
from dispatch.model.people import Staff
from dispatch.model.states import Role
from dispatch.model.text import TextRefused, clean, show

LOGIN = 40
"""Longest login."""

_LOGIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


def is_login(text: str) -> bool:
    """Whether it can be typed as a login: letters, digits, dots, hyphens and underscores, a letter or digit first."""
    return len(text) <= LOGIN and _LOGIN.fullmatch(text) is not None


def add_staff(seat: Seat, login: str, name: str, roles: Iterable[Role], email: str = "") -> Staff:
    """Add somebody to the staff.

    Raises:
        NotAllowed: only a lead does.
        Faulty: with everything that cannot be taken.
    """
    login, granted = login.strip(), frozenset(roles)
    with seat.write("add staff", Role.LEAD) as unit:
        faults = faults_of_person(login, name, email)
        if not granted:
            faults.append(f"role: needs at least one of {', '.join(role.value for role in Role)}")
        if not faults:
            faults = _taken(seat, login, clean(name))
        if faults:
            raise Faulty(faults)
        staff_id = people.add_staff(unit, login, clean(name), granted, clean(email))
        person = people.staff_by_id(seat.store, staff_id)
        assert person is not None
        return person


def faults_of_person(login: str, name: str, email: str = "") -> list[str]:
    """Everything that keeps somebody from being entered, whoever else is there."""
    faults = []
    if not is_login(login):
        faults.append(f"login: {show(login, 40)!r} is not up to {LOGIN} letters, digits, dots, hyphens and underscores")
    for field, text, needed in (("name", name, True), ("email", email, False)):
        try:
            if not clean(text, limit=limits.NAME) and needed:
                faults.append(f"{field}: is missing")
        except TextRefused as refused:
            faults.append(f"{field}: {refused}")
    return faults


def _taken(seat: Seat, login: str, name: str) -> list[str]:
    faults = []
    namesake = people.staff_by_login(seat.store, login)
    if namesake is not None:
        faults.append(f"login: {show(login)} is {show(namesake.name)}'s")
    if any(person.name.casefold() == name.casefold() for person in people.all_staff(seat.store)):
        faults.append(f"name: {show(name)} is on the staff already; names tell people apart on the board")
    return faults
