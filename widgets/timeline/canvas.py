"""A line of cells on which one thing is painted over another."""

from dispatch.model.text import cells_of
from widgets.lines.ink import Line, Span


class CanvasLine:
    """One line of `width` cells, each with a character and an ink. Wide characters take two cells and stay whole."""

    __slots__ = ("_chars", "_inks", "width")

    def __init__(self, width: int, ink: str) -> None:
        self.width = width
        self._chars = [" "] * width
        self._inks = [ink] * width

    def put(self, at: int, text: str, ink: str) -> None:
        """Write safe text from cell `at` on; what lies outside of the line is left out."""
        x = at
        for character in text:
            cells = cells_of(character)
            if cells == 0:
                if 0 < x <= self.width and x > at:
                    self._chars[x - 1 if self._chars[x - 1] else x - 2] += character
                continue
            if x >= 0 and x + cells <= self.width:
                self._clear(x, cells)
                self._chars[x] = character
                self._inks[x] = ink
                if cells == 2:
                    self._chars[x + 1] = ""
                    self._inks[x + 1] = ink
            x += cells

    def fill(self, first: int, last: int, character: str, ink: str) -> None:
        """The same one-cell character in the cells from `first` to before `last`."""
        first, last = max(0, first), min(self.width, last)
        if last > first:
            self.put(first, character * (last - first), ink)

    def over(self, at: int, character: str, ink: str) -> None:
        """A one-cell character in the hue of `ink`, on the ground of what is there."""
        if 0 <= at < self.width:
            self._clear(at, 1)
            self._chars[at] = character
            self._inks[at] = f"{self._inks[at].partition('+')[0]}+{ink}"

    def line(self) -> Line:
        """What was painted, as few spans."""
        spans: list[Span] = []
        start = 0
        for x in range(1, self.width + 1):
            if x == self.width or self._inks[x] != self._inks[start]:
                spans.append(("".join(self._chars[start:x]), self._inks[start]))
                start = x
        return tuple(spans) if self.width else ()

    def _clear(self, at: int, cells: int) -> None:
        """A wide character of which one half is about to be painted over leaves a space in the other."""
        if self._chars[at] == "" and at > 0:
            self._chars[at - 1] = " "
        end = at + cells
        if end < self.width and self._chars[end] == "":
            self._chars[end] = " "
