"""The main views as text: for `--plain`, for pipes, for screen readers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from db import sheets
from db.store import Store
from dispatch.lazily import lazily
from dispatch.model.boards import Board, BoardRow, BoardVisit, CallAhead, Log
from dispatch.model.checklists import Attempt, Item
from dispatch.model.instants import clock_text, day_of, day_text, span_text
from dispatch.model.money import format_minor
from dispatch.model.states import Review
from dispatch.model.text import pad, show
from dispatch.model.travel import Leg
from dispatch.model.units import DistanceUnit, distance_text, leg_text
from dispatch.model.visits import CAME_BY, Visit

with lazily(__name__):
    from dispatch.charges import explain
    from dispatch.desk.charges import charging
    from dispatch.desk.log.visit_page import VisitPage
    from dispatch.desk.plan.proposing import Proposal
    from dispatch.desk.texts import level_words


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


def visit_lines(visits: Sequence[Visit]) -> list[str]:
    """Visits as text, a line each."""
    if not visits:
        return ["No visits."]
    return [
        "  ".join(
            [
                pad(visit.reference, 8),
                pad(visit.state.label, 11),
                pad(_when(visit), 24),
                pad(", ".join(visit.crew) or "–", 14),
                f"P{visit.priority}",
                pad(visit.client, 28),
                show(visit.work, 50),
            ]
        ).rstrip()
        for visit in visits
    ]


def visit_page_lines(page: VisitPage, width: int = 100, *, levels: bool = True) -> list[str]:
    """One visit with its service levels, its checklist, its charge and its events. A technician reads no `levels`."""
    visit = page.visit
    lines = [
        f"{show(visit.reference)}  {show(visit.client)}  {show(visit.site)}  {visit.state.label}",
        f"  {show(visit.work)} · {visit.minutes} min · P{visit.priority}"
        + (" · emergency" if visit.emergency else "")
        + (f" · came in: {CAME_BY[visit.came_by]}" if visit.came_by else ""),
        f"  {_when(visit)}"
        + (f" · {', '.join(show(p.named) for p in visit.assignments)}" if visit.assignments else ""),
        f"  {show(page.site.address)} · {show(page.site.access_notes)}",
    ]
    if page.leg is not None:
        lines.append(f"  leg {leg_line(page.leg, page.unit)}")
    if levels and page.clocks:
        lines += [
            "Service levels",
            *(f"  {line}" for line in level_words.clock_lines(page.clocks, visit.zone, page.hours24)),
        ]
    for word, others in (("follow-up", page.follow_ups), ("of the same job", page.same_job)):
        for other in others:
            lines.append(f"  {word}: {show(other.reference)} {show(other.work)}, {other.state.label}, {_when(other)}")
    lines += stay_lines(page)
    lines += review_lines(page)
    if page.origin is not None:
        lines.append(f"  checklist: {show(page.origin.name)}, version {page.origin.number}; {show(page.origin.why)}")
    phase = None
    for item in page.checklist.items:
        if item.phase is not phase:
            phase = item.phase
            lines.append(phase.value.upper())
        lines += _item_lines(item, page)
    if page.files:
        lines += [
            "Files",
            *(f"  {show(file.item)} {show(file.name)}, {file.size:,} bytes, {show(file.by)}" for file in page.files),
        ]
    if page.unmet:
        lines += [
            "Not ready to close:",
            *(f"  {unmet.gate} {show(unmet.ref)} {show(unmet.text)}" for unmet in page.unmet),
        ]
    lines += [(page.charge.word if page.charge is not None else "charge").capitalize()]
    lines += [f"  {line}" for line in charge_lines(page, width - 2)]
    if page.events:
        lines += ["Events"]
        lines += [
            f"  {page.times.clock(event.at)} {pad(event.by, 14)} {pad(event.deed, 10)} {show(event.text)}"
            for event in page.events
        ]
    return lines


def stay_lines(page: VisitPage) -> list[str]:
    """The clocked spans of each technician, what was put right, what is charged otherwise, what was used."""
    clock, span = page.times.clock, page.times.span
    lines = []
    for part in page.visit.assignments:
        if part.segments:
            spans = ", ".join(f"{segment.kind} {span(segment.starts_at, segment.ends_at)}" for segment in part.segments)
            lines.append(f"  {show(part.technician)}: {spans}")
        elif part.did_not_come_at is not None:
            lines.append(f"  {show(part.technician)}: did not come")
    for fix in page.corrections:
        lines.append(
            f"  put right by {show(fix.by)}: {fix.what} of {show(fix.technician)} {clock(fix.before)} → {clock(fix.after)}, "
            f"{show(fix.reason)}"
        )
    for mark in page.marks:
        lines.append(
            f"  {mark.kind.replace('_', ' ')} {span(mark.starts_at, mark.ends_at)} of {show(mark.technician)}: "
            f"{show(mark.reason)}"
        )
    for used in page.used:
        price = f" at {used.amount}" if used.amount is not None else ""
        lines.append(f"  used: {used.quantity} × {show(used.label)}{price} (no. {used.id}, {show(used.by)})")
    return lines


def review_lines(page: VisitPage) -> list[str]:
    """Where the review stands: comments and answers, the approval, the batch; work notes that were put right."""
    visit, when = page.visit, page.times.moment
    lines = []
    for comment in page.comments:
        lines.append(f"  sent back by {show(comment.by)}, {when(comment.at)}: {show(comment.text)}")
        if comment.answered_at is not None:
            lines.append(
                f"  answered by {show(comment.answered_by)}, {when(comment.answered_at)}: {show(comment.answer) or 'put right'}"
            )
        else:
            lines.append(
                "  not answered yet" + (f", seen {when(comment.seen_at)}" if comment.seen_at is not None else "")
            )
    if page.approval is not None and visit.review in (Review.APPROVED, Review.EXPORTED):
        reason = f": {show(page.approval.reason)}" if page.approval.reason else ""
        lines.append(f"  approved by {show(page.approval.by)}, {when(page.approval.at)}{reason}")
    if page.batch is not None:
        lines.append(f"  exported to be invoiced in batch {page.batch}")
    notes = {entry.sequence for entry in page.checklist.entries}
    shown = {attempt.sequence for item in page.checklist.items for attempt in item.attempts}
    lines += [
        f"  note put right by {show(fix.by)}: {show(fix.before)} → {show(fix.after)}, {show(fix.reason)}"
        for fix in page.words
        if fix.sequence in notes - shown
    ]
    if not lines and visit.review is not Review.NONE:
        lines.append(f"  {visit.review.value.replace('_', ' ')}")
    return ["Review", *lines] if lines else []


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
    if board.calls:
        lines += ["", "To call, the first one first", *(_call_line(call, board) for call in board.calls)]
    else:
        lines += ["", "Nobody has to be called."]
    return lines


def _call_line(call: CallAhead, board: Board) -> str:
    parts = [
        f"  by {_clock(call.due, board)}",
        pad(call.reference, 7),
        pad(call.client, 26),
        show(call.phone) or "no phone number",
        show(call.contact),
        f"expects us {_clock(call.expected, board)}, {call.words(board.zone, board.hours24)}",
    ]
    return "  ".join(part for part in parts if part)


def _row_lines(row: BoardRow, board: Board, *, ahead: bool = False) -> list[str]:
    """A technician's day; `ahead` adds how it will go, which is for the dispatcher and the lead only (R5)."""
    head = show(row.name)
    if row.shift is None:
        head += "  off"
    else:
        head += f"  {span_in(*row.shift, board)}  {span_text(row.busy)} of {span_text(row.available)}"
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
        lines.append("  ".join(part for part in (_stop_line(visit, board), course) if part))
    if row.leg_home is not None:
        overtime = f"  {span_text(row.overtime // 60)} past the shift" if ahead and row.overtime >= 60 else ""
        lines.append(f"    home   {leg_line(row.leg_home, board.unit)}{overtime}")
    if not row.visits:
        lines.append("  no visits")
    return lines


