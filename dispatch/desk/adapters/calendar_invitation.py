"""An appointment as an invitation for the client's calendar (iTIP, RFC 5546): the same event for as long as the visit lives."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

from dispatch.desk.adapters.calendar_export import PRODUCT
from dispatch.desk.adapters.calendar_ids import own_uid
from dispatch.model.clients import Site
from dispatch.model.firm import Firm
from dispatch.model.instants import local
from dispatch.model.messages import About, Message
from dispatch.model.states import PLANNING, State
from dispatch.model.text import show
from dispatch.model.visits import Visit

if TYPE_CHECKING:
    import icalendar


class Invitation(NamedTuple):
    """What goes along with a mail: REQUEST or CANCEL, and the text of the .ics file."""

    method: str
    text: str


def invitation(firm: Firm, salt: str, visit: Visit, site: Site, message: Message) -> Invitation:
    """The invitation that a message of an appointment carries.

    Its UID is the visit's for good and its SEQUENCE the number of the message, which rises from each to the next. It begins when
    the client is told that we come, which the message speaks of, and lasts as long as is planned. To whom the visit does not belong
    any more it says nothing of where it takes place, and what is done there.
    """
    import icalendar

    cancelled = message.about is About.CANCELLED
    method = "CANCEL" if cancelled else "REQUEST"
    starts_at = message.premise
    lasts = visit.minutes * 60 if visit.span is None else visit.span[1] - visit.span[0]
    calendar = icalendar.Calendar()
    for name, value in (("prodid", PRODUCT), ("version", "2.0"), ("method", method)):
        calendar.add(name, value)
    event = icalendar.Event()
    event.add("uid", own_uid(salt, f"client {visit.id}"))
    event.add("sequence", message.id)
    event.add("dtstamp", datetime.datetime.fromtimestamp(message.made_at, datetime.UTC))
    if (zone := _zone(visit.zone, starts_at, starts_at + lasts)) is not None:
        calendar.add_component(zone)
    for name, at in (("dtstart", starts_at), ("dtend", starts_at + lasts)):
        event.add(name, local(at, "UTC" if zone is None else visit.zone))
    theirs = message.client_id == visit.client_id
    event.add("summary", show(f"{firm.name}: {visit.work}" if theirs else firm.name))
    if theirs:
        event.add("location", show(", ".join(filter(None, (visit.client, visit.site, site.address)))))
    event.add("description", show(message.text, multiline=True))
    tentative = visit.state in PLANNING - {State.CONFIRMED}
    event.add("status", "CANCELLED" if cancelled else "TENTATIVE" if tentative else "CONFIRMED")
    event.add("transp", "OPAQUE")
    sender = icalendar.vCalAddress(f"mailto:{firm.mail_from}")
    sender.params["CN"] = show(firm.name).replace('"', "'")
    event.add("organizer", sender)
    guest = icalendar.vCalAddress(f"mailto:{message.address}")
    guest.params["RSVP"] = "FALSE"
    event.add("attendee", guest)
    calendar.add_component(event)
    return Invitation(method, calendar.to_ical().decode("utf-8"))


def _zone(name: str, start: int, end: int) -> icalendar.Timezone | None:
    """A zone as far as the event needs it, with the offset of its time; None where clocks change within it."""
    import icalendar

    offset = local(start, name).utcoffset()
    if local(end, name).utcoffset() != offset:
        return None
    zone, standard = icalendar.Timezone(), icalendar.TimezoneStandard()
    zone.add("tzid", name)
    standard.add("dtstart", datetime.datetime(1970, 1, 1))
    for end_of in ("tzoffsetfrom", "tzoffsetto"):
        standard.add(end_of, offset)
    zone.add_component(standard)
    return zone
