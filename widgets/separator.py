"""A rule between two panes. A line of its own: a container's border is drawn a frame later than what is in it."""

from __future__ import annotations

from widgets.lines.ink import Line, ink
from widgets.lines.line_view import LineView
from widgets.lines.marks import marks_of


class Separator(LineView, can_focus=False):
    """One line across."""

    DEFAULT_CSS = "Separator { height: 1; }"

    def line_at(self, y: int, width: int) -> Line | None:
        """The rule."""
        return (ink(marks_of(self.ascii).rule * width, "grid"),) if y == 0 else None
