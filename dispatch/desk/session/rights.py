"""Who may read what: the table of the model, asked for a person. Screens, commands and reports ask here."""

from __future__ import annotations

from db import visits
from dispatch.desk.session.refusals import NotAllowed
from dispatch.desk.session.user import User
from dispatch.model.states import READS, Role
from dispatch.model.text import show


def may(user: User, what: str) -> bool:
    """Whether a person was, when they sat down, one who may read what `READS` has under that name; for what is offered."""
    return bool(READS[what].roles & user.staff.roles)


def ask(user: User, what: str, words: str = "") -> None:
    """Let a person read something, with the roles that they have now.

    Args:
        user: the person.
        what: its name in `READS`.
        words: what it is, where that says more.

    Raises:
        NotAllowed: it is not theirs.
    """
    if not READS[what].roles & user.roles_now:
        roles = " or ".join(role.value for role in Role if role in READS[what].roles)
        raise NotAllowed(f"Only a {roles} may read {words or READS[what].words}; {show(user.staff.name)} is not one.")


def ask_visit(user: User, reference: str) -> None:
    """Let a person read a visit: one's own, or all of them.

    Raises:
        NotAllowed: it is somebody else's.
    """
    visit = visits.visit_by_reference(user.store, reference)
    if visit is not None and visit.assignment_of(user.staff.id) is None:
        ask(user, "day", f"{show(reference)}, which is somebody else's visit")


def ask_person(user: User, name: str, what: str = "day", words: str = "the day") -> None:
    """Let a person read something of somebody: of oneself, or of everybody.

    Raises:
        NotAllowed: it is somebody else's.
    """
    if name.strip().casefold() not in (user.staff.name.casefold(), user.staff.login.casefold()):
        ask(user, what, f"{words} of {show(name)}")
