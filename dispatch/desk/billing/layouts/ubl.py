"""An invoice or a credit note as UBL 2.1, with the business terms (BT-…) of EN 16931."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from dispatch.desk.billing.layouts.books import Books, Layouted, named
from dispatch.model.invoice_taxes import without_tax
from dispatch.model.invoices import Invoice, InvoiceKind, InvoiceLine, LineSource, Party, TaxCategory
from dispatch.model.money import format_minor, shortest
from dispatch.model.text import show

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_PREFIXES = {
    "inv": f"{_UBL}Invoice-2",
    "cn": f"{_UBL}CreditNote-2",
    "cac": f"{_UBL}CommonAggregateComponents-2",
    "cbc": f"{_UBL}CommonBasicComponents-2",
}
SPECIFICATION = "urn:cen.eu:en16931:2017"
"""BT-24: the core invoice, without a country's own rules."""
_CREDIT_TRANSFER, _SEPA, _ANY = "30", "58", "1"
_IBAN = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_VAT_ID = re.compile("([A-Z]{2})[0-9A-Za-z+*.]{2,13}")
_NAME = 100
"""Characters of a line's name; the rest of its text is its description."""
_MOST_PLACES = 2


def ubl(found: Sequence[Invoice], books: Books) -> Layouted:
    """One document as XML; of several a zip archive with a file for each, which is the same each time.

    Raises:
        Faulty: something that the standard requires is not known.
    """
    files = {f"{invoice.number.replace('/', '-')}.xml": _document(invoice, books) for invoice in found}
    books.check()
    if len(files) == 1:
        return Layouted(next(iter(files.values())), tuple(found))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return Layouted(out.getvalue(), tuple(found))


def _document(invoice: Invoice, books: Books) -> bytes:
    seller, buyer = books.seller(invoice), books.buyer(invoice)
    _required(invoice, seller, buyer, books)
    for prefix, uri in _PREFIXES.items():
        ET.register_namespace(prefix, uri)
    credit = invoice.kind is InvoiceKind.CREDIT
    root = Element(f"{{{_PREFIXES['cn' if credit else 'inv']}}}{'CreditNote' if credit else 'Invoice'}")
    _put(root, "cbc:CustomizationID", SPECIFICATION)
    _put(root, "cbc:ID", invoice.number)
    _put(root, "cbc:IssueDate", invoice.issued_on.isoformat())
    if not credit:
        _put(root, "cbc:DueDate", invoice.due_on.isoformat())
    _put(root, "cbc:CreditNoteTypeCode" if credit else "cbc:InvoiceTypeCode", "381" if credit else "380")
    _put(root, "cbc:Note", "\n".join(filter(None, (invoice.reason, invoice.note))))
    _put(root, "cbc:DocumentCurrencyCode", invoice.currency)
    _put(root, "cbc:BuyerReference", invoice.buyer.reference)
    period = _put(root, "cac:InvoicePeriod")
    _put(period, "cbc:StartDate", invoice.first.isoformat())
    _put(period, "cbc:EndDate", invoice.last.isoformat())
    if invoice.corrects:
        _put(_put(_put(root, "cac:BillingReference"), "cac:InvoiceDocumentReference"), "cbc:ID", invoice.corrects)
    _party(_put(root, "cac:AccountingSupplierParty"), seller, "TAX")
    _party(_put(root, "cac:AccountingCustomerParty"), buyer, None)
    _payment(root, invoice)
    _taxes(root, invoice)
    sums = _put(root, "cac:LegalMonetaryTotal")
    for name, amount in (
        ("LineExtensionAmount", invoice.net),
        ("TaxExclusiveAmount", invoice.net),
        ("TaxInclusiveAmount", invoice.total),
        ("PayableAmount", invoice.total),
    ):
        _amount(sums, f"cbc:{name}", amount, invoice)
    for place, line in enumerate(without_tax(invoice), 1):
        _line(root, place, line, invoice)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()


def _required(invoice: Invoice, seller: Party, buyer: Party, books: Books) -> None:
    """Note what the standard requires and nobody said."""
    number = named(invoice)
    if not seller.country:
        books.fault("BT-40, the seller's country, is missing: settings, Invoices: our country.")
    if not seller.tax_id:
        books.fault("BT-31 or BT-32, the seller's tax id, is missing: settings, Invoices: our tax id.")
    if not buyer.country:
        books.fault(f"BT-55, the country of {show(buyer.name, 60)}, is missing: client, Country.")
    if invoice.exponent > _MOST_PLACES:
        books.fault(f"{number} is in {invoice.currency}: UBL amounts have {_MOST_PLACES} decimals.")
    for part in invoice.taxes:
        if part.category is TaxCategory.EXEMPT and not part.reason:
            books.fault(f"BT-120, what exempts {show(buyer.name, 60)}, is missing on {number}.")
        if part.category is TaxCategory.STANDARD and part.base < 0:
            books.fault(f"{number} has a base of less than 0 at {part.key}, without a tax: no invoice by EN 16931.")


