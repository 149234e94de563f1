"""The legs of each technician's day, as they were worked out when the day was planned."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping

from db.among import AMONG, keys_param
from db.rows import Select
from db.store import Store
from db.unit import Unit
from dispatch.model.travel import Leg

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
