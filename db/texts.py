"""Every text of a database, looked at: whether it is UTF-8, and whether it holds what `clean` would have refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from db.library import sqlite3
from dispatch.model.text import first_refused

_TABLES = """
  SELECT name FROM sqlite_master
  WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'visit\\_search%' ESCAPE '\\'
"""


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
    conn.text_factory = bytes
    for table in tables:
        if not columns[table]:
            continue
        named = ", ".join(f'"{column}"' for column in columns[table])
        for number, row in enumerate(conn.execute(f'SELECT {named} FROM "{table}"'), start=1):
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
                if (found := first_refused(text)) is not None:
                    yield BadText(where, f"holds {found}", readable=True)


_PLAIN = bytes([9, 10, *range(32, 127)])
"""What most texts consist of, and what is always allowed."""
