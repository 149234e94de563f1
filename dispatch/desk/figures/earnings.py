"""What a client pays for, thing by thing: visits, remote work, monthly fees, sold blocks, less what was credited
(design/invoices.md, Margin). It is what invoices are made of: charge sheets, the terms of agreements, blocks with their prices; of
what stands on an invoice, what was charged there."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from db import agreements, clients, invoices, settings, sheets, visits
from db.dated_terms import ALWAYS
from db.figures import exponent_of
from db.invoices import StoredInvoice
from db.sheets import StoredSheet
from db.store import Store, existing
from dispatch.charges.beside import money_of, price
from dispatch.charges.fees import month_fee
from dispatch.desk.figures.meanings import Money
from dispatch.model.agreements import Agreement
from dispatch.model.instants import day_of
from dispatch.model.invoice_taxes import tax_shares, without_tax
from dispatch.model.invoices import LineSource, places_of
from dispatch.model.money import rounded
from dispatch.model.periods import Period
from dispatch.model.states import Review, State
from dispatch.model.text import show
from dispatch.model.visits import Visit

REVIEWED = (Review.APPROVED, Review.EXPORTED)
"""Where a review stands when a lead has taken the charge."""
_FREE = (State.CANCELLED, State.ABORTED)


@dataclass(frozen=True, slots=True)
class Worth:
    """What lines at 0.00 would have cost, in minor units: covered by the agreement, drawn from what was prepaid, given away."""

    covered: int = 0
    drawn: int = 0
    given: int = 0


@dataclass(frozen=True, slots=True)
class Earned:
    """One thing that a client pays for. `of` is the reference of a visit, or the name of an agreement or a block; `net` what is
    charged for it without tax, `tax` the tax on it, both less what was credited (`credited`, `credited_tax`), in minor units of
    `money`. `net` None: it is not known, and `unknown` says what. `by` is what the work of each technician, by id, is worth at the
    card, charged or not. `reviewed`: a lead has taken the charge."""

    source: LineSource
    of: str
    day: datetime.date
    client_id: int
    agreement_id: int | None
    agreement: str
    money: Money
    net: int | None
    tax: int = 0
    credited: int = 0
    credited_tax: int = 0
    worth: Worth = Worth()
    by: Mapping[int, int] | None = None
    visit_id: int | None = None
    reviewed: bool = True
    unknown: str = ""

    @property
    def total(self) -> int:
        """With tax; of what is not known nothing."""
        return 0 if self.net is None else self.net + self.tax


_Thing = tuple[int | None, int | None, str | None, int | None]
"""A visit; an agreement and a month; a block."""


class _Standing:
    """What stands on invoices, and what of it was credited."""

    def __init__(self, store: Store) -> None:
        self._on: dict[_Thing, tuple[int, int]] = {}
        ids: dict[int, _Thing] = {}
        for invoice_id, taken_id, visit_id, agreement_id, month, pool_id, net in invoices.standing_takings(store):
            key = (visit_id, agreement_id, month, pool_id)
            self._on[key], ids[taken_id] = (net, invoice_id), key
        self._credited: dict[_Thing, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for credit in invoices.every_credit(store):
            corrected = existing(invoices.invoice_by_id(store, existing(credit.corrects_id)))
            for taken_id, net, tax in _given_back(store, corrected, credit):
                if taken_id in ids:
                    before = self._credited[ids[taken_id]]
                    self._credited[ids[taken_id]] = before[0] + net, before[1] + tax

    def of(self, thing: _Thing) -> tuple[int | None, int, int]:
        """What was invoiced for something without tax, None: nothing was; and what of it was credited, net and tax."""
        on = self._on.get(thing)
        return None if on is None else on[0], *self._credited.get(thing, (0, 0))


def _given_back(store: Store, corrected: StoredInvoice, credit: StoredInvoice) -> Iterator[tuple[int, int, int]]:
    """What a credit note gives back of each thing that the invoice took, by its id there: net and tax."""
    taken = invoices.ever_taken_by(store, corrected.id)
    references = visits.references(store, [one.visit_id for one in taken if one.visit_id is not None])
    things = places_of(corrected.invoice, ["" if one.visit_id is None else references[one.visit_id] for one in taken])
    owner = {place: one.id for one, places in zip(taken, things, strict=True) for place in places}
    for line, tax in zip(without_tax(credit.invoice), tax_shares(credit.invoice), strict=True):
        if line.corrects is not None and line.corrects - 1 in owner:
            yield owner[line.corrects - 1], line.amount, tax


def firms_money(store: Store) -> Money:
    """The firm's currency, and its decimals."""
    currency = settings.firm(store).currency
    return Money(currency, exponent_of(store, currency))


