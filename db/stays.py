"""Items used, marks on the work and corrections of the clock in the store."""

from __future__ import annotations

from db.rows import Query, Select, rows, value
from db.store import Store
from db.unit import Unit
from db.visits import SEGMENTS
from dispatch.model.visits import Segment, TimeCorrection, UsedItem, WorkMark

ITEMS = Select(UsedItem, "used_item r JOIN staff s ON s.id = r.staff_id", of={"by": "s.name"})
"""Items used."""
_OF_PART = (
    "JOIN assignment a ON a.id = r.assignment_id JOIN staff t ON t.id = a.staff_id JOIN staff s ON s.id = r.staff_id"
)
MARKS = Select(WorkMark, f"work_mark r {_OF_PART}", of={"technician": "t.name", "by": "s.name"})
"""Marks on the work."""
CORRECTIONS = Select(
    TimeCorrection, f"time_correction r {_OF_PART}", of={"at": "r.made_at", "by": "s.name", "technician": "t.name"}
)
"""Corrections of the clock."""
items_of: Query[list[UsedItem], int] = ITEMS.listing("WHERE r.visit_id = ? AND r.withdrawn_at IS NULL ORDER BY r.id")
"""What was used on a visit and not taken back, in the order in which it was entered."""


def add_item(unit: Unit, visit_id: int, new: UsedItem) -> None:
    """Enter something that was used."""
    unit.insert_signed("used_item", visit_id=visit_id, **ITEMS.columns(new))


def withdraw_item(unit: Unit, item_id: int) -> None:
    """Take back something that was entered; the row stays."""
    unit.execute(
        "UPDATE used_item SET withdrawn_at = ?, withdrawn_by = ? WHERE id = ? AND withdrawn_at IS NULL",
        (unit.at, unit.actor.staff_id, item_id),
    )


marks_of: Query[list[WorkMark], int] = MARKS.listing(
    "WHERE a.visit_id = ? AND r.withdrawn_at IS NULL ORDER BY r.starts_at, r.id"
)
"""The marks that stand on a visit's work, by start."""


def add_mark(unit: Unit, assignment_id: int, kind: str, starts_at: int, ends_at: int, reason: str) -> None:
    """Mark a stretch of a technician's work."""
    span = {"starts_at": starts_at, "ends_at": ends_at}
    unit.insert_signed("work_mark", assignment_id=assignment_id, kind=kind, **span, reason=reason)


def withdraw_marks(unit: Unit, assignment_id: int) -> int:
    """Take every mark off a technician's work; returns how many there were."""
    return unit.execute(
        "UPDATE work_mark SET withdrawn_at = ?, withdrawn_by = ? WHERE assignment_id = ? AND withdrawn_at IS NULL",
        (unit.at, unit.actor.staff_id, assignment_id),
    ).rowcount


corrections_of: Query[list[TimeCorrection], int] = CORRECTIONS.listing("WHERE a.visit_id = ? ORDER BY r.id")
"""The corrections of a visit's times, oldest first: the first one of a moment has what the clock recorded."""


def correct(unit: Unit, assignment_id: int, what: str, before: int | None, after: int | None, reason: str) -> None:
    """Note that a moment was put right, with what it was."""
    moment = {"what": what, "before": before, "after": after}
    unit.insert_signed("time_correction", assignment_id=assignment_id, **moment, reason=reason)


def change_segment(unit: Unit, segment_id: int, starts_at: int, ends_at: int | None) -> None:
    """Move the ends of a segment."""
    unit.execute("UPDATE segment SET starts_at = ?, ends_at = ? WHERE id = ?", (starts_at, ends_at, segment_id))


def drop_segment(unit: Unit, segment_id: int) -> None:
    """Take out a segment that a correction left without any length."""
    unit.execute("DELETE FROM segment WHERE id = ?", (segment_id,))


def segments_of(store: Store, assignment_id: int) -> dict[int, Segment]:
    """The segments of an assignment by their id, in the order of their starts."""
    where = "WHERE g.assignment_id = ? ORDER BY g.starts_at, g.id"
    return {segment_id: segment for segment, segment_id in SEGMENTS.with_extra(store, "g.id", where, (assignment_id,))}


def open_segment(unit: Unit, assignment_id: int, kind: str, at: int) -> None:
    """Begin a segment; the one that runs ends."""
    end_segments(unit, assignment_id, at)
    unit.insert("segment", assignment_id=assignment_id, kind=kind, starts_at=at)


def end_segments(unit: Unit, assignment_id: int, at: int) -> None:
    """End what runs; a span that began later than that is left without length."""
    unit.execute(
        "UPDATE segment SET ends_at = max(?, starts_at) WHERE assignment_id = ? AND ends_at IS NULL",
        (at, assignment_id),
    )


elsewhere: Query[str | None, int, int] = value(
    "SELECT v.reference FROM assignment own JOIN segment g ON g.assignment_id = own.id "
    "JOIN assignment a ON a.staff_id = own.staff_id AND a.id <> own.id JOIN segment h ON h.assignment_id = a.id "
    "JOIN visit v ON v.id = a.visit_id WHERE own.id = ?1 AND g.kind IN ('work', 'wait', 'test') "
    "AND h.kind IN ('work', 'wait', 'test') AND h.starts_at < coalesce(g.ends_at, max(?2, g.starts_at)) "
    "AND coalesce(h.ends_at, max(?2, h.starts_at)) > g.starts_at ORDER BY h.starts_at LIMIT 1"
)
"""The reference of another visit at which the same technician was on the clock at a moment of this assignment's stay."""
still_there: Query[list[tuple[str, str, int]], int, int] = rows(
    "SELECT v.reference, c.name, a.check_in_at FROM assignment a JOIN visit v ON v.id = a.visit_id "
    "JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id "
    "WHERE a.staff_id = ? AND a.check_in_at IS NOT NULL AND a.check_out_at IS NULL "
    "AND v.state IN ('on_site', 'closing_out') AND max(v.ends_at, a.check_in_at + v.ends_at - v.starts_at) < ? "
    "ORDER BY a.check_in_at"
)
"""Reference, client and arrival of the visits at which a technician is checked in and whose planned end is before an
instant."""


worked_before: Query[int, int, int, int, bool] = value(
    "SELECT coalesce(sum(CASE WHEN ?4 THEN coalesce(a.return_at, a.check_out_at) / 60 - coalesce(a.depart_at, a.check_in_at) / 60 "
    "ELSE a.check_out_at / 60 - a.check_in_at / 60 END - coalesce((SELECT sum(g.ends_at / 60 - g.starts_at / 60) "
    "FROM segment g WHERE g.assignment_id = a.id AND g.kind = 'break' AND g.ends_at IS NOT NULL), 0)), 0) "
    "FROM assignment own JOIN assignment a ON a.staff_id = own.staff_id AND a.visit_id <> own.visit_id "
    "WHERE own.id = ?1 AND a.check_in_at >= ?2 AND a.check_in_at < ?3 AND a.check_out_at IS NOT NULL"
)
"""The whole minutes, without breaks, of the technician of an assignment at all other visits where they arrived between two
instants; with a flag, from door to door as far as that was recorded (design/charges.md B17)."""
