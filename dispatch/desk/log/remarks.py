"""What a lead has to look at before a visit is approved; a visit without any of it is clean.

Clean, and so approved with others in one go, is a closed visit on which nothing was overridden, waived or left undone, no
test was attested where it should have run and none ever failed, the client signed as satisfied and within the promise,
nothing was put right, given away, called our own fault, sent back or opened again, and whose charge is ready without a
warning.
"""

from __future__ import annotations

from collections.abc import Sequence

from db.log_rows import Noted
from dispatch.charges.explain import MEANS, NEEDS
from dispatch.model.boards import BoardVisit, Sum
from dispatch.model.instants import clock_text
from dispatch.model.reviews import Remark, ReviewMark
from dispatch.model.states import ENDED, State
from dispatch.model.visits import Assignment

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
_ITEMS = frozenset({"waived", "overridden", "permitted", "no_way_in", "not_done", "fails", "failed"})


def remarks_of(
    row: BoardVisit, stays: Sequence[Assignment], charge: Sum | None, noted: Sequence[Noted], hours24: bool = True
) -> tuple[Remark, ...]:
    """The exceptions of a visit, the gravest first. One that has not ended has those that show already."""
    remarks = [_said(note) for note in noted]
    if row.state in _ENDS:
        mark, text = _ENDS[row.state]
        remarks.append(Remark(mark, _with(text, row.reason)))
    if row.state in ENDED:
        remarks += _of_charge(charge, assigned=bool(stays))
    arrived = min((part.check_in_at for part in stays if part.check_in_at is not None), default=None)
    if arrived is not None and row.promised is not None and arrived > row.promised[1]:
        promised, came = (clock_text(at, row.zone, hours24) for at in (row.promised[1], arrived))
        remarks.append(Remark(ReviewMark.LATE, f"arrived {came}, promised until {promised}"))
    order = list(ReviewMark)
    return tuple(sorted(remarks, key=lambda remark: order.index(remark.mark)))


def _said(note: Noted) -> Remark:
    mark, form = _SAID[note.kind]
    words = form.format(item=note.item, by=note.by).strip()
    return Remark(mark, _with(words, note.text), note.item if note.kind in _ITEMS else "")


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
