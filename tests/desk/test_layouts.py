"""Invoices for the bookkeeper: the columns that programs publish, and what a bookkeeper checks of each file."""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import invoices
from dispatch.desk.billing import handing_out, invoicing
from dispatch.desk.billing.handing_out import LAYOUTS
from dispatch.desk.billing.layouts.books import Books
from dispatch.desk.billing.layouts.datev import COLUMNS
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.model.clients import Client
from dispatch.model.firm import Firm
from dispatch.model.invoice_taxes import shares, tax_parts, without_tax
from dispatch.model.invoices import (
    Bank,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    LineSource,
    Party,
    TaxRate,
    UnitCode,
    counted,
    tax_rate,
)
from dispatch.model.ledger import codes_of, sold_key, tax_key
from dispatch.model.money import to_minor
from tests.desk import published_rules
from tests.desk.conftest import DAY as DAY_OF_OFFICE
from tests.desk.conftest import Office, approve, closed, invoice
from tests.desk.en16931 import faults

TEMPLATES = Path(__file__).parent.parent / "data" / "bookkeeping"
DAY = datetime.date(2026, 11, 30)
FIRM = Firm(
    name="Nordlicht IT",
    currency="EUR",
    country="DE",
    tax_id="DE123456789",
    quickbooks_items="labour: Hours | travel: Travel | other: Services",
    quickbooks_taxes="S19: 19% | S7: 7% | Z0: No VAT | E0: Exempt",
    xero_accounts="labour: 200 | travel: 201 | other: 202",
    xero_taxes="S19: 19% (VAT on Income) | S7: 7% (VAT) | Z0: Zero Rated Income | E0: Exempt Income",
    datev_accounts="labour: 8400 | travel: 8401 | other: 8410",
    datev_taxes="S19: 3 | S7: 2 | Z0: - | E0: -",
    datev_consultant="1001",
    datev_client="456",
)
CLIENT = Client(7, "Hafen Zahnärzte", country="DE", debtor="10007")
RATES = {
    rate.key: rate
    for rate in (
        tax_rate("MwSt.", Fraction(19)),
        tax_rate("MwSt.", Fraction(7)),
        tax_rate("MwSt.", Fraction(0)),
        tax_rate("MwSt.", Fraction(19), exempt="§ 4 Nr. 14 UStG"),
    )
}


def line(tax: str, quantity: str, price: str, **changes: Any) -> InvoiceLine:
    """A line of labour that multiplies, or is counted as one."""
    amount = to_minor(Fraction(quantity) * Fraction(price), 2)
    shown, unit, each, _ = counted(Fraction(quantity), Fraction(price), amount, 2, UnitCode.HOUR)
    made = InvoiceLine(
        LineSource.VISIT, "R1", DAY, "LAB", "Labour\non site", shown, unit, each, amount, tax, category="labour"
    )  # fmt: skip
    return replace(made, **changes)


def document(lines: Sequence[InvoiceLine], rates: dict[str, TaxRate] = RATES, **changes: Any) -> Invoice:
    made = Invoice(
        kind=InvoiceKind.INVOICE, number="2026-0001", issued_on=DAY, due_on=DAY + datetime.timedelta(30),
        first=DAY.replace(day=1), last=DAY, client_id=7,
        seller=Party("Nordlicht IT", ("Kai 1", "20457 Hamburg"), "office@nordlicht.example", "DE123456789", "DE"),
        buyer=Party("Hafen Zahnärzte", ("Am Sandtor 3", "Hinterhaus", "20457 Hamburg"), "", "", "DE", "PO 12"),
        bank=Bank("Hafenbank", "DE02120300000000202051", "BYLADEM1001"), terms="Payable within 30 days.", currency="EUR",
        exponent=2, lines=tuple(lines), taxes=tax_parts(lines, rates),
    )  # fmt: skip
    return replace(made, **changes)


