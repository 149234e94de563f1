"""Messages to clients in the store. Nobody is told the same twice in a row; a message is dropped, never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from db.store import Store
from db.unit import Unit
from dispatch.model.messages import OVERDUE, About, Fate, Message, Trouble

_MESSAGE = """
  SELECT m.id, m.visit_id, v.reference, c.name, m.kind, m.premise, m.address, m.text, m.state, m.made_at, m.due_at,
    m.until, m.tries, m.ended_at, m.why, m.version
  FROM message m JOIN visit v ON v.id = m.visit_id JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id
"""


def wishes(store: Store, client_id: int) -> tuple[frozenset[About], str]:
    """What a client wants to be told, and where: the address of the client, else that of the first contact with one."""
    told, address = store.one("SELECT told, told_at FROM client WHERE id = ?", (client_id,)) or ("", "")
    wanted = frozenset(About(one) for one in told.split())
    if wanted and not address:
        row = store.one(
            "SELECT email FROM contact WHERE client_id = ? AND email <> '' ORDER BY id LIMIT 1", (client_id,)
        )
        address = row[0] if row is not None else ""
    return wanted, address


def add(
    unit: Unit,
    visit_id: int,
    about: About,
    premise: int,
    address: str,
    text: str,
    due_at: int,
    instead_of: int | None = None,
) -> int | None:
    """Put a message into the outbox; returns its id, None where the newest that was told of such a thing says the same.

    Args:
        instead_of: the message whose place it takes, and which is not told.
    """
    for told in _select(unit.store, "WHERE m.visit_id = ? AND m.kind = ? ORDER BY m.id DESC", (visit_id, about.value)):
        if told.fate is Fate.DROPPED or told.id == instead_of:
            continue
        if (told.premise, told.address) == (premise, address):
            return None
        if told.fate is not Fate.FAILED:
            break
    return unit.insert(
        "message",
        visit_id=visit_id,
        kind=about.value,
        premise=premise,
        address=address,
        text=text,
        made_at=unit.at,
        due_at=due_at,
    )


def change(unit: Unit, message: Message, fate: Fate, **columns: Any) -> int:
    """Say what becomes of a message that is still at `message.version`; returns the new version.

    Raises:
        Stale: somebody else has it.
    """
    return unit.update("message", message.id, message.version, state=fate.value, **columns)


def message(store: Store, message_id: int) -> Message | None:
    """The message with that id."""
    return next(iter(_select(store, "WHERE m.id = ?", (message_id,))), None)


def open_of(store: Store, visit_id: int) -> list[Message]:
    """The messages of a visit that wait to be sent, the oldest first."""
    return _select(store, "WHERE m.visit_id = ? AND m.state = 'waiting' ORDER BY m.id", (visit_id,))


def next_due(store: Store, now: int) -> Message | None:
    """The message that is due for longest; also one whose sender is late with it."""
    found = _select(
        store,
        "WHERE (m.state = 'waiting' AND m.due_at <= ?) OR (m.state IN ('taken', 'sending') AND m.until <= ?) "
        "ORDER BY m.due_at, m.id LIMIT 1",
        (now, now),
    )
    return found[0] if found else None


def newest(store: Store, fates: Sequence[Fate], limit: int) -> list[Message]:
    """At most so many messages with one of these fates, those in trouble first, then the newest first."""
    marks = ", ".join("?" * len(fates))
    return _select(
        store,
        f"WHERE m.state IN ({marks}) ORDER BY m.state NOT IN ('failed', 'unsure'), m.id DESC LIMIT ?",
        (*(fate.value for fate in fates), limit),
    )


def trouble(store: Store, now: int) -> Trouble:
    """What somebody has to look at."""
    given_up = store.value("SELECT count(*) FROM message WHERE state IN ('failed', 'unsure')")
    overdue = store.value(
        "SELECT count(*) FROM message WHERE state IN ('waiting', 'taken', 'sending') AND due_at < ?", (now - OVERDUE,)
    )
    return Trouble(int(given_up or 0), int(overdue or 0))


def _select(store: Store, where: str, params: Sequence[Any]) -> list[Message]:
    return [
        Message(*row)._replace(about=About(row[4]), fate=Fate(row[8]))
        for row in store.all(f"{_MESSAGE} {where}", params)
    ]
