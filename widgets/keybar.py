"""The line below a screen: the few keys that matter where one is."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.text import cells_of, show
from widgets.lines.ink import Line, Span, fitted
from widgets.lines.line_view import LineView


def key_line(keys: Sequence[tuple[str, str]], width: int) -> Line:
    """Key and word, one after another, as many whole ones as fit; the last of `keys` is kept to the end.

    The last one is by custom the key that lists all the others.
    """
    hints = [((f"{show(key)} ", "key"), (f"{show(label)}  ", "word")) for key, label in keys]
    cells = [sum(cells_of(text) for text, _ in hint) for hint in hints]
    if not hints:
        return fitted((), width)
    room = width - 1 - cells[-1]
    line: list[Span] = [(" ", "word")]
    for hint, needed in zip(hints[:-1], cells, strict=False):
        if needed > room:
            break
        line.extend(hint)
        room -= needed
    return fitted((*line, *hints[-1]), width)


class KeyBar(LineView):
    """One line of key hints. Much cheaper than a footer of widgets: a change redraws one line."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $primary 18%; }
    """

    _keys: tuple[tuple[str, str], ...] = ()

    def set_keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show these keys, each with its word. The last one stays when the line is too short for all."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self.refresh()

    def line_at(self, y: int, width: int) -> Line | None:
        """The one line."""
        return key_line(self._keys, width) if y == 0 else None
