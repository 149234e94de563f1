"""What is still open, with since when: requests nobody planned, what was left open, comments, messages, reviews, invoices."""

from __future__ import annotations

from typing import NamedTuple, TypeVarTuple

from db.rows import Query, rows

Ts = TypeVarTuple("Ts")


class OpenRow(NamedTuple):
    """Something that is still open. `since` is an instant, `day` the day on which it is wanted (ISO), where that counts instead."""

    reference: str
    client: str
    what: str
    since: int
    day: str | None = None


_VISIT = "FROM visit v JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id"
_OPEN = "v.archived_at IS NULL AND v.state NOT IN ('closed', 'left_open', 'no_access', 'aborted', 'cancelled')"
_FOLLOWS = "EXISTS (SELECT 1 FROM visit p WHERE p.id = v.parent_id AND p.state = 'left_open')"


def _rows(sql: str) -> Query[list[OpenRow], *Ts]:
    return Query(lambda store, params: [OpenRow(*row) for row in store.all(sql, params)])


requests: Query[list[OpenRow], str] = _rows(
    f"SELECT v.reference, c.name, v.work, v.requested_at, CASE WHEN v.recurrence_id IS NOT NULL THEN v.wanted_on END {_VISIT} "
    f"WHERE v.state = 'requested' AND v.archived_at IS NULL AND coalesce(v.wanted_on, '') <= ? AND NOT {_FOLLOWS} "
    "UNION ALL SELECT v.reference, c.name, v.work || ': on hold, waits for ' || w.whom || ', ' || w.what, w.starts_at, NULL "
    f"{_VISIT} JOIN waiting w ON w.visit_id = v.id AND w.ends_at IS NULL WHERE v.state = 'on_hold' AND v.archived_at IS NULL"
)
"""Requests that nobody has planned, but for those wanted after a day (ISO) and follow-ups of what was left open. What waits on hold
says for what, since when."""
follow_ups: Query[list[OpenRow]] = _rows(
    f"SELECT v.reference, c.name, v.work || ', follows ' || p.reference, p.ended_at {_VISIT} "
    f"JOIN visit p ON p.id = v.parent_id AND p.state = 'left_open' WHERE {_OPEN}"
)
"""Visits that follow one that was left open, and have not ended; since it was left."""
promised: Query[list[OpenRow], int] = _rows(
    f"SELECT v.reference, c.name, v.state || coalesce('@' || v.starts_at, ''), v.promised_to {_VISIT} WHERE {_OPEN} "
    "AND v.promised_to IS NOT NULL AND v.promised_to <= ? "
    "AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.visit_id = v.id AND a.check_in_at IS NOT NULL)"
)
"""Visits to which nobody has come, whose promised window ends by an instant; `since` is its end. `what` says how they stand: the
state, and the planned start as `@` and seconds, where there is one."""
comments: Query[list[OpenRow]] = _rows(
    f"SELECT v.reference, c.name, p.name || ': ' || n.text, n.at {_VISIT} JOIN review_comment n ON n.visit_id = v.id "
    "JOIN staff p ON p.id = n.staff_id WHERE n.answered_at IS NULL"
)
"""Comments with which a lead sent visits back, and that nobody has answered."""
messages: Query[list[OpenRow], int] = _rows(
    "SELECT coalesce(v.reference, ''), c.name, m.kind || ' to ' || m.address || ', ' || m.state || CASE m.why WHEN '' THEN '' "
    "ELSE ': ' || m.why END, m.made_at FROM message m LEFT JOIN visit v ON v.id = m.visit_id LEFT JOIN site s "
    "ON s.id = v.site_id JOIN client c ON c.id = coalesce(m.client_id, s.client_id) WHERE m.state IN ('failed', 'unsure') "
    "OR m.state IN ('waiting', 'taken', 'sending') AND m.due_at < ?"
)
"""Messages that did not go out, or may not have, and those due before an instant that nobody has sent."""
mails: Query[list[OpenRow]] = _rows(
    "SELECT coalesce(v.reference, ''), coalesce(c.name, ''), 'mail ' || m.id || ' from ' "
    "|| coalesce(nullif(m.sender, ''), 'nobody') || CASE m.why WHEN '' THEN '' ELSE ': ' || m.why END, m.came_at "
    "FROM mail m LEFT JOIN visit v ON v.id = m.visit_id "
    "LEFT JOIN client c ON c.id = m.client_id WHERE m.state IN ('waiting', 'call')"
)
"""Mails that wait for somebody, or ask for a call, since they came."""
to_review: Query[list[OpenRow]] = _rows(
    f"SELECT v.reference, c.name, v.work, v.ended_at {_VISIT} WHERE v.review = 'to_review' AND v.ended_at IS NOT NULL"
)
"""Visits that ended and wait for review."""
uninvoiced: Query[list[OpenRow]] = _rows(
    "SELECT v.reference, c.name, v.work, (SELECT max(a.at) FROM approval a WHERE a.visit_id = v.id AND a.revision > 0) AS since "
    f"{_VISIT} WHERE v.review = 'approved' AND since IS NOT NULL"
)
"""Visits that are approved with a charge, and were not handed over to be invoiced."""
drafted: Query[list[tuple[str, str, str]]] = rows(
    "SELECT 'card', CAST(id AS TEXT), 'rate card ' || name FROM rate_card "
    "UNION ALL SELECT 'agreement', CAST(a.id AS TEXT), 'agreement of ' || c.name FROM agreement a "
    "JOIN client c ON c.id = a.client_id "
    "UNION ALL SELECT 'template', CAST(t.id AS TEXT), 'template ' || coalesce((SELECT json_extract(w.wording, '$.name') "
    "FROM template_wording w WHERE w.template_id = t.id ORDER BY w.number DESC LIMIT 1), t.id) FROM template t "
    "UNION ALL VALUES ('card', '', ''), ('agreement', '', ''), ('template', '', '')"
)
"""What can be drafted: the kind of record, its id as text (empty: a new one), and what it is called."""
