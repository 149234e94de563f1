"""Pinned drives in the store: a person's word on the drive between two ends, whatever the providers say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from db.names import changed
from db.store import Store
from dispatch.model.pins import End, EndKind, Pin
from dispatch.model.travel import Place, unplaced

if TYPE_CHECKING:
    from db.unit import Unit

_PIN = "SELECT id, origin_kind, origin_id, destination_kind, destination_id, minutes, reason, version FROM pin"


def pins(store: Store) -> list[Pin]:
    """Every pin that is not archived, in the order in which they were made."""
    return [_pin(row) for row in store.all(f"{_PIN} WHERE archived_at IS NULL ORDER BY id")]


def pin(store: Store, pin_id: int) -> Pin | None:
    """The pin with that id, archived or not."""
    row = store.one(f"{_PIN} WHERE id = ?", (pin_id,))
    return None if row is None else _pin(row)


def pin_between(store: Store, origin: End, destination: End) -> Pin | None:
    """The pin of a directed pair, None where there is none."""
    row = store.one(
        f"{_PIN} WHERE archived_at IS NULL AND origin_kind = ? AND origin_id = ? AND destination_kind = ? "
        "AND destination_id = ?",
        (origin.kind, origin.id, destination.kind, destination.id),
    )
    return None if row is None else _pin(row)


def add_pin(unit: Unit, new: Pin) -> int:
    """Pin a drive; returns the pin's id.

    Raises:
        Refused: the pair is pinned already.
    """
    pin_id = unit.insert("pin", **_columns(new))
    unit.audit("pin", pin_id, **_columns(new))
    return pin_id


def update_pin(unit: Unit, before: Pin, after: Pin) -> int:
    """Take over what `after` says differently; returns the new version.

    Raises:
        Stale: somebody else changed the pin since `before` was read.
    """
    version = unit.update("pin", before.id, before.version, **_columns(after))
    unit.audit("pin", before.id, changed=changed(_columns(before), _columns(after)))
    return version


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


def _pin(row: tuple[Any, ...]) -> Pin:
    pin_id, origin_kind, origin_id, destination_kind, destination_id, minutes, reason, version = row
    return Pin(
        pin_id,
        End(EndKind(origin_kind), origin_id),
        End(EndKind(destination_kind), destination_id),
        minutes,
        reason,
        version,
    )


def _columns(one: Pin) -> dict[str, Any]:
    return {
        "origin_kind": one.origin.kind.value,
        "origin_id": one.origin.id,
        "destination_kind": one.destination.kind.value,
        "destination_id": one.destination.id,
        "minutes": one.minutes,
        "reason": one.reason,
    }