def earned(
    store: Store, period: Period, today: datetime.date, ended: Sequence[Visit], firms: Money, of: Collection[int] = ()
) -> list[Earned]:
    """What was earned in a period, by client, agreement and day.

    Args:
        today: fees of months that begin later are not due, and no block was bought later.
        ended: the visits that ended, and belong to the period.
        firms: the firm's currency, of what no rate card says one for.
        of: the ids of clients; none: all of them.
    """
    standing = _Standing(store)
    charges = sheets.latest_sheets(store, [visit.id for visit in ended])
    of_visits = (_of_visit(standing, visit, charges.get(visit.id), firms) for visit in ended)
    found = [one for one in of_visits if one is not None]
    for agreement in agreements.all_agreements(store):
        if not of or agreement.client_id in of:
            found += _fees(store, standing, agreement, period, today, firms)
            found += _blocks(store, standing, agreement, period, today, firms)
    return [one for one in found if period.first <= one.day < period.end]


def _of_visit(standing: _Standing, visit: Visit, sheet: StoredSheet | None, firms: Money) -> Earned | None:
    source = LineSource.REMOTE if visit.remote else LineSource.VISIT
    if sheet is None:
        if visit.state in _FREE:
            return None
        unknown = f"{show(visit.reference)} has no charge"
        return Earned(
            source, visit.reference, day_of(visit.anchor or 0, visit.zone), visit.client_id, None, "", firms, None,
            visit_id=visit.id, reviewed=False, unknown=unknown,
        )  # fmt: skip
    agreed = sheet.input.get("source", {}).get("agreement")
    zone = str(sheet.input.get("card", {}).get("timezone", visit.zone))
    invoiced, credited, credited_tax = standing.of((visit.id, None, None, None))
    net = sheet.net if invoiced is None else invoiced
    return Earned(
        source,
        visit.reference,
        day_of(visit.anchor or 0, zone),
        visit.client_id,
        None if agreed is None else agreed["id"],
        "" if agreed is None else agreed["name"],
        Money(sheet.currency, sheet.exponent),
        None if net is None else net - credited,
        (sheet.tax or 0) - credited_tax,
        credited,
        credited_tax,
        worth_of(sheet),
        _by(sheet),
        visit.id,
        sheet.accepted and sheet.total is not None and visit.review in REVIEWED,
        "" if net is not None else f"the charge of {show(visit.reference)} lacks something",
    )


def minor_of(sheet: StoredSheet, text: object) -> int:
    """An amount of a sheet in minor units."""
    return int(Decimal(str(text)).scaleb(sheet.exponent))


def unpaid(sheet: StoredSheet) -> Iterator[tuple[str, int]]:
    """What the lines of a sheet at 0.00 would have cost, each with its reason; goodwill, and what prepaid money paid (`drawn`)."""
    for line in sheet.sheet.get("lines", []):
        if line["rule"] == "POOL-MONEY":
            yield "drawn", -minor_of(sheet, line["amount"])
        elif line["rule"] == "GOODWILL":
            yield "goodwill", -minor_of(sheet, line["amount"])
        elif (reason := line.get("zero_reason")) is not None:
            yield reason, minor_of(sheet, line.get("value", "0"))


def worth_of(sheet: StoredSheet) -> Worth:
    """The same by whether it was paid for otherwise, or given away."""
    sums = Counter[str]()
    for reason, minor in unpaid(sheet):
        sums[reason if reason in ("covered", "drawn") else "given"] += minor
    return Worth(**sums)


