"""The chain of the audit: each row bound to the one before it by a hash.

The hash of a row is SHA-256 over the hash before it (32 zero bytes for the first) and the canonical JSON of the row.
Triggers keep rows from being changed, removed or added out of turn; the chain shows it when somebody went round them.

Where the text of a client was erased (db.erasing), a row has another detail and the hash that it always had. The newest row about
an erasure vouches for all of them, of this erasure and of those before: it names them, and has a digest of how they read since. A
row that reads otherwise and is not named there, or not so, breaks the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from db.library import sqlite3

ORIGIN = bytes(32)
"""What the first row is bound to."""
ERASURE = "erasure"
"""The entity of the rows that vouch for those whose text was erased."""


_COLUMNS = "at, actor, staff_id, session, via, deed, entity, entity_id, detail, save_id"


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


def broken_at(conn: sqlite3.Connection) -> int | None:
    """The number of the first row at which the chain does not hold, None when all of it does; nobody writes meanwhile.

    Rows that were cut off at the end show too, as the number after the last: their numbers were given out.
    """
    prev, last = ORIGIN, 0
    erased, otherwise = _vouched_for(conn)
    if otherwise is not None:
        return otherwise
    for seq, *row, bound_to, own in conn.execute(f"SELECT seq, {_COLUMNS}, prev, hash FROM audit ORDER BY seq"):
        if seq != last + 1 or bound_to != prev or (seq not in erased and own != link(prev, tuple(row))):
            return last + 1
        prev, last = own, seq
    given_out = conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone() or (0,)
    return None if given_out[0] == last else last + 1


def erased(conn: sqlite3.Connection, new: Mapping[int, str]) -> dict[str, Any]:
    """Give rows another detail, by number, in a transaction that lets it through; returns what the row of the erasure says."""
    for seq, detail in new.items():
        conn.execute("UPDATE audit SET detail = ? WHERE seq = ?", (detail, seq))
    numbers = sorted(_newest_erasure(conn)[0] | new.keys())
    return {"rows": _spans(numbers), "digest": _digest(conn, numbers)}


def erased_numbers(conn: sqlite3.Connection) -> frozenset[int]:
    """The numbers of the rows whose text was erased, as the newest erasure has them."""
    return _newest_erasure(conn)[0]


def _vouched_for(conn: sqlite3.Connection) -> tuple[frozenset[int], int | None]:
    """The rows whose text was erased; and the first of them where they do not read as the newest erasure has it, else None."""
    numbers, digest = _newest_erasure(conn)
    if not numbers or _digest(conn, sorted(numbers)) == digest:
        return numbers, None
    return numbers, min(numbers)


def _newest_erasure(conn: sqlite3.Connection) -> tuple[frozenset[int], str]:
    sql = "SELECT seq, detail FROM audit WHERE entity = ? ORDER BY seq DESC"
    for seq, text in conn.execute(sql, (ERASURE,)):
        detail = json.loads(text)
        if "rows" in detail:
            spans = detail["rows"]
            # it vouches for what was before it, never for itself
            return frozenset(n for first, last in spans for n in range(first, last + 1) if n < seq), detail["digest"]
    return frozenset(), ""


def _digest(conn: sqlite3.Connection, numbers: Sequence[int]) -> str:
    """SHA-256 over how rows read now."""
    digest = hashlib.sha256()
    for number in numbers:
        row = conn.execute(f"SELECT prev, {_COLUMNS} FROM audit WHERE seq = ?", (number,)).fetchone()
        digest.update(b"" if row is None else link(row[0], tuple(row[1:])))
    return digest.hexdigest()


def _spans(numbers: Sequence[int]) -> list[list[int]]:
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return spans


def newest_at(conn: sqlite3.Connection) -> int | None:
    """When the newest row was written, by the clock of then; None where there is no row."""
    row = conn.execute("SELECT at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return None if row is None else int(row[0])


def last_change(conn: sqlite3.Connection, entity: str, entity_id: int) -> tuple[str, int] | None:
    """The login of who changed a record last, and when; None where nothing was noted of it."""
    sql = "SELECT actor, at FROM audit WHERE entity = ? AND entity_id = ? ORDER BY seq DESC LIMIT 1"
    row: tuple[str, int] | None = conn.execute(sql, (entity, entity_id)).fetchone()
    return row


def head_of(conn: sqlite3.Connection) -> str:
    """The hash of the newest row in hexadecimal: printed in backups and reports, it vouches for all rows before."""
    return _head(conn).hex()


def rows_of(conn: sqlite3.Connection) -> int:
    """How many rows there are on a connection."""
    return int(conn.execute("SELECT count(*) FROM audit").fetchone()[0])


def _head(conn: sqlite3.Connection) -> bytes:
    row = conn.execute("SELECT hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return bytes(row[0]) if row else ORIGIN
