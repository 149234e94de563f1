"""The visit log: the lead's day."""

from __future__ import annotations

import asyncio
import datetime
from dataclasses import replace
from functools import partial

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Input, Static

from db import messages, permissions
from dispatch.desk.log.visit_log import LogFilter, size_of, visit_log
from dispatch.lazily import lazily
from dispatch.model.boards import BoardVisit, Log, LogLine
from dispatch.model.instants import clock_text, week_of
from dispatch.model.states import LEADS, READS
from dispatch.model.text import count_text
from screens import of_day
from screens.binding import command, id_of, key, opens
from screens.log import batches, below, narrowing
from screens.log.review import REVIEW
from screens.of_day import DAYS, DayOfVisits
from widgets.checklist_lines import NARROW
from widgets.lines.line_list import LineList
from widgets.log_lines import heading_line, log_entries

with lazily(__name__):
    from dispatch.desk.backup import copy_words
    from dispatch.desk.log import visit_page
    from dispatch.desk.review import reviewing
    from screens.files import writing
    from screens.log import visit_record
    from screens.prices import sheet_view
    from screens.visit import permitting

SHOWN = 500
"""So many lines are drawn; the totals count every visit."""
AT_ONCE = 200
"""Visits that are read at once; more of them, and searches, are read beside the keys."""
SAID_AFTER = 0.3
"""Seconds after which it is said that something is still read."""
WIDE = 100
"""Columns from which on there is room below the rows for the evidence, which the table leaves out first."""
ROOMY = 150
"""Columns from which on the record of the visit under the cursor stands beside the rows."""
PAUSE = 0.08
"""Seconds without a key after which what is typed is searched."""


OF_ROWS = frozenset(
    {"visit.open", "visit.charge", "review.batch", "screen.client", "file.report", "log.reasons"}
    | {id_of(action) for action in REVIEW}
)
"""What is done with the rows that stand there, and waits while others are read in their place."""


def _named(filters: LogFilter) -> str:
    return " · ".join(filter(None, (filters.words_of_days(), filters.words_of_filters())))


