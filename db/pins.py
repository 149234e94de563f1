"""Pinned drives in the store: a person's word on the drive between two ends, whatever the providers say."""

from __future__ import annotations

from db.rows import Rows, Stored
from db.store import Store
from dispatch.model.travel import End, EndKind, Pin, Place, unplaced


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
    return PINS.first(store, where, (*origin, *destination))


def pinned_places(store: Store) -> list[tuple[Place, Place, int]]:
    """The pinned drives as places and minutes. A site without coordinates is its stand-in; other unknown ends are left out."""
    drives = [
        (place_of_end(store, pin.origin), place_of_end(store, pin.destination), pin.minutes) for pin in pins(store)
    ]
    return [(origin, end, minutes) for origin, end, minutes in drives if origin is not None and end is not None]


def pinned_sites(store: Store) -> frozenset[int]:
    """The sites that are an end of a pinned drive: they can be driven to, also without coordinates."""
    ends = (end for pin in pins(store) for end in (pin.origin, pin.destination))
    return frozenset(end.id for end in ends if end.kind is EndKind.SITE)


def place_of_end(store: Store, end: End) -> Place | None:
    """Where an end is; a stand-in for a site without coordinates."""
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
