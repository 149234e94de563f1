"""A quote from a form: what a visit would cost, and what it would cost under an agreement."""

from __future__ import annotations

from db import clients, settings
from db.store import Store
from dispatch.desk.charges import quoting
from dispatch.desk.charges.charging import Priced
from dispatch.desk.charges.quoting import QuoteComparison
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.texts import charge_words
from dispatch.model.instants import day_of
from dispatch.model.text import show
from dispatch.model.typed_times import parse_when
from screens.dialogs.asked import YES_NO, AskedField
from screens.dialogs.unsent import GO_BACK
from screens.prices.sheet_view import SheetView
from screens.program.program import Program
from screens.user_screen import UserScreen

FIELDS = (
    AskedField("client", "Client", placeholder="a few letters of the name"),
    AskedField("site", "Site", placeholder="only where the client has more than one"),
    AskedField("minutes", "Minutes of work", "60"),
    AskedField("at", "When", "tomorrow 09:00", "2026-11-24T09:00"),
    AskedField("class", "Labour class", placeholder="empty: the card's first"),
    AskedField("emergency", "Emergency", "no", options=YES_NO),
    AskedField("under", "Compare with agreement", placeholder="its name, its number, or a client; empty: none"),
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

    def reckon(typed: dict[str, str]) -> tuple[Priced, QuoteComparison | None, str]:
        client = client_meant(store, typed["client"])
        if not typed["minutes"].strip().isdecimal():
            raise Faulty(["minutes: a whole number is expected"])
        zone = settings.firm(store).zone
        try:
            at = parse_when(typed["at"], zone, now=user.now)
        except ValueError as fault:
            raise Faulty([f"when: {fault}"]) from None
        priced = quoting.quote(
            store,
            client,
            typed["site"].strip(),
            int(typed["minutes"]),
            at,
            labour_class=typed["class"].strip(),
            emergency=typed["emergency"] == "yes",
        )
        other = None
        if typed["under"].strip():
            agreement = quoting.agreement_called(store, typed["under"])
            other = quoting.compare(store, priced, agreement, day_of(at, zone))
        return priced, other, client

    hint = f"tab next field · enter prices it · {GO_BACK}"
    priced, other, client = await screen.fill_in("A quote", FIELDS, reckon, hint)
    notes = ["the time for tests is added, as test time"]
    if other is not None:
        notes.append(charge_words.difference_words(other))
    app.push_screen(SheetView(f"Quote for {client}", priced.form, priced.currency, priced.tax, notes))
