"""What stands on the checklists of many visits, in one query: for reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from db.store import Store
from dispatch.model.checklists import Grade, Kind, Result


class Standing(NamedTuple):
    """The result that stands on an item. `attempts` were made at it, `failed` of them; `follow_up` is the visit that was booked."""

    visit_id: int
    ref: str
    kind: Kind
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
    attempts: int
    failed: int
    follow_up: str


def standing(store: Store, visit_ids: Sequence[int]) -> list[Standing]:
    """Every item with a result, by visit and in the order of the checklist."""
    rows = store.all(
        "SELECT a.visit_id, i.ref, i.kind, i.label, a.result, a.grade, a.text, coalesce(a.value, ''), a.at, p.name, "
        "coalesce(a.signed_by, ''), a.satisfied, a.self_approved, "
        "(SELECT count(*) FROM attempt n WHERE n.item_id = i.id), "
        "(SELECT count(*) FROM attempt n WHERE n.item_id = i.id AND n.result = 'fail'), coalesce(f.reference, '') "
        "FROM item i JOIN standing t ON t.item_id = i.id JOIN attempt a ON a.visit_id = t.visit_id AND a.sequence = t.sequence "
        "JOIN staff p ON p.id = a.staff_id LEFT JOIN visit f ON f.id = a.follow_up_id "
        "WHERE i.visit_id IN (SELECT value FROM json_each(?)) ORDER BY i.visit_id, i.phase = 'leave', i.position, i.id",
        (json.dumps(list(visit_ids)),),
    )
    return [_standing(*row) for row in rows]


def _standing(
    visit_id: int,
    ref: str,
    kind: str,
    label: str,
    result: str,
    grade: str | None,
    text: str,
    value: str,
    at: int,
    by: str,
    signed_by: str,
    satisfied: int | None,
    *more: Any,
) -> Standing:
    self_approved, attempts, failed, follow_up = more
    return Standing(
        visit_id=visit_id,
        ref=ref,
        kind=Kind(kind),
        label=label,
        result=Result(result),
        grade=None if grade is None else Grade(grade),
        text=text,
        value=value,
        at=at,
        by=by,
        signed_by=signed_by,
        satisfied=None if satisfied is None else bool(satisfied),
        self_approved=bool(self_approved),
        attempts=attempts,
        failed=failed,
        follow_up=follow_up,
    )
