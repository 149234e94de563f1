"""How far the checklists of many visits have come, counted by the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from db.store import Store


class Tally(NamedTuple):
    """How far a visit's checklist has come: settled of required items, passed of required tests, and the evidence."""

    settled: int = 0
    required: int = 0
    tests_passed: int = 0
    tests: int = 0
    executed: int = 0
    measured: int = 0
    attested: int = 0
    waived: int = 0
    retests: int = 0
    overrides: int = 0


def tallies(store: Store, visit_ids: Sequence[int]) -> dict[int, Tally]:
    """The tally of each visit, in three queries whatever their number."""
    if not visit_ids:
        return {}
    marks = ", ".join("?" * len(visit_ids))
    required: dict[int, tuple[int, int]] = {
        visit_id: (items, tests)
        for visit_id, items, tests in store.all(
            "SELECT visit_id, count(*), sum(kind = 'test') FROM item "
            f"WHERE required = 1 AND visit_id IN ({marks}) GROUP BY visit_id",
            visit_ids,
        )
    }
    still_open: dict[int, tuple[int, int]] = {
        visit_id: (items, tests)
        for visit_id, items, tests in store.all(
            f"SELECT g.visit_id, count(*), sum(i.kind = 'test') FROM open_gate g JOIN item i ON i.visit_id = g.visit_id "
            f"AND i.ref = g.ref WHERE g.visit_id IN ({marks}) GROUP BY g.visit_id",
            visit_ids,
        )
    }
    evidence = {
        row[0]: row[1:]
        for row in store.all(
            "SELECT a.visit_id, sum(latest.id IS NOT NULL AND a.grade = 'executed'), "
            "sum(latest.id IS NOT NULL AND a.grade = 'measured'), "
            "sum(latest.id IS NOT NULL AND a.grade = 'attested'), "
            "sum(latest.id IS NOT NULL AND a.grade = 'waived'), "
            "sum(i.kind = 'test' AND latest.id IS NULL), "
            "sum(latest.id IS NOT NULL AND a.result = 'overridden') "
            "FROM attempt a JOIN item i ON i.id = a.item_id LEFT JOIN latest_attempt latest ON latest.id = a.id "
            f"WHERE a.visit_id IN ({marks}) GROUP BY a.visit_id",
            visit_ids,
        )
    }
    result = {}
    for visit_id, (items, tests) in required.items():
        open_items, open_tests = still_open.get(visit_id, (0, 0))
        result[visit_id] = Tally(items - open_items, items, tests - open_tests, tests, *evidence.get(visit_id, ()))
    return result
