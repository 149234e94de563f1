"""The figures of the firm: each is one query over what is recorded.

A query yields facts: of which visit (and client, and technician), when, and how much it adds to what is counted (`top`) and to
what that is a share of (`below`). A fact with an `until` is a stretch of the clock: it weighs as many seconds as lie
inside the day that is asked for, so that a night's work is divided at midnight. Days come as pairs of
instants, half-open: where clocks change they are 23 or 25 hours long, and nothing here knows of it.
What is of a whole visit is of the day that the visit belongs to, as in the log and the reports (`db.visits.ANCHOR`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

from db.promises import DAY, JUDGED, days_param
from db.rows import Query, value
from db.store import Store
from db.visits import ANCHOR, ANCHORED, PAID_KINDS
from dispatch.model.money import decimals_of
from dispatch.model.visits import LONGEST_CLOCK

By = Literal["", "technician", "client", "kind", "skill"]
BYS: tuple[By, ...] = get_args(By)
Who = int | str
"""Whom or what figures are of: the id of a technician or client, a kind of visit, a skill (empty: a visit that asks for none)."""
Span = tuple[int, int]


class FigureQuery(NamedTuple):
    """What a figure is asked for. `days` are half-open pairs of instants that ascend and do not overlap.

    Those that are over are gone at the instant `gone`. `available` is what technicians had to give on
    them (id, the first instant of the day, seconds), `shifts` are the spans of it (id, start, end). `currency` is the one that is
    summed; sheets in another count as lacking. Stretches that run end at `now`. Late is who comes more than `grace` minutes after
    what was promised. `repeats` are visits and the request that asks again for the trouble of each, by ids.
    """

    days: Sequence[Span]
    now: int
    gone: int
    currency: str
    grace: int
    available: Sequence[tuple[int, int, int]]
    shifts: Sequence[tuple[int, int, int]]
    repeats: Sequence[tuple[int, int]]


class Counted(NamedTuple):
    """A figure on one day, of all (`by` empty) or of one of those by whom it is asked: `top` of `below` (seconds, pieces, minor
    units); `lacking` facts had no known value."""

    day: int
    by: By
    who: Who
    top: int
    below: int
    lacking: int


class Behind(NamedTuple):
    """A visit behind a figure, with what it adds. `why` are the facts by which it does, as the figure has them;
    `causes` and the `gravest` of them, in words, where somebody came late; `told`: as a lead has told it."""

    reference: str
    client: str
    work: str
    at: int
    top: int
    below: int
    lacking: int
    why: Sequence[Any] = ()
    causes: str = ""
    gravest: str = ""
    told: bool = False


_ENDED = f"v.ended_at IS NOT NULL AND ({ANCHORED})"
_CALL = "o.state <> 'cancelled' AND (o.archived_at IS NULL OR o.state <> 'requested')"
_OF_JOB = f"{_CALL} AND o.way = 'on_site'"
_PLANNED = "v.kind IN ('maintenance', 'audit', 'review') OR v.recurrence_id IS NOT NULL"
FIRST_OF_JOB = (
    f"v.way = 'on_site' AND v.ended_at IS NOT NULL AND v.state <> 'cancelled' AND NOT ({_PLANNED}) AND NOT EXISTS "
    "(SELECT 1 FROM visit o WHERE o.job_id = v.job_id AND o.way = 'on_site' AND o.ended_at IS NOT NULL "
    "AND o.state <> 'cancelled' AND o.id <> v.id "
    f"AND ({ANCHOR.replace('v.', 'o.')}, o.id) < ({ANCHOR}, v.id))"
)
"""Whether a visit `v` is the first of a job: the first that ended, whoever asked for it first. Planned maintenance is no job."""
_STRETCH = (
    "FROM segment g JOIN assignment a ON a.id = g.assignment_id JOIN visit v ON v.id = a.visit_id "
    "JOIN site s ON s.id = v.site_id "
    f"WHERE (g.starts_at > (SELECT first FROM given) - {LONGEST_CLOCK} AND g.starts_at < (SELECT last FROM given) "
    "OR g.ends_at IS NULL AND g.starts_at < (SELECT last FROM given)) "
    "AND coalesce(g.ends_at, (SELECT now FROM given)) > (SELECT first FROM given)"
)
_FROM = "FROM visit v JOIN site s ON s.id = v.site_id"
_OF_VISIT = f"SELECT v.id AS visit_id, s.client_id, NULL AS staff_id, {ANCHOR} AS at, NULL AS until,"
_UNTIL = "coalesce(g.ends_at, max(g.starts_at, (SELECT now FROM given)))"
_GONE = f"min({_UNTIL}, (SELECT gone FROM given))"
_AVAILABLE = """
SELECT NULL AS visit_id, NULL AS client_id, json_extract(value, '$[0]') AS staff_id, json_extract(value, '$[1]') AS at,
  NULL AS until, 0 AS top, json_extract(value, '$[2]') AS below, 0 AS lacking, NULL AS why
