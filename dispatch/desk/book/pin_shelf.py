"""Pinned drives as records of the book: between which ends, how long, and why."""

from __future__ import annotations

from collections.abc import Iterator

from db import pins
from db.store import Store
from db.unit import Unit
from dispatch.desk.book.finding import end_title
from dispatch.desk.book.shelf import Shelf
from dispatch.desk.book.world import Desk
from dispatch.desk.routing import reroute_ahead
from dispatch.desk.seat import Seat
from dispatch.model.pins import Pin
from dispatch.records.planning import PIN


class PinShelf(Shelf[Pin]):
    """Pinned drives. A pin counts before everything that is learned or reckoned, in its one direction."""

    record = PIN
    rows = pins.PINS

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
        key = super().save(seat, unit, before, after)
        reroute_ahead(unit)
        return key

    def shelve(self, unit: Unit, record: Pin, at: int | None) -> None:
        """Let the pin go, or take it up again."""
        super().shelve(unit, record, at)
        reroute_ahead(unit)
