"""A quote from a form: what a visit would cost, and what it would cost under an agreement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import work

from db import clients, service_plans
from db.store import Store, existing
from dispatch.desk.charges import quoting
from dispatch.desk.charges.charging import Priced
from dispatch.desk.charges.quoting import QuoteComparison
from dispatch.desk.reports import quote
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.quote import QuoteAsked
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.session.user import User
from dispatch.desk.texts import comparison_words
from dispatch.fields.kinds import Link, Moment, Text, Whole, YesNo
from dispatch.fields.record import Field
from dispatch.model.text import show
from screens.binding import key
from screens.dialogs.unsent import GO_BACK
from screens.files import mailing, writing
from screens.files.making import Make
from screens.prices.sheet_view import SheetView
from screens.program.program import Program
from screens.record_forms import ask_values
from screens.user_screen import UserScreen

_FIELDS = (
    Field("client", "Client", Text(), "a few letters of the name"),
    Field("site", "Site", Text(), "only where the client has more than one"),
    Field("minutes", "Minutes of work", Whole(0, 100_000), required=True),
    Field("at", "When", Moment(), "2026-11-24T09:00", required=True),
    Field("class", "Labour class", Text(), "empty: the card's first"),
    Field("emergency", "Emergency", YesNo()),
    Field("work", "What would be done", Text(), "in a line, for the paper"),
    Field("under", "Compare with plan", Link("service plan"), "a service plan of the catalogue; empty: none"),
)


def client_meant(store: Store, typed: str) -> str:
    """The name of the client that is called so, or the only one whose name holds these letters.

    Raises:
        Faulty: there is none, or there are several.
    """
    letters = typed.strip().casefold()
    names = [client.name for client in clients.all_clients(store) if letters and letters in client.name.casefold()]
    meant = [name for name in names if name.casefold() == letters] or names
    if len(meant) != 1:
        several = ", ".join(show(name) for name in names[:5])
        raise Faulty([f"client: which one? {several}" if names else "client: there is no such client"])
    return meant[0]


async def ask_quote(app: Program) -> None:
    """Ask for a visit, and show what it would cost."""
    store, screen = app.user.store, app.screen
    assert isinstance(screen, UserScreen)

    asked: dict[str, Any] = {}

    def reckon(visit: dict[str, Any]) -> tuple[Priced, QuoteComparison | None, str]:
        client, at, under = client_meant(store, visit["client"]), visit["at"], visit["under"]
        about = {"labour_class": visit["class"], "emergency": visit["emergency"]}
        priced = quoting.quote(store, client, visit["site"], visit["minutes"], at, **about)
        asked.update(about, client=client, at=at, **{name: visit[name] for name in ("site", "minutes", "work")})
        if under is None:
            return priced, None, client
        plan = existing(service_plans.service_plan(store, under))
        return priced, quoting.compare(store, priced, plan, existing(clients.client_by_name(store, client))), client

    stands = {"minutes": "60", "at": "tomorrow 09:00"}
    hint = f"tab next field · enter prices it · {GO_BACK}"
    priced, other, client = await ask_values(screen, "A quote", _FIELDS, reckon, stands, hint)
    notes = ["the time for tests is added, as test time"]
    if other is not None:
        notes += comparison_words.quoted_lines(other)

    def paper(user: User, _: str) -> Report:
        return quote.quote_report(user, QuoteAsked(**asked))

    app.push_screen(QuoteView(screen, paper, f"Quote for {client}", priced, notes))


class QuoteView(SheetView):
    """What a visit would cost; on paper it can be saved and sent."""

    HINT = "S to a file · M by mail · esc goes back"
    BINDINGS = [
        key("S", "quote.save", "File", "write the quote to a file, with a place to sign"),
        key("M", "quote.mail", "Mail", "send the quote to the client by mail: what would be sent is shown first"),
    ]

    def __init__(self, behind: UserScreen, paper: Make, title: str, priced: Priced, notes: Sequence[str]) -> None:
        super().__init__(title, priced.form, priced.currency, priced.tax, notes)
        self._behind, self._paper = behind, paper

    @work
    async def action_save(self) -> None:
        """Write the quote to a file of this machine."""
        await writing.ask_file(self._behind, self.heading, self._paper)

    @work
    async def action_mail(self) -> None:
        """Send the quote to its client."""
        await mailing.ask_mail(self._behind, f"{self.heading} by mail", self._paper)
