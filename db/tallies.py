"""How far the checklists of many visits have come, counted by the database."""

from __future__ import annotations

from collections.abc import Sequence

from db.among import AMONG, keys_param
from db.store import Store
from dispatch.model.boards import Tally


def tallies(store: Store, visit_ids: Sequence[int]) -> dict[int, Tally]:
    """The tally of each visit, in three queries whatever their number."""
    if not visit_ids:
        return {}
    ids = keys_param(visit_ids)

    def counts(query: str) -> dict[int, list[int]]:
        return {visit_id: own for visit_id, *own in store.all(f"{query} GROUP BY 1", ids)}

    required = counts(
        f"SELECT visit_id, count(*), sum(kind = 'test') FROM item WHERE required = 1 AND visit_id {AMONG}"
    )
    still_open = counts(
        f"SELECT g.visit_id, count(*), sum(i.kind = 'test') FROM open_gate g JOIN item i ON i.visit_id = g.visit_id "
        f"AND i.ref = g.ref WHERE g.visit_id {AMONG}"
    )
    evidence = counts(
        "SELECT i.visit_id, sum(a.grade = 'executed'), sum(a.grade = 'measured'), sum(a.grade = 'attested'), "
        "sum(a.grade = 'waived'), (SELECT count(*) - count(DISTINCT r.item_id) FROM attempt r JOIN item q "
        "ON q.id = r.item_id AND q.kind = 'test' WHERE r.visit_id = i.visit_id), sum(a.result = 'overridden'), "
        "sum(i.kind = 'test' AND a.grade = 'executed'), sum(i.kind = 'test' AND a.result <> 'na'), "
        "sum(t.asks = 'lowered' AND a.grade = 'attested'), sum(t.asks = 'no_way_in' AND a.grade = 'attested') "
        "FROM item i JOIN standing t ON t.item_id = i.id "
        f"JOIN attempt a ON a.visit_id = t.visit_id AND a.sequence = t.sequence WHERE i.visit_id {AMONG}"
    )
    result = {}
    for visit_id, (items, tests) in required.items():
        open_items, open_tests = still_open.get(visit_id, (0, 0))
        result[visit_id] = Tally(
            items - open_items, items, tests - open_tests, tests, *(part or 0 for part in evidence.get(visit_id, ()))
        )
    return result
