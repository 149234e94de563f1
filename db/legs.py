"""Drives: the legs of each technician's day, as they were worked out when the day was planned, and those that a person pinned,
whatever the providers say."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping

from db.among import AMONG, keys_param
from db.rows import Rows, Select, Stored
from db.store import Store
from db.unit import Unit
from dispatch.model.travel import End, EndKind, Leg, Pin, Place, unplaced

HOME = 0
"""The key of the leg home, in place of a visit's id."""


LEGS = Select(Leg, "leg r")
"""Legs."""


def legs_of_day(
    store: Store, day: datetime.date, technicians: Collection[int] | None = None
) -> dict[int, dict[int, Leg]]:
    """The legs of a day: technician → visit (or `HOME`) → leg; of `technicians` only where they are given."""
    legs: dict[int, dict[int, Leg]] = {}
    scope, ids = ("", ()) if technicians is None else (f"AND staff_id {AMONG}", keys_param(technicians))
    for leg, staff_id, visit_id in LEGS.with_extra(
        store, "staff_id, visit_id", f"WHERE day = ? {scope}", (day.isoformat(), *ids)
    ):
        legs.setdefault(staff_id, {})[visit_id] = leg
    return legs


def drives_between(store: Store, first: datetime.date, last: datetime.date) -> dict[tuple[int, str], dict[int, int]]:
    """The seconds of the legs that are known of some days, both counted: by technician and day (ISO), by visit or `HOME`."""
    drives: dict[tuple[int, str], dict[int, int]] = {}
    rows = store.all(
        "SELECT staff_id, day, visit_id, seconds FROM leg WHERE day >= ? AND day <= ? AND seconds IS NOT NULL",
        (first.isoformat(), last.isoformat()),
    )
    for staff_id, day, visit_id, seconds in rows:
        drives.setdefault((staff_id, day), {})[visit_id] = seconds
    return drives


def legs_of(store: Store, technician_id: int, day: datetime.date) -> dict[int, Leg]:
    """The legs of one technician's day: visit (or `HOME`) → leg."""
    rows = LEGS.with_extra(store, "visit_id", "WHERE staff_id = ? AND day = ?", (technician_id, day.isoformat()))
    return {visit_id: leg for leg, visit_id in rows}


def days_from(store: Store, day: datetime.date) -> list[datetime.date]:
    """The days from `day` on that have legs."""
    rows = store.all("SELECT DISTINCT day FROM leg WHERE day >= ? ORDER BY day", (day.isoformat(),))
    return [datetime.date.fromisoformat(text) for (text,) in rows]


def set_legs(unit: Unit, technician_id: int, day: datetime.date, legs: Mapping[int, Leg]) -> None:
    """Replace the legs of one technician's day."""
    unit.execute("DELETE FROM leg WHERE staff_id = ? AND day = ?", (technician_id, day.isoformat()))
    for visit_id, leg in legs.items():
        unit.insert("leg", staff_id=technician_id, day=day.isoformat(), visit_id=visit_id, **LEGS.columns(leg))


def _end(name: str) -> Stored:
    return Stored(
        (f"{name}_kind", f"{name}_id"), lambda end: (end.kind.value, end.id), lambda kind, key: End(EndKind(kind), key)
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
