"""Recurring visits in the store."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from db.names import changed
from db.store import Store
from dispatch.model.recurrences import Recurrence

if TYPE_CHECKING:
    from db.unit import Unit

_COLUMNS = (
    "r.id, r.site_id, r.rule, r.starts_on, r.work, r.minutes, r.priority, r.ends_on, r.onto_next, r.kind, r.skills, r.tags, "
    "r.promised_from, r.promised_to, r.preferred_id, r.made_until, r.archived_at, r.version"
)


def recurrence(store: Store, recurrence_id: int) -> Recurrence | None:
    """The recurrence with that id, archived or not."""
    return next(iter(_select(store, "WHERE r.id = ?", (recurrence_id,))), None)


def recurrences(store: Store) -> list[Recurrence]:
    """Every recurrence that is not archived, in the order in which they were made."""
    return _select(store, "WHERE r.archived_at IS NULL ORDER BY r.id")


def recurrences_of(store: Store, client_id: int) -> list[Recurrence]:
    """A client's recurrences that are not archived."""
    return _select(
        store,
        "JOIN site s ON s.id = r.site_id WHERE s.client_id = ? AND r.archived_at IS NULL ORDER BY r.id",
        (client_id,),
    )


def made_short_of(store: Store, day: datetime.date) -> list[Recurrence]:
    """Recurrences whose visits are not made as far as `day`, at sites and clients that are still in the book."""
    return _select(
        store,
        "JOIN site s ON s.id = r.site_id JOIN client c ON c.id = s.client_id "
        "WHERE r.archived_at IS NULL AND s.archived_at IS NULL AND c.archived_at IS NULL "
        "AND coalesce(r.made_until, '') < ? AND coalesce(r.ends_on, '9999-12-31') > coalesce(r.made_until, '') ORDER BY r.id",
        (day.isoformat(),),
    )


def as_agreed(store: Store) -> list[Recurrence]:
    """Recurrences that follow an agreement (dispatch.planning.recurring.Agreed), at sites and clients still in the book."""
    return _select(
        store,
        "JOIN site s ON s.id = r.site_id JOIN client c ON c.id = s.client_id WHERE r.rule LIKE 'as agreed%' "
        "AND r.archived_at IS NULL AND s.archived_at IS NULL AND c.archived_at IS NULL ORDER BY r.id",
    )


def add_recurrence(unit: Unit, new: Recurrence) -> int:
    """Add a recurrence; returns the id. No visit is made by this."""
    columns = _columns(new)
    key = unit.insert("recurrence", **columns)
    unit.audit("recurrence", key, **columns)
    return key


def update_recurrence(unit: Unit, before: Recurrence, after: Recurrence) -> int:
    """Take over what `after` says differently; returns the new version.

    Raises:
        Stale: somebody else changed the record since `before` was read.
    """
    old, new = _columns(before), _columns(after)
    version = unit.update("recurrence", before.id, before.version, **new)
    unit.audit("recurrence", before.id, changed=changed(old, new))
    return version


def set_made_until(unit: Unit, recurrence_id: int, day: datetime.date | None) -> None:
    """Note how far its visits are made. Nobody's edit is stale for it: the version stays."""
    unit.execute(
        "UPDATE recurrence SET made_until = ? WHERE id = ?", (None if day is None else day.isoformat(), recurrence_id)
    )


def _select(store: Store, where: str, params: Sequence[Any] = ()) -> list[Recurrence]:
    return [_recurrence(row) for row in store.all(f"SELECT {_COLUMNS} FROM recurrence r {where}", params)]


def _recurrence(row: tuple[Any, ...]) -> Recurrence:
    (
        key, site_id, rule, starts_on, work, minutes, priority, ends_on, onto_next, kind, skills, tags, promised_from,
        promised_to, preferred_id, made_until, archived_at, version,
    ) = row  # fmt: skip
    return Recurrence(
        id=key,
        site_id=site_id,
        rule=rule,
        starts_on=datetime.date.fromisoformat(starts_on),
        work=work,
        minutes=minutes,
        priority=priority,
        ends_on=datetime.date.fromisoformat(ends_on) if ends_on else None,
        onto_next=bool(onto_next),
        kind=kind,
        skills=tuple(skills.split(";")) if skills else (),
        tags=tuple(tags.split(";")) if tags else (),
        promised=None if promised_from is None else (promised_from, promised_to),
        preferred_id=preferred_id,
        made_until=datetime.date.fromisoformat(made_until) if made_until else None,
        archived=archived_at is not None,
        version=version,
    )


def _columns(one: Recurrence) -> dict[str, Any]:
    promised_from, promised_to = one.promised or (None, None)
    return {
        "site_id": one.site_id,
        "rule": one.rule,
        "onto_next": int(one.onto_next),
        "starts_on": one.starts_on.isoformat(),
        "ends_on": one.ends_on.isoformat() if one.ends_on else None,
        "work": one.work,
        "kind": one.kind,
        "minutes": one.minutes,
        "priority": one.priority,
        "skills": ";".join(one.skills),
        "tags": ";".join(one.tags),
        "promised_from": promised_from,
        "promised_to": promised_to,
        "preferred_id": one.preferred_id,
    }
