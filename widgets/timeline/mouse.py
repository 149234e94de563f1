"""A visit under a pressed button of the mouse, and where it is dragged to."""

from __future__ import annotations

from dataclasses import dataclass

from textual.geometry import Offset

from dispatch.model.boards import BoardVisit
from dispatch.model.states import STEPS


@dataclass(slots=True)
class Press:
    """A visit, where the button was pressed on it, and in which cell of the day. `dragging` once the mouse has moved."""

    visit: BoardVisit
    at: Offset
    cell: int
    dragging: bool = False

    def drags(self, to: Offset) -> bool:
        """Whether the mouse at this place drags a visit: one that is still in the plan."""
        visit = self.visit
        if visit.start is None or visit.end is None or visit.state not in STEPS["move"].sources:
            return False
        return self.dragging or to != self.at

    def start_at(self, cell: int, cell_seconds: int, step_seconds: int) -> int:
        """The start to which it is dragged, by whole steps from where it stood."""
        assert self.visit.start is not None
        return self.visit.start + round((cell - self.cell) * cell_seconds / step_seconds) * step_seconds
