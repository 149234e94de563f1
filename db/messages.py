"""What clients were told: messages to them, and the call-ahead log. Nobody is told the same twice in a row; nothing is deleted."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from db.among import AMONG
from db.rows import Query, Select
from db.store import Store
from db.unit import Unit
from dispatch.model.messages import APPOINTMENT, OVERDUE, About, Call, CallOutcome, Fate, Message, Told, Trouble
from dispatch.model.visits import Visit

MESSAGES = Select(
    Message,
    "message m LEFT JOIN visit v ON v.id = m.visit_id LEFT JOIN site s ON s.id = v.site_id "
    "JOIN client c ON c.id = coalesce(m.client_id, s.client_id) LEFT JOIN paper p ON p.id = m.paper_id",
    "m",
    of={
        "client_id": "c.id",
        "reference": "coalesce(v.reference, '')",
        "client": "c.name",
        "about": "m.kind",
        "fate": "m.state",
        "paper": "coalesce(p.title, '')",
    },
)
"""Messages."""


def wishes(store: Store, client_id: int) -> tuple[frozenset[About], str]:
    """What a client wants to be told, and where: the address of the client, else that of the first contact with one."""
    words, address = store.one("SELECT told, told_at FROM client WHERE id = ?", (client_id,)) or ("", "")
    subjects = frozenset(About(subject) for subject in words.split())
    if subjects and not address:
        row = store.one(
            "SELECT email FROM contact WHERE client_id = ? AND email <> '' ORDER BY id LIMIT 1", (client_id,)
        )
        address = row[0] if row is not None else ""
    return subjects, address


def add(
    unit: Unit,
    visit: Visit,
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
    theirs = "WHERE m.visit_id = ? AND m.client_id = ? ORDER BY m.id DESC"
    for earlier in MESSAGES.select(unit.store, theirs, (visit.id, visit.client_id)):
        if earlier.fate is Fate.DROPPED or earlier.id == instead_of or not of_one(earlier.about, about):
            continue
        if (earlier.about, earlier.premise, earlier.site_id, earlier.address) == (
            about,
            premise,
            visit.site_id,
            address,
        ):
            return None
        if earlier.fate is not Fate.FAILED:
            break
    columns = {"kind": about.value, "premise": premise, "address": address, "text": text, "due_at": due_at}
    return unit.insert_signed("message", visit_id=visit.id, client_id=visit.client_id, site_id=visit.site_id, **columns)


def of_one(first: About, second: About) -> bool:
    """Whether two subjects tell of the same thing, so that the newer message stands instead of the older one."""
    return first is second or {first, second} <= set(APPOINTMENT)


def appointment(store: Store, visit_id: int, client_id: int) -> int | None:
    """When a client expects us by the newest message that may have reached them; None where they were told of no appointment, or
    that it does not take place."""
    told = told_last(store, visit_id, client_id)
    return None if told is None or told.about is About.CANCELLED else told.premise


def told_last(store: Store, visit_id: int, client_id: int) -> Told | None:
    """What a client was told of a visit last, as far as it may have reached them; None: nothing."""
    row = store.one(
        "SELECT id, kind, premise, site_id FROM message WHERE visit_id = ? AND client_id = ? "
        "AND kind IN ('confirmed', 'moved', 'cancelled', 'late') AND state IN ('sending', 'sent', 'unsure') "
        "ORDER BY id DESC LIMIT 1",
        (visit_id, client_id),
    )
    return None if row is None else Told(row[0], About(row[1]), *row[2:])


def add_answer(unit: Unit, visit: Visit, mail_id: int, address: str, text: str, due_at: int) -> int:
    """Put the answer to a mail that became a request into the outbox; returns its id."""
    whose = {"visit_id": visit.id, "client_id": visit.client_id, "site_id": visit.site_id, "mail_id": mail_id}
    told = {"kind": About.RECEIVED.value, "premise": unit.at, "address": address, "text": text, "due_at": due_at}
    return unit.insert_signed("message", **whose, **told)


def change(unit: Unit, message: Message, fate: Fate, **columns: Any) -> int:
    """Say what becomes of a message that is still at `message.version`; returns the new version.

    Raises:
        Stale: somebody else has it.
    """
    return unit.update("message", message.id, message.version, state=fate.value, **columns)


message: Query[Message | None, int] = MESSAGES.single("WHERE m.id = ?")
"""The message with that id."""
open_of: Query[list[Message], int] = MESSAGES.listing("WHERE m.visit_id = ? AND m.state = 'waiting' ORDER BY m.id")
"""The messages of a visit that wait to be sent, the oldest first."""
next_due: Query[Message | None, int] = MESSAGES.single(
    "WHERE (m.state = 'waiting' AND m.due_at <= ?1) OR (m.state IN ('taken', 'sending') AND m.until <= ?1) "
    "ORDER BY m.due_at, m.id LIMIT 1"
)
"""The message that is due for longest; also one whose sender is late with it."""
newest: Query[list[Message], Collection[Fate], int] = MESSAGES.listing(
    f"WHERE m.state {AMONG} ORDER BY m.state NOT IN ('failed', 'unsure'), m.id DESC LIMIT ?"
)
"""At most so many messages with one of these fates, those in trouble first, then the newest first."""


def trouble(store: Store, now: int) -> Trouble:
    """What somebody has to look at."""
    given_up = store.value("SELECT count(*) FROM message WHERE state IN ('failed', 'unsure')")
    overdue = store.value(
        "SELECT count(*) FROM message WHERE state IN ('waiting', 'taken', 'sending') AND due_at < ?", (now - OVERDUE,)
    )
    return Trouble(int(given_up or 0), int(overdue or 0))


CALLS = Select(
    Call,
    "call c JOIN staff s ON s.id = c.staff_id",
    "c",
    of={"by": "s.name", "promised": "coalesce(c.read_as, c.promised_at)"},
)
"""Logged calls."""
calls_since: Query[dict[int, tuple[Call, ...]], int] = CALLS.grouped(
    "c.visit_id", "WHERE c.at >= ? AND c.withdrawn_at IS NULL ORDER BY c.id"
)
"""The calls that were logged from a moment on and stand, by visit, the oldest first."""
calls_of: Query[list[Call], int] = CALLS.listing("WHERE c.visit_id = ? AND c.withdrawn_at IS NULL ORDER BY c.id")
"""The calls of one visit that stand, the oldest first."""


def read_call(unit: Unit, call: Call, promised: int) -> None:
    """Read the time that a client was told in a call as another moment; the log keeps what was written."""
    unit.execute("UPDATE call SET read_as = ? WHERE id = ?", (promised, call.id))
    unit.audit("visit", call.visit_id, call=call.outcome.value, was_at=call.promised, promised_at=promised)


def add_call(
    unit: Unit, visit_id: int, outcome: CallOutcome, promised: int | None, *, phone: str = "", note: str = ""
) -> int:
    """Log a call, or one that is owed; returns its id."""
    columns = {"outcome": outcome.value, "promised_at": promised, "phone": phone, "note": note}
    return unit.insert_signed("call", visit_id=visit_id, **columns)
