"""What would be invoiced, client by client, up to a day: visits, fees, sold blocks (design/invoices.md, What is on it).

Nothing is kept of it. What is not known keeps a client's invoice back, with a sentence.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from db import agreements, clients, invoices, settings, sheets, visits
from db.invoices import Approved, Invoiced
from db.sheets import StoredSheet
from db.store import Store, existing
from dispatch.charges.beside import money_of, price, taxed_when_sold
from dispatch.charges.fees import MonthFee, month_fee, month_fees
from dispatch.desk.billing import invoice_lines
from dispatch.desk.session.refusals import mark_of
from dispatch.model.agreements import Agreement, PrepaidBlock, RateCard
from dispatch.model.clients import Client
from dispatch.model.firm import Firm
from dispatch.model.instants import day_of
from dispatch.model.invoice_taxes import tax_parts, without_tax
from dispatch.model.invoices import (
    Bank,
    Drawn,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    LineSource,
    Party,
    TaxRate,
    as_form,
)
from dispatch.model.languages import say, says, speaking, spoken
from dispatch.model.money import format_minor, shortest
from dispatch.model.states import State
from dispatch.model.text import show

_ELSEWHERE = (
    "fees and sold blocks are not on it: they are invoiced elsewhere, until the settings say from which day here "
    "(--invoices-from)"
)
_DATES = ("number", "issued_on", "due_on", "terms")
"""What of an invoice another day of issuing changes."""


class InvoiceDraft(NamedTuple):
    """An invoice that would be issued, and what it takes. `faults` keep it back; `notices` are told beside it."""

    client: Client
    invoice: Invoice
    taken: tuple[Invoiced, ...]
    faults: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether it can be issued."""
        return bool(self.taken) and not self.faults

    @property
    def mark(self) -> str:
        """By what it is known again: whatever is charged on it, on whichever day it is issued."""
        form = {name: value for name, value in as_form(self.invoice).items() if name not in _DATES}
        return mark_of(json.dumps([form, self.faults], sort_keys=True))


