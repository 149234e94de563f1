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

    visit: BoardVisit | None = None
    """The visit that is shown."""
    charge = ""
    """The sentence about its charge."""

    def set_visit(
        self,
        board: Board,
        visit: BoardVisit | None,
        *,
        technician_skills: Sequence[str] | None = None,
        charge: str = "",
        verdict: Sequence[Span] = (),
        advice: Sequence[Span | Line] = (),
        now: int | None = None,
    ) -> None:
        """Show a visit of a board; None says that nothing is selected.

        Args:
            technician_skills: skills of who is to do it, None in the queue.
            charge: one sentence about its charge.
            verdict: what is said of the place where it is held, in whole lines before all else.
            advice: lines of further advice (spans made by `ink`).
            now: the present instant, where it is later than the board's.
        """
        self.visit, self.charge = visit, charge

        def lines(width: int) -> Sequence[Line]:
            if visit is None:
                said = [as_line(part) for part in advice or (ink("no visit selected", "dim"),)]
                return _whole(said, width)
            at, marks = board.now if now is None else now, marks_of(self.ascii)
            title, *facts = detail_lines(
                visit, board, at, marks, width, technician_skills=technician_skills, charge=self.charge, advice=advice
            )
            return [title, *_whole([as_line(part) for part in verdict], width), *facts]

        self.show_lines(lines)

    def set_charge(self, charge: str) -> None:
        """Change the sentence about the charge, once it is known."""
        self.charge = charge
        self.rebuild()


def _whole(said: Sequence[Line], width: int) -> list[Line]:
    """What is said in as many lines as it takes, each in its ink."""
    return [(ink(text, spans[0][1]),) for spans in said for text in wrapped(text_of(spans), width)]
