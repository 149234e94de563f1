"""Test targets as records of the book: what may be tested at a site, and by what name its checklists find it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from db import clients, probes, targets
from db.names import folded
from db.store import Store
from db.unit import Unit
from dispatch.closeout.probes.reading import read_target
from dispatch.desk.book.blanks import Blank, Reading
from dispatch.desk.book.finding import near, site_named, site_title
from dispatch.desk.book.shelf import Shelf
from dispatch.desk.seat import Seat
from dispatch.model import text as limits
from dispatch.model.probes import ProbeKind, Target, Vantage
from dispatch.model.states import Role


class TargetShelf(Shelf[Target]):
    """Test targets. Visits that have not begun take over what is written here; what has begun keeps what it has."""

    noun = "target"
    roles = (Role.LEAD, Role.DISPATCHER)
    blanks = (
        Blank("site", "Site", "the client, or client / site"),
        Blank("name", "Name", "a service of the site (mail), or reboot, connectivity, remote access, backup"),
        Blank("kind", "Kind", ", ".join(ProbeKind)),
        Blank("address", "Address", "host:port, a URL, or for dns the name that is asked for; a value has none"),
        Blank("options", "Options", 'expect="Welcome"; seconds=20; tries=2; days=14; type=MX; most=24; unit=h'),
        Blank("vantage", "Tested from", "host: here; site: inside the client's network"),
        Blank("reason", "Reason", "only where it is on this machine, on loopback or link-local"),
        Blank("note", "Note"),
    )

    def all(self, store: Store) -> Sequence[Target]:
        """Every target."""
        return targets.all_targets(store)

    def get(self, store: Store, key: int) -> Target | None:
        """The target with that id."""
        return targets.target(store, key)

    def find(self, store: Store, name: str) -> Target:
        """The target of that title, `client / site: name`, or whose title alone holds the text."""
        found = near(self.noun, name, {self.title(store, one): one for one in self.all(store)})
        assert isinstance(found, Target)
        return found

    def title(self, store: Store, record: Target) -> str:
        """Where and what."""
        site = clients.site(store, record.site_id)
        return f"{site_title(store, site) if site is not None else ''}: {record.name}"

    def line(self, store: Store, record: Target) -> str:
        """Kind, address and vantage."""
        where = "from the client's network" if record.vantage is Vantage.SITE else ""
        return "  ".join(part for part in (record.kind.value, record.address, record.options, where) if part)

    def texts(self, store: Store, record: Target) -> dict[str, str]:
        """The target as it is typed."""
        site = clients.site(store, record.site_id)
        return {
            "site": site_title(store, site) if site is not None else "",
            "name": record.name,
            "kind": record.kind.value,
            "address": record.address,
            "options": record.options,
            "vantage": record.vantage.value,
            "reason": record.reason,
            "note": record.note,
        }

    def write(self, seat: Seat, unit: Unit, before: Target | None, texts: Mapping[str, str], faults: list[str]) -> int:
        """Write a target, and give it to the visits that have not begun."""
        store, reading = seat.store, Reading(texts)
        site = reading.found("site", lambda name: site_named(store, name))
        if before is not None and site is not None and site.id != before.site_id:
            reading.fault("site", "a target stays with its site: archive it, and add one there")
        if not reading.raw("kind"):
            reading.fault("kind", f"is missing: {', '.join(ProbeKind)}")
        after = Target(
            id=0 if before is None else before.id,
            site_id=0 if site is None else site.id,
            name=reading.text("name", 80, required=True),
            kind=ProbeKind(reading.choice("kind", tuple(ProbeKind), ProbeKind.TCP)),
            address=reading.text("address", limits.LINE),
            options=reading.text("options", limits.LINE),
            vantage=Vantage(reading.choice("vantage", tuple(Vantage), Vantage.HOST)),
            reason=reading.text("reason", limits.LINE),
            note=reading.text("note", limits.LINE),
        )
        twins = [
            one
            for one in targets.targets_of(store, after.site_id)
            if folded(one.name) == folded(after.name) and (before is None or one.id != before.id)
        ]
        if twins:
            reading.fault("name", f"the site has a target {after.name} already")
        if not reading.faults:
            read_target(
                after.name, after.kind, after.vantage, after.address, after.options, after.reason, reading.faults
            )
        faults += reading.faults
        if faults:
            return 0
        if before is None:
            key = targets.add_target(unit, after)
        else:
            key = before.id
            targets.update_target(unit, before, after)
        probes.renew_probes(unit, after.site_id, targets.targets_of(store, after.site_id))
        return key

    def shelve(self, unit: Unit, record: Target, at: int | None) -> None:
        """Archive it, or take it back; visits that have not begun follow."""
        unit.update("target", record.id, record.version, archived_at=at)
        probes.renew_probes(unit, record.site_id, targets.targets_of(unit.store, record.site_id))
