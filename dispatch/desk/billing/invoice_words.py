"""Invoices in words: what would be issued, what was, and as data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from db.invoices import StoredInvoice
from dispatch.desk.billing.drafting import InvoiceDraft
from dispatch.desk.billing.invoicing import CreditDraft, Issued
from dispatch.desk.reports.invoice import tables
from dispatch.desk.reports.rendering import table_csv
from dispatch.desk.session.refusals import Faulty
from dispatch.model.instants import iso, when_text
from dispatch.model.invoices import Invoice, InvoiceKind, InvoiceLine, LineSource, as_form
from dispatch.model.money import amount_text, format_minor, parse_minor
from dispatch.model.text import count_text, pad, show

_COUNTED = {
    LineSource.FEE: "fee",
    LineSource.BLOCK: "block",
    LineSource.VISIT: "visit",
    LineSource.REMOTE: "remote entry",
}


def total_text(invoice: Invoice) -> str:
    """What is to be paid, or given back, as people read it."""
    total = amount_text(invoice.total, invoice.exponent, invoice.currency)
    return f"-{total}" if invoice.kind is InvoiceKind.CREDIT else total


def line_text(line: InvoiceLine, invoice: Invoice) -> str:
    """A line in one: what it came from, what it is for, its amount."""
    amount = amount_text(line.amount, invoice.exponent, invoice.currency)
    return ": ".join(show(part) for part in (line.of, line.text) if part) + f"  {amount}"


def holds(draft: InvoiceDraft) -> str:
    """What would be on an invoice: "1 fee, 12 visits"."""
    sources = [taken.source for taken in draft.taken]
    return ", ".join(count_text(sources.count(source), word) for source, word in _COUNTED.items() if source in sources)


def draft_lines(drafts: Sequence[InvoiceDraft]) -> Iterator[str]:
    """What would be issued for whom, and what keeps it back."""
    for draft in drafts:
        if draft.taken:
            ready = "" if draft.ready else "  kept back"
            yield f"{pad(draft.client.name, 28)} {total_text(draft.invoice):>16}  {holds(draft)}{ready}"
        for fault in draft.faults:
            yield f"{draft.client.name} is not invoiced: {fault}"
        for notice in draft.notices:
            yield f"{draft.client.name}: {notice}"
    if not any(draft.taken for draft in drafts):
        yield "Nothing is to be invoiced."


def issued_lines(issued: Issued) -> Iterator[str]:
    """What was issued, and what was kept back."""
    yield from (f"{invoice_line(one)}: issued." for one in issued.made)
    yield from (f"{draft.client.name} is not invoiced: {fault}" for draft in issued.left_out for fault in draft.faults)


def again_lines(draft: CreditDraft) -> Iterator[str]:
    """What is to be invoiced again once a credit note is issued."""
    if draft.again:
        yield f"To be invoiced again then: {', '.join(draft.again)}."


def invoice_line(one: StoredInvoice) -> str:
    """An invoice on a line."""
    invoice = one.invoice
    corrects = f"credits {invoice.corrects}" if invoice.corrects else f"due {invoice.due_on}"
    line = f"{pad(invoice.number, 12)} {invoice.issued_on}  {pad(invoice.buyer.name, 28)} {total_text(invoice):>16}  {corrects}"
    return f"{line}  {fate(one)}".rstrip()


def fate(one: StoredInvoice) -> str:
    """What became of an invoice, in a word."""
    return "void" if one.voided_at is not None else "exported" if one.exports else ""


def line_meant(text: str, exponent: int) -> tuple[int, int | None]:
    """A line of an invoice as it is typed to be credited: its number, and the amount in minor units; None: all that is left of it.

    Raises:
        Faulty: it cannot be read.
    """
    number, equals, amount = text.partition("=")
    if not number.strip().isdecimal():
        raise Faulty([f"line: {show(text, 40)} is not a line such as 3 or 3=12.50"])
    try:
        return int(number), parse_minor(amount, exponent) if equals else None
    except ValueError as fault:
        raise Faulty([f"line: {fault}"]) from None


def fate_lines(one: StoredInvoice, went: Sequence[str], credits: Sequence[StoredInvoice], zone: str) -> Iterator[str]:
    """What became of an invoice since it was issued."""
    yield f"Issued by {one.by}, {when_text(one.at, zone)}."
    if one.voided_at is not None:
        yield f"Void since {when_text(one.voided_at, zone)}: {one.void_reason}"
    if went:
        yield f"Sent to {', '.join(went)}."
    if one.exports:
        yield f"Exported {count_text(one.exports, 'time')}."
    for credit in credits:
        yield f"Credited by {credit.invoice.number}, {total_text(credit.invoice)}: {credit.invoice.reason}"


def draft_form(draft: InvoiceDraft) -> dict[str, Any]:
    """A draft as JSON."""
    told = {"ready": draft.ready, "faults": list(draft.faults), "notices": list(draft.notices)}
    return {"client": draft.client.name, **told, "invoice": invoice_form(draft.invoice)}


def invoice_form(invoice: Invoice) -> dict[str, Any]:
    """An invoice as JSON, with its sums as decimal text."""
    sums = {name: format_minor(getattr(invoice, name), invoice.exponent) for name in ("net", "tax", "total")}
    return as_form(invoice) | {"totals": sums}


def summary_form(one: StoredInvoice, zone: str) -> dict[str, Any]:
    """An invoice of a list as JSON."""
    invoice = one.invoice
    return {
        "number": invoice.number,
        "kind": invoice.kind.value,
        "client": invoice.buyer.name,
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "total": format_minor(invoice.total, invoice.exponent),
        "currency": invoice.currency,
        "corrects": invoice.corrects or None,
        "issued_at": iso(one.at, zone),
        "issued_by": one.by,
        "exports": one.exports,
        "void_at": None if one.voided_at is None else iso(one.voided_at, zone),
        "void_reason": one.void_reason,
    }


def as_csv(found: Sequence[Invoice]) -> str:
    """The lines of invoices as CSV."""
    return table_csv(tables([*found])[0])


def as_json(found: Sequence[Invoice]) -> str:
    """Invoices as JSON."""
    return json.dumps([invoice_form(one) for one in found], indent=1) + "\n"
