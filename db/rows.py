"""Records as rows: what is read and written follows from the fields of a named tuple or a frozen dataclass."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass
from enum import EnumType
from typing import Any, Generic, TypeVar, TypeVarTuple

from db.among import group_rows
from db.names import changed
from db.store import Store
from db.unit import Unit
from dispatch.model.travel import Place

R = TypeVar("R")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class Stored:
    """How a field stands in its columns: `to_columns` gives their values, `from_columns` takes them. NULL in the first is None."""

    columns: tuple[str, ...]
    to_columns: Callable[[Any], tuple[Any, ...]]
    from_columns: Callable[..., Any] | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A field of many, each a row of a table of its own; `numbered` where their order is kept in a column `position`."""

    table: str
    key: str
    columns: tuple[str, ...]
    of: Callable[..., Any]
    order: str = "id"
    numbered: bool = False

    def rows(self, value: Iterable[Any]) -> list[tuple[Any, ...]]:
        """The columns of each."""
        if len(self.columns) == 1:
            return [(item,) for item in value]
        return [tuple(getattr(item, column) for column in self.columns) for item in value]

    def write(self, unit: Unit, key: int, value: Iterable[Any]) -> None:
        """Give a record these, and no others."""
        unit.execute(f"DELETE FROM {self.table} WHERE {self.key} = ?", (key,))
        columns = (self.key, *(("position",) if self.numbered else ()), *self.columns)
        rows = [(key, *((place,) if self.numbered else ()), *row) for place, row in enumerate(self.rows(value), 1)]
        marks = ", ".join("?" * len(columns))
        unit.execute_many(f"INSERT INTO {self.table} ({', '.join(columns)}) VALUES ({marks})", rows)


def words(column: str, of: Callable[[str], Any] = str, between: str = ";") -> Stored:
    """Words in one column."""
    return Stored(
        (column,),
        lambda value: (between.join(value),),
        lambda text: tuple(map(of, text.split(between))) if text else (),
    )


def column(name: str) -> Stored:
    """One column as it is, of another name."""
    return Stored((name,), lambda value: (value,), None)


def word_set(name: str, of: Callable[[str], Any] = str) -> Stored:
    """Words in no order, that stand in a table of their own and are read joined by `;`."""
    return Stored(
        (f"coalesce({name}, '')",), tuple, lambda text: frozenset(map(of, text.split(";"))) if text else frozenset()
    )


def pair(first: str, second: str, of: Callable[..., Any] = lambda *both: both) -> Stored:
    """Two columns that are both empty where there is nothing."""
    return Stored(
        (first, second),
        lambda value: (None, None) if value is None else (value.lat, value.lon) if of is Place else tuple(value),
        of,
    )


class Query(Generic[R, *Ts]):
    """A question with a name: of a store, with parameters of these types, and an answer of that one.

    A day is given as it is, and so are several keys for one `AMONG`.
    """

    def __init__(self, run: Callable[[Store, Sequence[Any]], R]) -> None:
        self._run = run

    def __call__(self, store: Store, *params: *Ts) -> R:
        return self._run(store, [_given(param) for param in params])


def value(sql: str) -> Query[Any, *Ts]:
    """The first column of the first row; None where there is none."""
    return Query(lambda store, params: store.value(sql, params))


def values(sql: str) -> Query[list[Any], *Ts]:
    """The first column of each row."""
    return Query(lambda store, params: [first for first, *_ in store.all(sql, params)])


def rows(sql: str) -> Query[list[Any], *Ts]:
    """All rows."""
    return Query(lambda store, params: store.all(sql, params))


def _given(value: Any) -> Any:
    if value is None or isinstance(value, (int, str)):
        return value
    return value.isoformat() if isinstance(value, datetime.date) else json.dumps(list(value))


def part(of: Select[Any]) -> Stored:
    """A record within a record: its columns stand beside those of the other, and the first of them is never empty."""
    columns = tuple(column for kind in of.own.values() for column in kind.columns)
    return Stored(columns, lambda record: tuple(of.columns(record).values()), lambda *values: of.records([values])[0])


def json_form(name: str) -> Stored:
    """An object as JSON, in letters as they are."""
    return Stored((name,), lambda form: (json.dumps(form, ensure_ascii=False, separators=(",", ":")),), json.loads)


def day(name: str) -> Stored:
    """A day in a column."""
    return Stored((name,), lambda value: (None if value is None else value.isoformat(),), datetime.date.fromisoformat)


_BY_TYPE: Mapping[str, Callable[[str], Stored]] = {
    "bool": lambda name: Stored((name,), lambda value: (int(value),), bool),
    "bool | None": lambda name: Stored((name,), lambda value: (None if value is None else int(value),), bool),
    "datetime.date": day,
    "datetime.date | None": day,
    "Place | None": lambda name: pair("lat", "lon", Place),
    "tuple[int, int] | None": lambda name: pair(f"{name}_from", f"{name}_to"),
    "Mapping[str, Any]": json_form,
}


