"""Which moves of a plan are marked to be taken, each with what it needs."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dispatch.desk.plan.companions import closure, without
from dispatch.desk.plan.proposal import Move


class MoveMarks:
    """The moves that are marked, by reference. Nothing is marked until somebody chooses; then only what is marked is taken."""

    def __init__(self) -> None:
        self.on: frozenset[str] = frozenset()
        self.choosing = False

    def clear(self) -> None:
        """Take off all marks."""
        self.on, self.choosing = frozenset(), False

    def keep(self, moves: Sequence[Move]) -> None:
        """Another plan has other moves: what it lacks is not marked any more."""
        self.on = closure(moves, self.on)

    def turn(self, moves: Sequence[Move], references: Collection[str]) -> Collection[str]:
        """Mark some moves and what they need, or take the marks off them and what needs them where all are marked already;
        returns those whose marks are other now."""
        before = self.on
        if set(references) <= before:
            self.on = before & without(moves, references)
        else:
            self.on = before | closure(moves, references)
        self.choosing = bool(self.on)
        return before ^ self.on

    def invert(self, moves: Sequence[Move]) -> None:
        """Mark what is not marked, and take the marks off what is, with what needs it."""
        self.on, self.choosing = without(moves, self.on), True