@dataclass(slots=True)
class _Basket:
    """What is gathered for one client in one currency. `counts` is how many of the lines are of each thing that is taken."""

    currency: str
    exponent: int
    lines: list[InvoiceLine] = field(default_factory=list)
    taken: list[Invoiced] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    rates: dict[str, TaxRate] = field(default_factory=dict)
    drawn: dict[tuple[str, str, bool], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    first: datetime.date | None = None

    def put(self, lines: Sequence[InvoiceLine], rates: Sequence[TaxRate], taken: Invoiced, day: datetime.date) -> None:
        """Put in what one thing is charged."""
        self.lines += lines
        self.rates |= {rate.key: rate for rate in rates}
        self.taken.append(taken)
        self.counts.append(len(lines))
        self.first = day if self.first is None else min(self.first, day)


@dataclass(slots=True)
class _Gathering:
    """What is found for one client: a basket for each currency, and what is said."""

    client: Client
    baskets: dict[tuple[str, int], _Basket] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def basket(self, currency: str, exponent: int) -> _Basket:
        """The one of a currency."""
        return self.baskets.setdefault((currency, exponent), _Basket(currency, exponent))


class _Known(NamedTuple):
    """What is read once for all clients."""

    store: Store
    firm: Firm
    until: datetime.date
    since: datetime.date | None
    blocks: frozenset[int]
    fees: dict[tuple[int, str], str]


def drafts(store: Store, until: datetime.date, of: Collection[int] = ()) -> list[InvoiceDraft]:
    """What would be invoiced up to a day, by client; several of one client where it is charged in several currencies.

    Args:
        until: the last day of what is on them.
        of: the ids of clients; none: all of them.
    """
    with store.read():
        firm = settings.firm(store)
        since = datetime.date.fromisoformat(firm.invoices_from) if firm.invoices_from else None
        fees = {(agreement, month): number for agreement, month, number in invoices.invoiced_fees(store)}
        known = _Known(store, firm, until, since, frozenset(invoices.invoiced_blocks(store)), fees)
        waiting = defaultdict[int, list[Approved]](list)
        for one in invoices.approved(store):
            waiting[one.client_id].append(one)
        agreed = defaultdict[int, list[Agreement]](list)
        for agreement in agreements.all_agreements(store):
            agreed[agreement.client_id].append(agreement)
        found: list[InvoiceDraft] = []
        for client_id in sorted({*waiting, *agreed} & set(of) if of else {*waiting, *agreed}):
            gathering = _Gathering(existing(clients.client(store, client_id)))
            with speaking(firm.language_of(gathering.client)):
                for agreement in agreed[client_id]:
                    _fees_of(known, gathering, agreement)
                    _blocks_of(known, gathering, agreement)
                _visits_of(known, gathering, waiting[client_id])
                found += _drafts_of(known, gathering)
        return sorted(found, key=lambda draft: (draft.client.name.casefold(), draft.client.id))


def _fees_of(known: _Known, gathering: _Gathering, agreement: Agreement) -> None:
    if known.since is None:
        return
    for fee in month_fees(agreement, known.since, known.until):
        if (agreement.id, fee.month) in known.fees:
            continue
        card = agreements.rate_card_on(known.store, fee.first)
        if fee.amount is None:
            gathering.faults.append(_unknown_fee(known, agreement, fee))
            break
        if card is None:
            gathering.faults.append(
                f"no rate card is in force on {fee.first}, so the tax of “{show(agreement.name)}” is not known"
            )
        else:
            _put_fee(gathering, agreement, fee, card)
    _fees_that_changed(known, gathering, agreement)


def _unknown_fee(known: _Known, agreement: Agreement, fee: MonthFee) -> str:
    """That a fee is not known, and what to do about it: what was agreed for a month that is over is not entered any more."""
    month = settings.today(known.store).replace(day=1)
    said = f"the monthly fee of “{show(agreement.name)}” in {fee.month} is not known"
    if fee.first < month:
        return f"{said}, and that month is over: invoice fees from a later day on (dispatch settings --invoices-from {month})"
    since = max(fee.first, month)
    return (
        f"{said}: dispatch agreement edit {agreement.id} --set service.monthly_fee=0 --from {since} where there is none"
    )


def _put_fee(gathering: _Gathering, agreement: Agreement, fee: MonthFee, card: RateCard) -> None:
    currency, exponent = money_of(card.card)
    asked = price(card.card, gathering.client, fee.amount or 0)
    # who is exempt pays the fee of a whole month, too, without the tax in it
    each = None if fee.each is None else price(card.card, gathering.client, fee.each).amount
    line = invoice_lines.fee_line(agreement, replace(fee, each=each), exponent, asked)
    taken = Invoiced(LineSource.FEE, line.amount, agreement_id=agreement.id, month=fee.month)
    gathering.basket(currency, exponent).put([line], [asked.rate], taken, fee.first)


def _fees_that_changed(known: _Known, gathering: _Gathering, agreement: Agreement) -> None:
    """Say which fees that were invoiced in advance would be others by now: a lead credits the difference."""
    for (agreement_id, month), number in known.fees.items():
        if agreement_id != agreement.id or known.since is None:
            continue
        first = datetime.date.fromisoformat(f"{month}-01")
        now, card = month_fee(agreement, first, known.since), agreements.rate_card_on(known.store, first)
        charged = invoice_lines.left_of_fee(known.store, number, agreement, month)
        due = 0 if now is None else now.amount
        if due and card is not None:
            due = price(card.card, gathering.client, due).amount
        if due is not None and charged is not None and due != charged[0]:
            amounts = [format_minor(amount, charged[1]) for amount in (charged[0], due)]
            gathering.notices.append(
                f"the fee of “{show(agreement.name)}” for {month} is {amounts[0]} on {number}, and would be {amounts[1]} by now"
            )


def _blocks_of(known: _Known, gathering: _Gathering, agreement: Agreement) -> None:
    for block in agreements.blocks_of(known.store, agreement.id):
        bought, since = block.purchased_on, known.since
        if bought is None or since is None or not since <= bought <= known.until or block.id in known.blocks:
            continue
        _put_block(known.store, gathering, agreement, block, bought)


def _put_block(
    store: Store, gathering: _Gathering, agreement: Agreement, block: PrepaidBlock, bought: datetime.date
) -> None:
    card = agreements.rate_card_on(store, bought)
    if block.price is None:
        gathering.faults.append(
            f"what the block {show(block.name)} of “{show(agreement.name)}” was sold for is not known: "
            f"dispatch agreement block-price {agreement.id} {show(block.name)} 0 where it was not sold"
        )
    elif card is None:
        gathering.faults.append(
            f"no rate card is in force on {bought}, so the tax of the block {show(block.name)} is not known"
        )
    elif int(block.price):
        currency, exponent = money_of(card.card)
        sold = taxed_when_sold(agreement.kind, agreement.terms)
        asked = price(card.card, gathering.client, int(block.price), taxed=sold)
        line = invoice_lines.block_line(agreement, block, exponent, asked)
        taken = Invoiced(LineSource.BLOCK, line.amount, pool_id=block.id)
        gathering.basket(currency, exponent).put([line], [asked.rate], taken, bought)


def _visits_of(known: _Known, gathering: _Gathering, waiting: Sequence[Approved]) -> None:
    store = known.store
    kept = sheets.latest_sheets(store, [one.visit_id for one in waiting])
    there = {visit.id: visit for visit in visits.visits_by_id(store, {one.visit_id for one in waiting})}
    ordered = []
    for one in waiting:
        if why := why_not(one):
            gathering.notices.append(f"{show(one.reference)} is not on it: {why}")
        elif one.revision is not None:
            visit, sheet = there[one.visit_id], kept[one.visit_id]
            day = day_of(existing(visit.anchor), str(sheet.input["card"]["timezone"]))
            if day <= known.until:
                ordered.append((day, visit, sheet))
    for day, visit, sheet in sorted(ordered, key=lambda found: (found[0], found[1].id)):
        made = invoice_lines.visit_lines(visit, sheet, day)
        if made is None:
            gathering.faults.append(
                f"{show(visit.reference)} would be charged otherwise by now: correct its charge (dispatch charge --correct), "
                "and approve it"
            )
            continue
        basket = gathering.basket(sheet.currency, sheet.exponent)
        taken = Invoiced(LineSource.VISIT, existing(sheet.net), visit_id=visit.id, revision=sheet.revision)
        basket.put(*made, taken, day)
        _draw(basket, sheet)


def _draw(basket: _Basket, sheet: StoredSheet) -> None:
    """Add what a visit drew."""
    drawn = sheet.sheet.get("drawn") or {}
    for name, amount in drawn.items():
        money = sheet.input["agreement"]["kind"] == agreements.MONEY_KIND
        scale = 10**sheet.exponent if money else 1
        basket.drawn[sheet.input["source"]["agreement"]["name"], name, money] += Fraction(amount) * scale


def why_not(one: Approved) -> str:
    """Why an approved visit cannot be invoiced; empty where it can, and where nothing is charged for it."""
    if one.revision is not None and one.revision != one.approved:
        return (
            f"revision {one.approved} of its charge was approved, and {one.revision} stands: correct it, and approve it"
        )
    if one.revision is None and one.state not in (State.CANCELLED, State.ABORTED):
        return "its charge was changed after the approval and has to be accepted"
    return ""


def _drafts_of(known: _Known, gathering: _Gathering) -> Iterator[InvoiceDraft]:
    baskets = [*gathering.baskets.values()]
    if known.since is None and baskets:
        gathering.notices.append(_ELSEWHERE)
    if not baskets and (gathering.faults or gathering.notices):
        baskets = [_Basket(known.firm.currency, 2)]
    made = [(_invoice(known, gathering, basket), basket) for basket in baskets]
    for invoice, basket in made:
        lines = iter(without_tax(invoice))
        # what a document comes to without tax is known of the whole of it
        taken = [
            one._replace(net=sum(line.amount for line in islice(lines, count)))
            for one, count in zip(basket.taken, basket.counts, strict=True)
        ]
        yield InvoiceDraft(gathering.client, invoice, tuple(taken), tuple(gathering.faults), tuple(gathering.notices))


def _seller_lacks(firm: Firm) -> str:
    """What an invoice has to say of who writes it and the settings do not have; a tax id is asked for outside the United States."""
    wanted = {"the address": firm.paper_address, "the tax id": firm.tax_id or firm.country == "US"}
    return " and ".join(what for what, said in wanted.items() if not said)


def _invoice(known: _Known, gathering: _Gathering, basket: _Basket) -> Invoice:
    firm, client, today = known.firm, gathering.client, settings.today(known.store)
    days = firm.payment_days if client.payment_days is None else client.payment_days
    address = client.billing_address or _address_of_only_site(known.store, client)
    if not address and basket.taken:
        gathering.notices.append("it has no address of the client")
    if basket.taken and (lacks := _seller_lacks(firm)):
        gathering.notices.append(f"it does not say {lacks} of ours: settings")
    due = today + datetime.timedelta(days=days)
    return Invoice(
        kind=InvoiceKind.INVOICE,
        number="",
        issued_on=today,
        due_on=due,
        first=basket.first or known.until,
        last=max((line.day for line in basket.lines if line.day is not None), default=known.until),
        client_id=client.id,
        seller=Party(firm.name, _lines(firm.paper_address), firm.paper_mail, firm.tax_id, firm.country),
        buyer=Party(
            client.name, _lines(address), client.billing_mail, client.tax_id, client.country, client.buyer_reference
        ),
        bank=Bank(firm.bank_name, firm.bank_account, firm.bank_code),
        terms=says(days, "Payable within {n} day.", "Payable within {n} days.") if days else say("Payable at once."),
        language=spoken(),
        currency=basket.currency,
        exponent=basket.exponent,
        lines=tuple(basket.lines),
        taxes=tax_parts(basket.lines, basket.rates),
        drawn=tuple(
            Drawn(agreement, pool, shortest(amount), money) for (agreement, pool, money), amount in basket.drawn.items()
        ),
        note=firm.invoice_note,
    )


def _address_of_only_site(store: Store, client: Client) -> str:
    sites = clients.sites_of(store, client.id)
    return sites[0].address if len(sites) == 1 else ""


def _lines(address: str) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in address.split("|"))))
