"""The names of everything that one can go to, without the records behind them; of what a record of the book belongs to, and of the
visits that still need it."""

from __future__ import annotations

from typing import NamedTuple

from db.clients import ZONE
from db.rows import Query, Select, rows
from db.store import Store
from dispatch.model.states import State


class SiteName(NamedTuple):
    """A site and its client."""

    client_id: int
    client: str
    name: str
    address: str


class VisitName(NamedTuple):
    """A visit: `starts_at` is an instant, `wanted_on` a date in ISO 8601; either may be missing. `crew` are the names of its
    technicians, `zone` is the site's."""

    id: int
    reference: str
    client: str
    work: str
    state: State
    way: str
    starts_at: int | None
    wanted_on: str | None
    site: str = ""
    crew: str = ""
    zone: str = ""


SITES = Select(SiteName, "site s JOIN client c ON c.id = s.client_id", "s", of={"client": "c.name"})
"""Sites by name."""
VISITS = Select(
    VisitName,
    "visit v JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id",
    "v",
    of={
        "client": "c.name",
        "site": "s.name",
        "crew": "coalesce((SELECT group_concat(p.name, ', ') FROM assignment a JOIN staff p ON p.id = a.staff_id "
        "WHERE a.visit_id = v.id), '')",
        "zone": ZONE,
    },
)
"""Visits by name."""
technicians: Query[list[tuple[int, str]]] = rows(
    "SELECT t.staff_id, p.name FROM technician t JOIN staff p ON p.id = t.staff_id "
    "WHERE t.archived_at IS NULL ORDER BY p.name COLLATE NOCASE"
)
"""Id and name of all technicians, by name."""
clients: Query[list[tuple[int, str]]] = rows(
    "SELECT id, name FROM client WHERE archived_at IS NULL ORDER BY name COLLATE NOCASE"
)
"""Id and name of all clients, by name."""
sites: Query[list[SiteName]] = SITES.listing(
    "WHERE s.archived_at IS NULL AND c.archived_at IS NULL ORDER BY c.name COLLATE NOCASE, s.name COLLATE NOCASE"
)
"""All sites, by client and name."""
visits: Query[list[VisitName], int] = VISITS.listing("WHERE v.archived_at IS NULL ORDER BY v.id DESC LIMIT ?")
"""The `limit` visits that were asked for last, the newest first."""
visits_from: Query[list[VisitName], str, int] = VISITS.listing(
    "WHERE v.archived_at IS NULL AND v.reference >= ?1 AND v.reference < ?1 || char(0x10ffff) "
    "ORDER BY v.reference LIMIT ?2"
)
"""At most `limit` visits whose reference begins with `prefix`, whatever its case, in the order of references."""


_ARCHIVED = {
    "site": "SELECT c.name FROM site s JOIN client c ON c.id = s.client_id WHERE s.id = ? AND c.archived_at IS NOT NULL",
    "equipment": "SELECT s.name FROM equipment t JOIN site s ON s.id = t.site_id WHERE t.id = ? AND s.archived_at IS NOT NULL",
    "target": "SELECT s.name FROM target t JOIN site s ON s.id = t.site_id WHERE t.id = ? AND s.archived_at IS NOT NULL",
    "recurrence": "SELECT s.name FROM recurrence r JOIN site s ON s.id = r.site_id WHERE r.id = ? AND s.archived_at IS NOT NULL",
    "technician": "SELECT name FROM staff WHERE id = ? AND active = 0",
    "absence": "SELECT p.name FROM absence a JOIN technician t ON t.staff_id = a.staff_id "
    "JOIN staff p ON p.id = a.staff_id WHERE a.id = ? AND (t.archived_at IS NOT NULL OR p.active = 0)",
}
_OPEN = "v.state NOT IN ('closed', 'left_open', 'no_access', 'aborted', 'cancelled') AND v.archived_at IS NULL"
_OF_PERSON = "JOIN assignment a ON a.visit_id = v.id WHERE a.staff_id = ? AND a.day >= v.next_day"
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
    rows = store.all(
        f"SELECT DISTINCT v.reference FROM visit v {_NEEDED[kind]} AND {_OPEN} ORDER BY v.reference", (key,)
    )
    return [reference for (reference,) in rows]
