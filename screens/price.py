"""The charge of a visit in one line of words."""

from __future__ import annotations

from dispatch.charges.explain import needs
from dispatch.desk.visit_page import VisitPage


def price_words(page: VisitPage) -> str:
    """What the visit costs, or would cost, or why that is not known."""
    if page.charge is None:
        return f"no charge: {page.charge_note}"
    form = page.charge.form
    if form["total"] is None:
        return f"charge blocked: {'; '.join(needs(form))}"
    words = f"{form['total']} {page.charge.currency} with tax, {form['net']} without"
    return words if page.charge.revision is not None else f"{page.charge.word.removeprefix('charge ')} {words}"
