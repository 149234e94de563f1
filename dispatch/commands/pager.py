"""A pager for what is longer than the terminal is high: the one that the person has chosen (PAGER), else less, else more."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys


def page(text: str) -> None:
    """Print a text that ends its own lines and in which nothing steers a terminal."""
    with contextlib.suppress(OSError, ValueError):  # no terminal, no such pager, or no words of a shell
        size = os.get_terminal_size(sys.stdout.fileno())
        rows = sum(1 + max(0, len(line) - 1) // size.columns for line in text.splitlines())
        pager = os.environ.get("PAGER", "less" if shutil.which("less") else "more")
        if rows >= size.lines and (words := shlex.split(pager)):
            _give(text, words)
            return
    sys.stdout.write(text)


def _give(text: str, pager: list[str]) -> None:
    # F: nothing to page on a tall terminal; X: what was read stays on the screen; no R: no sequence is let through
    environment = {"LESS": "FX", **os.environ}
    with subprocess.Popen(pager, stdin=subprocess.PIPE, env=environment, encoding="utf-8") as shown:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the pager
        try:
            with contextlib.suppress(BrokenPipeError):  # whoever has read enough goes away before the end
                shown.communicate(text)
        finally:
            signal.signal(signal.SIGINT, before)
