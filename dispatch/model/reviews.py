"""What a lead looks at before a visit is approved, and what was said in a review."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dispatch.model.text import LabelledEnum


class ReviewMark(LabelledEnum):
    """Why a visit is not simply in order, the gravest first; the last ones are worth a word, and no exception (`NOTES`)."""

    BLOCKED = "blocked"
    WAIVED = "waived"
    OVERRIDDEN = "overridden"
    PERMITTED = "permitted"
    LEFT_OPEN = "left_open"
    NOT_DONE = "not_done"
    FAILED = "failed"
    UNSATISFIED = "unsatisfied"
    NO_ACCESS = "no_access"
    ABORTED = "aborted"
    CANCELLED = "cancelled"
    FLAGGED = "flagged"
    REOPENED = "reopened"
    CORRECTED = "corrected"
    GIVEN = "given"
    OWN_FAULT = "own_fault"
    SENT_BACK = "sent_back"
    MISSED = "missed"
    LATE = "late"
    TARGET = "target"
    EXPLAINED = "explained"
    RETESTED = "retested"


NOTES = frozenset({ReviewMark.EXPLAINED, ReviewMark.RETESTED})
"""What is no exception: a target or promise missed for a cause that is given, a test that failed and passed on a retest."""


class Remark(NamedTuple):
    """What there is to say of a visit, with why and by whom in `text`; `item` is the checklist item that it is about."""

    mark: ReviewMark
    text: str
    item: str = ""

    @property
    def exception(self) -> bool:
        """Whether a lead must look at it."""
        return self.mark not in NOTES

    @property
    def weighs(self) -> bool:
        """Whether who approves it with others has to see it."""
        return self.mark is not ReviewMark.RETESTED

    @property
    def told(self) -> str:
        """Its words, with how much they matter before them."""
        return f"{'!' if self.exception else '·'} {self.text}"


def divided(remarks: Iterable[Remark]) -> tuple[tuple[Remark, ...], tuple[Remark, ...]]:
    """The exceptions among them, and what is only worth a word."""
    told = tuple(remarks)
    return tuple(one for one in told if one.exception), tuple(one for one in told if not one.exception)


class Comment(NamedTuple):
    """A lead's comment with which a visit went back to its technician. Instants; None: not yet."""

    id: int
    visit_id: int
    reference: str
    client: str
    by: str
    at: int
    text: str
    seen_at: int | None = None
    answered_at: int | None = None
    answered_by: str = ""
    answer: str = ""


class Approval(NamedTuple):
    """That a lead approved a visit, with the revision of its charge sheet (0: nothing is charged)."""

    by: str
    at: int
    revision: int
    reason: str


class WordCorrection(NamedTuple):
    """Words that were put right: of the result or the work entry at `sequence` of the visit, the original first."""

    at: int
    by: str
    sequence: int
    item: str
    before: str
    after: str
    reason: str


class Batch(NamedTuple):
    """Visits that were handed over to be invoiced."""

    id: int
    at: int
    by: str
    visits: int
