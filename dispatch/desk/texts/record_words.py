"""A visit with all that is known of it, in sections of coloured lines: as the record on the screen, and as text of commands.

A span is a text made safe and the name of its ink, as `widgets.lines.ink` has them; text alone leaves the inks out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from dispatch.charges import explain
from dispatch.closeout.readings import compared, outlook
from dispatch.desk.charges.charging import Unpriced
from dispatch.desk.log.visit_page import VisitPage
from dispatch.desk.review.reviewing import VisitHistory
from dispatch.desk.texts import finding_words, mail_words, rule_words
from dispatch.desk.texts.board_words import leg_line
from dispatch.desk.texts.level_words import clock_line
from dispatch.desk.texts.visit_words import day_lines, planned_text, promise_text
from dispatch.levels.clock import LevelState
from dispatch.model.boards import Event
from dispatch.model.checklists import MARK_INKS, Attempt, HandedIn, Item, Mark, called
from dispatch.model.instants import day_of, day_text, long_text
from dispatch.model.states import ENDED, Review, State
from dispatch.model.text import pad, show, size_text
from dispatch.model.visits import CAME_BY, Assignment, Visit
from dispatch.model.ways import state_words, way_and_work

Span = tuple[str, str]

IN_TEXT: Mapping[Mark, str] = {
    Mark.OPEN: "[ ]",
    Mark.PASSED: "[v]",
    Mark.FAILED: "[x]",
    Mark.OVERRIDDEN: "[!]",
    Mark.WARNING: "[!]",
    Mark.SKIPPED: "[-]",
}
"""How a result is marked in text."""

_STATES = {State.CLOSED: "good", State.ON_SITE: "info", State.CLOSING_OUT: "info", State.EN_ROUTE: "info"}
_LEVELS = {
    LevelState.MET: "good",
    LevelState.MISSED: "bad",
    LevelState.BREACHED: "bad",
    LevelState.CRITICAL: "warn",
    LevelState.AT_RISK: "warn",
}
_REVIEWS = {Review.APPROVED: "good", Review.SENT_BACK: "bad", Review.TO_REVIEW: "warn"}


class RecordLine(NamedTuple):
    """A line of a record. `hang`: how far what goes on in another line is indented; `title`: it begins a section."""

    spans: tuple[Span, ...]
    hang: int = 4
    title: bool = False

    @property
    def text(self) -> str:
        """What it says, without colour."""
        return "".join(text for text, _ in self.spans).rstrip()


def record_lines(page: VisitPage) -> list[RecordLine]:
    """One visit with its times, service levels, review, checklist, charge and events, as text has them."""
    leg = [] if page.leg is None else [_line("leg", leg_line(page.leg, page.unit))]
    events = (
        _at(f"{page.times.clock(event.at)} {pad(event.by, 14)} {pad(event.deed, 10)}", show(event.text))
        for event in page.events
    )
    return [*_before_events(page, leg, 100, levels=True, marks=IN_TEXT), *_section("Events", events)]


def history_lines(
    history: VisitHistory,
    width: int = 100,
    *,
    levels: bool = True,
    marks: Mapping[Mark, str] = IN_TEXT,
    ids: bool = True,
) -> list[RecordLine]:
    """As `record_lines`, for who reviews it: what is remarkable first, drives as they were, revisions of the charge, and
    events with their day and place.

    Args:
        width: cells for the charge, whose amounts stand below each other.
        levels: False where somebody reads no service levels: a technician.
        marks: how results are marked.
        ids: whether items stand with what a command calls them.
    """
    page = history.page
    head, *body = _before_events(page, _drives(history), width, levels=levels, marks=marks, ids=ids)
    remarks = (
        RecordLine((("  ", "plain"), (show(one.told), "warn" if one.exception else "dim"))) for one in history.remarks
    )
    lines = [head, *remarks, *body]
    if len(history.revisions) > 1:
        lines += _section("Revisions of the charge", _revisions(history))
    days = groupby(page.events, lambda event: day_of(event.at, page.visit.zone))
    lines += _section("Events", (line for day, own in days for line in _events_of(day_text(day), own, page)))
    return lines


def _events_of(day: str, events: Iterable[Event], page: VisitPage) -> Iterator[RecordLine]:
    yield RecordLine((("  ", "plain"), (day, "strong")))
    for event in events:
        yield RecordLine(
            (
                (f"  {page.times.clock(event.at)} {pad(event.by, 14)} ", "dim"),
                (f"{pad(event.deed, 16)} ", "plain"),
                (show(event.text), "plain"),
                (f"  [{show(event.where)}]", "faint"),
            ),
            8,
        )


def _revisions(history: VisitHistory) -> Iterator[RecordLine]:
    last = history.revisions[-1]
    for sheet in history.revisions:
        stands = sheet.revision == last.revision and sheet.accepted
        total = f"{sheet.sheet['total']} {sheet.currency}" if sheet.total is not None else "blocked"
        why = f"  {sheet.reason}" if sheet.reason else "  the original" if sheet.revision == 1 else ""
        said = f"  {sheet.revision:>2}  {pad(total, 16)}{'stands' if stands else 'before':<7}{show(why)}"
        yield RecordLine(((said, "plain" if stands else "dim"),))


def _before_events(
    page: VisitPage,
    drives: Sequence[RecordLine],
    width: int,
    *,
    levels: bool,
    marks: Mapping[Mark, str],
    ids: bool = True,
) -> Iterator[RecordLine]:
    yield from _asked(page)
    yield from _section("Mails", _mails(page))
    yield from _section("Times", [*_stay(page), *drives, *_spans(page), *_put_right(page)])
    if levels:
        yield from _section(
            "Service levels",
            (
                RecordLine((("  ", "plain"), (clock_line(one, page.times, page.office), _LEVELS.get(one.reading.state, "plain"))))
                for one in page.clocks
            ),
        )  # fmt: skip
    yield from _section("Review", _review(page))
    yield from _section("Checklist", _checklist(page, marks, ids=ids))
    yield from _section("Findings", _findings(page))
    yield from _section("Photographs and files", file_lines(page, ids=ids))
    unmet = (
        RecordLine(((f"  {show(one.ref)} " if ids else "  ", "strong"), (show(one.text), "warn"))) for one in page.unmet
    )
    yield from _section("Not ready to close:", unmet)
    word = page.charge.word if page.charge is not None else "charge"
    yield from _section(word.capitalize(), _charge(page, width - 2))


def _mails(page: VisitPage) -> Iterator[RecordLine]:
    """What the client wrote of it by mail, with what came with it."""
    for mail in page.mails:
        yield RecordLine(((f"  {page.times.moment(mail.came_at)}  {show(mail.who)}", "strong"),))
        yield RecordLine(((f"    {show(mail.subject)}", "plain"),), 4)
        for line in show(mail.text, multiline=True).split("\n"):
            yield RecordLine(((f"    {line}", "plain"),), 4)
        for file in mail.files:
            yield _line("  file", mail_words.file_text(file))


def _findings(page: VisitPage) -> Iterator[RecordLine]:
    for finding in page.findings:
        yield RecordLine(((f"  {finding_words.line(finding)}", "warn" if finding.open else "plain"),), 14)
        for word, text in finding_words.more(finding):
            yield RecordLine(((f"{' ' * 14}{word} ", "dim"), (show(text), "plain")), 16)


def file_lines(page: VisitPage, *, ids: bool = True) -> Iterator[RecordLine]:
    """What was handed in, each with its number; then what of it was taken out."""

    def lead(file: HandedIn) -> str:
        return f"{page.times.clock(file.at)} {pad(file.item, 8) if ids else called(file.label)}"

    for file in page.files:
        yield _at(lead(file), file_line(file))
    for file in page.removed_files:
        assert file.removal is not None
        why = f"taken out by {show(file.removal.by)}, {page.times.moment(file.removal.at)}: {show(file.removal.reason)}"
        yield RecordLine(((f"  {lead(file)} {file_line(file)}, ", "dim"), (why, "warn")), 8)


def file_line(file: HandedIn) -> str:
    """A file in words: what it is called, its number, how large it is, who handed it in."""
    return f"{show(file.name)} (no. {file.id}), {size_text(file.size)}, {show(file.by)}"


def _section(title: str, lines: Iterable[RecordLine]) -> list[RecordLine]:
    """Lines below a title; nothing where there are none."""
    own = list(lines)
    return [RecordLine(((title, "title"),), title=True), *own] if own else []


def _plain(text: str) -> RecordLine:
    return RecordLine(((f"  {text}", "plain"),))


def _line(what: str, text: str, name: str = "plain") -> RecordLine:
    return RecordLine(((f"  {what} ", "dim"), (text, name)))


def _at(lead: str, text: str) -> RecordLine:
    return RecordLine(((f"  {lead} ", "dim"), (text, "plain")), 8)


def _asked(page: VisitPage) -> Iterator[RecordLine]:
    """Whose visit it is, what was asked, when and for whom it is planned, and what belongs to it."""
    visit = page.visit
    yield RecordLine(
        (
            (f"{show(visit.reference)}  ", "strong"),
            (f"{show(visit.client)}  {show(visit.site)}  ", "plain"),
            (
                state_words(visit),
                "warn" if visit.state in ENDED - {State.CLOSED} else _STATES.get(visit.state, "plain"),
            ),
        )
    )
    more = (
        "emergency" if visit.emergency else "",
        f"came in: {CAME_BY[visit.came_by]}" if visit.came_by else "",
        *(show(words) for words in visit.demands),
    )
    asked = " · ".join(filter(None, (f"{visit.minutes} min", f"P{visit.priority}", *more)))
    yield RecordLine(((f"  {show(way_and_work(visit))}", "strong"), (f" · {asked}", "plain")))
    crew = ", ".join(show(part.named) for part in visit.assignments)
    yield _plain(planned_text(visit, page.times, page.office) + (f" · {crew}" if crew else ""))
    if way_in := " · ".join(map(show, filter(None, (page.site.address, page.site.access_notes)))):
        yield RecordLine(((f"  {way_in}", "dim"),))
    if visit.promised is not None:
        yield _plain(f"promised {promise_text(visit.promised, page.times, page.office)}")
    yield from map(_plain, day_lines(visit, page.times, page.office))
    for word, others in (("follow-up", page.follow_ups), ("of the same job", page.same_job)):
        for other in others:
            when = planned_text(other, page.times, page.office)
            yield _line(f"{word}:", f"{show(other.reference)} {show(other.work)}, {other.state.label}, {when}")


def _stay(page: VisitPage) -> Iterator[RecordLine]:
    """When somebody was there, against the plan."""
    visit = page.visit
    came, left = visit.checked_in_at, visit.checked_out_at
    if came is None:
        return
    said = page.times.span(came, left)
    if left is not None:
        said += f", {long_text((left - came) // 60)}"
    if visit.starts_at is not None and visit.ends_at is not None and not visit.remote:
        planned = long_text((visit.ends_at - visit.starts_at) // 60)
        said += f" · planned {page.times.span(visit.starts_at, visit.ends_at)}, {planned}"
    yield _line("clocked" if visit.remote else "on site", said)


def _drives(history: VisitHistory) -> list[RecordLine]:
    """The drive of each technician, as it was planned and as it was; to remote work there is none."""
    page = history.page
    if page.visit.remote:
        return []
    clock = page.times.clock
    planned = "not planned" if page.leg is None else leg_line(page.leg, page.unit)
    lines = []
    for number, part in enumerate(page.visit.stays):
        if part.depart_at is not None and part.check_in_at is not None:
            driven = f"driven {part.drive_minutes} min, {clock(part.depart_at)}–{clock(part.check_in_at)}"
        else:
            driven = "drive not recorded" if part.did_not_come_at is None else "did not come"
        home = ""
        if part.check_out_at is not None and part.return_at is not None:
            home = f" · home {part.home_minutes} min, {clock(part.check_out_at)}–{clock(part.return_at)}"
        # the leg of the plan is the first technician's
        plan = f"planned {planned} · " if number == 0 else ""
        lines.append(_line(f"{_whose_day(page.visit, part)}:", f"{plan}{driven}{home}"))
    return lines


def _whose_day(visit: Visit, part: Assignment) -> str:
    """A technician, with the day where a visit takes several."""
    return show(part.technician) + (f", day {part.day}" if visit.days > 1 else "")


def _spans(page: VisitPage) -> Iterator[RecordLine]:
    """The clocked spans of each technician."""
    span = page.times.span
    for part in page.visit.stays:
        who = f"{_whose_day(page.visit, part)}:"
        if part.segments:
            yield _line(who, ", ".join(f"{one.kind} {span(one.starts_at, one.ends_at)}" for one in part.segments))
        elif part.did_not_come_at is not None:
            yield _line(who, "did not come", "warn")


def _put_right(page: VisitPage) -> Iterator[RecordLine]:
    """What was put right, what is charged otherwise, what was used."""
    clock, span = page.times.clock, page.times.span
    for fix in page.corrections:
        moved = f"{fix.what} of {show(fix.technician)} {clock(fix.before)} → {clock(fix.after)}, {show(fix.reason)}"
        yield _line(f"put right by {show(fix.by)}:", moved, "warn")
    for mark in page.marks:
        kind = f"{mark.kind.replace('_', ' ')} {span(mark.starts_at, mark.ends_at)} of {show(mark.technician)}:"
        yield _line(kind, show(mark.reason), "warn")
    for used in page.used:
        price = f" at {used.amount}" if used.amount is not None else ""
        yield _line("used:", f"{used.quantity} × {show(used.label)}{price} (no. {used.id}, {show(used.by)})")


def _review(page: VisitPage) -> Iterator[RecordLine]:
    """Where the review stands: comments and answers, the approval, the batch; work notes that were put right."""
    visit, when, nothing = page.visit, page.times.moment, True
    for comment in page.comments:
        nothing = False
        yield _line(f"sent back by {show(comment.by)}, {when(comment.at)}:", show(comment.text), "warn")
        if comment.answered_at is not None:
            answer = show(comment.answer) or "put right"
            yield _line(f"answered by {show(comment.answered_by)}, {when(comment.answered_at)}:", answer)
        else:
            seen = f", seen {when(comment.seen_at)}" if comment.seen_at is not None else ""
            yield RecordLine(((f"  not answered yet{seen}", "bad"),))
    if page.approval is not None and visit.review in (Review.APPROVED, Review.EXPORTED):
        nothing = False
        reason = f": {show(page.approval.reason)}" if page.approval.reason else ""
        approved = f"  approved by {show(page.approval.by)}, {when(page.approval.at)}{reason}"
        yield RecordLine(((approved, "good"),))
    if page.batch is not None:
        nothing = False
        yield _plain(f"exported to be invoiced in batch {page.batch}")
    if page.invoice is not None:
        yield _plain(f"on invoice {page.invoice}")
    notes = {entry.sequence for entry in page.checklist.entries}
    shown = {attempt.sequence for item in page.checklist.items for attempt in item.attempts}
    for fix in page.words:
        if fix.sequence in notes - shown:
            nothing = False
            yield _line(
                f"note put right by {show(fix.by)}:", f"{show(fix.before)} → {show(fix.after)}, {show(fix.reason)}"
            )
    if nothing and visit.review is not Review.NONE:
        said = visit.review.label
        yield RecordLine(((f"  {said}", _REVIEWS.get(visit.review, "plain")),))


def _checklist(page: VisitPage, marks: Mapping[Mark, str], *, ids: bool) -> Iterator[RecordLine]:
    if page.origin is not None:
        from_where = f"{show(page.origin.name)}, version {page.origin.number}; {show(page.origin.why)}"
        yield RecordLine(((f"  checklist: {from_where}", "dim"),))
    for phase, items in groupby(page.checklist.items, attrgetter("phase")):
        yield RecordLine(((f"  {phase.value.upper()}", "heading"),))
        for item in items:
            yield from _item(item, page, marks, ids=ids)


def _item(item: Item, page: VisitPage, marks: Mapping[Mark, str], *, ids: bool) -> Iterator[RecordLine]:
    how = f"  (attested, {item.attested_how})" if item.attested_how else ""
    mark = marks[item.mark]
    ref = f"{pad(item.ref, 8)} " if ids else ""
    lead = 2 + len(mark) + 1 + len(ref)
    yield RecordLine(
        (
            (f"  {mark} ", MARK_INKS[item.mark]),
            (ref, "dim"),
            (show(item.label), "strong" if item.required else "plain"),
            ("" if item.required else "  (optional)", "dim"),
            (how, "warn"),
        ),
        lead,
    )
    for attempt in item.attempts:
        stands = attempt is item.standing
        yield RecordLine(
            ((f"{' ' * lead}{page.times.clock(attempt.at)} ", "dim"), *_attempt(attempt, stands=stands)), lead + 6
        )
        if stands and (was := compared(item, page.times.zone, attempt.value)):
            name = "warn" if outlook(item, attempt.value) else "dim"
            yield RecordLine(((f"{' ' * (lead + 6)}{show(was)}", name),), lead + 6)
        for fix in (correction for correction in page.words if correction.sequence == attempt.sequence):
            said = f"put right by {show(fix.by)}: {show(fix.after)} ({show(fix.reason)})"
            yield RecordLine(((f"{' ' * (lead + 6)}{said}", "warn"),), lead + 6)


def _attempt(attempt: Attempt, *, stands: bool) -> tuple[Span, ...]:
    whence = f" from {attempt.vantage}" if attempt.vantage else ""
    signed = "" if attempt.signed_by is None else show(attempt.signed_by)
    parts = [
        "" if attempt.grade is None else f"{attempt.grade.value}{whence}",
        "" if attempt.value is None else show(attempt.value),
        f"{signed}, {'satisfied' if attempt.satisfied else 'not satisfied'}" if signed else "",
        *map(show, attempt.text.splitlines()),
        f"by {show(attempt.by)}",
    ]
    result = attempt.result.label.upper()
    name = MARK_INKS[attempt.mark] if stands or attempt.mark is Mark.FAILED else "dim"
    return (result, name), (" · " + " · ".join(filter(None, parts)), "plain" if stands else "dim")


def _charge(page: VisitPage, width: int) -> Iterator[RecordLine]:
    """The charge sheet: each line with what it charges, and below it how that was made."""
    charge = page.priced
    if isinstance(charge, Unpriced):
        yield RecordLine(((f"  {show(charge.reason)}", "warn"),))
        return
    for line in explain.sheet_lines(charge.form, charge.currency, charge.tax, width, rule_words.called):
        name = "dim" if line.startswith("    ") else "strong" if line.startswith("total ") else "plain"
        yield RecordLine(((f"  {line}", name),), 6)
    for note in charge.notes:
        yield RecordLine(((f"  {show(note)}", "dim"),))
