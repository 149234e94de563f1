"""What a layout needs beside the invoices: the firm's codes, its clients, and what is missing of both."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dispatch.desk.session.refusals import Faulty
from dispatch.model.clients import Client
from dispatch.model.firm import Firm
from dispatch.model.invoices import Invoice, InvoiceKind, InvoiceLine, Party
from dispatch.model.ledger import SOLD, code, codes_of, sold_as, sold_key, tax_key
from dispatch.model.text import show

MOST_FAULTS = 12
_LABELS = {
    "quickbooks_items": "Bookkeeper: QuickBooks, products",
    "quickbooks_taxes": "Bookkeeper: QuickBooks, taxes",
    "xero_accounts": "Bookkeeper: Xero, accounts",
    "xero_taxes": "Bookkeeper: Xero, taxes",
    "datev_accounts": "Bookkeeper: DATEV, accounts",
    "datev_taxes": "Bookkeeper: DATEV, tax keys",
}


class Layouted(NamedTuple):
    """A file for the bookkeeper."""

    content: str | bytes
    invoices: tuple[Invoice, ...]
    """Those that are in it."""
    notices: tuple[str, ...] = ()
    """What is not, each with why."""


class Books:
    """The codes of a firm, and its clients by their ids. What is missing is collected, and said at once."""

    def __init__(self, firm: Firm, clients: Mapping[int, Client]) -> None:
        self.firm = firm
        self._clients = clients
        self._faults: dict[str, None] = {}
        self._codes = {
            name: codes_of(getattr(firm, name), tax_key if name.endswith("_taxes") else sold_key) for name in _LABELS
        }

    def has(self, name: str) -> bool:
        """Whether a setting names any codes."""
        return bool(self._codes[name])

    def sold(self, name: str, line: InvoiceLine) -> str:
        """The code of what a line sells, by that setting; its lack is a fault."""
        key = sold_as(line)
        if key == "remote" and key not in self._codes[name]:
            # a call is labour where the firm has no account of its own for calls
            key = line.category if line.category in SOLD else key
        return self._code(name, key)

    def tax(self, name: str, key: str) -> str:
        """The code of a tax, by that setting; its lack is a fault."""
        return self._code(name, key)

    def _code(self, name: str, key: str) -> str:
        found = code(self._codes[name], key)
        if found is None:
            self.fault(f"{key} has no code: settings, {_LABELS[name]}.")
        return found or ""

    def fault(self, sentence: str) -> None:
        """Note what keeps a file from being made."""
        self._faults[sentence] = None

    def check(self) -> None:
        """Say what is missing.

        Raises:
            Faulty: something is.
        """
        if self._faults:
            raise Faulty([sentence.removesuffix(".") for sentence in [*self._faults][:MOST_FAULTS]])

    def client(self, invoice: Invoice) -> Client:
        """Whose an invoice is, as they are now."""
        return self._clients[invoice.client_id]

    def seller(self, invoice: Invoice) -> Party:
        """The firm as it stands on an invoice; a country and a tax id that it had not yet, as they are now."""
        return _known(invoice.seller, self.firm.country, self.firm.tax_id)

    def buyer(self, invoice: Invoice) -> Party:
        """The client as they stand on an invoice; a country and a tax id that they had not yet, as they are now."""
        client = self.client(invoice)
        return _known(invoice.buyer, client.country, client.tax_id)

    def date(self, day: datetime.date) -> str:
        """A day as programs read it in the firm's country: the month first in the United States, else the day."""
        if not self.firm.country:
            self.fault("how days are written is not known: settings, Invoices: our country.")
        return day.strftime("%m/%d/%Y" if self.firm.country == "US" else "%d/%m/%Y")


def _known(party: Party, country: str, tax_id: str) -> Party:
    return Party(
        party.name, party.address, party.email, party.tax_id or tax_id, party.country or country, party.reference
    )


def on_one_line(text: str, limit: int) -> str:
    """A text without line breaks, cut to what a column takes."""
    return show(" ".join(text.split()))[:limit]


def signed(invoice: Invoice) -> int:
    """What the amounts of a document are multiplied with: what is given back is negative."""
    return -1 if invoice.kind is InvoiceKind.CREDIT else 1


def too_many(found: Iterable[Invoice], most: int, program: str, books: Books) -> None:
    """Note that a program does not take so many documents at once."""
    if (count := len([*found])) > most:
        books.fault(f"{program} takes {most} documents in a file, and these are {count}: name them, or their days.")


def named(invoice: Invoice) -> str:
    """A document in a sentence."""
    return show(invoice.number, 30)
