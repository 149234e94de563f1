"""The visit log: one line a visit."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.boards import Log, LogLine
from widgets.ink import Line, ink
from widgets.line_list import Entry, LineList
from widgets.log_lines import fitting_columns, heading_line, log_line, totals_line
from widgets.marks import marks_of


class LogTable(LineList[LogLine]):
    """The lines of a log under the titles of their columns, and totals. Columns are left out where room is short."""

    DEFAULT_CSS = """
    LogTable { height: 1fr; padding: 0 1; }
    """

    _log: Log | None = None
    _lines_shown: tuple[LogLine, ...] = ()
    _totals: bool = True

    def set_log(self, log: Log, lines: Sequence[LogLine] | None = None, *, totals: bool = True) -> None:
        """Show a log. The cursor stays on its visit.

        Args:
            lines: which of its lines, in which order; all in the log's order when not given.
            totals: whether the lines are added up below them.
        """
        self._totals = totals
        self._log = log
        self._lines_shown = log.lines if lines is None else tuple(lines)
        self.rebuild()

    def frozen(self, width: int) -> tuple[Line, ...]:
        """The titles of the columns."""
        return () if self._log is None else (heading_line(fitting_columns(self._log, width), width),)

    def entries(self, width: int) -> Sequence[Entry[LogLine]]:
        """Each visit, and the totals."""
        log = self._log
        if log is None:
            return ()
        if not self._lines_shown:
            return [Entry("empty", ((ink("no visits to show", "dim"),),))]
        columns, marks = fitting_columns(log, width), marks_of(self.ascii)
        entries = [
            Entry(line.visit.id, (log_line(line, log, columns, width, marks),), line) for line in self._lines_shown
        ]
        if not self._totals:
            return entries
        return [*entries, Entry("gap", ((),)), Entry("totals", (totals_line(self._lines_shown, width),))]
