"""Reading a calendar file (iCalendar, RFC 5545): its events as rows of a table.

The frame of the file is walked here, line by line; only the few properties that a visit is made from are handed to the
`icalendar` package. So nothing else in a file costs anything: no alarm, no attachment, and no time zone that a file
defines for itself, which could be one that never ends. A time zone is known by its IANA name or by the name that
Windows has for it.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dispatch.desk.files.table import ROWS, FileRow, FileTable, Unreadable, Watch, read_text, unwatched
from dispatch.desk.files.verdicts import shortened
from dispatch.model.instants import Unclear, at_wall, zone_of
from dispatch.model.typed_times import YEARS

COLUMNS = ("uid", "summary", "location", "description", "start", "end", "status", "repeats", "trouble")
"""What an event has. `start` and `end` are ISO 8601: a date for all day, a time without offset where the event has no
zone, for an end also `+2700`, seconds after the start; `repeats` is a JSON object; `trouble` has what cannot be read, a
sentence a line, each with its property first."""

BYTES_PER_EVENT = 2_000
SMALLEST = 1_000_000
_LINE = 100_000
_DEPTH = 8
_UID = 1_024
_TEXTS = ("UID", "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS")
_MOMENTS = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID"})
_READ = _MOMENTS | {*_TEXTS, "DURATION", "RRULE", "RDATE"}
_FOLD = re.compile(r"\n[ \t]")
_NAME = re.compile(r"[A-Za-z0-9-]+")


def read_calendar(path: Path, rows: int = ROWS, watch: Watch = unwatched) -> FileTable:
    """The events in a calendar file; row numbers count them.

    Args:
        rows: the most events that it may have.
        watch: told how far it is.

    Raises:
        Unreadable: it is not UTF-8, too large, empty, or no calendar.
    """
    text = read_text(path, max(SMALLEST, rows * BYTES_PER_EVENT), "a calendar begins with BEGIN:VCALENDAR")
    name = shortened(path.name)
    taken = []
    count = text.upper().count("\nBEGIN:VEVENT")
    for number, lines in enumerate(_events(text, name), 1):
        if number > rows:
            raise Unreadable(f"{name} has more than {rows:,} events; divide it, or raise the limit with --rows.")
        watch("reading", number, count)
        taken.append(FileRow(number, _cells(lines)))
    return FileTable(path.name, COLUMNS, tuple(taken))


def _events(text: str, name: str) -> Iterator[list[str]]:  # noqa: C901, PLR0912  a line of the format is one of many things
    """The lines of each event that are of use."""
    lines = _FOLD.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    stack: list[str] = []
    event: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if len(line) > _LINE:
            raise Unreadable(f"{name} has a line of more than {_LINE:,} characters (line {number}, unfolded).")
        prop = _NAME.match(line)
        word = prop[0].upper() if prop else ""
        if word == "BEGIN":
            stack.append(line.partition(":")[2].strip().upper())
            if stack[0] != "VCALENDAR":
                break
            if len(stack) > _DEPTH:
                raise Unreadable(
                    f"{name} is no calendar: it is nested more than {_DEPTH} deep (line {number}, unfolded)."
                )
            if stack[-1] == "VEVENT" and "VEVENT" not in stack[:-1]:
                event = []
        elif word == "END":
            if not stack or stack.pop() != line.partition(":")[2].strip().upper():
                raise Unreadable(f"{name} is no calendar: line {number} (unfolded) ends what was not begun.")
            if line.partition(":")[2].strip().upper() == "VEVENT" and "VEVENT" not in stack:
                yield event
        elif not stack:
            break
        elif stack[-1] == "VEVENT" and word in _READ:
            event.append(line)
    else:
        if stack:
            raise Unreadable(f"{name} ends in the middle of {shortened(stack[-1])}: it was cut off.")
        return
    raise Unreadable(f"{name} is no calendar: that begins with BEGIN:VCALENDAR.")


def _cells(lines: list[str]) -> tuple[str, ...]:
    """One event in the order of `COLUMNS`."""
    trouble: list[str] = []
    properties: dict[str, Any] = {}
    zones: dict[str, str] = {}
    for line in lines:
        name = line[: len(_NAME.match(line)[0])].upper()  # type: ignore[index]
        try:
            read, zone = _read_line(name, line)
        except Exception:
            # a parser of hostile text may raise anything; what it cannot read is told, and the other events go on
            trouble.append(f"{name}: cannot be read")
            continue
        if name in properties and name != "RDATE":
            trouble.append(f"{name}: stands there twice")
        properties.setdefault(name, read)
        zones.setdefault(name, zone)
    texts = {name: str(properties.get(name, "")) for name in _TEXTS}
    start, end = _times(properties, zones, trouble)
    occurrence = _moment("RECURRENCE-ID", properties, zones, trouble)
    repeats = _repeats(properties)
    uid = texts["UID"].strip() or f"sha256:{hashlib.sha256(repr((texts, start)).encode()).hexdigest()}"
    if len(uid) > _UID:
        trouble.append(f"UID: longer than {_UID} characters")
        uid = ""
    if occurrence:
        uid, repeats = f"{uid} {occurrence}", ""
    return (
        uid,
        " ".join(texts["SUMMARY"].split("\n")),
        " ".join(texts["LOCATION"].split("\n")),
        texts["DESCRIPTION"],
        start,
        end,
        texts["STATUS"].strip().upper(),
        repeats,
        "\n".join(trouble),
    )


def _read_line(name: str, line: str) -> tuple[Any, str]:
    """The value of a property, and the name of the zone that a time was written with.

    The zone is looked up by `_zone`: the package would warn, guess, and believe what other files defined.

    Raises:
        Exception: whatever the parser makes of a line that cannot be read.
    """
    import icalendar

    zone = ""
    if name in _MOMENTS:
        _, params, value = icalendar.parser.Contentline(line).parts()  # type: ignore[no-untyped-call]
        zone = str(params.get("TZID", "")).strip()
        line = f"{name}{';VALUE=DATE' if str(params.get('VALUE', '')).upper() == 'DATE' else ''}:{value}"
    event = icalendar.Event.from_ical(f"BEGIN:VEVENT\r\n{line}\r\nEND:VEVENT\r\n".encode())
    read = event.get(name)
    if event.errors or read is None:
        raise ValueError(f"{name} cannot be read")
    return read, zone


def _times(properties: dict[str, Any], zones: dict[str, str], trouble: list[str]) -> tuple[str, str]:
    """Start and end as text; the end from DTEND, DURATION or, for a date alone, from the day (RFC 5545, 3.6.1)."""
    if "DTSTART" not in properties:
        if not any(fault.startswith("DTSTART") for fault in trouble):
            trouble.append("DTSTART: is missing")
        return "", ""
    start = _moment("DTSTART", properties, zones, trouble)
    if "DTEND" in properties:
        return start, _moment("DTEND", properties, zones, trouble)
    length = getattr(properties.get("DURATION"), "dt", None)
    if not start or not isinstance(length, datetime.timedelta):
        return start, ""
    try:
        if len(start) == 10:
            last = datetime.date.fromisoformat(start) + datetime.timedelta(
                days=math.ceil(length / datetime.timedelta(days=1))
            )
            return start, last.isoformat()
        return start, f"+{int(length.total_seconds())}"
    except OverflowError:
        trouble.append("DURATION: is out of range")
        return start, ""


def _moment(name: str, properties: dict[str, Any], zones: dict[str, str], trouble: list[str]) -> str:
    """A date, a time without a zone, or an instant in UTC, as ISO 8601; empty where it cannot be taken."""
    value = properties.get(name)
    if value is None:
        return ""
    moment = getattr(value, "dt", None)
    if not isinstance(moment, datetime.date) or moment.year not in YEARS:
        trouble.append(f"{name}: is not a date and time from {YEARS[0]} to {YEARS[-1]}")
        return ""
    if not isinstance(moment, datetime.datetime):
        return moment.isoformat()
    wall = moment.replace(tzinfo=None, microsecond=0)
    written = zones.get(name, "")
    if written:
        zone = _zone(written)
        if zone is None:
            trouble.append(f"{name}: the time zone {shortened(written)!r} is not known; export the calendar in UTC")
            return ""
        instant = at_wall(wall, zone, Unclear.CALENDAR)
        return datetime.datetime.fromtimestamp(instant, datetime.UTC).isoformat()
    if moment.tzinfo is not None:
        return wall.replace(tzinfo=datetime.UTC).isoformat()
    return wall.isoformat()


def _zone(written: str) -> str | None:
    """The IANA name of a zone: as written, by its Windows name, or behind what a program put before it."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    parts = written.strip("/").split("/")
    for name in (written, WINDOWS_TO_OLSON.get(written, ""), "/".join(parts[-2:]), "/".join(parts[-3:])):
        if name and not name.startswith("/"):
            try:
                zone_of(name)
            except ValueError:
                continue
            return name
    return None


def _repeats(properties: dict[str, Any]) -> str:
    """How the event repeats, as JSON; empty where it does not."""
    if "RRULE" not in properties and "RDATE" not in properties:
        return ""
    rule = properties.get("RRULE")
    if not isinstance(rule, dict):
        return "{}"
    return json.dumps(
        {
            str(part).upper(): [
                value.isoformat() if isinstance(value, datetime.date) else str(value).upper() for value in values
            ]
            for part, values in rule.items()
        }
    )
