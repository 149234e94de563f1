"""Who may read what: the table of the model, asked for a person. Screens, commands and reports ask here."""

from __future__ import annotations

from db import visits
from dispatch.desk.refusals import NotAllowed
from dispatch.desk.seat import Seat
from dispatch.model.states import READS, Role
from dispatch.model.text import show


def may(seat: Seat, what: str) -> bool:
    """Whether a person was, when they sat down, one who may read what `READS` has under that name; for what is offered."""
    return bool(READS[what].roles & seat.staff.roles)


def ask(seat: Seat, what: str, words: str = "") -> None:
    """Let a person read something, with the roles that they have now.

    Args:
        seat: the person's.
        what: its name in `READS`.
        words: what it is, where that says more.

    Raises:
        NotAllowed: it is not theirs.
    """
    if not READS[what].roles & seat.roles_now:
        roles = " or ".join(role.value for role in Role if role in READS[what].roles)
        raise NotAllowed(f"Only a {roles} may read {words or READS[what].words}; {show(seat.staff.name)} is not one.")


def ask_visit(seat: Seat, reference: str) -> None:
    """Let a person read a visit: one's own, or all of them.

    Raises:
        NotAllowed: it is somebody else's.
    """
    visit = visits.visit_by_reference(seat.store, reference)
    if visit is not None and visit.assignment_of(seat.staff.id) is None:
        ask(seat, "day", f"{show(reference)}, which is somebody else's visit")


def ask_person(seat: Seat, name: str, what: str = "day", words: str = "the day") -> None:
    """Let a person read something of somebody: of oneself, or of everybody.

    Raises:
        NotAllowed: it is somebody else's.
    """
    if name.strip().casefold() not in (seat.staff.name.casefold(), seat.staff.login.casefold()):
        ask(seat, what, f"{words} of {show(name)}")
