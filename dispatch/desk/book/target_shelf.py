"""Test targets as records of the book: what may be tested at a site, and by what name its checklists find it."""

from __future__ import annotations

from collections.abc import Iterator

from db import probes, targets
from db.names import folded
from db.store import Store
from db.unit import Unit
from dispatch.closeout.probes.reading import read_target
from dispatch.desk.book.finding import site_called
from dispatch.desk.book.shelf import Shelf
from dispatch.desk.book.world import Desk
from dispatch.desk.seat import Seat
from dispatch.model.probes import Target, Vantage
from dispatch.records.checklists import TARGET


class TargetShelf(Shelf[Target]):
    """Test targets. Visits that have not begun take over what is written here; what has begun keeps what it has."""

    record = TARGET
    rows = targets.TARGETS

    def title(self, store: Store, record: Target) -> str:
        """Where and what."""
        return f"{site_called(store, record.site_id)}: {record.name}"

    def line(self, store: Store, record: Target) -> str:
        """Kind, address and vantage."""
        where = "from the client's network" if record.vantage is Vantage.SITE else ""
        return "  ".join(part for part in (record.kind.value, record.address, record.options, where) if part)

    def doubts(self, desk: Desk, before: Target | None, after: Target) -> Iterator[tuple[str, str]]:
        """A name tells the targets of a site apart, and what is tested can be read; a target stays with its site."""
        if before is not None and after.site_id != before.site_id:
            yield "site", "a target stays with its site: archive it, and add one there"
        for one in targets.targets_of(desk.store, after.site_id):
            if folded(one.name) == folded(after.name) and one.id != after.id:
                yield "name", f"the site has a target {after.name} already"
        if after.kind is not None and after.name:
            found: list[str] = []
            read_target(after, found)
            for name, _, said in (fault.partition(": ") for fault in found):
                yield name, said

    def save(self, seat: Seat, unit: Unit, before: Target | None, after: Target) -> int:
        """Write a target, and give it to the visits that have not begun."""
        key = super().save(seat, unit, before, after)
        probes.renew_probes(unit, after.site_id, targets.targets_of(seat.store, after.site_id))
        return key

    def shelve(self, unit: Unit, record: Target, at: int | None) -> None:
        """Archive it, or take it back; visits that have not begun follow."""
        super().shelve(unit, record, at)
        probes.renew_probes(unit, record.site_id, targets.targets_of(unit.store, record.site_id))
