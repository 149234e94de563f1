"""Clients, their contacts and their sites in the store."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from typing import Any

from db.doors import access_hours
from db.names import changed, folded
from db.store import Store
from db.unit import Unit
from dispatch.model.clients import Client, Contact, Site
from dispatch.model.messages import About
from dispatch.model.people import Hours
from dispatch.model.travel import Place

_CLIENT = """
  SELECT id, name, computers, servers, tax_exempt, tax_ref, kind, version, notes, unhappy_since, unhappy_noted_on,
    not_with, told, told_at FROM client
"""
_SITE = """
  SELECT id, client_id, name, address, zone, lat, lon, access_notes, one_way_distance, one_way_minutes,
    one_way_provenance, version, place_source, place_precision FROM site
"""
_SITE_ORDER = "ORDER BY name COLLATE NOCASE, id"


# clients


def client(store: Store, client_id: int) -> Client | None:
    """The client with that id, archived or not."""
    return next(iter(_clients(store, "WHERE id = ?", (client_id,), alone=client_id)), None)


def client_by_name(store: Store, name: str) -> Client | None:
    """The client of that name, whatever its case; archived ones are not found."""
    wanted = folded(name)
    for client_id, known in store.all("SELECT id, name FROM client WHERE archived_at IS NULL"):
        if folded(known) == wanted:
            return client(store, client_id)
    return None


def all_clients(store: Store) -> list[Client]:
    """Every client that is not archived, by name; two queries whatever their number."""
    return _clients(store, "WHERE archived_at IS NULL ORDER BY name COLLATE NOCASE, id")


def not_with(store: Store, client_id: int) -> frozenset[int]:
    """The technicians whom a client does not want to see."""
    ((text,),) = store.all("SELECT not_with FROM client WHERE id = ?", (client_id,))
    return frozenset(json.loads(text))


def add_client(unit: Unit, new: Client) -> int:
    """Add a client; returns the id.

    Raises:
        Refused: the name is taken.
    """
    client_id = unit.insert("client", **_client_columns(new))
    _write_contacts(unit, client_id, new.contacts)
    unit.audit("client", client_id, **_client_picture(new))
    return client_id


def update_client(unit: Unit, before: Client, after: Client) -> int:
    """Take over what `after` says differently; returns the new version.

    Raises:
        Stale: somebody else changed the record since `before` was read.
        Refused: the name is taken.
    """
    version = unit.update("client", before.id, before.version, **_client_columns(after))
    if before.contacts != after.contacts:
        unit.execute("DELETE FROM contact WHERE client_id = ?", (before.id,))
        _write_contacts(unit, before.id, after.contacts)
    unit.audit("client", before.id, changed=changed(_client_picture(before), _client_picture(after)))
    return version


def archive_client(unit: Unit, who: Client) -> int:
    """Take a client out of every list; its history stays. Returns the new version."""
    version = unit.update("client", who.id, who.version, archived_at=unit.at)
    unit.audit("client", who.id, changed={"archived_at": [None, unit.at]})
    return version


# sites


def site(store: Store, site_id: int) -> Site | None:
    """The site with that id, archived or not."""
    return next(iter(_sites(store, "WHERE id = ?", (site_id,), alone=site_id)), None)


def site_by_name(store: Store, client_id: int, name: str) -> Site | None:
    """The client's site of that name, whatever its case; archived ones are not found."""
    wanted = folded(name)
    return next((found for found in sites_of(store, client_id) if folded(found.name) == wanted), None)


def sites_of(store: Store, client_id: int) -> list[Site]:
    """A client's sites that are not archived, by name."""
    return _sites(store, f"WHERE client_id = ? AND archived_at IS NULL {_SITE_ORDER}", (client_id,))


def all_sites(store: Store) -> list[Site]:
    """Every site that is not archived, by name; three queries whatever their number."""
    return _sites(store, f"WHERE archived_at IS NULL {_SITE_ORDER}")


def add_site(unit: Unit, new: Site) -> int:
    """Add a site; returns the id.

    Raises:
        Refused: the client has a site of that name.
    """
    site_id = unit.insert("site", client_id=new.client_id, **_site_columns(new))
    _write_access(unit, site_id, new.access)
    _write_services(unit, site_id, new.services)
    unit.audit("site", site_id, client=new.client_id, **_site_picture(new))
    return site_id


def update_site(unit: Unit, before: Site, after: Site) -> int:
    """Take over what `after` says differently; returns the new version. A site stays with its client.

    Raises:
        Stale: somebody else changed the record since `before` was read.
        Refused: the client has another site of that name.
    """
    version = unit.update("site", before.id, before.version, **_site_columns(after))
    if before.access != after.access:
        unit.execute("DELETE FROM site_access WHERE site_id = ?", (before.id,))
        _write_access(unit, before.id, after.access)
    if before.services != after.services:
        unit.execute("DELETE FROM site_service WHERE site_id = ?", (before.id,))
        _write_services(unit, before.id, after.services)
    unit.audit("site", before.id, changed=changed(_site_picture(before), _site_picture(after)))
    return version


