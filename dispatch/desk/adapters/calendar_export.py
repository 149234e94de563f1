"""A technician's planned visits as a calendar (iCalendar, RFC 5545), in full or only as times that are taken."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from db import clients, settings, visits
from db.store import existing
from dispatch.desk.adapters.calendar_ids import own_uid
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.session.user import User
from dispatch.model.instants import day_bounds
from dispatch.model.people import Technician
from dispatch.model.states import OCCUPYING, PLANNING, State
from dispatch.model.text import show

if TYPE_CHECKING:
    from icalendar import Event

    from dispatch.model.visits import Visit

LONGEST = 366
"""So many days are exported at most."""
PRODUCT = "-//Dispatch//dispatch-board//EN"


def calendar_of(
    user: User, technician: Technician, first: datetime.date, days: int, *, busy: bool = False
) -> tuple[str, int]:
    """The visits of a technician on some days as the text of an .ics file, and how many they are.

    An event keeps its UID for good, and its SEQUENCE rises with every change of the visit, so that a calendar which
    reads the file again moves it. With `busy` an event has its times and nothing else: no name, address, reference or
    number of ours, and another UID, which says nothing to whoever has not this database.

    Args:
        first: the first day, in the firm's zone.
        days: how many, from 1 to `LONGEST`.

    Raises:
        NotAllowed: it is somebody else's calendar, and the person neither dispatches nor leads.
        Faulty: too many days, or none.
    """
    import icalendar

    user.ask_to_read_of(technician.name, words="the calendar")
    if not 1 <= days <= LONGEST:
        raise Faulty([f"days: {days} is not between 1 and {LONGEST}"])
    with user.store.read():
        zone, salt = user.firm.zone, settings.calendar_salt(user.store)
        start = day_bounds(first, zone)[0]
        end = day_bounds(first + datetime.timedelta(days=days - 1), zone)[1]
        placed = visits.placed_between(user.store, start, end, technicians={technician.id})
        taking = [visit for visit in placed if visit.state in OCCUPYING]
        calendar = icalendar.Calendar()
        calendar.add("prodid", PRODUCT)
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        if not busy:
            calendar.add("x-wr-calname", technician.name)
        for visit in taking:
            if busy:
                event = _frame(visit, technician, salt, user.now, busy=True)
                event.add("summary", "busy")
                event.add("class", "PRIVATE")
            else:
                event = event_of(user, visit, technician, salt)
            calendar.add_component(event)
    return calendar.to_ical().decode("utf-8"), len(taking)


def event_of(user: User, visit: Visit, technician: Technician, salt: str) -> Event:
    """A visit of a technician as an event, in full."""
    event = _frame(visit, technician, salt, user.now, busy=False)
    _tell(event, visit, user)
    return event


def event_uid(salt: str, visit: Visit, technician_id: int, *, busy: bool = False) -> str:
    """The UID of a technician's visit, in full or as a busy time; of one that takes several days each has its own."""
    of_day = f" {visit.day_number}" if visit.days > 1 else ""
    return own_uid(salt, f"{'busy' if busy else 'visit'} {visit.id} {technician_id}{of_day}")


def _frame(visit: Visit, technician: Technician, salt: str, now: int, *, busy: bool) -> Event:
    """An event with its times; the plan's, and nothing else."""
    import icalendar

    starts_at, ends_at = existing(visit.span)
    event = icalendar.Event()
    event.add("uid", event_uid(salt, visit, technician.id, busy=busy))
    if not busy:
        # how often a visit was changed is nobody's business; a reader of busy times goes by the stamp
        event.add("sequence", visit.version)
    for name, instant in (("dtstamp", now), ("dtstart", starts_at), ("dtend", ends_at)):
        event.add(name, datetime.datetime.fromtimestamp(instant, datetime.UTC))
    event.add("transp", "OPAQUE")
    return event


def _tell(event: Event, visit: Visit, user: User) -> None:
    """Say in full what the visit is."""
    site = existing(clients.site(user.store, visit.site_id))
    client = clients.client(user.store, visit.client_id)
    which = f" ({visit.which_day})" if visit.which_day else ""
    event.add("summary", show(f"{visit.client}: {visit.work}{which}"))
    event.add("location", show(", ".join(filter(None, (visit.client, visit.site, site.address)))))
    contact = client.contacts[0] if client is not None and client.contacts else None
    lines = [
        visit.reference,
        f"access: {site.access_notes}" if site.access_notes else "",
        f"contact: {', '.join(filter(None, (contact.name, contact.phone)))}" if contact else "",
        visit.description,
    ]
    event.add("description", "\n".join(show(line, multiline=True) for line in lines if line))
    event.add("status", "TENTATIVE" if visit.state in PLANNING - {State.CONFIRMED} else "CONFIRMED")
    if visit.place is not None:
        event.add("geo", (visit.place.lat, visit.place.lon))
