"""The board, a technician's day and the visit log as text: for `--plain`, for pipes, for screen readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dispatch.model.boards import Board, BoardRow, BoardVisit, Log, LogLine, Tally, Totals, charged_by
from dispatch.model.instants import day_of, day_text, span_text
from dispatch.model.money import amount_text
from dispatch.model.reviews import NOTES, ReviewMark
from dispatch.model.states import Review
from dispatch.model.text import count_text, pad, show
from dispatch.model.travel import DistanceUnit, Leg, distance_text, leg_text
from dispatch.model.ways import state_words, way_and_work


def board_lines(board: Board) -> list[str]:
    """The board as text: each technician with stops and legs, then the queue and what is on hold."""
    lines = [
        f"{show(board.firm)}  {day_text(board.day)}  {_clock(board.now, board)}",
        f"{count_text(len(board.rows), 'technician')}, {count_text(board.planned, 'visit')}, {len(board.queue)} unscheduled"
        + (f", {board.late} late" if board.late else "")
        + (f", {count_text(len(board.calls), 'client')} to call" if board.calls else ""),
    ]
    for row in board.rows:
        lines += ["", *_row_lines(row, board, ahead=True)]
    if not board.rows:
        lines += ["", "No technicians yet: dispatch import technicians FILE"]
    lines += ["", f"Unscheduled ({len(board.queue)})", *(_queued_line(visit, board) for visit in board.queue)]
    if board.on_hold:
        lines += ["", f"On hold ({len(board.on_hold)})"]
        lines += [f"{_queued_line(visit, board)}  waiting: {show(visit.reason)}" for visit in board.on_hold]
    return lines


def day_lines(board: Board, row: BoardRow) -> list[str]:
    """One technician's day as text."""
    return [f"{day_text(board.day)}  {_clock(board.now, board)}", *_row_lines(row, board)]


def leg_line(leg: Leg, unit: DistanceUnit) -> str:
    """A leg in words: minutes with provenance, and the distance."""
    distance = distance_text(leg.metres, unit) if leg.metres is not None else ""
    return "  ".join(part for part in (leg_text(leg.seconds, leg.provenance), distance) if part)


def late_lines(board: Board) -> list[str]:
    """Who is late or runs over, and whom to call, as text."""
    late = [(row, visit) for row in board.rows for visit in row.visits if visit.late is not None]
    lines = [f"{day_text(board.day)}  {_clock(board.now, board)}"]
    lines += ["", "Late" if late else "Nobody is late."]
    for row, visit in late:
        lines.append("  ".join([pad(row.name, 18), _stop_line(visit, board).strip(), _ahead(visit, board)]))
    lines += ["", "To call, the first one first" if board.calls else "Nobody has to be called."]
    for call in board.calls:
        parts = [
            f"  by {_clock(call.due, board)}",
            pad(call.reference, 7),
            pad(call.client, 26),
            show(call.phone) or "no phone number",
            show(call.contact),
            call.words(board.times),
        ]
        lines.append("  ".join(filter(None, parts)))
    return lines


def _row_lines(row: BoardRow, board: Board, *, ahead: bool = False) -> list[str]:
    """A technician's day; `ahead` adds how it will go, which is for the dispatcher and the lead only (R5)."""
    head = show(row.name)
    busy = f"{span_text(row.busy)} of {span_text(row.available)}"
    head += "  off" if row.shift is None else f"  {span_in(*row.shift, board)}  {busy}"
    if row.metres is not None and row.visits:
        head += f"  {distance_text(row.metres, board.unit)}"
    if row.unknown_legs:
        head += f"  {count_text(row.unknown_legs, 'unknown leg')}"
    lines = [head]
    for absence in row.absences:
        lines.append(f"  {span_in(absence.starts_at, absence.ends_at, board)}  absent: {show(absence.reason)}")
    for visit in row.visits:
        if visit.leg is not None:
            lines.append(f"    drive  {leg_line(visit.leg, board.unit)}")
        course = _ahead(visit, board) if ahead else ""
        others = ", ".join(show(name) for name in visit.crew if name != row.name)
        with_whom = f"with {others}" if others else ""
        lines.append("  ".join(part for part in (_stop_line(visit, board), with_whom, course) if part))
    if row.leg_home is not None:
        overtime = f"  {span_text(row.overtime // 60)} past the shift" if ahead and row.overtime >= 60 else ""
        lines.append(f"    {row.end_name:5}  {leg_line(row.leg_home, board.unit)}{overtime}")
    if not row.visits:
        lines.append("  no visits")
    return lines


def _stop_line(visit: BoardVisit, board: Board) -> str:
    parts = [
        f"  {board.times.span(visit.start, visit.end, visit.zone)}",
        pad(state_words(visit), 11),
        pad(visit.reference, 7),
        f"{show(visit.client)}, {show(way_and_work(visit))}",
        f"day {visit.which_day}" if visit.which_day else "",
        visit.since(board.zone),
        "" if visit.promised is None else f"promised {board.times.span(*visit.promised, visit.zone)}",
        "" if visit.actual_in is None else f"in {_clock(visit.actual_in, board)}",
        "" if visit.actual_out is None else f"out {_clock(visit.actual_out, board)}",
        "not seen yet" if visit.unseen else "",
        "pinned" if visit.pinned else "",
    ]
    return "  ".join(filter(None, parts))


def _ahead(visit: BoardVisit, board: Board) -> str:
    """The new times of a visit where they differ from the plan, and how late that is."""
    parts = []
    if visit.projected is not None and visit.start is not None and visit.end is not None:
        arrival, end = visit.projected
        if max(abs(arrival - visit.start), abs(end - visit.end)) >= 60:
            parts.append(f"now {board.times.span(arrival, end, visit.zone)}")
    if visit.late is not None:
        parts.append(visit.late.sentence)
    if visit.told is not None:
        parts.append(f"told {board.times.clock(visit.told, visit.zone)}")
    return "  ".join(parts)


