"""Pinned drives as records of the book: between which ends, how long, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from db import clients, people, pins
from db.store import Store
from db.unit import Unit
from dispatch.desk.book.blanks import Blank, Reading
from dispatch.desk.book.finding import near, site_named, site_title, technician_named
from dispatch.desk.book.shelf import Shelf
from dispatch.desk.refusals import NotFound
from dispatch.desk.routing import reroute_ahead
from dispatch.desk.seat import Seat
from dispatch.model import text as limits
from dispatch.model.pins import DEPOT, End, EndKind, Pin
from dispatch.model.states import Role

_HOME = "home of "
_MOST = 24 * 60


class PinShelf(Shelf[Pin]):
    """Pinned drives. A pin counts before everything that is learned or reckoned, in its one direction."""

    noun = "pinned drive"
    roles = (Role.LEAD, Role.DISPATCHER)
    blanks = (
        Blank("from", "From", "a site, depot, or home of Ana Ruiz"),
        Blank("to", "To", "a site, depot, or home of Ana Ruiz"),
        Blank("minutes", "Minutes", "45"),
        Blank("reason", "Why", "ferry every half hour"),
    )

    def all(self, store: Store) -> Sequence[Pin]:
        """Every pinned drive."""
        return pins.pins(store)

    def get(self, store: Store, key: int) -> Pin | None:
        """The pin with that id, archived or not."""
        return pins.pin(store, key)

    def find(self, store: Store, name: str) -> Pin:
        """The pin of that title, or whose title alone holds the text."""
        found = near(self.noun, name, {self.title(store, one): one for one in self.all(store)})
        assert isinstance(found, Pin)
        return found

    def title(self, store: Store, record: Pin) -> str:
        """Its ends."""
        return f"{end_title(store, record.origin)} → {end_title(store, record.destination)}"

    def line(self, store: Store, record: Pin) -> str:
        """Its minutes and why."""
        return f"{record.minutes} min  {record.reason}".rstrip()

    def texts(self, store: Store, record: Pin) -> dict[str, str]:
        """The pin as typed."""
        return {
            "from": end_title(store, record.origin),
            "to": end_title(store, record.destination),
            "minutes": str(record.minutes),
            "reason": record.reason,
        }

    def write(self, seat: Seat, unit: Unit, before: Pin | None, texts: Mapping[str, str], faults: list[str]) -> int:
        """Write a pin, and work out again the legs that it changes."""
        store, reading = seat.store, Reading(texts)
        origin, destination = _end(store, reading, "from"), _end(store, reading, "to")
        minutes = reading.whole("minutes", 0, _MOST)
        reason = reading.text("reason", limits.LINE)
        if minutes is None and not reading.raw("minutes"):
            reading.fault("minutes", "is missing")
        if origin is not None and origin == destination:
            reading.fault("to", "is where the drive begins")
        elif origin is not None and destination is not None:
            twin = pins.pin_between(store, origin, destination)
            if twin is not None and (before is None or twin.id != before.id):
                reading.fault("to", "this drive is pinned already")
        faults += reading.faults
        if faults or origin is None or destination is None or minutes is None:
            return 0
        key = 0 if before is None else before.id
        after = Pin(key, origin, destination, minutes, reason)
        if before is None:
            key = pins.add_pin(unit, after)
        else:
            pins.update_pin(unit, before, after)
        reroute_ahead(unit)
        return key

    def shelve(self, unit: Unit, record: Pin, at: int | None) -> None:
        """Let the pin go, or take it up again."""
        unit.update("pin", record.id, record.version, archived_at=at)
        reroute_ahead(unit)


def end_named(store: Store, text: str) -> End:
    """The end of a drive as somebody types it: `depot`, `home of NAME` (or `home:NAME`), else a site.

    Raises:
        NotFound: there is none of that name, or several.
    """
    typed = " ".join(text.split())
    folded = typed.casefold()
    if folded == "depot":
        return DEPOT
    for start in (_HOME, "home:"):
        if folded.startswith(start):
            return End(EndKind.HOME, technician_named(store, typed[len(start) :]).id)
    return End(EndKind.SITE, site_named(store, typed).id)


def end_title(store: Store, end: End) -> str:
    """The end as `end_named` finds it."""
    if end.kind is EndKind.DEPOT:
        return "depot"
    if end.kind is EndKind.HOME:
        who = people.staff_by_id(store, end.id)
        return f"{_HOME}{who.name if who is not None else ''}"
    site = clients.site(store, end.id)
    return site_title(store, site) if site is not None else ""


def _end(store: Store, reading: Reading, name: str) -> End | None:
    typed = reading.text(name, required=True)
    if not typed:
        return None
    try:
        return end_named(store, typed)
    except NotFound as fault:
        reading.fault(name, str(fault))
        return None
