"""The legs of each technician's day, as they were worked out when the day was planned."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING

from db.store import Store
from dispatch.model.travel import Leg, Provenance

if TYPE_CHECKING:
    from db.unit import Unit

HOME = 0
"""The key of the leg home, in place of a visit's id."""


def legs_of_day(store: Store, day: datetime.date) -> dict[int, dict[int, Leg]]:
    """The legs of a day: technician → visit (or `HOME`) → leg."""
    legs: dict[int, dict[int, Leg]] = {}
    for staff_id, visit_id, seconds, metres, low, high, provenance in store.all(
        "SELECT staff_id, visit_id, seconds, metres, low, high, provenance FROM leg WHERE day = ?", (day.isoformat(),)
    ):
        legs.setdefault(staff_id, {})[visit_id] = Leg(seconds, metres, low, high, Provenance(provenance))
    return legs


def legs_of(store: Store, technician_id: int, day: datetime.date) -> dict[int, Leg]:
    """The legs of one technician's day: visit (or `HOME`) → leg."""
    return {
        visit_id: Leg(seconds, metres, low, high, Provenance(provenance))
        for visit_id, seconds, metres, low, high, provenance in store.all(
            "SELECT visit_id, seconds, metres, low, high, provenance FROM leg WHERE staff_id = ? AND day = ?",
            (technician_id, day.isoformat()),
        )
    }


def days_from(store: Store, day: datetime.date) -> list[datetime.date]:
    """The days from `day` on that have legs."""
    rows = store.all("SELECT DISTINCT day FROM leg WHERE day >= ? ORDER BY day", (day.isoformat(),))
    return [datetime.date.fromisoformat(found) for (found,) in rows]


def set_legs(unit: Unit, technician_id: int, day: datetime.date, legs: Mapping[int, Leg]) -> None:
    """Replace the legs of one technician's day."""
    unit.execute("DELETE FROM leg WHERE staff_id = ? AND day = ?", (technician_id, day.isoformat()))
    for visit_id, leg in legs.items():
        unit.execute(
            "INSERT INTO leg (staff_id, day, visit_id, seconds, metres, low, high, provenance) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                technician_id,
                day.isoformat(),
                visit_id,
                leg.seconds,
                leg.metres,
                leg.low,
                leg.high,
                leg.provenance.value,
            ),
        )
