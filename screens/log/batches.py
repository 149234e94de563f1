"""What a lead does with many visits at once: approve what is clean, hand over what is approved. What it is about is named first."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

from dispatch.desk.log.visit_log import LogFilter, reasons_of, visit_log
from dispatch.desk.review.reviewing import approve_clean
from dispatch.desk.session.shown import Shown
from dispatch.desk.texts.board_words import batch_lines, known_lines, reasons_text
from dispatch.lazily import lazily
from dispatch.model.boards import Log, LogLine
from dispatch.model.states import Review
from dispatch.model.text import count_text
from screens.asking import Left
from screens.dialogs.asked import AskedField
from screens.user_screen import UserScreen

with lazily(__name__):
    from dispatch.desk.billing import invoicing
    from dispatch.desk.session import private_file
    from screens.files import writing

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


async def ask_export(screen: UserScreen) -> None:
    """Show what is ready, ask where to, and export it: marked first, then written."""
    user = screen.user
    if not screen.at_this_machine():
        return
    ready = screen.look(invoicing.ready, user.store)
    if ready is None:
        return
    going, left_out = ready
    lines = [f"left out: {reference}, {why}" for reference, why in left_out]
    if not going:
        screen.say("\n".join(["Nothing is ready to invoice: no visit is approved and not exported.", *lines]))
        return
    log = screen.look(visit_log, user.store, LogFilter(reviews=frozenset({Review.APPROVED})))
    approved = [line for line in log.lines if line.visit.reference in going] if log is not None else []
    consequences = [
        *batch_lines(approved, user.firm.zone),
        *lines,
        "They are marked exported, each once. `dispatch invoice export --again` writes a batch again.",
    ]
    await screen.confirm(f"Export {count_text(len(going), 'approved visit')} to be invoiced?", consequences)
    marked: list[invoicing.HandedOver] = []

    def write(_: dict[str, str], path: Path, over: bool) -> str:
        if not marked:
            marked.append(invoicing.export(user, going))
        batch = marked[0]
        text = invoicing.as_csv(batch)
        if path.suffix.casefold() == ".json":
            text = json.dumps(invoicing.as_form(batch, user.firm.zone), indent=1) + "\n"
        private_file.write_private(path, text, replace=over)
        return f"Batch {batch.batch.id}: {len(batch.visits)} visits are in {path}, which only you may read."

    fields = [AskedField("file", "File", "~/invoices.csv", ".csv: a row a line; .json: whole visits")]
    with contextlib.suppress(Left):
        await writing.ask_to_write(screen, "Where to?", fields, write)
        return
    screen.reload()
    if marked:  # what is marked by then is said
        number = marked[0].batch.id
        screen.say(
            f"Batch {number} is marked, but no file was written: dispatch invoice export --again {number}", "warning"
        )
