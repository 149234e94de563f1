"""The visit log, narrowed, searched and sorted as the lead wants to see it, and what of it they look at before they approve.

Clean, and so approved with others in one go, is a closed visit on which nothing was overridden, waived or left undone, no
test was attested where it should have run and none ever failed, the client signed as satisfied and within the promise,
nothing was put right, given away, called our own fault, sent back or opened again, and whose charge is ready without a
warning.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db import log_rows, promises, search, settings
from db.log_rows import Noted
from db.store import Store
from db.tallies import tallies
from dispatch.charges.explain import MEANS, NEEDS
from dispatch.model.boards import BoardVisit, Log, LogLine, Sum, Tally, Totals
from dispatch.model.forms import shared
from dispatch.model.instants import Times, day_bounds, day_of, day_text
from dispatch.model.promises import KEPT, Outcome, Promise
from dispatch.model.reviews import Remark, ReviewMark
from dispatch.model.states import ENDED, Review, State
from dispatch.model.visits import Assignment


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which visits of the log are wanted, and in which order.

    `first` to `last` are days in the firm's zone, both counted (`last` None: only the first; `first` None: all days).
    `technician` and `client` are parts of names. `marks`: only visits with one of these exceptions; `exceptions`: with any.
    `words` are searched in everything said on a visit. `sort` is a key of `SORTS`, "" the order of the day.
    """

    first: datetime.date | None = None
    last: datetime.date | None = None
    technician: str = ""
    client: str = ""
    exceptions: bool = False
    marks: frozenset[ReviewMark] = frozenset()
    reviews: frozenset[Review] = frozenset()
    words: str = ""
    sort: str = ""
    descending: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether something leaves visits of these days out."""
        return any((self.technician, self.client, self.exceptions, self.marks, self.reviews, self.words.strip()))

    def words_of_filters(self) -> str:
        """What is left out, in words."""
        parts = [self.technician, self.client, "exceptions" if self.exceptions and not self.marks else ""]
        parts += [mark.label for mark in ReviewMark if mark in self.marks]
        parts += [review.value.replace("_", " ") for review in Review if review in self.reviews]
        parts += [f"“{self.words.strip()}”"] if self.words.strip() else []
        parts += [f"by {self.sort}{', descending' if self.descending else ''}"] if self.sort else []
        return " · ".join(part for part in parts if part)

    def words_of_days(self) -> str:
        """The days, in words."""
        if self.first is None:
            return "all days"
        if self.last is None or self.last == self.first:
            return day_text(self.first)
        return f"{day_text(self.first)} to {day_text(self.last)}"


_GRAVITY = {mark: place for place, mark in enumerate(ReviewMark)}
_COUNTED = frozenset({"evidence", "tests", "retests", "overrides"})
SORTS: dict[str, Callable[[LogLine], Any]] = {
    "start": lambda line: line.visit.start or 0,
    "reference": lambda line: line.visit.reference.casefold(),
    "technician": lambda line: ", ".join(line.technicians).casefold(),
    "client": lambda line: line.visit.client.casefold(),
    "state": lambda line: line.visit.state.label,
    "planned": lambda line: (line.visit.end or 0) - (line.visit.start or 0),
    "actual": lambda line: (line.visit.actual_out or 0) - (line.visit.actual_in or 0),
    "evidence": lambda line: (-line.tally.waived, line.tally.executed + line.tally.measured, line.tally.attested),
    "tests": lambda line: line.visit.tests_passed - line.visit.tests_required,
    "retests": lambda line: line.tally.retests,
    "overrides": lambda line: line.tally.overrides,
    "exceptions": lambda line: (-min(map(_GRAVITY.__getitem__, (remark.mark for remark in line.remarks)), default=99),
                                len(line.remarks)),
    "charge": lambda line: -1 if line.charge.net is None else line.charge.net,
    "work": lambda line: line.visit.work.casefold(),
    "review": lambda line: list(Review).index(line.visit.review),
}  # fmt: skip
"""By what the log can be sorted. A number or a word of each line; the gravest exception is the greatest."""


def visit_log(store: Store, log_filter: LogFilter, most: int | None = None) -> Log:
    """The log as it is wanted, read in one snapshot; in the order of the day where no other is asked for.

    Args:
        most: at most so many lines; the totals are those of every visit found.
    """
    with store.read():
        firm = settings.firm(store)
        first, last = log_filter.first, log_filter.last or log_filter.first
        span = None
        if first is not None and last is not None:
            span = (day_bounds(first, firm.zone)[0], day_bounds(last, firm.zone)[1])
        ids = search.matching(store, log_filter.words)
        visits = log_rows.rows(store, span, ids=ids, reviews=[review.value for review in log_filter.reviews])
        if log_filter.client:
            visits = [row for row in visits if _holds(row.client, log_filter.client)]
        stays = log_rows.stays(store, [row.id for row in visits])
        if name := log_filter.technician:
            theirs = {key for key, own in stays.items() if any(_holds(part.technician, name) for part in own)}
            visits = [row for row in visits if row.id in theirs]
        ids_shown = [row.id for row in visits]
        charges, noted = log_rows.sums(store, ids_shown), log_rows.noted(store, ids_shown)
        judged = promises.of_visits(store, ids_shown, firm.zone, store.clock.now(), firm.late_minutes)
        promised = {key: [one for one in judged if one.visit_id == key] for key in {one.visit_id for one in judged}}
        lines = []
        for row in visits:
            own, charge = stays.get(row.id, ()), charges.get(row.id)
            remarks = remarks_of(row, own, charge, noted.get(row.id, ()), promised.get(row.id, ()), firm.times())
            marked = {remark.mark for remark in remarks}
            if (marked or not log_filter.exceptions) and (marked & log_filter.marks or not log_filter.marks):
                lines.append(_line(row, own, charge, firm.currency)._replace(remarks=remarks))
        shown = {line.visit.id for line in lines}
        of_days = [one for one in judged if one.visit_id in shown and (span is None or span[0] <= one.first < span[1])]
        totals = totals_of(lines, of_days)
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
    now = store.clock.now()
    first = first or day_of(min(starts, default=now), firm.zone)
    last = last or day_of(max(starts, default=now), firm.zone)
    return Log(firm.name, first, firm.zone, firm.clock_hours == 24, now, tuple(lines), last, totals)


def totals_of(lines: Sequence[LogLine], promised: Sequence[Promise]) -> Totals:
    """Visits in figures, with what became of the promises for their days."""
    charged: Counter[tuple[str, int]] = Counter()
    for line in lines:
        if (net := line.charge.net) is not None:
            charged[line.charge.currency, line.charge.exponent] += net
    return Totals(
        visits=len(lines),
        ended=sum(line.visit.state in ENDED for line in lines),
        exceptions=sum(bool(line.remarks) for line in lines),
        promised=len(promised),
        kept=sum(one.outcome in KEPT for one in promised),
        to_review=sum(line.visit.review is Review.TO_REVIEW for line in lines),
        charged=tuple((currency, exponent, net) for (currency, exponent), net in charged.items()),
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


QUIET_FLAGS = frozenset({"TAX_EXEMPT", "EARLY_ARRIVAL_CLIPPED"})
"""Flags of a sheet that warn of nothing: both follow from what was agreed, and neither charges more. An exemption warns as
long as nobody has said by what."""

_ENDS = {
    State.LEFT_OPEN: (ReviewMark.LEFT_OPEN, "left open"),
    State.NO_ACCESS: (ReviewMark.NO_ACCESS, "nobody let us in"),
    State.ABORTED: (ReviewMark.ABORTED, "ended by us"),
    State.CANCELLED: (ReviewMark.CANCELLED, "cancelled by the client"),
}
_SAID = {
    "waived": (ReviewMark.WAIVED, "{item} waived by {by}"),
    "overridden": (ReviewMark.OVERRIDDEN, "{item} overridden by {by}"),
    "permitted": (ReviewMark.PERMITTED, "{item} attested by permission of {by}"),
    "no_way_in": (ReviewMark.PERMITTED, "{item} attested, no way in"),
    "none_wanted": (ReviewMark.LEFT_OPEN, "{by} wants no follow-up"),
    "not_done": (ReviewMark.NOT_DONE, "{item} not done"),
    "fails": (ReviewMark.FAILED, "{item} fails"),
    "failed": (ReviewMark.FAILED, "{item} had failed"),
    "unsatisfied": (ReviewMark.UNSATISFIED, "{by} is not satisfied"),
    "corrected": (ReviewMark.CORRECTED, "{item} put right by {by}"),
    "given": (ReviewMark.GIVEN, "{item} by {by}"),
    "own_fault": (ReviewMark.OWN_FAULT, "our own fault, says {by}"),
    "sent_back": (ReviewMark.SENT_BACK, "sent back by {by}"),
    "reopened": (ReviewMark.REOPENED, "opened again after it had ended"),
}
_BROKEN: Mapping[Outcome, ReviewMark] = {"late": ReviewMark.LATE, "missed": ReviewMark.MISSED}
_ITEMS = frozenset({"waived", "overridden", "permitted", "no_way_in", "not_done", "fails", "failed"})


def remarks_of(
    row: BoardVisit,
    stays: Sequence[Assignment],
    charge: Sum | None,
    noted: Sequence[Noted],
    promised: Sequence[Promise],
    times: Times,
) -> tuple[Remark, ...]:
    """The exceptions of a visit, the gravest first. One that has not ended has those that show already."""
    remarks = []
    for note in noted:
        mark, form = _SAID[note.kind]
        words = form.format(item=note.item, by=note.by).strip()
        remarks.append(Remark(mark, _with(words, note.text), note.item if note.kind in _ITEMS else ""))
    if row.state in _ENDS:
        mark, text = _ENDS[row.state]
        remarks.append(Remark(mark, _with(text, row.reason)))
    if row.state in ENDED:
        remarks += _of_charge(charge, assigned=bool(stays))
    remarks += [
        Remark(_BROKEN[one.outcome], f"{day_text(day_of(one.first, times.zone))}: {one.words(times, row.zone)}")
        for one in promised
        if one.outcome in _BROKEN
    ]
    order = list(ReviewMark)
    return tuple(sorted(remarks, key=lambda remark: order.index(remark.mark)))


def _of_charge(charge: Sum | None, *, assigned: bool) -> list[Remark]:
    if charge is None:
        return [Remark(ReviewMark.BLOCKED, "no charge: no rate card was in force on that day")]
    if charge.total is None:
        if not assigned:
            return []  # cancelled before anybody was assigned: there is nothing to charge
        return [Remark(ReviewMark.BLOCKED, f"charge blocked: {NEEDS.get(code, code)}") for code in charge.errors]
    accepted = "" if charge.accepted else ", not accepted yet"
    return [
        Remark(ReviewMark.FLAGGED, f"{MEANS.get(code, code)}{accepted}")
        for code in charge.flags
        if code not in QUIET_FLAGS or (code == "TAX_EXEMPT" and charge.unnamed)
    ]


def _with(words: str, why: str) -> str:
    return f"{words}: {why}" if why else words
