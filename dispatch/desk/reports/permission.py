"""Who may have which report."""

from __future__ import annotations

from dispatch.desk.refusals import NotAllowed
from dispatch.desk.seat import Seat
from dispatch.model.states import Role
from dispatch.model.text import show


def office_only(seat: Seat, what: str) -> None:
    """Refuse whoever neither dispatches nor leads: charges and service levels are not for technicians.

    Raises:
        NotAllowed: the person has neither role.
    """
    if not seat.roles_now & {Role.DISPATCHER, Role.LEAD}:
        raise NotAllowed(f"Only a dispatcher or lead may have {what}; {show(seat.staff.name)} is neither.")
