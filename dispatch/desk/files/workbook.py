"""Reading a sheet of an Excel workbook (.xlsx), whose days and numbers are real ones and so have one reading.

Needs python-calamine (extra `xlsx`), which is imported where it is used. It lays a sheet out from its first cell to its last and
ends the process where that takes more memory than there is, so the last cell is looked for before.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from dispatch.desk.files.verdicts import shortened
from dispatch.desk.session.refusals import Refusal

_CELL = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
_PIECE = 1 << 20
_COLUMNS = 200
"""So many columns for each row that a file may have are more than a table has."""
_EXPANDED = 20
"""A workbook is packed; it may be so many times as large as a file of text."""

OLD = b"\xd0\xcf\x11\xe0"
"""How workbooks of Excel before 2007 begin, and those with a password."""
PACKED = b"PK\x03\x04"


class Exact(str):
    """The text of a cell that is a real day, time or number: it is not read in any other way."""

    __slots__ = ()


class WhichSheet(Refusal):
    """The workbook has several sheets, and nobody has said which one is meant."""

    def __init__(self, said: str, sheets: Sequence[str]) -> None:
        super().__init__(said)
        self.sheets = tuple(sheets)


def rows_of(data: bytes, name: str, sheet: str, rows: int, limit: int) -> list[tuple[int, list[str]]]:
    """The sheet's rows that are not blank, each with its number.

    Args:
        data: the workbook.
        name: the file's, fit for a sentence.
        sheet: the one that is meant; empty: the only one in sight that is not empty.
        rows: the most that the table may have.
        limit: the most bytes of a file of text of so many rows.

    Raises:
        WhichSheet: there are several.
        Refusal: it is no workbook that can be read, or the extra is not installed; the sentence says which.
    """
    _look_through(data, name, rows * _COLUMNS, limit * _EXPANDED)
    try:
        from python_calamine import CalamineError, SheetVisibleEnum, load_workbook
    except ModuleNotFoundError:
        raise Refusal(
            f"{name} is an Excel workbook: these need the extra `xlsx` (pipx install '.[xlsx]'). "
            "Without it, save it as CSV UTF-8."
        ) from None
    try:
        with load_workbook(io.BytesIO(data)) as book:
            known = {one.name: one.visible == SheetVisibleEnum.Visible for one in book.sheets_metadata}
            named = next((one for one in known if one.casefold() == sheet.strip().casefold()), "")
            filled = [one for one, seen in known.items() if seen and book.get_sheet_by_name(one).height]
            listed = ", ".join(map(shortened, filled))
            if sheet and not named:
                raise WhichSheet(f"{name} has no sheet {shortened(sheet)}; its sheets are {listed}.", filled)
            if not named and len(filled) > 1:
                raise WhichSheet(f"{name} has the sheets {listed}: say which one with --sheet.", filled)
            if not named and not filled:
                raise Refusal(f"{name} is empty; the first line of a sheet names the columns.")
            chosen = named or filled[0]
            found = book.get_sheet_by_name(chosen)
            first = (found.start or (0, 0))[0] + 1
            texts = ([_text(value) for value in row] for row in found.to_python())
            return [(number, row) for number, row in enumerate(texts, first) if any(cell.strip() for cell in row)]
    except CalamineError as error:
        raise Refusal(f"{name} cannot be read as an Excel workbook ({shortened(str(error))}).") from None


def _look_through(data: bytes, name: str, area: int, expanded: int) -> None:
    """Refuse what is no workbook, and one that would take more memory than a table does."""
    if data.startswith(OLD):
        raise Refusal(f"{name} is a workbook of an old Excel, or has a password; save it as XLSX or CSV UTF-8.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if "xl/workbook.xml" not in packed.namelist():
                raise Refusal(f"{name} is packed, but no Excel workbook; save it as XLSX or CSV UTF-8.")
            if sum(part.file_size for part in packed.infolist()) > expanded:
                raise Refusal(f"{name} is too large; divide it, or raise the limit with --rows.")
            for part in packed.namelist():
                if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                    with packed.open(part) as sheet:
                        _refuse_far_cell(sheet, name, area)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Refusal(f"{name} is damaged, and cannot be read as an Excel workbook.") from error


def _refuse_far_cell(sheet: Any, name: str, area: int) -> None:
    """Refuse a sheet with a cell far from its table."""
    rest, across, down = b"", 0, 0
    while piece := sheet.read(_PIECE):
        text = rest + piece
        cut = text.rfind(b"<") if len(text) < 2 * _PIECE else len(text)
        for letters, digits in _CELL.findall(text, 0, cut):
            column = 0
            for letter in letters:
                column = column * 26 + letter - 64
            across, down = max(across, column), max(down, int(digits))
            if across * down > area:
                cell = (letters + digits).decode()
                raise Refusal(f"{name} has something in the cell {cell}, far from its table; clear what stands there.")
        rest = text[cut:]


def _text(value: Any) -> str:
    """A cell as our fields read it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        return Exact(int(value) if value == int(value) else value)
    if isinstance(value, datetime.datetime):
        # a workbook keeps a moment as a fraction of days: 09:05 may be a little less
        value += datetime.timedelta(seconds=30)
        whole = (value.hour, value.minute) == (0, 0)
        return Exact(value.date().isoformat() if whole else value.isoformat("T", "minutes"))
    if isinstance(value, datetime.time):
        minutes = round(value.hour * 60 + value.minute + value.second / 60)
        return Exact(f"{minutes // 60:02}:{minutes % 60:02}")
    if isinstance(value, datetime.timedelta):
        minutes = round(value.total_seconds() / 60)
        return Exact(f"{minutes // 60}:{minutes % 60:02}")
    return Exact(value)
