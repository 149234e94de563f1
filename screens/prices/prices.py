"""Rate cards and agreements: what the lead keeps up, and everybody may read."""

from __future__ import annotations

from typing import Any

from db import agreements, clients, service_plans
from db.settings import today
from db.store import existing
from dispatch.charges import presets
from dispatch.charges.paths import value_at
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.book.records import client_named
from dispatch.desk.charges.comparing import plan_fee
from dispatch.desk.prices import agreeing, beginning, rate_cards
from dispatch.desk.prices.drafts import AgreementDraft, CardDraft
from dispatch.desk.reports.document import Report
from dispatch.desk.session.refusals import Faulty, refuse
from dispatch.desk.session.user import User
from dispatch.desk.texts import comparison_words
from dispatch.fields.kinds import Day, Text
from dispatch.fields.record import Field
from dispatch.lazily import lazily
from dispatch.model.agreements import KIND_WORDS, Agreement
from dispatch.model.countries import usual_tax
from dispatch.model.service_plans import ServicePlan
from dispatch.model.states import LEADS, Role
from dispatch.model.text import count_text
from screens.binding import BACK, command
from screens.dialogs.asked import ChoiceRow
from screens.listed import ListScreen
from screens.prices.plans import KIND, ask_plan
from screens.prices.sheet_view import SheetView
from screens.record_forms import ask_record, ask_values
from widgets.listed import FigureLine

with lazily(__name__):
    from dispatch.desk.reports import rates
    from screens.files import mailing, writing
    from screens.prices import quote, terms


class PricesScreen(ListScreen[Any]):
    """Every rate card and every agreement; each opens figure by figure."""

    SHOWS = "prices"

    TITLE_WORD = "rate cards and agreements"
    ENTER = "open"
    FOOTER = "price.open price.card price.agreement price.renew price.plan screen.leave screen.keys"
    BINDINGS = [BACK]

    def begin(self) -> None:
        """A firm without prices begins its first card."""
        super().begin()
        if self.user.has(Role.LEAD) and not agreements.rate_cards(self.user.store):
            self.call_after_refresh(self.action_card)

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
        plans = RECORD_STORES[KIND]
        offered = plans.all(store)
        lines += [
            FigureLine("Service plans", f"{KIND} {plan.id}", plan.name, plans.line(store, plan)) for plan in offered
        ]
        if not offered:
            lines.append(FigureLine("Service plans", f"new {KIND}", "none yet", "p begins one", False))
        names = clients.names(store)
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
                    f"{name_and_kind(agreement)}, {term}  {balances}",
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
    async def action_open(self) -> None:
        """Open it figure by figure, a plan as a form."""
        kind, _, number = (self.listed.selected or "").partition(" ")
        store = self.user.store
        if number == "card":
            self.action_card()
        elif number == "agreement":
            self.action_agreement()
        elif number == KIND:
            self.action_service_plan()
        elif kind == KIND:
            await ask_record(self, KIND, before=RECORD_STORES[KIND].get(store, int(number)))
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
            ChoiceRow(f"like {card.name}", dict(card.card), f"from {card.valid_from}")
            for card in agreements.rate_cards(store)
        ]
        rows += [
            ChoiceRow(f"preset {name}", rate_cards.begun(store, name), _PRESETS.get(name, "")) for name in presets()
        ]
        rows.append(ChoiceRow("empty", rate_cards.begun(store, ""), "the defaults, without prices"))
        like = await self.choose("Begin a rate card with", rows)

        blanks = rate_cards.blanks(like)

        def new(card: dict[str, Any]) -> CardDraft:
            day = card["day"]
            if any(other.valid_from == day for other in agreements.rate_cards(store)):
                raise Faulty([f"day: another card begins on {day}; open that one, or choose another day"])
            draft = CardDraft(card["name"], day, like)
            said = {rate_cards.TAX: card["tax"]}
            if card.get("price"):
                draft.add("class", card["class"])
                said[f"classes.{card['class'].strip()}.standard"] = card["price"]
            said |= {blank.path: card[name] for name, blank in blanks.items()}
            faults = []
            for path, text in said.items():
                try:
                    if text:
                        draft.change(next(figure for figure in draft.figures() if figure.path == path), text)
                except ValueError as fault:
                    faults.append(f"{path}: {fault}")
            refuse(faults)
            return draft

        prices = [Field(name, blank.label, Text(), blank.hint) for name, blank in blanks.items()]
        fields = [*_CARD, *(() if like["classes"] else _HOUR), *prices]
        tax = value_at(like, rate_cards.TAX) or usual_tax(self.user.firm.country)
        stands = {"name": f"Prices {today(store).year}", "day": "today", "tax": tax, "class": "tech"}
        draft = await ask_values(self, "A rate card", fields, new, stands)
        self.app.push_screen(terms.TermsScreen(draft))
        if (example := draft.example()) is not None:
            # prices are understood on a visit
            visit, sheet = example
            self.app.push_screen(SheetView(f"Example: {visit}", sheet, str(draft.form["currency"])))

    @command("a", "price.agreement", "New agreement", LEADS)
    async def action_agreement(self) -> None:
        """For a client: as a service plan has it, of a kind, or like another one."""
        store = self.user.store
        if (draft := AgreementDraft().at(store)).unsent(self.user).read():
            self.app.push_screen(terms.TermsScreen(draft))
            return
        plans = service_plans.service_plans(store)
        rows: list[ChoiceRow[str | ServicePlan | Agreement]] = [ChoiceRow(f"plan {plan.name}", plan) for plan in plans]
        rows += [ChoiceRow(words, kind) for kind, words in KIND_WORDS.items()]
        if known := agreements.all_agreements(store):
            rows.append(ChoiceRow("like another agreement", _LIKE, "its terms, without its blocks"))
        of = await self.choose("An agreement of which kind?", rows)
        if of == _LIKE:
            of = await self.choose("Like which one?", [ChoiceRow(f"{one.name}, {one.starts}", one) for one in known])

        def new(agreement: dict[str, Any]) -> AgreementDraft:
            client = existing(clients.client_by_name(store, quote.client_meant(store, agreement["client"])))
            begun = {"kind": of, "starts": agreement["starts"].isoformat()}
            if isinstance(of, ServicePlan):
                begun = beginning.from_plan(store, of, client, agreement["starts"]).terms
            elif isinstance(of, Agreement):
                begun = beginning.like(store, of, agreement["starts"]).terms
            return AgreementDraft(client.name, agreement["name"], begun).at(store)

        stands = {"name": KIND_WORDS[of] if isinstance(of, str) else of.name, "starts": "today"}
        self.app.push_screen(terms.TermsScreen(await ask_values(self, "An agreement", _AGREEMENT, new, stands)))

    def _agreement_here(self) -> Agreement | None:
        kind, _, number = (self.listed.selected or "").partition(" ")
        return agreements.agreement(self.user.store, int(number)) if kind == "agreement" else None

    @command("w", "price.renew", "Renew", LEADS, about="_agreement_here")
    async def action_renew(self, agreement: Agreement) -> None:
        """The agreement that goes on when this one ends: nothing is saved before you have seen what changes."""
        store = self.user.store
        client = existing(clients.client(store, agreement.client_id))
        rows: list[ChoiceRow[ServicePlan | str]] = [ChoiceRow("the same terms", _SAME)]
        rows += [
            ChoiceRow(f"plan {plan.name}", plan, comparison_words.fee_line(plan_fee(plan, client), store))
            for plan in service_plans.service_plans(store)
        ]
        plan = await self.choose(f"{client.name} goes on with", rows)
        begun = beginning.successor(store, agreement, None if isinstance(plan, str) else plan, client)
        self.app.push_screen(terms.TermsScreen(AgreementDraft(client.name, begun.name, begun.terms).at(store)))

    @command("R", "price.paper", "Rate card as a paper")
    async def action_paper(self) -> None:
        """Prices beside those of the service plans, on one page: into a file, or to a client by mail."""

        def meant(asked: dict[str, Any]) -> str:
            return quote.client_meant(self.user.store, asked["client"]) if asked["client"] else ""

        name = await ask_values(self, "The rate card", _FOR, meant)

        def paper(user: User, _: str) -> Report:
            return rates.rates_report(user, client=client_named(user.store, name) if name else None)

        title = f"The rate card for {name}" if name else "The rate card"
        rows = [ChoiceRow("into a file", "file"), *([ChoiceRow("by mail", "mail")] if name else [])]
        how = await self.choose(title, rows) if name else "file"
        await (mailing.ask_mail if how == "mail" else writing.ask_file)(self, title, paper)

    @command("p", "price.plan", "New service plan", LEADS)
    async def action_service_plan(self) -> None:
        """Begin with a preset or with another plan."""
        await ask_plan(self)


