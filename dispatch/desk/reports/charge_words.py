"""A charge as a client reads it: each line in words, with its arithmetic below, and the sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dispatch import charges
from dispatch.charges.explain import sum_words, usual_units
from dispatch.desk.reports.document import Amount, Cell, ReportTable
from dispatch.desk.texts.rule_words import called
from dispatch.model.instants import span_text
from dispatch.model.languages import figure_text, phrase, say, spoken

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
        named = tax if key == "tax" and tax else capital(say(word))
        rows.append((named, "", amount(form[key])))
    return ReportTable((say("For"), say("Quantity"), say("Amount")), tuple(rows), sums=3)


def line_text(line: Mapping[str, Any]) -> str:
    """What a line is for, and below it its arithmetic, where a client reads that."""
    why = "" if line["rule"] in PEOPLES_WORDS else usual_units(str(line["why"]))
    return "\n".join(filter(None, (called(line), why)))


def counted_text(line: Mapping[str, Any]) -> str:
    """A quantity with its unit; whole minutes as a length of time."""
    if "unit" not in line:
        return ""
    quantity = str(line["qty"])
    if line["unit"] == "min" and quantity.isdigit():
        return span_text(int(quantity))
    return usual_units(f"{figure_text(quantity)} {say(line['unit'])}")


_UNITS = (
    phrase("min"),
    phrase("rate-min"),
    phrase("each"),
    phrase("visit"),
    phrase("vehicle"),
    phrase("mi"),
    phrase("km"),
)
"""The units of quantities (design/charges.md B16)."""
_SUMS = (
    phrase("net"),
    phrase("tax"),
    phrase("total"),
    phrase("total, tax included"),
    phrase("of this net"),
    phrase("of this tax"),
)
"""What sums are called (`sum_words`)."""


def drawn_text(name: str, amount: str) -> str:
    """What was drawn from something prepaid."""
    return say("drawn from {name}: {amount}", name=name, amount=usual_units(figure_text(amount)))


def told_sheet(form: Mapping[str, Any], given: Mapping[str, Any], tax: str) -> tuple[Mapping[str, Any], str]:
    """A kept sheet and how its tax is reckoned, with the arithmetic of its input in the language that is spoken, as long as
    that makes the same figures."""
    if not spoken():
        return form, tax
    again = charges.charge_sheet(given["card"], given["client"], given["site"], given["agreement"], given["visit"])
    lines = told_lines(form["lines"], [line.as_json(again.exponent) for line in again.lines])
    return {**form, "lines": lines}, again.tax_why


def told_lines(kept: Sequence[Mapping[str, Any]], again: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The lines of a kept sheet with the arithmetic of those that the same input makes now, where these are the same but for it."""
    same = [{**line, "why": ""} for line in kept] == [{**line, "why": ""} for line in again]
    return [*again] if same and spoken() else [*kept]


def capital(text: str) -> str:
    """A sentence with its first letter in upper case."""
    return f"{text[:1].upper()}{text[1:]}"
