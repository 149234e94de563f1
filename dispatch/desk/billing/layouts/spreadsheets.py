"""Invoices as Xero and QuickBooks Online import them: comma-separated, a row for each line, the document repeated in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dispatch.desk.billing.layouts.books import Books, Layouted, named, on_one_line, signed, too_many
from dispatch.model.csv_text import MARKED, csv_text
from dispatch.model.invoice_taxes import tax_shares, without_tax
from dispatch.model.invoices import Invoice, InvoiceKind
from dispatch.model.money import format_minor, shortest

_XERO = (
    "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,POPostalCode,"
    "POCountry,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,Total,InventoryItemCode,*Description,*Quantity,*UnitAmount,"
    "Discount,*AccountCode,*TaxType,TaxAmount,TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency,"
    "BrandingTheme"
)
XERO = _XERO.split(",")
"""The columns of Xero's template for sales invoices; those with a star have to be filled."""
_QUICKBOOKS = (
    "*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,Location,Memo,Item(Product/Service),ItemDescription,ItemQuantity,"
    "ItemRate,*ItemAmount,Service Date"
)
QUICKBOOKS = _QUICKBOOKS.split(",")
"""The columns of QuickBooks Online's sample file."""
_QUICKBOOKS_TAXED = ("ItemTaxCode", "ItemTaxAmount", "Currency")
_MOST = {"Xero": 500, "QuickBooks": 100}
_MOST_ROWS, _NUMBER, _TEXT, _NAME, _ADDRESS = 1000, 21, 4000, 255, 500


def xero(found: Sequence[Invoice], books: Books) -> Layouted:
    """Invoices, and credit notes with negative quantities, for Xero.

    Raises:
        Faulty: a code is missing, or they are too many.
    """
    too_many(found, _MOST["Xero"], "Xero", books)
    rows = []
    for invoice in found:
        sign, address = signed(invoice), [on_one_line(line, _ADDRESS) for line in invoice.buyer.address]
        lines = (*address[:3], ", ".join(address[3:]))
        head = dict(zip(XERO[2:6], (*lines, "", "", "")[:4] if address else ("",) * 4, strict=True)) | {
            "*ContactName": on_one_line(invoice.buyer.name, _NAME),
            "EmailAddress": invoice.buyer.email,
            "POCountry": invoice.buyer.country,
            "*InvoiceNumber": invoice.number,
            "Reference": on_one_line(invoice.corrects or invoice.buyer.reference, _NAME),
            "*InvoiceDate": books.date(invoice.issued_on),
            "*DueDate": books.date(invoice.due_on),
            "Total": Decimal(format_minor(sign * invoice.total, invoice.exponent)),
            "Currency": invoice.currency,
        }
        for line, tax in zip(without_tax(invoice), tax_shares(invoice), strict=True):
            rows.append(
                head
                | {
                    "*Description": on_one_line(line.text, _TEXT),
                    "*Quantity": Decimal(shortest(sign * line.quantity)),
                    "*UnitAmount": Decimal(shortest(line.unit_price)),
                    "*AccountCode": books.sold("xero_accounts", line),
                    "*TaxType": books.tax("xero_taxes", line.tax),
                    "TaxAmount": Decimal(format_minor(sign * tax, invoice.exponent)),
                }
            )
    books.check()
    return Layouted(_table(XERO, rows), tuple(found))


def quickbooks(found: Sequence[Invoice], books: Books) -> Layouted:
    """Invoices for QuickBooks Online, which takes no credit notes from a file: those are left out, and named. Without codes for
    taxes the file has none, and QuickBooks reckons them.

    Raises:
        Faulty: a code is missing, or they are too many.
    """
    invoices = [invoice for invoice in found if invoice.kind is InvoiceKind.INVOICE]
    notices = tuple(
        f"{named(invoice)} is a credit note, which QuickBooks takes from no file: enter it there."
        for invoice in found
        if invoice.kind is InvoiceKind.CREDIT
    )
    too_many(invoices, _MOST["QuickBooks"], "QuickBooks", books)
    taxed, rows = books.has("quickbooks_taxes"), []
    for invoice in invoices:
        if len(invoice.number) > _NUMBER:
            books.fault(f"{named(invoice)} is longer than the {_NUMBER} characters that QuickBooks takes.")
        if not taxed and invoice.currency != books.firm.currency:
            books.fault(f"{named(invoice)} is in {invoice.currency}: only a file with tax codes says a currency.")
        for line, tax in zip(without_tax(invoice), tax_shares(invoice), strict=True):
            row = {
                "*InvoiceNo": invoice.number,
                "*Customer": on_one_line(invoice.buyer.name, _NAME),
                "*InvoiceDate": books.date(invoice.issued_on),
                "*DueDate": books.date(invoice.due_on),
                "Memo": on_one_line(invoice.buyer.reference, _NAME),
                "Item(Product/Service)": books.sold("quickbooks_items", line),
                "ItemDescription": on_one_line(line.text, _TEXT),
                "ItemQuantity": Decimal(shortest(line.quantity)),
                "ItemRate": Decimal(shortest(line.unit_price)),
                "*ItemAmount": Decimal(format_minor(line.amount, invoice.exponent)),
                "Service Date": books.date(line.day) if line.day else "",
            }
            if taxed:
                code = books.tax("quickbooks_taxes", line.tax)
                row |= dict(
                    zip(
                        _QUICKBOOKS_TAXED,
                        (code, Decimal(format_minor(tax, invoice.exponent)), invoice.currency),
                        strict=True,
                    )
                )
            rows.append(row)
    if len(rows) > _MOST_ROWS:
        books.fault(f"QuickBooks takes {_MOST_ROWS} rows in a file, and these are {len(rows)}: name fewer invoices.")
    books.check()
    return Layouted(_table((*QUICKBOOKS, *(_QUICKBOOKS_TAXED if taxed else ())), rows), tuple(invoices), notices)


def _table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    return csv_text(columns, ([row.get(name) for name in columns] for row in rows)).encode(MARKED)
