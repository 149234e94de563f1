"""A sheet in words: its lines with their arithmetic, flags, who can supply what is missing, what a correction changes (B1, B10)."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from dispatch.model.languages import phrase, say
from dispatch.model.text import cells_of, pad, show

AT_USUAL = phrase("min at the usual rate")
"""What rate-minutes are called to people (design/charges.md, Terms); in the form of a sheet their unit is `rate-min`."""


def band_words(name: str) -> str:
    """A band of hours as people call it: after hours."""
    return "after hours" if name == "after_hours" else name


def band_named(words: str) -> str:
    """The band that is called so."""
    return "after_hours" if words.casefold() == "after hours" else words


NEEDS = {
    "NO_TECHNICIAN": "nobody is assigned: the dispatcher assigns a technician",
    "DUPLICATE_TECHNICIAN": "a technician stands in it twice: the dispatcher takes one assignment out",
    "UNKNOWN_CLASS": "a technician's labour class is not on the rate card: a lead adds it there, or corrects the assignment",
    "UNKNOWN_ITEM": "an item's code is not on the rate card: a lead adds it there, or the technician corrects the code",
    "MISSING_CHECK_IN": "a check-in is missing: the technician, or a lead, enters it, or says who of the crew did not come",
    "MISSING_CHECK_OUT": "a check-out is missing: the technician, or a lead, enters when the work ended",
    "NEGATIVE_DURATION": "a time lies before the one that it follows: the technician, or a lead, corrects it",
    "MARK_OUTSIDE_VISIT": "a break, test or work span reaches outside the stay: the technician, or a lead, corrects it",
    "NEGATIVE_INPUT": "a figure is negative: whoever entered it corrects it",
    "UNKNOWN_DISTANCE": "the drive's distance is not known: the dispatcher places the site, or a lead sets the travel by hand",
    "UNKNOWN_TRAVEL_TIME": "the drive's minutes are not known: the dispatcher places the site, or a lead sets the travel by hand",
    "OUT_OF_AREA": "the site lies beyond the last zone: a lead sets the travel by hand, with a reason",
    "MISSING_CANCELLATION_TIME": "when was it cancelled, and for when was it planned? The dispatcher enters it",
    "MISSING_ORIGINAL_VISIT": "our own failure, but of which visit? A lead names the original visit",
    "GOODWILL_NOT_AUTHORISED": "only a lead gives goodwill",
    "GOODWILL_NO_REASON": "goodwill needs a reason of at least 3 characters",
    "MANUAL_TRAVEL_NOT_AUTHORISED": "only a lead sets travel by hand, with a reason of at least 3 characters",
}
"""What each error of B1 lacks, and who can supply it."""

MEANS = {
    "ZERO_DURATION": phrase("no minute counts: in and out at once, or all of it before the appointment"),
    "LONG_VISIT": phrase("more than 16 hours lie between arriving and leaving"),
    "GUARANTEE_EXPIRED": phrase("our own failure, but past the guarantee: charged normally"),
    "AGREEMENT_EXPIRED": phrase("the agreement had ended: priced without it"),
    "AGREEMENT_NOT_STARTED": phrase("the agreement had not begun: priced without it"),
    "POOL_EXHAUSTED": phrase("what was prepaid did not cover all of it"),
    "TRAVEL_ESTIMATED": phrase("an estimate stands in for driving time that nobody recorded"),
    "EARLY_ARRIVAL_CLIPPED": phrase("minutes before the appointment are not charged"),
    "TAX_EXEMPT": phrase("the client is exempt from tax"),
    "NO_BILLABLE_TECHNICIAN": phrase("no technician of the visit is billable"),
}
"""What each flag of B1 means."""


Called = Callable[[Mapping[str, Any]], str]
"""What a line of a sheet is called."""
_FIGURES = 25
"""Columns of quantity and amount, and the one before them."""


def by_code(line: Mapping[str, Any]) -> str:
    """A line by the code of its rule, as the specification's examples have it, and who it is for."""
    return f"{pad(line['rule'], 9)} {_who(line)}"


def sheet_lines(
    form: Mapping[str, Any], currency: str, tax: str = "", width: int = 100, called: Called = by_code
) -> list[str]:
    """A sheet (the form of B14) as text: each line with what it charges, and below it how that was made."""
    if form["total"] is None:
        return ["blocked, there is no charge yet:", *_wrapped((f"· {need}" for need in needs(form)), width)]
    room = width - 1 - _FIGURES
    lines = []
    for line in form["lines"]:
        named, figures = show(called(line)), f"{_counted(line):>14} {line['amount']:>9}"
        if cells_of(named) <= room:
            lines.append(f"{pad(named, room)} {figures}")
        else:
            lines += [*textwrap.wrap(named, width - 1), f"{figures:>{width - 1}}"]
        lines += textwrap.wrap(_why(line), width, initial_indent="    ", subsequent_indent="    ")
    if not form["lines"]:
        lines.append("nothing is charged")
    lines += [f"{words:<{width - 11}} {form[word]:>9}" for word, words in sum_words(form)]
    lines.append(f"all in {show(currency)}" + (f" · {show(tax)}" if tax else ""))
    lines += [f"drawn from {show(name)}: {usual_units(amount)}" for name, amount in form.get("drawn", {}).items()]
    if form["status"] != "ready":
        lines.append("a lead must accept it:")
    lines += _wrapped((f"· {MEANS[flag]}" for flag in form["flags"]), width)
    return lines