def file_of(layout: str, found: Sequence[Invoice], firm: Firm = FIRM, client: Client = CLIENT) -> str | bytes:
    return LAYOUTS[layout](found, Books(firm, {client.id: client})).content


def rows_of(content: str | bytes) -> list[dict[str, str]]:
    assert isinstance(content, bytes)
    assert content.startswith(b"\xef\xbb\xbf")
    return [*csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]


def bookings(content: str | bytes) -> list[dict[str, str]]:
    assert isinstance(content, bytes)
    text = content.decode("utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "cp1252")
    return [*csv.DictReader(io.StringIO(text.split("\r\n", 1)[1]), delimiter=";")]


@st.composite
def documents(draw: st.DrawFn) -> Invoice:
    lines = []
    for _ in range(draw(st.integers(1, 6))):
        quantity = Fraction(draw(st.integers(1, 4000)), draw(st.sampled_from((1, 3, 4, 60))))
        price = Fraction(draw(st.integers(0, 30_000)), 100)
        made = line(draw(st.sampled_from(sorted(RATES))), str(quantity), str(price))
        changes = {
            "text": draw(
                st.sampled_from(("Labour", "=1+1", "@sum", "-2+3", 'Straße; "Mitte", 2\nx', "Łódź 東京" * 40))
            ),
            "category": draw(st.sampled_from(("labour", "travel", "item", "fee", "prepaid", "minimum"))),
            "source": draw(st.sampled_from([*LineSource])),
            "tax_in": made.tax.startswith("S") and draw(st.booleans()),
        }
        lines.append(replace(made, **changes))
    name = draw(st.sampled_from(("Hafen Zahnärzte", "=cmd|x", "Ł" * 150)))
    return document(lines, buyer=Party(name, ("=A1", "b", "c", "d", "e"), "a@b.example", "", "DE"))


def credited(invoice: Invoice) -> Invoice:
    """The credit note of the whole."""
    return replace(
        invoice,
        kind=InvoiceKind.CREDIT,
        number="2026-0002",
        due_on=DAY,
        terms="",
        corrects=invoice.number,
        reason="Not done.",
    )


BOTH = st.tuples(documents(), st.booleans()).map(lambda drawn: credited(drawn[0]) if drawn[1] else drawn[0])
FORMULA = re.compile("^[=+@\t-]")


HOSTILE = Party('=1+1; "Müller" & <Söhne> ]]> שלום ' + "Ä" * 150, ("@x", "b", "c", "d", "e"), "", "", "AT")


class TestTemplates:
    """Byte for byte as the programs publish them (tests/data/bookkeeping)."""

    @pytest.mark.parametrize(
        ("layout", "template", "firm"),
        [
            ("xero", "xero-sales-invoice.txt", FIRM),
            ("quickbooks", "quickbooks-online-invoices.txt", replace(FIRM, quickbooks_taxes="")),
        ],
    )
    def test_the_columns(self, layout: str, template: str, firm: Firm) -> None:
        content = file_of(layout, [document([line("S19", "2", "90")])], firm)
        assert isinstance(content, bytes)
        assert content.split(b"\r\n")[0] == b"\xef\xbb\xbf" + (TEMPLATES / template).read_bytes().rstrip(b"\n")

    def test_quickbooks_has_tax_behind_its_columns_where_it_is_mapped(self) -> None:
        head = (TEMPLATES / "quickbooks-online-invoices.txt").read_text().strip()
        (row,) = rows_of(file_of("quickbooks", [document([line("S19", "2", "90")])]))
        assert ",".join(row) == f"{head},ItemTaxCode,ItemTaxAmount,Currency"
        assert (row["ItemTaxCode"], row["ItemTaxAmount"], row["Currency"]) == ("19%", "34.20", "EUR")

    def test_datev_both_heads(self) -> None:
        content = file_of("datev", [document([line("S19", "2", "90")])])
        assert isinstance(content, bytes)
        first, second, booking, end = content.decode("cp1252").split("\r\n")
        assert first == (
            '"EXTF";700;21;"Buchungsstapel";13;20261130000000000;;"RE";"";"";1001;456;20260101;4;20261130;20261130;'
            '"Invoices 20261130-20261130";"";1;0;0;"EUR";;"";;;"";;;"";""'
        )
        assert second == (TEMPLATES / "datev-buchungsstapel-13.txt").read_text(encoding="utf-8").strip()
        assert len(COLUMNS) == 125
        start = '214,20;"S";"EUR";;;"";10007;8400;"3";3011;"2026-0001";"";;"Hafen Zahnärzte";;"";'
        assert booking.startswith(start)
        assert end == ""

    def test_xero_by_hand(self) -> None:
        one = document([line("S19", "2.5", "90"), line("S7", "1", "0", given="warranty", value=5000)])
        assert rows_of(file_of("xero", [one]))[0] == dict.fromkeys(
            (TEMPLATES / "xero-sales-invoice.txt").read_text().strip().split(","), ""
        ) | {
            "*ContactName": "Hafen Zahnärzte", "POAddressLine1": "Am Sandtor 3", "POAddressLine2": "Hinterhaus",
            "POAddressLine3": "20457 Hamburg", "POCountry": "DE", "*InvoiceNumber": "2026-0001", "Reference": "PO 12",
            "*InvoiceDate": "30/11/2026", "*DueDate": "30/12/2026", "Total": "267.75", "*Description": "Labour on site",
            "*Quantity": "2.5", "*UnitAmount": "90", "*AccountCode": "200", "*TaxType": "19% (VAT on Income)",
            "TaxAmount": "42.75", "Currency": "EUR",
        }  # fmt: skip


class TestBookkeeper:
    """What a bookkeeper checks, over random documents."""

    @given(BOTH)
    def test_xero(self, invoice: Invoice) -> None:
        rows = rows_of(file_of("xero", [invoice]))
        sign = -1 if invoice.kind is InvoiceKind.CREDIT else 1
        taxes: dict[str, Decimal] = defaultdict(Decimal)
        for row, given_line in zip(rows, without_tax(invoice), strict=True):
            assert all(row[name] for name in row if name.startswith("*"))
            product = (Decimal(row["*Quantity"]) * Decimal(row["*UnitAmount"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
            assert product == sign * Decimal(given_line.amount) / 100
            assert re.fullmatch(r"\d\d/\d\d/\d{4}", row["*InvoiceDate"])
            assert not any(FORMULA.match(row[name]) for name in ("*ContactName", "*Description", "POAddressLine1"))
            assert len(row["*Description"]) <= 4001
            taxes[given_line.tax] += Decimal(row["TaxAmount"])
        assert taxes == {part.key: sign * Decimal(part.tax) / 100 for part in invoice.taxes}

    @given(documents())
    def test_quickbooks(self, invoice: Invoice) -> None:
        rows = rows_of(file_of("quickbooks", [invoice, credited(invoice)]))
        assert {row["*InvoiceNo"] for row in rows} == {"2026-0001"}
        for row, given_line in zip(rows, without_tax(invoice), strict=True):
            amount = Decimal(row["*ItemAmount"])
            product = (Decimal(row["ItemQuantity"]) * Decimal(row["ItemRate"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
            assert product == amount == Decimal(given_line.amount) / 100
            assert not any(FORMULA.match(row[name]) for name in ("*Customer", "ItemDescription"))
        assert sum(Decimal(row["ItemTaxAmount"]) for row in rows) == Decimal(invoice.tax) / 100

    @given(BOTH)
    def test_datev(self, invoice: Invoice) -> None:
        if not invoice.total:
            with pytest.raises(Faulty, match="nothing to book"):
                file_of("datev", [invoice])
            return
        signed = Decimal(0)
        for row in bookings(file_of("datev", [invoice])):
            amount = row["Umsatz (ohne Soll/Haben-Kz)"]
            assert re.fullmatch(r"\d{1,10},\d\d", amount)
            assert amount != "0,00"
            signed += Decimal(amount.replace(",", ".")) * (1 if row["Soll/Haben-Kennzeichen"] == "S" else -1)
            assert row["Belegdatum"] == "3011"
            assert len(row["Buchungstext"]) <= 60
            assert row["Konto"] == "10007"
            assert row["Gegenkonto (ohne BU-Schlüssel)"] in ("8400", "8401", "8410")
        assert signed == Decimal(invoice.total) / 100 * (-1 if invoice.kind is InvoiceKind.CREDIT else 1)

    @given(BOTH)
    def test_ubl_keeps_the_rules_of_en_16931(self, invoice: Invoice) -> None:
        content = file_of("ubl", [invoice])
        assert isinstance(content, bytes)
        slack = Decimal("0.01") if any(line.tax_in for line in invoice.lines) else Decimal(0)
        assert faults(content, slack) == []

    @given(st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any))
    def test_what_is_shared_out_comes_to_the_whole(self, whole: int, weights: list[int]) -> None:
        parts = shares(whole, weights)
        assert sum(parts) == whole
        exact = [Fraction(whole * weight, sum(weights)) for weight in weights]
        assert all(abs(part - share) <= 1 for part, share in zip(parts, exact, strict=True))


def test_a_call_has_the_code_of_labour_where_it_has_none_of_its_own() -> None:
    call = document([line("S19", "1", "90", source=LineSource.REMOTE)])
    codes = [
        rows_of(file_of("xero", [call], replace(FIRM, xero_accounts=accounts)))[0]["*AccountCode"]
        for accounts in ("labour: 200 | other: 202", "labour: 200 | remote: 203 | other: 202", "other: 202")
    ]
    assert codes == ["200", "203", "202"]


class TestRefused:
    """What is not known is one sentence, which says where to set it."""

    @pytest.mark.parametrize(
        ("layout", "changes", "sentence"),
        [
            ("xero", {"xero_accounts": "travel: 200"}, "labour has no code: settings, Bookkeeper: Xero, accounts"),
            ("xero", {"xero_taxes": "S7: 7"}, "S19 has no code: settings, Bookkeeper: Xero, taxes"),
            ("xero", {"country": ""}, "how days are written is not known: settings, Invoices: our country"),
            ("quickbooks", {"quickbooks_items": ""}, "labour has no code: settings, Bookkeeper: QuickBooks, products"),
            ("datev", {"datev_consultant": ""}, "the numbers at DATEV are missing"),
            ("datev", {"datev_accounts": "other: Sales"}, "Sales is no number of an account"),
            ("datev", {"datev_digits": 5}, "10007 is not a number of 6 digits"),
        ],
    )
    def test_a_code_that_is_missing(self, layout: str, changes: dict[str, Any], sentence: str) -> None:
        with pytest.raises(Faulty, match=re.escape(sentence)):
            file_of(layout, [document([line("S19", "1", "90")])], replace(FIRM, **changes))

    def test_ubl_names_the_business_terms(self) -> None:
        bare = replace(document([line("E0", "1", "90")], {"E0": TaxRate("VAT", Fraction(0), RATES["E0"].category)}))
        bare = replace(bare, seller=Party("Nordlicht"), buyer=Party("Hafen"))
        with pytest.raises(Faulty) as refused:
            file_of("ubl", [bare], Firm(), Client(7, "Hafen"))
        assert [sentence.partition(",")[0] for sentence in refused.value.faults] == [
            *("BT-40", "BT-31 or BT-32", "BT-55", "BT-120"),
        ]

    def test_datev_books_one_year_and_currency(self) -> None:
        one = document([line("S19", "1", "90")])
        other = replace(one, number="2027-0001", issued_on=datetime.date(2027, 1, 2), currency="CHF")
        with pytest.raises(Faulty, match="of two years of the books") as refused:
            file_of("datev", [one, other])
        assert "is of one currency" in str(refused.value)

    @pytest.mark.parametrize("text", ["labour 8400", "labour: 1 | labour: 2", "wages: 1", "labour:"])
    def test_codes_are_read(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"is not of the form|names labour twice|is not one of"):
            codes_of(text, sold_key)

    @pytest.mark.parametrize(("typed", "key"), [("s19", "S19"), ("S7.50", "S7.5"), ("z0", "Z0"), ("E0", "E0")])
    def test_taxes_are_read(self, typed: str, key: str) -> None:
        assert tax_key(typed) == key

    @pytest.mark.parametrize("typed", ["S0", "E19", "19", "X1"])
    def test_no_other_tax_is(self, typed: str) -> None:
        with pytest.raises(ValueError, match="is not a tax"):
            tax_key(typed)


class TestFiles:
    def test_letters_that_windows_lacks_make_datev_utf8(self) -> None:
        one = document([line("S19", "1", "90")])
        plain, other = (file_of("datev", [replace(one, buyer=Party(name))]) for name in ("Müller", "Łódź"))
        assert isinstance(plain, bytes)
        assert isinstance(other, bytes)
        assert "Müller".encode("cp1252") in plain
        assert other.startswith(b"\xef\xbb\xbf")
        assert "Łódź".encode() in other

    def test_several_as_ubl_are_an_archive_that_is_the_same_each_time(self) -> None:
        one = document([line("S19", "1", "90")])
        first, again = (file_of("ubl", [one, credited(one)]) for _ in range(2))
        assert isinstance(first, bytes)
        assert first == again
        with zipfile.ZipFile(io.BytesIO(first)) as archive:
            assert archive.namelist() == ["2026-0001.xml", "2026-0002.xml"]
            files = [archive.read(name) for name in archive.namelist()]
        assert [(faults(file), published_rules.faults(file)) for file in files] == [([], [])] * 2

    @pytest.mark.parametrize(
        ("changes", "lines"),
        [
            ({}, [("S19", "2", "90"), ("S7", "1.25", "12.40"), ("Z0", "1", "35")]),
            ({}, [("E0", "0.5833", "99"), ("E0", "1", "0")]),
            ({"buyer": HOSTILE}, [("S19", "1", "1")]),
            ({"terms": "", "bank": Bank("", "", "")}, [("S19", "3", "0.01")]),
        ],
    )  # fmt: skip
    def test_the_published_rules_of_en_16931_hold(
        self, changes: dict[str, Any], lines: list[tuple[str, str, str]]
    ) -> None:
        one = document([line(*each) for each in lines], **changes)
        for either in (one, credited(one)):
            content = file_of("ubl", [either])
            assert isinstance(content, bytes)
            assert published_rules.faults(content) == []

    @pytest.mark.long
    @settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
    @given(BOTH)
    def test_the_published_rules_hold_for_all(self, invoice: Invoice) -> None:
        content = file_of("ubl", [invoice])
        assert isinstance(content, bytes)
        assert published_rules.faults(content) == []

    def test_the_judges_see_a_wrong_sum(self) -> None:
        content = file_of("ubl", [document([line("S19", "2", "90")])])
        assert isinstance(content, bytes)
        wrong = content.replace(b">180.00<", b">180.01<", 1)
        assert wrong != content
        assert faults(wrong)
        assert published_rules.faults(content.replace(b">214.20</cbc:Payable", b">214.21</cbc:Payable")) == ["BR-CO-16"]

    def test_an_american_tax_id_is_no_vat_number(self) -> None:
        one = document([line("S19", "1", "90")])
        us = replace(one, seller=replace(one.seller, tax_id="31-1234567", country="US"))
        content = file_of("ubl", [us])
        assert isinstance(content, bytes)
        assert faults(content) == []
        assert content.count(b"31-1234567") == 2

    def test_days_are_american_in_america(self) -> None:
        (row,) = rows_of(file_of("xero", [document([line("S19", "1", "90")])], replace(FIRM, country="US")))
        assert (row["*InvoiceDate"], row["*DueDate"]) == ("11/30/2026", "12/30/2026")


def set_up(office: Office, **codes: str) -> None:
    """The firm's codes for Xero, and one document."""
    closed(office, "R1")
    approve(office.lee, "R1")
    invoice(office.lee)
    editing.settle(
        office.lee,
        {
            "country": "US",
            "tax_id": "31-1234567",
            "xero_accounts": "other: 200",
            "quickbooks_items": "other: IT",
            **codes,
        },
    )


class TestHandedOut:
    def test_what_a_layout_lacks_leaves_nothing_marked(self, office: Office) -> None:
        """design/invoices.md, For the bookkeeper."""
        set_up(office)
        with pytest.raises(Faulty, match="has no code: settings, Bookkeeper: Xero, taxes"):
            handing_out.hand_out(office.lee, (), "xero")
        assert invoices.every_invoice(office.store)[0].exports == 0
        editing.settle(office.lee, {"xero_taxes": "S7.5: Tax on Sales | Z0: Tax Exempt"})
        first = handing_out.hand_out(office.lee, (), "xero")
        assert [one.invoice.number for one in first.found] == ["2026-0001"]
        office.go("12:00", days=3)
        again = handing_out.hand_out(office.lee, (), "xero", (DAY_OF_OFFICE, DAY_OF_OFFICE))
        assert again.content == first.content
        with pytest.raises(Refusal, match="no invoice that was not exported"):
            handing_out.hand_out(office.lee, (), "xero", (DAY_OF_OFFICE + datetime.timedelta(1), None))

    def test_quickbooks_leaves_credit_notes_out_and_unmarked(self, office: Office) -> None:
        set_up(office)
        invoicing.credit(office.lee, "2026-0001", "not done")
        done = handing_out.hand_out(office.lee, (), "quickbooks")
        assert [one.invoice.number for one in done.found] == ["2026-0001"]
        assert done.notices == ("2026-0002 is a credit note, which QuickBooks takes from no file: enter it there.",)
        assert {one.invoice.number: one.exports for one in invoices.every_invoice(office.store)} == {
            "2026-0001": 1,
            "2026-0002": 0,
        }
        with pytest.raises(Refusal, match="2026-0002 is a credit note"):
            handing_out.hand_out(office.lee, ["2026-0002"], "quickbooks")

    def test_a_client_s_number_is_for_datev(self, office: Office) -> None:
        set_up(
            office, datev_accounts="other: 8400", datev_taxes="S7.5: -|Z0: -", datev_consultant="1001", datev_client="4"
        )
        with pytest.raises(Faulty, match="the number of Harbor Dental at the bookkeeper is missing"):
            handing_out.hand_out(office.lee, (), "datev")
        harbor = RECORD_STORES["client"].find(office.store, "Harbor Dental")
        editing.edit(office.lee, "client", harbor, {"debtor": "10001"})
        (booking, *_) = bookings(handing_out.hand_out(office.lee, (), "datev").content)
        assert booking["Konto"] == "10001"

    def test_ubl_takes_what_was_not_known_from_today(self, office: Office) -> None:
        set_up(office)
        with pytest.raises(Faulty, match="BT-55, the country of Harbor Dental"):
            handing_out.hand_out(office.lee, (), "ubl")
        harbor = RECORD_STORES["client"].find(office.store, "Harbor Dental")
        editing.edit(office.lee, "client", harbor, {"country": "US"})
        content = handing_out.hand_out(office.lee, (), "ubl").content
        assert isinstance(content, bytes)
        assert faults(content) == []
