"""What a record of the book belongs to, and which visits still need it."""

from __future__ import annotations

from db.store import Store

_ARCHIVED = {
    "site": "SELECT c.name FROM site s JOIN client c ON c.id = s.client_id WHERE s.id = ? AND c.archived_at IS NOT NULL",
    "target": "SELECT s.name FROM target t JOIN site s ON s.id = t.site_id WHERE t.id = ? AND s.archived_at IS NOT NULL",
    "recurrence": "SELECT s.name FROM recurrence r JOIN site s ON s.id = r.site_id WHERE r.id = ? AND s.archived_at IS NOT NULL",
    "technician": "SELECT name FROM staff WHERE id = ? AND active = 0",
    "absence": "SELECT p.name FROM absence a JOIN technician t ON t.staff_id = a.staff_id "
    "JOIN staff p ON p.id = a.staff_id WHERE a.id = ? AND (t.archived_at IS NOT NULL OR p.active = 0)",
}
_OPEN = "v.state NOT IN ('closed', 'left_open', 'no_access', 'aborted', 'cancelled') AND v.archived_at IS NULL"
_OF_PERSON = "JOIN assignment a ON a.visit_id = v.id WHERE a.staff_id = ?"
_NEEDED = {
    "client": "JOIN site s ON s.id = v.site_id WHERE s.client_id = ?",
    "site": "WHERE v.site_id = ?",
    "technician": _OF_PERSON,
    "staff": _OF_PERSON,
}


def archived_over(store: Store, kind: str, key: int) -> str | None:
    """The name of what a record belongs to, where that is archived itself."""
    name: str | None = store.value(_ARCHIVED[kind], (key,)) if kind in _ARCHIVED else None
    return name


def held_by(store: Store, kind: str, key: int) -> list[str]:
    """References of the visits that still need a record."""
    if kind not in _NEEDED:
        return []
    rows = store.all(f"SELECT v.reference FROM visit v {_NEEDED[kind]} AND {_OPEN} ORDER BY v.reference", (key,))
    return [reference for (reference,) in rows]