FROM json_each((SELECT available FROM given))"""
_WAY_HOME = (
    "FROM assignment a JOIN visit v ON v.id = a.visit_id JOIN site s ON s.id = v.site_id "
    f"WHERE a.return_at > (SELECT first FROM given) AND a.return_at < (SELECT last FROM given) + {LONGEST_CLOCK} AND a.check_out_at"
)
_CLOCKED = f"""
SELECT v.id AS visit_id, s.client_id, a.staff_id, g.starts_at AS at, {_GONE} AS until
{_STRETCH} AND g.starts_at < (SELECT gone FROM given) AND g.kind IN ({PAID_KINDS})
UNION ALL
SELECT v.id, s.client_id, a.staff_id, a.check_out_at, min(a.return_at, (SELECT gone FROM given))
{_WAY_HOME} < min((SELECT last FROM given), (SELECT gone FROM given))"""
_NEWEST_SHEET = (
    f"{_FROM} LEFT JOIN charge_sheet c ON c.visit_id = v.id AND c.revision = "
    f"(SELECT max(revision) FROM charge_sheet WHERE visit_id = v.id) WHERE {_ENDED}"
)
# by the days first, and not through all visits: the joins stand in the order in which they are carried out, and ids are hidden
_STANDING_TESTS = f"""{_FROM} CROSS JOIN item i ON i.visit_id = v.id AND i.kind = 'test'
CROSS JOIN standing t ON t.item_id = i.id JOIN attempt l ON l.visit_id = t.visit_id AND l.sequence = t.sequence
WHERE {_ENDED} AND l.grade IS NOT NULL GROUP BY +v.id"""
_COUNTS = "c.total_minor IS NOT NULL AND c.currency = (SELECT currency FROM given)"


def _promises(counts: str) -> str:
    return f"""
SELECT v.id AS visit_id, s.client_id, NULL AS staff_id, j.promised_from AS at, NULL AS until, {counts} AS top, 1 AS below,
  0 AS lacking, json_array(j.visit_id, j.promised_from, j.promised_to, j.came, j.outcome, j.replaced_at) AS why
FROM ({JUDGED}) j JOIN visit v ON v.id = j.visit_id JOIN site s ON s.id = v.site_id"""


FACTS: Mapping[str, str] = MappingProxyType(
    {
        "on_time": _promises("j.outcome IN ('in_time', 'early')"),
        "early": _promises("j.outcome = 'early'"),
        "late": _promises("j.outcome = 'late'"),
        "missed_promises": _promises("j.outcome = 'missed'"),
        "first_time_fix": f"""
{_OF_VISIT} v.state = 'closed' AND again IS NULL AND r.id IS NULL AS top, 1 AS below, 0 AS lacking,
  json_array(v.state, again, c.reference, c.requested_at) AS why
FROM (SELECT v.*, (SELECT min(o.reference) FROM visit o WHERE o.job_id = v.job_id AND o.id <> v.id AND {_OF_JOB}) AS again
  FROM visit v WHERE {FIRST_OF_JOB} AND {_ENDED}) v JOIN site s ON s.id = v.site_id
LEFT JOIN repeat_call r ON r.visit_id = v.id LEFT JOIN visit c ON c.id = r.id""",
        "utilisation": f"""
SELECT v.id AS visit_id, s.client_id, a.staff_id, g.starts_at AS at, {_GONE} AS until, 1 AS top, 0 AS below, 0 AS lacking,
  NULL AS why
{_STRETCH} AND g.starts_at < (SELECT gone FROM given) AND g.kind IN ('work', 'test')
UNION ALL {_AVAILABLE}""",
        # a sheet names technicians as they were called then: who cannot be found by the name is one of the crew
        "billable_share": f"""
