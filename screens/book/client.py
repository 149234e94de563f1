"""A client's page."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding

from db import clients, settings
from dispatch.desk.care.client_page import client_page
from dispatch.desk.texts.client_words import page_lines, proposal_lines
from dispatch.lazily import lazily
from dispatch.model.clients import Client
from dispatch.model.states import LEADS, READS
from screens.binding import BACK, command
from screens.dialogs.asked import ChoiceRow
from screens.record_forms import ask_record, ask_recurring
from screens.user_screen import UserScreen
from widgets.lines.lines_pane import NotesPane

with lazily(__name__):
    from screens.book import personal
    from screens.files import writing
    from screens.prices import proposal_view


class ClientScreen(UserScreen):
    """Sites, contacts, agreement with balances, what is due, visits ahead and past."""

    SHOWS = "clients"

    TITLE_WORD = "a client"
    DEFAULT_CSS = "ClientScreen NotesPane { height: 1fr; padding: 0 1; }"
    FOOTER = "client.edit client.site client.recurring screen.proposals screen.leave screen.keys"
    BINDINGS = [BACK, Binding("j,down", "scroll(1)", show=False), Binding("k,up", "scroll(-1)", show=False)]

    def __init__(self, client_id: int) -> None:
        super().__init__()
        self._client_id = client_id

    def body(self) -> ComposeResult:
        yield NotesPane(id="notes")

    def reload(self) -> None:
        client = self._client()
        page = None if client is None else self.look(client_page, self.user.store, client)
        if page is None:
            return
        first, *rest = page_lines(page)
        self.show_head(first, "client")
        self.query_one(NotesPane).set_notes(
            [(line, "title" if line and not line.startswith(" ") else "plain") for line in rest]
        )

    def _client(self) -> Client | None:
        return clients.client(self.user.store, self._client_id)

    @command("e", "client.edit", "Edit", about="_client")
    async def action_edit(self, client: Client) -> None:
        """Name, contacts, tax."""
        await ask_record(self, "client", before=client)

    @command("s", "client.site", "New site", about="_client")
    async def action_site(self, client: Client) -> None:
        """Add a site."""
        await ask_record(self, "site", {"client": client.name})

    @command("Y", "client.recurring", "Recurring visit", about="_client")
    async def action_recurring(self, client: Client) -> None:
        """A visit that comes again by a rule."""
        await ask_recurring(self, client)

    @command("enter", "client.proposal", "A proposal", READS["care"].roles, about="_client")
    async def action_proposal(self, client: Client) -> None:
        """One of the proposals to them in full: the only one, else one that you choose."""
        page = client_page(self.user.store, client)
        own = [one for one, _ in page.proposals]
        if not own:
            self.say("No proposal yet: p, then n writes one.")
            return
        rows = [ChoiceRow(line, one) for line, one in zip(proposal_lines(page), own, strict=True)]
        one = own[0] if len(own) == 1 else await self.choose(f"Proposals to {client.name}", rows)
        proposal_view.show_proposal(self, one)

    @command("p", "screen.proposals", "Proposals", READS["care"].roles, about="_client")
    def action_proposals(self, client: Client) -> None:
        """What is offered to them, and what they said to it."""
        self.program.open("proposals", client.id)

    @command("R", "file.report", "Report", READS["reports"].roles, about="_client")
    async def action_report(self, client: Client) -> None:
        """The client's month, quarter or year for the review, as a file or by mail; that of every client."""
        await writing.ask_report(self, settings.today(self.user.store), client.name, None, of_day=False)

    @command("W", "client.export", "Hand out", LEADS, about="_client")
    async def action_export(self, client: Client) -> None:
        """Everything that is kept of the client as one archive."""
        await personal.export(self, client)

    @command("E", "client.erase", "Erase", LEADS, about="_client")
    async def action_erase(self, client: Client) -> None:
        """Erase for good what the client, or one of their people, said and was called; the name is typed once more."""
        await personal.erase(self, client)
        self.reload()
