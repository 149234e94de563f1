"""Long lists on a terminal go through the pager that the person has chosen (PAGER, else less)."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Iterator, Sequence

_LISTS = frozenset({"candidates", "cases", "charge", "doctor", "figures", "keymap", "late", "levels", "query", "route"})
_SCREENS = frozenset({"board", "day", "log"})
_DEEDS = frozenset({"comments", "history", "list", "pins", "show", "story"})


class _Held(io.StringIO):
    """What is printed, until it is known how long it is. To whoever asks it is the terminal."""

    def isatty(self) -> bool:
        return True


@contextlib.contextmanager
def paged(args: argparse.Namespace, words: Sequence[str]) -> Iterator[None]:
    """Hold what a list prints on a terminal, and give it to the pager if it is longer than the screen."""
    if not lists(args, words):
        yield
        return
    held = _Held()
    try:
        with contextlib.redirect_stdout(held):
            yield
    finally:
        _give(held.getvalue(), os.environ.get("PAGER", "less"))


def lists(args: argparse.Namespace, words: Sequence[str]) -> bool:
    """Whether a command prints a list as text."""
    if getattr(args, "json", False) or getattr(args, "csv", False):
        return False
    if words[0] in _SCREENS:
        from dispatch.commands.visit_log import narrowed

        return bool(args.plain) or (words[0] == "log" and narrowed(args))
    return words[0] in _LISTS or next((word for word in words[1:] if not word.startswith("-")), "") in _DEEDS


def _give(text: str, pager: str) -> None:
    """Show a text. Nothing in it steers the terminal, whatever the pager lets through."""
    import shlex
    import signal
    import subprocess

    from dispatch.model.text import show

    text = show(text, multiline=True)
    try:
        height = os.get_terminal_size(sys.stdout.fileno()).lines
        command = shlex.split(pager) if text.count("\n") >= height else []
        if not command:
            sys.stdout.write(text)
            return
        # F: nothing to page on a tall terminal; X: what was read stays on the screen; no R: no sequence is let through
        environment = {"LESS": "FX", **os.environ}
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, encoding="utf-8") as shown:
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the pager
            try:
                with contextlib.suppress(BrokenPipeError):
                    shown.communicate(text)
            finally:
                signal.signal(signal.SIGINT, before)
    except (OSError, ValueError):  # no such pager, or no words of a shell
        sys.stdout.write(text)
