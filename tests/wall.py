"""The wall clock of the tests and of the programs that they start, whatever day it is where they run.

Each test begins on the morning of the sample's Tuesday. The clock runs on from there, and stands once a test has set it. The
program reads the wall clock in one place, by `time.time`: that is what is replaced here, from the import of
tests/conftest.py on. A program that a test starts is begun by tests/begin.py, which does the same there: it is not in the
installed program, so neither a variable, a setting nor a session leads to it.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from dispatch.model.clock import SetClock
from dispatch.model.instants import parse_iso

START = parse_iso("2026-11-24T07:30:00-05:00")
BEGIN = Path(__file__).with_name("begin.py")


class WallClock(SetClock):
    """Runs from where it was put by `begin`; stands where it is `set`."""

    __slots__ = ("_since",)

    def __init__(self, now: int) -> None:
        super().__init__(now)
        self._since: float | None = None

    def begin(self, now: int = START) -> None:
        """Run from `now` on."""
        super().set(now)
        self._since = time.monotonic()

    def set(self, now: int) -> None:
        self._since = None
        super().set(now)

    def now(self) -> int:
        return super().now() + (0 if self._since is None else int(time.monotonic() - self._since))


WALL = WallClock(START)


def install() -> None:
    """Make it the wall clock of this process."""
    time.time = lambda: float(WALL.now())


def started(*words: str, flags: tuple[str, ...] = ()) -> list[str]:
    """The command that begins a Python program at the present moment of the test, from where its clock runs on.

    Args:
        words: `-m MODULE`, `-c CODE` or a FILE, and the program's own.
        flags: of the interpreter.
    """
    return [sys.executable, *flags, str(BEGIN), repr(WALL.now() - time.monotonic()), *words]