def archive_site(unit: Unit, where: Site) -> int:
    """Take a site out of every list; its history stays. Returns the new version."""
    version = unit.update("site", where.id, where.version, archived_at=unit.at)
    unit.audit("site", where.id, changed={"archived_at": [None, unit.at]})
    return version


# rows


def _clients(store: Store, where: str, params: Sequence[Any] = (), *, alone: int | None = None) -> list[Client]:
    rows = store.all(f"{_CLIENT} {where}", params)
    if not rows:
        return []
    scope, of_one = ("", ()) if alone is None else ("WHERE client_id = ?", (alone,))
    contacts: dict[int, list[Contact]] = {}
    for client_id, *fields in store.all(
        f"SELECT client_id, name, phone, email, role FROM contact {scope} ORDER BY id", of_one
    ):
        contacts.setdefault(client_id, []).append(Contact(*fields))
    return [
        Client(
            client_id,
            name,
            tuple(contacts.get(client_id, ())),
            computers,
            servers,
            bool(tax_exempt),
            tax_ref,
            kind,
            version,
            notes,
            _date(unhappy_since),
            _date(unhappy_noted_on),
            tuple(json.loads(not_with)),
            tuple(map(About, told.split())),
            told_at,
        )
        for client_id, name, computers, servers, tax_exempt, tax_ref, *later in rows
        for kind, version, notes, unhappy_since, unhappy_noted_on, not_with, told, told_at in [later]
    ]


def _client_columns(who: Client) -> dict[str, Any]:
    return {
        "name": who.name,
        "kind": who.kind,
        "computers": who.computers,
        "servers": who.servers,
        "tax_exempt": int(who.tax_exempt),
        "tax_ref": who.tax_ref,
        "notes": who.notes,
        "unhappy_since": _iso(who.unhappy_since),
        "unhappy_noted_on": _iso(who.unhappy_noted_on),
        "not_with": json.dumps(list(who.not_with)),
        "told": " ".join(who.told),
        "told_at": who.told_at,
    }


def _iso(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> datetime.date | None:
    return None if text is None else datetime.date.fromisoformat(text)


def _client_picture(who: Client) -> dict[str, Any]:
    return _client_columns(who) | {"contacts": [list(astuple(contact)) for contact in who.contacts]}


def _write_contacts(unit: Unit, client_id: int, contacts: Iterable[Contact]) -> None:
    unit.execute_many(
        "INSERT INTO contact (client_id, name, phone, email, role) VALUES (?, ?, ?, ?, ?)",
        [(client_id, contact.name, contact.phone, contact.email, contact.role) for contact in contacts],
    )


def _sites(store: Store, where: str, params: Sequence[Any] = (), *, alone: int | None = None) -> list[Site]:
    rows = store.all(f"{_SITE} {where}", params)
    if not rows:
        return []
    access = access_hours(store, None if alone is None else [alone])
    scope, of_one = ("", ()) if alone is None else ("WHERE site_id = ?", (alone,))
    services: dict[int, list[str]] = {}
    for site_id, name in store.all(
        f"SELECT site_id, name FROM site_service {scope} ORDER BY site_id, position", of_one
    ):
        services.setdefault(site_id, []).append(name)
    found = []
    for row in rows:
        site_id, client_id, name, address, zone, lat, lon, access_notes, *more = row
        distance, minutes, provenance, version, source, precision = more
        found.append(
            Site(
                id=site_id,
                client_id=client_id,
                name=name,
                address=address,
                zone=zone,
                place=None if lat is None else Place(lat, lon),
                access=access.get(site_id, ()),
                access_notes=access_notes,
                services=tuple(services.get(site_id, ())),
                one_way_distance=distance,
                one_way_minutes=minutes,
                one_way_provenance=provenance,
                version=version,
                place_source=source,
                place_precision=precision,
            )
        )
    return found


def _site_columns(where: Site) -> dict[str, Any]:
    return {
        "name": where.name,
        "address": where.address,
        "lat": where.place.lat if where.place else None,
        "lon": where.place.lon if where.place else None,
        "zone": where.zone,
        "access_notes": where.access_notes,
        "one_way_distance": where.one_way_distance,
        "one_way_minutes": where.one_way_minutes,
        "one_way_provenance": where.one_way_provenance,
        "place_source": where.place_source,
        "place_precision": where.place_precision,
    }


def _site_picture(where: Site) -> dict[str, Any]:
    access = [[hours.weekday, hours.opens, hours.closes] for hours in where.access]
    return _site_columns(where) | {"access": access, "services": list(where.services)}


def _write_access(unit: Unit, site_id: int, access: Iterable[Hours]) -> None:
    unit.execute_many(
        "INSERT INTO site_access (site_id, weekday, opens, closes) VALUES (?, ?, ?, ?)",
        [(site_id, hours.weekday, hours.opens, hours.closes) for hours in access],
    )


def _write_services(unit: Unit, site_id: int, services: Iterable[str]) -> None:
    unit.execute_many(
        "INSERT INTO site_service (site_id, position, name) VALUES (?, ?, ?)",
        [(site_id, position, name) for position, name in enumerate(services, 1)],
    )
