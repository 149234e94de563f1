"""A proposed day as text."""

from __future__ import annotations

from dispatch.lazily import lazily
from dispatch.model.instants import clock_text, day_text
from dispatch.model.text import pad, show

with lazily(__name__):
    from dispatch.desk.plan.proposing import Proposal


def proposal_lines(proposal: Proposal) -> list[str]:
    """A proposed day: figures before and after, what moves, what is left out and why."""
    names = ("placed", "left_out", "travel", "late", "overtime")
    words = ("visits", "left out", "min driving", "min late", "min overtime")
    lines = [f"Plan of {day_text(proposal.day)}" + (f"  ({show(proposal.note)})" if proposal.note else "")]
    lines.append("  " + "  ".join(pad(word, 13) for word in ("", *words)))
    for title, figures in (("as it is", proposal.before), ("as planned", proposal.after)):
        cells = [pad(str(getattr(figures, name)), 13) for name in names]
        lines.append("  " + "  ".join([pad(title, 13), *cells]).rstrip())

    def where(end: tuple[str, int] | None) -> str:
        return "queue" if end is None else f"{show(end[0])} {clock_text(end[1], proposal.zone)}"

    lines.append("Moves" if proposal.moves else "Nothing moves: the day is as good as it was found to be.")
    for move in proposal.moves:
        visit = f"{pad(move.visit.reference, 7)} {pad(move.visit.client, 28)}"
        lines.append(
            f"  {visit} {where(move.before)} → {where(move.after)}" + (f": {show(move.remark)}" if move.remark else "")
        )
    if proposal.left_out:
        lines.append("Left out")
    for left_out in proposal.left_out:
        lines.append(f"  {pad(left_out.visit.reference, 7)} {show(left_out.visit.client)}: {show(left_out.why, 400)}")
    return lines
