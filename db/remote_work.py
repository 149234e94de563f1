"""Remote work in the store (design/states.md, Remote work)."""

from __future__ import annotations

from db.rows import Query
from db.visits import VISITS
from dispatch.model.visits import Visit

remote_between: Query[list[Visit], int, int] = VISITS.listing(
    "WHERE v.way <> 'on_site' AND v.archived_at IS NULL AND v.starts_at >= ? AND v.starts_at < ? ORDER BY v.starts_at, v.id"
)
"""Remote work that began in `[start, end)`, by start."""
