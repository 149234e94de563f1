"""From rows to verdicts. Each kind of file drafts its records; what is the same for all of them is decided here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, TypeVar

from db.names import folded
from db.unit import Unit
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_store import RecordStore
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.files.table import Columns, FileTable, Watch, unwatched
from dispatch.desk.files.verdicts import JudgedRow, Question, RowVerdict, contrasted, shortened
from dispatch.desk.imports.row_entry import RowEntry
from dispatch.desk.session.user import User
from dispatch.fields.kinds import clock
from dispatch.fields.record import Field, FieldFault, RecordType
from dispatch.model.clients import Client
from dispatch.model.people import Hours
from dispatch.model.states import Role

T = TypeVar("T")

Column = Field | str
"""A column of a file: the field of a record that it holds, or what it is in words where it holds only a part of one."""
Values = dict[str, Any]
"""What stands in the columns of a row, parsed, by our name of the column."""
BY_WEEKDAY = "by weekday"
"""In the place of a time: the hours differ from weekday to weekday, and so fit in no file."""


@dataclass(frozen=True, slots=True)
class RowDraft:
    """What a row wants to be in the store.

    `keys` are what no two rows of a file may share. `theirs` holds the columns that the file has, `ours` the same of
    the record that is already there, None where there is none. `write` makes a new record, or takes the file over the
    existing one.
    """

    reference: str
    keys: tuple[str, ...]
    theirs: Values
    ours: Values | None
    write: Callable[[Unit], object]
    obstacles: Callable[[RowEntry, Sequence[str]], None] = lambda entry, columns: None
    """Adds a fault for every one of the columns that may not be changed."""
    skipped: str = ""
    """Why there is nothing to take, where that is no fault; empty: there is."""
    question: Question | None = None
    offer: Mapping[str, str] | None = None


class TableRows(ABC, Generic[T]):
    """Files whose rows are records: made for one import, inside its unit of work. A column that is a field of the record's table
    goes the way that it goes in a form."""

    record: ClassVar[RecordType[T]]
    columns: ClassVar[Mapping[str, Column]]
    required: ClassVar[tuple[str, ...]]
    key: ClassVar[str]
    """The column by which a row is known again."""
    named: ClassVar[tuple[str, ...]] = ()
    """The columns by which a record is known: they are not compared."""
    roles: ClassVar[tuple[Role, ...]]

    def __init__(self, user: User) -> None:
        self.user = user
        self.store = user.store
        self.desk = replace(Desk.for_user(user), lasting=True)
        self._known: dict[str, Field] | None = None

    @abstractmethod
    def draft(self, entry: RowEntry) -> RowDraft:
        """What the row wants to be. Faults and warnings go to the entry; with faults the draft is not used."""

    def spell(self, column: str, value: Any) -> str:
        """A value of a column as a person would write it in the file."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, frozenset):
            return ";".join(sorted(value))
        if isinstance(value, tuple):
            return ";".join(map(str, value))
        return str(value)

    def filled(self, entry: RowEntry, before: T | None, **given: Any) -> T:
        """The record of a row: its columns as far as they are fields, and what is given by attribute."""
        texts = {field.name: entry.raw(column) for column, field in self._fields(entry).items()}
        faults: list[FieldFault] = []
        after = self.record.filled(texts, self.desk, before, faults, **given)
        self.tell(entry, faults)
        return after

    def spelt(self, entry: RowEntry, record: T) -> Values:
        """What the file would say in its fields if it had been written from a record."""
        fields = self._fields(entry)
        return {column: field.write(record, self.desk) for column, field in fields.items() if column not in self.named}

    def client_of(self, entry: RowEntry, known: Mapping[str, Client]) -> Client | None:
        """The client that a row names, one of those that are known by their folded names."""
        name = entry.name("client", required=True)
        client = known.get(folded(name))
        if client is None and name:
            entry.fault("client", "no such client; import clients first or check the spelling")
        return client

    def tell(self, entry: RowEntry, faults: Sequence[FieldFault]) -> None:
        """Refuse a row for what is wrong with its record."""
        columns = {field.name: column for column, field in self.columns.items() if isinstance(field, Field)}
        for fault in faults:
            entry.fault(columns.get(fault.name, fault.name), fault.reason, fault.typed)

    def _fields(self, entry: RowEntry) -> dict[str, Field]:
        """The columns of the file that are fields: the same for every row of it."""
        if self._known is None:
            known = self.columns.items()
            self._known = {column: field for column, field in known if isinstance(field, Field) and entry.has(column)}
        return self._known


