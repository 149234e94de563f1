"""The audit: append-only, each row bound to the one before it by a hash.

The hash of a row is SHA-256 over the hash before it (32 zero bytes for the first) and the canonical JSON of the row.
Triggers keep rows from being changed, removed or added out of turn; the chain shows it when somebody went round them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from db.rows import Select

if TYPE_CHECKING:
    from db.library import sqlite3
    from db.store import Store

ORIGIN = bytes(32)
"""What the first row is bound to."""

_COLUMNS = "at, actor, staff_id, session, via, deed, entity, entity_id, detail, save_id"


class ChainHead(NamedTuple):
    """The newest row of the audit: its hash in hexadecimal, and its number, which is how many rows there are."""

    hash: str
    rows: int

    @property
    def short(self) -> str:
        """Enough of it to be written into a report: the first 64 bits of the hash, and the number of the row."""
        return f"{self.hash[:16]}@{self.rows}"


class Found(NamedTuple):
    """A row with the name of who did it, and what its record is called (empty where it has no name)."""

    row: AuditRow
    by: str
    called: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One thing that was done: by whom, from which session, to what.

    `at` is the instant, `actor` the login, `via` how they came (`local`, `as`, `seat`, `system`), `detail` what the
    deed noted, `save_id` the id shared by all rows of one unit of work.
    """

    seq: int
    at: int
    actor: str
    staff_id: int | None
    session: str
    via: str
    deed: str
    entity: str
    entity_id: int
    detail: Mapping[str, Any]
    save_id: str


