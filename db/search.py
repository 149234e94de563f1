"""Searching everything said on visits: by the index (FTS5) where this SQLite has it, else by reading every visit.

Triggers note which visits have changed words (`search_stale`), and the unit that changed them brings the index up to date
before it is saved. The triggers never touch the index itself: a program whose SQLite has no FTS5 writes the same file, and
what it leaves stale is read word by word until somebody can index it. So what is found is right in any case.

sqlite-utils' `enable_fts` cannot make this index: it takes the text of one table, and here it comes from a view of sixteen;
its triggers write the index, which a program without FTS5 cannot do; and its import (125 ms) would be paid by every save.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from db.among import AMONG, keys_param
from db.faults import StoreFault
from db.library import sqlite3

if TYPE_CHECKING:
    from db.store import Store

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
    if conn.execute("PRAGMA table_info(search_stale)").fetchone() is None:
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


WORDS = 12
"""So many words of a query count."""


class Index(NamedTuple):
    """How the index stands: whether this SQLite can have one, how many visits are in it, how many wait to be."""

    possible: bool
    indexed: int
    waiting: int


def matching(store: Store, typed: str) -> frozenset[int] | None:
    """The visits in whose words every typed word begins one, whatever its case and accents; None: nothing was typed.

    What is typed never reaches SQLite as a query: letters and digits of it do, between quotes, each as a beginning. A word
    with signs in it (`10.0.0.5`, `R4001-b`) is looked for in one piece.
    """
    words = words_of(typed)
    if not words:
        return frozenset() if typed.strip() else None
    with store.read():
        indexed = _indexed(store, words)
        if indexed is None:
            return frozenset(_read(store, words))
        stale = [row[0] for row in store.all("SELECT visit_id FROM search_stale")]
        return frozenset(indexed.difference(stale) | set(_read(store, words, stale)) if stale else indexed)


def words_of(typed: str) -> list[str]:
    """What is looked for: plain words, or several that follow each other where signs stood between them."""
    plain = (_plain(word) for word in typed.split())
    return list(dict.fromkeys(word for word in plain if word))[:WORDS]


def state(store: Store) -> Index:
    """How the index stands."""
    indexed = store.value("SELECT count(*) FROM visit_search_docsize") if _there(store) else 0
    return Index(possible(), int(indexed), int(store.value("SELECT count(*) FROM search_stale")))


def _there(store: Store) -> bool:
    made = "SELECT 1 FROM sqlite_master WHERE name = 'visit_search' AND sql LIKE 'CREATE VIRTUAL TABLE%'"
    return possible() and store.one(made) is not None


def _indexed(store: Store, words: Iterable[str]) -> set[int] | None:
    """The visits that the index has for these words; None: there is no index, or it is damaged."""
    if not _there(store):
        return None
    query = " ".join(f'"{word}"*' for word in words)
    try:
        return {row[0] for row in store.all("SELECT rowid FROM visit_search WHERE visit_search MATCH ?", (query,))}
    except (StoreFault, sqlite3.Error):
        return None


def _read(store: Store, words: Iterable[str], ids: Iterable[int] | None = None) -> list[int]:
    """The visits, among `ids` where they are given, whose words are those looked for: the slow way."""
    where, params = ("", ()) if ids is None else (f" WHERE visit_id {AMONG}", keys_param(ids))
    rows = store.all(f"SELECT visit_id, {COLUMNS} FROM visit_text{where}", params)
    beginnings = [f" {word}" for word in words]
    visits = []
    for visit_id, *columns in rows:
        text = "|".join(f" {_plain(column)}" for column in columns)
        if all(word in text for word in beginnings):
            visits.append(visit_id)
    return visits


def _plain(text: str) -> str:
    """Text as the index has it: small letters and digits without accents, all else a space."""
    text = unicodedata.normalize("NFD", text.lower()) if not text.isascii() else text.lower()
    letters = "".join(
        letter
        if letter.isalnum() or unicodedata.category(letter) == "Co"
        else ""
        if unicodedata.category(letter) == "Mn"
        else " "
        for letter in text
    )
    return " ".join(letters.split())
