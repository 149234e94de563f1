"""Rows with a name, a small chart and the number beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dispatch.model.text import cells_of
from widgets.lines.ink import Line, fitted, ink
from widgets.lines.line_list import LineList, ListEntry


class ChartRow(NamedTuple):
    """One row. `chart` is safe text of so many cells as the row shall have; `value` is what it means in words."""

    key: str
    label: str
    chart: str
    value: str


class ChartList(LineList[str]):
    """Rows under a title; a value is the key of its row."""

    DEFAULT_CSS = "ChartList { height: 1fr; padding: 0 1; }"

    _rows: tuple[ChartRow, ...] = ()

    def set_rows(self, rows: Sequence[ChartRow], empty: str = "") -> None:
        """Show these rows; `empty` is said where there are none. The cursor stays on its key."""
        self._rows, self.nothing = tuple(rows), empty
        self.rebuild()

    def entries(self, width: int) -> Sequence[ListEntry[str]]:
        """Each row on a line: the name gives way first."""
        longest = max((cells_of(row.label) for row in self._rows), default=0)
        charts = max((cells_of(row.chart) for row in self._rows), default=0)
        names = max(8, min(longest, 40, width - charts - 24))
        return [ListEntry(row.key, (_line(row, names, charts, width),), row.key) for row in self._rows]


def _line(row: ChartRow, names: int, charts: int, width: int) -> Line:
    name = fitted((ink(row.label),), names)
    chart = fitted((ink(row.chart, "info"),), charts) if charts else ()
    return fitted((*name, ("  ", "plain"), *chart, ("  " if charts else "", "plain"), ink(row.value, "strong")), width)
