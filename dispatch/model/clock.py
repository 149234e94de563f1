"""Where the time comes from: the machine, or a clock that somebody sets."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from. One is handed down from the program's start; nothing else asks the system."""

    def now(self) -> int:
        """The present instant, epoch seconds."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never go back: for time-outs and measured durations only."""
        ...


class SystemClock:
    """The clock of the machine, shifted by `offset` seconds."""

    __slots__ = ("offset",)

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset

    def now(self) -> int:
        return int(time.time()) + self.offset

    def monotonic(self) -> float:
        return time.monotonic()


def machine_seconds() -> float:
    """What the machine's own clock shows, with its fraction: to hold it against another clock, for nothing else."""
    return time.time()


class SetClock:
    """A clock that stands where it was set, until it is moved. `advance` moves the monotonic time too."""

    __slots__ = ("_monotonic", "_now")

    def __init__(self, now: int) -> None:
        self._now = now
        self._monotonic = 0.0

    def now(self) -> int:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def set(self, now: int) -> None:
        """Put the clock to `now`, forward or back; the monotonic time stays, as it does on a machine."""
        self._now = now

    def advance(self, seconds: int) -> None:
        """Let `seconds` (not negative) pass."""
        if seconds < 0:
            raise ValueError("time advances by 0 seconds or more")
        self._now += seconds
        self._monotonic += seconds
