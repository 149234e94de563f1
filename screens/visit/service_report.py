"""The service report of a visit on the screen: as the client will read it, and written to a file where one may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Label, Static

from db.faults import StoreFault
from dispatch.desk.session.refusals import Refusal
from dispatch.lazily import lazily
from screens.binding import command, key
from screens.user_screen import UserScreen
from widgets.terminal.lean import LeanModal

with lazily(__name__):
    from dispatch.desk.reports import rendering, service
    from screens.files import mailing, writing

if TYPE_CHECKING:
    from dispatch.desk.reports.document import Report
    from dispatch.desk.session.user import User

_FRAME = 5
"""Cells beside the text of a report."""


@command("p", "visit.report", "Report", about="reference_here")
def report(screen: UserScreen, reference: str) -> None:
    """The service report for the client."""
    try:
        screen.app.push_screen(ReportView(screen.user, reference, service.service_report(screen.user, reference)))
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")


class ReportView(LeanModal[None]):
    """A service report over the screen that it belongs to."""

    DEFAULT_CSS = """
    ReportView { align: center middle; background: $background 60%; }
    ReportView > VerticalScroll { width: 77; max-width: 100%; height: auto; max-height: 100%; }
    ReportView > VerticalScroll { background: $surface; border: round $primary; padding: 0 1; scrollbar-size-vertical: 1; }
    ReportView .hint { color: $text-muted; width: 1fr; dock: bottom; }
    """
    BINDINGS = [
        key("escape q enter p", "report.back", "Back", "back to the visit", action="dismiss(None)"),
        key("v", "report.charge", "Charge", "with the charge, or without"),
        key("S", "report.save", "File", "write it to a file: a page, Markdown, text"),
        key("M", "report.mail", "Mail", "send it to the client by mail: what would be sent is shown first"),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
    ]

    def __init__(self, user: User, reference: str, report: Report) -> None:
        super().__init__()
        self._user, self._reference, self._report = user, reference, report
        self._with_charge = False

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(id="report")
            yield Label(Content("v charge · S to a file · M by mail · esc goes back"), classes="hint")

    def on_mount(self) -> None:
        """Show the report as wide as there is room."""
        self._show()
        self.query_one(VerticalScroll).focus()

    def on_resize(self, event: Resize) -> None:
        """Break its lines anew."""
        self._show()

    def _show(self) -> None:
        text = rendering.as_text(self._report, min(self._report.width, self.app.size.width - _FRAME))
        self.query_one("#report", Static).update(Content(text.rstrip("\n")))

    def action_charge(self) -> None:
        """Put the charge in, or take it out."""
        try:
            self._report = service.service_report(self._user, self._reference, with_charge=not self._with_charge)
        except (StoreFault, Refusal) as refusal:
            self._behind.say(str(refusal), "warning")
            return
        self._with_charge = not self._with_charge
        self._show()

    @work
    async def action_save(self) -> None:
        """Write the report to a file of this machine."""
        await writing.ask_file(self._behind, f"The service report of {self._reference}", lambda *_: self._report)

    @work
    async def action_mail(self) -> None:
        """Send the report to the client."""
        await mailing.ask_mail(
            self._behind, f"The service report of {self._reference} by mail", lambda *_: self._report
        )

    @property
    def _behind(self) -> UserScreen:
        """The screen that the report belongs to."""
        return [screen for screen in self.app.screen_stack if isinstance(screen, UserScreen)][-1]
