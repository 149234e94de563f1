"""Clients, their contacts and their sites in the store."""

from __future__ import annotations

import json
from collections.abc import Collection

from db.among import AMONG, group_rows, keys_param
from db.names import folded
from db.rows import Listed, Query, Rows, Stored, rows, words
from db.store import Store
from dispatch.model.clients import Client, Contact, Site
from dispatch.model.messages import About
from dispatch.model.people import Hours

CLIENTS = Rows(
    "client",
    Client,
    order="r.name COLLATE NOCASE, r.id",
    stored={
        "not_with": Stored(("not_with",), lambda ids: (json.dumps(list(ids)),), lambda text: tuple(json.loads(text))),
        "told": words("told", About, " "),
    },
    lists={"contacts": Listed("contact", "client_id", ("name", "phone", "email", "role", "told_by", "told"), Contact)},
)
"""Clients with their contacts."""
ZONE = "coalesce(s.zone, (SELECT zone FROM firm_zone))"
"""The zone by whose clocks a site `s` lives: its own, or the firm's."""
SITES = Rows(
    "site",
    Site,
    order="r.name COLLATE NOCASE, r.id",
    lists={
        "access": Listed("site_access", "site_id", ("weekday", "opens", "closes"), Hours, "weekday, opens"),
        "services": Listed("site_service", "site_id", ("name",), str, "position", numbered=True),
    },
)
"""Sites with their hours and services. One-way figures are from the depot, in the rate card's unit (design/charges.md B17)."""

client, all_clients, add_client, update_client = CLIENTS.one, CLIENTS.all, CLIENTS.add, CLIENTS.update
site, all_sites, add_site, update_site = SITES.one, SITES.all, SITES.add, SITES.update


def client_by_name(store: Store, name: str) -> Client | None:
    """The client of that name, whatever its case; archived ones are not found."""
    wanted_name = folded(name)
    for client_id, known in store.all("SELECT id, name FROM client WHERE archived_at IS NULL"):
        if folded(known) == wanted_name:
            return client(store, client_id)
    return None


client_names: Query[list[tuple[int, str, int]]] = rows(
    "SELECT id, name, archived_at IS NOT NULL FROM client ORDER BY archived_at IS NOT NULL, id"
)
"""Every client's id and name, and whether it is archived: those last."""


def names(store: Store) -> dict[int, str]:
    """What each client is called in a list, by id; of one that is archived the name says so."""
    return {key: f"{name} (archived)" if archived else name for key, name, archived in client_names(store)}


def not_with(store: Store, client_id: int) -> frozenset[int]:
    """The technicians whom a client does not want to see."""
    ((text,),) = store.all("SELECT not_with FROM client WHERE id = ?", (client_id,))
    return frozenset(json.loads(text))


def site_by_name(store: Store, client_id: int, name: str) -> Site | None:
    """The client's site of that name, whatever its case; archived ones are not found."""
    wanted_name = folded(name)
    return next((site for site in sites_of(store, client_id) if folded(site.name) == wanted_name), None)


with_zone: Query[list[Site], str | None] = SITES.listing("WHERE r.zone IS ? ORDER BY r.id")
"""The sites, archived ones too, with a zone of their own; None: those that follow the firm."""
sites_of: Query[list[Site], int] = SITES.listing(
    "WHERE r.client_id = ? AND r.archived_at IS NULL ORDER BY r.name COLLATE NOCASE, r.id"
)
"""A client's sites that are not archived, by name."""


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