def _kind(cls: type, name: str, annotation: str) -> Stored:
    """How a field stands, by its type."""
    if (made := _BY_TYPE.get(annotation)) is not None:
        return made(name)
    one_of = vars(sys.modules[cls.__module__]).get(annotation.removesuffix(" | None"))
    if not isinstance(one_of, EnumType):
        return column(name)
    return Stored((name,), lambda value: (None if value is None else value.value,), one_of)


_NOTHING: Mapping[Any, Any] = {}


def _otherwise(cls: Any, name: str) -> Any:
    """What a field is that nothing is given for."""
    known = getattr(cls, "__dataclass_fields__", None)
    default = cls._field_defaults.get(name, MISSING) if known is None else known[name].default
    return () if default is MISSING else default


class Select(Generic[T]):
    """The records that a query gives: each field is the column of its name, read as its type says.

    Args:
        cls: a named tuple or a frozen dataclass.
        source: what stands behind FROM; columns are those of `alias` in it.
        of: fields that are something else than the column of their name: the expression.
        stored: fields that stand in other columns than their name, or otherwise than their type, says.
        given: fields that another query has found, with the expression by which each is looked up there; what is not found
            is as it is by default.
    """

    def __init__(
        self,
        cls: type[T],
        source: str,
        alias: str = "r",
        *,
        of: Mapping[str, str] | None = None,
        stored: Mapping[str, Stored] | None = None,
        given: Mapping[str, str] | None = None,
    ) -> None:
        self._made: Callable[[Iterable[Any]], T] = getattr(cls, "_make", None) or (lambda values: cls(*values))
        self.own: dict[str, Stored] = {}
        self._converted: list[tuple[int, Callable[..., Any]]] = []
        self._joined: list[tuple[int, Callable[..., Any], int, int]] = []
        self._given: list[tuple[str, int, Any]] = []
        places, more = list[str](), list[str]()
        # those of a named tuple are wrapped
        named = {name: str(getattr(kind, "__forward_arg__", kind)) for name, kind in cls.__annotations__.items()}
        self._width = len(named)
        for at, (name, annotation) in enumerate(named.items()):
            if given is not None and name in given:
                places.append(given[name])
                self._given.append((name, at, _otherwise(cls, name)))
                continue
            kind = (stored or {}).get(name) or _kind(cls, name, annotation)
            columns = [f"{alias}.{column}" if column.isidentifier() else column for column in kind.columns]
            if of is not None and name in of:
                columns = [of[name]]
            elif kind.columns[0].isidentifier() and name not in ("id", "version"):
                self.own[name] = kind
            if len(columns) == 1:
                places += columns
                if kind.from_columns is not None:
                    self._converted.append((at, kind.from_columns))
            else:
                assert kind.from_columns is not None
                places.append("NULL")
                start = len(named) + len(more)
                more += columns
                self._joined.append((at, kind.from_columns, start, start + len(columns)))
        self._columns, self._source = ", ".join(places + more), source
        self._taken = len(places) + len(more)

    def select(self, store: Store, rest: str = "", params: Sequence[Any] = (), **given: Mapping[Any, Any]) -> list[T]:
        """The records that `rest` of the query selects; `given` is what other queries found, by their keys."""
        return self.records(self.rows(store, rest, params), **given)

    def first(self, store: Store, rest: str, params: Sequence[Any] = ()) -> T | None:
        """The first of them, None where there is none."""
        return next(iter(self.select(store, rest, params)), None)

    def listing(self, rest: str = "") -> Query[list[T], *Ts]:
        """`select` as a query."""
        return Query(lambda store, params: self.select(store, rest, params))

    def single(self, rest: str) -> Query[T | None, *Ts]:
        """`first` as a query."""
        return Query(lambda store, params: self.first(store, rest, params))

    def grouped(self, key: str, rest: str) -> Query[dict[int, tuple[T, ...]], *Ts]:
        """`by` as a query."""
        return Query(lambda store, params: self.by(store, key, rest, params))

    def by(
        self, store: Store, key: str, rest: str = "", params: Sequence[Any] = (), **given: Mapping[Any, Any]
    ) -> dict[Any, tuple[T, ...]]:
        """The records that `rest` selects by an expression, those of each in their order."""
        groups: dict[Any, list[T]] = {}
        for record, key_value in self.with_extra(store, key, rest, params, **given):
            groups.setdefault(key_value, []).append(record)
        return {key_value: tuple(own) for key_value, own in groups.items()}

    def with_extra(
        self, store: Store, more: str, rest: str = "", params: Sequence[Any] = (), **given: Mapping[Any, Any]
    ) -> list[tuple[Any, ...]]:
        """The records that `rest` selects, each with what some expressions give beside it."""
        rows = store.all(f"SELECT {self._columns}, {more} FROM {self._source} {rest}", params)
        return [(record, *row[self._taken :]) for row, record in zip(rows, self.records(rows, **given), strict=True)]

    def rows(self, store: Store, rest: str = "", params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What `records` takes: for a record of which a part is given once it is known which were found."""
        return store.all(f"SELECT {self._columns} FROM {self._source} {rest}", params)

    def records(self, rows: Iterable[tuple[Any, ...]], **given: Mapping[Any, Any]) -> list[T]:
        """The records of rows."""
        if not (self._converted or self._joined or self._given):
            return [self._made(row[: self._width]) for row in rows]
        records = []
        for row in rows:
            values = list(row)
            for at, from_columns in self._converted:
                if values[at] is not None:
                    values[at] = from_columns(values[at])
            for at, from_columns, start, end in self._joined:
                if row[start] is not None:
                    values[at] = from_columns(*row[start:end])
            for name, at, otherwise in self._given:
                values[at] = given.get(name, _NOTHING).get(values[at], otherwise)
            del values[self._width :]
            records.append(self._made(values))
        return records

    def columns(self, record: T) -> dict[str, Any]:
        """What of a record stands in columns of its own table, its id and version apart."""
        columns: dict[str, Any] = {}
        for name, kind in self.own.items():
            columns.update(zip(kind.columns, kind.to_columns(getattr(record, name)), strict=True))
        return columns


class Rows(Select[T]):
    """The records of a table with an `id`, a `version` and `archived_at`. In `where`, `r` is the table.

    Args:
        stored: as of `Select`.
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
        self._table, self._order, self._lists = table, order, dict(lists or {})
        given = dict.fromkeys(self._lists, "r.id")
        super().__init__(cls, f"{table} r", of={"archived": "r.archived_at IS NOT NULL"}, stored=stored, given=given)
        for name in read_only:
            self.own.pop(name, None)

    def one(self, store: Store, key: int) -> T | None:
        """The record with that id, archived or not."""
        lists = {
            name: self._listed(store, listed, f"WHERE {listed.key} = ?", (key,)) for name, listed in self._lists.items()
        }
        return next(iter(super().select(store, "WHERE r.id = ?", (key,), **lists)), None)

    def all(self, store: Store) -> list[T]:
        """Every record that is not archived; as many queries whatever their number."""
        return self.select(store, f"WHERE r.archived_at IS NULL ORDER BY {self._order}")

    def select(self, store: Store, rest: str = "", params: Sequence[Any] = (), **given: Mapping[Any, Any]) -> list[T]:
        """The records that `rest` of the query selects, with their lists."""
        lists = {name: self._listed(store, listed) for name, listed in self._lists.items()}
        return super().select(store, rest, params, **lists)

    def add(self, unit: Unit, new: T) -> int:
        """Add a record; returns its id.

        Raises:
            Refused: the database forbids it; a name is taken.
        """
        key = unit.insert(self._table, **self.columns(new))
        for name, listed in self._lists.items():
            listed.write(unit, key, getattr(new, name))
        unit.audit(self._table, key, **self._picture(new))
        return key

    def update(self, unit: Unit, before: Any, after: Any) -> int:
        """Take over what `after` says differently; returns the new version.

        Raises:
            Stale: somebody else changed the record since `before` was read.
            Refused: the database forbids it; a name is taken.
        """
        version = unit.update(self._table, before.id, before.version, **self.columns(after))
        for name, listed in self._lists.items():
            if getattr(before, name) != getattr(after, name):
                listed.write(unit, before.id, getattr(after, name))
        unit.audit(self._table, before.id, changed=changed(self._picture(before), self._picture(after)))
        return version

    def put_away(self, unit: Unit, record: Any, at: int | None) -> int:
        """Archive a record, or with None take it back; returns the new version."""
        return unit.update(self._table, record.id, record.version, archived_at=at)

    def _picture(self, record: T) -> dict[str, Any]:
        lists = {name: listed.rows(getattr(record, name)) for name, listed in self._lists.items()}
        return self.columns(record) | {
            name: [row[0] if len(row) == 1 else list(row) for row in rows] for name, rows in lists.items()
        }

    @staticmethod
    def _listed(
        store: Store, listed: Listed, scope: str = "", params: Sequence[Any] = ()
    ) -> dict[int, tuple[Any, ...]]:
        columns = ", ".join((listed.key, *listed.columns))
        query = f"SELECT {columns} FROM {listed.table} {scope} ORDER BY {listed.key}, {listed.order}"
        groups = group_rows(store.all(query, params))
        return {key: tuple(listed.of(*columns) for columns in own) for key, own in groups.items()}
