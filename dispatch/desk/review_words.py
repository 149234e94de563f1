"""Where the review of a visit stands, as text."""

from __future__ import annotations

from dispatch.desk.visit_page import VisitPage
from dispatch.model.instants import when_text
from dispatch.model.states import Review
from dispatch.model.text import show


def review_lines(page: VisitPage) -> list[str]:
    """Where the review stands: comments and answers, the approval, the batch; work notes that were put right."""
    visit, zone = page.visit, page.visit.zone

    def when(instant: int) -> str:
        return when_text(instant, zone, page.hours24)

    lines = []
    for one in page.comments:
        lines.append(f"  sent back by {show(one.by)}, {when(one.at)}: {show(one.text)}")
        if one.answered_at is not None:
            lines.append(
                f"  answered by {show(one.answered_by)}, {when(one.answered_at)}: {show(one.answer) or 'put right'}"
            )
        else:
            lines.append("  not answered yet" + (f", seen {when(one.seen_at)}" if one.seen_at is not None else ""))
    if page.approval is not None and visit.review in (Review.APPROVED, Review.EXPORTED):
        reason = f": {show(page.approval.reason)}" if page.approval.reason else ""
        lines.append(f"  approved by {show(page.approval.by)}, {when(page.approval.at)}{reason}")
    if page.batch is not None:
        lines.append(f"  exported to be invoiced in batch {page.batch}")
    notes = {entry.sequence for entry in page.checklist.entries}
    shown = {attempt.sequence for item in page.checklist.items for attempt in item.attempts}
    lines += [
        f"  note put right by {show(fix.by)}: {show(fix.before)} → {show(fix.after)}, {show(fix.reason)}"
        for fix in page.words
        if fix.sequence in notes - shown
    ]
    if not lines and visit.review is not Review.NONE:
        lines.append(f"  {visit.review.value.replace('_', ' ')}")
    return ["Review", *lines] if lines else []
