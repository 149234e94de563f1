"""What stands on the checklists of many visits, in one query: for reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

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
        "FROM item i JOIN attempt a ON a.item_id = i.id "
        "AND a.sequence = (SELECT max(sequence) FROM attempt WHERE item_id = i.id) "
        "JOIN staff p ON p.id = a.staff_id LEFT JOIN visit f ON f.id = a.follow_up_id "
        "WHERE i.visit_id IN (SELECT value FROM json_each(?)) ORDER BY i.visit_id, i.phase = 'leave', i.position, i.id",
        (json.dumps(list(visit_ids)),),
    )
    return [
        Standing(
            row[0], row[1], Kind(row[2]), row[3], Result(row[4]), None if row[5] is None else Grade(row[5]), *row[6:11],
            None if row[11] is None else bool(row[11]), bool(row[12]), *row[13:],
        )
        for row in rows
    ]  # fmt: skip
