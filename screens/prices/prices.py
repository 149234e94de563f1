"""Rate cards and agreements: what the lead keeps up, and everybody may read."""

from __future__ import annotations

from typing import Any

from db import agreements, clients
from db.settings import today
from dispatch.charges import presets
from dispatch.charges.fields import KINDS
from dispatch.desk.prices import agreeing, rate_cards
from dispatch.desk.prices.drafts import AgreementDraft, CardDraft
from dispatch.desk.session.refusals import Faulty
from dispatch.fields.kinds import Day, Text
from dispatch.fields.record import Field
from dispatch.lazily import lazily
from dispatch.model.states import LEADS
from dispatch.model.text import count_text
from screens.binding import BACK, command
from screens.dialogs.asked import ChoiceRow
from screens.listed import ListScreen
from screens.record_forms import ask_values
from widgets.listed import FigureLine

with lazily(__name__):
    from screens.prices import quote, terms


class PricesScreen(ListScreen[Any]):
    """Every rate card and every agreement; each opens figure by figure."""

    SHOWS = "prices"

    TITLE_WORD = "rate cards and agreements"
    ENTER = "open"
    FOOTER = "price.open price.card price.agreement screen.leave screen.keys"
    BINDINGS = [BACK]

    def reload(self) -> None:
        store = self.user.store
        day = today(store)
        lines = []
        in_force = agreements.rate_card_on(store, day)
        for card in agreements.rate_cards(store):
            now = "in force" if in_force is not None and card.id == in_force.id else ""
            classes = ", ".join(f"{name} {prices.get('standard')}" for name, prices in card.card["classes"].items())
            lines.append(
                FigureLine(
                    "Rate cards",
                    f"card {card.id}",
                    f"{card.name}, from {card.valid_from}",
                    f"{classes}  {now}",
                    bool(now),
                )
            )
        if not lines:
            lines.append(FigureLine("Rate cards", "new card", "none yet", "n begins one", False))
        names = {client.id: client.name for client in clients.all_clients(store)}
        known = agreements.all_agreements(store)
        for agreement in sorted(known, key=lambda each: (names.get(each.client_id, ""), each.starts)):
            current = agreement.starts <= day and (agreement.ends is None or agreement.ends >= day)
            balances = "; ".join(agreeing.balances(store, agreement, day))
            term = f"{agreement.starts} – {agreement.ends or 'no end'}"
            lines.append(
                FigureLine(
                    "Agreements",
                    f"agreement {agreement.id}",
                    names.get(agreement.client_id, ""),
                    f"{agreement.name}, {agreement.kind.replace('_', ' ')}, {term}  {balances}",
                    current,
                )
            )
        if not known:
            lines.append(FigureLine("Agreements", "new agreement", "none yet", "a begins one", False))
        self.listed.set_figures(lines)
        cards = len(agreements.rate_cards(store))
        count = f"{count_text(cards, 'rate card')} · {count_text(len(known), 'agreement')}"
        self.show_head("Prices and terms", count)

    def action_prices(self) -> None:
        """This is where it leads."""

    @command("enter", "price.open", "Open")
    def action_open(self) -> None:
        """Open it figure by figure."""
        kind, _, number = (self.listed.selected or "").partition(" ")
        store = self.user.store
        if number == "card":
            self.action_card()
        elif number == "agreement":
            self.action_agreement()
        elif kind == "card":
            card = rate_cards.card_called(store, number)
            self.app.push_screen(terms.TermsScreen(CardDraft.of(card)))
        elif kind == "agreement":
            agreement = agreements.agreement(store, int(number))
            if agreement is not None:
                client = clients.client(store, agreement.client_id)
                self.app.push_screen(
                    terms.TermsScreen(AgreementDraft.of(agreement, client.name if client is not None else "").at(store))
                )

    @command("n", "price.card", "New rate card", LEADS)
    async def action_card(self) -> None:
        """Begin with a preset or with another card's figures."""
        store = self.user.store
        if (draft := CardDraft()).unsent(self.user).read():
            self.app.push_screen(terms.TermsScreen(draft))
            return
        firm = self.user.firm
        rows = [
            ChoiceRow(f"like {card.name}", dict(card.card), f"from {card.valid_from}")
            for card in agreements.rate_cards(store)
        ]
        rows += [
            ChoiceRow(f"preset {name}", rate_cards.begun(firm, name), _PRESETS.get(name, "")) for name in presets()
        ]
        rows.append(ChoiceRow("empty", rate_cards.begun(firm, ""), "the defaults, without prices"))
        like = await self.choose("Begin a rate card with", rows)

        def new(card: dict[str, Any]) -> CardDraft:
            day = card["day"]
            if any(other.valid_from == day for other in agreements.rate_cards(store)):
                raise Faulty([f"day: another card begins on {day}; open that one, or choose another day"])
            return CardDraft(card["name"], day, like)

        draft = await ask_values(self, "A rate card", _CARD, new, {"day": "tomorrow"})
        self.app.push_screen(terms.TermsScreen(draft))

    @command("a", "price.agreement", "New agreement", LEADS)
    async def action_agreement(self) -> None:
        """For a client."""
        store = self.user.store
        if (draft := AgreementDraft().at(store)).unsent(self.user).read():
            self.app.push_screen(terms.TermsScreen(draft))
            return
        kind = await self.choose("An agreement of which kind?", [ChoiceRow(k.replace("_", " "), k) for k in KINDS])

        def new(agreement: dict[str, Any]) -> AgreementDraft:
            client = quote.client_meant(store, agreement["client"])
            begun = {"kind": kind, "starts": agreement["starts"].isoformat()}
            return AgreementDraft(client, agreement["name"], begun).at(store)

        stands = {"name": kind.replace("_", " "), "starts": "today"}
        self.app.push_screen(terms.TermsScreen(await ask_values(self, "An agreement", _AGREEMENT, new, stands)))


_CARD = (
    Field("name", "What it is called", Text(), "Prices 2027", required=True),
    Field("day", "Its first day", Day(), required=True),
)
_AGREEMENT = (
    Field("client", "Client", Text(), "a few letters of the name"),
    Field("name", "What it is called", Text(), required=True),
    Field("starts", "Its first day", Day(), required=True),
)
_PRESETS = {
    "US": "0.725 a mile beyond 15 miles",
    "UK": "0.45 a mile beyond 10 miles",
    "city": "a call-out charge only",
    "region": "zones by driving time, 20, 40 and 60 minutes",
    "half day": "four hours at least",
    "tiers": "evening, night, Saturday and Sunday, each with its own premium",
    "day rate": "half days and days, each that is begun",
}
