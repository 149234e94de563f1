"""Time sheets in the store: whose clock ran in a week, and the words that a week is right (design/timesheets.md)."""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Sequence

from db.among import AMONG
from db.rows import Query, Select, Stored, rows, values
from db.store import Store
from db.unit import Unit
from dispatch.model.timesheets import Reopened, Submitted
from dispatch.model.visits import LONGEST_CLOCK

TIMESHEET, APPROVAL = "timesheet", "timesheet_approval"
"""Their tables, of which rows are only ever added and withdrawn."""
REOPEN = "reopen hours"
"""The deed that takes a word back with a reason, which stands in its audit."""
_THEIRS = f"a.staff_id {AMONG.replace('?', '?3')}"


def _to_come(start: str) -> str:
    """Nobody has arrived, and they set out, or were planned to start, between the two instants."""
    return (
        f"{_THEIRS} AND a.check_in_at IS NULL AND {start} >= ?1 AND {start} < ?2 + {LONGEST_CLOCK} "
        f"AND min({start}, coalesce(a.depart_at, {start})) < ?2"
    )


clocked_visits: Query[list[int], int, int, Collection[int]] = values(
    f"SELECT a.visit_id FROM assignment a WHERE {_THEIRS} AND a.check_in_at > ?1 - {LONGEST_CLOCK} "
    f"AND a.check_in_at < ?2 + {LONGEST_CLOCK} AND coalesce(a.depart_at, a.check_in_at) < ?2 "
    "AND coalesce(a.check_out_at, ?1 + 1) > ?1 "
    f"UNION SELECT a.visit_id FROM assignment a WHERE {_THEIRS} AND a.return_at > ?1 AND a.return_at < ?2 + {LONGEST_CLOCK} "
    f"UNION SELECT v.id FROM visit v JOIN assignment a ON a.visit_id = v.id WHERE {_to_come('v.starts_at')} "
    "UNION SELECT d.visit_id FROM visit_day d JOIN assignment a ON a.visit_id = d.visit_id AND a.day = d.day "
    f"WHERE {_to_come('d.starts_at')} ORDER BY 1"
)
"""The ids of the visits on which the clock of some technicians may have run between two instants, or was to."""

_WEEK = Stored(("week",), lambda week: (week.isoformat(),), datetime.date.fromisoformat)
_STANDS = "r.withdrawn_at IS NULL"
_OPEN_AGAIN = (
    f"r.withdrawn_at IS NOT NULL AND u.deed = '{REOPEN}' AND r.id = "
    "(SELECT max(id) FROM timesheet WHERE technician_id = r.technician_id AND week = r.week)"
)
SUBMITTED = Select(
    Submitted,
    "timesheet r JOIN staff s ON s.id = r.staff_id LEFT JOIN timesheet_approval p ON p.timesheet_id = r.id "
    "AND p.withdrawn_at IS NULL LEFT JOIN staff l ON l.id = p.staff_id",
    of={"by": "s.name", "approval_id": "p.id", "approved_by": "coalesce(l.name, '')", "approved_at": "p.at"},
    stored={"week": _WEEK, "form": Stored(("form",), lambda form: (_packed(form),), json.loads)},
)
"""Words that a week is right."""
REOPENED = Select(
    Reopened,
    "timesheet r JOIN audit u ON u.seq = (SELECT max(seq) FROM audit WHERE entity = 'timesheet' AND entity_id = r.id) "
    "JOIN staff s ON s.id = u.staff_id",
    of={"by": "s.name", "at": "u.at", "reason": "json_extract(u.detail, '$.reason')"},
    stored={"week": _WEEK},
)
"""Words that were taken back with a reason."""
unapproved: Query[list[tuple[str, int]]] = rows(
    "SELECT r.week, r.technician_id FROM timesheet r WHERE r.id = (SELECT max(o.id) FROM timesheet o "
    "WHERE o.technician_id = r.technician_id AND o.week = r.week AND o.withdrawn_at IS NULL) "
    "AND NOT EXISTS (SELECT 1 FROM timesheet_approval p WHERE p.timesheet_id = r.id AND p.withdrawn_at IS NULL)"
)
"""The weeks (ISO), and whose, of which the newest word that stands is approved by nobody; the clock may say another by now."""
submitted_of_week: Query[list[Submitted], datetime.date] = SUBMITTED.listing(
    f"WHERE r.week = ? AND {_STANDS} ORDER BY r.id"
)
"""The words of a week that stand, the newest of each technician last."""
reopened_of_week: Query[list[Reopened], datetime.date] = REOPENED.listing(f"WHERE r.week = ? AND {_OPEN_AGAIN}")
"""Of a week the technicians whose newest word was taken back with a reason."""
reopened_of: Query[list[Reopened], int] = REOPENED.listing(
    f"WHERE r.technician_id = ? AND {_OPEN_AGAIN} ORDER BY r.week"
)
"""The weeks of a technician whose newest word was taken back with a reason."""
said_of: Query[list[int], datetime.date] = values("SELECT DISTINCT technician_id FROM timesheet WHERE week = ?")
"""Of whom anything was ever said in a week."""
everybody: Query[list[tuple[int, str, str, bool]]] = rows(
    "SELECT s.id, s.name, s.login, t.archived_at IS NULL AND s.active FROM technician t JOIN staff s ON s.id = t.staff_id "
    "ORDER BY s.name COLLATE NOCASE, s.id"
)
"""Every technician by name, also who has left: id, name, login, and whether they are still there."""


def submit(unit: Unit, technician_id: int, week: datetime.date, form: Sequence[object], reason: str) -> int:
    """Write down that a week is right; returns the id of that."""
    return unit.insert_signed(
        TIMESHEET, technician_id=technician_id, week=week.isoformat(), form=_packed(form), reason=reason
    )


def approve(unit: Unit, submitted: Submitted) -> int:
    """Write down that a lead agrees; returns the id of that."""
    return unit.insert_signed(APPROVAL, timesheet_id=submitted.id)


def other_leads(store: Store, staff: Collection[int]) -> bool:
    """Whether the firm has an active lead beside some people."""
    return bool(
        store.value(
            "SELECT EXISTS (SELECT 1 FROM staff s JOIN staff_role r ON r.staff_id = s.id WHERE s.active = 1 AND r.role = 'lead' "
            f"AND NOT s.id {AMONG})",
            (json.dumps([*staff]),),
        )
    )


def _packed(form: object) -> str:
    return json.dumps(form, ensure_ascii=False, separators=(",", ":"))
