"""A quote from a form: what a visit would cost, and what it would cost under an agreement."""

from __future__ import annotations

from typing import Any

from db import clients
from db.store import Store
from dispatch.desk.charges import quoting
from dispatch.desk.charges.charging import Priced
from dispatch.desk.charges.quoting import QuoteComparison
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.texts import visit_words
from dispatch.fields.kinds import Moment, Text, Whole, YesNo
from dispatch.fields.record import Field
from dispatch.model.instants import day_of
from dispatch.model.text import show
from screens.dialogs.unsent import GO_BACK
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
    Field("under", "Compare with agreement", Text(), "its name, its number, or a client; empty: none"),
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
    store, user, screen = app.user.store, app.user, app.screen
    assert isinstance(screen, UserScreen)

    def reckon(visit: dict[str, Any]) -> tuple[Priced, QuoteComparison | None, str]:
        client, at, under = client_meant(store, visit["client"]), visit["at"], visit["under"]
        about = {"labour_class": visit["class"], "emergency": visit["emergency"]}
        priced = quoting.quote(store, client, visit["site"], visit["minutes"], at, **about)
        if not under:
            return priced, None, client
        day = day_of(at, user.firm.zone)
        return priced, quoting.compare(store, priced, quoting.agreement_called(store, under), day), client

    stands = {"minutes": "60", "at": "tomorrow 09:00"}
    hint = f"tab next field · enter prices it · {GO_BACK}"
    priced, other, client = await ask_values(screen, "A quote", _FIELDS, reckon, stands, hint)
    notes = ["the time for tests is added, as test time"]
    if other is not None:
        notes.append(visit_words.difference_words(other))
    app.push_screen(SheetView(f"Quote for {client}", priced.form, priced.currency, priced.tax, notes))
