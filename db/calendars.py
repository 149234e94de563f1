"""Calendars of other programs: the newest state of each of their events that was read."""

from __future__ import annotations

from typing import NamedTuple

from db.store import Store
from db.unit import Unit


class EventState(NamedTuple):
    """A state of an event: its SEQUENCE, when it was written (0: not said), and whether it cancels the event (RFC 5546, 2.1.5)."""

    sequence: int
    stamped_at: int
    cancelled: bool

    def older_than(self, other: EventState) -> bool:
        """Whether it was overtaken by another one; of two of one moment the cancellation comes last. Where a file does not say when
        it was written, what is read last counts."""
        if self.sequence != other.sequence or not (self.stamped_at and other.stamped_at):
            return self.sequence < other.sequence
        return (self.stamped_at, self.cancelled) < (other.stamped_at, other.cancelled)


def event_states(store: Store) -> dict[str, EventState]:
    """The newest state of every event that was read, by its UID."""
    rows = store.all("SELECT uid, sequence, stamped_at, cancelled FROM calendar_event")
    return {uid: EventState(sequence, stamped_at, bool(cancelled)) for uid, sequence, stamped_at, cancelled in rows}


def note_state(unit: Unit, uid: str, state: EventState) -> None:
    """Keep the newest state of an event."""
    unit.execute(
        "INSERT INTO calendar_event (uid, sequence, stamped_at, cancelled) VALUES (?, ?, ?, ?) ON CONFLICT (uid) DO UPDATE "
        "SET sequence = excluded.sequence, stamped_at = excluded.stamped_at, cancelled = excluded.cancelled",
        (uid, state.sequence, state.stamped_at, int(state.cancelled)),
    )