def _put(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """A new element below another; without its text, where it should have one, none is put."""
    prefix, _, local = name.partition(":")
    if text == "":
        return parent
    element = SubElement(parent, f"{{{_PREFIXES[prefix]}}}{local}", attributes)
    element.text = text
    return element


def _amount(parent: Element, name: str, minor: int, invoice: Invoice) -> None:
    _put(parent, name, format_minor(minor, invoice.exponent), currencyID=invoice.currency)


def _party(parent: Element, who: Party, other_scheme: str | None) -> None:
    """Who sells or buys. A tax id that is none of VAT is an identifier of its own, and the seller's a tax registration."""
    party = _put(parent, "cac:Party")
    vat = _is_vat_id(who)
    if who.tax_id and not vat:
        _put(_put(party, "cac:PartyIdentification"), "cbc:ID", who.tax_id)
    address = _put(party, "cac:PostalAddress")
    street, more, *rest = (*who.address, "", "")
    _put(address, "cbc:StreetName", street)
    _put(address, "cbc:AdditionalStreetName", more)
    if further := ", ".join(filter(None, rest)):
        _put(_put(address, "cac:AddressLine"), "cbc:Line", further)
    _put(_put(address, "cac:Country"), "cbc:IdentificationCode", who.country)
    scheme = "VAT" if vat else other_scheme
    if who.tax_id and scheme:
        taxed = _put(party, "cac:PartyTaxScheme")
        _put(taxed, "cbc:CompanyID", who.tax_id)
        _put(_put(taxed, "cac:TaxScheme"), "cbc:ID", scheme)
    _put(_put(party, "cac:PartyLegalEntity"), "cbc:RegistrationName", who.name)
    if who.email:
        _put(_put(party, "cac:Contact"), "cbc:ElectronicMail", who.email)


def _is_vat_id(who: Party) -> bool:
    """Whether a tax id begins with the country that gave it, as those of VAT do (BR-CO-09); Greece is EL there."""
    found = _VAT_ID.fullmatch(who.tax_id)
    return found is not None and found[1] == {"GR": "EL"}.get(who.country, who.country)


def _payment(root: Element, invoice: Invoice) -> None:
    """How and until when it is paid: BT-9 and BT-20. A credit note has its day here."""
    credit, account = invoice.kind is InvoiceKind.CREDIT, "".join(invoice.bank.account.split())
    means = _put(root, "cac:PaymentMeans")
    code = (_SEPA if _IBAN.fullmatch(account) else _CREDIT_TRANSFER) if account and not credit else _ANY
    _put(means, "cbc:PaymentMeansCode", code)
    if credit:
        _put(means, "cbc:PaymentDueDate", invoice.due_on.isoformat())
    else:
        _put(means, "cbc:PaymentID", invoice.number)
    if code != _ANY:
        payee = _put(means, "cac:PayeeFinancialAccount")
        _put(payee, "cbc:ID", account)
        _put(payee, "cbc:Name", invoice.bank.name)
        if invoice.bank.code:
            _put(_put(payee, "cac:FinancialInstitutionBranch"), "cbc:ID", invoice.bank.code)
    _put(_put(root, "cac:PaymentTerms"), "cbc:Note", invoice.terms or f"Given back on {invoice.corrects}.")


def _taxes(root: Element, invoice: Invoice) -> None:
    total = _put(root, "cac:TaxTotal")
    _amount(total, "cbc:TaxAmount", invoice.tax, invoice)
    for part in invoice.taxes:
        each = _put(total, "cac:TaxSubtotal")
        _amount(each, "cbc:TaxableAmount", part.base, invoice)
        _amount(each, "cbc:TaxAmount", part.tax, invoice)
        category = _category(each, "cac:TaxCategory", part.key)
        if part.category is TaxCategory.EXEMPT:
            # before the scheme, as the schema orders them
            reason = Element(f"{{{_PREFIXES['cbc']}}}TaxExemptionReason")
            reason.text = part.reason
            category.insert(2, reason)


def _category(parent: Element, name: str, key: str) -> Element:
    """A tax by its key: S7.5 is category S at 7.5 percent."""
    category = _put(parent, name)
    _put(category, "cbc:ID", key[:1])
    _put(category, "cbc:Percent", key[1:])
    _put(_put(category, "cac:TaxScheme"), "cbc:ID", "VAT")
    return category


def _line(root: Element, place: int, line: InvoiceLine, invoice: Invoice) -> None:
    credit = invoice.kind is InvoiceKind.CREDIT
    element = _put(root, "cac:CreditNoteLine" if credit else "cac:InvoiceLine")
    _put(element, "cbc:ID", str(place))
    quantity = "cbc:CreditedQuantity" if credit else "cbc:InvoicedQuantity"
    _put(element, quantity, shortest(line.quantity), unitCode=line.unit.value)
    _amount(element, "cbc:LineExtensionAmount", line.amount, invoice)
    if line.day is not None:
        period = _put(element, "cac:InvoicePeriod")
        _put(period, "cbc:StartDate", line.day.isoformat())
        if line.source in (LineSource.VISIT, LineSource.REMOTE):
            _put(period, "cbc:EndDate", line.day.isoformat())
    item = _put(element, "cac:Item")
    name, description = line.text.partition("\n")[0][:_NAME].strip(), line.text.strip()
    if description != name:
        _put(item, "cbc:Description", description)
    _put(item, "cbc:Name", name or line.of)
    _category(item, "cac:ClassifiedTaxCategory", line.tax)
    price = _put(element, "cac:Price")
    _put(price, "cbc:PriceAmount", shortest(line.unit_price), currencyID=invoice.currency)