SELECT v.id AS visit_id, s.client_id, (SELECT p.id FROM assignment a JOIN staff p ON p.id = a.staff_id WHERE a.visit_id = v.id
    AND p.name = json_extract(line.value, '$.tech')) AS staff_id, {ANCHOR} AS at, NULL AS until,
  60 * CAST(json_extract(line.value, '$.qty') AS INTEGER) AS top, 0 AS below, 0 AS lacking, NULL AS why
FROM visit v JOIN site s ON s.id = v.site_id JOIN charge_sheet c ON c.visit_id = v.id AND c.revision =
  (SELECT max(revision) FROM charge_sheet WHERE visit_id = v.id), json_each(c.sheet, '$.lines') line
WHERE {_ENDED} AND {ANCHOR} < (SELECT gone FROM given) AND json_extract(line.value, '$.rule') IN ('LAB', 'LAB-COV', 'LAB-POOL')
UNION ALL {_AVAILABLE}""",
        "overtime": f"""
WITH clocked AS MATERIALIZED ({_CLOCKED}),
shift(of, starts_at, ends_at) AS MATERIALIZED (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),
  json_extract(value, '$[2]') FROM json_each((SELECT shifts FROM given)))
SELECT visit_id, client_id, staff_id, at, until, 1 AS top, 1 AS below, 0 AS lacking, NULL AS why FROM clocked
UNION ALL
SELECT visit_id, client_id, staff_id, max(at, h.starts_at), min(until, h.ends_at), -1, 0, 0, NULL
FROM clocked c CROSS JOIN shift h ON h.of = c.staff_id AND h.starts_at < c.until AND h.ends_at > c.at""",
        "on_site_against_plan": f"""
SELECT visit_id, client_id, staff_id, at, at + length AS until, spent AS top, NOT spent AS below, 0 AS lacking, NULL AS why FROM (
  SELECT v.id AS visit_id, s.client_id, a.staff_id, a.check_in_at AS at, k.value AS spent, CASE WHEN k.value
    THEN a.check_out_at - a.check_in_at ELSE coalesce((SELECT d.ends_at - d.starts_at FROM visit_day d WHERE d.visit_id = v.id
      AND d.day = a.day), v.ends_at - v.starts_at) END AS length
  FROM assignment a JOIN visit v ON v.id = a.visit_id JOIN site s ON s.id = v.site_id, json_each('[1,0]') k
  WHERE v.way = 'on_site' AND v.ended_at IS NOT NULL AND v.starts_at IS NOT NULL AND a.check_in_at IS NOT NULL
    AND a.check_out_at IS NOT NULL
    AND a.check_in_at < (SELECT last FROM given) AND a.check_in_at > (SELECT first FROM given) - {LONGEST_CLOCK})
WHERE length > 0 AND at + length > (SELECT first FROM given)""",
        "travel_ratio": f"""
SELECT v.id AS visit_id, s.client_id, a.staff_id, g.starts_at AS at, {_UNTIL} AS until,
  g.kind = 'travel' AS top, 1 AS below, 0 AS lacking, NULL AS why {_STRETCH} AND g.kind IN ('travel', 'work', 'test')