class LogScreen(DayOfVisits):
    """Visits with planned and actual times, evidence, overrides and charge; each opens to its history."""

    SHOWS = "log"

    TITLE_WORD = "the visit log"
    TELLS_AT_REST = True
    ENTER = "open"
    DEFAULT_CSS = """
    LogScreen #rows { height: 1fr; layout: horizontal; }
    LogScreen LineList { width: 1fr; height: 1fr; padding: 0 1; }
    LogScreen #beside { display: none; width: 40%; max-width: 96; height: 1fr; border-left: solid $panel; padding: 0 1; }
    LogScreen.-roomy #beside { display: block; }
    LogScreen.-roomy #why { display: none; }
    LogScreen LineList.-old { opacity: 40%; }
    LogScreen #search { display: none; border: none; height: 1; padding: 0 1; background: $primary 30%; }
    LogScreen.-searching #search { display: block; }
    LogScreen #why { height: auto; max-height: 5; padding: 0 1; border-top: solid $panel; }
    LogScreen #totals { height: auto; padding: 0 1; border-top: solid $panel; }
    """
    FOOTER = (
        "visit.open log.exceptions review.approve log.search log.filter log.days review.send-back review.batch "
        "visit.charge log.reasons log.sort view.previous view.next screen.figures screen.keys"
    )
    BINDINGS = [*DAYS]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (ROOMY, "-roomy")]

    def __init__(self) -> None:
        super().__init__()
        self._filters = LogFilter()
        self._span = "day"
        self._log: Log | None = None
        self._read_for: LogFilter | None = None
        self._held = False

    def body(self) -> ComposeResult:
        yield Input(placeholder="words, or how they begin: provider down", id="search")
        with Container(id="rows"):
            yield LineList[LogLine](id="log", ascii=self.program.ascii_only)
            yield Container(id="beside")
        yield Static(id="why")
        yield Static(id="totals")

    @property
    def shown(self) -> LogFilter:
        """What is shown: the filters, on the program's day, its week, the days that were typed, or all of them."""
        if self._span == "typed":
            return self._filters
        if self._span == "all" or self._filters.words.strip():
            return replace(self._filters, first=None, last=None)
        first, last = self.program.day, None
        if self._span == "week":
            first, last = week_of(self.program.day, self.user.firm.first_weekday)
        return replace(self._filters, first=first, last=last)

    def visit_here(self) -> BoardVisit | None:
        line = self.listed.selected
        return None if line is None else line.visit

    def reference_here(self) -> str | None:
        visit = self.visit_here()
        return None if visit is None else visit.reference

    def reload(self) -> None:
        """Read what is shown again: some visits at once, many of them beside the keys."""
        filters = self.shown
        number = self.look(size_of, self.user.store, filters)
        if number is None or number > AT_ONCE:
            self._read(filters)
            return
        self.workers.cancel_group(self, "log")
        log = self.look(visit_log, self.user.store, filters, SHOWN)
        if log is not None:
            self._show(log, filters)

    @work(exclusive=True, group="log")
    async def _read(self, filters: LogFilter, pause: float = 0.0) -> None:
        await asyncio.sleep(pause)
        said = self.set_timer(SAID_AFTER, partial(self._say_reading, filters))
        try:
            log = await self.look_aside(visit_log, self.user.store, filters, SHOWN)
        finally:
            said.stop()
        if log is not None and filters == self.shown:
            self._show(log, filters)

    def _say_reading(self, filters: LogFilter) -> None:
        """Say what is read, and show that the rows are not of that."""
        self.listed.set_class(self._read_for != filters, "-old")
        self.query_one("#totals", Static).update(f"reading {_named(filters)} …")

    def not_yet(self, id: str) -> bool:
        if id not in OF_ROWS or self._read_for == self.shown:
            return False
        self._held = True
        self.say(f"{_named(self.shown)}: still being read. Nothing is done with the rows of before.", "warning")
        return True

    def _show(self, log: Log, filters: LogFilter) -> None:
        self._log, self._read_for = log, filters
        if self._held:
            self._held = False
            self.unsay()
        self.listed.remove_class("-old")
        self.listed.show_entries(partial(log_entries, log), "no visits to show", partial(heading_line, log))
        filter_words, count = filters.words_of_filters(), log.totals.visits
        trouble = messages.trouble(self.user.store, self.user.now).words
        permissions_asked = len(permissions.waiting(self.user.store))
        words = (
            f"{permissions_asked} ask{'s' if permissions_asked == 1 else ''} for words (W)" if permissions_asked else ""
        )
        to_review = f"{log.totals.to_review} to review" if log.totals.to_review else ""
        parts = [words, to_review, filter_words, count_text(count, "visit"), trouble and f"{trouble} (O)"]
        # a narrow head has no room for who asks
        narrow = self.app.size.width < NARROW
        self.show_head(
            f"Log  {filters.words_of_days(year=False)}" if narrow else f"Visit log  {filters.words_of_days()}",
            " · ".join(filter(None, parts)),
            clock_text(self.user.now, log.zone, log.hours24),
        )
        copied = copy_words.line(self.user.store) if self.user.may_read("whole") else ""
        under = [words if narrow else "", below.totals(log, filters, narrow=narrow), copied]
        self.query_one("#totals", Static).update(Content(" · ".join(filter(None, under))))
        self.show_selected()

    def show_selected(self) -> None:
        """Say what is remarkable about the visit under the cursor."""
        self.query_one("#why", Static).update(below.why(self.listed.selected, wide=self.app.size.width >= WIDE))
        self.at_rest(self._show_record)

    def on_resize(self, event: events.Resize) -> None:
        """There may be room for the record now."""
        self._show_record()

    @work(exclusive=True, group="record")
    async def _show_record(self) -> None:
        """Show the record of the visit beside the rows, where there is room."""
        reference = self.reference_here()
        if not self.has_class("-roomy") or reference is None:
            return
        history = await self.look_aside(reviewing.visit_history, self.user.store, reference)
        if history is None:
            return
        if not self.query("#record"):
            pane = visit_record.RecordPane(id="record", ascii=self.program.ascii_only)
            await self.query_one("#beside").mount(pane)
        levels = self.user.may_read("levels")
        self.query_one("#record", visit_record.RecordPane).show_record(history, levels=levels)

    @command("enter", "visit.open", "Open")
    def action_open(self) -> None:
        """Open the visit: events, attempts, charge."""
        line = self.listed.selected
        if line is not None:
            self.program.open("record", line.visit.reference)

    @command("v", "visit.charge", "Charge")
    def action_charge(self) -> None:
        """The charge sheet, line by line."""
        line = self.listed.selected
        if line is not None:
            page = self.look(visit_page.visit_page, self.user.store, line.visit.reference)
            if page is not None:
                self.app.push_screen(sheet_view.ChargeSheet(page))

    @command("/", "log.search", "Search")
    def action_search(self) -> None:
        """In everything said on visits, of all days."""
        self.add_class("-searching")
        self.query_one("#search", Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search for what is typed so far."""
        self._filters = replace(self._filters, words=event.value)
        if event.value.strip():
            self._read(self.shown, PAUSE)
        else:
            self.workers.cancel_group(self, "log")
            self.reload()

    def on_input_submitted(self) -> None:
        """Go to what was found."""
        if not self._filters.words.strip():
            self.remove_class("-searching")
        self.listed.focus()

    @command("f", "log.filter", "Filter")
    async def action_filter(self) -> None:
        """Days, technician, client, exceptions, state of review."""
        filters = await narrowing.ask_filters(self, self.shown)
        self._filters, self._span = filters, "all" if filters.first is None else "typed"
        self.reload()

    @command("x", "log.exceptions", "Exceptions")
    def action_exceptions(self) -> None:
        """Only visits with something to look at, or all."""
        self._filters = replace(self._filters, exceptions=not self._filters.exceptions, marks=frozenset())
        self.reload()

    @command("X", "log.reasons", "Reasons")
    async def action_reasons(self) -> None:
        """How often each reason is there on these days, and only the visits with one of them."""
        if self._log is not None:
            self._filters = await narrowing.ask_reason(self, self._log, self._filters)
            self.reload()

    @command("w", "log.days", "Week")
    def action_days(self) -> None:
        """The week of the day, all days, the day again."""
        self._span = {"day": "week", "week": "all"}.get(self._span, "day")
        self.reload()

    @command("o", "log.sort", "Sort")
    async def action_order(self) -> None:
        """Sort by any column; the same again turns it round."""
        self._filters = await narrowing.ask_order(self, self._filters)
        self.reload()

    @command("Y", "review.batch", "Approve clean", LEADS)
    async def action_batch(self) -> None:
        """Approve what is clean of what is shown in one go: which, of which days and for which sum is said first."""
        if self._log is not None:
            await batches.ask_approval(self, self._log)

    @command("W", "item.permission", "Words", LEADS)
    async def action_permissions(self) -> None:
        """Tests that technicians ask to settle by words."""
        await permitting.of_all(self)

    KEYS = [key("escape", "log.clear", "Clear", "no search and no filters", show=False)]

    def action_clear(self) -> None:
        """Show all of the day again; without anything to clear this does nothing."""
        self._filters, self._span = LogFilter(), "day"
        self.query_one("#search", Input).value = ""
        self.remove_class("-searching")
        self.listed.focus()
        self.reload()

    _CARE = "What is due to clients: visits, surveys, renewals, offers."
    care = opens("C", "screen.care", "Care", "care", _CARE, READS["care"].roles)
    _FIGURES = "Figures now, before, over weeks and beside their limits: who is worst."
    figures = opens("F", "screen.figures", "Figures", "figures", _FIGURES, READS["figures"].roles, of_day=True)

    _INVOICES = "What would be invoiced, and what was: issue, send, credit, make void, hand out to the bookkeeper."
    invoices = opens("S", "screen.invoices", "Invoices", "invoices", _INVOICES, LEADS)
    _OPEN = (
        "What is still open, and for how long: promises, requests, follow-ups, comments, messages, reviews, time sheets, "
        "invoices."
    )
    still_open = opens("N", "screen.open-work", "Open", "open_work", _OPEN, READS["log"].roles)

    @command("R", "file.report", "Report", READS["reports"].roles)
    async def action_report(self) -> None:
        """The day, the client's month, quarter or year or the day sheet, as a file or by mail."""
        line = self.listed.selected
        visit = None if line is None else line.visit
        await writing.ask_report(
            self,
            self.program.day,
            visit.client if visit else None,
            line.technicians[0] if line and line.technicians else None,
        )

    _HOURS = "The time sheets of a week: what is submitted, what is lacking, what differs; approve, and the file for payroll."
    hours = opens("H", "screen.timesheets", "Time sheets", "timesheets", _HOURS, READS["reports"].roles, of_day=True)

    _BRANCHES = "All offices in one list: their days, what waits for review, their figures, what is due to clients."
    branches = opens("E", "screen.branches", "Branches", "branches", _BRANCHES, READS["log"].roles)

    _AUDIT = "Who did what and when; whether the chain of it holds."
    audit = opens("A", "screen.audit", "Audit", "audit", _AUDIT, READS["audit"].roles)
    _COPY = "The copy elsewhere: where, how old, who is first; begin it, end it, promote."
    elsewhere = opens("Z", "screen.elsewhere", "Copy elsewhere", "elsewhere", _COPY, READS["whole"].roles)
    access = opens("K", "screen.access", "SSH", "access", "Keys and sessions over SSH.", READS["access"].roles)

    def action_day(self, by: int) -> None:
        """Go to the next or the previous day, or week."""
        self._span = "day" if self._span in ("typed", "all") else self._span
        self.program.go_to(self.program.day + datetime.timedelta(days=by * (7 if self._span == "week" else 1)))

    KEYS_BESIDE = (of_day.calls, of_day.messages, of_day.inbox, of_day.remote_work, *REVIEW)
