"""A visit opened to everything: its charge sheet line by line, every attempt, every event."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Label, Static

from dispatch.desk.plain import charge_lines, visit_page_lines
from dispatch.desk.visit_page import VisitPage, visit_page
from dispatch.model.text import show
from screens.seated import SeatedScreen
from widgets.header import StatusBar
from widgets.keybar import KeyBar
from widgets.lean import LeanModal


class ChargeSheet(LeanModal[None]):
    """The charge of a visit, each line with the arithmetic that a client can redo."""

    DEFAULT_CSS = """
    ChargeSheet { align: center middle; background: $background 60%; }
    ChargeSheet > VerticalScroll { width: 110; max-width: 98%; height: auto; max-height: 90%; }
    ChargeSheet > VerticalScroll { background: $surface; border: round $primary; padding: 0 1; }
    ChargeSheet .title { text-style: bold; }
    ChargeSheet .hint { color: $text-muted; margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter,v", "dismiss(None)", "Back", id="dialog.back")]

    def __init__(self, page: VisitPage) -> None:
        super().__init__()
        self._page = page

    def compose(self) -> ComposeResult:
        page = self._page
        word = (page.charge.word if page.charge is not None else "charge").capitalize()
        with VerticalScroll():
            yield Label(Content(f"{word} · {show(page.visit.reference)} {show(page.visit.client)}"), classes="title")
            yield Static(Content("\n".join(charge_lines(page, min(104, int(self.app.size.width * 0.98) - 4)))))
            yield Label(Content("esc goes back"), classes="hint")


class VisitRecord(SeatedScreen):
    """One visit from request to review, as the lead reads it."""

    TITLE_WORD = "the visit's record"
    FOOTER = ("screen.leave", "screen.keys")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False, id="screen.back"),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]
    DEFAULT_CSS = "VisitRecord VerticalScroll { height: 1fr; padding: 0 1; }"

    def __init__(self, reference: str) -> None:
        super().__init__()
        self._reference = reference

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
        self.query_one(StatusBar).set_texts(page.visit.client, page.visit.work, page.visit.state.label)
        self.query_one("#page", Static).update(Content("\n".join(visit_page_lines(page, max(40, self.size.width - 4)))))

    def action_scroll(self, by: int) -> None:
        """Scroll the page."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
