"""sites.csv: where the work is done, with the drive from the depot that the charge counts with."""

from __future__ import annotations

from dataclasses import replace

from db import clients
from db.names import folded
from dispatch.desk.imports.row_entry import RowEntry
from dispatch.desk.imports.table_rows import BY_WEEKDAY, RecordRows, RowDraft, Values, hours_on, present, same_hours
from dispatch.desk.session.user import User
from dispatch.model.clients import Site
from dispatch.model.states import Role
from dispatch.model.travel import Place, Provenance
from dispatch.records.clients import SITE

EVERY_DAY = range(7)
SOURCE = "import"

_COMPUTED = (Provenance.UNKNOWN.value, Provenance.ESTIMATED.value)


class SiteRows(RecordRows[Site]):
    """Sites of clients that are known by then. Access hours are those of every weekday."""

    record_store = "site"
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

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self._clients = {folded(client.name): client for client in clients.all_clients(self.store)}
        self._sites = {(site.client_id, folded(site.name)): site for site in clients.all_sites(self.store)}

    def draft(self, entry: RowEntry) -> RowDraft:
        """The site of a row."""
        client = self.client_of(entry, self._clients)
        name = entry.name("site", required=True)
        site = self._sites.get((client.id, folded(name))) if client else None
        values = _columns(entry.place("lat", "lon"), entry.span("access_from", "access_to"))
        # what the file would say if it had been written from the site
        ours = None if site is None else _columns(site.place, same_hours(site.access, EVERY_DAY))
        theirs = present(entry, values)
        merged = values | (ours or {}) | theirs
        placed = None if merged["lat"] is None or merged["lon"] is None else Place(merged["lat"], merged["lon"])
        opens, closes = merged["access_from"], merged["access_to"]
        hours = site.access if site and opens == BY_WEEKDAY else hours_on(EVERY_DAY, opens, closes)
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
        key = (f"{client.name}\n{name}",) if client and name else ()
        label = f"{client.name}, {name}" if client else name
        spelt = ours | self.spelt(entry, site) if site and ours else None
        theirs |= self.spelt(entry, after)
        return RowDraft(label, key, theirs, spelt, lambda unit: self.book.save(self.user, unit, site, after))


def _columns(place: Place | None, access: tuple[int | str | None, int | str | None] | None) -> Values:
    """What of a row is only a part of a field."""
    opens, closes = access or (None, None)
    return {"lat": place and place.lat, "lon": place and place.lon, "access_from": opens, "access_to": closes}
