"""The deed: a technician's calendar on a server is brought up to date, in both directions, and what went wrong is kept.

The server is asked outside of any transaction; what became of it is written in one. A sync that is lost in between costs nothing:
the names of our events follow from the visits, so the next one finds what is there and puts nothing twice.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any, NamedTuple

from db import calendars, people, settings, visits
from db.backups import CheckResult
from db.calendars import BusyEvent, Copy, SyncState
from db.faults import TRANSIENT
from db.store import Store, existing
from dispatch.desk.adapters.caldav_server import CalendarServer as Server
from dispatch.desk.adapters.caldav_server import Connect, NotReached, Overtaken, connect, password_of
from dispatch.desk.adapters.calendar_event import CANCELLED, EventRow
from dispatch.desk.adapters.calendar_export import PRODUCT, event_of
from dispatch.desk.adapters.calendar_file import events_of
from dispatch.desk.adapters.calendar_ids import is_own
from dispatch.desk.adapters.calendar_series import Dates
from dispatch.desk.calendars.reconciling import Steps, Wanted, steps
from dispatch.desk.files.table import Unreadable
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.session.user import User
from dispatch.model.calendars import LinkedCalendar, Span, merged
from dispatch.model.instants import calendar_instant, day_bounds, day_of
from dispatch.model.people import Technician
from dispatch.model.states import OCCUPYING, Role
from dispatch.model.text import show

BUSY = "busy in their own calendar"
"""The reason of an absence that was made of a busy time: what they do then is nobody's business."""
_TRIES = 3
"""So often a calendar is looked at anew that is changed while we write to it."""
_SUFFIX = ".ics"


@dataclass(slots=True)
class Synced:
    """What was done to a calendar, or would be: `put_back` were changed or taken out there, `unread` could not be understood.
    `trouble` is what kept it from being done, empty where it was."""

    technician: str
    put: int = 0
    put_back: int = 0
    removed: int = 0
    absences: int = 0
    absences_gone: int = 0
    unread: int = 0
    trouble: str = ""

    @property
    def said(self) -> bool:
        """Whether there is something to say of it."""
        return bool(self.trouble or self.put or self.put_back or self.removed or self.absences or self.absences_gone)

    @property
    def words(self) -> str:
        """What became of it, as a log keeps it."""
        if self.trouble:
            return f"{show(self.technician)}: not brought up to date: {show(self.trouble)}"
        counts = {
            "put": self.put,
            "put back": self.put_back,
            "taken out": self.removed,
            "absences": self.absences,
            "absences gone": self.absences_gone,
            "not understood": self.unread,
        }
        parts = [f"{count} {word}" for word, count in counts.items() if count]
        return f"{show(self.technician)}: {', '.join(parts) or 'up to date already'}"


class _Looked(NamedTuple):
    """What both sides have, before anything is done."""

    wanted: Mapping[str, Wanted]
    copies: Mapping[str, Copy]
    busy: Mapping[str, BusyEvent]
    window: Span
    salt: str
    zone: str
    read_from: str


def sync_all(
    user: User, technician: Technician | None = None, *, check: bool = False, connecting: Connect = connect
) -> list[Synced]:
    """Bring the calendar of one technician up to date, or all of them; one that fails keeps no other from it.

    Args:
        check: only say what would be done.
        connecting: how a server is reached.

    Raises:
        NotAllowed: a technician brings up to date their own only.
        Refusal: the technician has no calendar, or the library for it is not installed.
    """
    own = technician is not None and technician.id == user.staff.id
    if not (own or {Role.DISPATCHER, Role.LEAD} & user.roles_now):
        raise NotAllowed("A technician brings their own calendar up to date, and nobody else's.")
    linked = calendars.to_bring_up_to_date(user.store, technician.id if technician else None)
    if technician is not None and not linked:
        raise Refusal(
            f"{show(technician.name)} has no calendar here: dispatch calendar add --technician NAME --url URL."
        )
    return [sync(user, calendar, check=check, connecting=connecting) for calendar in linked]


def run(user: User, technician: Technician | None, tell: Callable[[str], None], every: float, stop: Event) -> None:
    """Bring calendars up to date, and again so many seconds later, until `stop` is set. `tell` hears of what was done, and once of
    what keeps it from being done.

    Raises:
        StoreFault: the database cannot be used any more by this process. One that is busy or full is waited for.
    """
    said: set[str] = set()
    while not stop.is_set():
        try:
            user.store.changed()  # raises where another program has replaced the database, or brought it further
            words = {one.words for one in sync_all(user, technician) if one.said}
        except (Refusal, *TRANSIENT) as fault:
            words = {show(str(fault))}
        for line in sorted(words - said):
            tell(line)
        said = words
        stop.wait(every)


