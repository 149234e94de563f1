"""What was found by some letters: a line each, with its kind, its name and what is said beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from widgets.lines.ink import Line, fitted, ink
from widgets.lines.line_list import LineList, ListEntry


class FoundLine(NamedTuple):
    """One find as it is shown."""

    kind: str
    name: str
    detail: str = ""


class FoundList(LineList[int]):
    """Finds, best first. The keyboard stays in the field where letters are typed; a value is the place in the list."""

    DEFAULT_CSS = "FoundList { height: 1fr; }"

    _found: Sequence[object] = ()
    _line: Callable[[object], FoundLine]

    def set_found(self, found: Sequence[object], line: Callable[[object], FoundLine]) -> None:
        """Show these, each as `line` has it; the cursor is on the first."""
        self._found, self._line = found, line
        self.select_key(0)
        self.rebuild()

    def entries(self, width: int) -> Sequence[ListEntry[int]]:
        """A line for each find."""
        lines = [self._line(find) for find in self._found]
        kinds = min(12, max((len(line.kind) for line in lines), default=0)) + 1
        return [ListEntry(place, (_drawn(line, kinds, width),), place) for place, line in enumerate(lines)]

    def under_cursor(self, line: Line, number: int, entry: ListEntry[int], ground: str) -> Line:
        """The cursor is as bright as one that has the keyboard: the arrows move it."""
        return super().under_cursor(line, number, entry, "cursor")


def _drawn(line: FoundLine, kinds: int, width: int) -> Line:
    kind = fitted((ink(line.kind, "dim"),), kinds, "dim")
    return fitted((*kind, ink(line.name, "strong"), ink(f"  {line.detail}" if line.detail else "", "dim")), width)
