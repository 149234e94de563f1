"""A visit opened to its whole history: what is remarkable, drives, every attempt, the charge line by line, every event."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from dispatch.desk.log.visit_page import VisitPage
from dispatch.desk.review.reviewing import visit_history
from dispatch.desk.texts.visit_words import history_lines
from dispatch.lazily import lazily
from dispatch.model.text import wrapped
from screens.binding import BACK, command
from screens.log.review import REVIEW
from screens.prices.sheet_view import ChargeSheet
from screens.user_screen import UserScreen
from screens.visit.service_report import report

with lazily(__name__):
    from screens.board import answering

_FRAME = 3
"""Columns that padding and scrollbar take beside the lines."""


class VisitRecord(UserScreen):
    """One visit from request to review, as the lead reads it."""

    TITLE_WORD = "the visit's record"
    FOCUS = "VerticalScroll"
    FOOTER = (
        "review.approve review.send-back review.correct visit.charge visit.report charge.goodwill visit.answer "
        "screen.leave screen.keys"
    )
    BINDINGS = [BACK, Binding("j", "scroll(1)", "Down", show=False), Binding("k", "scroll(-1)", "Up", show=False)]
    DEFAULT_CSS = "VisitRecord VerticalScroll { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }"

    def __init__(self, reference: str) -> None:
        super().__init__()
        self._reference = reference
        self._page: VisitPage | None = None

    def client_here(self) -> str | None:
        return None if self._page is None else self._page.visit.client

    def reference_here(self) -> str | None:
        return self._reference

    def body(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(id="page")

    def reload(self) -> None:
        history = self.look(visit_history, self.user.store, self._reference)
        if history is None:
            return
        self._page = page = history.page
        self.show_head(page.visit.client, page.visit.work, page.visit.state.label)
        room = max(40, self.size.width - _FRAME)
        lines = history_lines(history, room, levels=self.user.may_read("levels"))
        self.query_one("#page", Static).update(
            Content("\n".join(part for line in lines for part in wrapped(line, room)))
        )

    @command("r", "visit.answer", "Request")
    async def action_answer(self) -> None:
        """Answered, another priority, why a target was missed."""
        if self.user.may_read("levels"):
            await answering.ask_answer(self, self._reference)

    @command("v", "visit.charge", "Charge")
    def action_charge(self) -> None:
        """The charge sheet, line by line."""
        if self._page is not None:
            self.app.push_screen(ChargeSheet(self._page))

    KEYS_BESIDE = (*REVIEW, report)
