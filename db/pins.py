"""Pinned drives in the store: a person's word on the drive between two ends, whatever the providers say."""

from __future__ import annotations

from db.rows import Rows, Stored
from db.store import Store
from dispatch.model.pins import End, EndKind, Pin
from dispatch.model.travel import Place, unplaced


def _end(name: str) -> Stored:
    return Stored(
        (f"{name}_kind", f"{name}_id"),
        lambda end: (end.kind.value, end.id),
        lambda kind, key: End(EndKind(kind), key),
    )


PINS = Rows("pin", Pin, stored={"origin": _end("origin"), "destination": _end("destination")})
"""Pinned drives, in the order in which they were made."""
pin, pins, add_pin, update_pin = PINS.one, PINS.all, PINS.add, PINS.update


def pin_between(store: Store, origin: End, destination: End) -> Pin | None:
    """The pin of a directed pair, None where there is none."""
    where = (
        "WHERE r.archived_at IS NULL AND r.origin_kind = ? AND r.origin_id = ? AND r.destination_kind = ? "
        "AND r.destination_id = ?"
    )
    ends = (origin.kind, origin.id, destination.kind, destination.id)
    return next(iter(PINS.chosen(store, where, ends)), None)


def pinned_places(store: Store) -> list[tuple[Place, Place, int]]:
    """The pinned drives as places and minutes. A site without coordinates is its stand-in; other unknown ends are left out."""
    rows = store.all(
        "SELECT origin_kind, origin_id, destination_kind, destination_id, minutes FROM pin WHERE archived_at IS NULL"
    )
    if not rows:
        return []
    ends = {End(EndKind(row[0]), row[1]) for row in rows} | {End(EndKind(row[2]), row[3]) for row in rows}
    places = {end: _place_of(store, end) for end in ends}
    found = []
    for origin_kind, origin_id, destination_kind, destination_id, minutes in rows:
        origin = places[End(EndKind(origin_kind), origin_id)]
        destination = places[End(EndKind(destination_kind), destination_id)]
        if origin is not None and destination is not None:
            found.append((origin, destination, minutes))
    return found


def pinned_sites(store: Store) -> frozenset[int]:
    """The sites that are an end of a pinned drive: they can be driven to, also without coordinates."""
    return frozenset(
        site_id
        for (site_id,) in store.all(
            "SELECT origin_id FROM pin WHERE archived_at IS NULL AND origin_kind = 'site' "
            "UNION SELECT destination_id FROM pin WHERE archived_at IS NULL AND destination_kind = 'site'"
        )
    )


def _place_of(store: Store, end: End) -> Place | None:
    if end.kind is EndKind.DEPOT:
        from db import settings

        return settings.firm(store).depot
    if end.kind is EndKind.HOME:
        row = store.one("SELECT home_lat, home_lon FROM technician WHERE staff_id = ?", (end.id,))
    else:
        row = store.one("SELECT lat, lon FROM site WHERE id = ?", (end.id,))
    if row is None or row[0] is None:
        return unplaced(end.id) if end.kind is EndKind.SITE else None
    return Place(*row)