UNION ALL
SELECT v.id, s.client_id, a.staff_id, a.check_out_at, a.return_at, 1, 1, 0, NULL
{_WAY_HOME} < (SELECT last FROM given)""",
        "executed_share": f"""
{_OF_VISIT} sum(l.grade = 'executed') AS top, count(*) AS below, 0 AS lacking, NULL AS why
{_STANDING_TESTS}""",
        "tests_waived": f"""
{_OF_VISIT} sum(l.grade = 'waived') AS top, count(*) AS below, 0 AS lacking, NULL AS why
{_STANDING_TESTS}""",
        "retests": f"""
{_OF_VISIT} sum((SELECT count(*) FROM attempt r WHERE r.item_id = i.id) > 1) AS top, count(*) AS below, 0 AS lacking, NULL AS why
{_FROM} CROSS JOIN item i ON i.visit_id = v.id AND i.kind = 'test'
WHERE EXISTS (SELECT 1 FROM attempt r WHERE r.item_id = i.id) AND {_ENDED} GROUP BY +v.id""",
        "overrides": f"""
{_OF_VISIT} count(*) AS top, 0 AS below, 0 AS lacking, NULL AS why
{_FROM} CROSS JOIN item i ON i.visit_id = v.id AND EXISTS (SELECT 1 FROM attempt WHERE item_id = i.id AND result = 'overridden')
CROSS JOIN standing t ON t.item_id = i.id JOIN attempt l ON l.visit_id = t.visit_id AND l.sequence = t.sequence
WHERE {_ENDED} AND l.result = 'overridden' GROUP BY +v.id""",
        "charged": f"""
{_OF_VISIT} CASE WHEN {_COUNTS} THEN c.net_minor ELSE 0 END AS top, 0 AS below, NOT coalesce({_COUNTS}, 0) AS lacking, NULL AS why
{_NEWEST_SHEET}""",
        # money on a sheet is text with exactly the decimals of its currency: without the point it is minor units
        "given_away": f"""
{_OF_VISIT} CASE WHEN {_COUNTS} THEN coalesce((SELECT sum(CASE
    WHEN json_extract(line.value, '$.rule') = 'GOODWILL'
      THEN -CAST(replace(json_extract(line.value, '$.amount'), '.', '') AS INTEGER)
    WHEN json_extract(line.value, '$.zero_reason') NOT IN ('covered', 'drawn')
      THEN CAST(replace(json_extract(line.value, '$.value'), '.', '') AS INTEGER)
    ELSE 0 END) FROM json_each(c.sheet, '$.lines') line), 0) ELSE 0 END AS top,
  0 AS below, NOT coalesce({_COUNTS}, 0) AS lacking, NULL AS why
{_NEWEST_SHEET}""",
    }
)
"""The query of each figure. What each counts is said in words in `dispatch.desk.figures.meanings`."""


def needs(figure: str, given: Literal["repeats", "available", "shifts"]) -> bool:
    """Whether a figure is counted with that part of a `FigureQuery`, which takes its time to know."""
    return {"repeats": "repeat_call", "available": "SELECT available", "shifts": "SELECT shifts"}[given] in FACTS[
        figure
    ]


_GIVEN = f"""
WITH given(first, last, now, currency, available, days, grace, gone, shifts, repeats)
  AS (SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?),
{DAY},
repeat_call(visit_id, id) AS MATERIALIZED (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]')
  FROM json_each((SELECT repeats FROM given))),