def _queued_line(visit: BoardVisit, board: Board) -> str:
    due = "" if visit.due is None else f", due {day_text(day_of(visit.due, board.zone))} {_clock(visit.due, board)}"
    parts = [
        f"  P{visit.priority}",
        pad(visit.reference, 7),
        pad(visit.client, 28),
        f"{visit.minutes:>4} min",
        show(visit.work),
        f"{visit.level.replace('_', ' ')}: {visit.clock}{due}" if visit.level else "",
        "" if visit.promised is None else f"promised {board.times.span(*visit.promised, visit.zone)}",
        f"needs {', '.join(map(show, visit.skills))}" if visit.skills else "",
        *map(show, visit.demands),
        "emergency" if visit.emergency else "",
        f"overdue since {day_text(visit.due_on)}" if visit.overdue and visit.due_on is not None else "",
        f"latest {day_text(visit.latest_on)}" if visit.latest_on is not None and not visit.overdue else "",
        "no date" if visit.wanted_on is None else "",
        "" if visit.located else "place unknown: no travel time until it has coordinates",
    ]
    return "  ".join(filter(None, parts))


def span_in(start: int | None, end: int | None, view: Board | Log) -> str:
    """From one time of day to another, as a view writes them."""
    first = _clock(start, view) if start is not None else "?"
    last = _clock(end, view) if end is not None else ""
    return f"{first}–{last}"


def _clock(instant: int, view: Board | Log) -> str:
    return view.times.clock(instant)


def log_lines(log: Log, heading: str = "") -> list[str]:
    """The visit log as text: each visit, below it what a lead has to look at, and the totals."""
    lines = [f"{show(log.firm)}  visit log  {heading or day_text(log.day)}"]
    if not log.lines:
        lines.append("No visits on this day." if not log.several_days else "No visits.")
    for line in log.lines:
        visit = line.visit
        actual = span_in(visit.actual_in, visit.actual_out, log) if visit.actual_in is not None else "–"
        dated = (log.several_days or line.elsewhere) and visit.start is not None
        day = f"{day_text(day_of(visit.start or 0, log.zone))}  " if dated else ""
        lines.append(
            day
            + "  ".join(
                [
                    pad(visit.reference, 8),
                    pad(", ".join(line.technicians) or "–", 14),
                    pad(visit.client, 26),
                    pad(state_words(visit), 12),
                    pad(span_in(visit.start, visit.end, log) if visit.start is not None else "–", 13),
                    pad(actual, 13),
                    pad(f"tests {visit.tests_passed}/{visit.tests_required}", 10),
                    pad(" · ".join(evidence_words(line.tally)), 30),
                    pad(charge_text(line), 20),
                    visit.review.label if visit.review is not Review.NONE else "",
                ]
            ).rstrip()
        )
        lines += [f"{' ' * len(day)}          {show(remark.told, 200)}" for remark in line.remarks]
    reasons = [f"Of these days: {reasons_text(log.reasons)}"] if log.reasons else []
    return [*lines, *reasons, totals_text(log.totals)] if log.lines else [*lines, *reasons]


def reasons_text(reasons: Iterable[tuple[ReviewMark, int]]) -> str:
    """How many visits have each remark: "late 3, waived 1 · retested 5", exceptions first."""
    counted = tuple(reasons)
    parts = (
        ", ".join(f"{mark.label} {count:,}" for mark, count in counted if (mark in NOTES) is noted)
        for noted in (False, True)
    )
    return " · ".join(filter(None, parts))


_NAMED = 12


def batch_lines(lines: Sequence[LogLine], zone: str) -> list[str]:
    """What many visits are together: how many, of which days, for which sum; and the first of them by name."""
    days = sorted({day_of(at, zone) for line in lines if (at := line.visit.start or line.visit.actual_in) is not None})
    of_days = " to ".join(day_text(day) for day in dict.fromkeys((days[0], days[-1]))) if days else "no day"
    more = f", and {len(lines) - _NAMED:,} more" if len(lines) > _NAMED else ""
    names = ", ".join(f"{show(line.visit.reference)} {show(line.visit.client)}" for line in lines[:_NAMED])
    return [
        f"{count_text(len(lines), 'visit')} of {of_days}, {money_text(charged_by(lines))} before tax:",
        names + more,
    ]


def known_lines(lines: Iterable[LogLine]) -> list[str]:
    """What is no exception of some visits, and yet not approved unseen."""
    return [
        f"to know: {show(line.visit.reference)}: {show(note.text)}"
        for line in lines
        for note in line.notes
        if note.weighs
    ]


def money_text(charged: Iterable[tuple[str, int, int]]) -> str:
    """Sums in each currency; "nothing" where there are none."""
    return ", ".join(amount_text(net, exponent, show(currency)) for currency, exponent, net in charged) or "nothing"


def totals_text(totals: Totals) -> str:
    """The visits of a log in figures."""
    return " · ".join(
        [
            count_text(totals.visits, "visit")
            + (f" and {totals.elsewhere} of another day" if totals.elsewhere else ""),
            f"{totals.ended:,} ended",
            *([count_text(totals.exceptions, "exception")] if totals.exceptions else []),
            *([f"{totals.kept:,} of {totals.promised:,} promises kept"] if totals.promised else []),
            f"{totals.to_review:,} to review",
            f"charged {money_text(totals.charged)}, before tax",
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
    return f"{amount_text(charge.net, charge.exponent, charge.currency)}{note}"


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
