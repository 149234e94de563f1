"""Mails that came in: each once, with its files, and what became of it. Nothing is deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from db.among import AMONG, keys_param
from db.rows import Query, Select, value
from db.store import Store
from db.unit import Unit
from dispatch.model.mail import Mail, MailFile, MailState

_FILES = Select(MailFile, "mail_file f", "f")


class _WithFiles(Select[Mail]):
    def select(self, store: Store, rest: str = "", params: Sequence[Any] = (), **given: Any) -> list[Mail]:
        rows = self.rows(store, rest, params)
        ids = keys_param(row[0] for row in rows)
        files = _FILES.by(store, "f.mail_id", f"WHERE f.mail_id {AMONG} ORDER BY f.id", ids)
        return self.records(rows, files=files)


MAILS = _WithFiles(
    Mail,
    "mail r LEFT JOIN visit v ON v.id = r.visit_id LEFT JOIN client c ON c.id = r.client_id",
    of={"client": "coalesce(c.name, '')", "reference": "coalesce(v.reference, '')"},
    given={"files": "r.id"},
)
"""Mails with their files."""
mail: Query[Mail | None, int] = MAILS.single("WHERE r.id = ?")
"""The mail of that number."""
by_digest: Query[int | None, str] = value("SELECT id FROM mail WHERE digest = ?")
"""The number of the mail that is known by a digest; None: it has not come."""
newest: Query[list[Mail], Collection[MailState], int] = MAILS.listing(
    f"WHERE r.state {AMONG} ORDER BY r.state NOT IN ('waiting', 'call'), "
    "CASE WHEN r.state IN ('waiting', 'call') THEN r.came_at ELSE -r.came_at END, r.id LIMIT ?"
)
"""At most so many mails with one of these states: those that somebody has to look at, the oldest first, then the newest."""
of_visit: Query[list[Mail], int] = MAILS.listing("WHERE r.visit_id = ? ORDER BY r.came_at, r.id")
"""The mails of a visit, the oldest first."""
to_call: Query[list[Mail]] = MAILS.listing(
    # said twice: by the first of them SQLite knows that `mail_open` holds all of these
    "WHERE r.state IN ('waiting', 'call') AND r.state = 'call' AND r.visit_id IS NOT NULL ORDER BY r.came_at, r.id"
)
"""The mails that stand at a visit and ask for a call, the oldest first."""
in_thread: Query[list[Mail], str, Collection[str]] = MAILS.listing(
    f"WHERE (r.thread = ? OR r.message_id {AMONG}) AND r.thread <> '' AND r.visit_id IS NOT NULL ORDER BY r.id DESC"
)
"""The mails with a visit that belong to a thread, or to what is named of it, the newest first."""
requests_since: Query[int, str, int] = value(
    "SELECT count(*) FROM mail WHERE sender = ? AND at >= ? AND state = 'taken' AND answers IS NULL"
)
"""How many mails of a sender were taken since a moment."""
answers_since: Query[int, str, int] = value(
    "SELECT count(*) FROM message WHERE address = ? AND kind = 'received' AND made_at >= ? AND state <> 'dropped'"
)
"""How many answers an address had since a moment, or is to have."""


class Known(NamedTuple):
    """A client of whom an address is known, with the name and the phone that stand beside it."""

    client_id: int
    client: str
    name: str
    phone: str


def clients_of(store: Store, address: str) -> list[Known]:
    """The clients of whom an address is known: of a contact, where they are told, or where invoices go; each once."""
    rows = store.all(
        "SELECT c.id, c.name, k.name, k.phone FROM client c JOIN contact k ON k.client_id = c.id "
        "WHERE c.archived_at IS NULL AND k.email = ?1 COLLATE NOCASE "
        "UNION ALL SELECT id, name, '', '' FROM client "
        "WHERE archived_at IS NULL AND (told_at = ?1 COLLATE NOCASE OR billing_mail = ?1 COLLATE NOCASE)",
        (address,),
    )
    return list({row[0]: Known(*row) for row in reversed(rows)}.values())


def staff_of(store: Store, address: str) -> str:
    """The name of who of the staff has an address; empty where nobody has."""
    return str(store.value("SELECT name FROM staff WHERE email = ? COLLATE NOCASE", (address,)) or "")


def of_domain(store: Store, domain: str) -> int | None:
    """The one client with contacts at a domain; None where there is none, or several."""
    rows = store.all(
        "SELECT DISTINCT c.id FROM client c JOIN contact k ON k.client_id = c.id "
        "WHERE c.archived_at IS NULL AND lower(substr(k.email, instr(k.email, '@') + 1)) = ?",
        (domain.casefold(),),
    )
    return int(rows[0][0]) if len(rows) == 1 else None


def add(unit: Unit, new: Mail) -> int:
    """Keep a mail with its files; returns its number."""
    columns = {name: column for name, column in MAILS.columns(new).items() if name not in ("client", "reference")}
    mail_id = unit.insert_signed("mail", **columns)
    for file in new.files:
        unit.insert("mail_file", mail_id=mail_id, name=file.name, size=file.size, sha256=file.sha256, why=file.why)
    return mail_id


def change(unit: Unit, one: Mail, **columns: Any) -> int:
    """Say what becomes of a mail that is still at `one.version`; returns the new version.

    Raises:
        Stale: somebody else has it.
    """
    return unit.update("mail", one.id, one.version, **columns)


def waiting(store: Store) -> int:
    """How many mails somebody has to look at."""
    return int(store.value("SELECT count(*) FROM mail WHERE state IN ('waiting', 'call')") or 0)
