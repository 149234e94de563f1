"""Other offices in the store, and which office this is."""

from __future__ import annotations

from db.rows import Query, Rows, value
from dispatch.model.branches import Branch

BRANCHES = Rows("branch", Branch, order="r.name COLLATE NOCASE")
"""Other offices, by name."""
branches = BRANCHES.all
by_name: Query[Branch | None, str] = BRANCHES.single("WHERE r.name = ? AND r.archived_at IS NULL")
"""The branch of that name, in any case."""
of_office: Query[Branch | None, str] = BRANCHES.single(
    "WHERE r.office = ? ORDER BY r.archived_at IS NOT NULL, r.id DESC"
)
"""The branch that an office is, or was."""
own_office: Query[str] = value("SELECT id FROM office")
"""Which office this database is."""
