"""Reading a file of rows, separated by commas, semicolons, tabs or bars, its columns named in the first line.

Not by sqlite-utils, which was measured on 10,000 rows of visits: `rows_from_file` takes as long as this (its import 125 ms
more), and `TypeTracker` nine times as long to guess that the postcode 01234 is a whole number, while here every column has
the kind that its field has. It guesses the separator too, and splits a file that has a short row at a letter; it drops the
first of two columns of one name, passes a NUL, and knows no row by the number that a person is told.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from dispatch.desk.files import workbook
from dispatch.desk.files.encodings import FileText, text_of
from dispatch.desk.files.verdicts import shortened
from dispatch.desk.session.refusals import Refusal

ROWS = 10_000
"""How many rows a file may have unless somebody asks for more (design/records.md, Imports)."""

_BYTES_PER_ROW = 2_000
_BYTES = 1_000_000
_FIELD = 100_000
_TITLES = 5
"""So many lines of a title stand above the names of the columns at the most."""
_NAMES = 3
"""So many columns a table has at least that stands below a title."""
_SEPARATORS = ",;\t|"
_SAID = re.compile(r"\s*\"?sep=(?P<mark>[,;\t|])\"?[ \t]*(?:\r\n|\r|\n)", re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(Refusal):
    """The file is not what can be imported. Nothing was looked at further."""


Watch = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done and how much there is; may raise `Stopped`."""


class Stopped(Refusal):
    """Somebody stopped the import. Nothing was changed."""


def unwatched(doing: str, done: int, of: int) -> None:
    """Nobody looks on."""


class FileRow(NamedTuple):
    """A row of the file. `number` is the one a spreadsheet shows; the first line is row 1."""

    number: int
    cells: tuple[str, ...]


class FileFormat(NamedTuple):
    """How a table is written: between which marks, in which encoding (as Python calls it), and whether a line says the mark."""

    separator: str = ","
    encoding: str = "utf-8"
    says_separator: bool = False


PLAIN = FileFormat()


@dataclass(frozen=True, slots=True)
class FileTable:
    """A file that was read: its headers as written, its rows without the blank ones, what was understood of it in words where it
    is not plain, and how it is written."""

    file: str
    headers: tuple[str, ...]
    rows: tuple[FileRow, ...]
    understood: str = ""
    written: FileFormat = PLAIN