def name_and_kind(agreement: Agreement) -> str:
    """What an agreement is called, and its kind where the name does not say it."""
    words = KIND_WORDS[agreement.kind]
    return agreement.name if words in agreement.name.casefold() else f"{agreement.name}, {words}"


_CARD = (
    Field("name", "What it is called", Text(), "Prices 2027", required=True),
    Field("day", "Its first day", Day(), required=True),
    Field("tax", "Tax rate, %", Text(), "19, or 0 where you charge no tax"),
)
_HOUR = (
    Field("class", "Labour class", Text(), "who it is: tech, senior; more can be added"),
    Field("price", "Price of an hour", Text(), "120; empty: it is added later"),
)
_AGREEMENT = (
    Field("client", "Client", Text(), "a few letters of the name"),
    Field("name", "What it is called", Text(), required=True),
    Field("starts", "Its first day", Day(), required=True),
)
_FOR = (Field("client", "For which client", Text(), "a few letters of the name; empty: for anybody"),)
_LIKE, _SAME = "like", "same"
_PRESETS = {
    "US": "0.725 a mile beyond 15 miles",
    "UK": "0.45 a mile beyond 10 miles",
    "city": "a call-out charge only",
    "region": "zones by driving time, 20, 40 and 60 minutes",
    "half day": "four hours at least",
    "zones and miles": "two zones, and distance beyond the last of them",
    "surcharges": "for fuel, consumables and handling of parts",
    "private": "private clients pay what it says, tax included",
    "tiers": "evening, night, Saturday and Sunday, each with its own premium",
    "day rate": "half days and days, each that is begun",
}
