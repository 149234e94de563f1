"""The visit log: the lead's day."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from dispatch.desk import views
from dispatch.desk.visit_log import day_log
from dispatch.model.boards import Log
from dispatch.model.instants import clock_text, day_text
from dispatch.model.states import ENDED
from screens.running_deeds import CallDeeds
from widgets.header import StatusBar
from widgets.keybar import KeyBar
from widgets.log_table import LogTable

if TYPE_CHECKING:
    from dispatch.app import DispatchApp


class LogScreen(CallDeeds):
    """The day's visits with planned and actual times, evidence, overrides and charge; each opens to its record."""

    TITLE_WORD = "the visit log"
    DEFAULT_CSS = """
    LogScreen LogTable { height: 1fr; }
    LogScreen #totals { height: auto; padding: 0 1; border-top: solid $panel; }
    """
    FOOTER: ClassVar[Sequence[str]] = (
        "visit.open", "visit.charge", "charge.accept", "charge.goodwill", "charge.travel", "screen.care", "view.previous",
        "view.next", "view.today", "change.undo", "screen.keys",
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="visit.open", tooltip="open the visit: events, attempts, charge"),
        Binding("v", "charge", "Charge", id="visit.charge", tooltip="the charge sheet, line by line"),
        Binding("a", "accept", "Accept", id="charge.accept", tooltip="accept a charge that is flagged for review"),
        Binding("g", "goodwill", "Goodwill", id="charge.goodwill", tooltip="give something away, with a reason"),
        Binding("T", "travel", "Travel", id="charge.travel", tooltip="set the travel by hand, with a reason"),
        Binding(
            "C", "care", "Care", id="screen.care", tooltip="what is due to clients: visits, surveys, renewals, offers"
        ),
        Binding("K", "access", "SSH", id="screen.access", tooltip="keys and sessions over SSH"),
        Binding("left_square_bracket", "day(-1)", "Previous day", key_display="[", id="view.previous"),
        Binding("right_square_bracket", "day(1)", "Next day", key_display="]", id="view.next"),
        Binding("t", "today", "Today", id="view.today", tooltip="go to today"),
    ]

    def compose(self) -> ComposeResult:
        yield StatusBar(id="header")
        yield LogTable(id="log", ascii=self._app.ascii_only)
        yield Static(id="totals")
        yield KeyBar(id="keybar")

    @property
    def _app(self) -> DispatchApp:
        return cast("DispatchApp", self.app)

    @property
    def _table(self) -> LogTable:
        return self.query_one(LogTable)

    def on_mount(self) -> None:
        """Read the day."""
        self.show_keys()
        self.reload()
        self._table.focus()

    def client_here(self) -> str | None:
        """The selected visit's client."""
        line = self._table.selected
        return None if line is None else line.visit.client

    def reload(self) -> None:
        """Read the day again."""
        log = self.look(day_log, self.seat.store, self._app.day)
        if log is None:
            return
        self._table.set_log(log)
        self.query_one(StatusBar).set_texts(
            f"Visit log  {day_text(log.day)}",
            f"{len(log.lines)} visits",
            f"{clock_text(self.seat.now, log.zone, log.hours24)} {self.seat.staff.name}",
        )
        self.query_one("#totals", Static).update(Content(totals(log)))

    def on_log_table_line_opened(self) -> None:
        """Open the visit under the cursor."""
        self.action_open()

    def action_open(self) -> None:
        """Open the selected visit's record."""
        line = self._table.selected
        if line is not None:
            from screens.visit_record import VisitRecord

            self.app.push_screen(VisitRecord(line.visit.reference))

    def action_charge(self) -> None:
        """Show the charge sheet of the selected visit."""
        line = self._table.selected
        if line is not None:
            from dispatch.desk.visit_page import visit_page
            from screens.visit_record import ChargeSheet

            page = self.look(visit_page, self.seat.store, line.visit.reference)
            if page is not None:
                self.app.push_screen(ChargeSheet(page))

    @work
    async def action_accept(self) -> None:
        """Accept the charge of the selected visit."""
        await self._adjust("ask_accept")

    @work
    async def action_goodwill(self) -> None:
        """Give goodwill on the selected visit."""
        await self._adjust("ask_goodwill")

    @work
    async def action_travel(self) -> None:
        """Set the travel of the selected visit."""
        await self._adjust("ask_travel")

    async def _adjust(self, how: str) -> None:
        from screens import adjust

        line = self._table.selected
        if line is not None:
            await getattr(adjust, how)(self, line.visit.reference)
            self.reload()

    def action_access(self) -> None:
        """Show who gets in over SSH."""
        from screens.access import AccessScreen

        self.app.push_screen(AccessScreen())

    def action_care(self) -> None:
        """Show what is due to clients."""
        from screens.care import CareScreen

        self.app.push_screen(CareScreen())

    def action_day(self, by: int) -> None:
        """Go to the next or the previous day."""
        self._app.go_to(self._app.day + datetime.timedelta(days=by))

    def action_today(self) -> None:
        """Go to today."""
        self._app.go_to(views.today(self.seat.store))


def totals(log: Log) -> str:
    """The day in figures; what it teaches where there is nothing yet."""
    if not log.lines:
        return f"No visits on {day_text(log.day)}. [ and ] go to other days, t to today, 1 to the board."
    ended = [line for line in log.lines if line.visit.state in ENDED]
    with_promise = [line for line in log.lines if line.visit.promised and line.visit.actual_in is not None]
    on_time = [line for line in with_promise if line.visit.promised and line.visit.actual_in <= line.visit.promised[1]]  # type: ignore[operator]
    parts = [f"{len(ended)} of {len(log.lines)} ended"]
    if with_promise:
        parts.append(f"{len(on_time)} of {len(with_promise)} arrived within their promise")
    blocked = sum(line.charge_status == "blocked" for line in log.lines)
    if blocked:
        parts.append(f"{blocked} charge blocked")
    return " · ".join(parts)
