"""From rows to verdicts. A row is read as the texts of a record's form; what is the same for every kind of file is decided here."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from db.names import folded
from db.unit import Unit
from dispatch.desk.book import places
from dispatch.desk.book.context import Desk
from dispatch.desk.book.places import PlaceQuestion
from dispatch.desk.book.record_store import RecordStore
from dispatch.desk.files.as_written import NumberText, TimeText
from dispatch.desk.files.columns import Columns
from dispatch.desk.files.table import FileTable, Watch, unwatched
from dispatch.desk.files.verdicts import JudgedRow, Question, RowFault, RowVerdict, differences, shortened
from dispatch.desk.session.user import User
from dispatch.fields.kinds import clock
from dispatch.fields.record import Field, FieldFault, RecordType
from dispatch.fields.trade import place_text
from dispatch.model.instants import parse_clock
from dispatch.model.money import shortest
from dispatch.model.people import Hours
from dispatch.model.text import count_text
from dispatch.model.travel import Place
from dispatch.travel.area import Area

T = TypeVar("T")
Seen = Callable[[Unit], object]
"""Keeps what was read of a row, whether something is taken of it or not."""

BY_WEEKDAY = "by weekday"
"""In the place of a time: the hours differ from weekday to weekday, and so fit in no file."""
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,12})?")


@dataclass(slots=True)
class RowEntry:
    """One row on its way in: the texts of the columns that the file has, and every fault, so that all are told at once."""

    row: int
    texts: dict[str, str]
    faults: list[RowFault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    """What somebody should look at, though the row passes."""
    questions: list[tuple[str, PlaceQuestion]] = field(default_factory=list)
    """What is asked before the row is taken, by its column."""

    def raw(self, column: str) -> str:
        """The field as written; empty where there is none."""
        return self.texts.get(column, "")

    def fault(self, column: str, expected: str, value: str | None = None) -> None:
        """Refuse the row for what stands in the column (or for `value`)."""
        self.faults.append(RowFault(column, shortened(self.raw(column) if value is None else value), expected))

    def faults_on(self, *columns: str) -> bool:
        """Whether one of these columns has a fault already."""
        return any(fault.field in columns for fault in self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDesk(Desk):
    """The world of a file: it means the same on every day. What is `known`, noun by noun, is called by its whole name."""

    lasting: bool = True
    known: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _called: dict[tuple[str, Any], str] = field(default_factory=dict)

    def find(self, noun: str, text: str) -> Any:
        if noun not in self.known:
            return Desk.find(self, noun, text)  # `super` does not find the class that its slots have made anew
        if (record := self.known[noun].get(folded(text))) is None:
            raise ValueError(f"no such {noun}; import {noun}s first or check the spelling")
        return record.id

    def title(self, noun: str, key: Any) -> str:
        """As of any context; looked up once."""
        if (noun, key) not in self._called:
            self._called[noun, key] = Desk.title(self, noun, key)
        return self._called[noun, key]


class Together(NamedTuple):
    """Columns that are one attribute of a record together: all of them are filled, or none. A ValueError of `made` is the fault of
    the last."""

    fields: tuple[Field, ...]
    made: Callable[..., Any]


def place_in(of: str, lat: tuple[str, str], lon: tuple[str, str]) -> Together:
    """Two columns of coordinates, each with its name and what goes in."""

    def degrees(at: int, most: int) -> NumberText:
        read = partial(decimal, least=-most, most=most)
        return NumberText("degrees", read, lambda place: place_text(place).split(", ")[at])

    fields = Field(*lat, degrees(0, 90), attribute=of), Field(*lon, degrees(1, 180), attribute=of)
    return Together(fields, lambda north, east: Place(float(north), float(east)))


def hours_in(of: str, weekdays: range, opens: tuple[str, str], closes: tuple[str, str]) -> Together:
    """Two columns of times that are the same on every one of these weekdays, each with its name and what goes in."""

    def text_of(hours: Sequence[Hours], at: int) -> str:
        same = {opening[1:] for opening in hours}
        daily = len(same) == 1 and [opening.weekday for opening in hours] == list(weekdays)
        return clock(same.pop()[at]) if daily else BY_WEEKDAY

    def made(first: int, last: int) -> tuple[Hours, ...]:
        return tuple(Hours(weekday, *forward(opens[0], first, last)) for weekday in weekdays)

    return Together(
        (
            time_in(*opens, of, lambda hours: text_of(hours, 0), ()),
            time_in(*closes, of, lambda hours: text_of(hours, 1), (), end=True),
        ),
        made,
    )


def time_in(
    name: str, about: str, of: str, text_of: Callable[[Any], str], empty: Any = None, *, end: bool = False
) -> Field:
    """A column of times of the day (as an `end` also 24:00) that are a part of the attribute `of`."""
    return Field(name, about, TimeText("a time", partial(time_of, end=end), text_of, empty), attribute=of)


def time_of(text: str, *, end: bool) -> int:
    """A time of day as HH:MM, in minutes since midnight; as an `end` also 24:00.

    Raises:
        ValueError: it is none.
    """
    if not _CLOCK.fullmatch(text):
        raise ValueError("is not a time written as 09:00")
    try:
        return parse_clock(text, allow_24=end)
    except ValueError:
        raise ValueError("is a time that no clock has; write for example 09:00") from None


def forward(column: str, first: int, last: int) -> tuple[int, int]:
    """Two times of the day.

    Raises:
        ValueError: the second is not after the first, which stands in `column`.
    """
    if last <= first:
        raise ValueError(f"is not after {column} {clock(first)}")
    return first, last


def decimal(text: str, least: int, most: int) -> str:
    """A decimal number, as its shortest text.

    Raises:
        ValueError: it is none, or not within these.
    """
    if not _DECIMAL.fullmatch(text) or not least <= float(text) <= most:
        raise ValueError(f"is not a number from {least} to {most} such as 12.5")
    return shortest(Fraction(text), 12)


@dataclass(frozen=True, slots=True)
class RowDraft:
    """What a row wants to be in the store.

    `keys` are what no two rows of a file may share. `theirs` are the texts of the columns that the file has, `ours` the same of
    the record that is already there, None where there is none. `write` makes a new record, or takes the file over the
    existing one.
    """

    reference: str
    keys: tuple[str, ...]
    theirs: Mapping[str, str]
    ours: Mapping[str, str] | None
    write: Callable[[Unit], object]
    obstacles: Callable[[RowEntry, Sequence[str]], None] = lambda entry, columns: None
    """Adds a fault for every one of the columns that may not be changed."""
    skipped: str = ""
    """Why there is nothing to take, where that is no fault; empty: there is."""
    question: Question | None = None
    offer: Mapping[str, str] | None = None
    seen: Seen | None = None


class TableRows(ABC, Generic[T]):
    """Files whose rows are records: made for one import, inside its unit of work. The columns are the fields of `record`."""

    record: ClassVar[RecordType[Any]]
    columns: ClassVar[Mapping[str, Field]]
    together: ClassVar[tuple[Together, ...]] = ()
    book: ClassVar[RecordStore[Any]]
    """How such a record is written, where it is one of the book."""
    key: ClassVar[str]
    """The column by which a row is known again."""
    named: ClassVar[tuple[str, ...]] = ()
    """The columns by which a record is known: they are not compared."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.store = user.store
        self.desk = FileDesk.for_user(user)
        self._area: Area | None = None

    @classmethod
    def required(cls) -> list[str]:
        """The columns that a file must have."""
        return [name for name, column in cls.columns.items() if column.required]

    def look_through(self, entries: Sequence[RowEntry]) -> None:
        """See all rows before any is judged."""

    def settled(self, judged: list[JudgedRow]) -> list[JudgedRow]:
        """The verdicts, by what the rows have to do with each other."""
        return judged

    @abstractmethod
    def draft(self, entry: RowEntry) -> RowDraft:
        """What the row wants to be. Faults and warnings go to the entry; with faults the draft is not used."""

    def filled(self, entry: RowEntry, before: T | None, **given: Any) -> T:
        """The record of a row, with what is given by attribute."""
        for group in self.together:
            if any(part.name in entry.texts for part in group.fields):
                given[group.fields[0].of] = self._made(entry, group)
        after: T = self.read(entry, self.record, before, **given)
        return after

    def read(self, entry: RowEntry, record: RecordType[Any], before: Any, **given: Any) -> Any:
        """A record of the texts of a row; what cannot be taken refuses it."""
        faults: list[FieldFault] = []
        after = record.filled(entry.texts, self.desk, before, faults, **given)
        _tell(entry, faults)
        return after

    def value(self, entry: RowEntry, part: Field) -> Any:
        """What stands in a column, read as a field; None where it is empty or cannot be taken."""
        try:
            return part.kind.read(text, self.desk) if (text := entry.raw(part.name)) else None
        except ValueError as fault:
            entry.fault(part.name, str(fault))
            return None

    def judged(self, entry: RowEntry, before: T | None, after: T) -> T:
        """A record of the book with what follows from it; every fault of the whole refuses the row."""
        faults: list[FieldFault] = []
        after = self.book.judged(self.desk, before, after, faults)
        _tell(entry, faults)
        columns = {group.fields[0].of: group.fields[0].name for group in self.together}
        asked = places.questions(self._where, self.desk.firm, self.book.record, before, after)
        entry.questions += [(columns.get(question.field, question.field), question) for question in asked]
        return after

    def tell_whole(self, entry: RowEntry, before: T | None, after: T) -> None:
        """Refuse a row for what its record as a whole cannot be."""
        faults = [FieldFault(fault.field, fault.value, fault.expected) for fault in entry.faults]
        known = len(faults)
        self.record.judge(after, self.desk, before, faults)
        _tell(entry, faults[known:])

    def _where(self) -> Area:
        """Where the firm is without the file: its rows do not vouch for each other."""
        if self._area is None:
            self._area = places.area_of(self.store)
        return self._area

    def spelt(self, entry: RowEntry, record: Any, of: RecordType[Any] | None = None) -> dict[str, str]:
        """What the file would say in its columns if it had been written from a record."""
        return {
            each.name: each.write(record, self.desk)
            for each in (of or self.record).fields
            if each.name in entry.texts and each.name not in self.named
        }

    def drafted(self, entry: RowEntry, reference: str, keys: tuple[str, ...], before: T | None, after: T) -> RowDraft:
        """The draft of a record of the book."""
        ours = None if before is None else self.spelt(entry, before)
        theirs = self.spelt(entry, after)
        return RowDraft(reference, keys, theirs, ours, lambda unit: self.book.save(unit, before, after))

    def _made(self, entry: RowEntry, group: Together) -> Any:
        values = {part.name: self.value(entry, part) for part in group.fields}
        filled = [name for name, value in values.items() if value is not None or entry.faults_on(name)]
        for name in values if filled else ():
            if name not in filled:
                entry.fault(name, f"is missing beside {filled[0]}")
        if None not in values.values():
            try:
                return group.made(*values.values())
            except ValueError as fault:
                entry.fault(group.fields[-1].name, str(fault))
        return group.fields[0].kind.empty


