"""What a dispatcher asks of a plan: how much of the day may move, whose, and what it may use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Freedom(StrEnum):
    """What of the placed visits a plan may move (design/planning.md, Feasibility in words)."""

    ALL = "all"
    LEAST = "least"
    QUEUE = "queue"

    @property
    def words(self) -> str:
        """What it means, in a few words."""
        return _WORDS[self]


_WORDS = {
    Freedom.ALL: "all that may move",
    Freedom.LEAST: "only what cannot stay where it stands",
    Freedom.QUEUE: "only the queue, nothing placed moves",
}


@dataclass(frozen=True, slots=True)
class PlanScope:
    """The part of a day that is planned; the rest of it is held as it stands.

    `technicians` are the ids of those who are planned, None for all. `between` bounds the starts of what is placed and what
    may move: instants, None for the whole day. `overtime` are the minutes past a shift that a plan may take, None as the firm
    has it. `held` are the ids of visits that stay where they are although they might move.
    """

    freedom: Freedom = Freedom.ALL
    technicians: frozenset[int] | None = None
    between: tuple[int, int] | None = None
    overtime: int | None = None
    held: frozenset[int] = frozenset()

    def takes_start(self, start: int) -> bool:
        """Whether a start is in the part of the day that is planned."""
        return self.between is None or self.between[0] <= start < self.between[1]


WHOLE_DAY = PlanScope()
"""All that may move, of everybody."""
