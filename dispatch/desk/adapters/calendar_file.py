"""Reading a calendar file (iCalendar, RFC 5545): its events as rows of a table.

The frame of the file is walked here, line by line; only the few properties that a visit is made from are handed to the
`icalendar` package. So nothing else in a file costs anything: no alarm, no attachment. Zones are those of `calendar_zones`.
"""

from __future__ import annotations

import datetime
import hashlib
import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dispatch.desk.adapters.calendar_series import Dates, Series, dates_of, names
from dispatch.desk.adapters.calendar_text import plain, without_cancelled
from dispatch.desk.adapters.calendar_zones import FileZones
from dispatch.desk.files.table import ROWS, FileRow, FileTable, Unreadable, Watch, read_text, unwatched
from dispatch.desk.files.verdicts import shortened
from dispatch.model.typed_times import YEARS

CANCELLED = "CANCELLED"
_BYTES_PER_EVENT = 2_000
_SMALLEST = 1_000_000
_LINE = 100_000
_DEPTH = 8
_UID = 1_024
_SEQUENCE = 2**31
_UNFOLLOWED = 100
"""So many events of a file may repeat by rules that are not followed: one that never comes true can take half a second."""
_TEXTS = ("UID", "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS")
_MOMENTS = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "DTSTAMP", "LAST-MODIFIED"})
_LISTS = frozenset({"EXDATE", "RDATE"})
_ONCE = frozenset({*_TEXTS, "DTSTART", "DTEND", "RECURRENCE-ID", "DURATION", "RRULE"})
_READ = _MOMENTS | _LISTS | _ONCE | {"SEQUENCE", "X-ALT-DESC", "TRANSP"}
_FOLDED = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_ANSWERS = {
    "REPLY": "an answer to an invitation, and no request",
    "COUNTER": "another time that somebody proposes, and no request",
    "DECLINECOUNTER": "an answer to a proposal, and no request",
    "REFRESH": "a question for the newest state, and no request",
}
"""What a file of such a METHOD brings (RFC 5546): nothing that a visit is made from."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event, as the cells of its row.

    `start` and `end` are ISO 8601: a date for all day, a time without offset where the event has no zone, for an end also
    `+2700`, seconds after the start. `status` is CANCELLED too where the METHOD of the file or the summary says so. `repeats` is a
    JSON object. `sequence` and `stamp` (epoch seconds, 0: not said) tell an older state of an event from a newer one.
    `skipped` is why nothing is taken of it, `transparent` is `yes` where
    it takes up no time, `trouble` what cannot be read, a sentence a line, each with its property first.
    """

    uid: str = ""
    summary: str = ""
    location: str = ""
    description: str = ""
    start: str = ""
    end: str = ""
    status: str = ""
    repeats: str = ""
    sequence: str = "0"
    stamp: str = "0"
    skipped: str = ""
    transparent: str = ""
    trouble: str = ""

    @property
    def rank(self) -> tuple[int, int, bool]:
        """Which of two states of an event is the newer one (RFC 5546, 2.1.5); a cancellation comes after what it cancels."""
        return int(self.sequence), int(self.stamp), self.status == CANCELLED

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(getattr(self, name) for name in COLUMNS)


COLUMNS = tuple(EventRow.__dataclass_fields__)


@dataclass(slots=True)
class _Calendar:
    """One VCALENDAR of a file: its METHOD, the lines of each event that are of use, and those of each zone that it defines."""

    method: str = ""
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
    events: list[_Event] = []
    for calendar in calendars:
        zones = FileZones(calendar.zones)
        for lines in calendar.events[: rows + 1]:
            watch("reading", len(events), count)
            events.append(_Event(lines, calendar.method, zones))
    own: dict[str, set[str]] = {}
    for event in events:
        if event.occurrence:
            own.setdefault(event.uid, set()).add(event.occurrence)
    unfollowed = 0
    for number, event in enumerate(events, 1):
        for row in event.rows(dates, own.get(event.uid, set())):
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
        prop = _NAME.match(line)
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
        elif word == "VERSION" and len(stack) == 1 and value.startswith("1"):
            raise Unreadable(f"{name} is an old vCalendar ({shortened(value)}); export it as iCalendar (2.0).")
        elif len(stack) == 2 and stack[1] == "VEVENT" and word in _READ:
            calendars[-1].events[-1].append(line)
        if within[1:] == ["VTIMEZONE"]:
            calendars[-1].zones[-1].append(line)
    else:
        if stack:
            raise Unreadable(f"{name} ends in the middle of {shortened(stack[-1])}: it was cut off.")
        return calendars
    raise Unreadable(f"{name} is no calendar: that begins with BEGIN:VCALENDAR.")


