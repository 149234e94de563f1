"""sites.csv: where the work is done, with the drive from the depot that the charge counts with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from db import clients
from db.names import folded
from db.unit import Unit
from dispatch.desk.imports.entries import Entry
from dispatch.desk.imports.judging import Draft, Subject, Values, present
from dispatch.desk.one_way import OneWay, one_way_from
from dispatch.desk.seat import Seat
from dispatch.model import text as limits
from dispatch.model.clients import Client, Site
from dispatch.model.people import Hours
from dispatch.model.states import Role
from dispatch.model.travel import Place, Provenance

EVERY_DAY = range(7)
SOURCE = "import"

_COMPUTED = (Provenance.UNKNOWN.value, Provenance.ESTIMATED.value)
_SERVICE = 80


class SiteRows(Subject):
    """Sites of clients that are known by then. Access hours are those of every weekday."""

    columns = ("client", "site", "address", "lat", "lon", "access_from", "access_to", "access_notes", "services")
    required = ("client", "site")
    key = "site"
    roles = (Role.DISPATCHER, Role.LEAD)

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self._firm = seat.firm
        self._clients = {folded(client.name): client for client in clients.all_clients(self.store)}
        self._sites = {(site.client_id, folded(site.name)): site for site in clients.all_sites(self.store)}

    def draft(self, entry: Entry) -> Draft:
        """The site of a row."""
        client = self._whose(entry)
        name = entry.name("site", required=True)
        site = self._sites.get((client.id, folded(name))) if client else None
        place = entry.place("lat", "lon")
        access = entry.span("access_from", "access_to")
        values: Values = {
            "address": entry.text("address", limits.ADDRESS),
            "lat": place and place.lat,
            "lon": place and place.lon,
            "access_from": access and access[0],
            "access_to": access and access[1],
            "access_notes": entry.text("access_notes"),
            "services": tuple(entry.listed("services", _SERVICE)),
        }
        ours = None if site is None else _as_row(site)
        theirs = present(entry, values)
        merged = values | (ours or {}) | theirs
        placed = None if merged["lat"] is None or merged["lon"] is None else Place(merged["lat"], merged["lon"])
        if placed is None and not entry.faults:
            entry.warn("no coordinates: the site is not placed yet, and drives to it are unknown")

        def add(unit: Unit) -> None:
            assert client is not None
            drive = one_way_from(self._firm, placed)
            clients.add_site(
                unit,
                client.id,
                name,
                zone=self._firm.zone,
                address=merged["address"],
                place=placed,
                access=_every_day(merged),
                access_notes=merged["access_notes"],
                services=merged["services"],
                one_way_distance=drive.distance,
                one_way_minutes=drive.minutes,
                one_way_provenance=drive.provenance,
                place_source=SOURCE if placed else "",
            )

        def change(unit: Unit) -> None:
            assert site is not None
            assert ours is not None
            kept = (merged["access_from"], merged["access_to"]) == (ours["access_from"], ours["access_to"])
            after = replace(
                site,
                address=merged["address"],
                place=placed,
                access=site.access if kept else tuple(_every_day(merged)),
                access_notes=merged["access_notes"],
                services=merged["services"],
            )
            if placed != site.place and site.one_way_provenance in _COMPUTED:
                after = _with_drive(after, one_way_from(self._firm, placed))
            clients.update_site(unit, site, after, None if placed == site.place else SOURCE if placed else "")

        if site is not None and placed != site.place and site.one_way_provenance not in _COMPUTED:
            entry.warn(f"the one-way figures are {site.one_way_provenance} and stay as they are")
        key = (f"{client.name}\n{name}",) if client and name else ()
        label = f"{client.name}, {name}" if client else name
        return Draft(label, key, theirs, ours, add, change)

    def spell(self, column: str, value: Any) -> str:
        """Times as HH:MM."""
        if column in ("access_from", "access_to") and isinstance(value, int):
            return f"{value // 60:02}:{value % 60:02}"
        return super().spell(column, value)

    def _whose(self, entry: Entry) -> Client | None:
        name = entry.name("client", required=True)
        client = self._clients.get(folded(name))
        if client is None and name:
            entry.fault("client", "no such client; import clients first or check the spelling")
        return client


def _with_drive(site: Site, drive: OneWay) -> Site:
    return replace(
        site, one_way_distance=drive.distance, one_way_minutes=drive.minutes, one_way_provenance=drive.provenance
    )


def _every_day(values: Values) -> Iterable[Hours]:
    opens, closes = values["access_from"], values["access_to"]
    return [] if opens is None else [Hours(weekday, opens, closes) for weekday in EVERY_DAY]


def _as_row(site: Site) -> Values:
    """What the file would say if it had been written from the site. Hours that vary by weekday fit in no file."""
    spans = {(hours.opens, hours.closes) for hours in site.access}
    opens: int | str | None
    closes: int | str | None
    if not spans:
        opens = closes = None
    elif len(spans) == 1 and len(site.access) == len(EVERY_DAY):
        ((opens, closes),) = spans
    else:
        opens = closes = "by weekday"
    return {
        "address": site.address,
        "lat": site.place and site.place.lat,
        "lon": site.place and site.place.lon,
        "access_from": opens,
        "access_to": closes,
        "access_notes": site.access_notes,
        "services": site.services,
    }
