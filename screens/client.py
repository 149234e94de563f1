"""A client's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from db import clients
from dispatch.desk.book.page import client_page, page_lines
from dispatch.model.states import READS, Role
from screens.book_forms import ask_record, ask_recurring
from screens.seated import SeatedScreen
from widgets.notes_pane import NotesPane


class ClientScreen(SeatedScreen):
    """Sites, contacts, agreement with balances, what is due, visits ahead and past."""

    SHOWS = "clients"
    ROLES: ClassVar[Mapping[str, frozenset[Role]]] = {"report": READS["reports"].roles}

    TITLE_WORD = "a client"
    DEFAULT_CSS = "ClientScreen NotesPane { height: 1fr; padding: 0 1; }"
    FOOTER = ("client.edit", "client.site", "client.recurring", "screen.leave", "screen.keys")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit", id="client.edit", tooltip="name, contacts, tax"),
        Binding("s", "site", "New site", id="client.site", tooltip="add a site"),
        Binding(
            "Y", "recurring", "Recurring visit", id="client.recurring", tooltip="a visit that comes again by a rule"
        ),
        Binding("R", "report", "Report", id="file.report", tooltip="the client's month for the review, as a file"),
        Binding("escape", "leave", "Back", show=False, id="screen.back"),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
    ]

    def __init__(self, client_id: int) -> None:
        super().__init__()
        self._client_id = client_id

    def body(self) -> ComposeResult:
        yield NotesPane(id="notes")

    def reload(self) -> None:
        """Read the page again."""
        client = clients.client(self.seat.store, self._client_id)
        page = None if client is None else self.look(client_page, self.seat.store, client)
        if page is None:
            return
        first, *rest = page_lines(page)
        self.show_head(first, "client")
        self.query_one(NotesPane).set_notes(
            [(line, "title" if line and not line.startswith(" ") else "plain") for line in rest]
        )

    @work
    async def action_edit(self) -> None:
        """Change the client."""
        client = clients.client(self.seat.store, self._client_id)
        if client is not None and await ask_record(self, "client", before=client) is not None:
            self.reload()

    @work
    async def action_site(self) -> None:
        """Add a site."""
        client = clients.client(self.seat.store, self._client_id)
        if client is not None and await ask_record(self, "site", {"client": client.name}) is not None:
            self.reload()

    @work
    async def action_recurring(self) -> None:
        """Add a recurring visit."""
        client = clients.client(self.seat.store, self._client_id)
        if client is not None and await ask_recurring(self, client) is not None:
            self.reload()

    @work
    async def action_report(self) -> None:
        """Write the client's month into a file."""
        from dispatch.desk import views
        from screens.report_out import ask_month

        client = clients.client(self.seat.store, self._client_id)
        if client is not None:
            await ask_month(self, client.name, views.today(self.seat.store))