def _tell(entry: RowEntry, faults: Sequence[FieldFault]) -> None:
    for fault in faults:
        if fault.owed:
            entry.warnings.append(fault.text)
        elif not entry.faults_on(fault.name):
            entry.fault(fault.name, fault.reason, fault.typed)


def judge(
    subject: TableRows[Any],
    table: FileTable,
    columns: Columns,
    *,
    update: bool,
    confirmed: Collection[str] = (),
    watch: Watch = unwatched,
) -> list[JudgedRow]:
    """The verdict on every row of a table, in its order. `confirmed` are the marks of what was asked and is meant."""
    seen: dict[str, int] = {}
    judged = []
    width = len(table.headers)
    entries = [
        RowEntry(number, {name: "".join(cells[at : at + 1]).strip() for name, at in columns.position.items()})
        for number, cells in table.rows
    ]
    subject.look_through(entries)
    for done, (entry, (number, cells)) in enumerate(zip(entries, table.rows, strict=True)):
        watch("looking at", done, len(table.rows))
        # what trails behind the last column is harmless as long as it is empty
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            # its values stand under the wrong names: what they say is not worth telling
            fault = RowFault("row", "", f"has {count_text(len(cells), 'field')} where the first line has {width}")
            judged.append(JudgedRow(number, shortened(entry.raw(subject.key)), RowVerdict.REFUSED, (fault,)))
        else:
            judged.append(_judged(subject, entry, seen, update, confirmed))
    return subject.settled(judged)


