"""Handovers of started jobs in the store, and who started a job."""

from __future__ import annotations

from collections.abc import Sequence

from db.among import AMONG, group_rows, keys_param
from db.rows import Query, Select
from db.store import Store
from db.unit import Unit
from dispatch.model.visits import Handover

HANDOVERS = Select(
    Handover,
    "handover h JOIN visit v ON v.id = h.visit_id JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id "
    "JOIN staff t ON t.id = h.to_id JOIN staff l ON l.id = h.asked_by",
    "h",
    of={"reference": "v.reference", "client": "c.name", "work": "v.work", "to": "t.name", "asked_by": "l.name"},
)
"""Handovers of visits."""
of_visit: Query[list[Handover], int] = HANDOVERS.listing("WHERE h.visit_id = ? ORDER BY h.id DESC")
"""The handovers of a visit, the newest first."""
open_for: Query[list[Handover], int] = HANDOVERS.listing("WHERE h.to_id = ? AND h.answered_at IS NULL ORDER BY h.id")
"""What a technician is asked to take over and has not answered."""


def ask(unit: Unit, visit_id: int, to_id: int, reason: str) -> int:
    """Ask a technician to take a visit over; returns the id.

    Raises:
        Refused: somebody is asked already.
    """
    request = {"asked_by": unit.actor.staff_id, "asked_at": unit.at}
    return unit.insert("handover", visit_id=visit_id, to_id=to_id, reason=reason, **request)


def answer(unit: Unit, handover: Handover, accepted: bool, words: str) -> None:
    """Note the answer to a handover that has none."""
    unit.execute(
        "UPDATE handover SET answered_at = ?, accepted = ?, answer = ? WHERE id = ? AND answered_at IS NULL",
        (unit.at, int(accepted), words, handover.id),
    )


def starters(store: Store, visit_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """For each of some visits the technicians who started its job: id and name of everybody who was on site for another of
    its visits. Visits of a job that nobody has started are left out; one that was aborted, or had no access, started nothing."""
    if not visit_ids:
        return {}
    rows = store.all(
        "SELECT DISTINCT v.id, a.staff_id, t.name FROM visit v "
        "JOIN visit o ON o.job_id = v.job_id AND o.id <> v.id AND o.archived_at IS NULL "
        "AND o.state NOT IN ('aborted', 'no_access') "
        "JOIN assignment a ON a.visit_id = o.id AND a.check_in_at IS NOT NULL JOIN staff t ON t.id = a.staff_id "
        f"WHERE v.id {AMONG} ORDER BY v.id, a.staff_id",
        keys_param(visit_ids),
    )
    return {visit_id: dict(who) for visit_id, who in group_rows(rows).items()}


def taken_over(store: Store, visit_ids: Sequence[int]) -> dict[int, set[int]]:
    """For each of some visits the technicians who agreed to take it over."""
    taken = f"SELECT visit_id, to_id FROM handover WHERE accepted = 1 AND visit_id {AMONG}"
    technicians = group_rows(store.all(taken, keys_param(visit_ids)))
    return {visit_id: {staff_id for (staff_id,) in who} for visit_id, who in technicians.items()}
