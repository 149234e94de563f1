"""What a lead does with many visits at once: approve what is clean. What it is about is named first."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.desk.log.visit_log import reasons_of
from dispatch.desk.review.reviewing import approve_clean
from dispatch.desk.session.shown import Shown
from dispatch.desk.texts.board_words import batch_lines, known_lines, reasons_text
from dispatch.model.boards import Log, LogLine
from dispatch.model.states import Review
from dispatch.model.text import count_text
from screens.user_screen import UserScreen

_NAMED = 12
"""So many of what is not clean are named; the log shows all of them."""


async def ask_approval(screen: UserScreen, log: Log) -> None:
    """Say which of the visits that are shown are clean, for which days and which sum, and approve exactly these."""
    waiting = [line for line in log.lines if line.visit.review is Review.TO_REVIEW]
    clean = [line for line in waiting if line.clean]
    others = _not_clean([line for line in waiting if not line.clean])
    if not clean:
        screen.say("\n".join(["Nothing that is shown is clean and waits for review.", *others[:9]]))
        return
    more = log.totals.visits - len(log.lines)
    sentences = [
        *batch_lines(clean, log.zone),
        *known_lines(clean),
        *([f"Only of the first {len(log.lines)} that are shown."] if more > 0 else []),
        "Their charges are then ready to invoice; undo does not bring them back.",
        *others,
    ]
    await screen.confirm(f"Approve {count_text(len(clean), 'clean visit')}?", sentences)
    shown = {line.visit.reference: Shown(line.visit.version, line.charge.revision) for line in clean}
    screen.say(f"Approving {count_text(len(shown), 'visit')} …")
    if (done := await screen.do(approve_clean, shown)) is not None:
        late = "".join(f"\nnot approved: {reference}, {reason}" for reference, reason in done.left_out)
        screen.say(f"{count_text(len(done.approved), 'visit')} approved.{late}")


def _not_clean(lines: Sequence[LogLine]) -> list[str]:
    if not lines:
        return []
    named = [f"  {line.visit.reference} {line.visit.client}: {_why(line)}" for line in lines[:_NAMED]]
    more = len(lines) - len(named)
    return [
        f"Not approved, to look at: {count_text(len(lines), 'visit')} ({reasons_text(reasons_of(lines))})",
        *named,
        *([f"  and {more} more: x shows them"] if more > 0 else []),
    ]


def _why(line: LogLine) -> str:
    return "; ".join(remark.text for remark in line.exceptions) or "its charge does not stand yet"
