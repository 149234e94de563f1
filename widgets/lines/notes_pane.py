"""A pane of sentences, each in its own ink."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.text import wrapped
from widgets.lines.ink import Line, ink
from widgets.lines.lines_pane import LinesPane


class NotesPane(LinesPane):
    """Sentences below each other, wrapped to the width; what does not fit can be scrolled to."""

    _notes: tuple[tuple[str, str], ...] = ()

    def set_notes(self, notes: Sequence[tuple[str, str]]) -> None:
        """Show these sentences: pairs of text and the name of an ink."""
        self._notes = tuple(notes)
        self.rebuild()

    def lines(self, width: int) -> Sequence[Line]:
        """The sentences, wrapped."""
        return [(ink(part, name),) for text, name in self._notes for part in wrapped(text, width)]