fact AS MATERIALIZED ("""
_INSIDE = "f.at < n.ends_at AND coalesce(f.until, f.at + 1) > n.starts_at"
_WEIGHT = "CASE WHEN f.until IS NULL THEN 1 ELSE min(f.until, n.ends_at) - max(f.at, n.starts_at) END"
_CREW = (
    "LEFT JOIN assignment crew ON f.staff_id IS NULL AND crew.visit_id = f.visit_id AND crew.day = "
    "(SELECT min(day) FROM assignment WHERE visit_id = crew.visit_id AND staff_id = crew.staff_id)"
)
_OF = {
    "": "JOIN (SELECT '' AS who) w",
    "technician": f"{_CREW} JOIN (SELECT 1) w ON coalesce(f.staff_id, crew.staff_id) IS NOT NULL",
    "client": "JOIN client w ON w.id = f.client_id",
    "kind": "JOIN visit w ON w.id = f.visit_id",
    "skill": "JOIN visit w ON w.id = f.visit_id LEFT JOIN visit_skill a ON a.visit_id = w.id LEFT JOIN skill k ON k.name = a.skill",
}
_WHO = {
    "": "''",
    "technician": "coalesce(f.staff_id, crew.staff_id)",
    "client": "w.id",
    "kind": "w.kind",
    "skill": "coalesce(k.name, '')",
}
"""Whose a fact is, by each grouping: of each of a crew, of each skill that a visit asks for. What is nobody's is left out there."""
_WHOLE = "(SELECT first AS starts_at, last AS ends_at FROM given)"
_OF_DAYS = (
    "of_day AS MATERIALIZED (SELECT n.starts_at AS day, f.visit_id, f.client_id, f.staff_id, "
    f"sum(f.top * {_WEIGHT}) AS top, sum(f.below * {_WEIGHT}) AS below, sum(f.lacking) AS lacking "
    f"FROM fact f CROSS JOIN day n ON {_INSIDE} GROUP BY 1, 2, 3, 4)"
)
_GROUPED = " UNION ALL ".join(
    f"SELECT f.day, '{by}', {_WHO[by]} AS who, sum(f.top), sum(f.below), sum(f.lacking) FROM of_day f {_OF[by]} GROUP BY 1, 3"
    for by in BYS
)


def counted(store: Store, figure: str, query: FigureQuery) -> list[Counted]:
    """A figure on each of the days, by everything; days without a fact are left out.

    A visit of several technicians counts for each of them, one that asks for several skills for each of these. What is nobody's (a
    visit that nobody was sent to, the hours of a technician by client) is only in the whole.
    """
    return [Counted(*row) for row in store.all(f"{_GIVEN}{FACTS[figure]}), {_OF_DAYS} {_GROUPED}", _params(query))]


def behind(store: Store, figure: str, query: FigureQuery, by: By = "", who: Who | None = None) -> list[Behind]:
    """The visits behind a figure over all the days, which follow each other, by time; of one technician, client, kind or skill
    where asked."""
    rows = store.all(
        f"{_GIVEN}{FACTS[figure]}) SELECT v.reference, c.name, v.work, min(f.at), sum(f.top * {_WEIGHT}), "
        f"sum(f.below * {_WEIGHT}), sum(f.lacking), coalesce(f.why, '[]') FROM {_WHOLE} n JOIN fact f ON {_INSIDE} {_OF[by]} "
        "JOIN visit v ON v.id = f.visit_id JOIN client c ON c.id = f.client_id "
        f"WHERE ? IS NULL OR {_WHO[by]} = ? GROUP BY v.id, f.why ORDER BY min(f.at), v.id",
        (*_params(query), who, who),
    )
    return [Behind._make((*row[:7], json.loads(row[7]), "", "", False)) for row in rows]


def asked_again(store: Store, start: int, end: int, within: int) -> list[tuple[int, str, int, int, str, int]]:
    """The jobs that were closed by their first visit in `[start, end)`, each with what was asked for at its site within so many
    seconds: the visit, its work and when it ended, the later request, its work and when it came, the first asked for first."""
    return store.all(
        f"SELECT v.id, v.work, v.ended_at, o.id, o.work, o.requested_at FROM visit v "
        f"JOIN visit o ON o.site_id = v.site_id AND o.job_id <> v.job_id "
        f"AND o.requested_at > v.ended_at AND o.requested_at <= v.ended_at + ?3 AND {_CALL} "
        f"AND NOT ({_PLANNED.replace('v.', 'o.')}) WHERE v.state = 'closed' AND {FIRST_OF_JOB} AND ({ANCHORED}) "
        "ORDER BY v.id, o.requested_at, o.id",
        (start, end, within),
    )


_charged_with: Query[int | None, str] = value(
    "SELECT (SELECT exponent FROM charge_sheet WHERE currency = ? ORDER BY id DESC LIMIT 1)"
)


def exponent_of(store: Store, currency: str) -> int:
    """How many decimals the sheets in a currency have; those of the currency where there is none."""
    charged = _charged_with(store, currency)
    return decimals_of(currency) if charged is None else charged


def names(store: Store, by: By) -> dict[Who, str]:
    """Everybody who can stand in a figure by technician or client, also those who have left."""
    if by == "client":
        return dict(store.all("SELECT id, name FROM client"))
    return dict(store.all("SELECT s.id, s.name FROM staff s JOIN technician t ON t.staff_id = s.id"))


def last_promised(store: Store, start: int, end: int) -> int:
    """When the last window ends that was promised for the time from `start` up to `end`; 0 where none was."""
    return int(
        store.value(
            "SELECT coalesce(max(promised_to), 0) FROM promise WHERE promised_from >= ? AND promised_from < ?",
            (start, end),
        )
    )


def first_instant(store: Store) -> int | None:
    """When the first of what figures count happened, or was planned or promised; None: nothing ever."""
    at = store.value(
        "SELECT min(at) FROM (SELECT min(starts_at) AS at FROM visit UNION ALL SELECT min(ended_at) FROM visit "
        "UNION ALL SELECT min(promised_from) FROM promise UNION ALL SELECT min(starts_at) FROM segment "
        "UNION ALL SELECT min(check_in_at) FROM assignment)"
    )
    return None if at is None else int(at)


def _params(query: FigureQuery) -> tuple[object, ...]:
    return (
        min((start for start, _ in query.days), default=0),
        max((end for _, end in query.days), default=0),
        query.now,
        query.currency,
        json.dumps(query.available),
        days_param(query.days),
        query.grace,
        query.gone,
        json.dumps(query.shifts),
        json.dumps(query.repeats),
    )
