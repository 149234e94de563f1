"""Records as rows: what a table has follows from the fields of a frozen dataclass."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from db.names import changed
from db.store import Store
from dispatch.model.travel import Place

if TYPE_CHECKING:
    from db.unit import Unit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stored:
    """How a field stands in its columns: `out` gives their values, `back` takes them."""

    columns: tuple[str, ...]
    out: Callable[[Any], tuple[Any, ...]]
    back: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A field of many, each a row of a table of its own; `numbered` where their order is kept in a column `position`."""

    table: str
    key: str
    columns: tuple[str, ...]
    of: Callable[..., Any]
    order: str = "id"
    numbered: bool = False

    def rows(self, value: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The columns of each."""
        if len(self.columns) == 1:
            return [(one,) for one in value]
        return [tuple(getattr(one, column) for column in self.columns) for one in value]


def words(column: str, of: Callable[[str], Any] = str, between: str = ";") -> Stored:
    """Words in one column."""
    return Stored(
        (column,),
        lambda value: (between.join(value),),
        lambda text: tuple(map(of, text.split(between))) if text else (),
    )


def pair(first: str, second: str, of: Callable[..., Any] = lambda *both: both) -> Stored:
    """Two columns that are both empty where there is nothing."""
    return Stored(
        (first, second),
        lambda value: (None, None) if value is None else _both(value),
        lambda *both: None if both[0] is None else of(*both),
    )


def _both(value: Any) -> tuple[Any, ...]:
    return (value.lat, value.lon) if isinstance(value, Place) else tuple(value)


def _day(name: str) -> Stored:
    return Stored(
        (name,),
        lambda day: (None if day is None else day.isoformat(),),
        lambda text: datetime.date.fromisoformat(text) if text else None,
    )


_BY_TYPE: Mapping[str, Callable[[str], Stored]] = {
    "bool": lambda name: Stored((name,), lambda value: (int(value),), bool),
    "datetime.date": _day,
    "datetime.date | None": _day,
    "Place | None": lambda name: pair("lat", "lon", Place),
}


class Rows(Generic[T]):
    """The records of a table with an `id`, a `version` and `archived_at`. In `where`, `r` is the table.

    Args:
        stored: fields that do not stand as they are in a column of their name; of the others the type says it.
        lists: fields of many.
        read_only: fields that are read, and written elsewhere.
    """

    def __init__(
        self,
        table: str,
        cls: type[T],
        *,
        order: str = "r.id",
        stored: Mapping[str, Stored] | None = None,
        lists: Mapping[str, Listed] | None = None,
        read_only: Sequence[str] = (),
    ) -> None:
        self._table, self._cls, self._order, self._lists = table, cls, order, dict(lists or {})
        archived = Stored(("archived_at",), tuple, lambda at: at is not None)
        self._stored: dict[str, Stored] = {}
        self._plan: list[tuple[str, Callable[..., Any] | None, int, int]] = []
        columns: list[str] = []
        for field in fields(cls):  # type: ignore[arg-type]
            kind = (stored or {}).get(field.name) or (archived if field.name == "archived" else None)
            if kind is None and (made := _BY_TYPE.get(str(field.type))) is not None:
                kind = made(field.name)
            if field.name in self._lists:
                self._plan.append((field.name, None, -1, -1))
                continue
            own = (field.name,) if kind is None else kind.columns
            self._plan.append((field.name, None if kind is None else kind.back, len(columns), len(columns) + len(own)))
            columns += own
            if field.name not in ("id", "version", "archived", *read_only):
                self._stored[field.name] = kind or Stored(own, lambda value: (value,), lambda value: value)
        self._select = f"SELECT {', '.join(f'r.{column}' for column in columns)} FROM {table} r"

    def select(self, store: Store, where: str, params: Sequence[Any] = (), *, alone: int | None = None) -> list[T]:
        """The records that `where` selects; `alone` is the id where there is only one: no list of another is read."""
        rows = store.all(f"{self._select} {where}", params)
        if not rows:
            return []
        lists = {name: self._listed(store, one, alone) for name, one in self._lists.items()}
        return [
            self._cls(
                *(
                    tuple(lists[name].get(row[0], ())) if at < 0 else row[at] if back is None else back(*row[at:end])
                    for name, back, at, end in self._plan
                )
            )
            for row in rows
        ]

    def one(self, store: Store, key: int) -> T | None:
        """The record with that id, archived or not."""
        return next(iter(self.select(store, "WHERE r.id = ?", (key,), alone=key)), None)

    def all(self, store: Store) -> list[T]:
        """Every record that is not archived; as many queries whatever their number."""
        return self.select(store, f"WHERE r.archived_at IS NULL ORDER BY {self._order}")

    def add(self, unit: Unit, new: T) -> int:
        """Add a record; returns its id.

        Raises:
            Refused: the database forbids it; a name is taken.
        """
        key = unit.insert(self._table, **self._columns(new))
        for name, one in self._lists.items():
            self._write(unit, one, key, getattr(new, name))
        unit.audit(self._table, key, **self._picture(new))
        return key

    def update(self, unit: Unit, before: Any, after: Any) -> int:
        """Take over what `after` says differently; returns the new version.

        Raises:
            Stale: somebody else changed the record since `before` was read.
            Refused: the database forbids it; a name is taken.
        """
        version = unit.update(self._table, before.id, before.version, **self._columns(after))
        for name, one in self._lists.items():
            if getattr(before, name) != getattr(after, name):
                unit.execute(f"DELETE FROM {one.table} WHERE {one.key} = ?", (before.id,))
                self._write(unit, one, before.id, getattr(after, name))
        unit.audit(self._table, before.id, changed=changed(self._picture(before), self._picture(after)))
        return version

    def shelve(self, unit: Unit, record: Any, at: int | None) -> int:
        """Archive a record, or with None take it back; returns the new version."""
        return unit.update(self._table, record.id, record.version, archived_at=at)

    def _columns(self, record: T) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, kind in self._stored.items():
            found.update(zip(kind.columns, kind.out(getattr(record, name)), strict=True))
        return found

    def _picture(self, record: T) -> dict[str, Any]:
        lists = {name: one.rows(getattr(record, name)) for name, one in self._lists.items()}
        return self._columns(record) | {
            name: [row[0] if len(row) == 1 else list(row) for row in rows] for name, rows in lists.items()
        }

    @staticmethod
    def _listed(store: Store, one: Listed, alone: int | None) -> dict[int, list[Any]]:
        scope, of_one = ("", ()) if alone is None else (f"WHERE {one.key} = ?", (alone,))
        found: dict[int, list[Any]] = {}
        query = f"SELECT {one.key}, {', '.join(one.columns)} FROM {one.table} {scope} ORDER BY {one.key}, {one.order}"
        for key, *columns in store.all(query, of_one):
            found.setdefault(key, []).append(one.of(*columns))
        return found

    @staticmethod
    def _write(unit: Unit, one: Listed, key: int, value: Sequence[Any]) -> None:
        columns = (one.key, *(("position",) if one.numbered else ()), *one.columns)
        rows = [(key, *((place,) if one.numbered else ()), *row) for place, row in enumerate(one.rows(value), 1)]
        marks = ", ".join("?" * len(columns))
        unit.execute_many(f"INSERT INTO {one.table} ({', '.join(columns)}) VALUES ({marks})", rows)
