"""sites.csv: where the work is done, with the drive from the depot that the charge counts with."""

from __future__ import annotations

from dataclasses import replace

from db import clients
from db.names import folded
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.imports.table_rows import RowDraft, RowEntry, TableRows, hours_in, place_in
from dispatch.desk.session.user import User
from dispatch.fields.record import UNSET
from dispatch.model.clients import Site
from dispatch.model.travel import Provenance
from dispatch.records.clients import SITE

SOURCE = "import"
NOT_PLACED = "the site is not placed yet"

_COMPUTED = (Provenance.UNKNOWN.value, Provenance.ESTIMATED.value)
_PLACE = place_in("place", ("lat", "degrees north: 39.9612"), ("lon", "degrees east: -82.9988"))
_ACCESS = hours_in(
    "access", range(7), ("access_from", "08:00, every day; empty: always"), ("access_to", "18:00, every day")
)
_OTHERWISE = ("client", "name", "address", "place", "access")
_ROW = replace(
    SITE,
    fields=(
        replace(SITE.field("client"), label="as it is called in the book"),
        replace(SITE.field("name"), name="site", attribute="name", required=True, otherwise=UNSET),
        SITE.field("address"),
        *_PLACE.fields,
        *_ACCESS.fields,
        *(field for field in SITE.typed if field.name not in _OTHERWISE),
    ),
)


class SiteRows(TableRows[Site]):
    """Sites of clients that are known by then. Access hours are those of every weekday."""

    record = _ROW
    columns = {field.name: field for field in _ROW.fields}
    together = (_PLACE, _ACCESS)
    book = RECORD_STORES["site"]
    named = ("client", "site")
    key = "site"

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self.desk.known["client"] = {folded(client.name): client for client in clients.all_clients(self.store)}
        self._sites = {(site.client_id, folded(site.name)): site for site in clients.all_sites(self.store)}

    def draft(self, entry: RowEntry) -> RowDraft:
        client = self.desk.known["client"].get(folded(entry.raw("client")))
        site = self._sites.get((client.id, folded(entry.raw("site")))) if client else None
        after = self.filled(entry, site, **({"name": site.name} if site else {}))
        before = site.place if site else None
        if after.place is None and not entry.faults:
            entry.warnings.append(f"no coordinates: {NOT_PLACED}, and drives to it are unknown")
        if after.place != before:
            after = replace(after, place_source=SOURCE, place_precision="")
            if site is not None and site.one_way_provenance not in _COMPUTED:
                entry.warnings.append(f"the one-way figures are {site.one_way_provenance} and stay as they are")
            elif not (entry.raw("one_way_distance") or entry.raw("one_way_minutes")):
                # they were reckoned to where the site was
                after = replace(after, one_way_distance=None, one_way_minutes=None)
        after = self.judged(entry, site, after)
        keys = (f"{client.name}\n{after.name}",) if client and after.name else ()
        return self.drafted(entry, f"{client.name}, {after.name}" if client else after.name, keys, site, after)