def _stop_line(visit: BoardVisit, board: Board) -> str:
    parts = [
        f"  {span_in(visit.start, visit.end, board)}",
        pad(visit.state.label, 11),
        pad(visit.reference, 7),
        f"{show(visit.client)}, {show(visit.work)}",
        "" if visit.promised is None else f"promised {span_in(*visit.promised, board)}",
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
            parts.append(f"now {span_in(arrival, end, board)}")
    if visit.late is not None:
        parts.append(visit.late.sentence)
    if visit.told is not None:
        parts.append(f"told {_clock(visit.told, board)}")
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
        "" if visit.promised is None else f"promised {span_in(*visit.promised, board)}",
        f"needs {', '.join(map(show, visit.skills))}" if visit.skills else "",
        "emergency" if visit.emergency else "",
        f"overdue since {day_text(visit.wanted_on)}" if visit.overdue and visit.wanted_on is not None else "",
        "no date" if visit.wanted_on is None else "",
        "" if visit.located else "place unknown: no travel time until it has coordinates",
    ]
    return "  ".join(filter(None, parts))


def _item_lines(item: Item, page: VisitPage) -> Iterable[str]:
    latest = item.standing
    mark = " " if latest is None or not item.counts else "x" if latest.result.value == "fail" else "v"
    how = f"  (attested, {item.attested_how})" if item.attested_how else ""
    yield f"  [{mark}] {pad(item.ref, 8)} {show(item.label)}" + ("" if item.required else "  (optional)") + how
    for attempt in item.attempts:
        yield f"               {page.times.clock(attempt.at)} {_attempt_text(attempt)}"
        for fix in (correction for correction in page.words if correction.sequence == attempt.sequence):
            yield f"                     put right by {show(fix.by)}: {show(fix.after)} ({show(fix.reason)})"


