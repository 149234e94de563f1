"""One question to the database in SQL: read-only, and nothing that is nobody's business.

The connection is opened for reading, and an authorizer looks at everything that a statement would touch, through views
and subqueries as well: tables of ours by name, functions of a list. What is not allowed here is refused, so that a
table-valued function, a pragma or an extension of some SQLite is never forgotten.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from db import copies
from db.faults import StoreFault, Unanswered, damaged_text, is_of_text, translated
from db.library import sqlite3
from db.store import Store

SECONDS = 10.0
"""So long a question may take."""
MOST = 100_000
"""So many rows an answer may have."""
UNREADABLE = frozenset(
    {"key", "session", "change", "calendar_salt", "probe_order", "survey_ask", "taking", "anonymous_answer"}
)
"""Who may come in and where they sit, what somebody could still take back, and what must not be guessed."""

_INNER = ("sqlite_", "pragma_", "dbstat", "visit_search", "search_stale", "draft", "_litestream_")
_NAMES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
_JSON = frozenset({"json_each", "json_tree"})
_OPENING = ("OpenRead", "ReopenIdx", "OpenWrite")
_STEPS = 5_000

_OK, _DENY = 0, 1
_READ, _SELECT, _FUNCTION, _RECURSIVE = 20, 21, 31, 33
# fmt: off
_FUNCTIONS = frozenset({
    "abs", "avg", "ceil", "ceiling", "char", "coalesce", "concat", "concat_ws", "count", "cume_dist", "date",
    "datetime", "dense_rank", "exp", "first_value", "floor", "format", "glob", "group_concat", "hex", "ifnull",
    "iif", "if", "instr", "json", "json_array", "json_array_length", "json_extract", "json_group_array",
    "json_group_object", "json_object", "json_quote", "json_type", "json_valid", "julianday", "lag", "last_value",
    "lead", "length", "like", "likelihood", "likely", "ln", "log", "log10", "log2", "lower", "ltrim", "max",
    "median", "min", "mod", "nth_value", "ntile", "nullif", "octet_length", "percent_rank", "percentile", "pow",
    "power", "printf", "quote", "rank", "replace", "round", "row_number", "rtrim", "sign", "sqrt", "strftime",
    "string_agg", "substr", "substring", "sum", "time", "timediff", "total", "trim", "trunc", "typeof", "unicode",
    "unixepoch", "unlikely", "upper", "->", "->>"
})
# fmt: on


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The rows of a question, each as long as `columns`; two columns of one name are told apart."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def ask(
    store: Store,
    sql: str,
    *,
    seconds: float = SECONDS,
    monotonic: Callable[[], float] = time.monotonic,
    most: int = MOST,
) -> QueryResult:
    """Answer one SELECT (or WITH, or VALUES) on a connection of its own.

    Args:
        store: the database.
        sql: the statement.
        seconds: after so long it is ended.
        monotonic: seconds that never go back.
        most: so many rows are taken.

    Raises:
        Unanswered: it is no SELECT, touches what may not be read, takes too long or has too many rows, or SQLite does not
            understand it.
    """
    from sqlite_utils.utils import dedupe_keys  # 125 ms, once the question is known to be one

    until = monotonic() + seconds
    denied: list[str] = []
    with contextlib.closing(_reader(store)) as conn:
        allowed, there = readable(conn), {name.lower() for (name,) in conn.execute(_NAMES)}
        conn.set_authorizer(lambda *asked: _allows(allowed, there, denied, *asked[:3]))
        conn.set_progress_handler(lambda: monotonic() >= until, _STEPS)
        try:
            _refuse_opening(conn, sql, allowed, denied)
            cursor = conn.execute(sql)
            if cursor.description is None:
                raise Unanswered("A question is a SELECT; this is none. Nothing was changed.")
            rows = cursor.fetchmany(most + 1)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            raise _refused(error, denied, over=monotonic() >= until, seconds=seconds) from None
        if len(rows) > most:
            raise Unanswered(f"The answer has more than {most:,} rows. Narrow it down, or end it with LIMIT {most}.")
        return QueryResult(tuple(dedupe_keys(column[0] for column in cursor.description)), tuple(rows))


def tables(store: Store) -> QueryResult:
    """Every column of the tables and views that may be asked, with its type."""
    allowed = readable(store.conn)
    relations = sorted((*store.utils.tables, *store.utils.views), key=lambda relation: str(relation.name))
    rows = [
        (relation.name, column.name, column.type)
        for relation in relations
        if relation.name in allowed
        for column in relation.columns
    ]
    return QueryResult(("table", "column", "type"), tuple(rows))


def readable(conn: sqlite3.Connection) -> frozenset[str]:
    """The tables and views that a question may read."""
    names = conn.execute(_NAMES).fetchall()
    return frozenset(name for (name,) in names if name not in UNREADABLE and not name.startswith(_INNER))


def _refuse_opening(conn: sqlite3.Connection, sql: str, allowed: frozenset[str], denied: list[str]) -> None:
    """Look at what the statement would open: of the columns that JOIN … USING names the authorizer is not told."""
    steps = conn.execute(f"EXPLAIN {sql}")
    opened = {root for _, step, _, root, database, *_ in steps if step in _OPENING and database == 0}
    for name, root in conn.execute("SELECT tbl_name, rootpage FROM sqlite_master WHERE rootpage > 0"):
        if root in opened and name not in allowed:
            denied.append(f"read {name}")
            raise sqlite3.DatabaseError("not authorized")


def _reader(store: Store) -> sqlite3.Connection:
    with translated():
        conn = copies.connect(store.path, mode="ro") if store.read_only is None else store.reader()
        for setting in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON"):
            conn.execute(f"PRAGMA {setting}")
        return conn


def _allows(
    allowed: frozenset[str], there: set[str], denied: list[str], action: int, first: str | None, second: str | None
) -> int:
    if action in (_SELECT, _RECURSIVE):
        return _OK
    if action == _READ:
        # a table of which no column is read, as in count(*), is named as it was typed
        name = (first or "").lower()
        if name in allowed or name in _JSON or name == "sqlite_master":
            return _OK
        # and so is what WITH has named, which is no table
        if not second and name not in there and not name.startswith(_INNER):
            return _OK
    if action == _FUNCTION and second in _FUNCTIONS:
        return _OK
    denied.append(f"read {first}" if action == _READ else f"call {second}" if action == _FUNCTION else "do this")
    return _DENY


def _refused(error: Exception, denied: list[str], *, over: bool, seconds: float) -> StoreFault:
    if denied:
        return Unanswered(
            f"A question may not {denied[0]}. It is a SELECT on tables of the trade; nothing was changed."
        )
    if over:
        return Unanswered(
            f"No answer after {seconds:g} seconds, so it was ended. Ask for less, or by a column with an index."
        )
    if is_of_text(error) and "JSON" not in str(error):  # that may be the question's own
        return damaged_text("")
    return Unanswered(f"SQLite does not take the question: {str(error).rstrip('.')}.")
