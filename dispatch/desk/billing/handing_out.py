"""Invoices in a file for the bookkeeper, in the layout of a program (design/invoices.md, For the bookkeeper)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from db import clients, invoices, settings
from db.invoices import StoredInvoice
from db.store import Store
from dispatch.desk.billing.invoice_words import as_csv, as_json
from dispatch.desk.billing.invoicing import find_invoice, not_void
from dispatch.desk.billing.layouts.books import Books, Layouted
from dispatch.desk.billing.layouts.datev import datev
from dispatch.desk.billing.layouts.spreadsheets import quickbooks, xero
from dispatch.desk.billing.layouts.ubl import ubl
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.invoices import Invoice
from dispatch.model.states import Role


class HandedOut(NamedTuple):
    """What was handed out: the documents, the file, and what is not in it, each with why."""

    found: tuple[StoredInvoice, ...]
    content: str | bytes
    notices: tuple[str, ...] = ()


LAYOUTS: Mapping[str, Callable[[Sequence[Invoice], Books], Layouted]] = {
    "csv": lambda found, _: Layouted(as_csv(found), tuple(found)),
    "json": lambda found, _: Layouted(as_json(found), tuple(found)),
    "quickbooks": quickbooks,
    "xero": xero,
    "datev": datev,
    "ubl": ubl,
}
"""The layouts of files, by the word for each."""
Days = tuple[datetime.date | None, datetime.date | None]
"""From one day to another, both included; None: whenever."""


def hand_out(user: User, numbers: Sequence[str], layout: str, days: Days = (None, None)) -> HandedOut:
    """Make a file of invoices, and note that they are handed out in it. From then on none of them is made void; handing them out
    again gives the same.

    Args:
        numbers: of which; none: of all that stand and were issued within `days`; without days, that were never handed out.
        layout: one of `LAYOUTS`.

    Raises:
        NotFound: there is none of a number.
        Faulty: what the layout needs is not known; nothing is noted.
        Refusal: one is void, or there is nothing to hand out.
    """
    with user.write("export invoices", Role.LEAD) as unit:
        store = user.store
        found = [find_invoice(store, number) for number in numbers] or to_hand_out(store, days)
        if not found:
            raise Refusal("There is no invoice that was not exported yet. Name the numbers of those to export again.")
        for stored in found:
            not_void(stored)
        found = sorted({stored.id: stored for stored in found}.values(), key=lambda stored: stored.id)
        made = LAYOUTS[layout]([stored.invoice for stored in found], _books(store, found))
        within = {invoice.number for invoice in made.invoices}
        if not within:
            raise Refusal(" ".join(made.notices))
        handed = tuple(stored for stored in found if stored.invoice.number in within)
        for stored in handed:
            invoices.add_export(unit, stored, layout)
        return HandedOut(handed, made.content, made.notices)


def to_hand_out(store: Store, days: Days = (None, None)) -> list[StoredInvoice]:
    """The invoices and credit notes that stand: those that were issued within some days, else those that were never handed out."""
    standing = [one for one in reversed(invoices.every_invoice(store)) if one.voided_at is None]
    first, last = (bound.isoformat() if bound else None for bound in days)
    if first is None and last is None:
        return [one for one in standing if not one.exports]
    return [
        one
        for one in standing
        if (first or "") <= one.invoice.issued_on.isoformat()
        and (last is None or one.invoice.issued_on.isoformat() <= last)
    ]


def _books(store: Store, found: Sequence[StoredInvoice]) -> Books:
    # whose they are now, by whom they were issued for
    owners = {stored.invoice.client_id: stored.client_id for stored in found}
    known = {owner: clients.client(store, owner) for owner in set(owners.values())}
    of = {issued: client for issued, owner in owners.items() if (client := known[owner]) is not None}
    return Books(settings.firm(store), of)
