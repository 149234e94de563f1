"""What a visit costs, as text: its sheet, in one line, and under an agreement."""

from __future__ import annotations

import textwrap

from db import sheets
from db.store import Store
from dispatch.lazily import lazily
from dispatch.model.money import format_minor
from dispatch.model.text import show
from dispatch.model.visits import Visit

with lazily(__name__):
    from dispatch.charges import explain
    from dispatch.desk.charges import charging
    from dispatch.desk.charges.quoting import QuoteComparison
    from dispatch.desk.log.visit_page import VisitPage


def difference_words(comparison: QuoteComparison) -> str:
    """What the comparison says, in a sentence."""
    if comparison.difference is None:
        return "one of the two cannot be priced yet"

    size = format_minor(abs(comparison.difference), comparison.without.exponent)
    verb = "saves" if comparison.difference < 0 else "costs more by" if comparison.difference else "changes nothing:"
    return f"under “{show(comparison.name)}” the visit {verb} {size} {comparison.without.currency}"


def charge_lines(page: VisitPage, width: int = 100) -> list[str]:
    """The charge sheet of a visit as text: each line with what it charges, and below it how that was made."""
    charge = page.priced
    if isinstance(charge, charging.Unpriced):
        return textwrap.wrap(charge.reason, width)
    lines = explain.sheet_lines(charge.form, charge.currency, charge.tax, width)
    return lines + [line for note in charge.notes for line in textwrap.wrap(show(note), width)]


def charge_line(store: Store, visit: Visit) -> str:
    """The kept charge of a visit in one line."""
    sheet = sheets.latest_sheet(store, visit.id)
    if sheet is None:
        return "no charge: no rate card is in force on that day"
    if sheet.total is None:
        return f"charge blocked: {', '.join(sheet.sheet.get('errors', []))}"
    return f"charge {format_minor(sheet.total, sheet.exponent, grouped=True)} {sheet.currency} ({sheet.status})"
