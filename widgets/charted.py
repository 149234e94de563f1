"""Rows with numbers and small charts: measures on a board, their groups, and what stands behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dispatch.model.text import cells_of, wrapped
from widgets.lines.ink import Line, ListEntry, fitted, ink, side_by_side, spread
from widgets.lines.marks import Marks

ROOM = 96
"""Columns from which there is room to say what each row is."""
NARROW = 60
"""Columns below which there is room for a name, what it is now and what it was."""


class MeasureRow(NamedTuple):
    """A number on a board. `now` is it, `made` what it was made from, `chart` its small chart, `before` what it was, `limit` where
    it ought to be, `said` what it is; `tone` is the ink of the number: `bad` past its limit, which has a sign too."""

    key: str
    label: str
    now: str
    tone: str = "strong"
    chart: str = ""
    before: str = ""
    change: str = ""
    change_tone: str = "dim"
    limit: str = ""
    made: str = ""
    said: str = ""


def measure_entries(rows: Sequence[MeasureRow], width: int, marks: Marks) -> list[ListEntry[str]]:
    """Each row on a line, in columns; a value is the key of its row. What there is no room for is left out, no number is cut."""
    columns = _columns(rows, width)
    return [ListEntry(row.key, (_measure(row, columns, width, marks),), row.key) for row in rows]


def measure_head(rows: Sequence[MeasureRow], name: str, chart: str, width: int) -> Line:
    """What stands in the columns."""
    titles = MeasureRow("", name, "now", "dim", chart, "before", "", "dim", "limit", "", "what it counts")
    columns = _columns(rows, width)
    parts = [_part(titles, column, cells, "dim") for column, cells in columns]
    return fitted((("  ", "plain"), *side_by_side(parts, 2)), width)


_Column = tuple[str, int]


def _columns(rows: Sequence[MeasureRow], width: int) -> list[_Column]:
    """The columns that there is room for, each with its cells: those that say most first."""
    room = width - 2

    def wide(of: str, least: int = 0) -> int:
        return max((cells_of(getattr(row, of)) for row in rows), default=0) or least

    beside = max(
        (cells_of(row.before) + cells_of(row.change) + 2 * bool(row.change) for row in rows if row.before), default=0
    )
    sizes = {column: wide(column) for column in ("chart", "limit", "made")}
    sizes |= {"now": wide("now", 3), "before": beside and max(6, beside)}
    most = width // 3 if width >= NARROW else room - sizes["now"] - sizes["limit"] - 4
    names = max(8, min(wide("label"), 30, most))
    left = room - names
    chosen = {"label": names}
    for column in (
        ("now", "chart", "before", "limit", "made") if width >= NARROW else ("now", "before", "chart", "limit")
    ):
        cells = sizes[column]
        if cells and left >= cells + 2:
            chosen[column] = cells
            left -= cells + 2
    if width >= ROOM and left >= 20 and wide("said"):
        chosen["said"] = left - 2
    order = ("label", "now", "chart", "before", "limit", "made", "said")
    return [(column, chosen[column]) for column in order if column in chosen]


def _cells(row: MeasureRow, column: str, tone: str = "") -> Line:
    if column == "label":
        return (ink(row.label, tone or "plain"),)
    if column == "now":
        return (ink(row.now, tone or row.tone),)
    if column == "before":
        return (
            ink(row.before, tone or "dim"),
            ("  " if row.change else "", "plain"),
            ink(row.change, tone or row.change_tone),
        )
    if column == "chart":
        return (ink(row.chart, tone or "info"),)
    return (ink(getattr(row, column), tone or "dim"),)


def _part(row: MeasureRow, column: str, cells: int, tone: str = "") -> tuple[Line, int]:
    """A cell of a row; the number stands flush with those of the others."""
    line = _cells(row, column, tone)
    return (spread((), line, cells) if column == "now" else line), cells


def _measure(row: MeasureRow, columns: Sequence[_Column], width: int, marks: Marks) -> Line:
    sign = (marks.warning, "bad") if row.tone == "bad" else (" ", "plain")
    parts = [_part(row, column, cells) for column, cells in columns]
    return fitted((sign, (" ", "plain"), *side_by_side(parts, 2)), width)


class ChartRow(NamedTuple):
    """One row. `chart` is safe text of so many cells as the row shall have; `value` is what it means in words, `why` stands
    below it, in as many lines as it takes."""

    key: str
    label: str
    chart: str
    value: str
    why: str = ""


def chart_entries(rows: Sequence[ChartRow], width: int, _: Marks) -> list[ListEntry[str]]:
    """Each row on a line, of which the name gives way first, and why below it; a value is the key of its row."""
    charts = max((cells_of(row.chart) for row in rows), default=0)
    values = min(20, max((cells_of(row.value) for row in rows), default=0))
    names = max(8, min(max((cells_of(row.label) for row in rows), default=0), 40, width - charts - values - 4))
    entries = []
    for row in rows:
        chart = (*fitted((ink(row.chart, "info"),), charts), ("  ", "plain")) if charts else ()
        line = (*fitted((ink(row.label),), names), ("  ", "plain"), *chart, ink(row.value, "strong"))
        why = [
            fitted((("  ", "plain"), ink(part, "dim")), width) for part in wrapped(row.why, max(1, width - 2)) if part
        ]
        entries.append(ListEntry(row.key, (fitted(line, width), *why), row.key))
    return entries