class _Event:
    """The properties of one event, and what it says."""

    def __init__(self, lines: Sequence[str], method: str, zones: FileZones) -> None:
        self._method, self._zones = method, zones
        self._trouble: list[str] = []
        self._read: dict[str, list[tuple[Any, str]]] = {}
        for line in lines:
            name = line[: len(_NAME.match(line)[0])].upper()  # type: ignore[index]
            try:
                values = list(_read_line(name, line))
            except Exception:
                # a parser of hostile text may raise anything; what it cannot read is told, and the other events go on
                if name in _ONCE | _LISTS:
                    self._trouble.append(f"{name}: cannot be read")
                continue
            if name in self._read and name in _ONCE:
                self._trouble.append(f"{name}: stands there twice")
            if name in _LISTS or name not in self._read:
                self._read.setdefault(name, []).extend(values)

        self.occurrence = self._moment("RECURRENCE-ID")
        self._one = self._row()
        self.uid = self._one.uid

    def rows(self, dates: Dates | None, own: Collection[str]) -> list[EventRow]:
        """The event as a row, or as one for each of its dates; those in `own` have events of their own."""
        row, series = self._one, self._series()
        if self.occurrence and row.uid:
            return [replace(row, uid=f"{row.uid} {self.occurrence}")]
        if series is None:
            return [row]
        followed = not (row.trouble or row.skipped or row.status == CANCELLED)
        walls = dates_of(series, dates) if dates is not None and followed else None
        if walls is None:
            trouble = (
                "RRULE: the event repeats by a rule that is not followed here; add its dates by hand"
                if dates and followed
                else ""
            )
            return [replace(row, repeats=series.as_json(), trouble=row.trouble or trouble)]
        found = []
        for wall in walls:
            text = series.text_of(wall) or ""
            if not names(own, text, wall):
                status = CANCELLED if names(series.without, text, wall) else row.status
                found.append(replace(row, uid=f"{row.uid} {text}", start=text, end=_lasting(row, wall), status=status))
        return found

    def _row(self) -> EventRow:
        texts = {name: str(self._value(name) or "") for name in _TEXTS}
        start, end = self._times()
        summary, cancelled = without_cancelled(" ".join(texts["SUMMARY"].split("\n")))
        status = texts["STATUS"].strip().upper()
        if cancelled or self._method == "CANCEL":
            status = CANCELLED
        uid = texts["UID"].strip() or _hashed(texts | {"SUMMARY": summary}, start)
        if len(uid) > _UID:
            self._trouble.append(f"UID: longer than {_UID} characters")
            uid = ""
        sequence = self._value("SEQUENCE") or 0
        return EventRow(
            uid,
            summary,
            " ".join(texts["LOCATION"].split("\n")),
            plain(texts["DESCRIPTION"]) or plain(str(self._value("X-ALT-DESC") or ""), markup=True),
            start,
            end,
            status,
            sequence=str(sequence if 0 <= sequence < _SEQUENCE else 0),
            stamp=str(self._stamp()),
            skipped=_ANSWERS.get(self._method, ""),
            transparent="yes" if str(self._value("TRANSP") or "").upper() == "TRANSPARENT" else "",
            trouble="\n".join(self._trouble),
        )

    def _series(self) -> Series | None:
        """How the event repeats; None where it does not."""
        if not {"RRULE", "RDATE"} & self._read.keys():
            return None
        rule = self._value("RRULE")
        start, zone = self._read["DTSTART"][0] if "DTSTART" in self._read else (None, "")
        parts = {}
        for part, values in rule.items() if isinstance(rule, dict) else ():
            parts[str(part).upper()] = [
                value.isoformat() if isinstance(value, datetime.date) else str(value).upper() for value in values
            ]
        extra = [value for value, _ in self._read.get("RDATE", ())]
        without = frozenset(filter(None, (self._text_of(*pair) for pair in self._read.get("EXDATE", ()))))
        return Series(start, parts, extra, without, lambda wall: self._wall_text(wall, start, zone))

    def _value(self, name: str) -> Any:
        return self._read[name][0][0] if name in self._read else None

    def _stamp(self) -> int:
        """When this state was written, in epoch seconds; 0 where that is not said."""
        for name in ("DTSTAMP", "LAST-MODIFIED"):
            moment = self._value(name)
            if isinstance(moment, datetime.datetime) and moment.year in YEARS:
                return int(moment.replace(tzinfo=datetime.UTC).timestamp())
        return 0

    def _times(self) -> tuple[str, str]:
        """Start and end as text; the end from DTEND, DURATION or, for a date alone, from the day (RFC 5545, 3.6.1)."""
        if "DTSTART" not in self._read:
            if not any(fault.startswith("DTSTART") for fault in self._trouble):
                self._trouble.append("DTSTART: is missing")
            return "", ""
        start = self._moment("DTSTART")
        if "DTEND" in self._read:
            return start, self._moment("DTEND")
        length = self._value("DURATION")
        if not start or not isinstance(length, datetime.timedelta):
            return start, ""
        try:
            if len(start) == len("2026-11-24"):
                last = datetime.date.fromisoformat(start) + datetime.timedelta(
                    days=math.ceil(length / datetime.timedelta(days=1))
                )
                return start, last.isoformat()
            return start, f"+{int(length.total_seconds())}"
        except OverflowError:
            self._trouble.append("DURATION: is out of range")
            return start, ""

    def _moment(self, name: str) -> str:
        """A date, a time without a zone, or an instant in UTC, as ISO 8601; empty where it cannot be taken."""
        if name not in self._read:
            return ""
        value, written = self._read[name][0]
        text = self._text_of(value, written)
        if text is None:
            why = f"is not a date and time from {YEARS[0]} to {YEARS[-1]}"
            if isinstance(value, datetime.date) and value.year in YEARS:
                why = f"the time zone {shortened(written)!r} is not known; export the calendar in UTC"
            self._trouble.append(f"{name}: {why}")
        return text or ""

    def _text_of(self, value: Any, written: str) -> str | None:
        if not isinstance(value, datetime.date) or value.year not in YEARS:
            return None
        if not isinstance(value, datetime.datetime):
            return value.isoformat()
        if value.tzinfo is not None:
            return value.replace(tzinfo=datetime.UTC, microsecond=0).isoformat()
        return self._wall_text(value.replace(microsecond=0), value, written)

    def _wall_text(self, wall: datetime.datetime, like: Any, written: str) -> str | None:
        """A clock reading as text: of the same kind as another one, in the zone that is written."""
        if not isinstance(like, datetime.datetime):
            return wall.date().isoformat()
        if like.tzinfo is not None:
            return wall.replace(tzinfo=datetime.UTC).isoformat()
        if not written:
            return wall.isoformat()
        instant = self._zones.instant(wall, written)
        return None if instant is None else datetime.datetime.fromtimestamp(instant, datetime.UTC).isoformat()


