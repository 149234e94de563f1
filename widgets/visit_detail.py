"""The pane with the selected visit."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.boards import Board, BoardVisit
from dispatch.model.text import wrapped
from widgets.lines.ink import Line, Span, ink, text_of
from widgets.lines.lines_pane import LinesPane
from widgets.lines.marks import marks_of
from widgets.visit_lines import as_line, detail_lines


class VisitDetail(LinesPane):
    """The selected visit: plan, promise, leg in with provenance, skills, state, checklist and a word on the charge."""

    _board: Board | None = None
    _visit: BoardVisit | None = None
    _charge = ""
    _skills: tuple[str, ...] | None = None
    _advice: tuple[Span | Line, ...] = ()
    _now: int | None = None

    @property
    def visit(self) -> BoardVisit | None:
        """The visit that is shown."""
        return self._visit

    def set_visit(
        self,
        board: Board,
        visit: BoardVisit | None,
        *,
        technician_skills: Sequence[str] | None = None,
        charge: str = "",
        advice: Sequence[Span | Line] = (),
        now: int | None = None,
    ) -> None:
        """Show a visit of a board; None says that nothing is selected.

        Args:
            technician_skills: skills of who is to do it, None in the queue.
            charge: one sentence about its charge.
            advice: lines of further advice (spans made by `ink`).
            now: the present instant, where it is later than the board's.
        """
        self._board, self._visit = board, visit
        self._skills = None if technician_skills is None else tuple(technician_skills)
        self._charge, self._advice, self._now = charge, tuple(advice), now
        self.rebuild()

    def set_charge(self, charge: str) -> None:
        """Change the sentence about the charge, once it is known."""
        self._charge = charge
        self.rebuild()

    def lines(self, width: int) -> Sequence[Line]:
        """The visit, or that there is none."""
        if self._board is None:
            return ()
        if self._visit is None:
            lines: list[Line] = []
            for part in self._advice or (ink("no visit selected", "dim"),):
                spans = as_line(part)
                lines += [(ink(text, spans[0][1]),) for text in wrapped(text_of(spans), width)]
            return lines
        return detail_lines(
            self._visit,
            self._board,
            self._board.now if self._now is None else self._now,
            marks_of(self.ascii),
            width,
            technician_skills=self._skills,
            charge=self._charge,
            advice=self._advice,
        )
