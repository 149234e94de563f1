"""Links to maps: opened in a browser where there is one at this terminal, else shown to be copied."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Label, Static

from dispatch.desk.session.viewer import browser_is_here, open_link
from dispatch.model.text import show
from screens.binding import key
from widgets.terminal.lean import LeanModal


class LinkDialog(LeanModal[None]):
    """A dialog of links as text; each begins at the left edge, so that it can be marked and copied from the terminal."""

    DEFAULT_CSS = """
    LinkDialog { align: center bottom; background: $background 60%; }
    LinkDialog > VerticalScroll { width: 100%; height: auto; max-height: 90%; background: $surface; }
    LinkDialog > VerticalScroll { border-top: solid $primary; border-bottom: solid $primary; }
    LinkDialog .title { text-style: bold; padding: 0 1; }
    LinkDialog .link { margin: 1 0 0 0; color: $text-accent; }
    LinkDialog .hint { color: $text-muted; margin: 1 0 0 0; padding: 0 1; width: 1fr; }
    """
    BINDINGS = [
        key("enter", "link.copy", "Copy", "copy the link, where the terminal lets programs do so"),
        key("escape q o", "dialog.back", "Back", action="dismiss(None)"),
    ]

    def __init__(self, title: str, links: Sequence[str]) -> None:
        super().__init__()
        self._title, self._links = title, tuple(links)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Label(Content(show(self._title)), classes="title")
            for link in self._links:
                yield Static(Content(link), classes="link")
            yield Label(Content("enter copies, where the terminal lets programs do so · esc goes back"), classes="hint")

    def action_copy(self) -> None:
        """Ask the terminal to take the links into its clipboard (OSC 52)."""
        self.app.copy_to_clipboard("\n".join(self._links))
        self.dismiss(None)


async def show_links(screen: Screen[Any], title: str, links: Sequence[str]) -> None:
    """Open links in the browser, or show them where there is none. Called from a worker."""
    if browser_is_here() and all([await asyncio.to_thread(open_link, link) for link in links]):
        screen.notify(Content(show(f"{title}: opened in the browser")).markup)
        return
    await screen.app.push_screen_wait(LinkDialog(title, links))