def _lasting(row: EventRow, wall: datetime.datetime) -> str:
    """The end of an event on another of its dates: it lasts as long as on the first."""
    if len(row.end) != len(row.start):
        return row.end
    lasts = datetime.datetime.fromisoformat(row.end) - datetime.datetime.fromisoformat(row.start)
    if len(row.start) == len("2026-11-24"):
        return (wall.date() + lasts).isoformat()
    return f"+{int(lasts.total_seconds())}"


def _hashed(texts: dict[str, str], start: str) -> str:
    """The id of an event without one, by which it is known again: of what it says, its cancellation apart."""
    kept = {name: "" if name == "STATUS" and text.upper() == CANCELLED else text for name, text in texts.items()}
    return f"sha256:{hashlib.sha256(repr((kept, start)).encode()).hexdigest()}"


def _read_line(name: str, line: str) -> Iterator[tuple[Any, str]]:
    """The values of a property, each with the name of the zone that it was written with.

    The zone is looked up by `FileZones`: the package would warn, guess, and believe what other files defined.

    Raises:
        Exception: whatever the parser makes of a line that cannot be read.
    """
    import icalendar

    if name == "X-ALT-DESC":
        name, line = "DESCRIPTION", f"DESCRIPTION{line[len(name) :]}"  # Outlook escapes it like one
    if name not in _MOMENTS | _LISTS:
        event = icalendar.Event.from_ical(f"BEGIN:VEVENT\r\n{line}\r\nEND:VEVENT\r\n".encode())
        read = event.get(name)
        if event.errors or read is None:
            raise ValueError(f"{name} cannot be read")
        yield getattr(read, "dt", read), ""
        return
    _, params, value = icalendar.parser.Contentline(line).parts()  # type: ignore[no-untyped-call]
    zone = str(params.get("TZID", "")).strip()
    for text in value.split(",") if name in _LISTS else (value,):
        yield _moment_of(text.strip().partition("/")[0]), zone


def _moment_of(text: str) -> datetime.date:
    """A date, a clock reading, or one in UTC.

    Raises:
        ValueError: it is none.
    """
    if len(text) == len("20261124"):
        return datetime.datetime.strptime(text, "%Y%m%d").date()
    moment = datetime.datetime.strptime(text.upper().removesuffix("Z"), "%Y%m%dT%H%M%S")
    return moment.replace(tzinfo=datetime.UTC) if text.upper().endswith("Z") else moment
