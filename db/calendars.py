"""Calendars of other programs: the newest state of each event that was read of a file, and technicians' calendars on servers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from db.people import ABSENCES
from db.rows import Rows
from db.store import Store
from db.unit import Unit
from dispatch.model.calendars import LinkedCalendar, Span
from dispatch.model.people import AbsenceRecord


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


CALENDARS = Rows("linked_calendar", LinkedCalendar)
"""Technicians' calendars."""


class SyncState(NamedTuple):
    """How a calendar stands: since when, what keeps it from being brought up to date, and from which day busy times were read."""

    at: int
    trouble: str = ""
    read_from: str = ""


class Copy(NamedTuple):
    """An event of ours in a calendar: the server's mark of its state, what it says as a digest, and when its visit ends."""

    etag: str
    digest: str
    ends_at: int


class BusyEvent(NamedTuple):
    """Another event there: the server's mark of its state, when it takes up time, and whether that could not be read."""

    etag: str
    spans: tuple[Span, ...]
    unread: bool


def to_bring_up_to_date(store: Store, staff_id: int | None = None) -> list[LinkedCalendar]:
    """The calendars that are linked, of one technician or of all, and those that are archived and still have something of ours."""
    return CALENDARS.select(
        store,
        "WHERE (r.archived_at IS NULL OR EXISTS (SELECT 1 FROM calendar_copy c WHERE c.calendar_id = r.id) OR EXISTS "
        "(SELECT 1 FROM busy_absence b JOIN absence a ON a.id = b.absence_id WHERE b.calendar_id = r.id "
        "AND a.archived_at IS NULL AND a.ends_at > ?1)) AND (?2 IS NULL OR r.staff_id = ?2) ORDER BY r.id",
        (store.clock.now(), staff_id),
    )


def sync_state(store: Store, calendar_id: int) -> SyncState | None:
    """How a calendar stands; None before it was brought up to date for the first time."""
    row = store.one("SELECT at, trouble, read_from FROM calendar_sync WHERE calendar_id = ?", (calendar_id,))
    return None if row is None else SyncState(*row)


def note_sync(unit: Unit, calendar_id: int, state: SyncState) -> None:
    """Keep how a calendar stands."""
    unit.execute(
        "INSERT INTO calendar_sync (calendar_id, at, trouble, read_from) VALUES (?, ?, ?, ?) ON CONFLICT (calendar_id) "
        "DO UPDATE SET at = excluded.at, trouble = excluded.trouble, read_from = excluded.read_from",
        (calendar_id, *state),
    )


def copies(store: Store, calendar_id: int) -> dict[str, Copy]:
    """What we have put into a calendar, by name."""
    rows = store.all("SELECT name, etag, digest, ends_at FROM calendar_copy WHERE calendar_id = ?", (calendar_id,))
    return {name: Copy(*row) for name, *row in rows}


def busy_events(store: Store, calendar_id: int) -> dict[str, BusyEvent]:
    """What was read of the other events of a calendar, by name."""
    rows = store.all("SELECT name, etag, spans, unread FROM calendar_busy WHERE calendar_id = ?", (calendar_id,))
    return {
        name: BusyEvent(etag, tuple(Span(*span) for span in json.loads(spans)), bool(unread))
        for name, etag, spans, unread in rows
    }


def keep_copies(unit: Unit, calendar_id: int, before: Mapping[str, Copy], after: Mapping[str, Copy]) -> None:
    """Keep what stands in a calendar of ours, as far as it is not as it was."""
    gone = [(calendar_id, name) for name in before if name not in after]
    unit.execute_many("DELETE FROM calendar_copy WHERE calendar_id = ? AND name = ?", gone)
    unit.execute_many(
        "INSERT OR REPLACE INTO calendar_copy (calendar_id, name, etag, digest, ends_at) VALUES (?, ?, ?, ?, ?)",
        [(calendar_id, name, *copy) for name, copy in after.items() if before.get(name) != copy],
    )


def keep_busy(unit: Unit, calendar_id: int, before: Mapping[str, BusyEvent], after: Mapping[str, BusyEvent]) -> None:
    """Keep what was read of the others, as far as it is not as it was."""
    gone = [(calendar_id, name) for name in before if name not in after]
    unit.execute_many("DELETE FROM calendar_busy WHERE calendar_id = ? AND name = ?", gone)
    unit.execute_many(
        "INSERT OR REPLACE INTO calendar_busy (calendar_id, name, etag, spans, unread) VALUES (?, ?, ?, ?, ?)",
        [
            (calendar_id, name, event.etag, json.dumps(event.spans), int(event.unread))
            for name, event in after.items()
            if before.get(name) != event
        ],
    )


def busy_absences(store: Store, calendar_id: int, after: int) -> dict[Span, AbsenceRecord]:
    """The absences that were made of busy times and end after a moment, by their span."""
    found = ABSENCES.select(
        store,
        "JOIN busy_absence b ON b.absence_id = r.id WHERE b.calendar_id = ? AND r.archived_at IS NULL AND r.ends_at > ?",
        (calendar_id, after),
    )
    return {Span(absence.starts_at, absence.ends_at): absence for absence in found}


def add_busy_absence(unit: Unit, calendar_id: int, staff_id: int, span: Span, reason: str) -> None:
    """Make an absence of a busy time."""
    key = ABSENCES.add(unit, AbsenceRecord(0, staff_id, span.starts_at, span.ends_at, reason))
    unit.insert("busy_absence", absence_id=key, calendar_id=calendar_id)
