"""Invoices as they were issued, and what each of them took, once; the batches of before; and the visits that wait for one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from db import merges
from db.rows import Query, Select, Stored, rows, value, values
from db.store import Store
from db.unit import Unit
from dispatch.model import invoices
from dispatch.model.invoices import Invoice, LineSource
from dispatch.model.reviews import Batch


class Approved(NamedTuple):
    """A visit that waits to be invoiced, with the revision of its charge that stands (None: none does), and
    the revision that was approved."""

    visit_id: int
    client_id: int
    reference: str
    state: str
    revision: int | None
    approved: int


@dataclass(frozen=True, slots=True)
class StoredInvoice:
    """A document that was issued. `exports` is how often it was handed out in a file, `client_id` whose it is now: of a client that
    was merged into another, that one."""

    id: int
    client_id: int
    corrects_id: int | None
    invoice: Invoice
    at: int
    by: str
    exports: int
    voided_at: int | None
    void_reason: str | None


class Invoiced(NamedTuple):
    """What a document took, with what was charged for it: a visit at a revision of its charge, the fee of an agreement's month, a
    block that was sold."""

    source: LineSource
    net: int
    visit_id: int | None = None
    revision: int | None = None
    agreement_id: int | None = None
    month: str | None = None
    pool_id: int | None = None
    id: int = 0


APPROVED = Select(
    Approved,
    "visit v JOIN site s ON s.id = v.site_id LEFT JOIN charge_sheet c ON c.visit_id = v.id "
    "AND c.revision = (SELECT max(revision) FROM charge_sheet WHERE visit_id = v.id)",
    "v",
    of={
        "visit_id": "v.id",
        "client_id": "s.client_id",
        "revision": "iif(c.total_minor IS NOT NULL AND (c.status = 'ready' OR c.accepted_at IS NOT NULL), c.revision, NULL)",
        "approved": "(SELECT a.revision FROM approval a WHERE a.visit_id = v.id ORDER BY a.id DESC LIMIT 1)",
    },
)
"""Visits with what was approved of them."""
approved: Query[list[Approved]] = APPROVED.listing("WHERE v.review = 'approved' ORDER BY v.ended_at, v.id")
"""The approved visits that are on no invoice yet, by the day on which they ended.

