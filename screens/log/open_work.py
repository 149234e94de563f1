"""What is still open, and for how long: by kind, the oldest first; each opens."""

from __future__ import annotations

from collections import Counter

from dispatch.desk.figures.open_work import OpenItem, OpenKind, open_work
from dispatch.model.text import pad
from screens.binding import BACK, command
from screens.listed import ListScreen
from widgets.listed import FigureLine


class OpenWorkScreen(ListScreen[OpenItem]):
    """Promises at risk, follow-ups, requests, comments, drafts, messages, mails, reviews and invoices that wait, with their age."""

    SHOWS = "log"

    TITLE_WORD = "what is still open"
    ENTER = "open"
    FOOTER = "visit.open open.before screen.leave screen.keys"
    BINDINGS = [BACK]

    def __init__(self) -> None:
        super().__init__()
        self._before = False

    def reference_here(self) -> str | None:
        return self.here.reference or None if self.here is not None else None

    def reload(self) -> None:
        work = self.look(open_work, self.user.store)
        if work is None:
            return
        items = work.of_before if self._before else work.items
        counts = Counter(item.kind for item in items)
        self.things = {f"{item.kind} {item.reference} {place}": item for place, item in enumerate(items)}
        lines = [
            FigureLine(
                f"{item.kind.label.capitalize()} ({counts[item.kind]})",
                path,
                f"{item.reference} {item.client}".strip() or item.what,
                f"{pad(item.age(work.now), 9)}  {item.what if item.reference or item.client else ''}".strip(),
                True,
                item.kind is OpenKind.AT_RISK,
            )
            for path, item in self.things.items()
        ]
        nothing = "Nothing is open since last week" if self._before else "Nothing is open"
        self.listed.set_figures(lines or [FigureLine(nothing, "none", "", "", False)])
        of_before = "since last week or longer" if self._before else f"{len(work.of_before)} since last week or longer"
        self.show_head("Open", f"{len(items)} {of_before}" if self._before else f"{len(items)} open · {of_before}")

    @command("enter", "visit.open", "Open")
    def action_open(self) -> None:
        """Open it: the visit's record, the messages to clients, the mails from them, or the time sheets of the week."""
        item = self.here
        if item is None:
            return
        if item.kind is OpenKind.MESSAGE:
            self.program.open("messages")
        elif item.kind is OpenKind.MAIL:
            self.program.open("inbox")
        elif item.day is not None:
            self.program.open("timesheets", item.day)
        elif item.reference:
            self.program.open("record", item.reference)

    @command("w", "open.before", "Last week")
    def action_before(self) -> None:
        """Only what is open since last week or longer, or all of it."""
        self._before = not self._before
        self.reload()
