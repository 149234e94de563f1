"""One event of a calendar file (RFC 5545, 3.6.1): what it says as a row, or as one for each of its dates.

Only the properties that a visit is made from are handed to the `icalendar` package. Zones are those of `calendar_zones`.
"""

from __future__ import annotations

import datetime
import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dispatch.desk.adapters.calendar_series import Dates, Series, dates_of, names, wall_of
from dispatch.desk.adapters.calendar_text import plain, without_cancelled
from dispatch.desk.adapters.calendar_zones import FileZones
from dispatch.desk.files.verdicts import shortened
from dispatch.model.typed_times import YEARS

CANCELLED = "CANCELLED"
NAME = re.compile(r"[A-Za-z0-9-]+")
_UID = 1_024
_SEQUENCE = 2**31
_TEXTS = ("UID", "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS")
_MOMENTS = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "DTSTAMP", "LAST-MODIFIED"})
_BARE_ZONE = re.compile(r";TZID=(\((?:UTC|GMT)[+-]\d\d:\d\d\)[^\":]+):", re.IGNORECASE)
"""A name with an offset (`calendar_zone_names`) that a program wrote without the quotes that its colon needs."""
_LISTS = frozenset({"EXDATE", "RDATE"})
_ONCE = frozenset({*_TEXTS, "DTSTART", "DTEND", "RECURRENCE-ID", "DURATION", "RRULE", "EXRULE"})
READ = _MOMENTS | _LISTS | _ONCE | {"SEQUENCE", "X-ALT-DESC", "TRANSP"}
_RANGE = re.compile(r'RECURRENCE-ID(?:;[^:]*)?;RANGE="?(\w+)', re.IGNORECASE)
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
    `skipped` is why nothing is taken of it, `transparent` is `yes` where it takes up no time, `onward` where it stands for
    the dates of its series after it too and none of them is brought, `trouble` what cannot be read, a sentence a line, each with
    its property first.
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
    onward: str = ""
    trouble: str = ""

    @property
    def rank(self) -> tuple[int, int, bool]:
        """Which of two states of an event is the newer one (RFC 5546, 2.1.5); a cancellation comes after what it cancels."""
        return int(self.sequence), int(self.stamp), self.status == CANCELLED

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(getattr(self, name) for name in COLUMNS)


COLUMNS = tuple(EventRow.__dataclass_fields__)


