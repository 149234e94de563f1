"""Lines of coloured text as plain data, so that what a widget says can be built and tested without an app.

A span is safe text (it went through `show`) and the name of an ink; a widget turns ink names into styles by
the palette. Two names joined by `+` mean the first ink in the foreground colour of the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Generic, TypeVar

from dispatch.model.text import cells_of, fitting, show

T = TypeVar("T")
Listed = TypeVar("Listed")
Span = tuple[str, str]
Line = tuple[Span, ...]

PLAIN = "plain"
SEPARATOR = " · "
"""Between the parts of what is `joined`."""


def ink(text: str, name: str = PLAIN, cells: int | None = None) -> Span:
    """A span of `text`, made safe, and cut to `cells` terminal cells where given."""
    return show(text, cells), name


def width_of(line: Iterable[Span]) -> int:
    """Terminal cells of a line."""
    return sum(cells_of(text) for text, _ in line)


def cut(line: Iterable[Span], cells: int) -> Line:
    """The line in at most `cells` cells; what was cut ends in an ellipsis."""
    kept: list[Span] = []
    room = cells
    for text, name in line:
        width = cells_of(text)
        if width <= room:
            kept.append((text, name))
            room -= width
            continue
        if room > 0:
            kept.append((show(text, room), name))
        elif kept:
            last, last_name = kept[-1]
            kept[-1] = (show(last + " ", cells_of(last)), last_name)
        break
    return tuple(kept)


def whole_words(line: Sequence[Span], cells: int) -> Line:
    """The line in at most `cells` cells, cut behind a word, which an ellipsis follows; in the word where it is the first."""
    kept = cut(line, cells)
    if width_of(line) <= cells or not kept:
        return kept
    *before, (text, name) = kept
    words = text.rpartition(" ")[0].rstrip(" ,·-")
    return (*before, (f"{words}…", name)) if words else kept


def clipped(text: str, cells: int) -> str:
    """Safe text cut and filled to exactly `cells` cells, without an ellipsis: for places where each cell counts."""
    kept = text if cells_of(text) <= cells else text[: fitting(text, cells)]
    return kept + " " * (cells - cells_of(kept)) if cells_of(kept) <= cells else " " * cells


def fitted(line: Iterable[Span], cells: int, fill: str = PLAIN) -> Line:
    """The line cut and filled to exactly `cells` cells."""
    short = cut(line, cells)
    rest = cells - width_of(short)
    return (*short, (" " * rest, fill)) if rest > 0 else short


def spread(left: Sequence[Span], right: Sequence[Span], cells: int, gap: int = 1) -> Line:
    """`left` and, flush with the right edge, `right`, in exactly `cells` cells. The left part gives way first."""
    tail = cut(right, cells)
    room = cells - width_of(tail)
    if not tail:
        return fitted(left, cells)
    head = cut(left, max(0, room - gap))
    return (*head, (" " * (room - width_of(head)), PLAIN), *tail)


def side_by_side(parts: Iterable[tuple[Sequence[Span], int]], gap: int = 1) -> Line:
    """Each part cut and filled to its width, `gap` cells between them."""
    line: list[Span] = []
    for part, cells in parts:
        if line and gap:
            line.append((" " * gap, PLAIN))
        line.extend(fitted(part, cells))
    return tuple(line)


def joined(parts: Iterable[Span], separator: str = SEPARATOR, name: str = "dim") -> Line:
    """The parts that hold text, with a separator between them."""
    line: list[Span] = []
    for part in parts:
        if not part[0]:
            continue
        if line:
            line.append((separator, name))
        line.append(part)
    return tuple(line)


def merged(cells: Iterable[Span]) -> Line:
    """The cells as few spans."""
    return tuple(("".join(text for text, _ in run), name) for name, run in groupby(cells, key=itemgetter(1)))


def wrapped_line(line: Iterable[Span], cells: int, hang: int = 0) -> list[Line]:
    """The line in lines of at most `cells` cells, broken at spaces where there are any; what goes on is indented by `hang`."""
    letters = [(letter, name) for text, name in line for letter in text]
    lines: list[Line] = []
    indent: list[Span] = []
    while True:
        text = "".join(letter for letter, _ in letters)
        room = cells - len(indent)
        if cells_of(text) <= room or room < 1:
            return [*lines, merged([*indent, *letters])]
        end = fitting(text, room)
        begun = len(text) - len(text.lstrip(" "))
        at = text.rfind(" ", begun + 1, end + 1)
        at = at if at > 0 else end
        lines.append(merged([*indent, *letters[:at]]))
        letters = letters[at:]
        while letters and letters[0][0] == " ":
            letters = letters[1:]
        indent = [(" ", PLAIN)] * min(hang, cells // 4)


def text_of(line: Iterable[Span]) -> str:
    """What the line says, without colour."""
    return "".join(text for text, _ in line)


@dataclass(frozen=True, slots=True)
class ListEntry(Generic[T]):
    """Some lines that belong together. `value` None: a heading or a remark, which the cursor skips.

    `kept` is how many cells from the left keep their own inks on the cursor's line.
    """

    key: object
    lines: tuple[Line, ...]
    value: T | None = None
    kept: int = 0


def in_sections(
    lines: Iterable[Listed], section_of: Callable[[Listed], str], entry_of: Callable[[int, Listed], ListEntry[T]]
) -> list[ListEntry[T]]:
    """An entry for each of some lines, with a title over each section, and a gap before it where it is not the first.

    Args:
        entry_of: is given the line and its place.
    """
    entries: list[ListEntry[T]] = []
    for section, numbered in groupby(enumerate(lines), key=lambda numbered: section_of(numbered[1])):
        if section:
            gap: tuple[Line, ...] = ((),) if entries else ()
            entries.append(ListEntry(f"title {section}", (*gap, (ink(section, "title"),))))
        entries += [entry_of(number, line) for number, line in numbered]
    return entries
