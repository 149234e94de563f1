"""A charge as a client reads it: each line in words, with its arithmetic below, and the sums."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dispatch.charges.explain import band_words, sum_words, usual_units
from dispatch.desk.reports.document import Amount, Cell, ReportTable
from dispatch.model.instants import span_text

RULES = {
    "LAB": "Work",
    "LAB-COV": "Work, covered by your agreement",
    "LAB-POOL": "Work, from what you have prepaid",
    "LAB-OWN": "Work on our own failure, not charged",
    "LAB-TEST": "Tests, not charged",
    "LAB-DAY": "Half-day and day prices",
    "MIN-TIME": "Up to the minimum of a visit",
    "MIN-TRV": "Travel that the minimum includes",
    "MIN-DAY": "What the minimum of the day has charged already",
    "MIN-AMT": "Up to the smallest charge",
    "TRV-CALL": "Call-out",
    "TRV-VEH": "Vehicle",
    "TRV-DIST": "Distance",
    "TRV-TIME": "Time on the road",
    "TRV-ZONE": "Travel, zone",
    "TRV-FIX": "Travel, fixed price",
    "TRV-CAP": "Travel is charged up to",
    "TRV-MAN": "Travel, as agreed",
    "EMG-FLAT": "Emergency",
    "FEE-NOACC": "Nobody could let us in",
    "FEE-CANC": "Cancelled late",
    "FEE-SHORT": "At short notice",
    "PCT": "Surcharge",
    "TAX-OUT": "Tax that you do not pay",
    "DISC-LAB": "Discount on work",
    "DISC-TRV": "Discount on travel",
    "GOODWILL": "Goodwill",
    "POOL-MONEY": "From what you have prepaid",
}
"""What each rule of design/charges.md B16 is called to a client; an item is called by its own name."""
PEOPLES_WORDS = frozenset({"GOODWILL", "TRV-MAN"})
"""Lines whose arithmetic is a reason that a lead typed for the firm."""


def charge_table(form: Mapping[str, Any], exponent: int, currency: str, tax: str = "") -> ReportTable:
    """The lines and the sums of a sheet (the form of B14) that has a total; `tax` says how that is reckoned."""

    def amount(text: str) -> Amount:
        return Amount(int(Decimal(text).scaleb(exponent)), exponent, currency)

    rows: list[tuple[Cell, ...]] = []
    for line in form["lines"]:
        rows.append((line_text(line), counted_text(line), amount(line["amount"])))
    for key, word in sum_words(form):
        named = tax if key == "tax" and tax else word.capitalize()
        rows.append((named, "", amount(form[key])))
    return ReportTable(("For", "Quantity", "Amount"), tuple(rows), sums=3)


def line_text(line: Mapping[str, Any]) -> str:
    """What a line is for, and below it its arithmetic, where a client reads that."""
    why = "" if line["rule"] in PEOPLES_WORDS else usual_units(str(line["why"]))
    return "\n".join(filter(None, (_what(line), why)))


def _what(line: Mapping[str, Any]) -> str:
    # of one who is not chosen yet nothing is known
    named = [band_words(str(line[key])) for key in ("tech", "note") if line.get(key) and line[key] != "technician"]
    return ", ".join(filter(None, (RULES.get(line["rule"], ""), *named))) or str(line["rule"])


def counted_text(line: Mapping[str, Any]) -> str:
    """A quantity with its unit; whole minutes as a length of time."""
    if "unit" not in line:
        return ""
    quantity = str(line["qty"])
    if line["unit"] == "min" and quantity.isdigit():
        return span_text(int(quantity))
    return usual_units(f"{quantity} {line['unit']}")
