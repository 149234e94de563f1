"""What can be taken back: each person's changes, with the picture of every record before and after."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from db.rows import Query, Select, Stored, words
from db.store import Store
from db.unit import Unit

KEPT = 100
"""How many changes of a person can be taken back (design/states.md, Undo)."""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record before and after a change, with the versions at which it looked so."""

    entity: str
    id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    version_before: int
    version_after: int

    def turned(self, back: bool) -> tuple[int, int, Mapping[str, Any]]:
        """For taking it back (or doing it again): the version at which the record must stand, and that and the look which it
        had (or got)."""
        if back:
            return self.version_after, self.version_before, self.before
        return self.version_before, self.version_after, self.after


@dataclass(frozen=True, slots=True)
class Change:
    """Something a person did that can be taken back. `roles`: to whom the deed was open, by one of them it is taken back. `at` is
    when it was done first."""

    id: int
    label: str
    pictures: tuple[RecordChange, ...]
    roles: tuple[str, ...] = ()
    at: int = 0


def remember(unit: Unit, label: str, pictures: Sequence[RecordChange]) -> int:
    """Keep what the person of a unit changed in it, forget what they had undone before, and let the oldest ones go; returns the
    id of the change."""
    staff_id = unit.actor.staff_id
    unit.execute("UPDATE change SET state = 'dropped' WHERE staff_id = ? AND state = 'undone'", (staff_id,))
    change_id = unit.insert(
        "change",
        staff_id=staff_id,
        at=unit.at,
        label=label[:500],
        pictures=_packed(pictures),
        roles=" ".join(unit.roles),
    )
    unit.execute(
        "UPDATE change SET state = 'dropped' WHERE staff_id = ? AND state = 'done' AND id NOT IN "
        "(SELECT id FROM change WHERE staff_id = ? AND state = 'done' ORDER BY id DESC LIMIT ?)",
        (staff_id, staff_id, KEPT),
    )
    return change_id


def _packed(pictures: Sequence[RecordChange]) -> str:
    return json.dumps(
        [[p.entity, p.id, p.before, p.after, p.version_before, p.version_after] for p in pictures],
        separators=(",", ":"),
        sort_keys=True,
    )


def _unpacked(text: str) -> tuple[RecordChange, ...]:
    return tuple(RecordChange(*fields) for fields in json.loads(text))


CHANGES = Select(
    Change,
    "change r",
    stored={
        "pictures": Stored(("pictures",), lambda pictures: (_packed(pictures),), _unpacked),
        "roles": words("roles", between=" "),
    },
)
"""What people did."""
last_done: Query[Change | None, int] = CHANGES.single(
    "WHERE r.staff_id = ? AND r.state = 'done' ORDER BY r.id DESC LIMIT 1"
)
"""The change that undo would take back."""
last_undone: Query[Change | None, int] = CHANGES.single(
    "WHERE r.staff_id = ? AND r.state = 'undone' ORDER BY r.id LIMIT 1"
)
"""The change that redo would do again."""
done: Query[Change | None, int, int] = CHANGES.single("WHERE r.staff_id = ? AND r.id = ? AND r.state = 'done'")
"""A change of a person by its id, where it stands."""
undone: Query[Change | None, int, int] = CHANGES.single("WHERE r.staff_id = ? AND r.id = ? AND r.state = 'undone'")
"""A change of a person by its id, where it was taken back."""


def row_of(store: Store, change: Change) -> int:
    """The number of the newest row of the audit about the records of a change from when it was done, else of that moment."""
    about = "SELECT max(a.seq) FROM json_each(?2) p JOIN audit a ON a.entity = p.value ->> 0 AND a.entity_id = p.value ->> 1"
    params = (change.at, _packed(change.pictures))
    return int(
        store.value(
            f"SELECT coalesce(({about} WHERE a.at = ?1), (SELECT max(seq) FROM audit WHERE at <= ?1), 0)", params
        )
    )


def mark(unit: Unit, change: Change, state: str) -> None:
    """Set a change to `done` or `undone`."""
    unit.execute("UPDATE change SET state = ? WHERE id = ?", (state, change.id))


def same_again(unit: Unit, store: Store, now: Mapping[tuple[str, int, int], int]) -> None:
    """Say at which versions some records look `now` just as they looked before, by entity, id and the version of then.

    Undo and redo make new versions with an old look; without this, the change beneath could no longer be taken back.
    """

    def renewed(one: RecordChange) -> RecordChange:
        before, after = (
            now.get((one.entity, one.id, version), version) for version in (one.version_before, one.version_after)
        )
        return replace(one, version_before=before, version_after=after)

    for change_id, packed in store.all("SELECT id, pictures FROM change WHERE state <> 'dropped'"):
        pictures = _unpacked(packed)
        if (again := tuple(map(renewed, pictures))) != pictures:
            unit.execute("UPDATE change SET pictures = ? WHERE id = ?", (_packed(again), change_id))


ONLY_ADDED = frozenset(
    {
        "milestone",
        "breach_cause",
        "late_cause",
        "survey",
        "care_mark",
        "gap",
        "call",
        "file_removal",
        "finding",
        "finding_mark",
        "proposal",
        "proposal_mark",
        "timesheet",
        "timesheet_approval",
    }
)
"""The tables of records that are only ever added, and taken back by marking them."""

_WITHDRAWN = "withdrawn"


def added(entity: str, record_id: int) -> RecordChange:
    """The picture of a record that was just added."""
    return RecordChange(entity, record_id, {_WITHDRAWN: True}, {_WITHDRAWN: False}, 0, 1)


def withdrawn(unit: Unit, entity: str, record_id: int) -> RecordChange:
    """Take back a record that is only ever added; returns the picture of that."""
    version = unit.store.value(f'SELECT version FROM "{entity}" WHERE id = ?', (record_id,))
    after = unit.update(entity, record_id, version, withdrawn_at=unit.at)
    unit.audit(entity, record_id, withdrawn=True)
    return RecordChange(entity, record_id, {_WITHDRAWN: False}, {_WITHDRAWN: True}, version, after)


def turn(store: Store, unit: Unit, picture: RecordChange, *, back: bool) -> tuple[int, int] | None:
    """Take a record back (or let it stand again); returns the version that it looked so at, and the one of now.

    None: somebody has changed it since.
    """
    expected, target, look = picture.turned(back)
    version = store.value(f'SELECT version FROM "{picture.entity}" WHERE id = ?', (picture.id,))
    if version is None or (expected and version != expected):
        return None
    now = unit.update(picture.entity, picture.id, version, withdrawn_at=unit.at if look[_WITHDRAWN] else None)
    unit.audit(picture.entity, picture.id, undone=back, redone=not back)
    return target, now
