"""Invoices and credit notes as they were issued: parties, lines that multiply, tax by rate (design/invoices.md).

Pure records. Amounts are minor units of `currency` with `exponent` decimals; quantities and unit prices are the very decimals that
are shown, so that whoever reads a line can multiply it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from dispatch.model.money import shortest, to_minor

PLACES = 4
"""Decimals of a quantity and of a unit price at most."""


class InvoiceKind(StrEnum):
    """What a document is. What a credit note gives back is positive on it."""

    INVOICE = "invoice"
    CREDIT = "credit"


class LineSource(StrEnum):
    """What a line is charged for."""

    VISIT = "visit"
    FEE = "fee"
    BLOCK = "block"
    REMOTE = "remote"


class UnitCode(StrEnum):
    """Units of quantities, as UN/ECE Recommendation 20 codes them."""

    HOUR = "HUR"
    MILE = "SMI"
    KILOMETRE = "KMT"
    MONTH = "MON"
    ONE = "C62"

    @property
    def label(self) -> str:
        """As people write it; what is counted by itself has no unit."""
        return {"HUR": "h", "SMI": "mi", "KMT": "km", "MON": "months", "C62": ""}[self.value]


class TaxCategory(StrEnum):
    """Why a tax is what it is, as EN 16931 codes it (UNCL 5305)."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or buys. `country` is its ISO 3166 code of two letters; what is not known is empty. `reference` is what a buyer
    wants to read on its invoices."""

    name: str
    address: tuple[str, ...] = ()
    email: str = ""
    tax_id: str = ""
    country: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Bank:
    """Where an invoice is paid to. `account` is an IBAN or an account number, `code` a BIC or a routing number."""

    name: str = ""
    account: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax that lines bear: its name, its percentage, and what exempts from it."""

    name: str
    rate: Fraction
    category: TaxCategory
    reason: str = ""

    @property
    def key(self) -> str:
        """By what lines name it, and by what a firm maps it: `S7.5`, `Z0`, `E0`."""
        return f"{self.category.value}{shortest(self.rate)}"


def tax_rate(name: str, rate: Fraction, *, taxed: bool = True, exempt: str | None = None) -> TaxRate:
    """The tax of a line by its rate card's rate in percent (design/charges.md B9).

    Args:
        taxed: whether what is sold is taxed at all.
        exempt: the reference that exempts the client; None: they are not exempt.
    """
    if exempt is not None:
        return TaxRate(name, Fraction(0), TaxCategory.EXEMPT, exempt)
    if not taxed or rate == 0:
        return TaxRate(name, Fraction(0), TaxCategory.ZERO)
    return TaxRate(name, rate, TaxCategory.STANDARD)


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line: `quantity` × `unit_price`, rounded to minor units, is `amount`; the sign stands in the quantity.

    `of` names what it came from: the visit, the agreement, the block; `about` says more of it: the work, whose block it is. `day`
    is that of the visit, or the first one of a fee; of a visit there are also `site` and who (`technician`). A line that costs
    nothing has the `value` that it had, why (`given`), and the block or allowance that it was drawn from (`pool`). `corrects` is
    the number, from 1, of the line that a line of a credit note corrects. With `tax_in` amount and unit price are with tax.
    """

    source: LineSource
    of: str
    day: datetime.date | None
    rule: str
    text: str
    quantity: Decimal
    unit: UnitCode
    unit_price: Decimal
    amount: int
    tax: str
    value: int | None = None
    given: str = ""
    pool: str = ""
    corrects: int | None = None
    about: str = ""
    site: str = ""
    technician: str = ""
    category: str = ""
    tax_in: bool = False


@dataclass(frozen=True, slots=True)
class TaxPart:
    """What one rate of tax comes to: `tax` on `base`, rounded once. `inside` is what of the tax is in the prices of lines."""

    key: str
    name: str
    rate: Fraction
    category: TaxCategory
    reason: str
    base: int
    tax: int
    inside: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the visits drew from a prepaid block or an allowance: rate-minutes as decimal text, or minor units of `money`."""

    agreement: str
    pool: str
    amount: str
    money: bool


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice or a credit note. `number` is empty while it is only a preview. `first` and `last` are the days of what is on it,
    `corrects` the number of the invoice that a credit note corrects, and `reason` why; `note` is what the firm has below it. It is
    in its client's `language` of then, empty: in English."""

    kind: InvoiceKind
    number: str
    issued_on: datetime.date
    due_on: datetime.date
    first: datetime.date
    last: datetime.date
    client_id: int
    seller: Party
    buyer: Party
    bank: Bank
    terms: str
    currency: str
    exponent: int
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[TaxPart, ...]
    drawn: tuple[Drawn, ...] = ()
    corrects: str = ""
    reason: str = ""
    note: str = ""
    language: str = ""

    @property
    def net(self) -> int:
        """The lines, added up, without the tax that is in their prices."""
        return sum(part.base for part in self.taxes)

    @property
    def tax(self) -> int:
        """The tax of every rate."""
        return sum(part.tax for part in self.taxes)

    @property
    def total(self) -> int:
        """What is to be paid, or is given back."""
        return self.net + self.tax

    @property
    def value_given(self) -> int:
        """What would have been charged for the lines that cost nothing and were not drawn."""
        return sum(line.value or 0 for line in self.lines if not line.pool)


