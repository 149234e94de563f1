"""The line over a screen: where one is, what is going on, the clock and who one is."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.text import show
from widgets.lines.ink import Line, Span, cut, fitted, spread, width_of
from widgets.lines.line_view import LineView


def status_line(left: Sequence[Span], middle: Sequence[Span], right: Sequence[Span], width: int) -> Line:
    """Left and right at their edges, the middle in the room between them, flush right; the middle gives way first."""
    left, right = [(" ", "plain"), *left], [*right, (" ", "plain")]
    if width_of(left) + width_of(right) + 1 > width:
        return spread(left, right, width)
    room = width - width_of(left) - width_of(right) - 4
    between = cut(middle, room) if room >= 8 else ()
    if not between:
        return spread(left, right, width)
    return spread(left, (*between, ("   ", "plain"), *right), width)


class StatusBar(LineView):
    """One line: `left`, `middle`, `right`. Each is a text, or spans with inks where parts of it stand out."""

    DEFAULT_CSS = """
    StatusBar { height: 1; background: $primary 18%; }
    """

    _left: tuple[Span, ...] = ()
    _middle: tuple[Span, ...] = ()
    _right: tuple[Span, ...] = ()

    def set_texts(
        self,
        left: str | Sequence[Span] | None = None,
        middle: str | Sequence[Span] | None = None,
        right: str | Sequence[Span] | None = None,
    ) -> None:
        """Change what is said; None leaves a part as it is. A text is made safe here, spans are made by `ink`."""
        before = (self._left, self._middle, self._right)
        self._left = _spans(left, self._left, "strong")
        self._middle = _spans(middle, self._middle, "dim")
        self._right = _spans(right, self._right, "strong")
        if before != (self._left, self._middle, self._right):
            self.refresh()

    def line_at(self, y: int, width: int) -> Line | None:
        """The one line."""
        return fitted(status_line(self._left, self._middle, self._right, width), width) if y == 0 else None


def _spans(given: str | Sequence[Span] | None, before: tuple[Span, ...], name: str) -> tuple[Span, ...]:
    if given is None:
        return before
    return ((show(given), name),) if isinstance(given, str) else tuple(given)
