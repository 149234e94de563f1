"""What the log says below its rows: why a visit is worth a look, and what is shown in figures."""

from __future__ import annotations

from textual.content import Content

from db import search
from dispatch.desk.log.visit_log import LogFilter
from dispatch.desk.texts.board_words import evidence_words, reasons_text, totals_text
from dispatch.model.boards import Log, LogLine
from dispatch.model.instants import day_text
from dispatch.model.reviews import ReviewMark
from dispatch.model.text import show
from dispatch.model.ways import state_words, way_and_work


def totals(log: Log, filters: LogFilter, *, narrow: bool = False) -> str:
    """What is shown in figures, exceptions by their reasons where there is room; what it teaches where there is nothing yet."""
    if not log.lines:
        if filters.narrowed:
            more = "" if filters.first is None else ", w more days"
            nothing = f"Nothing on {filters.words_of_days()}: {filters.words_of_filters()}."
            return f"{nothing} {_meant(filters)}esc shows everything again{more}."
        return f"No visits on {day_text(log.day)}. [ and ] go to other days, t to today, 1 to the board."
    parts = [totals_text(log.totals)]
    if filters.exceptions and not filters.marks and not narrow:
        parts.append(reasons_text(log.reasons))
    if len(log.lines) < log.totals.visits:
        parts.append(f"the first {len(log.lines)} are shown")
    if filters.words.strip() and not search.possible():
        parts.append("this SQLite has no FTS5: every visit is read, which is slower")
    return " · ".join(parts)


def _meant(filters: LogFilter) -> str:
    """What somebody means who searches for a kind of exception, of which nobody on the visit said the word."""
    word = filters.words.strip().casefold()
    if word not in {mark.label for mark in ReviewMark}:
        return ""
    return f"“{word}” is an exception: leave the search empty, and fill it in under f. "


def why(line: LogLine | None, *, wide: bool = False) -> Content:
    """What a lead has to look at on a visit, the gravest first; where there is room, on what evidence its tests stand too."""
    if line is None:
        return Content("")
    visit = line.visit
    head = Content.assemble((show(visit.reference), "bold"), f"  {show(visit.client)}, {show(way_and_work(visit))}")
    if wide and (evidence := " · ".join(evidence_words(line.tally))):
        head = Content.assemble(head, (f"  {evidence}", "dim"))
    if not line.remarks:
        return Content("\n").join([head, Content("nothing to look at" if line.clean else state_words(visit))])
    return Content("\n").join(
        [head, *(Content.styled(show(remark.told), "" if remark.exception else "dim") for remark in line.remarks)]
    )
