"""Lines of invoices multiply at the digits that are shown, tax is rounded once per rate, and a kept form reads back."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model import invoice_taxes, invoices
from dispatch.model.invoices import (
    Bank,
    Drawn,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    LineSource,
    Party,
    TaxCategory,
    TaxRate,
    UnitCode,
)
from dispatch.model.money import to_minor

DAY = datetime.date(2026, 11, 30)
VAT = invoices.tax_rate("VAT", Fraction(19))
AMOUNTS = st.integers(-10_000_000, 10_000_000)


def line(amount: int, key: str = "S19", **more: object) -> InvoiceLine:
    quantity, each = invoices.one(amount, 2)
    return InvoiceLine(LineSource.VISIT, "R1", DAY, "LAB", "Work", quantity, UnitCode.ONE, each, amount, key, **more)  # type: ignore[arg-type]


def document(lines: Sequence[InvoiceLine], rates: dict[str, TaxRate], before: Sequence[Invoice] = ()) -> Invoice:
    """An invoice with these lines; with earlier ones, another piece of the same."""
    firm = Party("Firm")
    return Invoice(
        InvoiceKind.INVOICE, "2026-0001", DAY, DAY, DAY, DAY, 7, firm, firm, Bank(), "", "EUR", 2, tuple(lines),
        invoice_taxes.tax_parts(lines, rates, before),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "shown"),
    [
        (Fraction(75, 60), Fraction("142.50"), 17813, ("1.25", "HUR", "142.5", True)),
        (Fraction(10, 60), Fraction(95), 1583, ("1", "C62", "15.83", False)),  # 0.1667 × 95 is 15.84
        (Fraction(10, 60), Fraction(90), 1500, ("0.1667", "HUR", "90", True)),
        (Fraction(1), Fraction(-25), -2500, ("-1", "HUR", "25", True)),
        (None, None, -2500, ("-1", "C62", "25.00", False)),
        (Fraction(2), Fraction(0), 0, ("2", "HUR", "0", True)),
    ],
)
def test_a_line_has_the_quantity_it_multiplies_by(
    quantity: Fraction | None, price: Fraction | None, amount: int, shown: tuple[object, ...]
) -> None:
    """design/invoices.md, Quantity times price: hours and the effective rate, else one at the amount."""
    found = invoices.counted(quantity, price, amount, 2, UnitCode.HOUR)
    assert (str(found[0]), found[1].value, str(found[2]), found[3]) == shown


@given(st.integers(0, 6000), st.fractions(0, 500, max_denominator=1000), st.sampled_from([0, 2, 3]))
def test_every_line_multiplies_at_the_digits_that_are_shown(minutes: int, price: Fraction, exponent: int) -> None:
    amount = to_minor(Fraction(minutes, 60) * price, exponent)
    quantity, _, each, _ = invoices.counted(Fraction(minutes, 60), price, amount, exponent, UnitCode.HOUR)
    assert to_minor(Fraction(quantity) * Fraction(each), exponent) == amount
    assert each >= 0
    assert max(-int(shown.as_tuple().exponent) for shown in (quantity, each)) <= invoices.PLACES


def test_tax_is_rounded_once_per_rate() -> None:
    """design/charges.md B9: three visits whose sheets say 34.89 (11.63 each) are one invoice over 34.88."""
    rate = invoices.tax_rate("VAT", Fraction(19))
    (part,) = invoice_taxes.tax_parts([line(977), line(977), line(977)], {rate.key: rate})
    assert part.base + part.tax == 3488
    (alone,) = invoice_taxes.tax_parts([line(977)], {rate.key: rate})
    assert 3 * (alone.base + alone.tax) == 3489


def test_each_category_has_its_part() -> None:
    rates = [
        VAT,
        invoices.tax_rate("VAT", Fraction(19), taxed=False),
        invoices.tax_rate("VAT", Fraction(19), exempt="TX-1"),
        invoices.tax_rate("Sales tax", Fraction("7.25")),
    ]
    assert [rate.key for rate in rates] == ["S19", "Z0", "E0", "S7.25"]
    parts = invoice_taxes.tax_parts([line(100, rate.key) for rate in rates], {rate.key: rate for rate in rates})
    assert [(part.key, part.category, part.tax, part.reason) for part in parts] == [
        ("E0", TaxCategory.EXEMPT, 0, "TX-1"),
        ("S19", TaxCategory.STANDARD, 19, ""),
        ("S7.25", TaxCategory.STANDARD, 7, ""),
        ("Z0", TaxCategory.ZERO, 0, ""),
    ]


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=8))
def test_credited_piece_by_piece_the_tax_comes_to_that_of_the_whole(amounts: list[int]) -> None:
    """design/invoices.md, Credit notes."""
    rates = {"S19": VAT}
    (whole,) = invoice_taxes.tax_parts([line(amount) for amount in amounts], rates)
    taken: list[Invoice] = []
    for amount in amounts:
        taken.append(document([line(amount)], rates, taken))
    assert sum(one.tax for one in taken) == whole.tax
    assert sum(one.net for one in taken) == whole.base


@given(
    st.lists(
        st.tuples(st.integers(-3_000, 10_000), st.booleans(), st.sampled_from(["S19", "S7.5", "Z0"])),
        min_size=1,
        max_size=9,
    )
)
def test_prices_with_tax_come_to_what_was_told(sold: list[tuple[int, bool, str]]) -> None:
    """design/invoices.md, Tax: prices with tax add up to the total, the others to it before their tax; the parts of all
    lines to the document, and no line that was shown as multiplied stops doing so without its tax."""
    rates = {
        rate.key: rate
        for rate in (VAT, invoices.tax_rate("VAT", Fraction("7.5")), invoices.tax_rate("VAT", Fraction(0)))
    }
    lines = [line(amount, key, tax_in=inside and key != "Z0") for amount, inside, key in sold]
    made = document(lines, rates)
    on_top = sum(part.tax - part.inside for part in made.taxes)
    assert made.total == sum(amount for amount, _, _ in sold) + on_top
    net = invoice_taxes.without_tax(made)
    assert sum(one.amount for one in net) == made.net == made.total - made.tax
    assert sum(invoice_taxes.tax_shares(made)) == made.tax
    for part in made.taxes:
        assert sum(one.amount for one in net if one.tax == part.key) == part.base
        gross = sum(one.amount for one in lines if one.tax == part.key and one.tax_in)
        rate = Decimal(part.rate.numerator) / part.rate.denominator
        by_hand = (gross * rate / (100 + rate)).quantize(Decimal(1), ROUND_HALF_UP)
        assert part.inside == max(0, int(by_hand))
    assert all(to_minor(Fraction(one.quantity) * Fraction(one.unit_price), 2) == one.amount for one in net)
    pieces: list[Invoice] = []
    for piece in lines:
        pieces.append(document([piece], rates, pieces))
    assert sum(one.net for one in pieces) == made.net
    assert sum(one.tax for one in pieces) == made.tax


@given(st.lists(AMOUNTS, min_size=1, max_size=5))
def test_a_kept_form_is_the_same_invoice_again(amounts: list[int]) -> None:
    lines = tuple(line(amount, value=5, given="covered", pool="2026-1", corrects=2) for amount in amounts)
    seller = Party("Firm", ("1 Front Street", "Columbus"), "a@example.com", "DE123", "DE", "PO 7")
    invoice = Invoice(
        InvoiceKind.CREDIT, "2026-0002", DAY, DAY, DAY, DAY, 7, seller, seller, Bank("B", "DE00", "X"), "30 days", "EUR", 2,
        lines, invoice_taxes.tax_parts(lines, {"S19": VAT}), (Drawn("Care", "2026-1", "90.5", False),), "2026-0001", "slip",
    )  # fmt: skip
    assert invoices.of_form(invoices.as_form(invoice)) == invoice
    assert invoice.net == sum(amounts)
    assert invoice.total == invoice.net + invoice.tax
    assert invoice.value_given == 0
    assert isinstance(invoices.of_form(invoices.as_form(invoice)).lines[0].quantity, Decimal)
