"""The visit log: the lead's day."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from db import messages, permissions, search
from dispatch.desk.log.visit_log import SORTS, LogFilter, visit_log
from dispatch.desk.review.reviewing import approve_clean
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.session.shown import Shown
from dispatch.desk.texts.board_words import totals_text
from dispatch.fields.kinds import Day, Many, Text
from dispatch.fields.record import Field
from dispatch.lazily import lazily
from dispatch.model.boards import BoardVisit, Log, LogLine
from dispatch.model.instants import clock_text, day_text, week_of
from dispatch.model.reviews import ReviewMark
from dispatch.model.states import LEADS, READS, Review
from dispatch.model.text import count_text, show
from screens import of_day
from screens.asking import Left
from screens.binding import command, key, opens
from screens.dialogs.asked import ENTER_SHOWS, AskedField, ChoiceRow
from screens.log.review import REVIEW
from screens.of_day import DAYS, DayOfVisits
from screens.record_forms import ask_values
from screens.user_screen import UserScreen
from widgets.checklist_lines import NARROW
from widgets.lines.line_list import LineList
from widgets.log_lines import heading_line, log_entries

with lazily(__name__):
    from dispatch.desk.billing import invoicing
    from dispatch.desk.log import visit_page
    from dispatch.desk.session import private_file
    from screens.files import writing
    from screens.prices import sheet_view
    from screens.visit import permitting

SHOWN = 500
"""So many lines are drawn; the totals count every visit."""
AT_ONCE = 31
"""Days that are read at once; more of them, and searches, are read beside the keys."""
PAUSE = 0.08
"""Seconds without a key after which what is typed is searched."""


class LogScreen(DayOfVisits):
    """Visits with planned and actual times, evidence, overrides and charge; each opens to its history."""

    SHOWS = "log"

    TITLE_WORD = "the visit log"
    ENTER = "open"
    DEFAULT_CSS = """
    LogScreen LineList { height: 1fr; padding: 0 1; }
    LogScreen #search { display: none; border: none; height: 1; padding: 0 1; background: $primary 30%; }
    LogScreen.-searching #search { display: block; }
    LogScreen #why { height: auto; max-height: 5; padding: 0 1; border-top: solid $panel; }
    LogScreen #totals { height: auto; padding: 0 1; border-top: solid $panel; }
    """
    FOOTER = (
        "visit.open log.exceptions review.approve log.search log.filter log.days review.send-back review.batch "
        "visit.charge log.sort view.previous view.next screen.figures screen.keys"
    )
    BINDINGS = [*DAYS]

    def __init__(self) -> None:
        super().__init__()
        self._filters = LogFilter()
        self._span = "day"
        self._log: Log | None = None

    def body(self) -> ComposeResult:
        yield Input(placeholder="words, or how they begin: provider down", id="search")
        yield LineList[LogLine](id="log", ascii=self.program.ascii_only)
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
        """Read what is shown again: some days at once, much of it beside the keys."""
        filters = self.shown
        days = None if filters.first is None else ((filters.last or filters.first) - filters.first).days
        if days is None or days > AT_ONCE:
            self._read(filters)
            return
        log = self.look(visit_log, self.user.store, filters, SHOWN)
        if log is not None:
            self._show(log, filters)

    @work(exclusive=True, group="log")
    async def _read(self, filters: LogFilter, pause: float = 0.0) -> None:
        await asyncio.sleep(pause)
        log = await self.look_aside(visit_log, self.user.store, filters, SHOWN)
        if log is not None and filters == self.shown:
            self._show(log, filters)

    def _show(self, log: Log, filters: LogFilter) -> None:
        self._log = log
        self.listed.show_entries(partial(log_entries, log), "no visits to show", partial(heading_line, log))
        filter_words, count = filters.words_of_filters(), log.totals.visits
        trouble = messages.trouble(self.user.store, self.user.now).words
        permissions_asked = len(permissions.waiting(self.user.store))
        words = (
            f"{permissions_asked} ask{'s' if permissions_asked == 1 else ''} for words (W)" if permissions_asked else ""
        )
        parts = [words, count_text(count, "visit"), filter_words, trouble and f"{trouble} (O)"]
        self.show_head(
            f"Visit log  {filters.words_of_days()}",
            " · ".join(filter(None, parts)),
            f"{clock_text(self.user.now, log.zone, log.hours24)} {self.user.staff.name}",
        )
        # a narrow head has no room for who asks
        below = [words if self.app.size.width < NARROW else "", totals(log, filters)]
        self.query_one("#totals", Static).update(Content(" · ".join(filter(None, below))))
        self.show_selected()

    def show_selected(self) -> None:
        """Say what is remarkable about the visit under the cursor."""
        self.query_one("#why", Static).update(why(self.listed.selected))

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
        filters = await ask_filters(self, self.shown)
        self._filters, self._span = filters, "all" if filters.first is None else "typed"
        self.reload()

    @command("x", "log.exceptions", "Exceptions")
    def action_exceptions(self) -> None:
        """Only visits with something to look at, or all."""
        self._filters = replace(self._filters, exceptions=not self._filters.exceptions, marks=frozenset())
        self.reload()

    @command("w", "log.days", "Week")
    def action_days(self) -> None:
        """The week of the day, all days, the day again."""
        self._span = {"day": "week", "week": "all"}.get(self._span, "day")
        self.reload()

    @command("o", "log.sort", "Sort")
    async def action_order(self) -> None:
        """Sort by any column; the same again turns it round."""
        self._filters = await ask_order(self, self._filters)
        self.reload()

    @command("Y", "review.batch", "Approve clean", LEADS)
    async def action_batch(self) -> None:
        """Approve what is clean in one go, exceptions listed first."""
        lines = [line for line in self._log.lines if line.visit.review is Review.TO_REVIEW] if self._log else []
        clean = {line.visit.reference: Shown(line.visit.version, line.charge.revision) for line in lines if line.clean}
        left_out = [
            f"not clean: {line.visit.reference} {line.visit.client}: {'; '.join(remark.text for remark in line.exceptions)}"
            for line in lines
            if not line.clean
        ]
        if not clean:
            self.say("\n".join(["Nothing that is shown is clean and waits for review.", *left_out[:8]]))
            return
        sentences = [
            *left_out,
            f"clean: {', '.join(clean)}",
            "Their charges are then ready to invoice; undo does not bring them back.",
        ]
        await self.confirm(f"Approve {len(clean)} clean visits?", sentences)
        if (done := await self.do(approve_clean, clean)) is not None:
            late = "".join(f"\nnot approved: {reference}, {reason}" for reference, reason in done.left_out)
            self.say(f"{len(done.approved)} visits are approved.{late}")

    @command("W", "item.permission", "Words", LEADS)
    async def action_permissions(self) -> None:
        """Tests that technicians ask to settle by words."""
        await permitting.of_all(self)

    @command("S", "invoice.export", "Export", LEADS)
    async def action_export(self) -> None:
        """Hand approved visits over to be invoiced, each once."""
        await ask_export(self)

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
    _FIGURES = "Figures with small charts: days, weeks, technicians, clients."
    figures = opens("F", "screen.figures", "Figures", "figures", _FIGURES, READS["figures"].roles, of_day=True)

    @command("R", "file.report", "Report", READS["reports"].roles)
    async def action_report(self) -> None:
        """The day, the client's month or the day sheet, as a file or by mail."""
        line = self.listed.selected
        visit = None if line is None else line.visit
        await writing.ask_report(
            self,
            self.program.day,
            visit.client if visit else None,
            line.technicians[0] if line and line.technicians else None,
        )

    _AUDIT = "Who did what and when; whether the chain of it holds."
    audit = opens("A", "screen.audit", "Audit", "audit", _AUDIT, READS["audit"].roles)
    access = opens("K", "screen.access", "SSH", "access", "Keys and sessions over SSH.", READS["access"].roles)

    def action_day(self, by: int) -> None:
        """Go to the next or the previous day, or week."""
        self._span = "day" if self._span in ("typed", "all") else self._span
        self.program.go_to(self.program.day + datetime.timedelta(days=by * (7 if self._span == "week" else 1)))

    KEYS_BESIDE = (of_day.calls, of_day.messages, *REVIEW)