def canonical(detail: Mapping[str, Any]) -> str:
    """A detail as the one JSON text that is stored and hashed.

    Raises:
        TypeError, ValueError: something in it is not JSON (ValueError for NaN and infinities).
    """
    return json.dumps(detail, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def link(prev: bytes, row: tuple[Any, ...]) -> bytes:
    """The hash of a row bound to `prev`; `row` has the columns from `at` to `save_id`, the detail as stored."""
    body = json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode()
    return hashlib.sha256(prev + body).digest()


def append(conn: sqlite3.Connection, row: tuple[Any, ...]) -> int:
    """Add a row, inside the caller's transaction; returns its number. `row` is as for `link`."""
    prev = _head(conn)
    cursor = conn.execute(
        f"INSERT INTO audit ({_COLUMNS}, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, prev, link(prev, row)),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def verify_chain(store: Store) -> int | None:
    """The number of the first row at which the chain does not hold, None when all of it does.

    Rows that were cut off at the end show too, as the number after the last: their numbers were given out.
    """
    with store.read():
        return broken_at(store.conn)


def broken_at(conn: sqlite3.Connection) -> int | None:
    """`verify_chain` of a connection on which nobody writes meanwhile."""
    prev, last = ORIGIN, 0
    for seq, *row, bound_to, own in conn.execute(f"SELECT seq, {_COLUMNS}, prev, hash FROM audit ORDER BY seq"):
        if seq != last + 1 or bound_to != prev or own != link(prev, tuple(row)):
            return last + 1
        prev, last = own, seq
    given_out = conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone() or (0,)
    return None if given_out[0] == last else last + 1


def newest_at(conn: sqlite3.Connection) -> int | None:
    """When the newest row was written, by the clock of then; None where there is no row."""
    row = conn.execute("SELECT at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return None if row is None else int(row[0])


def head(store: Store) -> str:
    """The hash of the newest row in hexadecimal: printed in backups and reports, it vouches for all rows before."""
    return head_of(store.conn)


def head_of(conn: sqlite3.Connection) -> str:
    """`head` of a connection."""
    return _head(conn).hex()


def rows_of(conn: sqlite3.Connection) -> int:
    """How many rows there are on a connection."""
    return int(conn.execute("SELECT count(*) FROM audit").fetchone()[0])


def chain_head(store: Store) -> ChainHead:
    """The head of the chain, with how many rows it vouches for."""
    with store.read():
        return ChainHead(head(store), newest(store))


def hash_at(store: Store, seq: int) -> str | None:
    """The hash of a row in hexadecimal, None where there is no such row."""
    found = store.value("SELECT hash FROM audit WHERE seq = ?", (seq,))
    return None if found is None else bytes(found).hex()


def row_of_hash(store: Store, beginning: str) -> int | None:
    """The number of the row whose hash begins so, in hexadecimal; None where there is none."""
    found = store.value(
        "SELECT seq FROM audit WHERE lower(hex(hash)) >= ? AND lower(hex(hash)) < ? || 'g' ORDER BY seq LIMIT 1",
        (beginning.lower(), beginning.lower()),
    )
    return None if found is None else int(found)


ROWS = Select(AuditRow, "audit u", "u")
"""Rows of the audit."""
_CALLED = """CASE u.entity
  WHEN 'visit' THEN (SELECT reference FROM visit WHERE id = u.entity_id)
  WHEN 'client' THEN (SELECT name FROM client WHERE id = u.entity_id)
  WHEN 'site' THEN (SELECT c.name || ' / ' || s.name FROM site s JOIN client c ON c.id = s.client_id WHERE s.id = u.entity_id)
  WHEN 'agreement' THEN (SELECT name FROM agreement WHERE id = u.entity_id)
  WHEN 'rate_card' THEN (SELECT name FROM rate_card WHERE id = u.entity_id)
  WHEN 'staff' THEN (SELECT name FROM staff WHERE id = u.entity_id)
  WHEN 'technician' THEN (SELECT name FROM staff WHERE id = u.entity_id)
  END"""


def matching(
    store: Store,
    *,
    visit_id: int | None = None,
    actor: str | None = None,
    since: int | None = None,
    until: int | None = None,
    deed: str | None = None,
    before: int | None = None,
    limit: int = 200,
) -> list[Found]:
    """The newest rows of a visit, of a login, from an instant on, before one, of a deed that holds a word: newest first.

    Args:
        before: only rows whose number is lower: the next page.
        limit: so many at most.
    """
    wanted = [
        (sql, value)
        for sql, value in (
            ("u.entity = 'visit' AND u.entity_id = ?", visit_id),
            ("u.actor = ? COLLATE NOCASE", actor),
            ("u.at >= ?", since),
            ("u.at < ?", until),
            ("instr(lower(u.deed), lower(?))", deed),
            ("u.seq < ?", before),
        )
        if value is not None
    ]
    where = " AND ".join(["1", *(sql for sql, _ in wanted)])
    found = ROWS.beside(
        store,
        f"coalesce(p.name, u.actor), coalesce({_CALLED}, '')",
        f"LEFT JOIN staff p ON p.id = u.staff_id WHERE {where} ORDER BY u.seq DESC LIMIT ?",
        (*(value for _, value in wanted), limit),
    )
    return [Found(*one) for one in found]


def last_of(store: Store, entity: str, entity_id: int) -> AuditRow | None:
    """The newest row about a record, None when there is none."""
    return next(iter(history_of(store, entity, entity_id, limit=1)), None)


def history_of(store: Store, entity: str, entity_id: int, *, limit: int = 100) -> list[AuditRow]:
    """The rows about a record, newest first, at most `limit`."""
    where = "WHERE u.entity = ? AND u.entity_id = ? ORDER BY u.seq DESC LIMIT ?"
    return ROWS.select(store, where, (entity, entity_id, limit))


def newest(store: Store) -> int:
    """The number of the newest row, 0 when there is none."""
    return int(store.value("SELECT coalesce(max(seq), 0) FROM audit"))


def after(store: Store, seq: int, *, limit: int = 200) -> list[tuple[Any, ...]]:
    """The rows after row `seq`, at most the newest `limit`, oldest first: each with the name of who did it and, for a visit,
    its reference and client."""
    return ROWS.beside(
        store,
        "coalesce(p.name, u.actor), coalesce(v.reference, ''), coalesce(c.name, '')",
        "LEFT JOIN staff p ON p.id = u.staff_id LEFT JOIN visit v ON u.entity = 'visit' AND v.id = u.entity_id "
        "LEFT JOIN site s ON s.id = v.site_id LEFT JOIN client c ON c.id = s.client_id "
        "WHERE u.seq > ? ORDER BY u.seq DESC LIMIT ?",
        (seq, limit),
    )[::-1]


def _head(conn: sqlite3.Connection) -> bytes:
    row = conn.execute("SELECT hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return bytes(row[0]) if row else ORIGIN
