"""The tables and columns of the open database: names that code writes into SQL are looked up here first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from db.faults import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable

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


class Catalogue:
    """Looks each table up once: the schema does not change under a session without its units being refused."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._tables: dict[str, Table] = {}

    def table(self, name: str) -> Table:
        """The table of that name, spelt as in the schema.

        Raises:
            Misuse: there is none, or it is a view.
        """
        known = self._tables.get(name)
        if known is None:
            known = self._tables[name] = self._look_up(name)
        return known

    def _look_up(self, name: str) -> Table:
        if (
            self._conn.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
            is None
        ):
            raise Misuse(f"there is no table {name}")
        # table_xinfo: position, name, type, not null, default, position in the key, 0 for a plain column
        rows = self._conn.execute("SELECT name, pk FROM pragma_table_xinfo(?) WHERE hidden = 0", (name,)).fetchall()
        key = tuple(column for _, column in sorted((pk, column) for column, pk in rows if pk))
        return Table(name, frozenset(column for column, _ in rows), key)