def sync(user: User, calendar: LinkedCalendar, *, check: bool = False, connecting: Connect = connect) -> Synced:
    """Bring one calendar up to date."""
    person = existing(people.staff_by_id(user.store, calendar.staff_id))
    done = Synced(person.name)
    try:
        server = connecting(calendar.url, calendar.login, password_of(person.login))
        for _ in range(_TRIES):
            try:
                _bring(user, calendar, server, done, check=check)
                break
            except Overtaken:
                continue
        else:
            done.trouble = "it is changed again and again while it is written to"
    except (NotReached, Refusal) as fault:
        done.trouble = str(fault)
    if not check:
        _note_trouble(user, calendar, done.trouble)
    return done


def _bring(user: User, calendar: LinkedCalendar, server: Server, done: Synced, *, check: bool) -> None:
    looked = _look(user, calendar)
    listed = server.listed()

    def ours(name: str) -> bool:
        return is_own(looked.salt, name.removesuffix(_SUFFIX))

    todo = steps(looked.wanted, looked.copies, listed, ours, looked.window.starts_at)
    read = _read_busy(calendar, looked, {name: tag for name, tag in listed.items() if not ours(name)}, server)
    done.unread = sum(event.unread for event in read.values())
    copies = _carry_out(todo, looked, server, done, check=check)
    _follow(user, calendar, looked, copies, read, done, check=check)


def _look(user: User, calendar: LinkedCalendar) -> _Looked:
    """What the board has, and what is known of the calendar."""
    store = user.store
    with store.read():
        zone, salt = user.firm.zone, settings.calendar_salt(store)
        today = day_of(user.now, zone)
        window = Span(day_bounds(today, zone)[0], day_bounds(today + datetime.timedelta(calendar.days - 1), zone)[1])
        technician = people.technician(store, calendar.staff_id)
        wanted = {}
        if technician is not None and not calendar.archived:
            for visit in visits.placed_between(store, *window, technicians={technician.id}):
                if visit.state in OCCUPYING:
                    event = event_of(user, visit, technician, salt)
                    text = _calendar_text(event)
                    wanted[f"{event['UID']}{_SUFFIX}"] = Wanted(text, _digest(event), existing(visit.ends_at))
        state = calendars.sync_state(store, calendar.id) or SyncState(0)
        own = calendars.copies(store, calendar.id), calendars.busy_events(store, calendar.id)
        return _Looked(wanted, *own, window, salt, zone, state.read_from)


def _carry_out(todo: Steps, looked: _Looked, server: Server, done: Synced, *, check: bool) -> dict[str, Copy]:
    """Do it; returns what of ours stands there then."""
    copies = dict(todo.kept)
    put = dict(todo.put)
    for name, (tag, text) in (server.texts(list(todo.look)) if todo.look else {}).items():
        want = looked.wanted[name]
        if _digest_of(text) == want.digest:
            copies[name] = Copy(tag, want.digest, want.ends_at)  # the server, or a program, wrote the same otherwise
        else:
            put[name] = tag
    before = looked.copies
    done.put_back = sum(name in before and before[name].digest == looked.wanted[name].digest for name in put)
    done.put, done.removed = len(put) - done.put_back, len(todo.remove)
    if check:
        return copies
    for name in todo.gone:
        for other, there in server.with_uid(name.removesuffix(_SUFFIX)).items():
            server.remove(other, there)
    unknown = []
    for name, replaced in put.items():
        want = looked.wanted[name]
        copies[name] = Copy(server.put(name, want.text, replaced), want.digest, want.ends_at)
        unknown += [name] if not copies[name].etag else []
    for name, there in todo.remove.items():
        server.remove(name, there)
    if unknown:
        listed = server.listed()
        copies |= {name: copies[name]._replace(etag=listed.get(name, "")) for name in unknown}
    return copies


def _read_busy(
    calendar: LinkedCalendar, looked: _Looked, others: Mapping[str, str], server: Server
) -> dict[str, BusyEvent]:
    """When the other events there take up time. Nothing of them is looked at without permission, and of those that are as they were
    only where another day has begun since, on which more of their dates are in sight."""
    if not calendar.busy or calendar.archived:
        return {}
    first, last = (day_of(at, looked.zone) for at in (looked.window.starts_at, looked.window.ends_at - 1))
    dates = Dates(first - datetime.timedelta(1), last)
    anew = looked.read_from != _sight(dates)
    known = {} if anew else {name: event for name, event in looked.busy.items() if others.get(name) == event.etag}
    found = dict(known)
    for name, (tag, text) in server.texts([name for name in others if name not in known]).items():
        try:
            rows = events_of(text, name, dates)
        except Unreadable:
            found[name] = BusyEvent(tag, (), True)
            continue
        rows = [
            row for row in rows if not (row.transparent or row.status == CANCELLED or _is_ours(looked.salt, row.uid))
        ]
        spans = tuple(
            merged([span for row in rows if (span := _span_of(row, looked.zone)) and _within(span, looked.window)])
        )
        found[name] = BusyEvent(tag, spans, any(row.trouble or row.repeats for row in rows))
    return found


