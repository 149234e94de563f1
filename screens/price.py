"""The charge of a visit in one line of words."""

from __future__ import annotations

from dispatch.desk.visit_page import VisitPage


def price_words(page: VisitPage) -> str:
    """What the visit costs, or would cost, or why that is not known."""
    if page.charge is None:
        return f"no charge: {page.charge_note}"
    form = page.charge.sheet.as_json()
    if form["total"] is None:
        missing = ", ".join(str(code).replace("_", " ").lower() for code in form.get("errors", []))
        return f"charge blocked: {missing}"
    words = f"{form['total']} {page.charge.currency} with tax, {form['net']} without"
    return f"estimate {words}" if page.charge.estimate else words
