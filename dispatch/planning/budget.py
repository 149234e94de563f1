"""How long a plan may take: seconds on the wall, all from the moment on at which it was asked for."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

FIRST = 60.0
"""Seconds that the first complete plan may take, where nothing else is asked for."""
SHARE, MARGIN = 1.2, 2.0
"""All of it takes at most so many times the seconds that were given, and so many more."""
WORDS = 1.2
"""Seconds of all that which are left for starting the program and saying what was found."""
READING, SEARCHING = 0.6, 0.85
"""Of the rest so much is gone at the latest when the day is read, and when the search ends; then come checker and reasons."""
LOOKING = 0.25
"""So many times the seconds that were given, or `LEAST` where that is more, later days are looked at."""
LEAST = 2.0
NOT_REACHED = "not looked at: the time was over"
"""What is said of a single thing that was not reached."""
UNREAD = "The time was over before the day was read: more seconds are needed"
THINKING = ((15, 2.0), (50, 5.0), (1 << 30, 10.0))


def most_seconds(seconds: float) -> float:
    """How long all of a plan may take for which so many seconds were given."""
    return seconds * SHARE + MARGIN if seconds > 0 else FIRST


def share_gone(seconds: float, begun: float) -> Callable[[], float]:
    """What share of so many seconds is gone, from a moment (`time.monotonic`) on."""
    return lambda: (time.monotonic() - begun) / seconds


def thinking_time(technicians: int) -> float:
    """The seconds for which it pays to look for better plans of a day with so many technicians (design/planning.md, Goals)."""
    return next(seconds for most, seconds in THINKING if technicians <= most)


class TimeIsOver(Exception):
    """The time was over before something without which there is no plan."""


@dataclass(frozen=True, slots=True)
class Budget:
    """`seconds` is how long better plans are looked for, 0: only the first complete one; `begun` the moment (`time.monotonic`)
    from which they count. Where somebody `stopped` it, all of it is gone."""

    seconds: float
    begun: float
    stopped: Callable[[], bool] = lambda: False

    def at(self, share: float = 1.0) -> float:
        """The moment at which so much of the time is gone; with all of it the answer has to be there."""
        return self.begun + share * (most_seconds(self.seconds) - WORDS)

    def over(self, share: float = 1.0) -> bool:
        """Whether so much of the time is gone."""
        return self.stopped() or time.monotonic() > self.at(share)

    def refuse_over(self) -> None:
        """Go no further where all of the time is gone.

        Raises:
            TimeIsOver: it is.
        """
        if self.over():
            raise TimeIsOver

    def looked_enough(self) -> bool:
        """Whether what may be put off was looked at for long enough."""
        return self.stopped() or time.monotonic() > self.begun + LOOKING * max(self.seconds, LEAST)


UNBOUNDED = Budget(math.inf, 0.0)
"""All the time there is."""
