"""One row on its way in: its fields are read one by one, and every fault is kept, so that all are told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeVar

from dispatch.desk.files.table import Columns, FileRow
from dispatch.desk.files.verdicts import RowFault, shortened
from dispatch.fields.context import NO_RECORDS
from dispatch.fields.kinds import Whole
from dispatch.model.instants import parse_clock, parse_iso
from dispatch.model.money import shortest
from dispatch.model.text import LINE, NAME, TextRefused, clean
from dispatch.model.travel import Place
from dispatch.model.typed_times import YEARS

T = TypeVar("T")

_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,12})?")

WORD = 40
"""Longest skill, tag, labour class or login."""


class RowEntry:
    """The fields of one row. A field that cannot be taken adds a fault and reads as if it were empty."""

    def __init__(self, row: FileRow, columns: Columns, width: int) -> None:
        self.row = row.number
        self.faults: list[RowFault] = []
        self.warnings: list[str] = []
        self._columns = columns
        self._cells = row.cells
        # what trails behind the last column is harmless as long as it is empty
        if len(row.cells) < width or any(cell.strip() for cell in row.cells[width:]):
            expected = f"has {len(row.cells)} fields where the first line has {width}"
            self.faults.append(RowFault("row", "", expected))

    def has(self, column: str) -> bool:
        """Whether the file has the column. What it has not, it says nothing about."""
        return column in self._columns.position

    def raw(self, column: str) -> str:
        """The field as written, trimmed; empty where there is none."""
        position = self._columns.position.get(column)
        return "" if position is None or position >= len(self._cells) else self._cells[position].strip()

    def fault(self, column: str, expected: str, value: str | None = None) -> None:
        """Refuse the row for what stands in the column (or for `value`)."""
        self.faults.append(RowFault(column, shortened(self.raw(column) if value is None else value), expected))

    def faults_on(self, *columns: str) -> bool:
        """Whether one of these columns has a fault already."""
        return any(fault.field in columns for fault in self.faults)

    def warn(self, text: str) -> None:
        """Let the row pass, and say what somebody should look at."""
        self.warnings.append(text)

    def text(self, column: str, limit: int = LINE, *, required: bool = False, multiline: bool = False) -> str:
        """Text, cleaned."""
        try:
            text = clean(self.raw(column), limit=limit, multiline=multiline)
        except TextRefused as refused:
            self.fault(column, str(refused))
            return ""
        if required and not text:
            self.fault(column, "is missing")
        return text

    def name(self, column: str, *, required: bool = False) -> str:
        """A name of somebody or something."""
        return self.text(column, NAME, required=required)

    def whole(self, column: str, low: int, high: int) -> int | None:
        """A whole number from `low` to `high`."""
        return self.parsed(column, lambda text: Whole(low, high).read(text, NO_RECORDS))

    def decimal(self, column: str, low: int, high: int) -> str | None:
        """A decimal number from `low` to `high`, as its shortest text."""
        return self.parsed(column, lambda text: _decimal(text, low, high))

    def choice(self, column: str, options: Mapping[str, T], *, empty: T | None = None) -> T | None:
        """One of the options, without case; `empty` where the field is empty."""
        written = self.raw(column)
        if not written:
            return empty
        chosen = {name.casefold(): option for name, option in options.items()}.get(written.casefold())
        if chosen is None:
            self.fault(column, f"is not one of {', '.join(options)}")
        return chosen

    def place(self, lat: str, lon: str) -> Place | None:
        """Coordinates in degrees, from two columns that are both filled or both empty."""
        north, east = self.decimal(lat, -90, 90), self.decimal(lon, -180, 180)
        if north is not None and east is not None:
            return Place(float(north), float(east))
        self._together(lat, lon)
        return None

    def span(self, first: str, last: str) -> tuple[int, int] | None:
        """Opening times from two columns that are both filled or both empty; the end after the start."""
        opens, closes = self.parsed(first, _clock), self.parsed(last, lambda text: _clock(text, end=True))
        if opens is not None and closes is not None:
            if closes > opens:
                return opens, closes
            self.fault(last, f"is not after {first} {self.raw(first)}")
        self._together(first, last)
        return None

    def _together(self, first: str, last: str) -> None:
        for filled, empty in ((first, last), (last, first)):
            if self.raw(filled) and not self.raw(empty):
                self.fault(empty, f"is missing beside {filled}")

    def parsed(self, column: str, parse: Callable[[str], T]) -> T | None:
        """A column as `parse` reads it, whose ValueError says what is expected; None where it is empty or cannot be taken."""
        try:
            return parse(written) if (written := self.raw(column)) else None
        except ValueError as fault:
            self.fault(column, str(fault))
            return None


def _decimal(text: str, low: int, high: int) -> str:
    if not _DECIMAL.fullmatch(text) or not low <= float(text) <= high:
        raise ValueError(f"is not a number from {low} to {high} such as 12.5")
    return shortest(Fraction(text), 12)


def _clock(text: str, *, end: bool = False) -> int:
    """A time of day as HH:MM, in minutes since midnight; as an `end` also 24:00."""
    if not _CLOCK.fullmatch(text):
        raise ValueError("is not a time written as 09:00")
    try:
        return parse_clock(text, allow_24=end)
    except ValueError:
        raise ValueError("is a time that no clock has; write for example 09:00") from None


def instant(text: str) -> int:
    """An ISO 8601 date and time with an offset, as epoch seconds."""
    try:
        at = parse_iso(text)
    except (ValueError, OverflowError):
        raise ValueError("is not a date and time with an offset, such as 2026-11-24T09:00:00-05:00") from None
    if not 0 <= at < 7_258_118_400:  # the end of the last of YEARS
        raise ValueError(f"is out of range; years go from {YEARS[0]} to {YEARS[-1]}")
    return at
