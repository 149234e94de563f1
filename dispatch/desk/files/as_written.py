"""Cells as other programs write them, made what the fields of the house read: days, times, numbers and lists.

One layer between a file and its fields (design/records.md, Imports). What has one reading is taken. What has two
(03/04/2026, 1.234) is read as the other rows of its column settle it, else as somebody says, once a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from dispatch.desk.files.columns import Columns
from dispatch.desk.files.table import FileRow, FileTable, Unreadable
from dispatch.desk.files.verdicts import shortened
from dispatch.desk.files.workbook import Exact
from dispatch.fields.context import FieldContext
from dispatch.fields.kinds import Day, FieldKind, Links, Many, Moment, Number, Parsed, Text, Whole, Words, clock
from dispatch.fields.record import Field
from dispatch.fields.trade import COUNTRY, Price
from dispatch.model.countries import country_called
from dispatch.model.csv_text import FORMULA
from dispatch.model.day_words import spoken_day
from dispatch.model.money import rounded
from dispatch.model.text import NAME
from dispatch.records.planning import PRIORITY

DAY_FIRST, MONTH_FIRST, COMMA, POINT = "day-first", "month-first", "comma", "point"
DATES, DECIMALS = (DAY_FIRST, MONTH_FIRST), (COMMA, POINT)

_DAY = re.compile(r"(?P<first>[0-9]{1,2})(?P<mark>[./-])(?P<second>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})")
_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:[:.h](?P<minute>[0-9]{2})(?::[0-9]{2}(?:\.0+)?)?)? ?(?P<half>[ap]\.?m\.?)?(?P<word> ?uhr| ?h)?",
    re.IGNORECASE,
)
_MOMENT = re.compile(r"([0-9./-]+)[T ]+(.+)")
_HOURS = re.compile(r"hour|stunde|heure|hora|\buren\b|\buur\b|\bore\b|\(h\)|\(std")
"""In the name of a column that has hours where ours has minutes."""
_NO_FORMULA = re.compile(f"'(?={FORMULA.pattern})")
"""What a program puts before text that a spreadsheet would reckon with; it is none of the text."""
_MONEY = re.compile("[€$£]|EUR|USD|GBP|CHF")

_PRIORITIES = {
    "P1": ("critical", "kritisch", "critique", "crítica", "kritiek", "critica"),
    "P2": ("high", "hoch", "haute", "élevée", "alta", "hoog"),
    "P3": ("medium", "normal", "mittel", "moyenne", "normale", "media", "normaal", "gemiddeld"),
    "P4": (
        "low",
        "planned",
        "niedrig",
        "geplant",
        "basse",
        "faible",
        "planifiée",
        "baja",
        "planificada",
        "laag",
        "gepland",
        "bassa",
        "pianificata",
    ),
}
"""What other programs, and other languages, call a priority."""


class TimeKind(FieldKind):
    """A time of the day, which files write as 9:00 AM and 9.00 Uhr too."""


class TimeText(Parsed, TimeKind):
    """A time of the day, by a reader of its own."""


class NumberText(Parsed):
    """A number, by a reader of its own."""


class Unsettled(Unreadable):
    """Something in the file has two readings, and nobody has said which is meant. `asked`: dates, decimals or both."""

    def __init__(self, said: str, asked: Sequence[str]) -> None:
        super().__init__(said)
        self.asked = asked


class _Read(NamedTuple):
    """What a cell may be, by the way of reading; the same under every way where there is one reading."""

    ways: Mapping[str, str]

    @property
    def settled(self) -> str:
        """The way that the cell is only readable by; empty where it tells nothing."""
        return next(iter(self.ways)) if len(self.ways) == 1 else ""

    @property
    def open(self) -> bool:
        """Whether its readings differ."""
        return len(set(self.ways.values())) > 1


class FileReadings(NamedTuple):
    """How what has two readings is meant in a file: one of `DATES` and one of `DECIMALS`; empty where nobody has said."""

    dates: str = ""
    decimals: str = ""


NOT_SAID = FileReadings()


def as_the_house_writes(
    table: FileTable, columns: Columns, fields: Mapping[str, Field], context: FieldContext, meant: FileReadings
) -> tuple[FileTable, list[str], FileReadings]:
    """The table with its cells as our fields read them, what was understood, a line for each column read otherwise, and how what
    has two readings was meant: as its columns settle it where they agree, else as somebody says.

    Raises:
        Unsettled: there is such, the column does not settle it, and nobody has said it.
    """
    rows = [[cell[1:] if _NO_FORMULA.match(cell) else cell for cell in row.cells] for row in table.rows]
    understood: list[str] = []
    asked: dict[str, str] = {}
    ways: dict[str, set[str]] = {"dates": set(), "decimals": set()}
    for name, at in columns.position.items():
        kind = fields[name].kind
        length = name == "minutes"
        hours = length and _HOURS.search(columns.named.get(name, "").casefold()) is not None
        about = "dates" if isinstance(kind, Day | Moment) else "decimals"
        cells = {
            place: row[at].strip()
            for place, row in enumerate(rows)
            if len(row) > at and row[at].strip() and (length or not _stands(row[at], kind))
        }
        read = {
            place: seen
            for place, text in cells.items()
            if (seen := _length(text, hours) if length else _read(text, kind, context)) is not None
        }
        settled = {seen.settled for seen in read.values()} - {""}
        way = settled.pop() if len(settled) == 1 else getattr(meant, about)
        ways[about].add(way)
        example = ""
        words: dict[str, str] = {}
        for place, seen in read.items():
            if seen.open and not way:
                said = f"{name} {cells[place]!r} in row {table.rows[place].number} is {' or '.join(seen.ways.values())}"
                asked.setdefault(about, said)
                break
            rows[place][at] = new = seen.ways.get(way) or next(iter(seen.ways.values()))
            if kind is PRIORITY and cells[place] != new:
                words[shortened(cells[place])] = new
            # what has two readings shows best how the column was understood
            if (seen.open and "(" not in example) or (not example and not _same(cells[place], new, kind, context)):
                example = f"{cells[place]} is {new}" + (f" ({way})" if seen.open else "")
        if words:  # each may be meant otherwise
            understood.append(f"{name}: {', '.join(f'{cell} is {new}' for cell, new in words.items())}")
        elif example:
            understood.append(f"{name}: {shortened(example)}")
    if asked:
        options = {"dates": DATES, "decimals": DECIMALS}
        sentences = [f"{said}: say --{about} {' or '.join(options[about])}" for about, said in asked.items()]
        raise Unsettled(f"{shortened(table.file)}: {'; '.join(sentences)}.", tuple(asked))
    changed = tuple(FileRow(row.number, tuple(cells)) for row, cells in zip(table.rows, rows, strict=True))
    agreed = {about: found - {""} for about, found in ways.items()}
    return (
        replace(table, rows=changed),
        understood,
        meant._replace(**{about: found.pop() for about, found in agreed.items() if len(found) == 1}),
    )


def _stands(cell: str, kind: FieldKind) -> bool:
    """Whether a cell is read as it stands: real days and numbers have one reading."""
    return isinstance(cell, Exact) and not (isinstance(kind, Day) and "T" in cell)


def is_day(text: str) -> bool:
    """Whether a cell is a day with a year, however it is written."""
    return _day(text) is not None


def _same(text: str, new: str, kind: FieldKind, context: FieldContext) -> bool:
    """Whether the field would have read the cell so by itself."""
    if text == new:
        return True
    try:
        return bool(kind.read(text, context) == kind.read(new, context))
    except ValueError:
        return False


def _read(text: str, kind: FieldKind, context: FieldContext) -> _Read | None:
    """What a cell of a kind may be; None where it stays as it stands."""
    if isinstance(kind, Day):
        return _day(text)
    if isinstance(kind, Moment):
        return _moment(text) or (_day(text) if kind.day and ":" not in text else None)
    if isinstance(kind, TimeKind):
        return _time(text)
    if isinstance(kind, Number | Whole | Price | NumberText):
        return _number(text, kind, context)
    if kind is COUNTRY:
        country = country_called(text)
        return _one(country.code) if country else None
    if kind is PRIORITY:
        return next((_one(ours) for ours, words in _PRIORITIES.items() if text.casefold() in words), None)
    # a name on two lines is a slip; an address or a note is not
    if isinstance(kind, Text) and not kind.lines and kind.limit > NAME and re.search(r"[\r\n]", text):
        return _one(", ".join(filter(None, (line.strip(" ,") for line in text.splitlines()))))
    if isinstance(kind, Words | Many | Links):
        return _listed(text, kind.between if isinstance(kind, Links) else ",")
    return None


def _day(text: str) -> _Read | None:
    if (moment := _MOMENT.fullmatch(text)) and _time(moment[2].removesuffix("Z")):
        # a file of days may keep them as moments
        text = moment[1]
    if match := _YEAR_FIRST.fullmatch(text):
        return _one(_iso(int(match[1]), int(match[2]), int(match[3])))
    if match := _DAY.fullmatch(text):
        first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
        found = {DAY_FIRST: _iso(year, second, first), MONTH_FIRST: _iso(year, first, second)}
        ways = {way: day for way, day in found.items() if day}
        return _Read(ways) if ways else None
    if re.search("[A-Za-z]{3}", text) and re.search("(?<![0-9])[0-9]{4}(?![0-9])", text):
        words = " ".join(text.replace("-", " ").casefold().split())
        day = spoken_day(words, date(2000, 1, 1))  # the year is written: no other day counts
        return _one(day.isoformat() if day else "")
    return None


def _moment(text: str) -> _Read | None:
    match = _MOMENT.fullmatch(text)
    day, time = (_day(match[1]), _time(match[2])) if match else (None, None)
    return _Read({way: f"{read}T{time.ways[way]}" for way, read in day.ways.items()}) if day and time else None


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _one(text: str) -> _Read | None:
    """A cell with one reading, which tells nothing of the others."""
    return _Read({DAY_FIRST: text, MONTH_FIRST: text, COMMA: text, POINT: text}) if text else None


def _time(text: str) -> _Read | None:
    match = _TIME.fullmatch(" ".join(text.split()))
    if match is None or not (match["minute"] or match["half"] or match["word"]):
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    return _one(clock(hour * 60 + minute)) if minute < 60 else None


def _number(text: str, kind: FieldKind, context: FieldContext) -> _Read | None:
    """A number by the one mark before its decimals and by the other; what the field cannot take is no reading of it."""
    bare = re.sub(r"[\s'’]", "", _MONEY.sub("", text)).replace("−", "-")
    ways: dict[str, str] = {}
    for way, mark, group in ((COMMA, ",", "."), (POINT, ".", ",")):
        grouped = rf"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+"
        if not re.fullmatch(rf"[+-]?(?:{grouped}|[0-9]+)(?:{re.escape(mark)}[0-9]+)?", bare):
            continue
        whole, _, decimals = bare.replace(group, "").partition(mark)
        number = f"{whole}.{decimals}" if decimals.strip("0") else whole
        try:
            kind.read(number, context)
        except ValueError:
            continue
        ways[way] = number
    return _Read(ways) if ways else None


def _length(text: str, hours: bool) -> _Read | None:
    """A length in minutes, as a clock shows it or, in a column of hours, as their number."""
    if match := re.fullmatch("([0-9]{1,3}):([0-5][0-9])(?::([0-5][0-9]))?", text):
        return _one(str(int(match[1]) * 60 + int(match[2]) + (int(match[3] or 0) >= 30)))
    match = re.fullmatch("([0-9]{1,3})(?:[.,]([0-9]{1,3}))?", text) if hours else None
    return _one(str(rounded(Fraction(f"{match[1]}.{match[2] or 0}") * 60))) if match else None


def _listed(text: str, between: str) -> _Read | None:
    """A list between commas: what stands in lines, or between slashes where nothing else divides it."""
    parts = [part.strip(" ;,") for part in text.splitlines()] if "\n" in text or "\r" in text else [text]
    if len(parts) == 1 and not re.search("[,;|]", text):
        parts = text.split("/")
    return _one(f"{between} ".join(filter(None, map(str.strip, parts)))) if len(parts) > 1 else None
