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
from dispatch.lazily import lazily
from dispatch.model.states import LEADS
from dispatch.model.typed_times import parse_day
from screens.binding import BACK, command
from screens.dialogs.asked import AskedField, ChoiceRow
from screens.listed import ListScreen
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
        """Read them again."""
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
        count = f"{cards} rate card{'' if cards == 1 else 's'} · {len(known)} agreement{'' if len(known) == 1 else 's'}"
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
        rows = [
            ChoiceRow(f"like {card.name}", f"card {card.id}", f"from {card.valid_from}")
            for card in agreements.rate_cards(store)
        ]
        rows += [ChoiceRow(f"preset {name}", name, _PRESETS.get(name, "")) for name in presets()]
        rows.append(ChoiceRow("empty", "", "the defaults, without prices"))
        begin = await self.choose("Begin a rate card with", rows)
        fields = (
            AskedField("name", "What it is called", placeholder="Prices 2027"),
            AskedField("day", "Its first day", "tomorrow", today=today(store)),
        )

        def new(typed: dict[str, str]) -> CardDraft:
            faults = [] if typed["name"].strip() else ["name: is missing"]
            try:
                day = parse_day(typed["day"], today=today(store))
            except ValueError as fault:
                raise Faulty([*faults, f"first day: {fault}"]) from None
            if any(card.valid_from == day for card in agreements.rate_cards(store)):
                faults.append(f"first day: another card begins on {day}; open that one, or choose another day")
            if faults:
                raise Faulty(faults)
            number = begin.removeprefix("card ")
            like = (
                dict(rate_cards.card_called(store, number).card)
                if number != begin
                else rate_cards.begun(self.user.firm, begin)
            )
            return CardDraft(typed["name"].strip(), day, like)

        self.app.push_screen(terms.TermsScreen(await self.fill_in("A rate card", fields, new)))

    @command("a", "price.agreement", "New agreement", LEADS)
    async def action_agreement(self) -> None:
        """For a client."""
        store = self.user.store
        if (draft := AgreementDraft().at(store)).unsent(self.user).read():
            self.app.push_screen(terms.TermsScreen(draft))
            return
        kind = await self.choose("An agreement of which kind?", [ChoiceRow(k.replace("_", " "), k) for k in KINDS])

        def new(typed: dict[str, str]) -> AgreementDraft:
            client = quote.client_meant(store, typed["client"])
            try:
                starts = parse_day(typed["starts"], today=today(store))
            except ValueError as fault:
                raise Faulty([f"first day: {fault}"]) from None
            if not typed["name"].strip():
                raise Faulty(["name: is missing"])
            begun = {"kind": kind, "starts": starts.isoformat()}
            return AgreementDraft(client, typed["name"].strip(), begun).at(store)

        fields = (
            AskedField("client", "Client", placeholder="a few letters of the name"),
            AskedField("name", "What it is called", kind.replace("_", " ")),
            AskedField("starts", "Its first day", "today", today=today(store)),
        )
        self.app.push_screen(terms.TermsScreen(await self.fill_in("An agreement", fields, new)))


_PRESETS = {
    "US": "0.725 a mile beyond 15 miles",
    "UK": "0.45 a mile beyond 10 miles",
    "city": "a call-out charge only",
    "region": "zones by driving time, 20, 40 and 60 minutes",
    "half day": "four hours at least",
}
