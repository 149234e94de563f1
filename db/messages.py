"""What clients were told: messages to them, and the call-ahead log. Nobody is told the same twice in a row; nothing is deleted."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from db.among import AMONG
from db.rows import Query, Select, values
from db.store import Store
from db.unit import Unit
from dispatch.model.messages import (
    APPOINTMENT,
    BY_SMS,
    OVERDUE,
    About,
    Call,
    CallOutcome,
    Fate,
    Message,
    Told,
    Trouble,
    is_number,
    number_of,
)
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


def wanted(store: Store, client_id: int, wish: About) -> tuple[bool, list[str]]:
    """Whether somebody of a client wants to be told of such a thing, and at which addresses, mail and telephones: where the client
    is told, else the first contact who has a mail address; and each contact who asked for it."""
    words, address = store.one("SELECT told, told_at FROM client WHERE id = ?", (client_id,)) or ("", "")
    people = store.all("SELECT email, phone, told_by, told FROM contact WHERE client_id = ? ORDER BY id", (client_id,))
    wants, found = wish in words.split(), list[str]()
    if wants:
        found.append(address or next((email for email, _, by, _ in people if email and by != "none"), ""))
    for email, phone, by, told in people:
        if by in ("mail", "sms") and wish in told.split():
            wants = True
            found.append(number_of(phone) if by == "sms" else email)
    return wants, [one for one in dict.fromkeys(found) if one and (wish in BY_SMS or not is_number(one))]


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
    """Put a message into the outbox; returns its id, None where the newest of such a thing at this address says the same.

    Args:
        instead_of: the message whose place it takes, and which is not told.
    """
    theirs = "WHERE m.visit_id = ? AND m.client_id = ? ORDER BY m.id DESC"
    for earlier in MESSAGES.select(unit.store, theirs, (visit.id, visit.client_id)):
        if earlier.fate is Fate.DROPPED or earlier.id == instead_of or earlier.address != address:
            continue
        if not of_one(earlier.about, about):
            continue
        if (earlier.about, earlier.premise, earlier.site_id) == (about, premise, visit.site_id):
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


def told_last(store: Store, visit_id: int, client_id: int, address: str | None = None) -> Told | None:
    """What a client was told of a visit last, at an address or anywhere, as far as it may have reached them; None: nothing."""
    row = store.one(
        "SELECT id, kind, premise, site_id, made_at FROM message WHERE visit_id = ?1 AND client_id = ?2 "
        "AND kind IN ('confirmed', 'reminder', 'moved', 'cancelled', 'late') AND state IN ('sending', 'sent', 'unsure') "
        "AND (?3 IS NULL OR address = ?3) ORDER BY id DESC LIMIT 1",
        (visit_id, client_id, address),
    )
    return None if row is None else Told(row[0], About(row[1]), *row[2:])


def is_told(store: Store, visit: Visit, about: About, premise: int, address: str) -> bool:
    """Whether a message says this to an address, or is to say it."""
    return bool(
        store.value(
            "SELECT 1 FROM message WHERE visit_id = ? AND client_id = ? AND site_id IS ? AND kind = ? AND premise = ? "
            "AND address = ? AND state <> 'dropped'",
            (visit.id, visit.client_id, visit.site_id, about.value, premise, address),
        )
    )


_REMINDED = "EXISTS (SELECT 1 FROM contact k WHERE k.client_id = c.id AND ' ' || k.told || ' ' LIKE '% reminder %')"
to_remind: Query[list[int], int, int] = values(
    "SELECT v.id FROM visit v JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id "
    "WHERE v.starts_at > ? AND v.starts_at <= ? AND v.archived_at IS NULL AND v.state IN ('planned', 'confirmed', 'dispatched') "
    f"AND (' ' || c.told || ' ' LIKE '% reminder %' OR {_REMINDED}) "
    "AND NOT EXISTS (SELECT 1 FROM message m WHERE m.visit_id = v.id AND m.client_id = c.id AND m.kind = 'reminder' "
    "AND m.premise = v.starts_at AND m.site_id IS v.site_id) ORDER BY v.starts_at"
)
"""The visits that begin after one instant, and by another, of whose time nobody was reminded though somebody wants to be."""


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
    "c.visit_id", "WHERE c.at >= ? AND c.withdrawn_at IS NULL ORDER BY +c.id"
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