def totals(log: Log, filters: LogFilter) -> str:
    """What is shown in figures; what it teaches where there is nothing yet."""
    if not log.lines:
        if filters.narrowed:
            more = "" if filters.first is None else ", w more days"
            nothing = f"Nothing on {filters.words_of_days()}: {filters.words_of_filters()}."
            return f"{nothing} {_meant(filters)}esc shows everything again{more}."
        return f"No visits on {day_text(log.day)}. [ and ] go to other days, t to today, 1 to the board."
    parts = [totals_text(log.totals)]
    if len(log.lines) < log.totals.visits:
        parts.append(f"the first {len(log.lines)} are shown")
    if filters.words.strip() and not search.possible():
        parts.append("this SQLite has no FTS5: every visit is read, which is slower")
    return " · ".join(parts)


def _meant(filters: LogFilter) -> str:
    """What somebody means who searches for a kind of exception, of which nobody on the visit said the word."""
    word = filters.words.strip().casefold()
    if word not in {mark.label for mark in ReviewMark}:
        return ""
    return f"“{word}” is an exception: leave the search empty, and fill it in under f. "


def why(line: LogLine | None) -> Content:
    """What a lead has to look at on a visit, the gravest first."""
    if line is None:
        return Content("")
    visit = line.visit
    head = Content.assemble((show(visit.reference), "bold"), f"  {show(visit.client)}, {show(visit.work)}")
    if not line.remarks:
        return Content("\n").join([head, Content("nothing to look at" if line.clean else visit.state.label)])
    return Content("\n").join(
        [head, *(Content.styled(show(remark.told), "" if remark.exception else "dim") for remark in line.remarks)]
    )


