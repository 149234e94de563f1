"""The tables and columns of the open database: names that code writes into SQL are looked up here first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from db.faults import Misuse
from db.library import sqlite3


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is: `key` has the columns of the primary key, in order."""

    name: str
    columns: frozenset[str]
    key: tuple[str, ...]

    def require(self, columns: Iterable[str]) -> None:
        """Refuse columns that the table does not have.

        Raises:
            Misuse: there are such.
        """
        unknown = sorted(set(columns) - self.columns)
        if unknown:
            raise Misuse(f"table {self.name} has no column {', '.join(unknown)}")


class Catalogue(dict[str, Table]):
    """The tables by their names as the schema spells them, each looked up once: no schema changes under a session without its
    units being refused.

    Raises:
        Misuse: there is no such table, or it is a view.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def __missing__(self, name: str) -> Table:
        known = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        if self._conn.execute(known, (name,)).fetchone() is None:
            raise Misuse(f"there is no table {name}")
        # table_xinfo: position, name, type, not null, default, position in the key, 0 for a plain column
        rows = self._conn.execute("SELECT name, pk FROM pragma_table_xinfo(?) WHERE hidden = 0", (name,)).fetchall()
        key = tuple(column for _, column in sorted((pk, column) for column, pk in rows if pk))
        self[name] = Table(name, frozenset(column for column, _ in rows), key)
        return self[name]
