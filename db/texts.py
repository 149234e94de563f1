"""Every text of a database, looked at: whether it is UTF-8, and whether it holds what `clean` would have refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from db.library import sqlite3
from dispatch.model.text import first_refused

_TABLES = """
  SELECT name FROM sqlite_master
  WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'visit\\_search%' ESCAPE '\\'
"""

_HAS_ID = "SELECT 1 FROM pragma_table_info(?) WHERE name = 'id'"


@dataclass(frozen=True, slots=True)
class BadText:
    """A text that is not as this program stores it: where it stands, and what is wrong.

    `readable` says whether it is text at all; one that is not can only come of damage.
    """

    where: str
    what: str
    readable: bool

    def __str__(self) -> str:
        return f"{self.where} {self.what}"


def bad_texts(conn: sqlite3.Connection) -> Iterator[BadText]:
    """All of them, in the order of the tables.

    Args:
        conn: a connection of its own: what it reads from then on are bytes.
    """
    tables = [name for (name,) in conn.execute(_TABLES)]
    columns = {
        table: [name for _, name, kind, *_ in conn.execute(f'PRAGMA table_info("{table}")') if kind == "TEXT"]
        for table in tables
    }
    numbered = {table for table in tables if conn.execute(_HAS_ID, (table,)).fetchone()}
    conn.text_factory = bytes
    for table in tables:
        if not columns[table]:
            continue
        named = ", ".join(f'"{column}"' for column in columns[table])
        key = "id" if table in numbered else "row_number() OVER ()"
        for number, *row in conn.execute(f'SELECT {key}, {named} FROM "{table}"'):
            if not b"".join(filter(None, row)).translate(None, _PLAIN):
                continue
            for column, value in zip(columns[table], row, strict=True):
                if value is None:
                    continue
                where = f"{table}.{column}, row {number},"
                try:
                    text = value.decode()
                except UnicodeDecodeError:
                    yield BadText(where, "is no UTF-8", readable=False)
                    continue
                if (fault := first_refused(text)) is not None:
                    yield BadText(where, f"holds {fault}", readable=True)


def damaged_at(conn: sqlite3.Connection) -> str:
    """Where texts are no UTF-8: the first of them, and how many more there are; empty: nowhere.

    Args:
        conn: as for `bad_texts`.
    """
    places = [bad.where.rstrip(",") for bad in bad_texts(conn) if not bad.readable]
    return "" if not places else places[0] if len(places) == 1 else f"{places[0]}, and {len(places) - 1:,} more"


def rows_with_damage(conn: sqlite3.Connection, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a query, of which some text is no UTF-8: its bytes are read so that `show` shows where it is damaged and
    `clean` refuses it. What is asked for may be such a text, too."""
    conn.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        return conn.execute(sql, [_without_damage(param) for param in params]).fetchall()
    finally:
        conn.text_factory = str


def _without_damage(param: Any) -> Any:
    """A text that is asked for, as SQLite takes it: one that is damaged finds nothing."""
    if not isinstance(param, str):
        return param
    try:
        param.encode()
    except UnicodeEncodeError:
        return param.encode("utf-8", "surrogatepass")
    return param


_PLAIN = bytes([9, 10, *range(32, 127)])
"""What most texts consist of, and what is always allowed."""