def read_bytes(path: Path, most: int) -> bytes:
    """The beginning of a file.

    Raises:
        Unreadable: there is no such file, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise Unreadable(f"{shortened(str(path))} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    except ValueError:
        raise Unreadable(f"{shortened(str(path))} is no name of a file.") from None


def read_text(
    path: Path,
    limit: int,
    begins: str,
    *,
    kind: str = "CSV UTF-8",
    folded: re.Pattern[bytes] | None = None,
) -> str:
    """The text of a UTF-8 file of at most `limit` bytes, with or without a byte order mark.

    Args:
        begins: says how such a file does.
        kind: what it is to be saved as where it is no UTF-8.
        folded: what is taken out of the bytes first, where lines may be folded within a letter.

    Raises:
        Unreadable: there is no such file, it is too large, empty, or no UTF-8 text.
    """
    data = _limited(path, limit)
    name = shortened(path.name)
    if data.startswith(_UTF_16):
        raise Unreadable(f"{name} is UTF-16 text; save it as {kind}.")
    if folded is not None:
        data = folded.sub(b"", data)
    if b"\x00" in data:
        raise Unreadable(f"{name} holds a NUL byte in line {_line(data, data.index(0))}: it is not a text file.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # positions count from behind the byte order mark
        at = error.start + (len(data) - len(error.object))
        raise Unreadable(
            f"{name} is not UTF-8: line {_line(data, at)} holds the byte 0x{data[at]:02X}; save it as {kind}."
        ) from None
    if not text.strip():
        raise Unreadable(f"{name} is empty; {begins}.")
    return text


def _limited(path: Path, limit: int) -> bytes:
    data = read_bytes(path, limit + 1)
    if len(data) > limit:
        raise Unreadable(
            f"{shortened(path.name)} is larger than {limit:,} bytes; divide it, or raise the limit with --rows."
        )
    return data


def _nothing(_: str) -> bool:
    return False


def read_table(path: Path, rows: int = ROWS, sheet: str = "", is_name: Callable[[str], bool] = _nothing) -> FileTable:
    """The table in a file: text of a spreadsheet, or a sheet of an Excel workbook.

    Args:
        rows: the most rows, header apart, that it may have.
        sheet: which one, where it is a workbook; empty: the only one that is filled.
        is_name: whether a text is the name of a column; a first line that is one is no title.

    Raises:
        Unreadable: its encoding is not known, it is too large, empty, or no table.
        WhichSheet: it is a workbook of several sheets.
        Refusal: it is a workbook that cannot be read.
    """
    limit, name = max(_BYTES, rows * _BYTES_PER_ROW), shortened(path.name)
    data = _limited(path, limit)
    records: Iterator[tuple[int, list[str]]]
    if data.startswith((workbook.PACKED, workbook.OLD)):
        understood, written = "", FileFormat(encoding="utf-8-sig")
        records = iter(workbook.rows_of(data, name, sheet, rows, limit))
    else:
        if sheet:
            raise Unreadable(f"{name} is no Excel workbook, and has no sheets.")
        found = text_of(data)
        if found is None or not found.text.strip() or "\x00" in found.text:
            # it is no text of a spreadsheet: this says why
            found = FileText(read_text(path, limit, "its first line names the columns"))
        said = _SAID.match(found.text)
        # a spreadsheet hides the line that says it, and counts rows without it
        rest = found.text[said.end() :] if said else found.text
        written = FileFormat(said["mark"] if said else _separator(rest, is_name), found.encoding, said is not None)
        understood, records = found.understood, _records(rest, written.separator, name)
    headers, titles, records = _headers(records, is_name)
    if not headers:
        raise Unreadable(f"{name} has no first line that names the columns.")
    if titles:
        understood = "; ".join(filter(None, (understood, f"left out above the names of the columns: {titles}")))
    taken: list[FileRow] = []
    for number, cells in records:
        if len(taken) == rows:
            raise Unreadable(f"{name} has more than {rows:,} rows; divide it, or raise the limit with --rows.")
        taken.append(FileRow(number, tuple(cells)))
    return FileTable(path.name, tuple(headers), tuple(taken), understood, written)


def _headers(
    records: Iterator[tuple[int, list[str]]], is_name: Callable[[str], bool]
) -> tuple[list[str], str, Iterator[tuple[int, list[str]]]]:
    """The names of the columns, what stood above them, and the rows that follow. Reports begin with a title: lines of one cell
    above a line of many."""
    first = list(itertools.islice(records, _TITLES + 1))
    filled = [sum(bool(cell.strip()) for cell in cells) for _, cells in first]
    at = next((at for at, many in enumerate(filled) if many != 1), 0)
    if not first or filled[at] < _NAMES or is_name("".join(first[0][1])):
        at = 0
    titles = ", ".join(shortened("".join(cells)) for _, cells in first[:at])
    return first[at][1] if first else [], titles, itertools.chain(first[at + 1 :], records)


def _records(text: str, separator: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The records of the text that are not blank, each with its row in a spreadsheet."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(f"{name} row {number} (line {reader.line_num}) {_why(error)}.") from None
        if any(len(cell) > _FIELD for cell in cells):
            raise Unreadable(f"{name} row {number} has a field of more than {_FIELD:,} characters.")
        if any(cell.strip() for cell in cells):
            yield number, cells


def _separator(text: str, is_name: Callable[[str], bool]) -> str:
    """The separator that divides the first line that is not blank, or that below the titles, into the most columns; a comma where
    none does."""
    lines = [line for line in io.StringIO(text, newline="") if line.strip()][: _TITLES + 1]
    bare = [re.sub('"[^"]*"', "", line) for line in lines]
    first = next((line for line in bare if any(mark in line for mark in _SEPARATORS)), bare[0])
    if max(map(first.count, _SEPARATORS)) < _NAMES - 1 or is_name(lines[0].strip().strip('"')):
        first = bare[0]
    return max(_SEPARATORS, key=lambda separator: (first.count(separator), -_SEPARATORS.index(separator)))


def _why(error: csv.Error) -> str:
    reasons = {
        "field larger": f"has a field of more than {_FIELD:,} characters, or a quote that is never closed",
        "unexpected end": "begins a quoted field that is never closed",
        "expected after": 'has text after a closing quote; a quote inside a quoted field is written twice ("")',
    }
    return next((why for sign, why in reasons.items() if sign in str(error)), f"cannot be read ({error})")


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1
