"""remote-work.csv: what was done from a distance, each row once."""

from __future__ import annotations

from dataclasses import replace

from db import people, visits
from db.names import folded
from db.store import existing
from dispatch.desk.closeout import remote_work
from dispatch.desk.imports.table_rows import RowDraft, RowEntry, TableRows
from dispatch.desk.session.user import User
from dispatch.fields.record import FieldFault
from dispatch.model.requests import RemoteWork
from dispatch.model.states import OFFICE
from dispatch.records.requests import REMOTE_WORK

_NEEDED = ("reference", "client", "technician", "start", "minutes", "work")
_OTHERS = ("site", "way", "labour_class", "same_job", "description")
_HINTS = {"technician": "name or login", "start": "2026-11-24T09:00", "minutes": "20, 1h15"}
_ROW = replace(
    REMOTE_WORK,
    roles=tuple(OFFICE),
    fields=tuple(
        replace(field, required=field.name in _NEEDED, hint=_HINTS.get(field.name, field.hint))
        for field in map(REMOTE_WORK.field, (*_NEEDED, *_OTHERS))
    ),
)


class RemoteWorkRows(TableRows[RemoteWork]):
    """Remote work that another program recorded. What is there by its reference already is left as it is."""

    record = _ROW
    columns = {field.name: field for field in _ROW.fields}
    named = ("reference",)
    key = "reference"

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self.desk.known["technician"] = {
            folded(getattr(one, name)): one for name in ("login", "name") for one in people.technicians(self.store)
        }

    def draft(self, entry: RowEntry) -> RowDraft:
        after, reference = self.filled(entry, None), entry.raw("reference")
        there = visits.visit_by_reference(self.store, reference) if reference else None
        if there is not None:
            kept = "is there already and is left as it is" if there.remote else "is the reference of a visit"
            return RowDraft(reference, (reference,), {}, {}, lambda unit: None, skipped=kept)
        self.tell_whole(entry, None, after)
        written, faults = None, list[FieldFault]()
        if not entry.faults:
            written = remote_work.judged(self.user, after, faults)
        for fault in faults:
            entry.fault(fault.name, fault.reason)
        return RowDraft(
            reference,
            (reference,) if reference else (),
            self.spelt(entry, after),
            None,
            lambda unit: remote_work.write(self.user, unit, existing(written)),
        )
