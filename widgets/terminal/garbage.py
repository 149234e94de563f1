"""Collecting garbage while nobody waits: it takes 50 ms to look through all of a big firm, and no key is answered meanwhile."""

from __future__ import annotations

import gc

SELDOM = 1000
"""So many times what is young is looked through before all of it is, even while somebody presses keys."""
OFTEN = 10
"""So many times, as Python has it by itself, where nobody does:"""
QUIET = 2.0
"""for so many seconds nobody has pressed a key."""


class GarbageCollection:
    """Of an app, from its first screen on until it ends."""

    def __init__(self) -> None:
        self._before = gc.get_threshold()

    def begin(self) -> None:
        """Collect from now on. What is there stays: the modules of the screens."""
        gc.freeze()
        self._before = gc.get_threshold()
        gc.set_threshold(*self._before[:2], SELDOM)
        gc.enable()

    def look(self, quiet: float) -> None:
        """Collect what is due, if there was no key for long enough. `quiet`: seconds since the last one."""
        if quiet > QUIET and gc.get_count()[2] > OFTEN:
            gc.collect()

    def end(self) -> None:
        """As Python has it by itself."""
        gc.set_threshold(*self._before)
