"""A visit that is being moved: where it would stand, and what is known about standing there. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dispatch.model.boards import Board, BoardVisit
from dispatch.model.problems import MINUTE
from dispatch.model.text import show
from widgets.lines.ink import Line, fitted, ink
from widgets.lines.marks import Marks

STEP = 5
"""Minutes: a visit is shifted by as many of these as a cell is long."""
PAGE = 5
"""Rows by which page up and page down move a visit."""

VERDICT_INKS = {"feasible": "good", "warnings": "warn", "blocked": "bad"}
"""The ink of a verdict, by its level."""


@dataclass(frozen=True, slots=True)
class Ghost:
    """A visit on its way to another place, at an instant `start` of a row.

    `level` is `feasible`, `warnings`, `blocked`, or empty while nobody has said yet. `leg_minutes` is None where the
    drive is unknown. `origin` is the row and index that it came from, where the board has it there.
    """

    visit: BoardVisit
    row: int
    start: int
    minutes: int
    leg_minutes: int | None
    level: str = ""
    text: str = ""
    origin: tuple[int, int] | None = None

    @property
    def end(self) -> int:
        """When it would end."""
        return self.start + self.minutes * MINUTE

    def at(self, row: int, start: int) -> Ghost:
        """The same visit elsewhere; what was said about the former place holds no longer."""
        return replace(self, row=row, start=start, level="", text="")

    def place_after(self, to: str, step: int, board: Board) -> tuple[int, int]:
        """The row and the start that a key leads to: arrows by `step` minutes or a row, home and end by an hour."""
        rows = {"up": -1, "down": 1, "pageup": -PAGE, "pagedown": PAGE}.get(to, 0)
        minutes = {"left": -step, "right": step, "home": -60, "end": 60}.get(to, 0)
        row = max(0, min(len(board.rows) - 1, self.row + rows))
        return row, within(board, self.start + minutes * MINUTE)

    def mark(self, marks: Marks) -> str:
        """The shape of the verdict: passed, warning, failed, or pending."""
        shapes = {"feasible": marks.passed, "warnings": marks.warning, "blocked": marks.failed}
        return shapes.get(self.level, marks.pending)

    @property
    def ink(self) -> str:
        """The ink of its block."""
        return f"ghost-{self.level}" if self.level in VERDICT_INKS else "ghost-pending"


def within(board: Board, start: int) -> int:
    """The start that is nearest to one and on the day of a board."""
    return max(board.starts_at, min(board.ends_at - STEP * MINUTE, start))


def verdict_line(ghost: Ghost, board: Board, marks: Marks, width: int) -> Line:
    """Where the ghost is, what that would mean, and the keys of move mode."""
    name = VERDICT_INKS.get(ghost.level, "dim")
    where = f"{show(board.rows[ghost.row].name)} {board.times.clock(ghost.start, ghost.visit.zone)}"
    keys = (ink("enter", "info"), ink(" places ", "dim"), ink("esc", "info"), ink(" puts back", "dim"))
    verdict = ghost.text or ghost.level or "checking"
    return fitted(
        (ink(f" {ghost.mark(marks)} ", name), ink(where + "  ", "strong"), ink(verdict + "  ", name), *keys), width
    )
