"""Records that are only ever added, and taken back by marking them: what undo does with them."""

from __future__ import annotations

from db.changes import RecordChange
from db.store import Store
from db.unit import Unit

ENTITIES = frozenset({"milestone", "breach_cause", "survey", "care_mark", "gap", "call"})
"""The tables of such records."""

_WITHDRAWN = "withdrawn"


def added(entity: str, record_id: int) -> RecordChange:
    """The picture of a record that was just added."""
    return RecordChange(entity, record_id, {_WITHDRAWN: True}, {_WITHDRAWN: False}, 0, 1)


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
