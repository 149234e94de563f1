"""A quote from a form: what a visit would cost, and what it would cost under an agreement."""

from __future__ import annotations

from db import clients, settings
from db.faults import StoreFault
from dispatch.desk import quoting
from dispatch.desk.charging import Priced
from dispatch.desk.quoting import Comparison
from dispatch.desk.refusals import Faulty, Refusal
from dispatch.model.instants import day_of, parse_when
from dispatch.model.text import show
from screens.dialogs import YES_NO, Field, Form
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
    found: list[tuple[Priced, Comparison | None, str]] = []

    def reckon(typed: dict[str, str]) -> list[str]:
        wanted = typed["client"].strip().casefold()
        names = [one.name for one in clients.all_clients(store) if wanted and wanted in one.name.casefold()]
        exact = [name for name in names if name.casefold() == wanted]
        if len(exact or names) != 1:
            several = ", ".join(show(name) for name in names[:5])
            return [f"client: which one? {several}" if names else "client: there is no such client"]
        client = (exact or names)[0]
        if not typed["minutes"].strip().isdecimal():
            return ["minutes: a whole number is expected"]
        try:
            zone = settings.firm(store).zone
            at = parse_when(typed["at"], zone, now=seat.now)
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
        except Faulty as fault:
            return list(fault.faults)
        except ValueError as fault:
            return [f"when: {fault}"]
        except (StoreFault, Refusal) as refusal:
            return [str(refusal)]
        found.append((priced, other, client))
        return []

    await screen.app.push_screen_wait(Form("A quote", FIELDS, reckon, f"tab next field · enter prices it · {GO_BACK}"))
    if found:
        priced, other, client = found[-1]
        notes = ["the time for tests is added, as test time"]
        if other is not None:
            notes.append(quoting.difference_words(other))
        screen.app.push_screen(SheetView(f"Quote for {client}", priced.form, priced.currency, priced.tax, notes))
