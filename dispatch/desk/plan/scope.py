"""What a dispatcher asks of a plan: how much of the day may move, whose, and what it may use."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from enum import StrEnum

from dispatch.model.instants import span_local


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

    `technicians` are the ids of those who are planned, None for all. `hours` bounds the starts of what is placed and what may
    move: minutes from midnight, None for the whole day; `between` is the same as instants of the day that is planned.
    `overtime` are the minutes past a shift that a plan may take, None as the firm has it. `held` are the ids of visits that
    stay where they are although they might move.
    """

    freedom: Freedom = Freedom.ALL
    technicians: frozenset[int] | None = None
    hours: tuple[int, int] | None = None
    overtime: int | None = None
    held: frozenset[int] = frozenset()
    between: tuple[int, int] | None = None

    def on(self, day: datetime.date, zone: str) -> PlanScope:
        """The same of one day."""
        return replace(self, between=None if self.hours is None else span_local(day, *self.hours, zone))

    def within(self, first: int, last: int) -> tuple[int, int]:
        """The part of a span of instants that is planned."""
        return (first, last) if self.between is None else (max(first, self.between[0]), min(last, self.between[1]))

    def takes_start(self, start: int) -> bool:
        """Whether a start is in the part of the day that is planned."""
        return self.between is None or self.between[0] <= start < self.between[1]


WHOLE_DAY = PlanScope()
"""All that may move, of everybody."""
