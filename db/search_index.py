"""The index of everything said on visits: FTS5, where this SQLite has it.

Triggers note which visits have changed words (`search_stale`), and the unit that changed them brings the index up to date
before it is saved. The triggers never touch the index itself: a program whose SQLite has no FTS5 writes the same file, and
what it leaves stale is read word by word until somebody can index it. So what is found is right in any case.

sqlite-utils' `enable_fts` cannot make this index: it takes the text of one table, and here it comes from a view of sixteen;
its triggers write the index, which a program without FTS5 cannot do; and its import (125 ms) would be paid by every save.
"""

from __future__ import annotations

import contextlib
from functools import cache

from db.among import AMONG, keys_param
from db.library import sqlite3

AT_ONCE = 500
"""So many visits are indexed within one unit of work; the rest wait for the next ones."""


COLUMNS = "reference, client, site, technicians, work, notes, results, reasons, signed"


_INDEX = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS visit_search USING fts5({COLUMNS}, "
    "tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3')"
)


@cache
def possible() -> bool:
    """Whether this SQLite has FTS5."""
    with contextlib.closing(sqlite3.connect(":memory:")) as conn:
        try:
            conn.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
        except sqlite3.OperationalError:
            return False
    return True


def freshen(conn: sqlite3.Connection, most: int | None = AT_ONCE) -> int:
    """Index the visits whose words have changed, in the caller's transaction; returns how many.

    An index that cannot be written stops nobody's work: the visits stay stale, and are found without it.

    Args:
        most: at most so many; None for all.
    """
    if conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'search_stale'").fetchone() is None:
        return 0  # a schema from before there was anything to index
    stale = [row[0] for row in conn.execute("SELECT visit_id FROM search_stale LIMIT ?", (most or -1,))]
    if not stale or not possible():
        return 0
    ids = keys_param(stale)
    conn.execute("SAVEPOINT search")
    try:
        conn.execute(_INDEX)
        conn.execute(f"DELETE FROM visit_search WHERE rowid {AMONG}", ids)
        conn.execute(
            f"INSERT INTO visit_search (rowid, {COLUMNS}) SELECT visit_id, {COLUMNS} FROM visit_text WHERE visit_id {AMONG}",
            ids,
        )
        conn.execute(f"DELETE FROM search_stale WHERE visit_id {AMONG}", ids)
    except sqlite3.Error:
        if not conn.in_transaction:
            raise
        conn.execute("ROLLBACK TO search")
        stale = []
    conn.execute("RELEASE search")
    return len(stale)
