"""When each site lets people in, and whom to ring: what the board shows of every client, without reading the clients."""

from __future__ import annotations

from collections.abc import Collection

from db.among import AMONG, group_rows, keys_param
from db.store import Store
from dispatch.model.people import Hours


def whom_to_ring(store: Store) -> dict[int, tuple[str, str]]:
    """Name and number of the first contact of each client that has a phone, by the client's id."""
    rows = store.all("SELECT client_id, name, phone FROM contact WHERE phone <> '' ORDER BY id DESC")
    return {client_id: (name, phone) for client_id, name, phone in rows}


def access_hours(store: Store, sites: Collection[int] | None = None) -> dict[int, tuple[Hours, ...]]:
    """The opening hours of each site that has any, by the site's id; of `sites` only where they are given."""
    scope, ids = ("", ()) if sites is None else (f"WHERE site_id {AMONG}", keys_param(sites))
    rows = store.all(
        f"SELECT site_id, weekday, opens, closes FROM site_access {scope} ORDER BY site_id, weekday, opens", ids
    )
    return {site_id: tuple(map(Hours._make, hours)) for site_id, hours in group_rows(rows).items()}
