"""Visits as text: in a list, one with all that is known of it, its history, and what it costs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from db import sheets
from db.store import Store
from dispatch.desk.texts.board_words import leg_line
from dispatch.lazily import lazily
from dispatch.model.checklists import Attempt, Item
from dispatch.model.instants import Times, day_of, day_text
from dispatch.model.money import format_minor
from dispatch.model.states import Review
from dispatch.model.text import pad, show
from dispatch.model.visits import CAME_BY, Assignment, Visit

with lazily(__name__):
    from dispatch.charges import explain
    from dispatch.desk.charges import charging
    from dispatch.desk.charges.quoting import QuoteComparison
    from dispatch.desk.log.visit_page import VisitPage
    from dispatch.desk.review.reviewing import VisitHistory
    from dispatch.desk.texts import level_words


def visit_lines(visits: Sequence[Visit], times: Times) -> list[str]:
    """Visits as text, a line each."""
    if not visits:
        return ["No visits."]
    return [
        "  ".join(
            [
                pad(visit.reference, 8),
                pad(visit.state.label, 11),
                f"{_when(visit, times, visit.zone):<27}",
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
    leg = [] if page.leg is None else [f"leg {leg_line(page.leg, page.unit)}"]
    events = (
        f"{page.times.clock(event.at)} {pad(event.by, 14)} {pad(event.deed, 10)} {show(event.text)}"
        for event in page.events
    )
    return _lines_before_events(page, leg, width, levels=levels) + _under("Events", events)


def _lines_before_events(page: VisitPage, drives: Sequence[str], width: int, *, levels: bool) -> list[str]:
    visit = page.visit
    lines = [
        f"{show(visit.reference)}  {show(visit.client)}  {show(visit.site)}  {visit.state.label}",
        f"  {show(visit.work)} · {visit.minutes} min · P{visit.priority}"
        + (" · emergency" if visit.emergency else "")
        + (f" · came in: {CAME_BY[visit.came_by]}" if visit.came_by else "")
        + "".join(f" · {show(words)}" for words in visit.demands),
        f"  {_when(visit, page.times, page.office)}"
        + (f" · {', '.join(show(p.named) for p in visit.assignments)}" if visit.assignments else ""),
        f"  {show(page.site.address)} · {show(page.site.access_notes)}",
    ]
    if visit.promised is not None:
        lines.append(f"  promised {promise_text(visit.promised, page.times, page.office)}")
    lines += [f"  {day}" for day in day_lines(visit, page.times, page.office)]
    lines += [f"  {drive}" for drive in drives]
    if levels and page.clocks:
        lines += _under("Service levels", level_words.clock_lines(page.clocks, page.times, page.office))
    for word, others in (("follow-up", page.follow_ups), ("of the same job", page.same_job)):
        for other in others:
            when = _when(other, page.times, page.office)
            lines.append(f"  {word}: {show(other.reference)} {show(other.work)}, {other.state.label}, {when}")
    lines += stay_lines(page)
    lines += review_lines(page)
    if page.origin is not None:
        lines.append(f"  checklist: {show(page.origin.name)}, version {page.origin.number}; {show(page.origin.why)}")
    for phase, items in groupby(page.checklist.items, attrgetter("phase")):
        lines.append(phase.value.upper())
        lines += [line for item in items for line in _item_lines(item, page)]
    files = (f"{show(file.item)} {show(file.name)}, {file.size:,} bytes, {show(file.by)}" for file in page.files)
    lines += _under("Files", files)
    lines += _under("Not ready to close:", (f"{one.gate} {show(one.ref)} {show(one.text)}" for one in page.unmet))
    word = page.charge.word if page.charge is not None else "charge"
    return lines + _under(word.capitalize(), charge_lines(page, width - 2))


def _under(title: str, entries: Iterable[str]) -> list[str]:
    """Lines below a title; nothing where there are none."""
    lines = [f"  {entry}" for entry in entries]
    return [title, *lines] if lines else []


def promise_text(promised: tuple[int, int], times: Times, beside: str) -> str:
    """A promised window with its day."""
    return f"{day_text(day_of(promised[0], times.zone))} {times.span(*promised, beside)}"


def day_lines(visit: Visit, times: Times, beside: str) -> list[str]:
    """The days of a visit that takes several: when, with whom, and whether they are done; nothing of one that takes one."""
    if visit.days == 1:
        return []
    lines, placed = [], {one.day_number: one for one in visit.all_days}
    for number in range(1, visit.days + 1):
        one = placed.get(number)
        done = ", done" if number < visit.next_day else ""
        where = "has no place" if one is None else f"{_when(one, times, beside)} {', '.join(map(show, one.crew))}{done}"
        lines.append(f"day {number} of {visit.days}: {where}")
    return lines


def stay_lines(page: VisitPage) -> list[str]:
    """The clocked spans of each technician, what was put right, what is charged otherwise, what was used."""
    clock, span = page.times.clock, page.times.span
    lines = []
    for part in page.visit.stays:
        who = _whose_day(page.visit, part)
        if part.segments:
            spans = ", ".join(f"{segment.kind} {span(segment.starts_at, segment.ends_at)}" for segment in part.segments)
            lines.append(f"  {who}: {spans}")
        elif part.did_not_come_at is not None:
            lines.append(f"  {who}: did not come")
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


def _whose_day(visit: Visit, part: Assignment) -> str:
    """A technician, with the day where a visit takes several."""
    return show(part.technician) + (f", day {part.day}" if visit.days > 1 else "")


def review_lines(page: VisitPage) -> list[str]:
    """Where the review stands: comments and answers, the approval, the batch; work notes that were put right."""
    visit, when = page.visit, page.times.moment
    lines = []
    for comment in page.comments:
        lines.append(f"  sent back by {show(comment.by)}, {when(comment.at)}: {show(comment.text)}")
        if comment.answered_at is not None:
            answer = show(comment.answer) or "put right"
            lines.append(f"  answered by {show(comment.answered_by)}, {when(comment.answered_at)}: {answer}")
        else:
            seen = f", seen {when(comment.seen_at)}" if comment.seen_at is not None else ""
            lines.append(f"  not answered yet{seen}")
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


def _when(visit: Visit, times: Times, beside: str) -> str:
    if visit.starts_at is not None and visit.ends_at is not None:
        return f"{day_text(day_of(visit.starts_at, times.zone))} {times.span(visit.starts_at, visit.ends_at, beside)}"
    latest = f"latest {day_text(visit.latest_on)}" if visit.latest_on else ""
    wanted = f"wanted {day_text(visit.wanted_on)}" if visit.wanted_on else "" if latest else "no date"
    return ", ".join(filter(None, (wanted, latest)))


def history_lines(history: VisitHistory, width: int = 100, *, levels: bool = True) -> list[str]:
    """A history as text; what is remarkable first, the events with their day and place last."""
    page = history.page
    head, *body = _lines_before_events(page, drive_lines(history), width, levels=levels)
    lines = [head]
    for remark in history.remarks:
        lines += textwrap.wrap(show(remark.told), width, initial_indent="  ", subsequent_indent="    ")
    lines += body
    if len(history.revisions) > 1:
        lines.append("Revisions of the charge")
        for sheet in history.revisions:
            stands = sheet.revision == history.revisions[-1].revision and sheet.accepted
            total = f"{sheet.sheet['total']} {sheet.currency}" if sheet.total is not None else "blocked"
            why = f"  {sheet.reason}" if sheet.reason else "  the original" if sheet.revision == 1 else ""
            lines.append(f"  {sheet.revision:>2}  {pad(total, 16)}{'stands' if stands else 'before':<7}{show(why)}")
    lines += ["Events"] if page.events else []
    for day, events in groupby(page.events, lambda event: day_of(event.at, page.visit.zone)):
        lines.append(f"  {day_text(day)}")
        for event in events:
            clock = page.times.clock(event.at)
            lines.append(
                f"  {clock} {pad(event.by, 14)} {pad(event.deed, 16)} {show(event.text)}  [{show(event.where)}]"
            )
    return lines


def drive_lines(history: VisitHistory) -> list[str]:
    """The drive of each technician, as it was planned and as it was."""
    clock = history.page.times.clock
    planned = "not planned" if history.page.leg is None else leg_line(history.page.leg, history.page.unit)
    lines = []
    for number, part in enumerate(history.page.visit.stays):
        if part.depart_at is not None and part.check_in_at is not None:
            driven = f"driven {part.drive_minutes} min, {clock(part.depart_at)}–{clock(part.check_in_at)}"
        else:
            driven = "drive not recorded" if part.did_not_come_at is None else "did not come"
        home = ""
        if part.check_out_at is not None and part.return_at is not None:
            home = f" · home {part.home_minutes} min, {clock(part.check_out_at)}–{clock(part.return_at)}"
        # the leg of the plan is the first technician's
        plan = f"planned {planned} · " if number == 0 else ""
        lines.append(f"{_whose_day(history.page.visit, part)}: {plan}{driven}{home}")
    return lines


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
