"""What technicians' hours cost, and the hours that they were on the clock for a visit (design/invoices.md, Margin)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from db.among import AMONG, keys_param
from db.rows import Query, Select, day
from db.store import Store
from db.unit import Unit
from db.visits import PAID_KINDS
from dispatch.model.costs import HourlyCost

COSTS = Select(HourlyCost, "hourly_cost r", stored={"since": day("from_day")})
"""What was said of costs."""
all_costs: Query[list[HourlyCost]] = COSTS.listing("ORDER BY r.from_day, r.id")
"""All that was said, by the day from which on it counts; of one day the last word comes last."""


def add_cost(unit: Unit, new: HourlyCost, reason: str) -> None:
    """Say what an hour costs from a day on. The audit does not say how much: it is read by more people."""
    columns = COSTS.columns(new)
    cost_id = unit.insert_signed("hourly_cost", **columns)
    about = {"technician": new.technician_id, "from": new.since.isoformat()} | ({"reason": reason} if reason else {})
    unit.audit("hourly_cost", cost_id, **about)


class Clocked(NamedTuple):
    """A stretch on the clock for a visit: driving there or home, work, waiting, tests; no breaks."""

    visit_id: int
    technician_id: int
    starts_at: int
    seconds: int


def clocked(store: Store, visit_ids: Sequence[int]) -> list[Clocked]:
    """The stretches of some visits that are over. Who came and left without any is there from coming to leaving."""
    rows = store.all(
        f"""
WITH part AS (SELECT * FROM assignment WHERE visit_id {AMONG})
SELECT a.visit_id, a.staff_id, g.starts_at, g.ends_at - g.starts_at FROM part a JOIN segment g ON g.assignment_id = a.id
WHERE g.kind IN ({PAID_KINDS}) AND g.ends_at > g.starts_at
UNION ALL
SELECT visit_id, staff_id, check_out_at, return_at - check_out_at FROM part WHERE return_at > check_out_at
UNION ALL
SELECT visit_id, staff_id, check_in_at, check_out_at - check_in_at FROM part a
WHERE check_out_at > check_in_at AND NOT EXISTS (SELECT 1 FROM segment g WHERE g.assignment_id = a.id)
ORDER BY 1, 2, 3""",
        keys_param(visit_ids),
    )
    return [Clocked(*row) for row in rows]
