"""What stands on the checklists of many visits, in one query: for reports."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from db.among import AMONG
from db.rows import Query, Select
from dispatch.model.checklists import Grade, ItemKind, Result


class StandingResult(NamedTuple):
    """The result that stands on an item. `failed` attempts were made at it; `follow_up` is the visit that was booked."""

    visit_id: int
    ref: str
    kind: ItemKind
    label: str
    result: Result
    grade: Grade | None
    text: str
    value: str
    at: int
    by: str
    signed_by: str
    satisfied: bool | None
    self_approved: bool
    failed: int
    follow_up: str
    counts: bool

    @property
    def tests(self) -> bool:
        """Whether it is of a test that applies."""
        return self.kind is ItemKind.TEST and self.result is not Result.NA

    @property
    def passed(self) -> bool:
        """Whether it is a pass, and of the evidence that is asked for."""
        return self.result is Result.PASS and self.counts


STANDING = Select(
    StandingResult,
    "item i JOIN standing t ON t.item_id = i.id JOIN attempt a ON a.visit_id = t.visit_id AND a.sequence = t.sequence "
    "JOIN staff p ON p.id = a.staff_id LEFT JOIN visit f ON f.id = a.follow_up_id",
    "a",
    of={
        "ref": "i.ref",
        "kind": "i.kind",
        "label": "i.label",
        "value": "coalesce(a.value, '')",
        "by": "p.name",
        "signed_by": "coalesce(a.signed_by, '')",
        "failed": "(SELECT count(*) FROM attempt n WHERE n.item_id = i.id AND n.result = 'fail')",
        "follow_up": "coalesce(f.reference, '')",
        "counts": "t.counts",
    },
)
"""What stands on items."""
standing: Query[list[StandingResult], Collection[int]] = STANDING.listing(
    f"WHERE i.visit_id {AMONG} ORDER BY i.visit_id, i.phase = 'leave', i.position, i.id"
)
"""Every item with a result, by visit and in the order of the checklist."""