def places_of(invoice: Invoice, taken: Sequence[str]) -> list[list[int]]:
    """The places of the lines that each thing on an invoice is charged with.

    Args:
        taken: what it took, in the order of the lines: the reference of a visit; nothing of a fee or a block, which have a line
            each.
    """
    visits: dict[str, list[int]] = {}
    others = []
    for place, line in enumerate(invoice.lines):
        if line.source in (LineSource.VISIT, LineSource.REMOTE):
            visits.setdefault(line.of, []).append(place)
        else:
            others.append([place])
    alone = iter(others)
    return [visits.get(reference, []) if reference else next(alone, []) for reference in taken]


def multiplied(quantity: Fraction, price: Fraction, amount: int, exponent: int) -> tuple[Decimal, Decimal] | None:
    """A quantity and a unit price, each cut to what is shown of it, where they multiply to that amount; None where they do not.

    A unit price is never negative: the sign goes to the quantity.
    """
    if price < 0:
        quantity, price = -quantity, -price
    shown, each = Decimal(shortest(quantity, PLACES)), Decimal(shortest(price, PLACES))
    return (shown, each) if to_minor(Fraction(shown) * Fraction(each), exponent) == amount else None


def one(amount: int, exponent: int) -> tuple[Decimal, Decimal]:
    """An amount as a quantity of one, for what does not multiply at the digits that are shown."""
    return Decimal(-1 if amount < 0 else 1), Decimal(abs(amount)).scaleb(-exponent)


def counted(
    quantity: Fraction | None, price: Fraction | None, amount: int, exponent: int, unit: UnitCode
) -> tuple[Decimal, UnitCode, Decimal, bool]:
    """Quantity, unit and unit price of a line (design/invoices.md, Quantity times price); last, whether it is the quantity that was
    given: a line which is counted as one has to say in words what it was."""
    if quantity is not None and price is not None and (found := multiplied(quantity, price, amount, exponent)):
        return found[0], unit, found[1], True
    whole, each = one(amount, exponent)
    return whole, UnitCode.ONE, each, False


def as_form(invoice: Invoice) -> dict[str, Any]:
    """An invoice as JSON, of which `of_form` makes the same invoice again."""
    return {name: _plain(value) for name, value in _items(invoice)}


def _items(record: Any) -> Iterable[tuple[str, Any]]:
    return ((field.name, getattr(record, field.name)) for field in fields(record))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, (Party, Bank, InvoiceLine, TaxPart, Drawn)):
        return {name: _plain(part) for name, part in _items(value)}
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return shortest(value, 6)
    return str(value) if isinstance(value, (Decimal, StrEnum)) else value


def of_form(form: Mapping[str, Any]) -> Invoice:
    """The invoice of a form that was kept."""
    kept = dict(form)
    for name in ("issued_on", "due_on", "first", "last"):
        kept[name] = datetime.date.fromisoformat(form[name])
    for name in ("seller", "buyer"):
        kept[name] = Party(**{**form[name], "address": tuple(form[name]["address"])})
    kept |= {
        "kind": InvoiceKind(form["kind"]),
        "bank": Bank(**form["bank"]),
        "lines": tuple(map(_line, form["lines"])),
        "taxes": tuple(
            TaxPart(**{**part, "rate": Fraction(part["rate"]), "category": TaxCategory(part["category"])})
            for part in form["taxes"]
        ),
        "drawn": tuple(Drawn(**part) for part in form["drawn"]),
    }
    return Invoice(**kept)


def _line(form: Mapping[str, Any]) -> InvoiceLine:
    return InvoiceLine(
        **{
            **form,
            "source": LineSource(form["source"]),
            "day": None if form["day"] is None else datetime.date.fromisoformat(form["day"]),
            "quantity": Decimal(form["quantity"]),
            "unit": UnitCode(form["unit"]),
            "unit_price": Decimal(form["unit_price"]),
        }
    )
