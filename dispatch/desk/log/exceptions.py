"""What a lead must look at on a visit, and what is worth a word and no more: the one meaning of *exception*, for the log, the
review and the report of a day (design/product.md, Exception).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from db import late_causes, log_rows, visits
from db.log_rows import Noted
from db.store import Store
from dispatch.charges.explain import MEANS, NEEDS
from dispatch.desk.levels.clocks import VisitClock, clocks_of
from dispatch.levels.late_causes import ToldCause
from dispatch.model.boards import BoardVisit, Sum
from dispatch.model.checklists import called
from dispatch.model.instants import Times, day_of, day_text, long_text
from dispatch.model.promises import Outcome, Promise
from dispatch.model.reviews import Remark, ReviewMark
from dispatch.model.states import ENDED

QUIET_FLAGS = frozenset({"TAX_EXEMPT", "EARLY_ARRIVAL_CLIPPED"})
"""Flags of a sheet that warn of nothing: both follow from what was agreed, and neither charges more. An exemption warns as
long as nobody has said by what."""

_SAID = {
    "waived": (ReviewMark.WAIVED, "{item} waived by {by}"),
    "overridden": (ReviewMark.OVERRIDDEN, "{item} overridden by {by}"),
    "permitted": (ReviewMark.PERMITTED, "{item} attested by permission of {by}"),
    "no_way_in": (ReviewMark.PERMITTED, "{item} attested, no way in"),
    "none_wanted": (ReviewMark.LEFT_OPEN, "{by} wants no follow-up"),
    "left_open": (ReviewMark.LEFT_OPEN, "left open"),
    "no_access": (ReviewMark.NO_ACCESS, "nobody let us in"),
    "aborted": (ReviewMark.ABORTED, "ended by us"),
    "cancelled": (ReviewMark.CANCELLED, "cancelled by the client"),
    "not_done": (ReviewMark.NOT_DONE, "{item} not done"),
    "fails": (ReviewMark.FAILED, "{item} fails"),
    "failed": (ReviewMark.FAILED, "{item} had failed"),
    "let_be": (ReviewMark.NOT_DONE, "{item} had failed, and was not tested again"),
    "retested": (ReviewMark.RETESTED, "{item} had failed, and passed on a retest"),
    "unsatisfied": (ReviewMark.UNSATISFIED, "{by} is not satisfied"),
    "corrected": (ReviewMark.CORRECTED, "{item} put right by {by}"),
    "given": (ReviewMark.GIVEN, "{item} by {by}"),
    "own_fault": (ReviewMark.OWN_FAULT, "our own fault, says {by}"),
    "sent_back": (ReviewMark.SENT_BACK, "sent back by {by}"),
    "reopened": (ReviewMark.REOPENED, "opened again after it had ended"),
}
_OF_ITEMS = frozenset(
    {"waived", "overridden", "permitted", "no_way_in", "not_done", "fails", "failed", "let_be", "retested"}
)
_BROKEN: Mapping[Outcome, ReviewMark] = {"late": ReviewMark.LATE, "missed": ReviewMark.MISSED}
_GRAVITY = {mark: place for place, mark in enumerate(ReviewMark)}


def remarks_of(
    store: Store,
    rows: Iterable[BoardVisit],
    charges: Mapping[int, Sum],
    promised: Mapping[int, Sequence[Promise]],
    times: Times,
) -> dict[int, tuple[Remark, ...]]:
    """What there is to say of each of some visits, the gravest first; of one that has not ended what shows already.

    Args:
        rows: the visits, each with its crew.
        charges: their newest charges.
        promised: the promises of each that are judged.
        times: the office's.
    """
    rows = list(rows)
    ids = [row.id for row in rows]
    noted = log_rows.noted(store, ids)
    told = late_causes.told_of(store, promised)
    clocks = clocks_of(store, visits.visits_by_id(store, log_rows.with_targets(store, ids)))
    found = {}
    for row in rows:
        remarks = [_noted(note) for note in noted.get(row.id, ())]
        if row.state in ENDED:
            remarks += _of_charge(charges.get(row.id), assigned=bool(row.crew))
        remarks += _of_targets(clocks.get(row.id, ()))
        remarks += [
            _broken(one, told.get((row.id, one.first)), times, row.zone)
            for one in promised.get(row.id, ())
            if one.outcome in _BROKEN
        ]
        found[row.id] = tuple(sorted(remarks, key=gravity))
    return found


def gravity(remark: Remark) -> int:
    """Its place among all, the gravest 0."""
    return _GRAVITY[remark.mark]


def _noted(note: Noted) -> Remark:
    mark, form = _SAID[note.kind]
    words = form.format(item=called(note.label) if note.label else note.item, by=note.by).strip()
    return Remark(mark, f"{words}: {note.text}" if note.text else words, note.item if note.kind in _OF_ITEMS else "")


def _broken(promise: Promise, told: ToldCause | None, times: Times, zone: str) -> Remark:
    """A promise that was kept late or not at all: an exception until its cause is told."""
    said = f"{day_text(day_of(promise.first, times.zone))}: {promise.words(times, zone)}"
    if told is not None:
        return Remark(ReviewMark.EXPLAINED, f"{said}: {told.words_of()}")
    return Remark(_BROKEN[promise.outcome], said)


def _of_targets(clocks: Sequence[VisitClock]) -> list[Remark]:
    """The targets that were missed, in one sentence: an exception until each has its cause."""
    missed = [clock for clock in clocks if clock.missed]
    if not missed:
        return []
    said = "; ".join(
        f"{clock.label} by {long_text(-clock.left)}, {clock.cause or 'no cause given'}" for clock in missed
    )
    mark = ReviewMark.TARGET if any(clock.wants_cause for clock in missed) else ReviewMark.EXPLAINED
    return [Remark(mark, f"target missed: {said}")]


def _of_charge(charge: Sum | None, *, assigned: bool) -> list[Remark]:
    if not assigned and (charge is None or charge.total is None):
        return []  # cancelled before anybody was assigned: there is nothing to charge
    if charge is None:
        return [Remark(ReviewMark.BLOCKED, "no charge: no rate card was in force on that day")]
    if charge.total is None:
        return [Remark(ReviewMark.BLOCKED, f"charge blocked: {NEEDS.get(code, code)}") for code in charge.errors]
    accepted = "" if charge.accepted else ", not accepted yet"
    return [
        Remark(ReviewMark.FLAGGED, f"{MEANS.get(code, code)}{accepted}")
        for code in charge.flags
        if code not in QUIET_FLAGS or (code == "TAX_EXEMPT" and charge.unnamed)
    ]
