"""sites.csv: where the work is done, with the drive from the depot that the charge counts with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from db import clients
from db.names import folded
from db.unit import Unit
from dispatch.desk.imports.entries import Entry
from dispatch.desk.imports.judging import Draft, RecordRows, Values, present
from dispatch.desk.seat import Seat
from dispatch.model.clients import Client, Site
from dispatch.model.people import Hours
from dispatch.model.states import Role
from dispatch.model.travel import Place, Provenance
from dispatch.records.clients import SITE

EVERY_DAY = range(7)
SOURCE = "import"
BY_WEEKDAY = "by weekday"

_COMPUTED = (Provenance.UNKNOWN.value, Provenance.ESTIMATED.value)


class SiteRows(RecordRows[Site]):
    """Sites of clients that are known by then. Access hours are those of every weekday."""

    shelf = "site"
    record = SITE
    columns = {
        "client": "as it is called in the book",
        "site": SITE.field("name"),
        "address": SITE.field("address"),
        "lat": "degrees north: 39.9612",
        "lon": "degrees east: -82.9988",
        "access_from": "08:00, every day; empty: always",
        "access_to": "18:00, every day",
        **{
            field.name: field
            for field in SITE.typed
            if field.name not in ("client", "name", "address", "place", "access")
        },
    }
    named = ("site",)
    required = ("client", "site")
    key = "site"
    roles = (Role.DISPATCHER, Role.LEAD)

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self._clients = {folded(client.name): client for client in clients.all_clients(self.store)}
        self._sites = {(site.client_id, folded(site.name)): site for site in clients.all_sites(self.store)}

    def draft(self, entry: Entry) -> Draft:
        """The site of a row."""
        client = self._whose(entry)
        name = entry.name("site", required=True)
        site = self._sites.get((client.id, folded(name))) if client else None
        place, access = entry.place("lat", "lon"), entry.span("access_from", "access_to")
        values: Values = {
            "lat": place and place.lat,
            "lon": place and place.lon,
            "access_from": access and access[0],
            "access_to": access and access[1],
        }
        ours = None if site is None else _as_row(site)
        theirs = present(entry, values)
        merged = values | (ours or {}) | theirs
        placed = None if merged["lat"] is None or merged["lon"] is None else Place(merged["lat"], merged["lon"])
        hours = site.access if site and merged["access_from"] == BY_WEEKDAY else tuple(_every_day(merged))
        known = {"name": name if site is None else site.name, "client_id": client.id if client else 0}
        after = self.filled(entry, site, **known, place=placed, access=hours)
        if placed is None and not entry.faults:
            entry.warn("no coordinates: the site is not placed yet, and drives to it are unknown")
        if placed != (site and site.place):
            after = replace(after, place_source=SOURCE, place_precision="")
        if site is not None and placed != site.place and site.one_way_provenance not in _COMPUTED:
            entry.warn(f"the one-way figures are {site.one_way_provenance} and stay as they are")
        elif placed != (site and site.place) and not (entry.raw("one_way_distance") or entry.raw("one_way_minutes")):
            # they were reckoned to where the site was
            after = replace(after, one_way_distance=None, one_way_minutes=None)
        after = self.judged(entry, site, after)

        def add(unit: Unit) -> None:
            self.book.save(self.seat, unit, None, after)

        def change(unit: Unit) -> None:
            self.book.save(self.seat, unit, site, after)

        key = (f"{client.name}\n{name}",) if client and name else ()
        label = f"{client.name}, {name}" if client else name
        spelt = None if site is None or ours is None else ours | self.spelt(entry, site)
        return Draft(label, key, theirs | self.spelt(entry, after), spelt, add, change)

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
        opens = closes = BY_WEEKDAY
    return {
        "lat": site.place and site.place.lat,
        "lon": site.place and site.place.lon,
        "access_from": opens,
        "access_to": closes,
    }