class CalendarEvent:
    """The properties of one event, and what it says."""

    def __init__(self, lines: Sequence[str], method: str, zones: FileZones) -> None:
        self._method, self._zones = method, zones
        self._trouble: list[str] = []
        self._onward = False
        self._read: dict[str, list[tuple[Any, str]]] = {}
        for line in lines:
            name = line[: len(NAME.match(line)[0])].upper()  # type: ignore[index]
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
                zoned = ((value, zone or zones.floating) for value, zone in values)
                self._read.setdefault(name, []).extend(zoned)
            if name == "RECURRENCE-ID" and (ranged := _RANGE.match(line)):
                self._onward = ranged[1].upper() == "THISANDFUTURE"
                if not self._onward:
                    self._trouble.append("RECURRENCE-ID: changes dates before it, which is not followed")

        self.occurrence = self._moment("RECURRENCE-ID")
        self._one = self._row()
        self.uid = self._one.uid

    def rows(self, dates: Dates | None, of_uid: Sequence[CalendarEvent]) -> list[EventRow]:
        """The event as a row, or as one for each of its dates. `of_uid` are all events of its UID: those that stand for a date of
        it, or from one on, and the one whose date it is."""
        row = self._one
        if self.occurrence and row.uid:
            series = next((event for event in of_uid if not event.occurrence), None)
            text = series.text_of_date(self) if series is not None else None
            brought = dates is not None and series is not None
            alone = "yes" if self._onward and not brought else ""
            return [replace(row, uid=f"{row.uid} {text or self.occurrence}", onward=alone)]
        instead = [(reading, other) for other in of_uid if (reading := self._date_of(other)) is not None]
        onward = {self._date(reading): other for reading, other in instead if other._onward}
        repeats = self._series(tuple(sorted(onward)))
        if repeats is None:
            return [row]
        followed = not (row.trouble or row.skipped or row.status == CANCELLED)
        walls = dates_of(repeats, dates) if dates is not None and followed else None
        if walls is None:
            trouble = (
                "RRULE: the event repeats by a rule that is not followed here; add its dates by hand"
                if dates and followed
                else ""
            )
            return [replace(row, repeats=repeats.as_json(), trouble=row.trouble or trouble)]
        own = {reading for reading, _ in instead}
        found = []
        for wall in walls:
            if names(own, wall):
                continue
            text = repeats.text_of(wall) or ""
            of = replace(row, start=text, end=_lasting(row, wall, repeats.extra.get(wall)))
            if before := [date for date in repeats.onward if date <= wall]:
                of = self._instead(onward[before[-1]], wall - before[-1])
            status = CANCELLED if names(repeats.without, wall) else of.status
            found.append(replace(of, uid=f"{row.uid} {text}", status=status))
        return found

    def _instead(self, other: CalendarEvent, later: datetime.timedelta) -> EventRow:
        """A date of the series so much later than the one from which on another event stands for it, as that has it."""
        row, (start, zone) = other._one, other._read.get("DTSTART", [(None, "")])[0]
        reading, by = self._reading(start, zone), self
        if isinstance(reading, datetime.datetime) != isinstance(start, datetime.datetime):
            reading, by = start, other  # it lasts all day, and the series does not, or the reverse
        if not isinstance(reading, datetime.date):
            return row
        wall = wall_of(reading) + later
        return replace(row, start=by._text_by_own(wall) or "", end=_lasting(row, wall))

    def text_of_date(self, other: CalendarEvent) -> str | None:
        """The date of this series that another event stands for, as the series writes it: programs write it by its day and in
        other zones too."""
        reading = self._date_of(other)
        return None if reading is None else self._text_by_own(self._date(reading))

    def _date(self, reading: datetime.date) -> datetime.datetime:
        """A date of this series: where only its day is said, at the time of its start."""
        start = self._value("DTSTART")
        if isinstance(start, datetime.datetime) and not isinstance(reading, datetime.datetime):
            return datetime.datetime.combine(reading, start.time())
        return wall_of(reading)

    def _date_of(self, other: CalendarEvent) -> datetime.date | None:
        """The RECURRENCE-ID of another event by the clock of this one."""
        return self._reading(*other._read["RECURRENCE-ID"][0]) if other.occurrence else None

    def _reading(self, value: Any, written: str) -> datetime.date | None:
        """A day or a moment by the clock of the start of this event: a day as it is, else what its clock reads then."""
        start, zone = self._read.get("DTSTART", [(None, "")])[0]
        if not isinstance(value, datetime.date) or not isinstance(start, datetime.date):
            return None
        if not isinstance(value, datetime.datetime):
            return value
        if not isinstance(start, datetime.datetime):
            return value.date()
        if value.tzinfo is None and (written == zone or not written or not (zone or start.tzinfo)):
            return value
        instant = int(value.timestamp()) if value.tzinfo is not None else self._zones.instant(value, written)
        if instant is None or not (zone or start.tzinfo):
            return None if instant is None else wall_of(value)
        return self._zones.reading(instant, "UTC" if start.tzinfo is not None else zone)

    def _text_by_own(self, wall: datetime.datetime) -> str | None:
        """A reading of the clock of this event as text."""
        return self._wall_text(wall, *self._read["DTSTART"][0])

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

    def _series(self, onward: tuple[datetime.datetime, ...]) -> Series | None:
        """How the event repeats; None where it does not."""
        if not {"RRULE", "RDATE"} & self._read.keys():
            return None
        rule = self._value("RRULE")
        parts = {}
        for part, values in rule.items() if isinstance(rule, dict) else ():
            parts[str(part).upper()] = [
                value.isoformat() if isinstance(value, datetime.date) else str(value).upper() for value in values
            ]
        if "EXRULE" in self._read:
            parts["EXRULE"] = [""]
        extra: dict[datetime.datetime, datetime.timedelta | None] = {}
        for (value, lasts), zone in self._read.get("RDATE", ()):
            if (reading := self._reading(value, zone)) is not None:
                extra[self._date(reading)] = lasts
        without = (self._reading(value, zone) for (value, _), zone in self._read.get("EXDATE", ()))
        return Series(self._value("DTSTART"), parts, extra, frozenset(filter(None, without)), onward, self._text_by_own)

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


def _lasting(row: EventRow, wall: datetime.datetime, lasts: datetime.timedelta | None = None) -> str:
    """The end of an event on another of its dates: it lasts as long as on the first, where nothing else is said."""
    if lasts is None:
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
    line = _BARE_ZONE.sub(r';TZID="\1":', line)
    _, params, value = icalendar.parser.Contentline(line).parts()  # type: ignore[no-untyped-call]
    zone = str(params.get("TZID", "")).strip()
    if name not in _LISTS:
        yield _moment_of(value.strip()), zone
        return
    for text in value.split(","):
        moment, period, end = text.strip().partition("/")
        start = _moment_of(moment)
        yield (start, _length(start, end) if period else None), zone


def _length(start: datetime.date, end: str) -> datetime.timedelta:
    """How long a period lasts, whose end is a moment or a length (RFC 5545, 3.3.9).

    Raises:
        ValueError: it is neither.
    """
    import icalendar

    if end.upper().startswith(("P", "+P")):
        length: datetime.timedelta = icalendar.vDuration.from_ical(end.upper())  # type: ignore[no-untyped-call]
        return length
    return _moment_of(end) - start


def _moment_of(text: str) -> datetime.date:
    """A date, a clock reading, or one in UTC.

    Raises:
        ValueError: it is none.
    """
    if len(text) == len("20261124"):
        return datetime.datetime.strptime(text, "%Y%m%d").date()
    moment = datetime.datetime.strptime(text.upper().removesuffix("Z"), "%Y%m%dT%H%M%S")
    return moment.replace(tzinfo=datetime.UTC) if text.upper().endswith("Z") else moment
