"""What drives the service-level clocks of a request beside its visit: milestones, pauses, priorities, causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from db.among import AMONG, group_rows, keys_param
from db.rows import Query, Select, value
from db.store import Store
from db.unit import Unit


class Waiting(NamedTuple):
    """A span of the state on hold: `kind` is client, parts or vendor; `ends_at` is None while it lasts."""

    kind: str
    whom: str
    what: str
    starts_at: int
    ends_at: int | None


class PriorityChange(NamedTuple):
    """When a priority was changed, and what it was before."""

    at: int
    before: int
    after: int


class Facts(NamedTuple):
    """Of one visit: the first milestone of each kind, the pauses, changes of priority and reopenings in order, and the
    causes given for missed targets by clock."""

    milestones: Mapping[str, int] = {}
    waits: tuple[Waiting, ...] = ()
    priorities: tuple[PriorityChange, ...] = ()
    reopened: tuple[tuple[int, int], ...] = ()
    causes: Mapping[str, str] = {}


NOTHING = Facts()
"""The facts of a visit about which nothing is noted."""


WAITS = Select(Waiting, "waiting r")
"""Pauses."""
CHANGES = Select(PriorityChange, "priority_change r")
"""Changes of priority."""


def facts_of(store: Store, visit_ids: Sequence[int]) -> dict[int, Facts]:
    """The facts of each visit that has any, in five queries whatever their number."""
    if not visit_ids:
        return {}
    few, ids = f"visit_id {AMONG}", keys_param(visit_ids)
    first = f"SELECT visit_id, kind, min(at) FROM milestone WHERE withdrawn_at IS NULL AND {few} GROUP BY 1, 2"
    milestones = group_rows(store.all(first, ids))
    causes = group_rows(
        store.all(f"SELECT visit_id, clock, cause FROM breach_cause WHERE withdrawn_at IS NULL AND {few}", ids)
    )
    again = f"SELECT visit_id, ended_at, reopened_at FROM reopening WHERE {few} ORDER BY id"
    reopened = group_rows(store.all(again, ids))
    waits = WAITS.by(store, "r.visit_id", f"WHERE r.{few} ORDER BY r.id", ids)
    priorities = CHANGES.by(store, "r.visit_id", f"WHERE r.{few} ORDER BY r.at, r.id", ids)
    return {
        visit_id: Facts(
            dict(milestones.get(visit_id, [])),
            waits.get(visit_id, ()),
            priorities.get(visit_id, ()),
            tuple(reopened.get(visit_id, [])),
            dict(causes.get(visit_id, [])),
        )
        for visit_id in {*milestones, *causes, *waits, *priorities, *reopened}
    }


open_wait: Query[Waiting | None, int] = WAITS.single("WHERE r.visit_id = ? AND r.ends_at IS NULL")
"""What a visit on hold waits for."""
last_wait: Query[Waiting | None, int] = WAITS.single("WHERE r.visit_id = ? ORDER BY r.id DESC LIMIT 1")
"""What a visit waited for last."""


def begin_wait(unit: Unit, visit_id: int, kind: str, whom: str, what: str) -> None:
    """A visit goes on hold now. The pause begins with it, never before."""
    unit.insert("waiting", visit_id=visit_id, kind=kind, whom=whom, what=what, starts_at=unit.at)


def end_wait(unit: Unit, visit_id: int) -> None:
    """A visit goes on now. Nothing happens where it was not waiting."""
    unit.execute(
        "UPDATE waiting SET ends_at = max(?, starts_at) WHERE visit_id = ? AND ends_at IS NULL", (unit.at, visit_id)
    )


def add_milestone(unit: Unit, visit_id: int, kind: str, note: str) -> int:
    """Something happened to a request now (`kind`: phone, remote, workaround, report); returns its id."""
    return unit.insert_signed("milestone", visit_id=visit_id, kind=kind, note=note)


def add_cause(unit: Unit, visit_id: int, clock: str, cause: str) -> int:
    """Why a target was missed; returns its id.

    Raises:
        Refused: it has a cause already.
    """
    return unit.insert_signed("breach_cause", visit_id=visit_id, clock=clock, cause=cause)


def note_priority(unit: Unit, visit_id: int, before: int, after: int) -> None:
    """Log a change of priority."""
    if before != after:
        unit.insert_signed("priority_change", visit_id=visit_id, before=before, after=after)


last_reopening: Query[int | None, int] = value("SELECT max(reopened_at) FROM reopening WHERE visit_id = ?")
"""When a visit was opened again last."""


def note_reopening(unit: Unit, visit_id: int, ended_at: int) -> None:
    """Log that a visit which ended is open again: in between its resolution clock stood."""
    unit.insert("reopening", visit_id=visit_id, ended_at=ended_at, reopened_at=max(unit.at, ended_at))
