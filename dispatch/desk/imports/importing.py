"""The deed: a file into the store, whole or not at all."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from db.settings import today
from db.store import Store
from db.unit import Unit
from dispatch.desk.adapters.calendar_file import read_calendar
from dispatch.desk.adapters.calendar_series import Dates
from dispatch.desk.book.records import site_named
from dispatch.desk.files.as_written import NOT_SAID, FileReadings, Unsettled, as_the_house_writes
from dispatch.desk.files.columns import (
    LEFT_OUT,
    WHY,
    Columns,
    KnownNames,
    MissingColumns,
    find_columns,
    key_of,
    understood,
)
from dispatch.desk.files.table import ROWS, FileTable, Unreadable, Watch, read_bytes, read_table, unwatched
from dispatch.desk.files.verdicts import ImportReport, JudgedRow, RowVerdict, SeenColumn, shortened
from dispatch.desk.imports import rate_card_file
from dispatch.desk.imports.calendar_rows import USUAL_MINUTES, CalendarRows
from dispatch.desk.imports.client_rows import ClientRows
from dispatch.desk.imports.column_names import KNOWN
from dispatch.desk.imports.equipment_rows import EquipmentRows
from dispatch.desk.imports.file_memory import NOTHING_SAID, SaidOfFile, remember, remembered
from dispatch.desk.imports.rate_card_file import judge_card, read_card
from dispatch.desk.imports.remote_work_rows import RemoteWorkRows
from dispatch.desk.imports.service_plan_rows import ServicePlanRows
from dispatch.desk.imports.site_rows import SiteRows
from dispatch.desk.imports.table_rows import FileDesk, TableRows, judge
from dispatch.desk.imports.technician_rows import TechnicianRows
from dispatch.desk.imports.visit_rows import VisitRows
from dispatch.desk.session.refusals import Faulty, NotFound, refuse
from dispatch.desk.session.user import User
from dispatch.fields.kinds import Text
from dispatch.model.clients import Site
from dispatch.model.states import Role

RATE_CARD = "rate-card"
CALENDAR = "calendar"
SUBJECTS: dict[str, type[TableRows[Any]]] = {
    "technicians": TechnicianRows,
    "clients": ClientRows,
    "sites": SiteRows,
    "equipment": EquipmentRows,
    "service-plans": ServicePlanRows,
    "visits": VisitRows,
    "remote-work": RemoteWorkRows,
}
KINDS = (RATE_CARD, *SUBJECTS, CALENDAR)
"""What can be imported, in the order in which a new firm does it."""
_START = 4_096
"""Bytes by which a file is known."""
_FIRST = 3
"""So many rows are shown of a column."""


@dataclass(frozen=True, slots=True)
class How:
    """How a file is imported.

    Args:
        check: only say what would become of each row.
        accept_good: take the good rows although others are bad.
        update: take the file over records that differ from it.
        mapping: what the file calls a column → what it is called here, `LEFT_OUT` where it is not taken; for a calendar: a
            LOCATION, SUMMARY or UID → the site, as `client / site`.
        rows: the most rows that the file may have.
        minutes: the work of an event that lasts all day (calendar).
        since: leave out the events that were over before this day (calendar).
        until: take the dates of an event that repeats as single visits, from `since` or today to this day (calendar).
        confirmed: the marks of the places that were asked about and are meant.
        meant: how days and numbers with two readings are meant.
        sheet: which sheet of a workbook; empty: the only one that is filled.
        fill: a column of ours → what every row says, where the file has no such column.
    """

    check: bool = False
    accept_good: bool = False
    update: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)
    rows: int = ROWS
    minutes: int = USUAL_MINUTES
    since: datetime.date | None = None
    until: datetime.date | None = None
    confirmed: Collection[str] = ()
    meant: FileReadings = NOT_SAID
    sheet: str = ""
    fill: Mapping[str, str] = field(default_factory=dict)


def import_file(user: User, kind: str, path: Path, how: How | None = None, watch: Watch = unwatched) -> ImportReport:
    """Import a file, in one unit of work; nothing of it when any row is bad, unless the good ones are accepted.

    Args:
        kind: one of `KINDS`.
        watch: told how far it is; may raise `Stopped`, and then nothing was changed.

    Raises:
        Unreadable: the file cannot be read as such a file at all.
        Faulty: the mapping names columns, or sites, that there are not.
        Stopped: `watch` had enough.
        NotAllowed: the person may not import this.
    """
    how = how or How()
    watch("reading", 0, 0)
    source = _source(user, kind, path, how, watch)

    def report(judged: list[JudgedRow], *, applied: bool) -> ImportReport:
        name = shortened(path.name)
        about = (source.unknown, source.named, source.understood, source.columns, source.table, bool(source.recalled))
        return ImportReport(name, kind, tuple(judged), applied, how.check, how.accept_good, *about)

    if how.check:
        with user.store.read():
            return report(source.verdicts(), applied=False)
    with user.write(f"import {kind}", *source.roles) as unit:
        judged = source.verdicts()
        applied = _carry_out(unit, judged, watch, accept_good=how.accept_good)
        if applied and source.table is not None:
            # the refused rows, mended, have no longer beside them what settled how they are read
            left = any(row.verdict is RowVerdict.REFUSED for row in judged)
            if said := source.read_as if left else source.said:
                remember(unit, kind, source.table.headers, said)
        return report(judged, applied=applied)


def _names(*kinds: str, also: Collection[str] = ()) -> Callable[[str], bool]:
    """Whether a text is what a column of such files is called, by us, by others or as it is said."""
    known = {name for kind in kinds for name in SUBJECTS[kind].columns}
    known |= {
        key_of(name) for kind in kinds if kind in KNOWN for names in KNOWN[kind].others.values() for name in names
    }
    known |= {key_of(name) for name in also}
    return lambda text: key_of(text) in known


def forget(user: User, kind: str, path: Path, sheet: str = "") -> bool:
    """Forget what was said about files of a kind with the columns of this one; returns whether anything was.

    Raises:
        Unreadable, WhichSheet: as for `import_file`.
        NotAllowed: the person may not import such a file.
    """
    headers = read_table(path, ROWS, sheet, _names(kind)).headers
    with user.write(f"forget the columns of {kind}", *SUBJECTS[kind].record.roles) as unit:
        if not remembered(unit.store, kind, headers):
            unit.leave_unchanged()
            return False
        remember(unit, kind, headers, NOTHING_SAID)
    return True


class _Source(NamedTuple):
    """A file that was read: who may import it, how its rows are judged, and what of its columns is not ours."""

    roles: Sequence[Role]
    verdicts: Callable[[], list[JudgedRow]]
    unknown: tuple[str, ...] = ()
    named: Mapping[str, str] = {}
    understood: tuple[str, ...] = ()
    columns: tuple[SeenColumn, ...] = ()
    table: FileTable | None = None
    said: SaidOfFile = NOTHING_SAID
    read_as: SaidOfFile = NOTHING_SAID
    recalled: SaidOfFile = NOTHING_SAID


def _source(user: User, kind: str, path: Path, how: How, watch: Watch) -> _Source:
    if kind in SUBJECTS:
        return _table_source(user, kind, path, how, watch)
    if kind == RATE_CARD:
        refuse_unknown_columns(kind, how.mapping)
        card = read_card(path)
        return _Source(
            rate_card_file.ROLES, lambda: [judge_card(user, card, update=how.update, confirmed=how.confirmed)]
        )
    dates = None if how.until is None else Dates(how.since or today(user.store), how.until)
    table = read_calendar(path, how.rows, watch, dates)
    columns = find_columns(table, CalendarRows.columns, CalendarRows.required())
    subject = partial(CalendarRows, user, minutes=how.minutes, since=how.since, places=_places(user, how.mapping))
    rows = partial(judge, table=table, columns=columns, update=how.update, confirmed=how.confirmed, watch=watch)
    told = (table.understood,) if table.understood else ()
    return _Source(CalendarRows.record.roles, lambda: rows(subject()), columns.unknown, columns.named, told)


class SeenFile(NamedTuple):
    """The columns of a file before its rows are looked at.

    Args:
        columns: those that it has, in its order.
        missing: those of ours that it needs and has not.
        ours: all of ours that such a file can have.
        open: what has two readings still, in a sentence; empty: nothing.
    """

    columns: tuple[SeenColumn, ...]
    missing: tuple[str, ...]
    ours: tuple[str, ...]
    open: str = ""


def look_at_columns(user: User, kind: str, file: FileTable, how: How) -> SeenFile:
    """The columns of a file of rows beside what they become, as `how` says.

    Raises:
        Unreadable: two of its columns are one of ours.
    """
    subject = SUBJECTS[kind]
    said = SaidOfFile(how.mapping, how.fill, how.meant).after(remembered(user.store, kind, file.headers))
    raw, columns = understood(file, subject.columns, (), said.columns, _known(kind), said.fill)
    read, open_ = raw, ""
    try:
        read, *_ = as_the_house_writes(raw, columns, subject.columns, FileDesk.for_user(user), said.meant)
    except Unsettled as unsettled:
        open_ = str(unsettled)
    missing = [name for name in subject.required() if name not in columns.position]
    return SeenFile(_seen(raw, read, columns, said.columns), tuple(missing), tuple(subject.columns), open_)


def _known(kind: str) -> KnownNames:
    """By what the columns of a kind are known."""
    texts = {name for name, column in SUBJECTS[kind].columns.items() if isinstance(column.kind, Text)}
    return KNOWN.get(kind, KnownNames())._replace(texts=texts)


def _table_source(user: User, kind: str, path: Path, how: How, watch: Watch) -> _Source:
    refuse_unknown_columns(kind, how.mapping)
    subject = SUBJECTS[kind]
    file = read_table(path, how.rows, how.sheet, _names(kind, also=how.mapping))
    before = remembered(user.store, kind, file.headers)
    said = SaidOfFile(how.mapping, how.fill, how.meant).after(before)
    try:
        raw, columns = understood(file, subject.columns, subject.required(), said.columns, _known(kind), said.fill)
    except MissingColumns as missing:
        missing.seen = look_at_columns(user, kind, file, how).columns
        raise
    table, told, meant = as_the_house_writes(raw, columns, subject.columns, FileDesk.for_user(user), said.meant)
    if before:
        told = [f"as with the last file with these columns (--forget forgets it): {before.words}", *told]
    if columns.filled:
        told = [*told, *(f"every row: {mine} is {shortened(text)}" for mine, text in columns.filled.items())]
    rows = partial(judge, table=table, columns=columns, update=how.update, confirmed=how.confirmed, watch=watch)
    return _Source(
        subject.record.roles,
        lambda: rows(subject(user)),
        columns.unknown,
        columns.named,
        tuple(filter(None, (raw.understood, *told))),
        _seen(raw, table, columns, said.columns),
        file,
        said,
        said._replace(meant=meant),
        before,
    )


def _seen(raw: FileTable, read: FileTable, columns: Columns, said: Mapping[str, str]) -> tuple[SeenColumn, ...]:
    """The columns of a file beside what they become, in its order."""
    mine = {at: ours for ours, at in columns.position.items()}
    theirs = {key_of(header) for header in said}
    seen = []
    for at, header in enumerate(raw.headers):
        ours = mine.get(at, "")
        if not (header.strip() or ours) or key_of(header) == WHY:
            continue
        how = "fill" if ours in columns.filled else "guess" if ours in columns.guessed else "name"
        if key_of(header) in theirs or all(key_of(one) in theirs for one in header.split(" + ")):
            how = "said"
        pairs = zip(raw.rows[:_FIRST], read.rows, strict=False)
        cells = [(row.cells[at], now.cells[at]) for row, now in pairs if len(row.cells) > at]
        shown = tuple((shortened(cell), shortened(now)) for cell, now in cells)
        seen.append(SeenColumn(header.strip(), ours, how if ours or how == "said" else "", shown))
    return tuple(seen)


class NoKind(Unreadable):
    """The columns of a file are those of no kind that is known."""


class FileColumn(NamedTuple):
    """A column of a file: its name, what goes in, and whether the file must have it."""

    name: str
    about: str
    required: bool


def columns_of(kind: str) -> list[FileColumn]:
    """The columns of a kind of file, in the order of a template."""
    return [
        FileColumn(column.name, f"{column.label}: {column.hint}".rstrip(": "), column.required)
        for column in SUBJECTS[kind].columns.values()
    ]


def refuse_unknown_columns(kind: str, mapping: Mapping[str, str]) -> None:
    """Refuse a mapping to columns that this kind of file has not.

    Raises:
        Faulty: it has such.
    """
    known = SUBJECTS[kind].columns if kind in SUBJECTS else ()
    unknown = [ours for ours in mapping.values() if ours not in known and ours != LEFT_OUT]
    if unknown:
        there = f"in {kind}; there are {', '.join(known) or 'none'}"
        raise Faulty([f"there is no column {shortened(name)} {there}" for name in unknown])


def _places(user: User, mapping: Mapping[str, str]) -> dict[str, Site]:
    """The sites that the texts of a calendar are said to mean."""
    places: dict[str, Site] = {}
    faults = []
    for text, name in mapping.items():
        try:
            places[text] = site_named(user.store, name)
        except NotFound as fault:
            faults.append(str(fault))
    refuse(faults)
    return places


def _carry_out(unit: Unit, judged: Sequence[JudgedRow], watch: Watch, *, accept_good: bool) -> bool:
    """Write what the verdicts say; returns whether anything was."""
    writes = [row.write for row in judged if row.write is not None]
    seen = [row.seen for row in judged if row.seen is not None]
    if not (writes or seen) or (not accept_good and any(row.verdict is RowVerdict.REFUSED for row in judged)):
        unit.leave_unchanged()
        return False
    for done, write in enumerate(writes):
        watch("saving", done, len(writes))
        write(unit)
    for note in seen:
        note(unit)
    if not writes:
        unit.audit("calendar_event", 0, seen=len(seen))
    return bool(writes)


def kind_of(path: Path, sheet: str = "", store: Store | None = None) -> str:
    """The kind of a file: a calendar, a rate card, or rows by the columns that their first line names.

    Args:
        sheet: of a workbook; empty: the only one that is filled.
        store: what was said there about files of its shape counts.

    Raises:
        NoKind: it is none of them; the message says what each kind needs.
        Unreadable: it cannot be read.
        WhichSheet: it is a workbook of several sheets, and none is named.
    """
    start = read_bytes(path, _START).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:15].upper() == b"BEGIN:VCALENDAR" or path.suffix.casefold() in (".ics", ".ical", ".ifb"):
        return CALENDAR
    if start.startswith(b"{") or path.suffix.casefold() == ".json":
        return RATE_CARD
    table = read_table(path, ROWS, sheet, _names(*SUBJECTS))
    if store is not None:
        for kind in SUBJECTS:
            if remembered(store, kind, table.headers):
                return kind
    fitting = _fitting(table, {}) or _fitting(table, KNOWN)
    if not fitting:
        needs = "; ".join(f"{kind}: {', '.join(subject.required())}" for kind, subject in SUBJECTS.items())
        raise NoKind(
            f"{shortened(path.name)} names no columns that are known. Needed are, for {needs}. "
            "Names of your own are taken by the command: dispatch import KIND FILE --map theirs=ours."
        )
    return max(fitting, key=lambda kind: fitting[kind])


def _fitting(table: FileTable, known: Mapping[str, KnownNames]) -> dict[str, tuple[int, bool, int]]:
    """How well each kind that a table can be explains it: how many of its columns, whether none is missing, how many it needs.

    By other names than ours a file may lack up to half of what it needs: what is missing is asked for then.
    """
    fitting: dict[str, tuple[int, bool, int]] = {}
    for kind, subject in SUBJECTS.items():
        # what every row says is no sign of what the file is
        names = known.get(kind, KnownNames())._replace(otherwise={})
        try:
            _, columns = understood(table, subject.columns, (), {}, names, {})
        except Unreadable:
            continue
        needed = subject.required()
        there = sum(name in columns.position for name in needed)
        if there == len(needed) or (known and 2 * there >= len(needed)):
            # clients.csv needs one column, which sites and visits have as well: the kind that explains most is meant
            fitting[kind] = (len(columns.position), there == len(needed), len(needed))
    return fitting