def _attempt_text(attempt: Attempt) -> str:
    whence = f" from {attempt.vantage}" if attempt.vantage else ""
    signed = "" if attempt.signed_by is None else show(attempt.signed_by)
    parts = [
        attempt.result.value.replace("_", " ").upper(),
        "" if attempt.grade is None else f"{attempt.grade.value}{whence}",
        "" if attempt.value is None else show(attempt.value),
        f"{signed}, {'satisfied' if attempt.satisfied else 'not satisfied'}" if signed else "",
        *map(show, attempt.text.splitlines()),
        f"by {show(attempt.by)}",
    ]
    return " · ".join(filter(None, parts))


def _when(visit: Visit) -> str:
    if visit.starts_at is not None and visit.ends_at is not None:
        day = day_text(day_of(visit.starts_at, visit.zone))
        return f"{day} {clock_text(visit.starts_at, visit.zone)}–{clock_text(visit.ends_at, visit.zone)}"
    return f"wanted {day_text(visit.wanted_on)}" if visit.wanted_on else "no date"


def span_in(start: int | None, end: int | None, view: Board | Log) -> str:
    """From one time of day to another, as a view writes them."""
    first = _clock(start, view) if start is not None else "?"
    last = _clock(end, view) if end is not None else ""
    return f"{first}–{last}"


def _clock(instant: int, view: Board | Log) -> str:
    return clock_text(instant, view.zone, view.hours24)


def count_text(number: int, word: str) -> str:
    """So many of something."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def proposal_lines(proposal: Proposal) -> list[str]:
    """A proposed day: figures before and after, what moves, what is left out and why."""
    names = ("placed", "left_out", "travel", "late", "overtime")
    words = ("visits", "left out", "min driving", "min late", "min overtime")
    lines = [f"Plan of {day_text(proposal.day)}" + (f"  ({show(proposal.note)})" if proposal.note else "")]
    lines.append("  " + "  ".join(pad(word, 13) for word in ("", *words)))
    for title, figures in (("as it is", proposal.before), ("as planned", proposal.after)):
        cells = [pad(str(getattr(figures, name)), 13) for name in names]
        lines.append("  " + "  ".join([pad(title, 13), *cells]).rstrip())

    def where(end: tuple[str, int] | None) -> str:
        return "queue" if end is None else f"{show(end[0])} {clock_text(end[1], proposal.zone)}"

    lines.append("Moves" if proposal.moves else "Nothing moves: the day is as good as it was found to be.")
    for move in proposal.moves:
        visit = f"{pad(move.visit.reference, 7)} {pad(move.visit.client, 28)}"
        lines.append(
            f"  {visit} {where(move.before)} → {where(move.after)}" + (f": {show(move.remark)}" if move.remark else "")
        )
    if proposal.left_out:
        lines.append("Left out")
    for left_out in proposal.left_out:
        lines.append(f"  {pad(left_out.visit.reference, 7)} {show(left_out.visit.client)}: {show(left_out.why, 400)}")
    return lines
