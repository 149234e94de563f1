"""What drives the service-level clocks of a request beside its visit: milestones, pauses, priorities, causes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from db.store import Store

if TYPE_CHECKING:
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


def facts_of(store: Store, visit_ids: Sequence[int]) -> dict[int, Facts]:
    """The facts of each visit that has any, in five queries whatever their number."""
    if not visit_ids:
        return {}
    milestones: dict[int, dict[str, int]] = {}
    for visit_id, kind, at in _rows(
        store,
        "SELECT visit_id, kind, min(at) FROM milestone WHERE withdrawn_at IS NULL AND {} GROUP BY 1, 2",
        visit_ids,
    ):
        milestones.setdefault(visit_id, {})[kind] = at
    causes: dict[int, dict[str, str]] = {}
    for visit_id, clock, cause in _rows(
        store, "SELECT visit_id, clock, cause FROM breach_cause WHERE withdrawn_at IS NULL AND {}", visit_ids
    ):
        causes.setdefault(visit_id, {})[clock] = cause
    waits = _grouped(
        _rows(
            store, "SELECT visit_id, kind, whom, what, starts_at, ends_at FROM waiting WHERE {} ORDER BY id", visit_ids
        )
    )
    priorities = _grouped(
        _rows(store, "SELECT visit_id, at, before, after FROM priority_change WHERE {} ORDER BY at, id", visit_ids)
    )
    reopened = _grouped(
        _rows(store, "SELECT visit_id, ended_at, reopened_at FROM reopening WHERE {} ORDER BY id", visit_ids)
    )
    return {
        visit_id: Facts(
            milestones.get(visit_id, {}),
            tuple(Waiting(*row) for row in waits.get(visit_id, ())),
            tuple(PriorityChange(*row) for row in priorities.get(visit_id, ())),
            tuple((row[0], row[1]) for row in reopened.get(visit_id, ())),
            causes.get(visit_id, {}),
        )
        for visit_id in {*milestones, *causes, *waits, *priorities, *reopened}
    }


def open_wait(store: Store, visit_id: int) -> Waiting | None:
    """What a visit on hold waits for."""
    row = store.one(
        "SELECT kind, whom, what, starts_at, ends_at FROM waiting WHERE visit_id = ? AND ends_at IS NULL", (visit_id,)
    )
    return None if row is None else Waiting(*row)


def last_wait(store: Store, visit_id: int) -> Waiting | None:
    """What a visit waited for last."""
    row = store.one(
        "SELECT kind, whom, what, starts_at, ends_at FROM waiting WHERE visit_id = ? ORDER BY id DESC LIMIT 1",
        (visit_id,),
    )
    return None if row is None else Waiting(*row)


def begin_wait(unit: Unit, visit_id: int, kind: str, whom: str, what: str) -> None:
    """A visit goes on hold now. The pause begins with it, never before."""
    unit.insert("waiting", visit_id=visit_id, kind=kind, whom=whom, what=what, starts_at=unit.at)


def end_wait(unit: Unit, visit_id: int) -> None:
    """A visit goes on now. Nothing happens where it was not waiting."""
    unit.execute(
        "UPDATE waiting SET ends_at = max(?, starts_at) WHERE visit_id = ? AND ends_at IS NULL", (unit.at, visit_id)
    )


def add_milestone(unit: Unit, visit_id: int, kind: str, staff_id: int, note: str) -> int:
    """Something happened to a request now (`kind`: phone, remote, workaround, report); returns its id."""
    return unit.insert("milestone", visit_id=visit_id, kind=kind, at=unit.at, staff_id=staff_id, note=note)


def add_cause(unit: Unit, visit_id: int, clock: str, cause: str, staff_id: int) -> int:
    """Why a target was missed; returns its id.

    Raises:
        Refused: it has a cause already.
    """
    return unit.insert("breach_cause", visit_id=visit_id, clock=clock, cause=cause, at=unit.at, staff_id=staff_id)


def note_priority(unit: Unit, visit_id: int, before: int, after: int) -> None:
    """Log a change of priority."""
    if before != after:
        unit.insert("priority_change", visit_id=visit_id, at=unit.at, before=before, after=after)


def last_reopening(store: Store, visit_id: int) -> int | None:
    """When a visit was opened again last."""
    at: int | None = store.value("SELECT max(reopened_at) FROM reopening WHERE visit_id = ?", (visit_id,))
    return at


def note_reopening(unit: Unit, visit_id: int, ended_at: int) -> None:
    """Log that a visit which ended is open again: in between its resolution clock stood."""
    unit.insert("reopening", visit_id=visit_id, ended_at=ended_at, reopened_at=max(unit.at, ended_at))


def _rows(store: Store, sql: str, visit_ids: Sequence[int]) -> Iterable[tuple[Any, ...]]:
    few = len(visit_ids) <= 500
    scope = f"visit_id IN ({', '.join('?' * len(visit_ids))})" if few else "true"
    return store.all(sql.format(scope), tuple(visit_ids) if few else ())


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    grouped: dict[int, list[tuple[Any, ...]]] = {}
    for visit_id, *rest in rows:
        grouped.setdefault(visit_id, []).append(tuple(rest))
    return grouped
