"""What belongs to a technician's stay beside the clock: items used, marks on the work, times that were put right."""

from __future__ import annotations

from typing import NamedTuple

MARKS = {
    "own_fault": "our own fault: not charged",
    "excluded": "not covered by the agreement: charged",
    "new_work": "new work: charged although the visit is under our guarantee",
}
"""What a mark means for the charge (design/charges.md B3, B14)."""

MOMENTS = {"depart": "depart_at", "arrival": "check_in_at", "leaving": "check_out_at", "home": "return_at"}
"""The moments of a stay that can be put right, and where each is kept."""


class UsedItem(NamedTuple):
    """A part or product used at a client's: by its `code` on the rate card, or with a name and an `amount` (decimal text)."""

    code: str | None
    label: str
    quantity: str
    amount: str | None
    taxable: bool = True
    id: int = 0
    by: str = ""


class WorkMark(NamedTuple):
    """A stretch of a technician's work that is charged otherwise (design/charges.md B17)."""

    id: int
    assignment_id: int
    technician: str
    kind: str
    starts_at: int
    ends_at: int
    reason: str
    by: str


class TimeCorrection(NamedTuple):
    """A moment that was put right: what it was, what it is now, why."""

    at: int
    by: str
    technician: str
    what: str
    before: int | None
    after: int | None
    reason: str
