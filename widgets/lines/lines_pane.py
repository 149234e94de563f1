"""Panes of lines that are built for their width, and of sentences that are wrapped to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.geometry import Size

from dispatch.model.text import wrapped
from widgets.lines.ink import Line, fitted, ink
from widgets.lines.line_view import LineView


class LinesPane(LineView, can_focus=False):
    """A pane that shows lines which it builds for its width. Lines that do not fit its height can be scrolled to."""

    DEFAULT_CSS = """
    LinesPane { overflow-x: hidden; }
    """

    _build: Callable[[int], Sequence[Line]] | None = None
    _built: tuple[Line, ...] = ()

    def show_lines(self, build: Callable[[int], Sequence[Line]]) -> None:
        """Show what is built for the width."""
        self._build = build
        self.rebuild()

    @property
    def covered(self) -> int:
        """How many lines of the view something else stands on, so that the last ones can be scrolled above it."""
        return 0

    def lines(self, width: int) -> Sequence[Line]:
        """What there is to show in `width` cells."""
        return () if self._build is None else self._build(width)

    def rebuild(self) -> None:
        """Build the lines again, and draw those that are different."""
        width = self.view_size.width
        if not width:
            return
        before, self._built = self._built, tuple(self.lines(width))
        self.set_extent(Size(width, len(self._built) + self.covered))
        for y in range(max(len(before), len(self._built))):
            if y >= len(before) or y >= len(self._built) or before[y] != self._built[y]:
                self.refresh_view_lines(y)

    def fit(self) -> None:
        self.rebuild()
        self.refresh()

    def line_at(self, y: int, width: int) -> Line | None:
        return fitted(self._built[y], width) if y < len(self._built) else None


class NotesPane(LinesPane):
    """Sentences below each other, each in its own ink; what does not fit can be scrolled to."""

    _notes: Sequence[tuple[str, str]] = ()

    def set_notes(self, notes: Sequence[tuple[str, str]]) -> None:
        """Show these sentences: pairs of text and the name of an ink."""
        self._notes = notes
        self.rebuild()

    def lines(self, width: int) -> Sequence[Line]:
        """The sentences, wrapped."""
        return [(ink(part, name),) for text, name in self._notes for part in wrapped(text, width)]
