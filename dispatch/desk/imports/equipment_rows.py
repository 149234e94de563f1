"""equipment.csv: what stands at sites, each piece known again by site and name; and the same file made of what is there."""

from __future__ import annotations

from dataclasses import replace

from db import clients, equipment
from db.names import folded
from db.store import Store
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.imports.sites_named import site_among, sites_by_client
from dispatch.desk.imports.table_rows import RowDraft, RowEntry, TableRows
from dispatch.desk.session.user import User
from dispatch.fields.kinds import Text
from dispatch.fields.record import Field
from dispatch.model.clients import Site
from dispatch.model.csv_text import csv_text
from dispatch.model.equipment import Equipment
from dispatch.records.clients import EQUIPMENT

_ROW = replace(
    EQUIPMENT,
    fields=(
        Field("client", "as it is called in the book", Text(), attribute="site_id", required=True),
        Field("site", "as it is called there; empty: their only one", Text(), attribute="site_id"),
        *(field for field in EQUIPMENT.typed if field.name != "site"),
    ),
)


class EquipmentRows(TableRows[Equipment]):
    """Equipment of sites that are known by then."""

    record = _ROW
    columns = {field.name: field for field in _ROW.fields}
    book = RECORD_STORES["equipment"]
    named = ("client", "site", "name")
    key = "name"

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self._clients = {folded(client.name): client for client in clients.all_clients(self.store)}
        self._sites = sites_by_client(self.store)
        self._known = {(piece.site_id, folded(piece.name)): piece for piece in equipment.all_equipment(self.store)}

    def draft(self, entry: RowEntry) -> RowDraft:
        site = self._site_of(entry)
        site_id = 0 if site is None else site.id
        piece = self._known.get((site_id, folded(entry.raw("name"))))
        given = {"site_id": site_id} | ({} if piece is None else {"name": piece.name})
        after = self.filled(entry, piece, **given)
        if not entry.faults:
            after = self.judged(entry, piece, after)
        return self.drafted(entry, after.name, (f"{site_id}\n{after.name}",), piece, after)

    def _site_of(self, entry: RowEntry) -> Site | None:
        """The site that a row names; it refuses the row where there is none."""
        if not entry.raw("client"):
            entry.fault("client", "is missing")
            return None
        if (client := self._clients.get(folded(entry.raw("client")))) is None:
            entry.fault("client", "no such client; import clients first or check the spelling")
            return None
        return site_among(entry, client, self._sites.get(client.id, ()), entry.raw("site"))


def equipment_csv(store: Store) -> str:
    """All equipment as a file that an import takes."""
    desk = Desk.of(store)
    sites = {site.id: site for site in clients.all_sites(store)}
    names = {client.id: client.name for client in clients.all_clients(store)}
    rows = [
        [
            names.get(sites[piece.site_id].client_id, ""),
            sites[piece.site_id].name,
            *(field.write(piece, desk) for field in EQUIPMENT.typed if field.name != "site"),
        ]
        for piece in equipment.all_equipment(store)
        if piece.site_id in sites
    ]
    return csv_text(list(EquipmentRows.columns), rows)
