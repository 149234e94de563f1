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
from functools import cache
from typing import NamedTuple

from db import agreements, clients, invoices, settings, sheets, visits
from db.dated_terms import ALWAYS
from db.figures import exponent_of
from db.invoices import StoredInvoice
from db.sheets import StoredSheet
from db.store import Store, existing
from dispatch.charges.beside import SoldFor, money_of, price, taxed_when_sold
from dispatch.charges.fees import month_fee
from dispatch.desk.figures.meanings import Money
from dispatch.model.agreements import Agreement
from dispatch.model.instants import day_of
from dispatch.model.invoice_taxes import tax_shares, without_tax
from dispatch.model.invoices import LineSource, places_of, tax_rate
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
    card, charged or not. `reviewed`: a lead has taken the charge; `invoiced`: it stands on an invoice of ours."""

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
    invoiced: bool = False

    @property
    def total(self) -> int:
        """With tax; of what is not known nothing."""
        return 0 if self.net is None else self.net + self.tax


_Thing = tuple[int | None, int | None, str | None, int | None]
"""A visit; an agreement and a month; a block."""


class _Charged(NamedTuple):
    """What is charged for something, net and tax, both less what was credited of it."""

    net: int | None
    tax: int
    credited: int
    credited_tax: int


class _Standing:
    """What stands on invoices, and what of it was credited."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._on: dict[_Thing, tuple[int, int, int]] = {}
        self._taxes: dict[int, int] = {}
        ids: dict[int, _Thing] = {}
        for invoice_id, taken_id, visit_id, agreement_id, month, pool_id, net in invoices.standing_takings(store):
            key = (visit_id, agreement_id, month, pool_id)
            self._on[key], ids[taken_id] = (net, invoice_id, taken_id), key
        self._credited: dict[_Thing, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for credit in invoices.every_credit(store):
            corrected = existing(invoices.invoice_by_id(store, existing(credit.corrects_id)))
            for taken_id, net, tax in _given_back(store, corrected, credit):
                if taken_id in ids:
                    before = self._credited[ids[taken_id]]
                    self._credited[ids[taken_id]] = before[0] + net, before[1] + tax

    def __contains__(self, thing: _Thing) -> bool:
        return thing in self._on

    def of(self, thing: _Thing, net: int | None, tax: int) -> _Charged:
        """What is charged for something: what was invoiced, with the tax of its lines there, else what is given here."""
        if thing in self._on:
            net, invoice_id, taken_id = self._on[thing]
            tax = self._tax(invoice_id, taken_id)
        credited, credited_tax = self._credited.get(thing, (0, 0))
        return _Charged(None if net is None else net - credited, tax - credited_tax, credited, credited_tax)

    def _tax(self, invoice_id: int, taken_id: int) -> int:
        """The tax of something that an invoice took; the document is read once."""
        if taken_id not in self._taxes:
            stored = existing(invoices.invoice_by_id(self._store, invoice_id))
            shares = tax_shares(stored.invoice)
            for one, places in _places_on(self._store, stored).items():
                self._taxes[one] = sum(shares[place] for place in places)
        return self._taxes[taken_id]


def _places_on(store: Store, stored: StoredInvoice) -> dict[int, list[int]]:
    """The places of the lines of each thing that an invoice took, by its id there."""
    taken = invoices.ever_taken_by(store, stored.id)
    references = visits.references(store, [one.visit_id for one in taken if one.visit_id is not None])
    things = places_of(stored.invoice, ["" if one.visit_id is None else references[one.visit_id] for one in taken])
    return {one.id: places for one, places in zip(taken, things, strict=True)}


def _given_back(store: Store, corrected: StoredInvoice, credit: StoredInvoice) -> Iterator[tuple[int, int, int]]:
    """What a credit note gives back of each thing that the invoice took, by its id there: net and tax."""
    owner = {place: one for one, places in _places_on(store, corrected).items() for place in places}
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
    prices = _AskedBeside(store, firms)
    for agreement in agreements.agreements_of(store, *of) if of else agreements.all_agreements(store):
        found += _fees(standing, prices, agreement, period, today)
        found += _blocks(store, standing, prices, agreement, period, today)
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
    charged = standing.of((visit.id, None, None, None), sheet.net, sheet.tax or 0)
    return Earned(
        source,
        visit.reference,
        day_of(visit.anchor or 0, zone),
        visit.client_id,
        None if agreed is None else agreed["id"],
        "" if agreed is None else agreed["name"],
        Money(sheet.currency, sheet.exponent),
        *charged,
        worth_of(sheet),
        _by(sheet),
        visit.id,
        sheet.accepted and sheet.total is not None and visit.review in REVIEWED,
        "" if charged.net is not None else f"the charge of {show(visit.reference)} lacks something",
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
    standing: _Standing, prices: _AskedBeside, agreement: Agreement, period: Period, today: datetime.date
) -> Iterator[Earned]:
    for month in _months(period, today):
        fee = month_fee(agreement, month, ALWAYS)
        thing = (None, agreement.id, f"{month:%Y-%m}", None)
        if (fee is None or fee.amount == 0) and thing not in standing:
            continue
        first, amount = (month, 0) if fee is None else (fee.first, fee.amount)
        money, asked = prices.of(agreement, first, amount)
        unknown = f"the monthly fee of “{show(agreement.name)}” in {month:%Y-%m}"
        charged = _charged(standing, thing, asked)
        yield _beside(LineSource.FEE, agreement.name, first, agreement, money, charged, unknown, thing in standing)


def _blocks(
    store: Store, standing: _Standing, prices: _AskedBeside, agreement: Agreement, period: Period, today: datetime.date
) -> Iterator[Earned]:
    for block in agreements.blocks_of(store, agreement.id):
        bought = block.purchased_on
        if bought is None or not period.first <= bought < period.end or bought > today or block.price == "0":
            continue
        amount = None if block.price is None else int(block.price)
        money, asked = prices.of(agreement, bought, amount, taxed=taxed_when_sold(agreement.kind, agreement.terms))
        thing = (None, None, None, block.id)
        charged = _charged(standing, thing, asked)
        unknown = f"what the block {show(block.name)} of “{show(agreement.name)}” was sold for"
        yield _beside(LineSource.BLOCK, block.name, bought, agreement, money, charged, unknown, thing in standing)


def _charged(standing: _Standing, thing: _Thing, asked: SoldFor | None) -> _Charged:
    return standing.of(thing, *((None, 0) if asked is None else (asked.net, asked.tax)))


def _beside(
    source: LineSource,
    of: str,
    day: datetime.date,
    agreement: Agreement,
    money: Money,
    charged: _Charged,
    unknown: str,
    invoiced: bool,
) -> Earned:
    return Earned(
        source, of, day, agreement.client_id, agreement.id, agreement.name, money, *charged,
        unknown="" if charged.net is not None else unknown, invoiced=invoiced,
    )  # fmt: skip


class _AskedBeside:
    """What is asked beside visits. The rate card of a day, and a client, are read once."""

    def __init__(self, store: Store, firms: Money) -> None:
        self._firms = firms
        self._card = cache(lambda day: agreements.rate_card_on(store, day))
        self._client = cache(lambda client_id: existing(clients.client(store, client_id)))

    def of(
        self, agreement: Agreement, day: datetime.date, amount: int | None, *, taxed: bool = True
    ) -> tuple[Money, SoldFor | None]:
        """Its currency and its price, None: not known; without a rate card on that day nothing is known of a tax."""
        card = self._card(day)
        money = self._firms if card is None else Money(*money_of(card.card))
        if amount is None:
            return money, None
        if card is None:
            return money, SoldFor(amount, tax_rate("Tax", Fraction(0)), tax_in=False)
        return money, price(card.card, self._client(agreement.client_id), amount, taxed=taxed)
