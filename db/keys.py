"""Public keys in the store. A key is never taken out: one that was revoked stays, so that nobody enters it again."""

from __future__ import annotations

from db.rows import Query, Select
from db.unit import Unit
from dispatch.model.keys import Key

KEYS = Select(
    Key,
    "key k JOIN staff s ON s.id = k.staff_id",
    "k",
    of={
        "login": "s.login",
        "name": "s.name",
        "technician": "EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = s.id AND r.role = 'technician')",
    },
)
"""Keys with whose they are."""
key: Query[Key | None, int] = KEYS.single("WHERE k.id = ?")
"""The key with that id, revoked or not."""
key_by_fingerprint: Query[Key | None, str] = KEYS.single("WHERE k.fingerprint = ?")
"""The key with that fingerprint, revoked or not."""
all_keys: Query[list[Key]] = KEYS.listing("ORDER BY s.name COLLATE NOCASE, k.id")
"""Every key there ever was, by person and age."""
live_keys: Query[list[Key]] = KEYS.listing("WHERE k.revoked_at IS NULL AND s.active = 1 ORDER BY k.id")
"""The keys that open a session: not revoked, of people who are active; by id."""


def add_key(unit: Unit, staff_id: int, fingerprint: str, public_key: str, *, mouse: bool = False) -> int:
    """Add a key; returns its id.

    Raises:
        Refused: the fingerprint is there already.
    """
    new = {"staff_id": staff_id, "fingerprint": fingerprint, "public_key": public_key, "mouse": int(mouse)}
    key_id = unit.insert("key", added_at=unit.at, **new)
    unit.audit("key", key_id, staff=staff_id, fingerprint=fingerprint, mouse=mouse)
    return key_id


def revoke_key(unit: Unit, gone: Key) -> None:
    """Let a key open no session any more; its sessions end."""
    unit.execute("UPDATE key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (unit.at, gone.id))
    unit.execute(
        "UPDATE session SET ended_at = ?, ended_as = 'key revoked' WHERE key_id = ? AND ended_at IS NULL",
        (unit.at, gone.id),
    )
    unit.audit("key", gone.id, revoked=gone.fingerprint, staff=gone.staff_id)
