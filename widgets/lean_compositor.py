"""A compositor that sends only the cells in which the terminal's screen is to change.

It rests on private names of Textual 8.2. `widgets.lean` guards them: nothing else may import this module.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
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

from widgets.marks import TYPOGRAPHY

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
"""So many unchanged cells between two changed ones are sent again, because a cursor movement would be as long."""
ERASED = 6
"""So many alike spaces are erased instead of sent, where the terminal does that in their colour."""
LINK_END = "\x1b]8;;\x1b\\"
OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28", "9": "29"}
"""The code that ends an attribute; those that are not here end with all others only (ECMA-48 8.3.117, SGR)."""
SEEN_ON_BLANKS = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""The attributes that show where there is no character: lines under, over, through and around it, and swapped colours."""


class Shadow:
    """What a terminal shows, row by row, as far as it is known. With `ascii` it is sent ASCII signs instead of ours."""

    __slots__ = ("_rows", "_size", "ascii")

    def __init__(self, ascii: bool = False) -> None:
        self.ascii = ascii
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

    def exchange(self, y: int, cells: list[Cell]) -> list[Cell]:
        """Note what a row shows from now on; returns what it showed, nothing where that is unknown."""
        before = self._rows.get(y, [])
        self._rows[y] = cells
        return before


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

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """All cells of the rows, for pictures of a screen. The shadow stays as it is."""
        for number, (y, chops) in enumerate(self.rows):
            if number:
                yield Segment.line()
            yield Control.move_to(0, y).segment
            for strip in chops.values():
                if strip is not None:
                    yield from strip

    def render_segments(self, console: Console) -> str:
        """What to send. From here on the shadow holds the rows: the text has to reach the terminal."""
        color_system = console._color_system or ColorSystem.TRUECOLOR
        sent: list[str] = []
        pen = NO_PEN
        erasing = erases_in_colour(os.environ.get("TERM", ""))
        for y, chops in self.rows:
            cells = cells_of_row(chops, self.width, color_system)
            before = self.shadow.exchange(y, cells)
            if before == cells:
                continue
            for first, last in changed_runs(before, cells):
                sent.append(f"\x1b[{y + 1};{first + 1}H")
                x = first
                while x < last:
                    text, new_pen = cells[x]
                    if not text:
                        x += 1
                        continue
                    if new_pen != pen and not (text == " " and blank_of(pen) == new_pen):
                        new_pen = _pen_ahead(cells, x, last)
                        sent.append(_change_pen(pen, new_pen))
                        pen = new_pen
                    blanks = blanks_at(cells, x, last) if erasing and text == " " else 0
                    if blanks >= (ERASED if x + blanks == last else ERASED + BRIDGE):
                        sent.append(f"\x1b[{blanks}X")
                        x += blanks
                        if x < last:
                            sent.append(f"\x1b[{blanks}C")
                        continue
                    sent.append(text)
                    x += 1
        if pen != NO_PEN:
            sent.append(_change_pen(pen, NO_PEN))
        text = "".join(sent)
        return text.translate(TYPOGRAPHY) if self.shadow.ascii else text


