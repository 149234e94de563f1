"""Rows as comma-separated values (RFC 4180), for spreadsheets, bookkeepers' programs and whoever counts further."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from dispatch.model.text import show

MARKED = "utf-8-sig"
"""How a file of them is encoded: Excel takes UTF-8 for an alphabet of the machine's where no byte-order mark begins it."""

FORMULA = re.compile("[ \t\r\n]*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
"""How text begins that a spreadsheet would reckon with."""
_NUMBER = re.compile(r"\s*[+-]?[0-9(][0-9 ()./,'-]*")
_OTHER_CELL = re.compile(r"([;,\t|])([\s\"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def _cell(value: Any) -> str | float | Decimal:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            return spreadsheet_text(value)
        case bytes():
            return value.hex()
    number: float | Decimal = value
    return number


def csv_text(
    columns: Sequence[str],
    rows: Iterable[Iterable[Any]],
    separator: str = ",",
    written: Callable[[Any], str | float | Decimal] = _cell,
) -> str:
    """The names of the columns, then a row for each: numbers are numbers, what is not known is empty, every text is on one line
    and no formula, unless its cells are `written` otherwise."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(map(written, row) for row in rows)
    return out.getvalue()


def spreadsheet_text(text: str) -> str:
    """Text for a cell: on one line, and no formula, also where a spreadsheet parts cells by another sign than the comma.

    Source of the rule: OWASP ASVS 1.2.10, CSV injection; the full-width signs are evaluated by spreadsheets in East Asian locales.
    """
    text = _OTHER_CELL.sub(r"\1\2'", show(text))
    return "'" + text if FORMULA.match(text) else text


def as_it_came(text: str) -> str:
    """Text of a cell that is given back into a file like the one that it came from: its lines stay, and it is no formula.

    A number or a telephone number is none, and stays as it is; what `spreadsheet_text` puts before others an import takes off.
    """
    return text if _NUMBER.fullmatch(text) or not FORMULA.match(text) else "'" + text
