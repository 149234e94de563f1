"""The visit log as text, and the evidence of a visit's tests in words, the same everywhere."""

from __future__ import annotations

from dispatch.desk.texts.board_words import count_text, span_in
from dispatch.model.boards import Log, LogLine, Tally, Totals
from dispatch.model.instants import day_of, day_text
from dispatch.model.money import format_minor
from dispatch.model.states import Review
from dispatch.model.text import pad, show


def log_lines(log: Log, heading: str = "") -> list[str]:
    """The visit log as text: each visit, below it what a lead has to look at, and the totals."""
    lines = [f"{show(log.firm)}  visit log  {heading or day_text(log.day)}"]
    if not log.lines:
        lines.append("No visits on this day." if not log.several_days else "No visits.")
    for line in log.lines:
        visit = line.visit
        actual = span_in(visit.actual_in, visit.actual_out, log) if visit.actual_in is not None else "–"
        day = f"{day_text(day_of(visit.start, log.zone))}  " if log.several_days and visit.start is not None else ""
        lines.append(
            day
            + "  ".join(
                [
                    pad(visit.reference, 8),
                    pad(", ".join(line.technicians) or "–", 14),
                    pad(visit.client, 26),
                    pad(visit.state.label, 12),
                    pad(span_in(visit.start, visit.end, log) if visit.start is not None else "–", 13),
                    pad(actual, 13),
                    pad(f"tests {visit.tests_passed}/{visit.tests_required}", 10),
                    pad(" · ".join(evidence_words(line.tally)), 30),
                    pad(charge_text(line), 20),
                    visit.review.value.replace("_", " ") if visit.review is not Review.NONE else "",
                ]
            ).rstrip()
        )
        lines += [f"{' ' * len(day)}          ! {show(remark.text, 200)}" for remark in line.remarks]
    return [*lines, totals_text(log.totals)] if log.lines else lines


def totals_text(totals: Totals) -> str:
    """The visits of a log in figures."""
    money = ", ".join(
        f"{format_minor(net, exponent, grouped=True)} {show(currency)}" for currency, exponent, net in totals.charged
    )
    return " · ".join(
        [
            count_text(totals.visits, "visit"),
            f"{totals.ended:,} ended",
            *([count_text(totals.exceptions, "exception")] if totals.exceptions else []),
            *([f"{totals.kept:,} of {totals.promised:,} within their promise"] if totals.promised else []),
            f"{totals.to_review:,} to review",
            f"charged {money or 'nothing'}, before tax",
        ]
    )


def charge_text(line: LogLine) -> str:
    """The charge of a visit in words, before tax as the totals are."""
    charge = line.charge
    if charge.status is None:
        return "not charged"
    if charge.net is None:
        return "charge blocked"
    note = "" if charge.status == "ready" else f" ({charge.status})"
    return f"{format_minor(charge.net, charge.exponent, grouped=True)} {charge.currency}{note}"


def executed_text(ran: int, tested: int) -> str:
    """How many tests the program ran."""
    return f"executed {ran} of {tested}"


def evidence_words(counted: Tally) -> list[str]:
    """Its parts; none where no test has a result."""
    parts = [executed_text(counted.ran, counted.tested)] if counted.tested else []
    how = [f"{counted.permitted} by permission"] if counted.permitted else []
    how += [f"{counted.no_way_in} no way in"] if counted.no_way_in else []
    attested = f"{counted.attested} attested" + (f" ({', '.join(how)})" if how else "")
    parts += [
        text
        for count, text in (
            (counted.measured, f"{counted.measured} measured"),
            (counted.attested, attested),
            (counted.waived, f"{counted.waived} waived"),
            (counted.retests, f"{counted.retests} {'retests' if counted.retests > 1 else 'retest'}"),
        )
        if count
    ]
    return parts
