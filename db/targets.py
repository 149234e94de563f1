"""The test targets of sites in the store."""

from __future__ import annotations

from db.rows import Query, Rows
from dispatch.model.probes import ProbeTarget

TARGETS = Rows(
    "target",
    ProbeTarget,
    order="r.site_id, r.name COLLATE NOCASE, r.id",
)
"""Test targets, by site and name."""
target, all_targets, add_target, update_target = TARGETS.one, TARGETS.all, TARGETS.add, TARGETS.update

targets_of: Query[list[ProbeTarget], int] = TARGETS.listing(
    "WHERE r.site_id = ? AND r.archived_at IS NULL ORDER BY r.name COLLATE NOCASE, r.id"
)
"""A site's targets that are not archived, by name."""
