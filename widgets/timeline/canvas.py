"""A line of cells on which one thing is painted over another."""

from dispatch.model.text import cells_of
from widgets.lines.ink import Line, merged


class CanvasLine:
    """One line of `width` cells, each with a character and an ink. Wide characters take two cells and stay whole."""

    __slots__ = ("_cells", "width")

    def __init__(self, width: int, ink: str) -> None:
        self.width = width
        self._cells = [(" ", ink)] * width

    def put(self, at: int, text: str, ink: str) -> None:
        """Write safe text from cell `at` on; what lies outside of the line is left out."""
        x = at
        for character in text:
            cells = cells_of(character)
            if cells == 0:
                if 0 < x <= self.width and x > at:
                    before = x - 1 if self._cells[x - 1][0] else x - 2
                    self._cells[before] = self._cells[before][0] + character, self._cells[before][1]
                continue
            if x >= 0 and x + cells <= self.width:
                self._clear(x, cells)
                self._cells[x : x + cells] = [(character, ink), ("", ink)][:cells]
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
            self._cells[at] = character, f"{self._cells[at][1].partition('+')[0]}+{ink}"

    def line(self) -> Line:
        """What was painted, as few spans."""
        return merged(self._cells)

    def _clear(self, at: int, cells: int) -> None:
        """A wide character of which one half is about to be painted over leaves a space in the other."""
        if self._cells[at][0] == "" and at > 0:
            self._cells[at - 1] = " ", self._cells[at - 1][1]
        end = at + cells
        if end < self.width and self._cells[end][0] == "":
            self._cells[end] = " ", self._cells[end][1]
