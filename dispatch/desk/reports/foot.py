"""What every report ends with."""

from __future__ import annotations

from db import audit
from db.store import Store
from dispatch.model.instants import Times


def foot_of(store: Store, by: str, times: Times) -> tuple[str, ...]:
    """When and by whom a report was made, its zone, and the head of the audit chain that vouches for what it says."""
    head = audit.chain_head(store)
    return (
        f"Made {times.moment(store.clock.now())} by {by}; times as in {times.zone}.",
        f"Audit: {head.rows:,} rows, head {head.short}; dispatch audit verify --head {head.short} says whether they still stand.",
    )
