"""An invoice or a credit note on paper, from the form in which it was kept: what it says is what it said when it was issued."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from db.store import Store
from dispatch.desk.reports.data import DataTable, Datum
from dispatch.desk.reports.document import Amount, Cell, Report, ReportTable, Section, Whose, letterhead_of
from dispatch.model.instants import day_text, plain_day_text
from dispatch.model.invoice_taxes import without_tax
from dispatch.model.invoices import Invoice, InvoiceKind, InvoiceLine
from dispatch.model.languages import figure_text, phrase, say, speaking
from dispatch.model.money import format_minor, shortest

WIDTH = 92
"""Cells of an invoice as text."""
_LINE = ("batch", "reference", "date", "client", "site", "technicians", "work", "line", "rule", "category", "description",
         "quantity", "unit", "unit_price", "amount", "currency", "invoice", "kind", "issued_on", "due_on", "client_tax_id",
         "source", "tax_key", "worth", "given_as", "drawn_from", "corrects_line")  # fmt: skip
"""A row for each line, and one for each tax: the amounts of a document add up to its total. The first ones are those of the
batches of before, of which it is none."""
_HEAD = (
    "invoice",
    "kind",
    "date",
    "due",
    "first_day",
    "last_day",
    "client",
    "tax_id",
    "corrects",
    "net",
    "tax",
    "total",
    "currency",
)
_UNITS = (phrase("h"), phrase("mi"), phrase("km"), phrase("months"))
"""Units of quantities, as `UnitCode.label` has them."""
_TAX = ("invoice", "tax_key", "name", "rate_pct", "category", "exemption", "base", "tax", "currency")


def invoice_report(store: Store, invoice: Invoice, void: str | None = None, client_id: int | None = None) -> Report:
    """An invoice as it was issued, under the firm's look of today; without a number it is a preview.

    Args:
        void: why it is void; None: it stands.
        client_id: whose it is now; None: whose it was.
    """
    with speaking(invoice.language):
        return _report(store, invoice, void, client_id)


def _report(store: Store, invoice: Invoice, void: str | None, client_id: int | None) -> Report:
    head, seller = letterhead_of(store), invoice.seller
    title = title_of(invoice)
    sections = (
        Section(say("Void"), paragraphs=(say("This document is void: {why}", why=void),)) if void else Section(""),
        _at_a_glance(invoice),
        Section(say("About it"), facts=tuple(_facts(invoice))),
        Section(say("What it is for"), paragraphs=_prices(invoice), tables=(_lines(invoice), _sums(invoice))),
        _prepaid(invoice),
        _payment(invoice),
    )
    reached = (seller.email,) if seller.email else ()
    return Report(
        kind="invoice",
        title=title,
        subtitle=f"{invoice.buyer.name}, {day_text(invoice.issued_on)}",
        sections=tuple(filter(None, sections)),
        foot=(" · ".join(filter(None, (title, seller.name, seller.tax_id))),),
        width=WIDTH,
        name=file_name(invoice.number or "preview"),
        data=tables([invoice]),
        letterhead=replace(head, name=seller.name, lines=(*seller.address, *reached)),
        to=(invoice.buyer.name, *invoice.buyer.address),
        whose=Whose(
            invoice.client_id if client_id is None else client_id,
            to=(invoice.buyer.email,) if invoice.buyer.email else (),
        ),
    )


def title_of(invoice: Invoice) -> str:
    """What a document is called."""
    with speaking(invoice.language):
        what = say("Credit note") if invoice.kind is InvoiceKind.CREDIT else say("Invoice")
        return f"{what} {invoice.number}" if invoice.number else say("{what}, preview", what=what)


def file_name(number: str) -> str:
    """What the file of an invoice is called, without an ending."""
    return f"invoice-{number.replace('/', '-').lower()}"


def tables(made: Sequence[Invoice]) -> tuple[DataTable, ...]:
    """Invoices as data: their lines, their heads and their taxes."""
    return (
        DataTable("invoice_lines", _LINE, tuple(row for one in made for row in _line_rows(one))),
        DataTable("invoices", _HEAD, tuple(_head_row(one) for one in made)),
        DataTable("taxes", _TAX, tuple(row for one in made for row in _tax_rows(one))),
    )


def _money(invoice: Invoice, minor: int) -> Amount:
    return Amount(minor, invoice.exponent, invoice.currency)


def _credit(invoice: Invoice) -> bool:
    return invoice.kind is InvoiceKind.CREDIT


def _at_a_glance(invoice: Invoice) -> Section:
    facts: list[tuple[str, Cell]] = [(_due(invoice), _money(invoice, invoice.total))]
    facts += [] if _credit(invoice) else [(say("Due on"), day_text(invoice.due_on))]
    facts += [(say("Number"), invoice.number or say("not issued yet")), (say("Date"), day_text(invoice.issued_on))]
    return Section(say("At a glance"), facts=tuple(facts), at_a_glance=True)


def _due(invoice: Invoice) -> str:
    return say("Given back") if _credit(invoice) else say("To pay")


def _facts(invoice: Invoice) -> Iterable[tuple[str, Cell]]:
    if invoice.corrects:
        yield say("Corrects"), say("invoice {number}: {why}", number=invoice.corrects, why=invoice.reason)
    yield (
        say("For"),
        say("{first} to {last}", first=day_text(invoice.first), last=day_text(invoice.last))
        if invoice.first != invoice.last
        else day_text(invoice.last),
    )
    for label, text in (
        (say("Your reference"), invoice.buyer.reference),
        (say("Your tax id"), invoice.buyer.tax_id),
        (say("Our tax id"), invoice.seller.tax_id),
    ):
        if text:
            yield label, text


def _lines(invoice: Invoice) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    before: tuple[str, str, str] | None = None
    for number, line in enumerate(invoice.lines, 1):
        group = (line.of, line.site, line.about)
        head = (
            ""
            if group == before
            else ", ".join(filter(None, ("" if line.day is None else plain_day_text(line.day), *group)))
        )
        before = group
        text = "\n".join(filter(None, (head, line.text, _free(invoice, line))))
        quantity = f"{figure_text(f'{line.quantity:f}')} {say(line.unit.label)}".strip()
        rows.append((number, text, quantity, _price(invoice, line.unit_price), _money(invoice, line.amount), line.tax))
    return ReportTable(("", say("For"), say("Quantity"), say("Unit price"), say("Amount"), say("Tax")), tuple(rows))


def _prices(invoice: Invoice) -> tuple[str, ...]:
    """Which prices are with tax; nothing of a document where none is."""
    with_tax = [number for number, line in enumerate(invoice.lines, 1) if line.tax_in]
    if not with_tax:
        return ()
    taxed = [line for line in invoice.lines if line.tax_in or line.amount]
    if len(with_tax) < len(taxed):
        lines = ", ".join(map(str, with_tax))
        return (
            say("Prices in line {lines} are with tax; what of it is net, and what tax, stands below.", lines=lines),
        )
    return (say("Prices are with tax; what of it is net, and what tax, stands below."),)


def _price(invoice: Invoice, price: Decimal) -> Decimal:
    """A unit price with the decimals of the currency at least."""
    places = max(invoice.exponent, -int(price.as_tuple().exponent))
    return Decimal(f"{price:.{places}f}")


def _day(line: InvoiceLine) -> str:
    return "" if line.day is None else line.day.isoformat()


def _free(invoice: Invoice, line: InvoiceLine) -> str:
    if not line.given or line.value is None:
        return ""
    value = _money(invoice, line.value)
    if line.pool:
        return say("from {pool}, worth {value}", pool=line.pool, value=value)
    return say("not charged, worth {value}", value=value)


def _sums(invoice: Invoice) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [("", say("Net"), None, _money(invoice, invoice.net))]
    for part in invoice.taxes:
        what = f"{part.name} {figure_text(shortest(part.rate))}%"
        what += say(", exempt: {why}", why=part.reason) if part.reason else ""
        rows.append((part.key, what, _money(invoice, part.base), _money(invoice, part.tax)))
    rows.append(("", _due(invoice), None, _money(invoice, invoice.total)))
    return ReportTable((say("Tax"), "", say("On"), say("Amount")), tuple(rows), sums=1)


def _prepaid(invoice: Invoice) -> Section:
    facts: list[tuple[str, Cell]] = []
    for drawn in invoice.drawn:
        amount: Cell = (
            _money(invoice, int(Decimal(drawn.amount)))
            if drawn.money
            else f"{figure_text(drawn.amount)} {say('min at the usual rate')}"
        )
        facts.append((f"{drawn.pool}, {drawn.agreement}", amount))
    if invoice.value_given:
        facts.append((say("Not charged, in all"), _money(invoice, invoice.value_given)))
    return Section(say("From what you have prepaid, and what was not charged"), facts=tuple(facts))


def _payment(invoice: Invoice) -> Section:
    if _credit(invoice):
        return Section(say("To know"), paragraphs=(invoice.note,) if invoice.note else ())
    bank = invoice.bank
    facts: list[tuple[str, Cell]] = [
        (label, text)
        for label, text in (
            (say("Terms"), invoice.terms),
            (say("Bank"), bank.name),
            (say("Account"), bank.account),
            (say("Bank code"), bank.code),
        )
        if text
    ]
    facts.append((say("Say in the payment"), invoice.number or say("its number")))
    return Section(
        say("Payment"), facts=tuple(facts), paragraphs=(invoice.note,) if invoice.note else (), kept_together=True
    )


def _decimal(invoice: Invoice, minor: int) -> Decimal:
    return Decimal(format_minor(minor, invoice.exponent))


def _line_rows(one: Invoice) -> Iterable[tuple[Datum, ...]]:
    tail = (
        one.currency,
        one.number,
        one.kind.value,
        one.issued_on.isoformat(),
        one.due_on.isoformat(),
        one.buyer.tax_id,
    )
    for number, line in enumerate(without_tax(one), 1):
        worth = None if line.value is None else _decimal(one, line.value)
        yield (
            None, line.of, _day(line) or None, one.buyer.name, line.site, line.technician, line.about, number, line.rule,
            line.category,
            line.text.replace("\n", " · "), line.quantity, line.unit.value, line.unit_price, _decimal(one, line.amount), *tail,
            line.source.value, line.tax, worth, line.given or None, line.pool or None, line.corrects,
        )  # fmt: skip
    for number, part in enumerate(one.taxes, len(one.lines) + 1):
        yield (
            None, None, None, one.buyer.name, None, None, None, number, "TAX", "tax", part.name, None, None, None,
            _decimal(one, part.tax), *tail, None, part.key, None, None, None, None,
        )  # fmt: skip


def _head_row(one: Invoice) -> tuple[Datum, ...]:
    days = (one.issued_on, one.due_on, one.first, one.last)
    return (
        one.number, one.kind.value, *(day.isoformat() for day in days), one.buyer.name, one.buyer.tax_id, one.corrects or None,
        *(_decimal(one, minor) for minor in (one.net, one.tax, one.total)), one.currency,
    )  # fmt: skip


def _tax_rows(one: Invoice) -> Iterable[tuple[Datum, ...]]:
    for part in one.taxes:
        base, tax = _decimal(one, part.base), _decimal(one, part.tax)
        rate = Decimal(shortest(part.rate))
        yield one.number, part.key, part.name, rate, part.category.value, part.reason or None, base, tax, one.currency
