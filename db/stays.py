"""Items used, marks on the work and corrections of the clock in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.store import Store
from dispatch.model.stays import TimeCorrection, UsedItem, WorkMark

if TYPE_CHECKING:
    from db.unit import Unit


def items_of(store: Store, visit_id: int) -> list[UsedItem]:
    """What was used on a visit and not taken back, in the order in which it was entered."""
    return [
        UsedItem._make((*row[:6], bool(row[6]), row[7]))
        for row in store.all(
            "SELECT i.id, s.name, i.code, i.label, i.quantity, i.amount, i.taxable, i.made_at FROM used_item i "
            "JOIN staff s ON s.id = i.staff_id WHERE i.visit_id = ? AND i.withdrawn_at IS NULL ORDER BY i.id",
            (visit_id,),
        )
    ]


def add_item(
    unit: Unit,
    visit_id: int,
    staff_id: int,
    *,
    code: str | None,
    label: str,
    quantity: str,
    amount: str | None,
    taxable: bool,
) -> None:
    """Enter something that was used."""
    unit.insert(
        "used_item",
        visit_id=visit_id,
        staff_id=staff_id,
        code=code,
        label=label,
        quantity=quantity,
        amount=amount,
        taxable=int(taxable),
        made_at=unit.at,
    )


def withdraw_item(unit: Unit, item_id: int, staff_id: int) -> None:
    """Take back something that was entered; the row stays."""
    unit.execute(
        "UPDATE used_item SET withdrawn_at = ?, withdrawn_by = ? WHERE id = ? AND withdrawn_at IS NULL",
        (unit.at, staff_id, item_id),
    )


def marks_of(store: Store, visit_id: int) -> list[WorkMark]:
    """The marks that stand on a visit's work, by start."""
    return [
        WorkMark(*row)
        for row in store.all(
            "SELECT m.id, m.assignment_id, t.name, m.kind, m.starts_at, m.ends_at, m.reason, s.name FROM work_mark m "
            "JOIN assignment a ON a.id = m.assignment_id JOIN staff t ON t.id = a.staff_id JOIN staff s ON s.id = m.staff_id "
            "WHERE a.visit_id = ? AND m.withdrawn_at IS NULL ORDER BY m.starts_at, m.id",
            (visit_id,),
        )
    ]


def add_mark(
    unit: Unit, assignment_id: int, staff_id: int, kind: str, starts_at: int, ends_at: int, reason: str
) -> None:
    """Mark a stretch of a technician's work."""
    unit.insert(
        "work_mark",
        assignment_id=assignment_id,
        staff_id=staff_id,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        made_at=unit.at,
    )


def withdraw_marks(unit: Unit, assignment_id: int, staff_id: int) -> int:
    """Take every mark off a technician's work; returns how many there were."""
    return unit.execute(
        "UPDATE work_mark SET withdrawn_at = ?, withdrawn_by = ? WHERE assignment_id = ? AND withdrawn_at IS NULL",
        (unit.at, staff_id, assignment_id),
    ).rowcount


def corrections_of(store: Store, visit_id: int) -> list[TimeCorrection]:
    """The corrections of a visit's times, oldest first: the first one of a moment has what the clock recorded."""
    return [
        TimeCorrection(*row)
        for row in store.all(
            "SELECT c.made_at, s.name, t.name, c.what, c.before, c.after, c.reason FROM time_correction c "
            "JOIN assignment a ON a.id = c.assignment_id JOIN staff t ON t.id = a.staff_id JOIN staff s ON s.id = c.staff_id "
            "WHERE a.visit_id = ? ORDER BY c.id",
            (visit_id,),
        )
    ]


def correct(
    unit: Unit, assignment_id: int, staff_id: int, what: str, before: int | None, after: int | None, reason: str
) -> None:
    """Note that a moment was put right, with what it was."""
    unit.insert(
        "time_correction",
        assignment_id=assignment_id,
        staff_id=staff_id,
        what=what,
        before=before,
        after=after,
        reason=reason,
        made_at=unit.at,
    )


def change_segment(unit: Unit, segment_id: int, starts_at: int, ends_at: int | None) -> None:
    """Move the ends of a segment."""
    unit.execute("UPDATE segment SET starts_at = ?, ends_at = ? WHERE id = ?", (starts_at, ends_at, segment_id))


def drop_segment(unit: Unit, segment_id: int) -> None:
    """Take out a segment that a correction left without any length."""
    unit.execute("DELETE FROM segment WHERE id = ?", (segment_id,))


def segments_of(store: Store, assignment_id: int) -> list[tuple[int, str, int, int | None]]:
    """Id, kind, start and end of each segment of an assignment, by start."""
    return [
        (segment_id, kind, starts_at, ends_at)
        for segment_id, kind, starts_at, ends_at in store.all(
            "SELECT id, kind, starts_at, ends_at FROM segment WHERE assignment_id = ? ORDER BY starts_at, id",
            (assignment_id,),
        )
    ]


def open_segment(unit: Unit, assignment_id: int, kind: str, at: int) -> None:
    """Begin a segment; the one that runs ends."""
    unit.execute(
        "UPDATE segment SET ends_at = max(?, starts_at) WHERE assignment_id = ? AND ends_at IS NULL",
        (at, assignment_id),
    )
    unit.insert("segment", assignment_id=assignment_id, kind=kind, starts_at=at)


def end_segments(unit: Unit, assignment_id: int, at: int) -> None:
    """End what runs; a span that began later than that is left without length."""
    unit.execute(
        "UPDATE segment SET ends_at = max(?, starts_at) WHERE assignment_id = ? AND ends_at IS NULL",
        (at, assignment_id),
    )


def add_segment(unit: Unit, assignment_id: int, kind: str, starts_at: int, ends_at: int | None) -> None:
    """Add a span; None: it runs."""
    unit.insert("segment", assignment_id=assignment_id, kind=kind, starts_at=starts_at, ends_at=ends_at)


def elsewhere(store: Store, assignment_id: int, now: int) -> str | None:
    """The reference of another visit at which the same technician was on the clock at a moment of this assignment's stay."""
    row = store.one(
        "SELECT v.reference FROM assignment own JOIN segment g ON g.assignment_id = own.id "
        "JOIN assignment a ON a.staff_id = own.staff_id AND a.id <> own.id JOIN segment h ON h.assignment_id = a.id "
        "JOIN visit v ON v.id = a.visit_id WHERE own.id = ?1 AND g.kind IN ('work', 'wait', 'test') "
        "AND h.kind IN ('work', 'wait', 'test') AND h.starts_at < coalesce(g.ends_at, max(?2, g.starts_at)) "
        "AND coalesce(h.ends_at, max(?2, h.starts_at)) > g.starts_at ORDER BY h.starts_at LIMIT 1",
        (assignment_id, now),
    )
    return None if row is None else str(row[0])


def still_there(store: Store, staff_id: int, before: int) -> list[tuple[str, str, int]]:
    """Reference, client and arrival of the visits at which a technician is checked in and whose planned end is before an
    instant."""
    return [
        (reference, client, arrived)
        for reference, client, arrived in store.all(
            "SELECT v.reference, c.name, a.check_in_at FROM assignment a JOIN visit v ON v.id = a.visit_id "
            "JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id "
            "WHERE a.staff_id = ? AND a.check_in_at IS NOT NULL AND a.check_out_at IS NULL "
            "AND v.state IN ('on_site', 'closing_out') AND max(v.ends_at, a.check_in_at + v.ends_at - v.starts_at) < ? "
            "ORDER BY a.check_in_at",
            (staff_id, before),
        )
    ]
