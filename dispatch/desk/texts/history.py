"""A visit's whole history, as the lead reads it: what is remarkable, the drive planned and driven, every attempt with what was
put right beside it, every revision of the charge, and every event with who did it and from where."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from db import sheets
from db.sheets import StoredSheet
from db.store import Store
from dispatch.desk.log.visit_page import VisitPage, visit_page
from dispatch.desk.review.reviewing import judge
from dispatch.desk.texts.plain import leg_line, visit_page_lines
from dispatch.model.instants import day_of, day_text
from dispatch.model.reviews import Remark
from dispatch.model.text import pad, show


@dataclass(frozen=True, slots=True)
class VisitHistory:
    """A visit's page with what only its review asks for. `revisions` of the charge, the oldest first."""

    page: VisitPage
    remarks: tuple[Remark, ...]
    revisions: tuple[StoredSheet, ...]


def visit_history(store: Store, reference: str) -> VisitHistory:
    """The history of a visit, read in one snapshot.

    Raises:
        NotFound: there is no visit of that reference.
    """
    with store.read():
        page = visit_page(store, reference)
        revisions = tuple(reversed(sheets.revisions(store, page.visit.id)))
        return VisitHistory(page, judge(store, reference).remarks, revisions)


def history_lines(history: VisitHistory, width: int = 100, *, levels: bool = True) -> list[str]:
    """A history as text; what is remarkable first, the events with their day and place last."""
    page = history.page
    head, *rest = visit_page_lines(page, width, levels=levels)
    lines = [head]
    for remark in history.remarks:
        lines += textwrap.wrap(show(remark.text), width, initial_indent="  ! ", subsequent_indent="    ")
    at = rest.index("Events") if "Events" in rest else len(rest)
    body = rest[:at]
    # in place of the page's leg, or below the address
    leg = next((number for number, line in enumerate(body) if line.startswith("  leg ")), None)
    begin, end = (3, 3) if leg is None else (leg, leg + 1)
    body[begin:end] = [f"  {line}" for line in drive_lines(history)]
    lines += body
    if len(history.revisions) > 1:
        lines.append("Revisions of the charge")
        lines += [f"  {line}" for line in revision_lines(history)]
    return [*lines, *event_lines(page)]


def drive_lines(history: VisitHistory) -> list[str]:
    """The drive of each technician, as it was planned and as it was."""
    clock = history.page.times.clock
    planned = "not planned" if history.page.leg is None else leg_line(history.page.leg, history.page.unit)
    lines = []
    for number, part in enumerate(history.page.visit.assignments):
        if part.depart_at is not None and part.check_in_at is not None:
            driven = f"driven {part.drive_minutes} min, {clock(part.depart_at)}–{clock(part.check_in_at)}"
        else:
            driven = "drive not recorded" if part.did_not_come_at is None else "did not come"
        home = ""
        if part.check_out_at is not None and part.return_at is not None:
            home = f" · home {part.home_minutes} min, {clock(part.check_out_at)}–{clock(part.return_at)}"
        # the leg of the plan is the first technician's
        plan = f"planned {planned} · " if number == 0 else ""
        lines.append(f"{show(part.technician)}: {plan}{driven}{home}")
    return lines


def revision_lines(history: VisitHistory) -> list[str]:
    """Every kept charge, the original first, each with why it was made and whether it stands."""
    lines = []
    for sheet in history.revisions:
        stands = sheet.revision == history.revisions[-1].revision and sheet.accepted
        total = f"{sheet.sheet['total']} {sheet.currency}" if sheet.total is not None else "blocked"
        why = f"  {sheet.reason}" if sheet.reason else "  the original" if sheet.revision == 1 else ""
        lines.append(f"{sheet.revision:>2}  {pad(total, 16)}{'stands' if stands else 'before':<7}{show(why)}")
    return lines


def event_lines(page: VisitPage) -> list[str]:
    """Every event: when, who, what, and from where; the day where it is another than the event's before."""
    lines, day = ["Events"] if page.events else [], None
    for event in page.events:
        on = day_of(event.at, page.visit.zone)
        if on != day:
            lines.append(f"  {day_text(on)}")
            day = on
        clock = page.times.clock(event.at)
        lines.append(f"  {clock} {pad(event.by, 14)} {pad(event.deed, 16)} {show(event.text)}  [{show(event.where)}]")
    return lines
