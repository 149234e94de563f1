"""The lines of invoices: of a kept charge sheet, of a fee, of a block that was sold (design/invoices.md, Quantity times price)."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from db import invoices
from db.sheets import StoredSheet
from db.store import Store
from dispatch import charges
from dispatch.charges.beside import SoldFor, rate_on
from dispatch.charges.fees import MonthFee
from dispatch.desk.reports.charge_words import counted_text, line_text, told_lines
from dispatch.model.agreements import Agreement, PrepaidBlock
from dispatch.model.instants import plain_day_text
from dispatch.model.invoices import Invoice, InvoiceLine, LineSource, TaxRate, UnitCode, counted
from dispatch.model.languages import reckon, say, speaking, spoken
from dispatch.model.money import parse_minor, shortest
from dispatch.model.visits import Visit
from dispatch.model.ways import way_and_work

_UNITS = {"mi": UnitCode.MILE, "km": UnitCode.KILOMETRE}
_MINUTES = ("min", "rate-min")
_INPUT = ("card", "client", "site", "agreement", "visit")
"""What a sheet is made of, in the order in which the engine takes it."""


def fee_line(agreement: Agreement, fee: MonthFee, exponent: int, price: SoldFor) -> InvoiceLine:
    """A fee, with the days that it is of."""
    amount = price.amount
    each = None if fee.each is None else Fraction(fee.each, 10**exponent)
    quantity, unit, unit_price, as_given = counted(fee.part, each, amount, exponent, UnitCode.MONTH)
    text = say("Monthly fee, {first} to {last}", first=plain_day_text(fee.first), last=plain_day_text(fee.last))
    if not as_given and each is not None:
        text += reckon(", {part} of {fee}", part=fee.part, fee=shortest(each))
    return InvoiceLine(
        LineSource.FEE, agreement.name, fee.first, "FEE", text, quantity, unit, unit_price, amount, price.rate.key, category="fee",
        tax_in=price.tax_in,
    )  # fmt: skip


def block_line(agreement: Agreement, block: PrepaidBlock, exponent: int, price: SoldFor) -> InvoiceLine:
    """A prepaid block that was sold."""
    amount = price.amount
    quantity, unit, each, _ = counted(Fraction(1), Fraction(amount, 10**exponent), amount, exponent, UnitCode.ONE)
    text = say("Prepaid block {name}", name=block.name)
    if agreement.kind != "block_money":
        text += reckon(", {hours} hours at the usual rate", hours=shortest(Fraction(block.size) / 60))
    return InvoiceLine(
        LineSource.BLOCK, block.name, block.purchased_on, "BLOCK", text, quantity, unit, each, amount, price.rate.key,
        about=agreement.name, category="prepaid", tax_in=price.tax_in,
    )  # fmt: skip


_UNWORDED = {"why": ""}


def visit_lines(visit: Visit, sheet: StoredSheet, day: datetime.date) -> tuple[list[InvoiceLine], list[TaxRate]] | None:
    """The lines of a kept sheet, and the taxes that they name; None where the same input gives other lines by now, so that what of
    them is taxed is not known."""
    given, form = sheet.input, sheet.sheet["lines"]
    again = _again(json.dumps([given[name] for name in _INPUT]), spoken())
    # how a line is explained is no figure: other words than the program's of today do not make it another line
    now = [line.as_json(sheet.exponent) for line in again.lines]
    if [line | _UNWORDED for line in now] != [line | _UNWORDED for line in form]:
        return None
    form = told_lines(form, now)
    client = given["client"]
    exempt = str(client.get("tax_ref") or "") if client.get("tax_exempt") else None
    lines, rates, site = [], dict[str, TaxRate](), str(given["source"]["site"]["name"])
    for line, taxed in zip(form, again.taxed, strict=True):
        rate = rate_on(given["card"], taxed=taxed, exempt=exempt)
        rates[rate.key] = rate
        made = _of_visit(visit, site, line, day, sheet.exponent, rate)
        lines.append(replace(made, tax_in=again.tax_included and rate.rate > 0))
    return lines, [*rates.values()]


@lru_cache(maxsize=5000)
def _again(given: str, language: str) -> charges.Sheet:
    """The sheet that an input makes, its arithmetic in a language. A kept input never changes: it is reckoned once in a process."""
    with speaking(language):
        return charges.charge_sheet(*json.loads(given))


def _of_visit(
    visit: Visit, site: str, line: Mapping[str, Any], day: datetime.date, exponent: int, rate: TaxRate
) -> InvoiceLine:
    amount, given = parse_minor(line["amount"], exponent), line.get("zero_reason") or ""
    quantity, price, unit = _counted(line)
    shown, code, each, as_given = counted(quantity, Fraction(0) if given else price, amount, exponent, unit)
    text, source = line_text(line), LineSource.REMOTE if visit.remote else LineSource.VISIT
    if not as_given and price is not None:
        text += (
            "\n"
            + reckon("{quantity} at {price}", quantity=counted_text(line), price=shortest(price))
            + ("/h" if unit is UnitCode.HOUR else "")
        )
    return InvoiceLine(
        source, visit.reference, day, line["rule"], text, shown, code, each, amount, rate.key,
        value=parse_minor(line["value"], exponent) if "value" in line else None, given=given, pool=line.get("pool") or "",
        about=way_and_work(visit), site=site, technician=line.get("tech") or "", category=line["category"],
    )  # fmt: skip


def _counted(line: Mapping[str, Any]) -> tuple[Fraction | None, Fraction | None, UnitCode]:
    """Quantity, unit price and unit of a charge line: minutes are hours, at the price with its multiplier."""
    if "qty" not in line or "unit_price" not in line:
        return None, None, UnitCode.ONE
    quantity = Fraction(line["qty"])
    price = Fraction(line["unit_price"]) * Fraction(line.get("multiplier", "1"))
    if line["unit"] in _MINUTES:
        return quantity / 60, price, UnitCode.HOUR
    return quantity, price, _UNITS.get(line["unit"], UnitCode.ONE)


def left_of(store: Store, invoice_id: int, invoice: Invoice) -> list[int]:
    """What of each line of an invoice was not credited yet, in minor units, with the sign of the line."""
    left = [line.amount for line in invoice.lines]
    for credit in invoices.credits_of(store, invoice_id):
        for line in credit.invoice.lines:
            if line.corrects is not None:
                left[line.corrects - 1] -= line.amount
    return left


def left_of_fee(store: Store, number: str, agreement: Agreement, month: str) -> tuple[int, int] | None:
    """What an invoice charges for a month of an agreement, without what was credited, in minor units, and the decimals of its
    currency; None where its line has another name."""
    stored = invoices.invoice(store, number)
    if stored is None:
        return None
    lines = zip(stored.invoice.lines, left_of(store, stored.id, stored.invoice), strict=True)
    for line, left in lines:
        day = line.day.isoformat() if line.day else ""
        if line.source is LineSource.FEE and line.of == agreement.name and day.startswith(month):
            return left, stored.invoice.exponent
    return None
