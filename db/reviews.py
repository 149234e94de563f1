"""Reviews in the store: approvals, comments with answers, words that were put right."""

from __future__ import annotations

from db.rows import Query, Select, value
from db.store import Store
from db.unit import Unit
from dispatch.model.reviews import Approval, Comment, WordCorrection

APPROVALS = Select(Approval, "approval r JOIN staff s ON s.id = r.staff_id", of={"by": "s.name"})
"""Approvals."""
COMMENTS = Select(
    Comment,
    "review_comment n JOIN visit v ON v.id = n.visit_id JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id "
    "JOIN staff l ON l.id = n.staff_id LEFT JOIN staff t ON t.id = n.answered_by",
    "n",
    of={"reference": "v.reference", "client": "c.name", "by": "l.name", "answered_by": "coalesce(t.name, '')"},
)
"""Comments with their answers."""
WORDS = Select(
    WordCorrection,
    "word_correction k JOIN staff s ON s.id = k.staff_id LEFT JOIN attempt a ON a.id = k.attempt_id "
    "LEFT JOIN item i ON i.id = a.item_id LEFT JOIN work_entry w ON w.id = k.entry_id",
    "k",
    of={
        "at": "k.made_at",
        "by": "s.name",
        "sequence": "coalesce(a.sequence, w.sequence)",
        "item": "coalesce(i.ref, 'W2')",
    },
)
"""Words that were put right."""


def approve(unit: Unit, visit_id: int, revision: int, reason: str) -> None:
    """Note an approval."""
    unit.insert_signed("approval", visit_id=visit_id, revision=revision, reason=reason)


approval_of: Query[Approval | None, int] = APPROVALS.single("WHERE r.visit_id = ? ORDER BY r.id DESC LIMIT 1")
"""The newest approval of a visit, whether it still stands or not."""


def send_back(unit: Unit, visit_id: int, text: str) -> int:
    """Keep the comment with which a visit goes back; returns its id."""
    return unit.insert_signed("review_comment", visit_id=visit_id, text=text)


comments_of: Query[list[Comment], int] = COMMENTS.listing("WHERE n.visit_id = ? ORDER BY n.id")
"""The comments on a visit, the oldest first."""
waiting_for: Query[list[Comment], int] = COMMENTS.listing(
    "WHERE n.answered_at IS NULL AND v.review NOT IN ('approved', 'exported') AND v.archived_at IS NULL "
    "AND v.id IN (SELECT visit_id FROM assignment WHERE staff_id = ?) ORDER BY n.id"
)
"""The comments on a technician's visits that wait for an answer, the oldest first."""


def see(unit: Unit, comment: Comment) -> None:
    """Note that the technician has seen a comment."""
    unit.execute("UPDATE review_comment SET seen_at = ? WHERE id = ? AND seen_at IS NULL", (unit.at, comment.id))


def answer(unit: Unit, comment: Comment, text: str) -> None:
    """Note the answer to a comment that has none."""
    unit.execute(
        "UPDATE review_comment SET answered_at = ?, answered_by = ?, answer = ?, seen_at = coalesce(seen_at, ?) "
        "WHERE id = ? AND answered_at IS NULL",
        (unit.at, unit.actor.staff_id, text, unit.at, comment.id),
    )


corrected_since: Query[int, int, int] = value(
    "SELECT EXISTS (SELECT 1 FROM word_correction WHERE visit_id = ?1 AND made_at >= ?2) OR EXISTS (SELECT 1 FROM "
    "time_correction c JOIN assignment a ON a.id = c.assignment_id WHERE a.visit_id = ?1 AND c.made_at >= ?2)"
)
"""Whether times or words of a visit were put right since an instant."""


def words_at(store: Store, visit_id: int, sequence: int) -> tuple[str, int, str, str] | None:
    """What was recorded on a visit at a place of its sequence: `attempt` or `work_entry`, its id, the item, the words as they
    stand (the last correction of them, else the original)."""
    row = store.one(
        "SELECT 'attempt', a.id, i.ref, coalesce((SELECT k.after FROM word_correction k WHERE k.attempt_id = a.id "
        "ORDER BY k.id DESC LIMIT 1), a.text) FROM attempt a JOIN item i ON i.id = a.item_id "
        "WHERE a.visit_id = ?1 AND a.sequence = ?2 UNION ALL "
        "SELECT 'work_entry', w.id, 'W2', coalesce((SELECT k.after FROM word_correction k WHERE k.entry_id = w.id "
        "ORDER BY k.id DESC LIMIT 1), w.text) FROM work_entry w WHERE w.visit_id = ?1 AND w.sequence = ?2",
        (visit_id, sequence),
    )
    return None if row is None else (row[0], row[1], row[2], row[3])


def correct_words(unit: Unit, visit_id: int, of: tuple[str, int], before: str, after: str, reason: str) -> None:
    """Put words right; `of` is what they belong to, as `words_at` has it."""
    table, key = of
    unit.insert_signed(
        "word_correction",
        visit_id=visit_id,
        attempt_id=key if table == "attempt" else None,
        entry_id=key if table == "work_entry" else None,
        before=before,
        after=after,
        reason=reason,
    )


word_corrections_of: Query[list[WordCorrection], int] = WORDS.listing("WHERE k.visit_id = ? ORDER BY k.id")
"""The words of a visit that were put right, the oldest first."""
