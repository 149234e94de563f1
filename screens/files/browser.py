"""Links to maps: opened in a browser where there is one at this terminal, else shown to be copied."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Label, Static

from dispatch.model.text import show
from screens.binding import key
from widgets.terminal.lean import LeanModal

PATIENCE = 15.0
"""Seconds in which a browser has to take a link."""
_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


def browser_is_here(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether a browser would open in front of the person at this terminal: a display, and no ssh in between."""
    if any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")):
        return False
    if platform in ("darwin", "win32"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_link(link: str) -> bool:
    """Open a link in the browser; returns whether one took it. It takes a while: call it from a thread.

    It is another process without our terminal: a browser that writes to it, or is made for terminals, is no harm.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-c", _OPEN, link],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


class LinkDialog(LeanModal[None]):
    """A dialog of links as text; each begins at the left edge, so that it can be marked and copied from the terminal."""

    DEFAULT_CSS = """
    LinkDialog { align: center bottom; background: $background 60%; }
    LinkDialog > VerticalScroll { width: 100%; height: auto; max-height: 90%; background: $surface; }
    LinkDialog > VerticalScroll { border-top: solid $primary; border-bottom: solid $primary; }
    LinkDialog .title { text-style: bold; padding: 0 1; }
    LinkDialog .link { margin: 1 0 0 0; color: $text-accent; }
    LinkDialog .hint { color: $text-muted; margin: 1 0 0 0; padding: 0 1; }
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
