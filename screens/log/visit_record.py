"""A visit opened to its whole history: what is remarkable, drives, every attempt, the charge line by line, every event."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import Binding

from db import clients
from db.store import existing
from dispatch.desk.log.visit_page import VisitPage
from dispatch.desk.review.reviewing import VisitHistory, visit_history
from dispatch.desk.texts.record_words import history_lines
from dispatch.lazily import lazily
from dispatch.model.checklists import Mark
from dispatch.model.states import LEADS, READS
from dispatch.model.ways import state_words
from screens.binding import BACK, command
from screens.log.review import REVIEW
from screens.prices.sheet_view import ChargeSheet
from screens.user_screen import UserScreen
from screens.visit.findings import findings
from screens.visit.handed_in import files
from screens.visit.service_report import report
from widgets.lines.ink import Line, wrapped_line
from widgets.lines.lines_pane import LinesPane
from widgets.lines.marks import marks_of

with lazily(__name__):
    from screens.board import answering
    from screens.files import writing
    from screens.log import surveys


def _drawn(history: VisitHistory, width: int, levels: bool, marks: Mapping[Mark, str]) -> list[Line]:
    """The record in lines of the width, with a gap before each section."""
    lines: list[Line] = []
    for line in history_lines(history, width, levels=levels, marks=marks, ids=False):
        lines += [()] if line.title else []
        lines += wrapped_line(line.spans, width, line.hang)
    return lines


class RecordPane(LinesPane, can_focus=True):
    """The lines of a record, to be scrolled through."""

    BINDINGS = [Binding("j", "scroll_down", "Down", show=False), Binding("k", "scroll_up", "Up", show=False)]

    reference = ""
    """The visit whose record is shown."""

    def show_record(self, history: VisitHistory, *, levels: bool) -> None:
        """Show a visit's record, from its begin on where it is another one; `levels`: with its service levels."""
        marks = {mark: getattr(marks_of(self.ascii), mark) for mark in Mark}
        self.show_lines(lambda width: _drawn(history, width, levels, marks))
        if self.reference != history.page.visit.reference:
            self.reference = history.page.visit.reference
            self.scroll_home(animate=False)


class VisitRecord(UserScreen):
    """One visit from request to review, as the lead reads it."""

    TITLE_WORD = "the visit's record"
    FOCUS = "RecordPane"
    FOOTER = (
        "review.approve review.send-back review.correct visit.charge visit.report charge.goodwill visit.survey visit.answer "
        "screen.leave screen.keys"
    )
    BINDINGS = [BACK]
    DEFAULT_CSS = "VisitRecord RecordPane { height: 1fr; padding: 0 1; }"

    def __init__(self, reference: str) -> None:
        super().__init__()
        self._reference = reference
        self._page: VisitPage | None = None

    def client_here(self) -> str | None:
        return None if self._page is None else self._page.visit.client

    def reference_here(self) -> str | None:
        return self._reference

    def body(self) -> ComposeResult:
        yield RecordPane(id="page", ascii=self.program.ascii_only)

    def reload(self) -> None:
        history = self.look(visit_history, self.user.store, self._reference)
        if history is None:
            return
        self._page = page = history.page
        self.show_head(page.visit.client, page.visit.work, state_words(page.visit))
        self.query_one(RecordPane).show_record(history, levels=self.user.may_read("levels"))

    @command("r", "visit.answer", "Request")
    async def action_answer(self) -> None:
        """Answered, another priority, why a target was missed."""
        if self.user.may_read("levels"):
            await answering.ask_answer(self, self._reference)

    @command("s", "visit.survey", "Survey", LEADS)
    async def action_survey(self) -> None:
        """Ask the client by mail how satisfied they are after this visit, or note what they said."""
        if self._page is not None:
            client = existing(clients.client(self.user.store, self._page.visit.client_id))
            await surveys.ask_survey(self, client, self._reference)

    @command("v", "visit.charge", "Charge")
    def action_charge(self) -> None:
        """The charge sheet, line by line."""
        if self._page is not None:
            self.app.push_screen(ChargeSheet(self._page))

    @command("R", "file.report", "Review page", READS["reports"].roles)
    async def action_review_page(self) -> None:
        """The page for the review with the client: their quarter, or another period, into a file or by mail."""
        if self._page is not None:
            await writing.ask_review_page(self, self._page.visit.client)

    KEYS_BESIDE = (*REVIEW, report, files, findings)
