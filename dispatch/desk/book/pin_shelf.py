"""Pinned drives as records of the book: between which ends, how long, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from db import pins
from db.store import Store
from db.unit import Unit
from dispatch.desk.book.finding import end_title, near
from dispatch.desk.book.shelf import Shelf
from dispatch.desk.book.world import Desk
from dispatch.desk.routing import reroute_ahead
from dispatch.desk.seat import Seat
from dispatch.model.pins import Pin
from dispatch.records.planning import PIN


class PinShelf(Shelf[Pin]):
    """Pinned drives. A pin counts before everything that is learned or reckoned, in its one direction."""

    record = PIN

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

    def doubts(self, desk: Desk, before: Pin | None, after: Pin) -> Iterator[tuple[str, str]]:
        """A drive is pinned once."""
        ends = (after.origin, after.destination)
        twin = pins.pin_between(desk.store, *ends) if None not in ends else None
        if twin is not None and twin.id != after.id:
            yield "to", "this drive is pinned already"

    def save(self, seat: Seat, unit: Unit, before: Pin | None, after: Pin) -> int:
        """Write a pin, and work out again the legs that it changes."""
        if before is None:
            key = pins.add_pin(unit, after)
        else:
            key = before.id
            pins.update_pin(unit, before, after)
        reroute_ahead(unit)
        return key

    def shelve(self, unit: Unit, record: Pin, at: int | None) -> None:
        """Let the pin go, or take it up again."""
        unit.update("pin", record.id, record.version, archived_at=at)
        reroute_ahead(unit)
