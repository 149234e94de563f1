"""The visit log in the store: which visits stand in it, and what is remarkable about each, in few queries whatever their
number."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import NamedTuple

from db.among import AMONG, keys_param
from db.clients import ZONE
from db.rows import Query, Select, Stored, column, value, values
from db.store import Store
from db.visits import ANCHORED, CREW
from dispatch.model.boards import BoardVisit, Sum
from dispatch.model.visits import Assignment


class Noted(NamedTuple):
    """Something remarkable about a visit: `kind` says what, `item` of the checklist, `by` whom, `text` the words."""

    kind: str
    item: str
    by: str
    text: str
    label: str = ""
    """What the item asks for."""


_CODES = Stored(("sheet",), tuple, lambda text: tuple(json.loads(text)))
_READ = {
    "id", "reference", "client", "site", "zone", "work", "state", "minutes", "priority", "version", "review", "start", "end",
    "wanted_on", "promised", "emergency", "reason", "way",
}  # fmt: skip
ROWS = Select(
    BoardVisit,
    "visit v JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id",
    "v",
    of={"client": "c.name", "site": "s.name", "zone": ZONE},
    stored={"start": column("starts_at"), "end": column("ends_at")},
    given={name: "NULL" for name in BoardVisit._fields if name not in _READ},
)
"""Visits of the log, as far as they are read in one query."""
SUMS = Select(
    Sum,
    "charge_sheet c",
    "c",
    of={
        "accepted": "c.status = 'ready' OR c.accepted_at IS NOT NULL",
        "flags": "coalesce(json_extract(c.sheet, '$.flags'), '[]')",
        "errors": "coalesce(json_extract(c.sheet, '$.errors'), '[]')",
        "unnamed": "coalesce(json_extract(c.input, '$.client.tax_ref'), '') = ''",
    },
    stored={"net": column("net_minor"), "total": column("total_minor"), "flags": _CODES, "errors": _CODES},
)
"""Newest charges."""


in_review: Query[list[int], Collection[str]] = values(
    f"SELECT id FROM visit WHERE review <> 'none' AND review {AMONG} AND archived_at IS NULL"
)
"""The visits with one of these states of review, that of none not among them."""


def rows(
    store: Store,
    span: tuple[int, int] | None,
    *,
    ids: Collection[int] | None = None,
    reviews: Collection[str] = (),
    placed: bool = True,
) -> list[BoardVisit]:
    """The visits of the log, by start: placed ones, and what ended without ever having been placed.

    Args:
        span: the half-open instants of the days to which they belong, each to one; None for all.
        ids: only these.
        reviews: only with one of these states of review.
        placed: False for requests too.
    """
    where, params = ["v.archived_at IS NULL"], list[object]()
    if span is not None:
        where.append(ANCHORED)
        params += span
    elif placed:
        where.append("(v.starts_at IS NOT NULL OR v.ended_at IS NOT NULL)")
    if ids is not None:
        where.append(f"v.id {AMONG}")
        params += keys_param(ids)
    if reviews:
        where.append(f"v.review {AMONG}" + " AND v.review <> 'none'" * ("none" not in reviews))
        params += keys_param(reviews)
    return ROWS.select(store, f"WHERE {' AND '.join(where)} ORDER BY coalesce(v.starts_at, v.ended_at), v.id", params)


number_of: Query[int, int | None, int | None] = value(
    f"SELECT count(*) FROM visit v WHERE v.archived_at IS NULL AND (?1 IS NULL OR {ANCHORED})"
)
"""How many visits there are that belong to the days from one instant up to another; both None: in all."""
stays: Query[dict[int, tuple[Assignment, ...]], Collection[int]] = CREW.grouped(
    "a.visit_id", f"WHERE a.visit_id {AMONG} ORDER BY a.id"
)
"""Who was on each of some visits, and when."""


def sums(store: Store, ids: Iterable[int]) -> dict[int, Sum]:
    """The newest charge of those of some visits that have ended; one that was opened again, or uncancelled, has none."""
    newest = SUMS.with_extra(
        store,
        "c.visit_id",
        f"WHERE c.visit_id {AMONG} AND c.revision = (SELECT max(revision) FROM charge_sheet WHERE visit_id = c.visit_id) "
        "AND EXISTS (SELECT 1 FROM visit v WHERE v.id = c.visit_id AND v.ended_at IS NOT NULL)",
        keys_param(ids),
    )
    return {visit_id: charge for charge, visit_id in newest}


with_targets: Query[list[int], Collection[int]] = values(
    f"SELECT v.id FROM visit v JOIN site s ON s.id = v.site_id WHERE v.id {AMONG} "
    "AND s.client_id IN (SELECT client_id FROM agreement)"
)
"""Those of some visits whose client ever had an agreement: nothing else promises a service level."""


def noted(store: Store, ids: Iterable[int]) -> dict[int, list[Noted]]:
    """What people did on some visits that a lead looks at: overrides, failed tests, an unhappy sign-off, what was put right or
    given away, comments."""
    among = keys_param(ids)
    notes: dict[int, list[Noted]] = {}
    for query in _NOTED:
        for visit_id, *columns in store.all(query, among):
            notes.setdefault(visit_id, []).append(Noted(*columns))
    return notes


_IS_LAST = "a.sequence = (SELECT max(b.sequence) FROM attempt b WHERE b.item_id = a.item_id)"
_NOTED = (
    "SELECT a.visit_id, CASE WHEN i.kind = 'test' THEN 'waived' ELSE 'overridden' END, i.ref, s.name || CASE a.self_approved "
    "WHEN 1 THEN ' (for themselves)' ELSE '' END, a.text, i.label FROM attempt a JOIN item i ON i.id = a.item_id "
    f"JOIN staff s ON s.id = a.staff_id WHERE a.visit_id {AMONG} AND a.result = 'overridden' AND {_IS_LAST} ORDER BY a.id",
    "SELECT v.id, v.state, '', '', v.reason || CASE v.called WHEN '' THEN '' ELSE iif(v.reason = '', '', '; ') || 'called: ' || "
    "v.called END || coalesce((SELECT iif(v.reason = '', '', '; ') || 'follow-up ' || group_concat(f.reference, ', ') FROM visit f "
    "WHERE f.parent_id = v.id AND f.archived_at IS NULL AND v.state = 'left_open'), '') FROM visit v "
    f"WHERE v.id {AMONG} AND v.state IN ('left_open', 'no_access', 'aborted', 'cancelled')",
    "SELECT a.visit_id, 'not_done', i.ref, s.name, a.text, i.label FROM attempt a JOIN item i ON i.id = a.item_id JOIN staff s ON "
    f"s.id = a.staff_id WHERE a.visit_id {AMONG} AND a.result = 'not_done' AND {_IS_LAST} ORDER BY a.id",
    "SELECT a.visit_id, CASE WHEN a.id = o.id THEN 'fails' WHEN o.result = 'na' OR o.result = 'overridden' "
    "AND NOT i.required THEN 'let_be' WHEN o.result = 'pass' AND t.counts THEN 'retested' ELSE 'failed' END, i.ref, s.name, "
    "a.text, i.label FROM attempt a JOIN item i ON i.id = a.item_id JOIN staff s ON s.id = a.staff_id "
    f"JOIN standing t ON t.item_id = a.item_id JOIN attempt o ON o.visit_id = t.visit_id AND o.sequence = t.sequence "
    f"WHERE a.visit_id {AMONG} AND a.result = 'fail' ORDER BY a.id",
    "SELECT a.visit_id, 'unsatisfied', i.ref, a.signed_by, a.text, i.label FROM attempt a JOIN item i ON i.id = a.item_id "
    f"WHERE a.visit_id {AMONG} AND a.satisfied = 0 AND {_IS_LAST} ORDER BY a.id",
    "SELECT p.visit_id, 'corrected', c.what, s.name, c.reason FROM time_correction c JOIN assignment p ON p.id = c.assignment_id "
    f"JOIN staff s ON s.id = c.staff_id WHERE p.visit_id {AMONG} ORDER BY c.id",
    "SELECT k.visit_id, 'corrected', coalesce(i.ref, 'W2'), s.name, k.reason, coalesce(i.label, 'What was changed') "
    "FROM word_correction k JOIN staff s ON s.id = k.staff_id LEFT JOIN attempt a ON a.id = k.attempt_id "
    f"LEFT JOIN item i ON i.id = a.item_id WHERE k.visit_id {AMONG} ORDER BY k.id",
    "SELECT g.visit_id, 'given', g.value || CASE g.mode WHEN 'percent' THEN '%' ELSE '' END || ' on ' || g.target, s.name, "
    f"g.reason FROM goodwill g JOIN staff s ON s.id = g.staff_id WHERE g.visit_id {AMONG} AND g.withdrawn_at IS NULL "
    "ORDER BY g.id",
    "SELECT m.visit_id, 'given', 'travel set to ' || m.amount, s.name, m.reason FROM manual_travel m JOIN staff s ON "
    f"s.id = m.staff_id WHERE m.visit_id {AMONG} AND m.withdrawn_at IS NULL ORDER BY m.id",
    "SELECT p.visit_id, 'own_fault', '', s.name, w.reason FROM work_mark w JOIN assignment p ON p.id = w.assignment_id "
    f"JOIN staff s ON s.id = w.staff_id WHERE p.visit_id {AMONG} AND w.kind = 'own_fault' "
    "AND w.withdrawn_at IS NULL ORDER BY w.id",
    "SELECT n.visit_id, 'sent_back', '', s.name, n.text || CASE n.answer WHEN '' THEN '' ELSE ' – ' || n.answer END "
    f"FROM review_comment n JOIN staff s ON s.id = n.staff_id WHERE n.visit_id {AMONG} ORDER BY n.id",
    f"SELECT visit_id, 'reopened', '', '', '' FROM reopening WHERE visit_id {AMONG} ORDER BY id",
    "SELECT a.visit_id, CASE t.asks WHEN 'lowered' THEN 'permitted' ELSE 'no_way_in' END, i.ref, coalesce((SELECT s.name FROM "
    "permission p JOIN staff s ON s.id = p.answered_by WHERE p.item_id = i.id AND p.given = 1 ORDER BY p.id DESC LIMIT 1), ''), "
    "coalesce((SELECT p.reason FROM permission p WHERE p.item_id = i.id AND p.given = 1 ORDER BY p.id DESC LIMIT 1), ''), i.label "
    "FROM item i JOIN standing t ON t.item_id = i.id JOIN attempt a ON a.visit_id = t.visit_id AND a.sequence = t.sequence "
    f"WHERE i.visit_id {AMONG} AND t.asks IN ('lowered', 'no_way_in') AND a.grade = 'attested' ORDER BY i.id",
    "SELECT n.visit_id, 'none_wanted', '', n.said_by, n.words FROM no_follow_up n JOIN visit v ON v.id = n.visit_id "
    f"AND v.ended_at = n.at WHERE n.visit_id {AMONG} AND v.state = 'left_open' ORDER BY n.id",
)