def sum_words(form: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """The sums of a sheet in their order, each with what it is called: where prices include tax, what the total contains (B9.1)."""
    if form.get("tax_included"):
        return (("total", "total, tax included"), ("net", "of this net"), ("tax", "of this tax"))
    return (("net", "net"), ("tax", "tax"), ("total", "total"))


def sheet_markdown(
    form: Mapping[str, Any], title: str, currency: str, tax: str = "", called: Called = by_code
) -> list[str]:
    """A sheet as Markdown, to send to a client."""
    lines = [f"# {_cell(title)}", ""]
    if form["total"] is None:
        return [*lines, "There is no charge yet:", "", *(f"- {need}" for need in needs(form))]
    lines += [f"| for | quantity | {_cell(currency)} |", "| --- | ---: | ---: |"]
    names = [_cell(called(line).strip()) for line in form["lines"]]
    for name, line in zip(names, form["lines"], strict=True):
        lines.append(f"| {name} | {_cell(_counted(line))} | {line['amount']} |")
    tax_text = f" ({_cell(tax)})" if tax else ""
    for word, words in sum_words(form):
        named = f"**{words}**" if word == "total" else words + (tax_text if word == "tax" else "")
        lines.append(f"| {named} | | {f'**{form[word]}**' if word == 'total' else form[word]} |")
    lines += ["", "How each line was made:", ""]
    lines += [
        f"{place}. {name}: {_cell(_why(line))}"
        for place, (name, line) in enumerate(zip(names, form["lines"], strict=True), 1)
    ]
    if form["flags"]:
        lines += ["", *(f"- {MEANS[flag]}" for flag in form["flags"])]
    return lines


def needs(form: Mapping[str, Any]) -> list[str]:
    """What keeps a blocked sheet from being computed, each with who can supply it."""
    return [NEEDS[code] for code in form.get("errors", [])]


def _who(line: Mapping[str, Any]) -> str:
    return " ".join(show(band_words(str(line[key]))) for key in ("tech", "note", "pool") if line.get(key))


def usual_units(text: str) -> str:
    """A quantity of a sheet, or the arithmetic of one, with its unit as people call it (design/charges.md, Terms)."""
    return text.replace("rate-min", say(AT_USUAL))


def _counted(line: Mapping[str, Any]) -> str:
    """A quantity in a narrow column; below it stands at which rate."""
    return f"{line['qty']} {line['unit']}".replace("rate-min", "min") if "unit" in line else ""


def _why(line: Mapping[str, Any]) -> str:
    return usual_units(show(line["why"])) + (f" (worth {line['value']})" if "value" in line else "")


def _wrapped(texts: Iterator[str], width: int) -> list[str]:
    return [line for text in texts for line in textwrap.wrap(text, width, subsequent_indent="  ")]


def _cell(text: str) -> str:
    """Text that stays text in Markdown, also inside a table."""
    shown = show(text)
    for sign in "\\`*_[]<>|#":
        shown = shown.replace(sign, f"\\{sign}")
    return shown


def difference_lines(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    currency: str,
    width: int = 72,
    called: Called = by_code,
) -> list[str]:
    """What differs between two sheets (the form of B14), unchanged lines among it; nothing where both say the same.

    `-` marks a line that goes, `+` one that comes; None is no sheet at all.
    """
    old, new = (_lines(form, max(12, width - _FIGURES - 1), called) for form in (before, after))
    lines = [] if old == new else _marked(old, new)
    for word in ("net", "tax", "total"):
        was, now = ("none" if form is None or form[word] is None else form[word] for form in (before, after))
        if was != now:
            more = more_text(before, after) if word == "total" else ""
            lines.append(f"{word}: {was} → {now} {show(currency)}{more and f', {more}'}")
    if not lines and (before or {}).get("flags") == (after or {}).get("flags"):
        return []
    if after is not None and after["status"] == "review":
        lines += [f"a lead must accept it: {MEANS[flag]}" for flag in after["flags"]]
    return lines


def more_text(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """How much more or less the total of a sheet is than that of another one; empty where one has none, or both are the same."""
    if (
        before is None
        or after is None
        or None in (before["total"], after["total"])
        or before["total"] == after["total"]
    ):
        return ""
    change = Decimal(after["total"]) - Decimal(before["total"])
    return f"{abs(change)} {'more' if change > 0 else 'less'}"


def _marked(old: list[str], new: list[str]) -> list[str]:
    from difflib import SequenceMatcher

    lines = []
    for kind, begin, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [f"  {line}" for line in old[begin:end]]
        else:
            lines += [f"- {line}" for line in old[begin:end]]
            lines += [f"+ {line}" for line in new[first:last]]
    return lines


def _lines(form: Mapping[str, Any] | None, room: int, called: Called) -> list[str]:
    if form is None:
        return []
    if form["total"] is None:
        return [f"blocked: {need}" for need in needs(form)]
    lines = []
    for line in form["lines"]:
        lines.append(f"{pad(called(line), room)} {_counted(line):>12} {line['amount']:>9}")
    return lines
