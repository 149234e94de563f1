"""The figures of a form below each other: each with its name in words, its value, and a mark where it is at fault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.message import Message

from widgets.ink import Line, fitted, ink
from widgets.line_list import Entry, LineList


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

    class Selected(Message):
        """The cursor is on another figure."""

    class Opened(Message):
        """Enter, or a double click, on a figure."""

    _figures: tuple[FigureLine, ...] = ()

    def set_figures(self, figures: Sequence[FigureLine]) -> None:
        """Show these figures. The cursor stays on its path."""
        self._figures = tuple(figures)
        self.rebuild()

    def entries(self, width: int) -> Sequence[Entry[str]]:
        """Each section's title, and its figures."""
        names = max(18, min(44, width // 2))
        built: list[Entry[str]] = []
        section = ""
        for figure in self._figures:
            if figure.section != section:
                section = figure.section
                if built:
                    built.append(Entry(f"gap {section}", ((),)))
                built.append(Entry(f"title {section}", ((ink(section, "title"),),)))
            built.append(Entry(figure.path, (_line(figure, names, width),), figure.path))
        return built

    def tell_selected(self) -> None:
        """Post `Selected`."""
        self.post_message(self.Selected())

    def tell_opened(self) -> None:
        """Post `Opened`."""
        self.post_message(self.Opened())


def _line(figure: FigureLine, names: int, width: int) -> Line:
    mark = ("! ", "bad") if figure.faulty else ("  ", "plain")
    name = fitted((ink(figure.label, "plain" if figure.own else "dim"),), names)
    value = ink(
        figure.value or ("missing" if figure.faulty else "–"),
        "bad" if figure.faulty else "strong" if figure.own else "dim",
    )
    return fitted((mark, *name, ("  ", "plain"), value), width)
