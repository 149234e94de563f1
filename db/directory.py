"""The names of everything that one can go to, without the records behind them."""

from __future__ import annotations

from typing import NamedTuple

from db.rows import Query, Select, rows


class SiteName(NamedTuple):
    """A site and its client."""

    client_id: int
    client: str
    name: str
    address: str


class VisitName(NamedTuple):
    """A visit: `starts_at` is an instant, `wanted_on` a date in ISO 8601; either may be missing."""

    id: int
    reference: str
    client: str
    work: str
    state: str
    starts_at: int | None
    wanted_on: str | None


SITES = Select(SiteName, "site s JOIN client c ON c.id = s.client_id", "s", of={"client": "c.name"})
"""Sites by name."""
VISITS = Select(
    VisitName,
    "visit v JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id",
    "v",
    of={"client": "c.name"},
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