def _judged(
    subject: TableRows[Any], entry: RowEntry, seen: dict[str, int], update: bool, confirmed: Collection[str]
) -> JudgedRow:
    draft = subject.draft(entry)
    reference = shortened(draft.reference)
    for key in map(folded, draft.keys):
        if (first := seen.setdefault(key, entry.row)) != entry.row:
            entry.fault(subject.key, f"stands in row {first} already", draft.reference)
            break
    if draft.skipped:
        return JudgedRow(entry.row, reference, RowVerdict.SKIPPED, warnings=(draft.skipped,), seen=draft.seen)
    taken = update or draft.ours is None
    asked = [(column, question) for column, question in entry.questions if taken and question.mark not in confirmed]
    # what is wrong beside it is corrected first
    marks = () if entry.faults else tuple(question.mark for _, question in asked)
    for column, question in asked:
        entry.fault(column, question.said)
    differing = () if entry.faults or draft.ours is None else differences(draft.ours, draft.theirs, str)
    refused = bool(entry.faults)
    if differing:
        # without `update` they only say that the file will not be taken over this one
        draft.obstacles(entry, [one.field for one in differing])
        refused = update and bool(entry.faults)
    order = list(entry.texts)
    faults = sorted(entry.faults, key=lambda fault: order.index(fault.field) if fault.field in order else len(order))
    verdict = RowVerdict.on(refused, draft.ours is not None, differing, update)
    return JudgedRow(
        entry.row,
        reference,
        verdict,
        tuple(faults),
        tuple(entry.warnings),
        differing,
        draft.write if verdict in (RowVerdict.NEW, RowVerdict.UPDATED) else None,
        draft.question if faults else None,
        marks,
        draft.offer if faults else None,
        draft.seen if verdict in (RowVerdict.NEW, RowVerdict.UPDATED, RowVerdict.UNCHANGED) else None,
    )
