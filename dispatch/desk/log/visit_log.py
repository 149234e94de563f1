"""The visit log, narrowed, searched and sorted as the lead wants to see it, with what they look at before they approve.

Clean, and so approved with others in one go, is a visit that waits for review, is no exception (dispatch.desk.log.exceptions), and
whose charge stands.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from db import log_rows, promises, search, settings
from db.store import Store
from db.tallies import tallies
from dispatch.desk.log.exceptions import gravity, remarks_of
from dispatch.model.boards import BoardVisit, Log, LogLine, Sum, Tally, Totals, charged_by
from dispatch.model.firm import Firm
from dispatch.model.forms import shared
from dispatch.model.instants import day_bounds, day_of, day_text, days_between
from dispatch.model.promises import KEPT, Promise
from dispatch.model.reviews import ReviewMark
from dispatch.model.states import ENDED, Review
from dispatch.model.visits import Assignment
from dispatch.model.ways import WAYS, state_words


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which visits of the log are wanted, and in which order.

    `first` to `last` are days in the firm's zone, both counted (`last` None: only the first; `first` None: all days).
    `technician` and `client` are parts of names, `ways` are keys of `WAYS`. `marks`: only visits with one of these remarks;
    `exceptions`: with any exception, the gravest first. `words` are searched in everything said on a visit. `sort` is a key of
    `SORTS`, "" the order of the day.
    """

    first: datetime.date | None = None
    last: datetime.date | None = None
    technician: str = ""
    client: str = ""
    exceptions: bool = False
    marks: frozenset[ReviewMark] = frozenset()
    reviews: frozenset[Review] = frozenset()
    ways: frozenset[str] = frozenset()
    words: str = ""
    sort: str = ""
    descending: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether something leaves visits of these days out."""
        named = (self.technician, self.client, self.words.strip())
        return any((*named, self.exceptions, self.marks, self.reviews, self.ways))

    def words_of_filters(self) -> str:
        """What is left out, in words."""
        parts = [self.technician, self.client, "exceptions" if self.exceptions and not self.marks else ""]
        parts += [mark.label for mark in ReviewMark if mark in self.marks]
        parts += [review.label for review in Review if review in self.reviews]
        parts += [words for way, words in WAYS.items() if way in self.ways]
        parts += [f"“{self.words.strip()}”"] if self.words.strip() else []
        parts += [f"by {self.sort}{', descending' if self.descending else ''}"] if self.sort else []
        return " · ".join(part for part in parts if part)

    def words_of_days(self, *, year: bool = True) -> str:
        """The days, in words; on a narrow screen without the year."""
        if self.first is None:
            return "all days"
        last = self.first if self.last is None else self.last
        days = [day_text(day) if year else day_text(day)[:-5] for day in (self.first, last)]
        return days[0] if last == self.first else " to ".join(days)


_COUNTED = frozenset({"evidence", "tests", "retests", "overrides"})
SORTS: dict[str, Callable[[LogLine], Any]] = {
    "start": lambda line: line.visit.start or 0,
    "reference": lambda line: line.visit.reference.casefold(),
    "technician": lambda line: ", ".join(line.technicians).casefold(),
    "client": lambda line: line.visit.client.casefold(),
    "state": lambda line: state_words(line.visit),
    "planned": lambda line: (line.visit.end or 0) - (line.visit.start or 0),
    "actual": lambda line: (line.visit.actual_out or 0) - (line.visit.actual_in or 0),
    "evidence": lambda line: (-line.tally.waived, line.tally.executed + line.tally.measured, line.tally.attested),
    "tests": lambda line: line.visit.tests_passed - line.visit.tests_required,
    "retests": lambda line: line.tally.retests,
    "overrides": lambda line: line.tally.overrides,
    "exceptions": lambda line: (-min(map(gravity, line.exceptions), default=99), len(line.exceptions)),
    "charge": lambda line: -1 if line.charge.net is None else line.charge.net,
    "work": lambda line: line.visit.work.casefold(),
    "review": lambda line: list(Review).index(line.visit.review),
}  # fmt: skip
"""By what the log can be sorted. A number or a word of each line; the gravest exception is the greatest."""


def size_of(store: Store, log_filter: LogFilter) -> int:
    """How many visits are read for a log, before it is narrowed."""
    days = _days(log_filter, settings.firm(store).zone)
    first, last = (days[0][0], days[-1][1]) if days else (None, None)
    return log_rows.number_of(store, first, last)


def visit_log(store: Store, log_filter: LogFilter, most: int | None = None) -> Log:
    """The log as it is wanted, read in one snapshot; in the order of the day where no other is asked for, of all days the newest
    first.

    Args:
        most: at most so many lines; the totals are those of every visit found.
    """
    with store.read():
        firm, now = settings.firm(store), store.clock.now()
        lines, promised = _lines(store, log_filter, firm)
        reasons = reasons_of(lines)
        if log_filter.first is None and not log_filter.sort:
            lines.reverse()
        if log_filter.marks:
            lines = [line for line in lines if line.marks & log_filter.marks]
        elif log_filter.exceptions:
            lines = [line for line in lines if line.exceptions]
            lines.sort(key=lambda line: min(map(gravity, line.exceptions)))
        shown = {line.visit.id for line in lines}
        totals = totals_of(lines, [one for one in promised if one.visit_id in shown])
        starts = [line.visit.start for line in lines if line.visit.start is not None]
        if log_filter.sort in _COUNTED:
            lines = _counted(store, lines)
        if log_filter.sort:
            lines.sort(key=SORTS[log_filter.sort], reverse=log_filter.descending)
        elif log_filter.descending:
            lines.reverse()
        lines = lines[:most]
        if log_filter.sort not in _COUNTED:
            lines = _counted(store, lines)
    first = log_filter.first or day_of(min(starts, default=now), firm.zone)
    last = log_filter.last or log_filter.first or day_of(max(starts, default=now), firm.zone)
    return Log(firm.name, first, firm.zone, firm.clock_hours == 24, now, tuple(lines), last, totals, reasons)


def _lines(store: Store, wanted: LogFilter, firm: Firm) -> tuple[list[LogLine], list[Promise]]:
    """The visits of the days that are wanted, and those to which a promise for these days was broken, wherever they stand by now;
    with the promises for the days."""
    now, grace, span = store.clock.now(), firm.late_minutes, None
    found, reviews = search.matching(store, wanted.words), [review.value for review in wanted.reviews]
    if reviews and Review.NONE not in wanted.reviews:
        found = frozenset(log_rows.in_review(store, reviews)).intersection(*([] if found is None else [found]))
    if wanted.first is None:
        of_days = promises.of_visits(store, found, firm.zone, now, grace)
    else:
        days = _days(wanted, firm.zone)
        of_days, span = promises.of_days(store, days, now, grace), (days[0][0], days[-1][1])
    rows = log_rows.rows(store, span, ids=found, reviews=reviews)
    here = {row.id for row in rows}
    broken = {one.visit_id: one.first for one in of_days if one.outcome == "missed" and one.visit_id not in here}
    ids = broken.keys() if found is None else broken.keys() & set(found)
    if ids:
        rows += log_rows.rows(store, None, ids=ids, reviews=reviews, placed=False)
        rows.sort(key=lambda row: broken.get(row.id) or row.start or 0)
    if wanted.client:
        rows = [row for row in rows if _holds(row.client, wanted.client)]
    if wanted.ways:
        rows = [row for row in rows if row.way in wanted.ways]
    stays = log_rows.stays(store, [row.id for row in rows])
    if name := wanted.technician:
        rows = [row for row in rows if any(_holds(part.technician, name) for part in stays.get(row.id, ()))]
    ids_shown = [row.id for row in rows]
    charges = log_rows.sums(store, ids_shown)
    promised: dict[int, list[Promise]] = {}
    for one in of_days if span is None else promises.of_visits(store, ids_shown, firm.zone, now, grace):
        promised.setdefault(one.visit_id, []).append(one)
    lines = [_line(row, stays.get(row.id, ()), charges.get(row.id), firm.currency) for row in rows]
    remarks = remarks_of(store, [line.visit for line in lines], charges, promised, firm.times())
    lines = [line._replace(remarks=remarks[line.visit.id]) for line in lines]
    return [_elsewhere(line) if line.visit.id in broken else line for line in lines], of_days


def _days(wanted: LogFilter, zone: str) -> list[tuple[int, int]]:
    """The bounds of each day that is wanted; none where all are."""
    if wanted.first is None:
        return []
    return [day_bounds(day, zone) for day in days_between(wanted.first, wanted.last or wanted.first)]


def reasons_of(lines: Iterable[LogLine]) -> tuple[tuple[ReviewMark, int], ...]:
    """How many of some visits have each remark, the gravest first."""
    counted = Counter(mark for line in lines for mark in line.marks)
    return tuple((mark, counted[mark]) for mark in ReviewMark if counted[mark])


def _elsewhere(line: LogLine) -> LogLine:
    """A line of a visit of another day, with that by which it is of these days too."""
    missed = tuple(one for one in line.remarks if one.mark in (ReviewMark.MISSED, ReviewMark.EXPLAINED))
    return line._replace(remarks=missed, elsewhere=True)


def totals_of(lines: Sequence[LogLine], promised: Sequence[Promise]) -> Totals:
    """Visits in figures, with what became of the promises for their days. What is of another day counts on that one."""
    exceptions = sum(bool(line.exceptions) for line in lines)
    elsewhere = sum(line.elsewhere for line in lines)
    lines = [line for line in lines if not line.elsewhere]
    return Totals(
        visits=len(lines),
        ended=sum(line.visit.state in ENDED for line in lines),
        exceptions=exceptions,
        promised=len(promised),
        kept=sum(one.outcome in KEPT for one in promised),
        to_review=sum(line.visit.review is Review.TO_REVIEW for line in lines),
        charged=charged_by(lines),
        elsewhere=elsewhere,
    )


def _counted(store: Store, lines: list[LogLine]) -> list[LogLine]:
    """The lines with how far their checklists came, and on what evidence."""
    done = tallies(store, [line.visit.id for line in lines])
    counted = []
    for line in lines:
        tally = done.get(line.visit.id, Tally())
        visit = line.visit._replace(**shared(BoardVisit, tally))
        counted.append(line._replace(visit=visit, tally=tally))
    return counted


def waiting(store: Store) -> tuple[Log, list[LogLine], list[LogLine]]:
    """What waits for review: the whole log of it, the exceptions with the gravest first, and what is clean."""
    log = visit_log(store, LogFilter(reviews=frozenset({Review.TO_REVIEW}), sort="exceptions", descending=True))
    return log, [line for line in log.lines if not line.clean], [line for line in log.lines if line.clean]


def _holds(name: str, part: str) -> bool:
    return " ".join(part.split()).casefold() in name.casefold()


def _line(row: BoardVisit, stays: Sequence[Assignment], charge: Sum | None, currency: str) -> LogLine:
    """A line whose checklist is not counted yet."""
    return LogLine(
        visit=row._replace(
            actual_depart=min((part.depart_at for part in stays if part.depart_at is not None), default=None),
            actual_in=min((part.check_in_at for part in stays if part.check_in_at is not None), default=None),
            actual_out=max((part.check_out_at for part in stays if part.check_out_at is not None), default=None),
            crew=tuple(part.technician for part in stays),
        ),
        technicians=tuple(part.technician for part in stays),
        charge=charge or Sum(currency=currency),
    )
