"""What went before at a client: who was there, what was noted and said, what still follows."""

from __future__ import annotations

from typing import NamedTuple

from db.rows import Query, Select, rows, values


class Before(NamedTuple):
    """The last visit at a client's before another: when its technicians came, who they were, and whether it is of the same site."""

    id: int
    reference: str
    work: str
    came_at: int
    crew: str
    same_site: bool


_CAME = "(SELECT min(a.check_in_at) FROM assignment a WHERE a.visit_id = v.id AND a.check_in_at IS NOT NULL)"
_OF_CLIENT = (
    "JOIN site s ON s.id = v.site_id JOIN visit m ON m.id = ?1 "
    "JOIN site n ON n.id = m.site_id AND n.client_id = s.client_id"
)
_BEEN = f"v.id <> m.id AND v.state IN ('closed', 'left_open') AND {_CAME} IS NOT NULL"
LAST = Select(
    Before,
    f"visit v {_OF_CLIENT}",
    "v",
    of={
        "came_at": _CAME,
        "crew": "coalesce((SELECT group_concat(p.name, ', ') FROM assignment a JOIN staff p ON p.id = a.staff_id "
        "WHERE a.visit_id = v.id AND a.check_in_at IS NOT NULL), '')",
        "same_site": "v.site_id = m.site_id",
    },
)
last: Query[Before | None, int] = LAST.single(
    f"WHERE {_BEEN} ORDER BY v.site_id = m.site_id DESC, {_CAME} DESC LIMIT 1"
)
"""The last visit that was made to the site of a visit, else to another site of its client."""
who_knows: Query[list[tuple[str, int]], int] = rows(
    "SELECT p.name, count(DISTINCT v.id) FROM visit v "
    f"{_OF_CLIENT} JOIN assignment a ON a.visit_id = v.id AND a.check_in_at IS NOT NULL JOIN staff p ON p.id = a.staff_id "
    "WHERE v.id <> m.id AND v.state IN ('closed', 'left_open') AND p.active = 1 GROUP BY p.id "
    "ORDER BY count(DISTINCT v.id) DESC, max(a.check_in_at) DESC LIMIT 3"
)
"""Who was at the client most often, with how many visits."""
follow_ups: Query[list[tuple[str, str]], int] = rows(
    f"SELECT v.reference, v.work FROM visit v {_OF_CLIENT} WHERE v.id <> m.id AND v.parent_id IS NOT NULL "
    "AND v.archived_at IS NULL AND v.state NOT IN ('closed', 'left_open', 'no_access', 'aborted', 'cancelled') "
    "ORDER BY v.requested_at LIMIT 3"
)
"""What still follows from visits at the client, by reference and work."""
notes: Query[list[str], int] = values(
    "SELECT text FROM work_entry WHERE visit_id = ? AND kind = 'note' AND text <> '' ORDER BY sequence DESC LIMIT 2"
)
"""What was noted last at a visit, the newest first."""
said: Query[list[str], int] = values(
    "SELECT a.text FROM item i JOIN attempt a ON a.item_id = i.id AND a.sequence = (SELECT max(l.sequence) FROM attempt l "
    "WHERE l.item_id = i.id) WHERE i.visit_id = ? AND (i.kind = 'sign_off' OR i.ref = 'A2') AND a.text <> '' "
    "ORDER BY i.kind = 'sign_off' DESC LIMIT 1"
)
"""What the client said at the end of a visit, else what they said was wrong."""