def _by(sheet: StoredSheet) -> dict[int, int]:
    """What the work of each technician is worth: of those on the sheet, by their names of then."""
    names = {name: int(known) for known, name in sheet.input.get("source", {}).get("technicians", {}).items()}
    assigned = sheet.input.get("visit", {}).get("assignments", ())
    crew = [one["technician"] for one in assigned if one.get("billable", True)]
    by = {names[name]: 0 for name in crew if name in names}
    for line in sheet.sheet.get("lines", []):
        who = names.get(line.get("tech", ""))
        if who in by and line["category"] == "labour":
            by[who] += max(0, minor_of(sheet, line["amount"])) + minor_of(sheet, line.get("value", "0"))
    return by


def _months(period: Period, today: datetime.date) -> Iterator[datetime.date]:
    """The first days of the months of a period that have begun."""
    month = period.first
    while month < period.end and month <= today:
        yield month
        month = (month + datetime.timedelta(days=31)).replace(day=1)


def _fees(
    store: Store, standing: _Standing, agreement: Agreement, period: Period, today: datetime.date, firms: Money
) -> Iterator[Earned]:
    for month in _months(period, today):
        fee = month_fee(agreement, month, ALWAYS)
        invoiced, credited, credited_tax = standing.of((None, agreement.id, f"{month:%Y-%m}", None))
        if (fee is None or fee.amount == 0) and invoiced is None:
            continue
        amount = fee.amount if fee is not None else 0
        asked = _price(store, agreement, month if fee is None else fee.first, amount, firms)
        net = asked.net if invoiced is None else invoiced
        unknown = f"the monthly fee of “{show(agreement.name)}” in {month:%Y-%m}"
        yield Earned(
            LineSource.FEE, agreement.name, month if fee is None else fee.first, agreement.client_id, agreement.id,
            agreement.name, asked.money, None if net is None else net - credited, asked.tax_of(net) - credited_tax, credited,
            credited_tax, unknown="" if net is not None else unknown,
        )  # fmt: skip


def _blocks(
    store: Store, standing: _Standing, agreement: Agreement, period: Period, today: datetime.date, firms: Money
) -> Iterator[Earned]:
    for block in agreements.blocks_of(store, agreement.id):
        bought = block.purchased_on
        if bought is None or not period.first <= bought < period.end or bought > today or block.price == "0":
            continue
        invoiced, credited, credited_tax = standing.of((None, None, None, block.id))
        # money that is taxed when it is used is not taxed when it is sold (design/charges.md B9)
        taxed = agreement.kind != agreements.MONEY_KIND or agreement.terms.get("tax_on", "sale") == "sale"
        asked = _price(store, agreement, bought, None if block.price is None else int(block.price), firms, taxed=taxed)
        net = asked.net if invoiced is None else invoiced
        unknown = f"what the block {show(block.name)} of “{show(agreement.name)}” was sold for"
        yield Earned(
            LineSource.BLOCK, block.name, bought, agreement.client_id, agreement.id, agreement.name, asked.money,
            None if net is None else net - credited, asked.tax_of(net) - credited_tax, credited, credited_tax,
            unknown="" if net is not None else unknown,
        )  # fmt: skip


class _Sold(NamedTuple):
    money: Money
    net: int | None
    rate: Fraction = Fraction(0)

    def tax_of(self, net: int | None) -> int:
        """The tax on what is charged."""
        return rounded((net or 0) * self.rate / 100)


def _price(
    store: Store, agreement: Agreement, day: datetime.date, amount: int | None, firms: Money, *, taxed: bool = True
) -> _Sold:
    """What is asked beside visits; without a rate card on that day nothing is known of a tax."""
    card = agreements.rate_card_on(store, day)
    if card is None or amount is None:
        return _Sold(firms if card is None else Money(*money_of(card.card)), amount)
    asked = price(card.card, existing(clients.client(store, agreement.client_id)), amount, taxed=taxed)
    return _Sold(Money(*money_of(card.card)), asked.net, asked.rate.rate)
