"""A canvas of dots, eight to a cell: lines and labels in a terminal. Pure: no terminal, no app.

A cell is two dots wide and four high, so that dots are as far apart across as down where a cell is half as wide as
high. Dots lie in layers; what shows in a cell is decided by the highest one that has dots in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import NamedTuple

from dispatch.model.text import cells_of, show
from widgets.lines.ink import PLAIN, Line, Span, merged

ACROSS, DOWN = 2, 4
"""Dots of a cell."""
BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a braille character, by row and column (Unicode, block U+2800)."""
BLANK = 0x2800
_UPPER, _LOWER = 0x01 | 0x08 | 0x02 | 0x10, 0x04 | 0x20 | 0x40 | 0x80


class Layer(NamedTuple):
    """How the dots of a layer show.

    Where layers share a cell all their dots show, in the ink of the highest; but layers below the number `hides` do not.
    `shapes` stand for dots where a font has ASCII only: in the upper half, the lower half, both.
    """

    ink: str  # without a ground of its own
    hides: int = 0
    shapes: str = "'.:"


class BrailleCanvas:
    """Dots and labels in `columns` × `rows` cells. `layers` are named by their place, the lowest first."""

    def __init__(self, columns: int, rows: int, layers: Sequence[Layer]) -> None:
        self.columns, self.rows = max(0, columns), max(0, rows)
        self.layers = tuple(layers)
        self._bits = [bytearray(self.columns * self.rows) for _ in self.layers]
        self._labels: dict[tuple[int, int], Span] = {}

    @property
    def width(self) -> int:
        """Dots across."""
        return self.columns * ACROSS

    @property
    def height(self) -> int:
        """Dots down."""
        return self.rows * DOWN

    def copy(self) -> BrailleCanvas:
        """Another canvas with the same dots and labels."""
        other = BrailleCanvas(self.columns, self.rows, self.layers)
        other._bits = [bytearray(bits) for bits in self._bits]
        other._labels = dict(self._labels)
        return other

    def dot(self, x: int, y: int, layer: int) -> None:
        """Set a dot, counted from the upper left; one that is outside is not set."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self._bits[layer][(y >> 2) * self.columns + (x >> 1)] |= BITS[y & 3][x & 1]

    def has_dot(self, x: int, y: int, layer: int) -> bool:
        """Whether a dot is set."""
        inside = 0 <= x < self.width and 0 <= y < self.height
        return inside and bool(self._bits[layer][(y >> 2) * self.columns + (x >> 1)] & BITS[y & 3][x & 1])

    def line(self, x0: int, y0: int, x1: int, y1: int, layer: int, *, every: int = 1, phase: int = 0) -> None:
        """A straight line with both ends; with `every` 2 or more only each so many-th dot of it, the first at `phase`.

        Exactly the dots of the whole line that lie inside are set: the part that is drawn is worked out in whole
        numbers, as Liang and Barsky do it in fractions, so that it takes no longer for a line that goes far beyond.
        """
        across, down = abs(x1 - x0), abs(y1 - y0)
        steps = max(across, down)
        if across >= down:
            first, last = _inside(x0, 1 if x1 >= x0 else -1, across, steps, self.width)
            low, high = _inside(y0, 1 if y1 >= y0 else -1, down, steps, self.height)
        else:
            first, last = _inside(y0, 1 if y1 >= y0 else -1, down, steps, self.height)
            low, high = _inside(x0, 1 if x1 >= x0 else -1, across, steps, self.width)
        first, last = max(first, low, 0), min(last, high, steps)
        first += (phase - first) % every
        bits, columns = self._bits[layer], self.columns
        step_x, step_y, whole = (1 if x1 >= x0 else -1), (1 if y1 >= y0 else -1), max(1, 2 * steps)
        for step in range(first, last + 1, every):
            x = x0 + step_x * ((2 * across * step + steps) // whole)
            y = y0 + step_y * ((2 * down * step + steps) // whole)
            bits[(y >> 2) * columns + (x >> 1)] |= BITS[y & 3][x & 1]

    def path(self, points: Iterable[tuple[float, float]], layer: int, *, every: int = 1, bold: bool = False) -> None:
        """Lines from point to point. A bold one is two dots wide; the gaps of a dotted one go on round its corners."""
        phase = 0
        for (x0, y0), (x1, y1) in pairwise((int(x // 1), int(y // 1)) for x, y in points):
            self.line(x0, y0, x1, y1, layer, every=every, phase=phase)
            across, down = abs(x1 - x0), abs(y1 - y0)
            phase = (phase - max(across, down)) % every
            if bold:
                right, below = (0, 1) if across >= down else (1, 0)
                self.line(x0 + right, y0 + below, x1 + right, y1 + below, layer, every=every)

    def inked(self, column: int, row: int, layer: int) -> bool:
        """Whether a layer has dots in a cell."""
        return self.has_cell(column, row) and bool(self._bits[layer][row * self.columns + column])

    def has_cell(self, column: int, row: int) -> bool:
        """Whether a cell is on the canvas."""
        return 0 <= column < self.columns and 0 <= row < self.rows

    def free(self, column: int, row: int, cells: int) -> bool:
        """Whether a label of so many cells has room: all of it is on the canvas, and no other label is there."""
        return all(
            self.has_cell(at, row) and (at, row) not in self._labels for at in range(column, column + max(1, cells))
        )

    def label(self, column: int, row: int, text: str, ink: str) -> bool:
        """Write over the dots; False: it has no room, and nothing is written."""
        text = show(text)
        if not text or not self.free(column, row, cells_of(text)):
            return False
        for character in text:
            cells = cells_of(character)
            if not cells:  # a mark belongs to the character before it
                before, name = self._labels[column - 1, row]
                self._labels[column - 1, row] = before + character, name
                continue
            self._labels[column, row] = character, ink
            for more in range(1, cells):
                self._labels[column + more, row] = "", ink
            column += cells
        return True

    def lines(self, *, ascii: bool = False) -> tuple[Line, ...]:
        """What shows, a line of ink for each row of cells."""
        return tuple(self._line(row, ascii) for row in range(self.rows))

    def _line(self, row: int, ascii: bool) -> Line:
        line: list[Span] = []
        begin, over = row * self.columns, PLAIN
        cells = zip(*(bits[begin : begin + self.columns] for bits in self._bits), strict=True)
        for column, bits in enumerate(cells):
            if (label := self._labels.get((column, row))) is not None:
                line.append(label)
                over = PLAIN
            elif any(bits):
                line.append(self._cell(bits, ascii))
                over = line[-1][1]
            else:  # in the ink of the dots before, which shows no difference and saves a terminal a change of colours
                line.append((" ", over))
        return merged(line)

    def _cell(self, bits: tuple[int, ...], ascii: bool) -> Span:
        """What shows of a cell that has dots."""
        top = max(number for number, dots in enumerate(bits) if dots)
        layer = self.layers[top]
        dots = reduce(or_, bits[layer.hides : top + 1])
        if not ascii:
            return chr(BLANK + dots), layer.ink
        shape = 0 if not dots & _LOWER else 1 if not dots & _UPPER else 2
        return layer.shapes[shape], layer.ink


def _inside(start: int, direction: int, extent: int, steps: int, size: int) -> tuple[int, int]:
    """The first and the last step of a line at which one of its coordinates is within 0…size - 1.

    The coordinate at a step is `start + direction * ((2 * extent * step + steps) // (2 * steps))`, which never turns
    back, so that the steps in question are one run. An empty run ends before it begins.
    """
    low, high = (-start, size - 1 - start) if direction > 0 else (start - size + 1, start)
    if not extent:
        return (0, steps) if low <= 0 <= high else (0, -1)
    first = -((steps - 2 * steps * low) // (2 * extent))
    last = -((steps - 2 * steps * (high + 1)) // (2 * extent)) - 1
    return first, last
