"""Invoices as a DATEV batch of bookings (DATEV-Format EXTF 700, category 21 Buchungsstapel, format version 13)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from dispatch.desk.billing.layouts.books import Books, Layouted, named, on_one_line, signed
from dispatch.model.invoice_taxes import tax_shares, without_tax
from dispatch.model.invoices import Invoice
from dispatch.model.money import format_minor
from dispatch.model.text import show

_ONES = (
    "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Kurs;Basis-Umsatz;WKZ Basis-Umsatz;Konto;"
    "Gegenkonto (ohne BU-Schlüssel);BU-Schlüssel;Belegdatum;Belegfeld 1;Belegfeld 2;Skonto;Buchungstext;Postensperre;"
    "Diverse Adressnummer;Geschäftspartnerbank;Sachverhalt;Zinssperre;Beleglink"
)
_COSTS = (
    "KOST1 - Kostenstelle;KOST2 - Kostenstelle;Kost-Menge;EU-Land u. UStID (Bestimmung);EU-Steuersatz (Bestimmung);"
    "Abw. Versteuerungsart;Sachverhalt L+L;Funktionsergänzung L+L;BU 49 Hauptfunktionstyp;BU 49 Hauptfunktionsnummer;"
    "BU 49 Funktionsergänzung"
)
_LAST = (
    "Stück;Gewicht;Zahlweise;Forderungsart;Veranlagungsjahr;Zugeordnete Fälligkeit;Skontotyp;Auftragsnummer;Buchungstyp;"
    "USt-Schlüssel (Anzahlungen);EU-Land (Anzahlungen);Sachverhalt L+L (Anzahlungen);EU-Steuersatz (Anzahlungen);"
    "Erlöskonto (Anzahlungen);Herkunft-Kz;Buchungs GUID;KOST-Datum;SEPA-Mandatsreferenz;Skontosperre;Gesellschaftername;"
    "Beteiligtennummer;Identifikationsnummer;Zeichnernummer;Postensperre bis;Bezeichnung SoBil-Sachverhalt;"
    "Kennzeichen SoBil-Buchung;Festschreibung;Leistungsdatum;Datum Zuord. Steuerperiode;Fälligkeit;Generalumkehr (GU);"
    "Steuersatz;Land;Abrechnungsreferenz;BVV-Position;EU-Land u. UStID (Ursprung);EU-Steuersatz (Ursprung);"
    "Abw. Skontokonto"
)
COLUMNS = (
    *_ONES.split(";"),
    *(f"Beleginfo - {word} {place}" for place in range(1, 9) for word in ("Art", "Inhalt")),
    *_COSTS.split(";"),
    # the blank is missing in the format itself
    *(f"Zusatzinformation{word} {place}" for place in range(1, 21) for word in (" - Art", "- Inhalt")),
    *_LAST.split(";"),
)
"""The 125 columns of a booking."""
_TEXTS = frozenset(
    COLUMNS[place - 1]
    for place in (
        *(2, 3, 6, 9, 11, 12, 14, 16, *range(20, 39), 40, 42, *range(48, 88), 91, 95, 96, 98),
        *(102, 103, 105, 107, 109, 110, 112, 118, 120, 121, 123),
    )
)
"""Those that hold text and stand between quotes, also where they are empty."""
_BELEGFELD = re.compile(r"[a-zA-Z0-9$&%*+\-/]{1,36}")
_TEXT, _LABEL, _MOST_ROWS = 60, 30, 99_999


def datev(found: Sequence[Invoice], books: Books) -> Layouted:
    """A booking for each document, revenue account and tax: the gross amount, from the client's account. Windows-1252, or where
    that lacks a letter UTF-8 with a byte-order mark; DATEV reads both.

    Raises:
        Faulty: a code or a number is missing, or not all of it fits into one batch.
    """
    header = _header(found, books)
    rows = [row for invoice in found for row in _bookings(invoice, books)]
    if not rows:
        books.fault("there is nothing to book: they all come to 0.")
    if len(rows) > _MOST_ROWS:
        books.fault(f"DATEV takes {_MOST_ROWS} bookings in a file: name fewer documents.")
    books.check()
    lines = [header, ";".join(COLUMNS), *(";".join(_cell(name, row.get(name, "")) for name in COLUMNS) for row in rows)]
    text = "".join(f"{line}\r\n" for line in lines)
    try:
        return Layouted(text.encode("cp1252"), tuple(found))
    except UnicodeEncodeError:
        return Layouted(text.encode("utf-8-sig"), tuple(found))


def _header(found: Sequence[Invoice], books: Books) -> str:
    firm = books.firm
    first, last = min(one.issued_on for one in found), max(one.issued_on for one in found)
    begins = _year_begins(first, firm.books_month)
    if begins != _year_begins(last, firm.books_month):
        books.fault(f"{first} and {last} are of two years of the books: export them year by year.")
    if not firm.datev_consultant or not firm.datev_client:
        books.fault("the numbers at DATEV are missing: settings, Bookkeeper: DATEV, consultant and client.")
    currencies = sorted({one.currency for one in found})
    if len(currencies) > 1:
        books.fault(f"a DATEV batch is of one currency, and these are in {', '.join(currencies)}: name them apart.")
    # made on the day of its newest document, so that it is the same each time
    made, day = f"{last:%Y%m%d}000000000", "%Y%m%d"
    label = _quoted(f"Invoices {first:{day}}-{last:{day}}"[:_LABEL])
    return ";".join(
        (
            *('"EXTF"', "700", "21", '"Buchungsstapel"', "13", made, "", '"RE"', '""', '""'),
            *(firm.datev_consultant, firm.datev_client, f"{begins:{day}}", str(firm.datev_digits)),
            *(f"{first:{day}}", f"{last:{day}}", label, '""', "1", "0", "0", _quoted(currencies[0])),
            *("", '""', "", "", '""', "", "", '""', '""'),
        )
    )


def _year_begins(day: datetime.date, month: int) -> datetime.date:
    return datetime.date(day.year - (day.month < month), month, 1)


def _bookings(invoice: Invoice, books: Books) -> list[dict[str, str]]:
    sign, client = signed(invoice), books.client(invoice)
    if not client.debtor:
        books.fault(f"the number of {show(client.name, 60)} at the bookkeeper is missing: client, Bookkeeper: number.")
    elif len(client.debtor) != books.firm.datev_digits + 1:
        books.fault(
            f"{show(client.name, 60)}: {client.debtor} is not a number of {books.firm.datev_digits + 1} digits."
        )
    if not _BELEGFELD.fullmatch(invoice.number):
        books.fault(f"{named(invoice)} has signs that DATEV does not take in a number.")
    sums: dict[tuple[str, str], int] = {}
    for line, tax in zip(without_tax(invoice), tax_shares(invoice), strict=True):
        account = books.sold("datev_accounts", line)
        if account and not re.fullmatch("[0-9]{4,9}", account):
            books.fault(f"{show(account, 30)} is no number of an account: settings, Bookkeeper: DATEV, accounts.")
        key = account, books.tax("datev_taxes", line.tax)
        sums[key] = sums.get(key, 0) + sign * (line.amount + tax)
    about = f"{invoice.buyer.name}, {invoice.corrects}" if invoice.corrects else invoice.buyer.name
    return [
        {
            "Umsatz (ohne Soll/Haben-Kz)": format_minor(abs(gross), invoice.exponent).replace(".", ","),
            "Soll/Haben-Kennzeichen": "S" if gross > 0 else "H",
            "WKZ Umsatz": invoice.currency,
            "Konto": client.debtor,
            "Gegenkonto (ohne BU-Schlüssel)": account,
            "BU-Schlüssel": key,
            "Belegdatum": f"{invoice.issued_on:%d%m}",
            "Belegfeld 1": invoice.number,
            "Buchungstext": on_one_line(about, _TEXT),
            "Festschreibung": "0",
            "Fälligkeit": f"{invoice.due_on:%d%m%Y}",
        }
        for (account, key), gross in sums.items()
        if gross
    ]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _cell(name: str, text: str) -> str:
    return _quoted(text) if name in _TEXTS else text
