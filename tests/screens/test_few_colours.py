"""Terminals of eight or sixteen colours: what stands on a ground can be read, and what differs looks different."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from rich._palettes import STANDARD_PALETTE
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.app import App
from textual.color import Color

from dispatch.app import DispatchApp
from tests.desk.conftest import Office
from widgets.lines.palette import INKS, style_of
from widgets.themes import FEW, THEMES

LEAST = 3.0
"""The contrast of text with its ground below which nobody can read it."""
GROUNDS = ("ahead", "en-route", "on-site", "closed", "late", "cursor", "cursor-blurred")
"""Inks that are told apart by their ground."""
QUIET = {"faint", "grid", "off", "lunch", "absence", "travel", "street", "road", "moved"}
"""What is drawn to be seen behind the rest."""


def variables() -> dict[str, str]:
    app: App[None] = App()
    app.register_theme(FEW)
    app.theme = FEW.name
    return app.get_css_variables()


def sixteen(colour: RichColor | None) -> tuple[int, int, int]:
    """The colour that such a terminal shows, as its standard palette has it; its ground where there is none."""
    return (0, 0, 0) if colour is None else tuple(STANDARD_PALETTE[colour.downgrade(ColorSystem.STANDARD).number or 0])


def contrast(first: tuple[int, int, int], second: tuple[int, int, int]) -> float:
    """How much two colours differ, from 1 to 21 (WCAG 2.1)."""
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: tuple[int, int, int]) -> float:
    """How bright a colour is, from 0 to 1 (WCAG 2.1, relative luminance)."""
    parts = (part / 255 for part in colour)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_ink_can_be_read_among_sixteen_colours() -> None:
    unreadable = []
    for name in INKS.keys() - QUIET:
        style = style_of(name, variables(), Color(0, 0, 0))
        if contrast(sixteen(style.color), sixteen(style.bgcolor)) < LEAST:
            unreadable.append(name)
    assert unreadable == []


def test_states_differ_by_their_ground() -> None:
    grounds = {name: sixteen(style_of(name, variables(), Color(0, 0, 0)).bgcolor) for name in GROUNDS}
    assert len(set(grounds.values())) >= len(GROUNDS) - 1
    assert all(len([part for part in ground if part == 255]) == 0 for ground in grounds.values())


@pytest.mark.parametrize(
    ("colours", "theme"), [("standard", FEW.name), ("256", THEMES[0].name), ("truecolor", THEMES[0].name)]
)
def test_the_terminal_says_which_theme_is_usual(
    office: Office, monkeypatch: pytest.MonkeyPatch, colours: str, theme: str
) -> None:
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", colours)
    monkeypatch.setattr("sys.__stdout__", SimpleNamespace(isatty=lambda: True))
    assert DispatchApp(office.dana, "board").theme == theme


@pytest.mark.parametrize(("term", "ascii_only"), [("linux", True), ("xterm-256color", False)])
def test_the_linux_console_is_sent_ascii(
    office: Office, monkeypatch: pytest.MonkeyPatch, term: str, ascii_only: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    assert DispatchApp(office.dana, "board").ascii_only is ascii_only
    assert DispatchApp(office.dana, "board", ascii_only=not ascii_only).ascii_only is not ascii_only