class RecordRows(TableRows[T]):
    """Files whose rows are records of the book."""

    record_store: ClassVar[str]

    @property
    def book(self) -> RecordStore[T]:
        """How such a record is written."""
        return RECORD_STORES[self.record_store]

    def spell(self, column: str, value: Any) -> str:
        """Times of the day as HH:MM."""
        if column.endswith(("_start", "_end", "_from", "_to")) and isinstance(value, int):
            return clock(value)
        return super().spell(column, value)

    def judged(self, entry: RowEntry, before: T | None, after: T) -> T:
        """A record that was put together, with what follows from it and every fault of the whole."""
        refused = {fault.field for fault in entry.faults}
        faults: list[FieldFault] = []
        after = self.book.judged(self.desk, before, after, faults)
        for fault in faults:
            if fault.owed:
                entry.warn(fault.text)
        self.tell(entry, [fault for fault in faults if not fault.owed and fault.name not in refused])
        return after


def same_hours(hours: Sequence[Hours], weekdays: range) -> tuple[int | str | None, int | str | None]:
    """When work begins and ends on every one of these weekdays, as a file says it."""
    spans = {(opening.opens, opening.closes) for opening in hours}
    if not spans:
        return None, None
    if len(spans) == 1 and [opening.weekday for opening in hours] == list(weekdays):
        return spans.pop()
    return BY_WEEKDAY, BY_WEEKDAY


def hours_on(weekdays: range, opens: int | None, closes: int) -> tuple[Hours, ...]:
    """The same hours on every one of these weekdays; none without a beginning."""
    return () if opens is None else tuple(Hours(weekday, opens, closes) for weekday in weekdays)


def present(entry: RowEntry, values: Mapping[str, Any]) -> Values:
    """The values of those columns that the file has."""
    return {column: value for column, value in values.items() if entry.has(column)}


def judge(
    subject: TableRows[Any], table: FileTable, columns: Columns, *, update: bool, watch: Watch = unwatched
) -> list[JudgedRow]:
    """The verdict on every row of a table, in its order."""
    seen: dict[str, int] = {}
    judged = []
    for done, row in enumerate(table.rows):
        watch("looking at", done, len(table.rows))
        judged.append(_judged(subject, RowEntry(row, columns, len(table.headers)), seen, update))
    return judged


def _judged(subject: TableRows[Any], entry: RowEntry, seen: dict[str, int], update: bool) -> JudgedRow:
    # a row of another width has its values under the wrong names: what they say is not worth telling
    draft = None if entry.faults_on("row") else subject.draft(entry)
    reference = shortened(entry.raw(subject.key) if draft is None else draft.reference)
    if draft is not None:
        _refuse_repeated(subject, entry, draft, seen)
    if draft is not None and draft.skipped:
        entry.warn(draft.skipped)
        return JudgedRow(entry.row, reference, RowVerdict.SKIPPED, warnings=tuple(entry.warnings))
    ours = None if draft is None else draft.ours
    differing: list[str] = []
    if draft is not None and ours is not None and not entry.faults:
        differing = [column for column, value in draft.theirs.items() if ours.get(column) != value]
        if update and differing:
            draft.obstacles(entry, differing)
    verdict = RowVerdict.on(entry.faults, ours is not None, differing, update)
    judged = JudgedRow(entry.row, reference, verdict, tuple(entry.faults), tuple(entry.warnings))
    if draft is None:
        return judged
    ours, theirs = ours or {}, draft.theirs
    return replace(
        judged,
        differences=tuple(
            contrasted(column, subject.spell(column, ours.get(column)), subject.spell(column, theirs[column]))
            for column in differing
        ),
        write=draft.write if verdict in (RowVerdict.NEW, RowVerdict.UPDATED) else None,
        question=draft.question if entry.faults else None,
        offer=draft.offer if entry.faults else None,
    )


def _refuse_repeated(subject: TableRows[Any], entry: RowEntry, draft: RowDraft, seen: dict[str, int]) -> None:
    for key in map(folded, draft.keys):
        first = seen.setdefault(key, entry.row)
        if first != entry.row:
            entry.fault(subject.key, f"stands in row {first} already", draft.reference)
            return
