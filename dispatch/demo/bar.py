"""A bar that moves on one line of a terminal, while something is made."""

from __future__ import annotations

import sys

from dispatch.model.charts import bar

_CELLS = 24


class Bar:
    """Called with what is done, from 0 to 1. Nothing is written before the first call, and the line ends with the last."""

    def __init__(self, text: str, *, ascii_only: bool = False) -> None:
        self._text = text
        self._ascii = ascii_only
        self._shown = -1

    def __call__(self, done: float) -> None:
        """Show how much of it is done; the same again is not written."""
        per_cent = round(done * 100)
        if per_cent == self._shown:
            return
        self._shown = per_cent
        drawn = bar(per_cent, 100, _CELLS, ascii_only=self._ascii)
        sys.stdout.write(f"\r{self._text} {drawn} {per_cent:3d}%" + ("\n" if per_cent == 100 else ""))
        sys.stdout.flush()