A sheet stands that nobody had to look at, or that a lead accepted; only the newest revision counts.
"""
INVOICES = Select(
    StoredInvoice,
    "invoice r JOIN staff s ON s.id = r.staff_id LEFT JOIN invoice_void o ON o.invoice_id = r.id",
    of={
        "client_id": merges.KEPT_CLIENT.format("r.client_id"),
        "by": "s.name",
        "exports": "(SELECT count(*) FROM invoice_export e WHERE e.invoice_id = r.id)",
        "voided_at": "o.at",
        "void_reason": "o.reason",
    },
    stored={
        "invoice": Stored(("form",), lambda invoice: (_text(invoice),), lambda text: invoices.of_form(json.loads(text)))
    },
)
"""Documents as they were issued."""
every_invoice: Query[list[StoredInvoice]] = INVOICES.listing("ORDER BY r.id DESC")
"""All of them, the newest first."""
invoice: Query[StoredInvoice | None, str] = INVOICES.single("WHERE r.number = ?")
"""The one of that number."""
credits_of: Query[list[StoredInvoice], int] = INVOICES.listing("WHERE r.corrects_id = ? AND o.at IS NULL ORDER BY r.id")
"""The credit notes that correct an invoice and stand."""
newest_of_year: Query[int | None, int] = value("SELECT max(position) FROM invoice WHERE year = ?")
"""The last place in the series of a year."""
newest_date: Query[str | None] = value("SELECT max(issued_on) FROM invoice")
"""The date of the newest document; None: there is none yet."""
newest_number: Query[str | None] = value("SELECT number FROM invoice ORDER BY id DESC LIMIT 1")
"""The number of the newest document; None: there is none yet."""
number_of_visit: Query[str | None, int] = value(
    "SELECT i.number FROM invoiced t JOIN invoice i ON i.id = t.invoice_id WHERE t.visit_id = ? AND t.released_at IS NULL"
)
"""The number of the invoice on which a visit stands."""
TAKEN = Select(Invoiced, "invoiced r")
"""What was taken."""
taken_by: Query[list[Invoiced], int] = TAKEN.listing("WHERE r.invoice_id = ? AND r.released_at IS NULL ORDER BY r.id")
"""What a document took and was not released."""
ever_taken_by: Query[list[Invoiced], int] = TAKEN.listing("WHERE r.invoice_id = ? ORDER BY r.id")
"""What a document took, also what was released since, in the order of its lines."""
standing_takings: Query[list[tuple[int, int, int | None, int | None, str | None, int | None, int]]] = rows(
    "SELECT invoice_id, id, visit_id, agreement_id, month, pool_id, net FROM invoiced WHERE released_at IS NULL"
)
"""What stands on invoices: invoice, id, visit, agreement and month, block, and what was charged for it without tax."""
every_credit: Query[list[StoredInvoice]] = INVOICES.listing("WHERE r.kind = 'credit' AND o.at IS NULL ORDER BY r.id")
"""The credit notes that stand, the first first."""
invoice_by_id: Query[StoredInvoice | None, int] = INVOICES.single("WHERE r.id = ?")
"""The one of that id."""
invoiced_blocks: Query[list[int]] = values(
    "SELECT pool_id FROM invoiced WHERE pool_id IS NOT NULL AND released_at IS NULL"
)
"""The blocks whose sale stands on an invoice."""
invoiced_fees: Query[list[tuple[int, str, str]]] = rows(
    "SELECT t.agreement_id, t.month, i.number FROM invoiced t JOIN invoice i ON i.id = t.invoice_id "
    "WHERE t.agreement_id IS NOT NULL AND t.released_at IS NULL"
)
"""The months of agreements whose fee stands on an invoice, with its number."""

released_at: Query[int | None, int, int] = value(
    "SELECT id FROM invoiced WHERE invoice_id = ? AND released_at = ? LIMIT 1"
)
"""Something that an invoice took and that was let go at an instant; None: nothing was."""


def add_invoice(unit: Unit, new: Invoice, position: int, corrects_id: int | None, taken: Sequence[Invoiced]) -> int:
    """Issue a document with its number, and what it takes; returns its id.

    Raises:
        Refused: the number leaves a gap, or something stands on another one.
    """
    text = _text(new)
    invoice_id = unit.insert_signed(
        "invoice", number=new.number, year=new.issued_on.year, position=position, kind=new.kind.value, client_id=new.client_id,
        corrects_id=corrects_id, issued_on=new.issued_on.isoformat(), currency=new.currency, exponent=new.exponent, net=new.net,
        tax=new.tax, form=text,
    )  # fmt: skip
    for one in taken:
        unit.insert("invoiced", invoice_id=invoice_id, **TAKEN.columns(one))
    unit.audit("invoice", invoice_id, number=new.number, kind=new.kind.value, total=new.total, currency=new.currency)
    return invoice_id


def void(unit: Unit, one: StoredInvoice, reason: str) -> None:
    """Make a document void; its number stays.

    Raises:
        Refused: it was handed out or credited.
    """
    unit.insert_signed("invoice_void", invoice_id=one.id, reason=reason)
    unit.audit("invoice", one.id, void=reason)


def release(unit: Unit, taken: Invoiced) -> None:
    """Let something be invoiced again."""
    unit.execute("UPDATE invoiced SET released_at = ? WHERE id = ?", (unit.at, taken.id))


def add_export(unit: Unit, one: StoredInvoice, layout: str) -> None:
    """Note that a document was handed out in a file of that layout."""
    unit.insert_signed("invoice_export", invoice_id=one.id, layout=layout)
    unit.audit("invoice", one.id, exported=layout)


def _text(invoice: Invoice) -> str:
    return json.dumps(invoices.as_form(invoice), ensure_ascii=False, separators=(",", ":"))


# batches of before

BATCHES = Select(
    Batch,
    "invoice_batch r JOIN staff s ON s.id = r.staff_id LEFT JOIN invoiced_visit i ON i.batch_id = r.id",
    of={"by": "s.name", "visits": "count(i.visit_id)"},
)
"""Batches."""
batches: Query[list[Batch]] = BATCHES.listing("GROUP BY r.id ORDER BY r.id DESC")
"""Every batch, the newest first."""
batch: Query[Batch | None, int] = BATCHES.single("WHERE r.id = ? GROUP BY r.id")
"""The batch of that number."""
batch_of: Query[int | None, int] = value("SELECT batch_id FROM invoiced_visit WHERE visit_id = ?")
"""The number of the batch in which a visit was exported."""


def forms_of(store: Store, number: int) -> list[dict[str, Any]]:
    """What was handed over in a batch, visit by visit."""
    found = store.all("SELECT form FROM invoiced_visit WHERE batch_id = ? ORDER BY visit_id", (number,))
    return [json.loads(form) for (form,) in found]