def changed_runs(before: Sequence[Cell], cells: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """The half-open spans of cells to send, each begun with a whole character. Short gaps between them are bridged."""
    known, width = len(before), len(cells)
    first: int | None = None
    last = 0
    for x in range(width):
        if x < known and before[x] == cells[x]:
            if first is not None and x - last >= BRIDGE:
                yield first, last
                first = None
            continue
        if first is None:
            first = x - 1 if x and not cells[x][0] else x
        last = x + 1
    if first is not None:
        yield first, last


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


@lru_cache(maxsize=8192)
def blank_of(pen: Pen) -> Pen:
    """What can be seen of a pen where it draws a space: its ground and its link, unless it draws a line or swaps colours."""
    attributes, _, ground = _parts(pen[0])
    return pen if SEEN_ON_BLANKS.intersection(attributes) else (ground, pen[1])


def blanks_at(cells: Sequence[Cell], x: int, last: int) -> int:
    """How many alike spaces follow each other from `x` on that show nothing but their ground."""
    pen = cells[x][1]
    if pen[1] or SEEN_ON_BLANKS.intersection(_parts(pen[0])[0]):
        return 0
    end = x
    while end < last and cells[end] == (" ", pen):
        end += 1
    return end - x


@lru_cache(maxsize=4)
def erases_in_colour(term: str) -> bool:
    """Whether a terminal paints what it erases in the ground of the pen, and erases some cells at a time, as terminfo has it."""
    try:
        import curses
    except ImportError:
        return False
    try:
        curses.setupterm(term or "dumb", 1)
        return curses.tigetflag("bce") > 0 and curses.tigetstr("ech") == b"\x1b[%p1%dX"
    except curses.error:
        return False


def _pen_ahead(cells: Sequence[Cell], x: int, last: int) -> Pen:
    """The pen to take for a cell. For a space it is that of the next character, if the space looks the same with it."""
    pen = cells[x][1]
    if cells[x][0] == " ":
        ahead = next((cells[i][1] for i in range(x + 1, last) if cells[i][0] not in ("", " ")), pen)
        if blank_of(ahead) == pen:
            return ahead
    return pen


def _append(cells: list[Cell], text: str, pen: Pen) -> None:
    blank = blank_of(pen) if " " in text else pen
    if text.isascii():
        cells.extend([(character, blank if character == " " else pen) for character in text])
        return
    parts: list[Cell] = []
    for character in text:
        width = cell_len(character)
        if width == 0 and parts:
            at = -1 if parts[-1][0] else -2
            parts[at] = (parts[at][0] + character, pen)
            continue
        parts.append((character, blank if character == " " else pen))
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
            cells[-1] = (" ", blank_of(cells[-1][1]))
    else:
        cells.extend([(" ", NO_PEN)] * (width - len(cells)))


def _change_pen(old: Pen, new: Pen) -> str:
    """The shortest change from one pen to another: what differs, or everything anew."""
    codes = ""
    if old[0] != new[0]:
        attributes, ink, ground = _parts(new[0])
        old_attributes, old_ink, old_ground = _parts(old[0])
        ended = {OFF.get(one, "0") for one in old_attributes if one not in attributes}
        changed = sorted(ended)
        # 22 ends both bold and dim
        changed += [one for one in attributes if one not in old_attributes or OFF.get(one) in ended]
        changed += [ink or "39"] if ink != old_ink else []
        changed += [ground or "49"] if ground != old_ground else []
        codes = ";".join(changed)
        anew = f"0;{new[0]}" if new[0] else ""
        if "0" in ended or len(anew) < len(codes):
            codes = anew
        codes = f"\x1b[{codes}m"
    if old[1] != new[1]:
        codes += new[1] or LINK_END
    return codes


@lru_cache(maxsize=8192)
def _parts(codes: str) -> tuple[tuple[str, ...], str, str]:
    """The codes of a style by what they set: attributes, foreground, background (ECMA-48 8.3.117, SGR)."""
    found: tuple[list[str], list[str], list[str]] = ([], [], [])
    tokens = iter(codes.split(";") if codes else ())
    for token in tokens:
        number = int(token)
        part = found[1 if 30 <= number < 40 or 90 <= number < 98 else 2 if 40 <= number < 50 or number >= 100 else 0]
        part.append(token)
        if number in (38, 48):
            kind = next(tokens)
            part.append(kind)
            part.extend(next(tokens) for _ in range(3 if kind == "2" else 1))
    return tuple(found[0]), ";".join(found[1]), ";".join(found[2])


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
        """An update of the rows in which something may have changed; None where there is none."""
        regions = self._dirty_regions.copy()
        self._dirty_regions.clear()
        if not regions:
            return None
        height = self.size.height
        rows = sorted({y for y, _, _ in self._regions_to_spans(regions) if 0 <= y < height})
        return self._lean_update(rows) if rows else None

    def _lean_update(self, rows: Iterable[int]) -> LeanUpdate:
        wanted = list(rows)
        shadow = shadow_of(self._lean_screen.app)
        shadow.resized(self.size)
        width = self.size.width
        if not wanted:
            return LeanUpdate((), width, shadow)
        crop = Region(0, wanted[0], width, wanted[-1] - wanted[0] + 1)
        chops: Chops = self._render_chops(crop, set(wanted).__contains__)
        return LeanUpdate([(y, chops[y]) for y in wanted if y < len(chops)], width, shadow)
