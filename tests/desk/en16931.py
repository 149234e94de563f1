"""A second reading of UBL by EN 16931: the rules that can be reckoned from the file alone, written without the layout's code.

Checked: BR-01 to BR-16, BR-21 to BR-27, BR-45 to BR-49, BR-50, BR-55, BR-61, BR-CO-03, BR-CO-04, BR-CO-09, BR-CO-10, BR-CO-13 to
BR-CO-19, BR-CO-25, BR-CO-26, BR-DEC-09 to BR-DEC-24 (two decimals), BR-S-01, 02, 05, 08, 09, BR-Z-01, 02, 05, 08, 09, 10, BR-E-01,
02, 05, 08, 09, 10. Not: code lists as a whole, allowances, charges, delivery, payee and tax representative, which are never there.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from xml.etree.ElementTree import Element

NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
UNITS = {"HUR", "SMI", "KMT", "MON", "C62"}
CENT = Decimal("0.01")


def text(element: Element | None, path: str) -> str:
    found = element.find(path, NS) if element is not None else None
    return (found.text or "").strip() if found is not None else ""


def number(element: Element | None, path: str) -> Decimal:
    return Decimal(text(element, path))


def rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def faults(document: bytes, slack: Decimal = Decimal(0)) -> list[str]:
    """The rules that a document breaks; its taxes may differ by `slack` from those of the bases, where the prices were with tax
    (the validator of the standard lets them differ by less than 1)."""
    root = ET.fromstring(document)
    return [rule for rule, holds in rules(root, slack) if not holds]


def rules(root: Element, slack: Decimal) -> Iterator[tuple[str, bool]]:
    credit = root.tag.endswith("}CreditNote")
    seller, buyer = (root.find(f"cac:Accounting{who}Party/cac:Party", NS) for who in ("Supplier", "Customer"))
    yield "BR-01", text(root, "cbc:CustomizationID") == "urn:cen.eu:en16931:2017"
    yield "BR-02", text(root, "cbc:ID") != ""
    yield "BR-03", bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text(root, "cbc:IssueDate")))
    kind = text(root, "cbc:CreditNoteTypeCode" if credit else "cbc:InvoiceTypeCode")
    yield "BR-04", kind == ("381" if credit else "380")
    yield "BR-05", bool(re.fullmatch("[A-Z]{3}", text(root, "cbc:DocumentCurrencyCode")))
    yield "BR-06", text(seller, "cac:PartyLegalEntity/cbc:RegistrationName") != ""
    yield "BR-07", text(buyer, "cac:PartyLegalEntity/cbc:RegistrationName") != ""
    yield "BR-08", seller is not None and seller.find("cac:PostalAddress", NS) is not None
    yield "BR-09", len(text(seller, "cac:PostalAddress/cac:Country/cbc:IdentificationCode")) == 2
    yield "BR-10", buyer is not None and buyer.find("cac:PostalAddress", NS) is not None
    yield "BR-11", len(text(buyer, "cac:PostalAddress/cac:Country/cbc:IdentificationCode")) == 2
    if credit:
        yield "BR-55", text(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") != ""
    yield from sums(root)
    yield from payment(root, credit)
    yield from parties(root)
    yield from lines(root, credit)
    yield from taxes(root, Decimal(1) if credit else slack)


def sums(root: Element) -> Iterator[tuple[str, bool]]:
    total = root.find("cac:LegalMonetaryTotal", NS)
    net, without, with_tax, payable = (
        number(total, f"cbc:{name}Amount") for name in ("LineExtension", "TaxExclusive", "TaxInclusive", "Payable")
    )
    lines = [number(line, "cbc:LineExtensionAmount") for line in every_line(root)]
    tax = number(root, "cac:TaxTotal/cbc:TaxAmount")
    parts = [number(part, "cbc:TaxAmount") for part in root.findall("cac:TaxTotal/cac:TaxSubtotal", NS)]
    yield "BR-16", bool(lines)
    yield "BR-CO-10 (BT-106 is the sum of BT-131)", net == sum(lines)
    yield "BR-CO-13 (BT-109)", without == net
    yield "BR-CO-14 (BT-110 is the sum of BT-117)", tax == sum(parts)
    yield "BR-CO-15 (BT-112)", with_tax == without + tax
    yield "BR-CO-16 (BT-115)", payable == with_tax
    currency = text(root, "cbc:DocumentCurrencyCode")
    for element in root.iter():
        name = element.tag.partition("}")[2]
        if name.endswith("Amount"):
            yield f"currency of {name}", element.get("currencyID") == currency
            if name != "PriceAmount":
                yield f"BR-DEC {name}", len((element.text or "").partition(".")[2]) <= 2


def payment(root: Element, credit: bool) -> Iterator[tuple[str, bool]]:
    means = root.find("cac:PaymentMeans", NS)
    code = text(means, "cbc:PaymentMeansCode")
    account = text(means, "cac:PayeeFinancialAccount/cbc:ID")
    yield "BR-49", code in ("1", "30", "58")
    yield "BR-61, BR-50", code == "1" or account != ""
    due = text(means, "cbc:PaymentDueDate") if credit else text(root, "cbc:DueDate")
    payable = number(root, "cac:LegalMonetaryTotal/cbc:PayableAmount")
    yield "BR-CO-25 (BT-9 or BT-20)", payable <= 0 or due != "" or text(root, "cac:PaymentTerms/cbc:Note") != ""
    first, last = text(root, "cac:InvoicePeriod/cbc:StartDate"), text(root, "cac:InvoicePeriod/cbc:EndDate")
    yield "BR-29, BR-CO-19", bool(first or last) and (not first or not last or first <= last)


def parties(root: Element) -> Iterator[tuple[str, bool]]:
    seller = root.find("cac:AccountingSupplierParty/cac:Party", NS)
    vat = text(seller, "cac:PartyTaxScheme[cac:TaxScheme]/cbc:CompanyID") if _scheme(seller) == "VAT" else ""
    yield "BR-CO-26", bool(vat or text(seller, "cac:PartyIdentification/cbc:ID"))
    registered = text(seller, "cac:PartyTaxScheme/cbc:CompanyID") != ""
    for category in {text(part, "cac:TaxCategory/cbc:ID") for part in _parts(root)}:
        yield f"BR-{category}-02", registered
    for party in root.findall(".//cac:Party", NS):
        if _scheme(party) == "VAT":
            country = text(party, "cac:PostalAddress/cac:Country/cbc:IdentificationCode")
            begins = "EL" if country == "GR" else country
            yield "BR-CO-09", text(party, "cac:PartyTaxScheme/cbc:CompanyID").startswith(begins)


def _scheme(party: Element | None) -> str:
    return text(party, "cac:PartyTaxScheme/cac:TaxScheme/cbc:ID")


def _parts(root: Element) -> list[Element]:
    return root.findall("cac:TaxTotal/cac:TaxSubtotal", NS)


def every_line(root: Element) -> list[Element]:
    return root.findall("cac:InvoiceLine", NS) + root.findall("cac:CreditNoteLine", NS)


def lines(root: Element, credit: bool) -> Iterator[tuple[str, bool]]:
    ids = [text(line, "cbc:ID") for line in every_line(root)]
    yield "BR-21", all(ids) and len(set(ids)) == len(ids)
    for line in every_line(root):
        quantity = line.find(f"cbc:{'Credited' if credit else 'Invoiced'}Quantity", NS)
        yield "BR-22", quantity is not None and bool(quantity.text)
        yield "BR-23", quantity is not None and quantity.get("unitCode") in UNITS
        net, price = number(line, "cbc:LineExtensionAmount"), number(line, "cac:Price/cbc:PriceAmount")
        yield "BR-25", 0 < len(text(line, "cac:Item/cbc:Name")) <= 100
        yield "BR-26, BR-27", price >= 0
        yield "quantity times price", net == rounded(Decimal(quantity.text or "") * price)  # type: ignore[union-attr]
        yield "BR-CO-04 (BT-151)", text(line, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID") in ("S", "Z", "E")
        start, end = text(line, "cac:InvoicePeriod/cbc:StartDate"), text(line, "cac:InvoicePeriod/cbc:EndDate")
        yield "BR-30", not (start and end) or start <= end


def taxes(root: Element, slack: Decimal) -> Iterator[tuple[str, bool]]:
    bases: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for line in every_line(root):
        category = line.find("cac:Item/cac:ClassifiedTaxCategory", NS)
        key = text(category, "cbc:ID"), number(category, "cbc:Percent")
        yield f"BR-{key[0]}-05", (key[1] > 0) == (key[0] == "S")
        bases[key] += number(line, "cbc:LineExtensionAmount")
    seen = set()
    for part in _parts(root):
        category = part.find("cac:TaxCategory", NS)
        name, rate = text(category, "cbc:ID"), number(category, "cbc:Percent")
        base, tax = number(part, "cbc:TaxableAmount"), number(part, "cbc:TaxAmount")
        reason = text(category, "cbc:TaxExemptionReason")
        yield "BR-CO-18, BR-45 to BR-48", (name, rate) not in seen
        seen.add((name, rate))
        yield f"BR-{name}-08", base == bases.get((name, rate))
        # the tax of a credit note is what of the invoice's is left of it, so it may differ by what was rounded
        yield f"BR-{name}-09, BR-CO-17", abs(tax - rounded(base * rate / 100)) <= slack
        yield f"BR-{name}-10", (reason != "") == (name == "E")
    yield "BR-S-01, BR-Z-01, BR-E-01", seen == set(bases)
