"""A quote from a form: what a visit would cost, and what it would cost under an agreement."""

from __future__ import annotations

from db import clients, settings
from dispatch.desk import quoting
from dispatch.desk.charging import Priced
from dispatch.desk.quoting import Comparison
from dispatch.desk.refusals import Faulty
from dispatch.model.instants import day_of, parse_when
from dispatch.model.text import show
from screens.asking import YES_NO, Field
from screens.keeping import GO_BACK
from screens.seated import SeatedScreen
from screens.sheet_view import SheetView

FIELDS = (
    Field("client", "Client", placeholder="a few letters of the name"),
    Field("site", "Site", placeholder="only where the client has more than one"),
    Field("minutes", "Minutes of work", "60"),
    Field("at", "When", "tomorrow 09:00", "2026-11-24T09:00"),
    Field("class", "Labour class", placeholder="empty: the card's first"),
    Field("emergency", "Emergency", "no", options=YES_NO),
    Field("under", "Compare with agreement", placeholder="its name, its number, or a client; empty: none"),
)


async def ask_quote(screen: SeatedScreen) -> None:
    """Ask for a visit, and show what it would cost."""
    store, seat = screen.seat.store, screen.seat

    def reckon(typed: dict[str, str]) -> tuple[Priced, Comparison | None, str]:
        wanted = typed["client"].strip().casefold()
        names = [one.name for one in clients.all_clients(store) if wanted and wanted in one.name.casefold()]
        exact = [name for name in names if name.casefold() == wanted]
        if len(exact or names) != 1:
            several = ", ".join(show(name) for name in names[:5])
            raise Faulty([f"client: which one? {several}" if names else "client: there is no such client"])
        client = (exact or names)[0]
        if not typed["minutes"].strip().isdecimal():
            raise Faulty(["minutes: a whole number is expected"])
        zone = settings.firm(store).zone
        try:
            at = parse_when(typed["at"], zone, now=seat.now)
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
        notes.append(quoting.difference_words(other))
    screen.app.push_screen(SheetView(f"Quote for {client}", priced.form, priced.currency, priced.tax, notes))
