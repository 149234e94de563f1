"""A visit opened to everything: its charge sheet line by line, every attempt, every event."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from dispatch.desk.levels import sees_levels
from dispatch.desk.plain import visit_page_lines
from dispatch.desk.visit_page import VisitPage, visit_page
from screens.service_report import ReportsVisits
from screens.sheet_view import SheetView
from widgets.header import StatusBar
from widgets.keybar import KeyBar


class ChargeSheet(SheetView):
    """The charge of a visit."""

    def __init__(self, page: VisitPage) -> None:
        charge = page.charge
        word = (charge.word if charge is not None else "charge").capitalize()
        title = f"{word} · {page.visit.reference} {page.visit.client}"
        if charge is None:
            super().__init__(title, None, "", notes=[page.charge_note])
            return
        revised = charge.revision is not None and charge.revision > 1
        notes = [f"revision {charge.revision}: {charge.reason}"] if revised else []
        super().__init__(title, charge.form, charge.currency, charge.tax, [*notes, *page.balances])


class VisitRecord(ReportsVisits):
    """One visit from request to review, as the lead reads it."""

    TITLE_WORD = "the visit's record"
    FOOTER = ("visit.report", "screen.leave", "screen.keys")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "r", "answer", "Request", id="visit.answer", tooltip="answered, another priority, why a target was missed"
        ),
        Binding("escape", "leave", "Back", show=False, id="screen.back"),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]
    DEFAULT_CSS = "VisitRecord VerticalScroll { height: 1fr; padding: 0 1; }"

    def __init__(self, reference: str) -> None:
        super().__init__()
        self._reference = reference
        self._client: str | None = None

    def client_here(self) -> str | None:
        """The visit's client."""
        return self._client

    def reference_here(self) -> str | None:
        """The visit of the screen."""
        return self._reference

    def compose(self) -> ComposeResult:
        yield StatusBar(id="header")
        with VerticalScroll():
            yield Static(id="page")
        yield KeyBar(id="keybar")

    def on_mount(self) -> None:
        """Read the visit."""
        self.show_keys()
        self.reload()
        self.query_one(VerticalScroll).focus()

    def reload(self) -> None:
        """Read the visit again."""
        page = self.look(visit_page, self.seat.store, self._reference)
        if page is None:
            return
        self._client = page.visit.client
        self.query_one(StatusBar).set_texts(page.visit.client, page.visit.work, page.visit.state.label)
        lines = visit_page_lines(page, max(40, self.size.width - 4), levels=sees_levels(self.seat))
        self.query_one("#page", Static).update(Content("\n".join(lines)))

    @work
    async def action_answer(self) -> None:
        """Note what happened to the request beside its visit."""
        from screens.answering import ask_answer

        if sees_levels(self.seat):
            await ask_answer(self, self._reference)

    def action_scroll(self, by: int) -> None:
        """Scroll the page."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
