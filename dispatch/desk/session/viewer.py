"""What stands beside the terminal: the browser, or the viewer, in which something opens in front of the person."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

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
    """Open a link in the browser, of a file in what the platform has for it; returns whether one took it. It takes a while: call it
    from a thread.

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
