"""What the owner wants to know and no screen has: one question in SQL, of a lead, on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable

from db import query
from db.query import QueryResult
from dispatch.desk.session.refusals import NotAllowed
from dispatch.desk.session.user import User
from dispatch.model.states import Role
from dispatch.model.text import show


def ask(user: User, sql: str, *, monotonic: Callable[[], float] = time.monotonic) -> QueryResult:
    """The answer to a SELECT.

    Raises:
        NotAllowed: the person is no lead, or sits in a session over SSH.
        Unanswered: it is no question, touches what may not be read, or takes too long (`db.query`).
    """
    _of_a_lead(user)
    return query.ask(user.store, sql, monotonic=monotonic)


def tables(user: User) -> QueryResult:
    """Every table and view that may be asked, with its columns.

    Raises:
        NotAllowed: as `ask`.
    """
    _of_a_lead(user)
    return query.tables(user.store)


def _of_a_lead(user: User) -> None:
    if Role.LEAD not in user.roles_now:
        raise NotAllowed(f"Only a lead may ask in SQL; {show(user.staff.name)} is not one.")
    if user.key_id is not None:
        raise NotAllowed("Nobody asks in SQL in a session over SSH.")
