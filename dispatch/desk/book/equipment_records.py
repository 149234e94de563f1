"""The equipment of sites as records of the book, with the tests that belong to each piece and what they last found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from db import clients, equipment, probes
from db.names import folded
from db.store import Store
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_store import RecordStore
from dispatch.desk.book.records import equipment_called
from dispatch.model.equipment import Equipment, EquipmentCheck
from dispatch.model.forms import forms
from dispatch.model.instants import day_of, day_text
from dispatch.model.probes import ProbeTarget
from dispatch.records.clients import EQUIPMENT

SHOWN = 12
"""So many of the newest results are told of a piece."""


class EquipmentRecords(RecordStore[Equipment]):
    """What stands at sites, by site and name."""

    record = EQUIPMENT
    rows = equipment.EQUIPMENT

    def title(self, store: Store, record: Equipment) -> str:
        return equipment_called(store, record.id)

    def line(self, store: Store, record: Equipment) -> str:
        return piece_words(record)

    def doubts(self, desk: Desk, before: Equipment | None, after: Equipment) -> Iterator[tuple[str, str]]:
        if before is not None and after.site_id != before.site_id and _tests(desk.store, before):
            yield "site", "its tests belong to the site: archive it, and add one there"
        for other in equipment.equipment_of(desk.store, after.site_id):
            if folded(other.name) == folded(after.name) and other.id != after.id:
                yield "name", f"the site has {other.name} already"

    def notes(self, store: Store, record: Equipment) -> Sequence[str]:
        tests = [f"tested by {one.name}: {one.kind} {one.address}".rstrip() for one in _tests(store, record)]
        return [*tests, *(_check_words(one, _zone(store, record)) for one in _checks(store, record))]

    def more(self, store: Store, record: Equipment) -> dict[str, Any]:
        zone = _zone(store, record)
        checks = forms(_checks(store, record), "target visit=reference at@ result value", zone)
        return {"targets": [one.name for one in _tests(store, record)], "checks": checks}


def piece_words(piece: Equipment) -> str:
    """What a piece of equipment is, where it is reached, and what of it ends when."""
    words = [piece.kind.value, piece.role, piece.maker, f"no. {piece.serial}" if piece.serial else "", piece.address]
    words += [f"{what} until {day_text(day)}" for what, day in piece.ends]
    return "  ".join(filter(None, words))


def _tests(store: Store, piece: Equipment) -> list[ProbeTarget]:
    return [one for one in probes.targets_of(store, piece.site_id) if one.equipment_id == piece.id]


def _checks(store: Store, piece: Equipment) -> list[EquipmentCheck]:
    return equipment.checks_of(store, piece.id, SHOWN)


def _zone(store: Store, piece: Equipment) -> str:
    desk = Desk.of(store)
    return desk.firm.zone_at(clients.site(store, piece.site_id))


def _check_words(check: EquipmentCheck, zone: str) -> str:
    read = "  ".join(filter(None, (check.target, check.result, check.value or "")))
    return f"{day_text(day_of(check.at, zone))}  {read}  ({check.reference})"
