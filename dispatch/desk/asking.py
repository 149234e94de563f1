"""What the owner wants to know and no screen has: one question in SQL, of a lead, on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable

from db import query
from db.query import Answer
from dispatch.desk.refusals import NotAllowed
from dispatch.desk.seat import Seat
from dispatch.model.states import Role
from dispatch.model.text import show


def ask(seat: Seat, sql: str, *, monotonic: Callable[[], float] = time.monotonic) -> Answer:
    """The answer to a SELECT.

    Raises:
        NotAllowed: the person is no lead, or sits at a seat over SSH.
        Unanswered: it is no question, touches what may not be read, or takes too long (`db.query`).
    """
    _of_a_lead(seat)
    return query.ask(seat.store, sql, monotonic=monotonic)


def tables(seat: Seat) -> Answer:
    """Every table and view that may be asked, with its columns.

    Raises:
        NotAllowed: as `ask`.
    """
    _of_a_lead(seat)
    return query.tables(seat.store)


def _of_a_lead(seat: Seat) -> None:
    if Role.LEAD not in seat.roles_now:
        raise NotAllowed(f"Only a lead may ask in SQL; {show(seat.staff.name)} is not one.")
    if seat.key_id is not None:
        raise NotAllowed("Nobody asks in SQL at a seat over SSH.")
