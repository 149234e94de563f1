"""What clients were promised when, and what became of it (design/product.md, On-time arrival).

A promise is of the day on which its window begins, and it is the one that stood when that day began; where none did, the first
that was given for it since. What was put right within `SLIP` seconds was a slip of the pen. Judged is a promise to which somebody
came, or whose window and grace are over: not where the client cancelled, put the request away or kept us waiting by then.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from db.among import AMONG, keys_param
from db.rows import Query, value
from db.store import Store
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.promises import Promise

SLIP = 300
"""Seconds within which a window was mistyped, and never promised to anybody."""

CAME = (
    "coalesce((SELECT min(check_in_at) FROM assignment WHERE visit_id = v.id), "
    "CASE v.state WHEN 'no_access' THEN v.ended_at END)"
)
"""When somebody first came to a visit `v`: where nobody let them in, when they gave up."""

JUDGED = f"""
SELECT p.visit_id, p.promised_from, p.promised_to, {CAME} AS came,
  CASE WHEN {CAME} < max(j.ends_at, p.promised_to + 60 * (g.grace + 1)) THEN
    CASE WHEN ({CAME} - p.promised_to) / 60 > g.grace THEN 'late' WHEN {CAME} < p.promised_from THEN 'early' ELSE 'in_time' END
    ELSE 'missed' END AS outcome,
  (SELECT n.at FROM promise n WHERE n.visit_id = p.visit_id AND n.id > p.id ORDER BY n.id LIMIT 1) AS replaced_at
FROM (
  SELECT min(o.id) AS id, d.ends_at FROM day d
  CROSS JOIN promise o ON o.promised_from >= d.starts_at AND o.promised_from < d.ends_at
  LEFT JOIN promise n ON n.id = (SELECT min(id) FROM promise WHERE visit_id = o.visit_id AND id > o.id)
  WHERE n.id IS NULL OR n.at > d.starts_at AND n.at - o.at >= {SLIP} GROUP BY o.visit_id, d.starts_at) j
JOIN promise p ON p.id = j.id JOIN visit v ON v.id = p.visit_id JOIN given g
WHERE {CAME} IS NOT NULL OR (g.now - p.promised_to) / 60 > g.grace
  AND NOT (v.state = 'cancelled' AND v.cancelled_at <= p.promised_to + 60 * g.grace)
  AND NOT coalesce(v.archived_at <= p.promised_to + 60 * g.grace, 0)
  AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.visit_id = v.id AND w.kind = 'client'
    AND w.starts_at <= p.promised_to AND coalesce(w.ends_at, g.now + 1) > p.promised_to)"""
"""The promises that are judged, of the days of `day` (`starts_at`, `ends_at`), by what `given` says is `now` and the firm's `grace`
in minutes: whole minutes count, as clocks show them. Who came on another day has not come."""


def of_visits(store: Store, visit_ids: Collection[int] | None, zone: str, now: int, grace: int) -> list[Promise]:
    """The promises that are judged of some visits (None: of all), by their windows; days are those of `zone`, `grace` minutes."""
    few, ids = ("", ()) if visit_ids is None else (f"AND visit_id {AMONG}", keys_param(visit_ids))
    windows = store.all(f"SELECT DISTINCT promised_from FROM promise WHERE promised_from IS NOT NULL {few}", ids)
    days = sorted({day_bounds(day_of(first, zone), zone) for (first,) in windows})
    return _judged(store, days, now, grace, f"WHERE true {few}", ids)


def of_days(store: Store, days: Sequence[tuple[int, int]], now: int, grace: int) -> list[Promise]:
    """The promises for some days that are judged, also of visits that are on another day by now, or have no place."""
    return _judged(store, days, now, grace)


def _judged(
    store: Store, days: Sequence[tuple[int, int]], now: int, grace: int, where: str = "", params: Sequence[object] = ()
) -> list[Promise]:
    rows = store.all(
        f"WITH given(now, grace, days) AS (SELECT ?, ?, ?), {DAY} SELECT * FROM ({JUDGED}) {where} "
        "ORDER BY promised_from, visit_id",
        (now, grace, days_param(days), *params),
    )
    return [Promise(*row) for row in rows]


DAY = (
    "day(starts_at, ends_at) AS (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') "
    "FROM json_each((SELECT days FROM given)))"
)
"""The days that are asked about, from the parameter `days_param`."""


def days_param(days: Sequence[tuple[int, int]]) -> str:
    """Days as pairs of instants, half-open."""
    return json.dumps(days)


known_from: Query[int | None] = value("SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'promises_known_from'")
"""Since when every promise is kept; None: always. Of those before it only what people could still take back is known."""
