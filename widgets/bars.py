"""The bars of a screen: where one is and what goes on above it, the few keys that matter below it, and a rule between panes."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.text import cells_of, show
from widgets.lines.ink import SEPARATOR, Line, Span, cut, fitted, ink, joined, merged, spread, whole_words, width_of
from widgets.lines.line_view import LineView
from widgets.lines.marks import marks_of


def status_line(
    left: Sequence[Span], middle: Sequence[Span], right: Sequence[Span], width: int, least: Sequence[Span] = ()
) -> Line:
    """Left and right at their edges, the middle in the room between them, flush right. What is `least`, at the very right, gives
    way before all else; then the middle does, its last part before the others."""
    edge = [(" ", "plain")] if width >= 48 else []
    left = [(" ", "plain"), *left]
    whole = [part for part in (left, middle, right, least) if part]
    if least and sum(width_of(part) + 2 for part in whole) <= width:
        right = [*right, *([(" ", "plain")] if right else ()), *least]
    right = [*right, *edge]
    if width_of(left) + width_of(right) + 1 > width:
        return spread(whole_words(left, width - width_of(right) - 1), right, width)
    room = width - width_of(left) - width_of(right) - 2
    between = _whole_parts(middle, room) if room >= 10 else ()
    if not between:
        return spread(left, right, width)
    gap = " " * min(3, 1 + room - width_of(between))
    return spread(left, (*between, (gap, "plain"), *right), width)


def _whole_parts(middle: Sequence[Span], room: int) -> Line:
    """As many whole parts of what was `joined` as fit; the words of the first that do where not even that does."""
    ends = [number for number, (text, _) in enumerate(middle) if text == SEPARATOR]
    fitting = (middle[:end] for end in (len(middle), *reversed(ends)) if width_of(middle[:end]) <= room)
    return tuple(next(fitting, whole_words(middle, room)))


class StatusBar(LineView):
    """One line: `left`, `middle`, `right`, and what is `least` of it all. Each is a text, in parts where a ` · ` stands between
    them, or spans with inks where some of it stands out."""

    DEFAULT_CSS = """
    StatusBar { height: 1; background: $primary 18%; }
    """

    _left: tuple[Span, ...] = ()
    _middle: tuple[Span, ...] = ()
    _right: tuple[Span, ...] = ()
    _least: tuple[Span, ...] = ()

    def set_texts(
        self,
        left: str | Sequence[Span] | None = None,
        middle: str | Sequence[Span] | None = None,
        right: str | Sequence[Span] | None = None,
        least: str | Sequence[Span] | None = None,
    ) -> None:
        """Change what is said; None leaves a part as it is. A text is made safe here, spans are made by `ink`."""
        before = (self._left, self._middle, self._right, self._least)
        self._left = _spans(left, self._left, "strong")
        self._middle = _spans(middle, self._middle, "dim")
        self._right = _spans(right, self._right, "strong")
        self._least = _spans(least, self._least, "dim")
        if before != (self._left, self._middle, self._right, self._least):
            self.refresh()

    def line_at(self, y: int, width: int) -> Line | None:
        line = status_line(self._left, self._middle, self._right, width, self._least)
        return merged(fitted(line, width)) if y == 0 else None


def _spans(given: str | Sequence[Span] | None, before: tuple[Span, ...], name: str) -> tuple[Span, ...]:
    if given is None:
        return before
    return joined(ink(part, name) for part in given.split(SEPARATOR)) if isinstance(given, str) else tuple(given)


def key_line(keys: Sequence[tuple[str, str]], width: int, place: str = "") -> Line:
    """Key and word, one after another, as many whole ones as fit; the last of `keys` is kept to the end.

    The last one is by custom the key that lists all the others. Where there is room left, `place` stands at the right edge.
    """
    hints = [((f"{show(key)} ", "key"), (f"{show(label)}  ", "word")) for key, label in keys]
    cells = [sum(cells_of(text) for text, _ in hint) for hint in hints]
    if not hints:
        return fitted((), width)
    # nothing comes after the last one
    key, (label, name) = hints[-1]
    last = (key, (label.rstrip(), name))
    room = width - 1 - sum(cells_of(text) for text, _ in last)
    line: list[Span] = [(" ", "word")]
    for hint, needed in zip(hints[:-1], cells, strict=False):
        if needed > room:
            break
        line.extend(hint)
        room -= needed
    if place and room > cells_of(place) + 2:
        return spread((*line, *last), (ink(f"{place} ", "dim"),), width)
    return fitted((*line, *last), width)


class KeyBar(LineView):
    """One line of key hints. Much cheaper than a footer of widgets: a change redraws one line."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $primary 18%; }
    """

    _keys: tuple[tuple[str, str], ...] = ()
    _place = ""

    def set_keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show these keys, each with its word. The last one stays when the line is too short for all."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self.refresh()

    def set_place(self, place: str) -> None:
        """Say at the right edge, where there is room, where in a list the cursor is; empty: nothing."""
        if place != self._place:
            self._place = place
            self.refresh()

    def line_at(self, y: int, width: int) -> Line | None:
        return key_line(self._keys, width, self._place) if y == 0 else None


class Separator(LineView):
    """A line across, between two panes, in which a word may stand. A widget of its own: a container's border is drawn a frame
    later than what is in it."""

    DEFAULT_CSS = "Separator { height: 1; }"

    _word = ""
    _edge: Line = ()

    def set_word(self, word: str) -> None:
        """Let something stand in the line; empty: nothing."""
        if word != self._word:
            self._word = word
            self.refresh()

    def set_edge(self, edge: Line) -> None:
        """Say at the left what lies beyond the edge that the line is; empty: nothing."""
        if edge != self._edge:
            self._edge = edge
            self.refresh()

    def line_at(self, y: int, width: int) -> Line | None:
        if y:
            return None
        rule = marks_of(self.ascii).rule
        edge = cut(self._edge, width)
        room = width - width_of(edge) - 6
        word = (ink(self._word, "info", room),) if self._word and room > 0 else ()
        left = (*edge, ink(" ", "grid")) if edge else (ink(f"{rule * 2} ", "grid"),) if word else ()
        left = (*left, *word, ink(" ", "grid")) if word else left
        return (*left, ink(rule * max(0, width - width_of(left)), "grid"))
