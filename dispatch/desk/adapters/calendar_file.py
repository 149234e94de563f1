"""Reading a calendar file (iCalendar, RFC 5545): its events as rows of a table.

The frame of the file is walked here, line by line; only the few properties that a visit is made from are read further
(`calendar_event`). So nothing else in a file costs anything: no alarm, no attachment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dispatch.desk.adapters.calendar_event import CANCELLED, COLUMNS, NAME, READ, CalendarEvent, EventRow
from dispatch.desk.adapters.calendar_series import Dates
from dispatch.desk.adapters.calendar_zones import FileZones
from dispatch.desk.files.table import ROWS, FileRow, FileTable, Unreadable, Watch, read_text, unwatched
from dispatch.desk.files.verdicts import shortened

_BYTES_PER_EVENT = 2_000
_SMALLEST = 1_000_000
_LINE = 100_000
_DEPTH = 8
_UNFOLLOWED = 100
"""So many events of a file may repeat by rules that are not followed: one that never comes true can take half a second."""
_FOLDED = re.compile(rb"(?:\r\n|\n|\r)[ \t]")


@dataclass(slots=True)
class _Calendar:
    """One VCALENDAR of a file: its METHOD, the zone of its times without one, the lines of each event that are of use, and those of
    each zone that it defines."""

    method: str = ""
    floating: str = ""
    events: list[list[str]] = field(default_factory=list)
    zones: list[list[str]] = field(default_factory=list)


def read_calendar(path: Path, rows: int = ROWS, watch: Watch = unwatched, dates: Dates | None = None) -> FileTable:
    """The events in a calendar file; row numbers count them.

    Args:
        rows: the most events that it may have.
        watch: told how far it is.
        dates: an event that repeats becomes an event for each of its dates in this span, each with the number of its event;
            without, it stays one that repeats.

    Raises:
        Unreadable: it is not UTF-8, too large, empty, or no calendar.
    """
    begins = "a calendar begins with BEGIN:VCALENDAR"
    text = read_text(path, max(_SMALLEST, rows * _BYTES_PER_EVENT), begins, kind="UTF-8", folded=_FOLDED)
    name = shortened(path.name)
    calendars = _calendars(text, name)
    taken = list(_rows_of(calendars, rows, watch, dates))
    if len(taken) > rows:
        raise Unreadable(f"{name} has more than {rows:,} events; divide it, or raise the limit with --rows.")
    return FileTable(path.name, COLUMNS, tuple(FileRow(at, row.cells) for at, row in _newest(taken)))


def events_of(text: str, name: str, dates: Dates) -> list[EventRow]:
    """The events in the text of a calendar, those that repeat as one for each of their dates in a span.

    Raises:
        Unreadable: it is no calendar.
    """
    unfolded = _FOLDED.sub(b"", text.encode("utf-8", "replace")).decode("utf-8", "replace")
    taken = list(_rows_of(_calendars(unfolded, name), ROWS, unwatched, dates))
    return [row for _, row in _newest(taken) if not row.skipped]


def _rows_of(
    calendars: Sequence[_Calendar], rows: int, watch: Watch, dates: Dates | None
) -> Iterator[tuple[int, EventRow]]:
    """Every event with its number, at most one more than `rows` of a calendar."""
    count = sum(len(calendar.events) for calendar in calendars)
    events: list[CalendarEvent] = []
    for calendar in calendars:
        zones = FileZones(calendar.zones, calendar.floating)
        for lines in calendar.events[: rows + 1]:
            watch("reading", len(events), count)
            events.append(CalendarEvent(lines, calendar.method, zones))
    of_uid: dict[str, list[CalendarEvent]] = {}
    for event in events:
        of_uid.setdefault(event.uid, []).append(event)
    unfollowed = 0
    for number, event in enumerate(events, 1):
        for row in event.rows(dates, of_uid[event.uid]):
            unfollowed += bool(dates and row.repeats)
            if unfollowed > _UNFOLLOWED:
                raise Unreadable(
                    f"More than {_UNFOLLOWED} events repeat by rules that are not followed; leave out --until."
                )
            yield number, row


def _newest(taken: Sequence[tuple[int, EventRow]]) -> Iterator[tuple[int, EventRow]]:
    """Every state of every event; those that another event of the file overtakes, or repeats, are skipped for it."""
    newest: dict[str, tuple[int, EventRow]] = {}
    for number, row in taken:
        known = newest.get(row.uid)
        if known is None or row.rank > known[1].rank:
            newest[row.uid] = number, row
    for number, row in taken:
        if row.skipped or not row.uid:
            yield number, row
            continue
        at, best = newest[row.uid]
        _, series = newest.get(row.uid.rpartition(" ")[0], (0, None))
        if row.rank < best.rank:
            yield number, replace(row, skipped=f"event {at} is a newer state of it")
        elif row is not best and (row == best or row.status == best.status == CANCELLED):
            yield number, replace(row, skipped=f"event {at} is the same")
        elif series is not None and series.status == CANCELLED and series.rank[:2] >= row.rank[:2]:
            yield number, replace(row, status=CANCELLED)
        else:
            yield number, row


def _calendars(text: str, name: str) -> list[_Calendar]:  # noqa: C901, PLR0912  a line of the format is one of many things
    """The calendars of a file, which may be several after one another."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    stack: list[str] = []
    calendars: list[_Calendar] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if len(line) > _LINE:
            raise Unreadable(f"{name} has a line of more than {_LINE:,} characters (line {number}, unfolded).")
        prop = NAME.match(line)
        word = prop[0].upper() if prop else ""
        value = line.partition(":")[2].strip()
        within = stack[:2]
        if word == "BEGIN":
            stack.append(value.upper())
            if stack[0] != "VCALENDAR":
                break
            if len(stack) > _DEPTH:
                raise Unreadable(
                    f"{name} is no calendar: it is nested more than {_DEPTH} deep (line {number}, unfolded)."
                )
            if len(stack) == 1:
                calendars.append(_Calendar())
            elif len(stack) == 2 and stack[1] in ("VEVENT", "VTIMEZONE"):
                of = calendars[-1].events if stack[1] == "VEVENT" else calendars[-1].zones
                of.append([])
        elif word == "END":
            if not stack or stack.pop() != value.upper():
                raise Unreadable(f"{name} is no calendar: line {number} (unfolded) ends what was not begun.")
        elif not stack:
            break
        elif word == "METHOD" and len(stack) == 1:
            calendars[-1].method = value.upper()
        elif word == "X-WR-TIMEZONE" and len(stack) == 1:
            calendars[-1].floating = value
        elif word == "VERSION" and len(stack) == 1 and value.startswith("1"):
            raise Unreadable(f"{name} is an old vCalendar ({shortened(value)}); export it as iCalendar (2.0).")
        elif len(stack) == 2 and stack[1] == "VEVENT" and word in READ:
            calendars[-1].events[-1].append(line)
        if within[1:] == ["VTIMEZONE"]:
            calendars[-1].zones[-1].append(line)
    else:
        if stack:
            raise Unreadable(f"{name} ends in the middle of {shortened(stack[-1])}: it was cut off.")
        return calendars
    raise Unreadable(f"{name} is no calendar: that begins with BEGIN:VCALENDAR.")
