"""What a try may take: a deadline on the monotonic clock that nobody on the other side can stretch, and a way to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from dispatch.model.text import TextRefused, clean, show

SLICE = 0.2
"""Seconds after which a wait looks whether it was called off."""
QUOTED = 80
"""Cells of what a server sent that are kept in a sentence."""


class Seen(NamedTuple):
    """What a try saw, in a sentence, and the figure that it read."""

    text: str
    value: str = ""


class ProbeFault(Exception):
    """A try failed, for the reason that the message says. `final`: trying again would not change it; `value`: what was read all
    the same."""

    def __init__(self, text: str, *, final: bool = False, value: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.final = final
        self.value = value


class NotRun(ProbeFault):
    """Nothing was tested: no way leads there, or it is not allowed. That is no fail, and no pass (C5a)."""

    def __init__(self, text: str) -> None:
        super().__init__(text, final=True)


class OutOfTime(ProbeFault):
    """The deadline passed; the message says during what."""


class CalledOff(Exception):
    """Somebody stopped the run."""


class Deadline:
    """The time of one try.

    Args:
        seconds: from now to the deadline.
        called_off: set by whoever stops the run.
        monotonic: the clock of the deadline.
    """

    def __init__(
        self, seconds: float, called_off: threading.Event | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = seconds
        self.doing = "starting"
        """What is going on, for the sentence when time is up."""
        self._called_off = called_off or threading.Event()
        self._monotonic = monotonic
        self._deadline = monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left.

        Raises:
            OutOfTime: none are.
            CalledOff: the run was stopped.
        """
        if self._called_off.is_set():
            raise CalledOff
        left = self._deadline - self._monotonic()
        if left <= 0:
            raise OutOfTime(f"timed out after {max(round(self.seconds, 1), 0.1):g} s while {self.doing}")
        return left

    def slice(self) -> float:
        """How long to wait before looking again. Raises as `left`."""
        return min(self.left(), SLICE)

    def pause(self, seconds: float) -> None:
        """Wait, no longer than the deadline. Raises as `left`."""
        until = self._monotonic() + seconds
        while (rest := until - self._monotonic()) > 0:
            self._called_off.wait(min(rest, self.slice()))
        self.left()

    def part(self, seconds: float) -> Deadline:
        """A shorter deadline within this one. Raises as `left`."""
        return Deadline(min(seconds, self.left()), self._called_off, self._monotonic)


def received(data: bytes | str, cells: int = QUOTED) -> str:
    """What came from outside, as it may be kept: one line without anything that steers a terminal."""
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    try:
        return clean(show(text[: 4 * cells].strip(), cells))
    except TextRefused:
        return "…"
