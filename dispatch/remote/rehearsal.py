"""A screen drawn once with nobody looking, so that what a first screen prepares is prepared before sessions are forked.

The interpreter notes in the code itself how it ran, and Textual keeps what it has worked out: a session that does neither again
shares those pages of memory with all others. Nothing of a firm is read, and nothing is sent to a terminal.
"""

from __future__ import annotations

import asyncio
from typing import Any

from textual.app import App, ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from widgets.bars import KeyBar, StatusBar
from widgets.lines.line_list import LineList
from widgets.terminal.lean import LeanScreen
from widgets.themes import THEMES


class RehearsalScreen(LeanScreen[None]):
    """What my day is made of, with nothing in it."""

    DEFAULT_CSS = (
        "RehearsalScreen LineList { height: 1fr; } RehearsalScreen Static { height: auto; border-top: solid $panel; }"
    )

    def compose(self) -> ComposeResult:
        yield StatusBar()
        yield LineList[str]()
        yield Static(Content("nobody's"))
        yield KeyBar()

    def on_mount(self) -> None:
        """As my day does."""
        self.query_one(StatusBar).set_texts("nobody", "", "00:00")
        self.query_one(KeyBar).set_keys([("?", "help")])
        self.query_one(LineList).focus()


class Rehearsal(App[None]):
    """An app for nobody."""

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def get_default_screen(self) -> Screen[Any]:
        """The one screen."""
        return RehearsalScreen()


async def _play() -> None:
    app = Rehearsal()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down")
        app.screen.query_one(StatusBar).set_texts("nobody", "", "00:01")
        await pilot.pause()


def rehearse() -> None:
    """Draw the screen some times."""
    for _ in range(3):
        asyncio.run(_play())
