"""A compositor that sends only the cells in which the terminal's screen is to change.

It rests on private names of Textual 8.2. `widgets.terminal.lean` guards them: nothing else may import this module.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console, ConsoleOptions, RenderResult
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import Compositor, CompositorUpdate
from textual.geometry import Region, Size
from textual.strip import Strip

from widgets.lines.marks import TYPOGRAPHY
from widgets.terminal.terminfo import erases_in_colour, scrolls_within

if TYPE_CHECKING:
    from typing import Any

    from textual.app import App
    from textual.screen import Screen

Pen = tuple[str, str]
"""How a cell is drawn: the codes of its style, and the escape sequence that opens its link, if it has one."""
Cell = tuple[str, Pen]
"""A character (with what combines with it) and its pen. The right half of a wide character is an empty text."""
Chops = Sequence[Mapping[int, Strip | None]]

NO_PEN: Pen = ("", "")
BRIDGE = 6
"""Unchanged cells between two changed ones are sent again up to so many bytes: a cursor movement would be as long."""
ERASED = 6
"""So many spaces at the end of a stroke are erased instead of sent, where the terminal does that in their colour."""
ERASED_WITHIN = 12
"""So many within a stroke: the cursor has to go past them too."""
BLANK: Cell = (" ", NO_PEN)
SCROLLED = 200
"""Bytes that an update has to cost before the terminal is asked to move what it shows."""
BAND = 12
"""Rows that are drawn pen by pen where a terminal shows what came so far: over a slow line a screen comes from top to bottom."""
LINK_END = "\x1b]8;;\x1b\\"
UNSEEN = frozenset("123")
"""Attributes that a space does not show: bold, faint, italic."""
ENDS = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27", "8": "28", "9": "29", "53": "55"}
"""What ends an attribute (ECMA-48 8.3.117, SGR). What is not here is ended with everything else, by 0."""
_LONG_BLANKS = re.compile(f" {{{ERASED_WITHIN},}}")


class Shadow:
    """What a terminal shows, row by row, as far as it is known. With `ascii` it is sent ASCII signs instead of ours."""

    __slots__ = ("_rows", "_size", "ascii", "band")

    def __init__(self, ascii: bool = False) -> None:
        self.ascii = ascii
        self.band = BAND
        self._rows: dict[int, list[Cell]] = {}
        self._size = Size(0, 0)

    def forget(self) -> None:
        """Nothing is known any more: the next update of a row sends all of it."""
        self._rows.clear()

    def resized(self, size: Size) -> None:
        """A terminal of another size has moved or cut what it showed."""
        if size != self._size:
            self._size = size
            self.forget()

    def differs_from(self, rows: Mapping[int, list[Cell]]) -> bool:
        """Whether rows are others than the terminal shows."""
        return any(self._rows.get(y) != cells for y, cells in rows.items())

    def changed_to(self, rows: Mapping[int, list[Cell]], *, erasing: bool, scrolling: bool) -> str:
        """Note what rows show from now on; returns what has the terminal show it, with a move first where that is shorter."""
        text = drawn_over(self._rows, rows, erasing, self.band)
        move = moved(self._rows, rows) if scrolling and len(text) > SCROLLED else None
        if move is not None:
            wanted = {y: self._rows[y] for y in range(move.top, move.end)} | dict(rows)
            other = move.sent() + drawn_over(move.carried_out(self._rows), wanted, erasing, self.band)
            text = min(text, other, key=len)
        self._rows |= rows
        return text


class RowsMoved(NamedTuple):
    """Rows of the terminal, half-open, in which what is shown goes down so many rows, or up where that is negative."""

    top: int
    end: int
    down: int

    def sent(self) -> str:
        """Lines that are put in or taken out between margins (ECMA-48 8.3.67, IL, and 8.3.32, DL; DEC's DECSTBM)."""
        what = f"{self.down}L" if self.down > 0 else f"{-self.down}M"
        return f"\x1b[{self.top + 1};{self.end}r\x1b[{self.top + 1}H\x1b[{what}\x1b[r"

    def carried_out(self, rows: Mapping[int, list[Cell]]) -> dict[int, list[Cell]]:
        """What rows show then: what is new among them is blank."""
        inside = range(self.top, self.end)
        width = len(rows[self.top])
        return {**rows, **{y: rows[y - self.down] if y - self.down in inside else [BLANK] * width for y in inside}}


def moved(before: Mapping[int, list[Cell]], rows: Mapping[int, list[Cell]]) -> RowsMoved | None:
    """The move that brings most rows to where their text is to stand; None where that is one row or none."""
    places: dict[str, int] = {}
    for y, cells in before.items():
        if (text := _begins(cells)).strip():
            places[text] = y
    found: dict[int, list[int]] = {}
    for y, cells in rows.items():
        was = places.get(_begins(cells), y)
        if was != y and before.get(y):
            found.setdefault(y - was, []).append(y)
    if not found:
        return None
    down, own = max(found.items(), key=lambda one: len(one[1]))
    top, end = min(*own, min(own) - down), max(*own, max(own) - down) + 1
    known = all(before.get(y) for y in range(top, end))
    return RowsMoved(top, end, down) if len(own) > 1 and known else None


def _begins(cells: Sequence[Cell]) -> str:
    """The text of a row without its last quarter, which may be a bar or a time."""
    return "".join(text for text, _ in cells[: len(cells) * 3 // 4])


def drawn_over(
    before: Mapping[int, list[Cell]], rows: Mapping[int, list[Cell]], erasing: bool, band: int = BAND
) -> str:
    """What draws rows over what is shown there, `band` rows at a time."""
    sent: list[str] = []
    wanted = sorted(rows)
    width = len(rows[wanted[0]]) if wanted else 0
    for begin in range(0, len(wanted), band):
        strokes: dict[Pen, list[Stroke]] = {}
        for y in wanted[begin : begin + band]:
            shown, cells = before.get(y, []), rows[y]
            if shown != cells:
                for first, last in changed_runs(shown, cells):
                    for pen, stroke in strokes_of(cells, first, last, y):
                        strokes.setdefault(pen, []).append(stroke)
        sent.append(drawn(strokes, width, erasing))
    return "".join(sent)


_SHADOWS: WeakKeyDictionary[App[Any], Shadow] = WeakKeyDictionary()


def shadow_of(app: App[Any]) -> Shadow:
    """The one shadow of an app's terminal, shared by all of its lean screens."""
    shadow = _SHADOWS.get(app)
    if shadow is None:
        shadow = _SHADOWS[app] = Shadow(bool(getattr(app, "ascii_only", False)))
    return shadow


class LeanUpdate(CompositorUpdate):
    """Rows of the screen, of which only the changed cells are sent."""

    def __init__(self, rows: Sequence[tuple[int, Mapping[int, Strip | None]]], width: int, shadow: Shadow) -> None:
        self.rows = rows
        self.width = width
        self.shadow = shadow
        self._drawn: Mapping[int, list[Cell]] | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """All cells of the rows, for pictures of a screen. The shadow stays as it is."""
        for number, (y, chops) in enumerate(self.rows):
            if number:
                yield Segment.line()
            yield Control.move_to(0, y).segment
            for strip in chops.values():
                if strip is not None:
                    yield from strip

    def changes(self, console: Console) -> bool:
        """Whether a cell is another one than the terminal shows."""
        return self.shadow.differs_from(self._cells(console))

    def render_segments(self, console: Console) -> str:
        """What to send. From here on the shadow holds the rows: the text has to reach the terminal."""
        term = os.environ.get("TERM", "")
        rows = self._cells(console)
        text = self.shadow.changed_to(rows, erasing=erases_in_colour(term), scrolling=scrolls_within(term))
        return text.translate(TYPOGRAPHY) if self.shadow.ascii else text

    def _cells(self, console: Console) -> Mapping[int, list[Cell]]:
        if self._drawn is None:
            color_system = console._color_system or ColorSystem.TRUECOLOR
            self._drawn = {y: cells_of_row(chops, self.width, color_system) for y, chops in self.rows}
        return self._drawn


class Stroke(NamedTuple):
    """A text that is drawn with one pen: where it begins, and in which column it ends."""

    y: int
    x: int
    end: int
    text: str


def strokes_of(cells: Sequence[Cell], first: int, last: int, y: int) -> Iterator[tuple[Pen, Stroke]]:
    """The strokes, each with its pen, that draw a span of a row. Spaces go with their neighbours where they can."""
    held, begin, parts = NO_PEN, first, list[str]()
    blank = True
    for x in range(first, last):
        text, pen = cells[x]
        if not text:
            continue
        if not parts or (blank and pen_of_space(pen) == held):
            held = pen
        elif pen != held and not (text == " " and pen == pen_of_space(held)):
            yield held, Stroke(y, begin, x, "".join(parts))
            held, begin, blank = pen, x, True
            parts.clear()
        parts.append(text)
        blank = blank and text == " "
    if parts:
        yield held, Stroke(y, begin, last, "".join(parts))


def drawn(strokes: Mapping[Pen, Sequence[Stroke]], width: int, erasing: bool = False) -> str:
    """What draws the strokes: pen by pen, as going to another place is shorter than taking up another pen.

    Long blanks are erased where the terminal does that in the ground of the pen.
    """
    sent: list[str] = []
    held = NO_PEN
    row, column = -1, -1
    for pen, own in sorted(strokes.items(), key=lambda one: _by_ground(one[0])):
        sent.append(taken_up(held, pen))
        held = pen
        for y, x, end, text in own:
            if y != row:
                place = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
                # down, and back: not from the last column, where terminals disagree on where the cursor is; and by what never
                # scrolls, as the terminal may be smaller by now
                below = f"\x1b[B{chr(8) * (column - x)}" if y == row + 1 and x <= column < width else place
                sent.append(min(place, below, key=len))
            elif x != column:
                on, place = f"\x1b[{x - column}C", f"\x1b[{x + 1}G"
                sent.append(on if column < x and len(on) < len(place) else place)
            to_send, left = erased(text) if erasing and only_ground(pen) else (text, 0)
            sent.append(to_send)
            row, column = y, end - left
    return "".join((*sent, taken_up(held, NO_PEN)))


def erased(text: str) -> tuple[str, int]:
    """A text with its long blanks erased (ECMA-48 8.3.38, ECH), and how far before its end the cursor is left."""
    words = text.rstrip(" ")
    left = len(text) - len(words)
    if left < ERASED:
        words, left = text, 0
    within = _LONG_BLANKS.sub(lambda blanks: f"\x1b[{len(blanks[0])}X\x1b[{len(blanks[0])}C", words)
    return within + (f"\x1b[{left}X" if left else ""), left


def changed_runs(before: Sequence[Cell], cells: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """The half-open spans of cells to send, each begun with a whole character.

    Gaps between them are bridged where the cells between are few and in the pen of the cell before.
    """
    known, width = len(before), len(cells)
    first: int | None = None
    last = 0
    for x in range(width):
        if x < known and before[x] == cells[x]:
            if first is not None and not _bridged(cells, last, x + 1):
                yield first, last
                first = None
            continue
        if first is None:
            first = x - 1 if x and not cells[x][0] else x
        last = x + 1
    if first is not None:
        yield first, last


def _bridged(cells: Sequence[Cell], first: int, last: int) -> bool:
    """Whether it takes no more to send unchanged cells again than to go past them."""
    if last - first >= BRIDGE:
        return False
    held = cells[first - 1][1]
    gap = cells[first:last]
    same_pen = all(pen == held or (text == " " and pen == pen_of_space(held)) for text, pen in gap)
    return same_pen and sum(len(text.encode()) for text, _ in gap) < BRIDGE


def cells_of_row(chops: Mapping[int, Strip | None], width: int, color_system: ColorSystem) -> list[Cell]:
    """The cells of a row from its pieces, each of which begins at its place and ends where the next begins."""
    cells: list[Cell] = []
    for x, strip in chops.items():
        if strip is None:
            continue
        _fit(cells, x)
        for text, style, control in strip:
            if not control and text:
                _append(cells, text, NO_PEN if style is None else pen_of(style, color_system))
    _fit(cells, width)
    return cells


@lru_cache(maxsize=8192)
def pen_of(style: Style, color_system: ColorSystem) -> Pen:
    """The pen of a style, by the same codes that Textual would send."""
    link = f"\x1b]8;id={style.link_id};{style.link}\x1b\\" if style.link else ""
    return Strip.render_ansi(style, color_system), link


def _append(cells: list[Cell], text: str, pen: Pen) -> None:
    blank = pen_of_space(pen)
    if text.isascii():
        cells.extend([(character, blank if character == " " else pen) for character in text])
        return
    parts: list[Cell] = []
    for character in text:
        if character == " ":
            parts.append((character, blank))
            continue
        width = cell_len(character)
        if width == 0 and parts:
            at = -1 if parts[-1][0] else -2
            parts[at] = (parts[at][0] + character, pen)
            continue
        parts.append((character, pen))
        parts.extend([("", pen)] * (width - 1))
    if len(parts) != (total := cell_len(text)):
        # characters that only have a width together: they are sent together
        parts = [(text, pen), *[("", pen)] * (total - 1)] if total else []
    cells.extend(parts)


def _fit(cells: list[Cell], width: int) -> None:
    """Exactly `width` cells; a wide character of which only a half is left becomes a space."""
    if len(cells) > width:
        halved = not cells[width][0]
        del cells[width:]
        if halved and cells:
            cells[-1] = (" ", pen_of_space(cells[-1][1]))
    else:
        cells.extend([(" ", NO_PEN)] * (width - len(cells)))


@lru_cache(maxsize=8192)
def only_ground(pen: Pen) -> bool:
    """Whether a space shows nothing of a pen but its ground: no line, no swapped colours, no link."""
    return not pen[1] and UNSEEN.issuperset(_split(_parts(pen[0])[0]))


@lru_cache(maxsize=8192)
def pen_of_space(pen: Pen) -> Pen:
    """What can be seen of a pen in a space: its ground; all of it where it draws a line, is reversed or is a link."""
    return (_parts(pen[0])[2], "") if only_ground(pen) else pen


@lru_cache(maxsize=8192)
def taken_up(held: Pen, pen: Pen) -> str:
    """The shortest change from the pen that is held to another."""
    had, old_colour, old_ground = _parts(held[0])
    attributes, colour, ground = _parts(pen[0])
    codes = _attributes_changed(_split(had), _split(attributes))
    if colour != old_colour:
        codes.append(colour or "39")
    if ground != old_ground:
        codes.append(ground or "49")
    changed, anew = ";".join(codes), f"0;{pen[0]}" if pen[0] else "0"
    if "0" in codes or len(changed) > len(anew):
        changed = anew
    link = "" if held[1] == pen[1] else pen[1] or LINK_END
    return (f"\x1b[{changed}m" if changed else "") + link


def _attributes_changed(had: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The codes that end and begin attributes; 0 where one cannot be ended alone."""
    ends = dict.fromkeys(ENDS.get(code, "0") for code in had if code not in wanted)
    return [*ends, *(code for code in wanted if code not in had or ENDS.get(code) in ends)]


def _split(codes: str) -> list[str]:
    return codes.split(";") if codes else []


@lru_cache(maxsize=8192)
def _parts(codes: str) -> tuple[str, str, str]:
    """The codes of a style by what they set: attributes, foreground, background (ECMA-48 8.3.117, SGR)."""
    kinds: tuple[list[str], list[str], list[str]] = ([], [], [])
    tokens = iter(codes.split(";") if codes else ())
    for token in tokens:
        number = int(token)
        part = kinds[1 if 30 <= number < 40 or 90 <= number < 98 else 2 if 40 <= number < 50 or number >= 100 else 0]
        part.append(token)
        if number in (38, 48):
            kind = next(tokens)
            part.append(kind)
            part.extend(next(tokens) for _ in range(3 if kind == "2" else 1))
    return ";".join(kinds[0]), ";".join(kinds[1]), ";".join(kinds[2])


def _by_ground(pen: Pen) -> tuple[str, str, str, str]:
    """Puts pens next to those with which they share most: the codes of a colour are longer than those of attributes."""
    attributes, colour, ground = _parts(pen[0])
    return ground, colour, attributes, pen[1]


class LeanCompositor(Compositor):
    """Textual's compositor, with updates that know what the terminal shows."""

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._lean_screen = screen

    def render_full_update(self, simplify: bool = False) -> Any:
        """An update of all rows; `simplify` is for pictures, which Textual makes."""
        if simplify:
            return super().render_full_update(simplify)
        self._dirty_regions.clear()
        return self._lean_update(range(self.size.height))

    def render_partial_update(self) -> Any:
        """An update of the rows in which something has changed; None where nothing has, and the cursor stands where it stood."""
        regions = self._dirty_regions.copy()
        self._dirty_regions.clear()
        if not regions:
            return None
        height = self.size.height
        rows = sorted({y for y, _, _ in self._regions_to_spans(regions) if 0 <= y < height})
        if not rows:
            return None
        update, app = self._lean_update(rows), self._lean_screen.app
        stood = getattr(app, "_previous_cursor_position", None) == self.size.clamp_offset(app.cursor_position)
        return None if stood and not update.changes(app.console) else update

    def _lean_update(self, rows: Iterable[int]) -> LeanUpdate:
        wanted = list(rows)
        shadow = shadow_of(self._lean_screen.app)
        shadow.resized(self.size)
        shadow.band = max(self.size.height, BAND) if getattr(self._lean_screen.app, "_sync_available", False) else BAND
        width = self.size.width
        if not wanted:
            return LeanUpdate((), width, shadow)
        crop = Region(0, wanted[0], width, wanted[-1] - wanted[0] + 1)
        chops: Chops = self._render_chops(crop, set(wanted).__contains__)
        return LeanUpdate([(y, chops[y]) for y in wanted if y < len(chops)], width, shadow)
