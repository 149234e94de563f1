"""The charge of a visit in one line of words."""

from __future__ import annotations

from dispatch.charges.explain import needs
from dispatch.desk.charges.charging import Priced, Unpriced


def price_words(charge: Priced | Unpriced) -> str:
    """What a visit costs, or would cost, or why that is not known."""
    if isinstance(charge, Unpriced):
        return f"no charge: {charge.reason}"
    form = charge.form
    if form["total"] is None:
        return f"charge blocked: {'; '.join(needs(form))}"
    words = f"{form['total']} {charge.currency} with tax, {form['net']} without"
    return words if charge.revision is not None else f"{charge.word.removeprefix('charge ')} {words}"
