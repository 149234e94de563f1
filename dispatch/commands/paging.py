"""A pager for what is longer than the terminal is high."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess

from dispatch.commands.opening import on_terminal


def page(text: str) -> None:
    """Print a text that ends its own lines; on a terminal that is too small for it through `$PAGER`, else less, else more."""
    size = shutil.get_terminal_size()
    rows = sum(1 + max(0, len(line) - 1) // size.columns for line in text.splitlines())
    pager = _pager() if on_terminal() and rows >= size.lines else []
    if not pager:
        print(text, end="")
        return
    # as git has it: less ends by itself where all is seen, and leaves the text on the screen
    environment = {"LESS": "FRX", **os.environ}
    with subprocess.Popen(pager, stdin=subprocess.PIPE, encoding="utf-8", env=environment) as process:
        assert process.stdin is not None
        # whoever has read enough goes away before the end
        with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(text)


def _pager() -> list[str]:
    """The words of the pager, empty where there is none or none is wanted."""
    for words in [os.environ["PAGER"]] if "PAGER" in os.environ else ["less", "more"]:
        split = shlex.split(words)
        if split and shutil.which(split[0]):
            return split
    return []
