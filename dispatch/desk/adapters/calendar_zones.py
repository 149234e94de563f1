"""The time zones of a calendar file: by their IANA name, by the names that Windows has for them, or as the file has them.

A definition (VTIMEZONE, RFC 5545, 3.6.5) is read here and not by the `icalendar` package: what a file of strangers says costs a
bounded time, and only yearly rules are followed, which are those that clocks are changed by.
"""

from __future__ import annotations

import datetime
import itertools
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dispatch.desk.adapters.calendar_zone_names import windows_zone
from dispatch.model.instants import Unclear, at_wall, zone_of
from dispatch.model.typed_times import YEARS

_MOST_LINES = 2_000
_ONSETS = 600
"""Changes of one rule that are looked at: those of 1601, with which Outlook begins, reach beyond 2199."""
_PARTS = {"FREQ", "INTERVAL", "BYMONTH", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"}
_OFFSET = re.compile(r"([+-])([01]\d|2[0-3])([0-5]\d)([0-5]\d)?")
_WALL = "%Y%m%dT%H%M%S"
_EPOCH = datetime.datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class DefinedZone:
    """A zone of a file: its offset before the first change, and each change with the clock reading from which it counts.

    Where clocks go over a reading, or come to it twice, the offset before the change counts (RFC 5545, 3.3.5).
    """

    before: int
    readings: tuple[int, ...]
    offsets: tuple[int, ...]

    def instant(self, wall: datetime.datetime) -> int:
        """The instant at which its clocks read `wall`."""
        reading = _seconds(wall)
        at = bisect_right(self.readings, reading)
        return reading - (self.offsets[at - 1] if at else self.before)


class FileZones:
    """The zones that a file may name.

    Args:
        definitions: the lines of its VTIMEZONEs, unfolded, with what stands between.
        floating: the zone of all of the calendar (X-WR-TIMEZONE, as Google and Apple write it); a time that names none is of it.
    """

    def __init__(self, definitions: Sequence[Sequence[str]], floating: str = "") -> None:
        # the name is a text there, with its commas escaped, and a parameter where it is used, without
        self._lines = {re.sub(r"\\([,;])", r"\1", _value(lines, "TZID")): lines for lines in reversed(definitions)}
        self._found: dict[str, str | DefinedZone | None] = {}
        self.floating = floating if self._find(floating) is not None else ""

    def instant(self, wall: datetime.datetime, written: str) -> int | None:
        """The instant of a clock reading in the zone that is written so; None where nobody knows that zone."""
        if written not in self._found:
            self._found[written] = self._find(written)
        zone = self._found[written]
        if zone is None:
            return None
        return zone.instant(wall) if isinstance(zone, DefinedZone) else at_wall(wall, zone, Unclear.CALENDAR)

    def reading(self, instant: int, written: str) -> datetime.datetime | None:
        """What clocks read in the zone that is written so; None where nobody knows that zone."""
        wall = _EPOCH + datetime.timedelta(seconds=instant)
        for _ in range(2):  # the offset of a time so many hours away may be another one: once more from there
            found = self.instant(wall, written)
            if found is None:
                return None
            wall += datetime.timedelta(seconds=instant - found)
        return wall

    def _find(self, written: str) -> str | DefinedZone | None:
        """A name that the world agrees on comes before the file's own definition, which is often of one year only; short names
        such as EST mean another thing here than there, and so come last."""
        known = iana(written)
        if known is not None and ("/" in known or known == "UTC"):
            return known
        lines = self._lines.get(written, ())
        return defined(lines) or iana(_value(lines, "X-LIC-LOCATION")) or known


@lru_cache(maxsize=1)
def _windows() -> Mapping[str, str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}


def iana(written: str) -> str | None:
    """The IANA name of a zone: as written, by the name that Windows has for it or shows, or behind what a program put before it."""
    written = written.strip().strip('"')
    if written.casefold() in ("tzone://microsoft/utc", "z", "coordinated universal time"):
        return "UTC"
    parts = written.strip("/").split("/")
    tails = ["/".join(parts[-count:]) for count in (2, 3) if len(parts) >= count]
    windows = windows_zone(written) or written
    for name in (written, _windows().get(windows.casefold(), ""), *tails):
        if name and not name.startswith("/"):
            try:
                zone_of(name)
            except ValueError:
                continue
            return name
    return None


def defined(lines: Sequence[str]) -> DefinedZone | None:
    """The zone that the lines of a VTIMEZONE define; None where they define none that can be followed."""
    if len(lines) > _MOST_LINES:
        return None
    changes: dict[int, tuple[int, int]] = {}
    try:
        for part in _parts(lines):
            offset_from, offset_to = (_offset(_value(part, f"TZOFFSET{end}")) for end in ("FROM", "TO"))
            for onset in _onsets(part, offset_from):
                changes[_seconds(onset) - offset_from] = (offset_from, offset_to)
    except (ValueError, OverflowError):
        return None
    if not changes:
        return None
    ordered = sorted(changes.items())
    readings = tuple(instant + max(offsets) for instant, offsets in ordered)
    return DefinedZone(ordered[0][1][0], readings, tuple(offset_to for _, (_, offset_to) in ordered))


def _parts(lines: Sequence[str]) -> list[list[str]]:
    """The lines of each STANDARD and DAYLIGHT."""
    parts: list[list[str]] = []
    for line in lines:
        if line.upper().startswith("BEGIN:"):
            parts.append([])
        elif parts and not line.upper().startswith("END:"):
            parts[-1].append(line)
    return parts


def _onsets(part: Sequence[str], offset_from: int) -> list[datetime.datetime]:
    """When a change of clocks happens, on the clocks before it.

    Raises:
        ValueError: it is not said in a way that is followed.
    """
    from dateutil.rrule import rrulestr

    start = datetime.datetime.strptime(_value(part, "DTSTART")[: len("20261125T020000")], _WALL)
    onsets = [start]
    for line in part:
        if line.upper().startswith(("RDATE:", "RDATE;")):
            onsets += [
                datetime.datetime.strptime(text[: len("20261125T020000")], _WALL)
                for text in line.partition(":")[2].split(",")
            ]
    rule = dict(pair.partition("=")[::2] for pair in _value(part, "RRULE").upper().split(";") if pair)
    if rule:
        if rule.get("FREQ") != "YEARLY" or not set(rule) <= _PARTS or int(rule.get("INTERVAL", 1)) < 1:
            raise ValueError("no yearly rule")
        until = rule.pop("UNTIL", "")
        last = datetime.datetime(YEARS[-1], 12, 31)
        if until:
            last = datetime.datetime.strptime(f"{until.rstrip('Z')}T000000"[: len("20261125T020000")], _WALL)
            last += datetime.timedelta(seconds=offset_from if until.endswith("Z") else 0)
        text = ";".join(f"{name}={value}" for name, value in rule.items())
        following = itertools.islice(rrulestr(text, dtstart=start), _ONSETS)
        onsets += itertools.takewhile(lambda onset: onset <= last, following)
    return onsets


def _value(lines: Sequence[str], name: str) -> str:
    """The value of the first line of that name; empty where there is none."""
    found = (line.partition(":")[2].strip() for line in lines if re.match(rf"{name}[;:]", line, re.IGNORECASE))
    return next(found, "")


def _offset(text: str) -> int:
    """Seconds east of UTC.

    Raises:
        ValueError: it is no offset.
    """
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is no offset")
    sign, hours, minutes, seconds = match.groups()
    return (int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)) * (-1 if sign == "-" else 1)


def _seconds(wall: datetime.datetime) -> int:
    """A clock reading as seconds, as if its zone were UTC."""
    return (wall - _EPOCH) // datetime.timedelta(seconds=1)
