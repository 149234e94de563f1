"""The visit log: one line a visit."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.boards import Log, LogLine
from widgets.lines.ink import Line
from widgets.lines.line_list import LineList, ListEntry
from widgets.lines.marks import marks_of
from widgets.log_lines import fitting_columns, heading_line, log_line


class LogTable(LineList[LogLine]):
    """The lines of a log under the titles of their columns. Columns are left out where room is short."""

    DEFAULT_CSS = """
    LogTable { height: 1fr; padding: 0 1; }
    """

    _log: Log | None = None

    def set_log(self, log: Log) -> None:
        """Show a log. The cursor stays on its visit."""
        self._log, self.nothing = log, "no visits to show"
        self.rebuild()

    def frozen(self, width: int) -> tuple[Line, ...]:
        """The titles of the columns."""
        return () if self._log is None else (heading_line(fitting_columns(self._log, width), width),)

    def entries(self, width: int) -> Sequence[ListEntry[LogLine]]:
        """Each visit."""
        log = self._log
        if log is None:
            return ()
        columns, marks = fitting_columns(log, width), marks_of(self.ascii)
        return [ListEntry(line.visit.id, (log_line(line, log, columns, width, marks),), line) for line in log.lines]
