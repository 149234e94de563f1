"""The audit as it is read: what was done, by whom and when, about a record or by its hash."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from db.chain import broken_at, erased_numbers, head_of
from db.rows import Query, Select, value
from db.store import Store


class ChainHead(NamedTuple):
    """The newest row of the audit: its hash in hexadecimal, and its number, which is how many rows there are."""

    hash: str
    rows: int

    @property
    def short(self) -> str:
        """Enough of it to be written into a report: the first 64 bits of the hash, and the number of the row."""
        return f"{self.hash[:16]}@{self.rows}"


class NamedAuditRow(NamedTuple):
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


def verify_chain(store: Store) -> int | None:
    """The number of the first row at which the chain does not hold, None when all of it does.

    Rows that were cut off at the end show too, as the number after the last: their numbers were given out.
    """
    with store.read():
        return broken_at(store.conn)


def erased_rows(store: Store) -> int:
    """How many rows have another text since something of a client was erased."""
    return len(erased_numbers(store.conn))


def head(store: Store) -> str:
    """The hash of the newest row in hexadecimal: printed in backups and reports, it vouches for all rows before."""
    return head_of(store.conn)


def chain_head(store: Store) -> ChainHead:
    """The head of the chain, with how many rows it vouches for."""
    with store.read():
        return ChainHead(head(store), newest(store))


hash_at: Query[str | None, int] = value("SELECT lower(hex(hash)) FROM audit WHERE seq = ?")
"""The hash of a row in hexadecimal, None where there is no such row."""
row_of_hash: Query[int | None, str] = value(
    "SELECT seq FROM audit WHERE lower(hex(hash)) >= lower(?1) AND lower(hex(hash)) < lower(?1) || 'g' ORDER BY seq LIMIT 1"
)
"""The number of the row whose hash begins so, in hexadecimal; None where there is none."""


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
) -> list[NamedAuditRow]:
    """The newest rows of a visit, of a login, from an instant on, before one, of a deed that holds a word: newest first.

    Args:
        before: only rows whose number is lower: the next page.
        limit: so many at most.
    """
    conditions = [
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
    where = " AND ".join(["1", *(sql for sql, _ in conditions)])
    rows = ROWS.with_extra(
        store,
        f"coalesce(p.name, u.actor), coalesce({_CALLED}, '')",
        f"LEFT JOIN staff p ON p.id = u.staff_id WHERE {where} ORDER BY u.seq DESC LIMIT ?",
        (*(value for _, value in conditions), limit),
    )
    return [NamedAuditRow(*row) for row in rows]


def last_deed(store: Store, staff_id: int, since: int, deeds: Collection[str]) -> NamedAuditRow | None:
    """The newest row of a person behind row `since` that is of one of some deeds, None when there is none."""
    where = (
        "WHERE u.staff_id = ? AND u.seq > ? AND u.deed IN (SELECT value FROM json_each(?)) ORDER BY u.seq DESC LIMIT 1"
    )
    params = (staff_id, since, json.dumps(sorted(deeds)))
    rows = ROWS.with_extra(store, f"u.actor, coalesce({_CALLED}, '')", where, params)
    return next((NamedAuditRow(*row) for row in rows), None)


def last_of(store: Store, entity: str, entity_id: int) -> AuditRow | None:
    """The newest row about a record, None when there is none."""
    return next(iter(history_of(store, entity, entity_id, limit=1)), None)


def history_of(store: Store, entity: str, entity_id: int, *, limit: int = 100) -> list[AuditRow]:
    """The rows about a record, newest first, at most `limit`."""
    where = "WHERE u.entity = ? AND u.entity_id = ? ORDER BY u.seq DESC LIMIT ?"
    return ROWS.select(store, where, (entity, entity_id, limit))


newest: Query[int] = value("SELECT coalesce(max(seq), 0) FROM audit")
"""The number of the newest row, 0 when there is none."""


def after(store: Store, seq: int, *, limit: int = 200) -> list[tuple[Any, ...]]:
    """The rows after row `seq`, at most the newest `limit`, oldest first: each with the name of who did it, whether that is
    somebody of the office and, for a visit, its reference and client."""
    return ROWS.with_extra(
        store,
        "coalesce(p.name, u.actor), "
        "EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = u.staff_id AND r.role IN ('dispatcher', 'lead')), "
        "coalesce(v.reference, ''), coalesce(c.name, '')",
        "LEFT JOIN staff p ON p.id = u.staff_id LEFT JOIN visit v ON u.entity = 'visit' AND v.id = u.entity_id "
        "LEFT JOIN site s ON s.id = v.site_id LEFT JOIN client c ON c.id = s.client_id "
        "WHERE u.seq > ? ORDER BY u.seq DESC LIMIT ?",
        (seq, limit),
    )[::-1]
