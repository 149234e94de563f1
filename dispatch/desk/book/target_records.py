"""What may be tested at a site, and what machines may be asked there, as records of the book."""

from __future__ import annotations

from collections.abc import Iterator

from db import clients, equipment, probes, templates
from db.names import folded
from db.store import Store
from db.unit import Unit
from dispatch.closeout.probes.reading import faults_of, not_held, read_target
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_store import RecordStore
from dispatch.desk.book.records import site_called
from dispatch.model.probes import ASKING, Inquiry, Probe, ProbeTarget, Tested, Vantage
from dispatch.records.checklists import INQUIRY, TARGET


class TargetRecords(RecordStore[ProbeTarget]):
    """Test targets. Visits that have not begun take over what is written here; what has begun keeps what it has."""

    record = TARGET
    rows = probes.TARGETS

    def title(self, store: Store, record: ProbeTarget) -> str:
        return f"{site_called(store, record.site_id)}: {record.name}"

    def line(self, store: Store, record: ProbeTarget) -> str:
        where = "from the client's network" if record.vantage is Vantage.SITE else ""
        return "  ".join(part for part in (record.kind.value, record.address, record.options, where) if part)

    def doubts(self, desk: Desk, before: ProbeTarget | None, after: ProbeTarget) -> Iterator[tuple[str, str]]:
        if before is not None and after.site_id != before.site_id:
            yield "site", "a target stays with its site: archive it, and add one there"
        if after.equipment_id is not None and (before is None or after.equipment_id != before.equipment_id):
            piece = equipment.piece(desk.store, after.equipment_id)
            if piece is not None and piece.site_id != after.site_id:
                yield "equipment", f"{piece.name} stands at another site"
        for target in probes.targets_of(desk.store, after.site_id):
            if folded(target.name) == folded(after.name) and target.id != after.id:
                yield "name", f"the site has a target {after.name} already"
        if after.kind is not None and after.name:
            reasons: list[str] = []
            probe = read_target(after, reasons)
            for name, _, sentence in (fault.partition(": ") for fault in reasons):
                yield name, sentence
            if not reasons and probe.kind in ASKING and not probes.with_commands(desk.store, [probe])[0].command:
                known = [one.name for one in probes.INQUIRIES.all(desk.store) if one.by is probe.kind]
                yield (
                    "options",
                    f"ask: a lead's list has no {probe.ask} by {probe.kind}: {', '.join(known) or 'nothing yet'}",
                )

            others = [one for one in probes.targets_of(desk.store, after.site_id) if one.id != after.id]
            if not reasons and (why := not_held(_tested_at(desk.store, after.site_id), [*others, after])):
                yield "options", why

    def follow(self, unit: Unit, key: int, before: ProbeTarget | None, after: ProbeTarget) -> None:
        """It is given to the visits that have not begun."""
        probes.renew_probes(unit, after.site_id, probes.targets_of(unit.store, after.site_id))


def _tested_at(store: Store, site_id: int) -> Iterator[Tested]:
    """What says by which targets of a site an item is tested: the items of the templates, and each service."""
    for template in templates.all_templates(store):
        yield from (item.tested for item in template.items if item.tested.roles)
    site = clients.site(store, site_id)
    yield from (Tested((service,)) for service in (site.services if site is not None else ()))


class InquiryRecords(RecordStore[Inquiry]):
    """What machines may be asked: what stands here runs, at the next test, and nothing else does."""

    record = INQUIRY
    rows = probes.INQUIRIES

    def title(self, store: Store, record: Inquiry) -> str:
        return f"{record.name} by {record.by}"

    def line(self, store: Store, record: Inquiry) -> str:
        return record.command

    def doubts(self, desk: Desk, before: Inquiry | None, after: Inquiry) -> Iterator[tuple[str, str]]:
        for other in self.all(desk.store):
            if (other.by, folded(other.name)) == (after.by, folded(after.name)) and other.id != after.id:
                yield "name", f"{other.name} is asked by {other.by} already"
        if after.by is not None:
            read = Probe(after.by, "", user="x", ask="x", json=after.json, pattern=after.pattern)
            for fault in faults_of(read):
                name, _, sentence = fault.partition(": ")
                yield name.partition(",")[0], sentence
