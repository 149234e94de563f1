"""The site that a row means, by its client and its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from db import clients
from db.names import folded
from db.store import Store
from dispatch.desk.imports.table_rows import RowEntry
from dispatch.model.clients import Client, Site
from dispatch.model.text import show


def sites_by_client(store: Store) -> Mapping[int, Sequence[Site]]:
    """Every site, by the id of its client."""
    own: dict[int, list[Site]] = {}
    for site in clients.all_sites(store):
        own.setdefault(site.client_id, []).append(site)
    return own


def site_among(entry: RowEntry, client: Client, own: Sequence[Site], name: str) -> Site | None:
    """The site of that name among a client's own, the only one where none is named. Where there is none the row has a fault."""
    meant = [site for site in own if folded(site.name) == folded(name)] if name else own
    if len(meant) == 1:
        return meant[0]
    has = f"has {', '.join(show(site.name, 40) for site in own)}" if own else "has no site yet: import sites first"
    entry.fault("site", f"{'no such site' if name else 'is missing'}; {show(client.name, 40)} {has}")
    return None
