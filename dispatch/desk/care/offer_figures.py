"""The figures behind an offer: a client's visits of the last 90 days as they were charged, and under an agreement.

The words of an offer are the lead's own; these are its numbers, by the same function that charges (design/charges.md B0.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db import agreements, clients, sheets, visits
from db.store import Store
from dispatch.desk.care.accounts import SPENT_DAYS, CareCalendar
from dispatch.desk.charges.charging import priced_from
from dispatch.fields.reading import FormFault
from dispatch.model.agreements import Agreement
from dispatch.model.clients import Client
from dispatch.model.instants import day_of
from dispatch.model.money import parse_minor

CARD_PRICES: Mapping[str, Any] = {"kind": "tm", "price_list": "agreement"}
"""Where no agreement is in force with anybody: the agreement prices of the rate card alone."""


@dataclass(frozen=True, slots=True)
class OfferComparison:
    """Some visits at standard price and under an agreement: net amounts in minor units."""

    visits: int
    standard: int
    agreement: int

    @property
    def difference(self) -> int:
        """What the agreement's prices would have saved (positive) or cost more."""
        return self.standard - self.agreement


@dataclass(frozen=True, slots=True)
class OfferFigures:
    """The numbers of an offer. `fee` is the monthly fee, None where the agreement has none; `visit` compares the one visit
    that the offer follows; `unpriced` counts visits that cannot be priced."""

    agreement: str
    fee: int | None
    ninety_days: OfferComparison
    visit: OfferComparison | None
    unpriced: int
    currency: str
    exponent: int


def figures(store: Store, client_id: int, reference: str, where: CareCalendar) -> OfferFigures | None:
    """The figures for a client, with those of the one visit `reference`; None where nothing of theirs was charged."""
    client = clients.client(store, client_id)
    if client is None:
        return None
    agreement = fitting(store, client, where)
    # an agreement's terms for somebody else: without its dates, and without what its own client has paid before
    terms = CARD_PRICES if agreement is None else {**agreement.terms, "starts": None, "ends": None, "blocks": []}
    own = [visit for visit in visits.of_client(store, client_id) if visit.ended_at is not None]
    recent = [visit for visit in own if (where.today - day_of(visit.ended_at or 0, where.zone)).days <= SPENT_DAYS]
    charges = sheets.latest_sheets(store, [visit.id for visit in own])
    pairs: list[tuple[int, int]] = []
    single: OfferComparison | None = None
    unpriced = 0
    currency, exponent = "", agreements.minor_units(store)
    for visit in own:
        if (sheet := charges.get(visit.id)) is None:
            continue
        pair = _both(sheet.input, terms)
        currency, exponent = sheet.currency, sheet.exponent
        if pair is None:
            unpriced += visit in recent
            continue
        if visit in recent:
            pairs.append(pair)
        if visit.reference == reference:
            single = OfferComparison(1, *pair)
    if not pairs and single is None:
        return None
    return OfferFigures(
        agreement="the agreement prices of the rate card" if agreement is None else agreement.name,
        fee=None if agreement is None else agreement.service.monthly_fee,
        ninety_days=OfferComparison(len(pairs), sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)),
        visit=single,
        unpriced=unpriced,
        currency=currency,
        exponent=exponent,
    )


def fitting(store: Store, client: Client, where: CareCalendar) -> Agreement | None:
    """The agreement that would have fitted: of those in force, that of the client nearest in size, then the lowest fee."""
    sizes = {client.id: client.computers for client in clients.all_clients(store)}
    in_force = [agreement for agreement in agreements.all_agreements(store) if agreement.covers(where.today)]

    def distance(agreement: Agreement) -> tuple[bool, int, int, int]:
        size, fee = sizes.get(agreement.client_id), agreement.service.monthly_fee
        apart = 0 if size is None or client.computers is None else abs(size - client.computers)
        return size is None, apart, fee if fee is not None else 1 << 40, agreement.id

    return min(in_force, key=distance, default=None)


def _both(given: Mapping[str, Any], terms: Mapping[str, Any]) -> tuple[int, int] | None:
    """The net amounts of a visit at standard price and under the terms; None where it cannot be priced."""
    try:
        both = [priced_from({**given, "agreement": agreement}, estimate=False) for agreement in (None, terms)]
    except FormFault:
        return None
    if any(priced.form["net"] is None for priced in both):
        return None
    standard, under = (parse_minor(priced.form["net"], priced.exponent) for priced in both)
    return standard, under
