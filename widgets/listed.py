"""Lists of plain rows: figures with their names, rows with a small chart, keys and what they do, and what was found by letters."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from dispatch.model.text import cells_of, wrapped
from widgets.lines.ink import Line, ListEntry, fitted, in_sections, ink, whole_words, width_of
from widgets.lines.line_list import LineList
from widgets.lines.marks import Marks

MOST_BELOW = 3
"""So many lines a value may have below its label."""
_KEYS = 14
"""Columns of keys."""


class FigureLine(NamedTuple):
    """One figure as it is shown. `own` is false for a default, which is drawn dimly."""

    section: str
    path: str
    label: str
    value: str
    own: bool = True
    faulty: bool = False


class FigureList(LineList[str]):
    """Figures in sections, each with its name in words, its value, and a mark where it is at fault; a value is its path."""

    DEFAULT_CSS = "FigureList { height: 1fr; padding: 0 1; }"

    NARROW: ClassVar[int] = 60
    """Columns below which a label and its value may stand below each other."""

    def set_figures(self, figures: Sequence[FigureLine]) -> None:
        """Show these figures. The cursor stays on its path."""

        def entries(width: int, _: Marks) -> list[ListEntry[str]]:
            names, narrow = _names(figures, width), width < self.NARROW
            return in_sections(
                figures,
                lambda figure: figure.section,
                lambda _, figure: ListEntry(figure.path, _figure(figure, width, names, narrow), figure.path),
            )

        self.show_entries(entries)

    def lay_out(self, figures: Sequence[FigureLine]) -> None:
        """Lay figures out that are to be shown, in any thread: many of them take longer than a key may wait."""
        width = self.view_size.width
        names = _names(figures, width)
        for figure in figures:
            _figure(figure, width, names, width < self.NARROW)


def _names(figures: Sequence[FigureLine], width: int) -> int:
    """Columns of the labels: as many as the longest needs, at most half of the line or what the longest value leaves."""
    labels = max((cells_of(figure.label) for figure in figures), default=0)
    most = min(44, width // 2)
    if labels > most:
        most = max(most, width - 4 - max(cells_of(figure.value) for figure in figures))
    return max(18, min(labels, most))


@lru_cache(maxsize=8192)
def _figure(figure: FigureLine, width: int, names: int, narrow: bool) -> tuple[Line, ...]:
    """Label and value beside each other; on a narrow screen below each other, where one of them would be cut.

    Kept, as most lines of a list that is shown anew are those of before.
    """
    mark = ("! ", "bad") if figure.faulty else ("  ", "plain")
    label = ink(figure.label, "plain" if figure.own else "dim")
    value = ink(
        figure.value or ("missing" if figure.faulty else "–"),
        "bad" if figure.faulty else "strong" if figure.own else "dim",
    )
    if narrow and figure.value and (width_of((label,)) > names or width_of((value,)) > width - names - 4):
        below = wrapped(value[0], max(8, width - 4))[:MOST_BELOW]
        return fitted((mark, label), width), *(fitted(((" " * 4, "plain"), (line, value[1])), width) for line in below)
    return (fitted((mark, *fitted((label,), names), *whole_words((("  ", "plain"), value), width - names - 2)), width),)


class KeyLine(NamedTuple):
    """A line: what stands at its left (keys, or a glyph), what that means, and how one gets there. `own` is not as it came."""

    section: str
    id: str
    keys: str
    does: str
    own: bool = False
    how: str = ""


def key_entries(lines: Sequence[KeyLine], width: int, _: Marks) -> list[ListEntry[KeyLine]]:
    """Each line in its section. All can be gone to, so that all can be read; which can be changed, the screen knows."""
    return in_sections(
        lines, lambda line: line.section, lambda place, line: ListEntry(line.id or place, _key(line, width), line)
    )


def _key(line: KeyLine, width: int) -> tuple[Line, ...]:
    """The line, in as many as its words need, with how it is done below: nothing of what a key does is cut off."""
    beside = min(_KEYS, width // 3)
    keys = fitted((ink(line.keys, "info" if line.own else "key"),), beside)
    does = f"{line.does} (yours)" if line.own else line.does
    room = max(1, width - beside - 1)
    first, *more = textwrap.wrap(does, room) or [""]
    below = [*(ink(text) for text in more), *(ink(text, "dim") for text in textwrap.wrap(line.how, room))]
    return (
        fitted((*keys, (" ", "plain"), ink(first)), width),
        *(fitted((ink(" " * (beside + 1)), text), width) for text in below),
    )


class FoundLine(NamedTuple):
    """One find as it is shown: its kind, its name and what is said beside it."""

    kind: str
    name: str
    detail: str = ""


class FoundList(LineList[Any]):
    """Finds, best first. The keyboard stays in the field where letters are typed."""

    DEFAULT_CSS = "FoundList { height: 1fr; }"

    def set_found(self, found: Sequence[Any], line_of: Callable[[Any], FoundLine]) -> None:
        """Show these, each as `line_of` has it; the cursor is on the first."""

        def entries(width: int, _: Marks) -> list[ListEntry[Any]]:
            lines = [line_of(find) for find in found]
            kinds = min(12, max((len(line.kind) for line in lines), default=0)) + 1
            return [ListEntry(n, _found(line, kinds, width), found[n]) for n, line in enumerate(lines)]

        self.select_key(0)
        self.show_entries(entries)

    def under_cursor(self, line: Line, number: int, entry: ListEntry[Any], ground: str) -> Line:
        """The cursor is as bright as one that has the keyboard: the arrows move it."""
        return super().under_cursor(line, number, entry, "cursor")


def _found(line: FoundLine, kinds: int, width: int) -> tuple[Line, ...]:
    """A find on one line; on a narrow screen what is said beside it stands below it, in full."""
    kind = fitted((ink(line.kind, "dim"),), kinds, "dim")
    named = (*kind, ink(line.name, "strong"))
    if width >= FigureList.NARROW or width_of(named) + cells_of(line.detail) + 2 <= width:
        return (fitted((*named, ink(f"  {line.detail}" if line.detail else "", "dim")), width),)
    below = wrapped(line.detail, width - 2)[:MOST_BELOW]
    return fitted(named, width), *(fitted((ink("  "), ink(text, "dim")), width) for text in below)
