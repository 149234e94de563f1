"""Recurring visits in the store."""

from __future__ import annotations

import datetime

from db.rows import Query, Rows, words
from db.unit import Unit
from dispatch.model.requests import Recurrence

RECURRENCES = Rows(
    "recurrence", Recurrence, stored={"skills": words("skills"), "tags": words("tags")}, read_only=("made_until",)
)
"""Recurring visits, in the order in which they were made. Writing one makes no visit."""
recurrence, recurrences = RECURRENCES.one, RECURRENCES.all
add_recurrence, update_recurrence = RECURRENCES.add, RECURRENCES.update

recurrences_of: Query[list[Recurrence], int] = RECURRENCES.listing(
    "JOIN site s ON s.id = r.site_id WHERE s.client_id = ? AND r.archived_at IS NULL ORDER BY r.id"
)
"""A client's recurrences that are not archived."""
made_short_of: Query[list[Recurrence], datetime.date] = RECURRENCES.listing(
    "JOIN site s ON s.id = r.site_id JOIN client c ON c.id = s.client_id "
    "WHERE r.archived_at IS NULL AND s.archived_at IS NULL AND c.archived_at IS NULL "
    "AND coalesce(r.made_until, '') < ? AND coalesce(r.ends_on, '9999-12-31') > coalesce(r.made_until, '') ORDER BY r.id"
)
"""Recurrences whose visits are not made as far as `day`, at sites and clients that are still in the book."""
as_agreed: Query[list[Recurrence]] = RECURRENCES.listing(
    "JOIN site s ON s.id = r.site_id JOIN client c ON c.id = s.client_id WHERE r.rule LIKE 'as agreed%' "
    "AND r.archived_at IS NULL AND s.archived_at IS NULL AND c.archived_at IS NULL ORDER BY r.id"
)
"""Recurrences that follow an agreement (dispatch.planning.recurring.Agreed), at sites and clients still in the book."""


def set_made_until(unit: Unit, recurrence_id: int, day: datetime.date | None) -> None:
    """Note how far its visits are made. Nobody's edit is stale for it: the version stays."""
    unit.execute(
        "UPDATE recurrence SET made_until = ? WHERE id = ?", (None if day is None else day.isoformat(), recurrence_id)
    )
