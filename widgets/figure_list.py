"""The figures of a form below each other: each with its name in words, its value, and a mark where it is at fault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from dispatch.model.text import wrapped
from widgets.lines.ink import Line, fitted, ink, width_of
from widgets.lines.line_list import LineList, ListEntry, in_sections

MOST_BELOW = 3
"""So many lines a value may have below its label."""


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

    NARROW: ClassVar[int] = 60
    """Columns below which a label and its value may stand below each other."""

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
            lambda _, figure: ListEntry(figure.path, _lines(figure, names, width, width < self.NARROW), figure.path),
        )


def _lines(figure: FigureLine, names: int, width: int, narrow: bool) -> tuple[Line, ...]:
    """Label and value beside each other; on a narrow screen below each other, where one of them would be cut."""
    mark = ("! ", "bad") if figure.faulty else ("  ", "plain")
    label = ink(figure.label, "plain" if figure.own else "dim")
    value = ink(
        figure.value or ("missing" if figure.faulty else "–"),
        "bad" if figure.faulty else "strong" if figure.own else "dim",
    )
    if narrow and figure.value and (width_of((label,)) > names or width_of((value,)) > width - names - 4):
        below = wrapped(value[0], max(8, width - 4))[:MOST_BELOW]
        return fitted((mark, label), width), *(fitted(((" " * 4, "plain"), (line, value[1])), width) for line in below)
    return (fitted((mark, *fitted((label,), names), ("  ", "plain"), value), width),)
