"""Findings of audits in the store: a row each, another one where it was put right, and what became of them."""

from __future__ import annotations

from typing import Any

from db.rows import Query, Select, value
from db.unit import Unit
from dispatch.model.findings import AuditFinding

FINDING, MARK = "finding", "finding_mark"
"""Their tables, of which rows are only ever added and withdrawn."""
_LAST = "(SELECT max(l.id) FROM finding_mark l WHERE l.visit_id = f.visit_id AND l.number = f.number AND l.withdrawn_at IS NULL)"
_WORK_DONE = (
    "(SELECT sum(w.state = 'closed') > 0 AND sum(w.state NOT IN ('closed', 'left_open', 'no_access', 'aborted', 'cancelled')) = 0 "
    "FROM visit d JOIN visit w ON w.job_id = d.job_id AND w.archived_at IS NULL WHERE d.id = m.work_id)"
)
"""Whether a visit for the work that was accepted is closed, and no other of its job is open."""
FINDINGS = Select(
    AuditFinding,
    "finding f JOIN staff s ON s.id = f.staff_id JOIN visit v ON v.id = f.visit_id JOIN site e ON e.id = v.site_id "
    "JOIN client c ON c.id = e.client_id LEFT JOIN standing_file p ON p.id = f.file_id "
    f"LEFT JOIN finding_mark m ON m.id = {_LAST}",
    "f",
    of={
        "photo": "p.name",
        "by": "s.name",
        "state": f"CASE WHEN m.state = 'proposed' AND {_WORK_DONE} THEN 'done' ELSE coalesce(m.state, 'open') END",
        "note": "coalesce(m.note, '')",
        "reference": "v.reference",
        "client": "c.name",
    },
)
"""What was found, with what became of it."""
_STANDS = "f.withdrawn_at IS NULL"
findings_of: Query[list[AuditFinding], int] = FINDINGS.listing(f"WHERE f.visit_id = ? AND {_STANDS} ORDER BY f.number")
"""The findings of a visit that stand, by number."""
findings_of_client: Query[list[AuditFinding], int] = FINDINGS.listing(
    f"WHERE c.id = ? AND {_STANDS} ORDER BY v.starts_at DESC, v.id DESC, f.number"
)
"""Those of all visits of a client, of the newest visit first."""
all_findings: Query[list[AuditFinding]] = FINDINGS.listing(
    f"WHERE {_STANDS} ORDER BY v.starts_at DESC, v.id DESC, f.number"
)
"""Those of all visits."""
last_number: Query[int, int] = value("SELECT coalesce(max(number), 0) FROM finding WHERE visit_id = ?")
"""The highest number that a finding of a visit has or had."""


def add_finding(unit: Unit, finding: AuditFinding) -> int:
    """Write down a finding; returns its id. Its audit row stands with the visit."""
    columns: dict[str, Any] = FINDINGS.columns(finding)
    columns.pop("at")
    return unit.insert_signed(FINDING, **columns)


def add_mark(unit: Unit, finding: AuditFinding, state: str, note: str, work_id: int | None = None) -> int:
    """Note what became of a finding, with the id of the request for its work where that was accepted; returns the id of that."""
    where = {"visit_id": finding.visit_id, "number": finding.number}
    return unit.insert_signed(MARK, **where, state=state, note=note, work_id=work_id)
