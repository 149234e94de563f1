"""Beginning a session with a key over SSH, and ending it. The key's id is all that says who somebody is (design/remote.md)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from db import people, sessions
from db.faults import Full, ReadOnly
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.desk.session.refusals import NotAllowed, NotFound
from dispatch.desk.session.user import User
from dispatch.model.keys import SshLogin
from dispatch.model.people import Staff
from dispatch.model.states import Role

SESSIONS_A_PERSON = 3
"""Open sessions of one person, each with another key: a laptop, a phone, and one to spare. A further one ends the oldest."""
VIA = "seat"

_FULL = (
    f"{SESSIONS_A_PERSON} sessions of yours are open, and while the disk takes nothing none can be ended: leave one."
)
_REFUSED = "This key opens no session here. Ask your lead for `dispatch keys list`."


@contextlib.contextmanager
def logged_in(path: Path, key_id: int, offered: Sequence[str] = ()) -> Iterator[User]:
    """A session at a database for the extent of a `with`. Where the disk does not take that somebody logs in, it reads only.

    Raises:
        As `log_in_by_key`, and StoreFault.
    """
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(Store.open(path))
        try:
            user = log_in_by_key(store, key_id, offered)
        except (Full, ReadOnly) as fault:
            store.close()
            store = stack.enter_context(Store.open_to_read(path, fault))
            user = log_in_by_key(store, key_id, offered)
        yield user


def log_in_by_key(store: Store, key_id: int, offered: Sequence[str] = ()) -> User:
    """The session of the key's owner. What the same key had open is superseded, so that a ghost session does no harm.
    At a store that only reads nothing is recorded, and the session can save nothing; a lock counts it instead.

    Args:
        store: the database.
        key_id: the key that the forced command names.
        offered: the keys that sshd says it let in with (`ExposeAuthInfo`), as algorithm and body; empty where it says nothing.

    Raises:
        NotAllowed: the key is unknown or revoked, its owner is not active, or sshd let in with another key; or, where it only
            reads, its owner has as many sessions as they may.
    """
    actor = _actor(store, key_id)
    session = actor.session
    if store.read_only is not None:
        staff = _owner(store, key_id, offered)
        if not any(store.presence.hold(f"reader {staff.id}.{place}") for place in range(SESSIONS_A_PERSON)):
            raise NotAllowed(_FULL)
        return User(store, staff, VIA, session, key_id)
    store.presence.hold(session)
    with unit_of_work(store, "log in", actor) as unit:
        staff = _owner(store, key_id, offered)
        others = sessions.open_sessions(store, staff.id)
        same = [login for login in others if login.key_id == key_id]
        rest = [login for login in others if login.key_id != key_id]
        for login in [*same, *rest[: max(0, len(rest) - SESSIONS_A_PERSON + 1)]]:
            sessions.end(unit, login, "superseded")
        for login in sessions.gone_sessions(store):
            sessions.end(unit, login, "gone")
        sessions.begin(unit, session, staff.id, key_id)
    return User(store, staff, VIA, session, key_id)


def caller(store: Store, key_id: int, offered: Sequence[str] = ()) -> User:
    """A session for one command over SSH (`attach`, `take` and their like): begun and recorded, and nothing is superseded by it.

    Raises:
        NotAllowed: as `log_in_by_key`.
    """
    actor = _actor(store, key_id)
    store.presence.hold(actor.session)
    with unit_of_work(store, "call", actor) as unit:
        staff = _owner(store, key_id, offered)
        sessions.begin(unit, actor.session, staff.id, key_id)
    return User(store, staff, VIA, actor.session, key_id)


def _actor(store: Store, key_id: int) -> Actor:
    """Whoever has the key, in a session that is still to begin."""
    if (key := sessions.key(store, key_id)) is None:
        raise NotAllowed(_REFUSED)
    return Actor(key.staff_id, key.login, os.urandom(16).hex(), VIA, key_id)


def _owner(store: Store, key_id: int, offered: Sequence[str]) -> Staff:
    """Whose key it is, if it opens anything as things stand now.

    Raises:
        NotAllowed: it does not.
    """
    key = sessions.key(store, key_id)
    staff = None if key is None else people.staff_by_id(store, key.staff_id)
    if key is None or not key.live or staff is None or not staff.active:
        raise NotAllowed(_REFUSED)
    if offered and key.public_key not in offered:
        raise NotAllowed("The key that let you in is not the one that its line in the key file names.")
    return staff


def why_over(user: User, store: Store | None = None) -> str | None:
    """Why the session may not go on, in a word or two; None: it may. Asked whenever others have changed the database.

    Args:
        user: whose session it is.
        store: another connection than the session's own to ask.
    """
    assert user.key_id is not None
    asking = store or user.store
    why = sessions.why_over(asking, user.session, user.key_id)
    # where nothing can be written, no session can be recorded
    return None if why == sessions.UNKNOWN and asking.read_only is not None else why


def log_out(user: User, how: str, place: str = "{}") -> None:
    """Record that the session was left, and where the person was. One that was ended by others stays as it is."""
    login = sessions.session(user.store, user.session)
    if login is None or login.ended_at is not None:
        return
    with unit_of_work(
        user.store, "log out", Actor(user.staff.id, user.staff.login, user.session, VIA, user.key_id)
    ) as unit:
        sessions.end(unit, login, how, place)


def end_sessions(user: User, ids: Sequence[str]) -> list[SshLogin]:
    """End open sessions, by the beginnings of their ids; each ends within seconds.

    Raises:
        NotAllowed: only a lead does.
        NotFound: there is no such open session, or more than one.
    """
    with user.write("end a session", Role.LEAD) as unit:
        chosen = []
        there = sessions.open_sessions(user.store)
        for beginning in ids:
            logins = [login for login in there if login.id.startswith(beginning)]
            if len(logins) != 1 or len(beginning) < 4:
                raise NotFound(f"{len(logins)} open sessions begin with {beginning!r}; `dispatch sessions` lists them.")
            chosen += logins
        for login in chosen:
            sessions.end(unit, login, f"ended by {user.staff.login}")
        return chosen
