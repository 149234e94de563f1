"""What goes from one office to another, in the store of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from db.people import ABSENCES
from db.rows import Query, Select, json_form, value
from db.store import Store
from db.unit import Unit
from dispatch.model.branches import Parcel
from dispatch.model.people import AbsenceRecord

PARCELS = Select(Parcel, "parcel r", "r", stored={"form": json_form("form")})
"""What went, or came."""
by_id: Query[Parcel | None, str] = PARCELS.single("WHERE r.id = ?")
"""The one of that id."""
sent_to: Query[list[Parcel], str] = PARCELS.listing("WHERE r.office = ? AND r.incoming = 0 ORDER BY r.at, r.id")
"""What goes to an office, the oldest first."""
taken_from: Query[list[Parcel], str] = PARCELS.listing("WHERE r.office = ? AND r.incoming = 1 AND r.state = 'taken'")
"""What came from an office, and is here."""
all_parcels: Query[list[Parcel]] = PARCELS.listing("WHERE 1 ORDER BY r.at DESC, r.id")
"""All that went and came, the newest first."""
of_visit: Query[list[Parcel], int] = PARCELS.listing("WHERE r.visit_id = ? ORDER BY r.at DESC, r.id")
"""What went or came with a request, the newest first."""
lent_to_us: Query[list[Parcel], int] = PARCELS.listing(
    "WHERE r.technician_id = ? AND r.incoming = 1 AND r.state = 'taken' ORDER BY r.at, r.id"
)
"""The lendings by which somebody is here."""
lent_person: Query[int | None, str, int] = value(
    "SELECT technician_id FROM parcel WHERE office = ? AND incoming = 1 AND technician_id IS NOT NULL "
    "AND json_extract(form, '$.person') = ? ORDER BY at DESC LIMIT 1"
)
"""Whom we know an office's technician of that number as; None where they were never lent to us."""
comes_of_a_finding: Query[int, int] = value("SELECT EXISTS (SELECT 1 FROM finding_mark WHERE work_id = ?)")
"""Whether a visit is the work of a finding."""


def add(unit: Unit, new: Parcel) -> None:
    """Write what goes or came, in the unit of the deed that it names."""
    columns = {name: value for name, value in PARCELS.columns(new).items() if name != "at"}
    unit.insert_signed("parcel", id=new.id, **columns)


def mark(unit: Unit, parcel: Parcel, **columns: Any) -> None:
    """Note what became of it: `state`, `why`, `named`, `wanted_back`.

    Raises:
        Stale: somebody did meanwhile.
    """
    unit.update("parcel", parcel.id, parcel.version, **columns)


def absences(store: Store, parcel_id: str) -> list[AbsenceRecord]:
    """The absences that stand for a lending."""
    return ABSENCES.select(store, "JOIN lent_absence l ON l.absence_id = r.id WHERE l.parcel_id = ?", (parcel_id,))


def hold_absences(unit: Unit, parcel_id: str, staff_id: int, spans: Iterable[tuple[int, int]], reason: str) -> None:
    """Let somebody be absent in these spans as long as a lending wants it; those that stood for it before go."""
    for record in absences(unit.store, parcel_id):
        let_absence_go(unit, record)
        ABSENCES.put_away(unit, record, unit.at)
        unit.audit("absence", record.id, archived=True)
    for starts_at, ends_at in spans:
        key = ABSENCES.add(unit, AbsenceRecord(0, staff_id, starts_at, ends_at, reason))
        unit.insert("lent_absence", absence_id=key, parcel_id=parcel_id)


def let_absence_go(unit: Unit, record: AbsenceRecord) -> None:
    """Let an absence be one like any other, which stands for no lending any more."""
    unit.execute("DELETE FROM lent_absence WHERE absence_id = ?", (record.id,))
