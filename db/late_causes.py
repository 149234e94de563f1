"""Why somebody came late, or did not come, as a lead has told it (design/product.md, Causes of lateness)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from db.store import Store
from db.unit import Unit
from dispatch.levels.late_causes import LateCause, ToldCause


def told_of(store: Store, visit_ids: Collection[int]) -> dict[tuple[int, int], ToldCause]:
    """What was told of the promises of some visits: by visit and the first instant of the window."""
    rows = store.all(
        "SELECT l.visit_id, l.promised_from, l.cause, l.words, s.name FROM late_cause l JOIN staff s ON s.id = l.staff_id "
        "WHERE l.withdrawn_at IS NULL AND l.visit_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(visit_ids)),),
    )
    return {
        (visit_id, first): ToldCause(LateCause[cause.upper()], words, by) for visit_id, first, cause, words, by in rows
    }


def add(unit: Unit, visit_id: int, promised: Iterable[int], cause: LateCause, words: str) -> list[int]:
    """Keep what is told of promises of a visit, each by the first instant of its window; returns the ids.

    Raises:
        Refused: one has its cause already.
    """
    return [
        unit.insert_signed("late_cause", visit_id=visit_id, promised_from=first, cause=cause.name.lower(), words=words)
        for first in promised
    ]