def _follow(
    user: User,
    calendar: LinkedCalendar,
    looked: _Looked,
    copies: Mapping[str, Copy],
    read: Mapping[str, BusyEvent],
    done: Synced,
    *,
    check: bool,
) -> None:
    """Keep what stands there now, and have the busy times as absences."""
    store = user.store
    busy = set(merged([span for event in read.values() for span in event.spans]))
    there = calendars.busy_absences(store, calendar.id, looked.window.starts_at)
    new, gone = sorted(busy - there.keys()), [absence for span, absence in there.items() if span not in busy]
    done.absences, done.absences_gone = len(new), len(gone)
    first, last = (day_of(at, looked.zone) for at in (looked.window.starts_at, looked.window.ends_at - 1))
    sight = _sight(Dates(first - datetime.timedelta(1), last)) if calendar.busy else ""
    same = copies == looked.copies and read == looked.busy and sight == looked.read_from
    if check or (same and not (new or gone)):
        return
    with user.write("sync calendar", Role.TECHNICIAN, Role.DISPATCHER, Role.LEAD) as unit:
        calendars.keep_copies(unit, calendar.id, looked.copies, copies)
        calendars.keep_busy(unit, calendar.id, looked.busy, read)
        for span in new:
            calendars.add_busy_absence(unit, calendar.id, calendar.staff_id, span, BUSY)
        for absence in gone:
            people.ABSENCES.put_away(unit, absence, unit.at)
        state = calendars.sync_state(store, calendar.id) or SyncState(unit.at)
        calendars.note_sync(unit, calendar.id, state._replace(at=unit.at, read_from=sight))
        counts = {"put": done.put, "put_back": done.put_back, "removed": done.removed}
        unit.audit("linked_calendar", calendar.id, **counts, absences=len(new), absences_gone=len(gone))


def _note_trouble(user: User, calendar: LinkedCalendar, trouble: str) -> None:
    """Keep what went wrong, or that it goes well again."""
    state = calendars.sync_state(user.store, calendar.id)
    kept = show(trouble, 480)
    if (state.trouble if state else "") == kept:
        return
    with user.write("sync calendar", Role.TECHNICIAN, Role.DISPATCHER, Role.LEAD) as unit:
        calendars.note_sync(unit, calendar.id, (state or SyncState(unit.at))._replace(at=unit.at, trouble=kept))
        unit.audit("linked_calendar", calendar.id, trouble=kept)


def _sight(dates: Dates) -> str:
    return f"{dates.first}/{dates.last}"


def _is_ours(salt: str, uid: str) -> bool:
    return is_own(salt, uid.partition(" ")[0])


def _within(span: Span, window: Span) -> bool:
    return span.ends_at > window.starts_at and span.starts_at < window.ends_at


def _span_of(row: EventRow, zone: str) -> Span | None:
    """When an event takes up time; None where it says so in no way that is understood, or takes none."""
    if row.trouble or row.repeats or not row.start:
        return None
    if len(row.start) == len("2026-11-24"):
        first = datetime.date.fromisoformat(row.start)
        end = datetime.date.fromisoformat(row.end[:10]) if row.end else first + datetime.timedelta(1)
        span = Span(day_bounds(first, zone)[0], day_bounds(max(end, first + datetime.timedelta(1)), zone)[0])
    else:
        starts_at = calendar_instant(row.start, zone)
        if row.end.startswith("+"):
            ends_at = starts_at + int(row.end[1:])
        else:
            ends_at = calendar_instant(row.end, zone) if len(row.end) > len("2026-11-24") else starts_at
        span = Span(starts_at, ends_at)
    return span if span.ends_at > span.starts_at else None


def _calendar_text(event: Any) -> str:
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return str(calendar.to_ical().decode("utf-8"))


_SAYS = ("SUMMARY", "LOCATION", "DESCRIPTION", "STATUS", "TRANSP")


def _digest(event: Any) -> str:
    """What an event says, whatever program wrote it down: its times and its words."""
    times = [getattr(event.get(name), "dt", None) for name in ("DTSTART", "DTEND")]
    instants = [int(at.timestamp()) if isinstance(at, datetime.datetime) and at.tzinfo else str(at) for at in times]
    words: Iterable[str] = (str(event.get(name, "")) for name in _SAYS)
    return hashlib.sha256(repr((instants, *words, "RRULE" in event)).encode()).hexdigest()


def _digest_of(text: str) -> str:
    """What the one event of a calendar says; empty where there is another number of them."""
    import icalendar

    try:
        found = icalendar.Calendar.from_ical(text).walk("VEVENT")
        return _digest(found[0]) if len(found) == 1 else ""
    except Exception:
        return ""  # a parser of other people's text may raise anything: it does not say what we said


def findings(store: Store) -> list[CheckResult]:
    """What the doctor says of calendars on servers; nothing where there is none."""
    linked = calendars.CALENDARS.all(store)
    if not linked:
        return []
    troubled = []
    for calendar in linked:
        state = calendars.sync_state(store, calendar.id)
        if state is not None and state.trouble:
            person = people.staff_by_id(store, calendar.staff_id)
            troubled.append(f"{show(person.name) if person else calendar.id}: {state.trouble}")
    return [CheckResult("calendars", not troubled, "; ".join(troubled) or f"{len(linked)} linked, none in trouble")]
