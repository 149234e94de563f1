"""The figures of a form below each other: each with its name in words, its value, and a mark where it is at fault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from widgets.lines.ink import Line, fitted, ink, width_of
from widgets.lines.line_list import LineList, ListEntry, in_sections

_NARROW = 60
"""Columns below which a label and its value may stand below each other."""


class FigureLine(NamedTuple):
    """One figure as it is shown. `own` is false for a default, which is drawn dimly."""

    section: str
    path: str
    label: str
    value: str
    own: bool = True
    faulty: bool = False


class FigureList(LineList[str]):
    """Sections of figures; a value is the path of its figure."""

    DEFAULT_CSS = "FigureList { height: 1fr; padding: 0 1; }"

    _figures: tuple[FigureLine, ...] = ()

    def set_figures(self, figures: Sequence[FigureLine]) -> None:
        """Show these figures. The cursor stays on its path."""
        self._figures = tuple(figures)
        self.rebuild()

    def entries(self, width: int) -> Sequence[ListEntry[str]]:
        """Each section's title, and its figures."""
        names = max(18, min(44, width // 2))
        return in_sections(
            self._figures,
            lambda figure: figure.section,
            lambda _, figure: ListEntry(figure.path, _lines(figure, names, width), figure.path),
        )


def _lines(figure: FigureLine, names: int, width: int) -> tuple[Line, ...]:
    """Label and value beside each other; on a narrow screen below each other, where one of them would be cut."""
    mark = ("! ", "bad") if figure.faulty else ("  ", "plain")
    label = ink(figure.label, "plain" if figure.own else "dim")
    value = ink(
        figure.value or ("missing" if figure.faulty else "–"),
        "bad" if figure.faulty else "strong" if figure.own else "dim",
    )
    if width < _NARROW and figure.value and (width_of((label,)) > names or width_of((value,)) > width - names - 4):
        return fitted((mark, label), width), fitted(((" " * 4, "plain"), value), width)
    return (fitted((mark, *fitted((label,), names), ("  ", "plain"), value), width),)
