"""Keys and what they do, a line each, in sections."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from widgets.lines.ink import Line, fitted, ink
from widgets.lines.line_list import LineList, ListEntry, in_sections

KEYS_WIDTH = 14


class KeyLine(NamedTuple):
    """A line: what stands at its left (keys, or a glyph), and what that means. `own` is not as it came."""

    section: str
    id: str
    keys: str
    does: str
    own: bool = False


class KeyList(LineList[KeyLine]):
    """Every line can be gone to, so that all of them can be read; which of them can be changed, the screen knows."""

    DEFAULT_CSS = "KeyList { height: 1fr; }"

    _lines_shown: tuple[KeyLine, ...] = ()

    def set_lines(self, lines: Sequence[KeyLine]) -> None:
        """Show these. The cursor stays on its line."""
        self._lines_shown = tuple(lines)
        self.rebuild()

    def entries(self, width: int) -> Sequence[ListEntry[KeyLine]]:
        """Each section's title, and its lines."""
        return in_sections(
            self._lines_shown,
            lambda line: line.section,
            lambda place, line: ListEntry(line.id or place, _drawn(line, width), line),
        )


def _drawn(line: KeyLine, width: int) -> tuple[Line, ...]:
    """The line, in as many as its words need: nothing of what a key does is cut off."""
    beside = min(KEYS_WIDTH, width // 3)
    keys = fitted((ink(line.keys, "info" if line.own else "key"),), beside)
    does = f"{line.does} (yours)" if line.own else line.does
    first, *more = textwrap.wrap(does, max(1, width - beside - 1)) or [""]
    return (
        fitted((*keys, (" ", "plain"), ink(first)), width),
        *(fitted((ink(" " * (beside + 1) + text),), width) for text in more),
    )