_ANY = "any"
_MARKS = {mark.label: mark for mark in ReviewMark}
_REVIEWS = {review.value.replace("_", " "): review for review in Review}
_FIELDS = (
    Field("first", "From", Day(), "2026-11-23, monday, today; empty: all"),
    Field("last", "To", Day(), "empty: that day only"),
    Field("technician", "Technician", Text(), "part of a name"),
    Field("client", "Client", Text(), "part of a name"),
    Field("only", "Exceptions", Many({_ANY: _ANY, **_MARKS}, set), f"any, or of {', '.join(_MARKS)}"),
    Field("review", "Review", Many(_REVIEWS, frozenset), ", ".join(_REVIEWS)),
)


async def ask_filters(screen: UserScreen, filters: LogFilter) -> LogFilter:
    """Ask for days, names, exceptions and states of review; an empty field leaves nothing out."""
    stands = {name: str(getattr(filters, name) or "") for name in ("first", "last", "technician", "client")}
    marks = ", ".join(word for word, mark in _MARKS.items() if mark in filters.marks)
    stands["only"] = marks or (_ANY if filters.exceptions else "")
    stands["review"] = ", ".join(word for word, review in _REVIEWS.items() if review in filters.reviews)

    def take(values: dict[str, Any]) -> LogFilter:
        first, last, marks, reviews = (values.pop(name) for name in ("first", "last", "only", "review"))
        if last is not None and (first is None or last < first):
            raise Faulty(["last: is before the first day" if first else "first: is missing"])
        only = {"exceptions": bool(marks), "marks": frozenset(marks - {_ANY}), "reviews": reviews}
        return replace(filters, first=first, last=last, **only, **values)

    return await ask_values(screen, "Which visits?", _FIELDS, take, stands, ENTER_SHOWS)


async def ask_order(screen: UserScreen, filters: LogFilter) -> LogFilter:
    """Ask by which column to sort; the one that is sorted by already is turned round."""
    rows = [ChoiceRow(name + (", turned round" if name == (filters.sort or "start") else ""), name) for name in SORTS]
    chosen = await screen.choose("Sort by", rows)
    again = chosen == (filters.sort or "start")
    first_down = chosen in ("exceptions", "charge", "overrides", "retests")
    return replace(filters, sort=chosen, descending=not filters.descending if again else first_down)


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
    consequences = [
        f"{len(going)} approved visits are marked exported: {', '.join(list(going)[:12])}{' …' if len(going) > 12 else ''}",
        *lines,
        "Each is exported once. `dispatch invoice export --again` writes a batch again.",
    ]
    await screen.confirm("Export to be invoiced?", consequences)
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
