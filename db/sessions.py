"""Who comes in over SSH: public keys and sessions. A key is never taken out: one that was revoked stays, so that nobody enters it
again."""

from __future__ import annotations

from db.audit import AuditRow
from db.rows import Query, Select, value
from db.store import Store
from db.unit import Unit
from dispatch.model.keys import Key, SshLogin

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


SESSIONS = Select(
    SshLogin, "session e JOIN staff s ON s.id = e.staff_id", "e", of={"login": "s.login", "name": "s.name"}
)
"""Sessions with whose they are."""
count_of: Query[int, int] = value("SELECT count(*) FROM session WHERE staff_id = ?")
"""In how many sessions somebody sat here."""
_SHOWN = 200
UNKNOWN = "session unknown"
"""Why a session that was never recorded may not go on."""
session: Query[SshLogin | None, str] = SESSIONS.single("WHERE e.id = ?")
"""The session with that id."""


def open_sessions(store: Store, staff_id: int | None = None) -> list[SshLogin]:
    """Those that have not ended and have a living process, of everybody or of one person, the oldest first."""
    return [session for session in _unended(store, staff_id) if store.presence.held(session.id) is not False]


def gone_sessions(store: Store) -> list[SshLogin]:
    """Those whose process has ended and could not say so."""
    return [session for session in _unended(store, None) if store.presence.held(session.id) is False]


_unended: Query[list[SshLogin], int | None] = SESSIONS.listing(
    "WHERE e.ended_at IS NULL AND (?1 IS NULL OR e.staff_id = ?1) ORDER BY e.started_at, e.id"
)
recent_sessions: Query[list[SshLogin]] = SESSIONS.listing(f"ORDER BY e.started_at DESC, e.id LIMIT {_SHOWN}")
"""The last ones that were begun, the newest first."""


def why_over(store: Store, session_id: str, key_id: int) -> str | None:
    """Why this session may not go on, in a word or two; None: it may. One look by two keys."""
    row = store.one(
        "SELECT k.revoked_at, s.active, e.ended_at, e.ended_as FROM key k JOIN staff s ON s.id = k.staff_id "
        "LEFT JOIN session e ON e.id = ? AND e.key_id = k.id AND e.staff_id = k.staff_id WHERE k.id = ?",
        (session_id, key_id),
    )
    if row is None:
        return "key unknown"
    revoked_at, active, ended_at, ended_as = row
    if revoked_at is not None:
        return "key revoked"
    if not active:
        return "no longer active"
    if ended_as is None:
        return UNKNOWN
    return None if ended_at is None else ended_as or "ended"


def says_no_more(row: AuditRow) -> bool:
    """Whether a row of the audit says nothing but that a session began or ended, or that somebody was told of an alert."""
    return row.entity == "alert" or (row.entity == "key" and not row.detail.keys().isdisjoint(("began", "ended")))


def begin(unit: Unit, session_id: str, staff_id: int, key_id: int) -> None:
    """Note that a session has begun."""
    unit.insert("session", id=session_id, staff_id=staff_id, key_id=key_id, started_at=unit.at, seen_at=unit.at)
    unit.audit("key", key_id, began=session_id)


def touch(unit: Unit, session_id: str) -> None:
    """Note that the session is saving something now."""
    unit.execute("UPDATE session SET seen_at = ? WHERE id = ?", (unit.at, session_id))


def end(unit: Unit, login: SshLogin, how: str, place: str = "{}") -> None:
    """End a session, once.

    Args:
        unit: the unit of work.
        login: the session.
        how: in a word or two: left, superseded, hung up, …
        place: where the person was, as JSON.
    """
    end = "UPDATE session SET ended_at = ?, ended_as = ?, place = ? WHERE id = ? AND ended_at IS NULL"
    if unit.execute(end, (unit.at, how, place, login.id)).rowcount:
        unit.audit("key", login.key_id or 0, ended=login.id, how=how)
    elif not unit.audited:
        unit.leave_unchanged()
