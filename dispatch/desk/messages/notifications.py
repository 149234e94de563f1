"""Telling clients: messages that deeds put into the outbox, in the transaction of the deed.

A message speaks of a moment (the appointment, the arrival, the new time, the end). In the moment it goes it is judged once
more (`dispatch.desk.messages.outbox`), by what is said here.
"""

from __future__ import annotations

from typing import NamedTuple

from db import clients, messages, settings
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.day import routing
from dispatch.model.firm import Firm
from dispatch.model.instants import clock_text, day_of, day_text
from dispatch.model.languages import joined, say, speaking
from dispatch.model.messages import APPOINTMENT, AT_ONCE, QUIET_MARGIN, About, Fate, Message
from dispatch.model.notices import filled, with_values
from dispatch.model.quiet_hours import quiet_until
from dispatch.model.states import QUEUED, UNREACHED, State
from dispatch.model.text import show
from dispatch.model.visits import Visit

HELD = 120
"""Seconds that a message waits, so that what is taken back at once is never told."""
HELD_FOR = {About.ON_THE_WAY: 0, About.REMINDER: 0, About.LATE: 30, About.MOVED: 900}
"""Those that would come too late if they waited as long, and the one that waits for the last of several moves."""
SOON = 1800
"""Seconds for which *soon* is true of somebody who has set out and whose drive is not known."""
OFF = QUEUED | {State.CANCELLED, State.ABORTED}
"""States of a visit that does not take place, or has no time any more."""
_FULL = 300
_OF_A_TIME = (*APPOINTMENT, About.REMINDER)
"""What speaks of a time at which the client expects us."""


class Saying(NamedTuple):
    """What a client is told now: of which moment, where, in which words."""

    premise: int
    address: str
    text: str


def sayings(store: Store, visit: Visit, about: About, premise: int, now: int) -> list[Saying]:
    """What the client of a visit is told of such a thing now, at each address; nothing where nobody wants to be told, or can be."""
    _, addresses = messages.wanted(store, visit.client_id, about.wish)
    if about is not about.wish:
        # whoever was reminded of an appointment is told what becomes of it
        _, reminded = messages.wanted(store, visit.client_id, About.REMINDER)
        for one in reminded:
            if one not in addresses and messages.told_last(store, visit.id, visit.client_id, one) is not None:
                addresses.append(one)
    firm = settings.firm(store)
    text = worded(store, firm, visit, about, premise, now) if addresses else ""
    return [Saying(premise, address, text) for address in addresses]


def worded(store: Store, firm: Firm, visit: Visit, about: About, premise: int, now: int) -> str:
    """The firm's words on such a thing, for a visit, in its client's language."""
    with speaking(firm.language_of(clients.client(store, visit.client_id))):
        wording, when = say(getattr(firm, f"message_{about.value}")), _when(store, firm, visit, about, premise, now)
        return filled(wording, visit, firm=firm.name, technician=joined(visit.crew), when=when)


def received(store: Store, firm: Firm, visit: Visit) -> str:
    """The firm's answer to a mail that became a request, in its client's language."""
    values = {name: getattr(visit, name) for name in ("reference", "client", "site", "work")} | {"firm": firm.name}
    with speaking(firm.language_of(clients.client(store, visit.client_id))):
        return show(with_values(say(firm.message_received), values), multiline=True)[:2000]


def tell(store: Store, unit: Unit, visit: Visit, about: About, premise: int) -> int:
    """Put a message into the outbox for each who asked to be told of such things; returns how many.

    Args:
        store: where it is.
        unit: of the deed.
        visit: as the deed leaves it.
        about: what is told.
        premise: the moment that it speaks of.
    """
    firm = settings.firm(store)
    sentences = [one for one in sayings(store, visit, about, premise, unit.at) if firm.tells(one.address)]
    if not sentences:
        return 0
    for older in messages.open_of(store, visit.id):
        if (older.about, older.premise, older.site_id) != (about, premise, visit.site_id) and messages.of_one(
            older.about, about
        ):
            drop(unit, older, "a newer one says otherwise")
    due_at = quiet_due(store, about, premise, unit.at + HELD_FOR.get(about, HELD), visit.client_id, visit)
    return sum(put(unit, visit, about, sentence, due_at) is not None for sentence in sentences)


def follow(store: Store, unit: Unit, before: Visit, after: Visit) -> None:
    """Tell a client who has an appointment what a deed has made of it: another time or site, or that it does not take place. A new
    time that they have agreed to is told as such; where only the site is another one, what they agreed to is told again. Whose
    visit is another client's by now expects nobody."""
    if before.client_id != after.client_id:
        expected_by = messages.appointment(store, before.id, before.client_id)
        if expected_by is not None and expected_by >= unit.at:
            tell(store, unit, before, About.CANCELLED, expected_by)
    told_of = messages.appointment(store, after.id, after.client_id)
    if told_of is None or told_of < unit.at:
        return
    moved = after.starts_at != before.starts_at
    if after.site_id != before.site_id and not moved and after.state in (State.CONFIRMED, State.DISPATCHED):
        tell(store, unit, after, About.CONFIRMED, existing(after.starts_at))
    if after.state is State.CONFIRMED:
        return
    if after.archived_at is None and after.starts_at is not None and after.state in UNREACHED:
        if moved or (after.site_id != before.site_id and after.state is State.PLANNED):
            tell(store, unit, after, About.MOVED, after.starts_at)
    elif after.archived_at is not None or after.state in OFF:
        tell(store, unit, after, About.CANCELLED, told_of)


def put(
    unit: Unit, visit: Visit, about: About, sentence: Saying, due_at: int, instead_of: int | None = None
) -> int | None:
    """Put what is said into the outbox; returns the number of the message, None where it was said last.

    Args:
        instead_of: the number of the message that is not told for it.
    """
    made = messages.add(unit, visit, about, sentence.premise, sentence.address, sentence.text, due_at, instead_of)
    if made is not None:
        unit.audit("message", made, about=about.value, visit=visit.reference, to=sentence.address)
    return made


def quiet_due(store: Store, about: About, premise: int, due_at: int, client_id: int, visit: Visit | None) -> int:
    """When a message goes that is due: at the end of the quiet hours in which that is, by the clocks of the visit's site, else of
    the client's first one. What goes by night too is said in design/interface.md, Messages to clients."""
    firm = settings.firm(store)
    if about in AT_ONCE or not firm.quiet_hours:
        return due_at
    zone = visit.zone if visit is not None else firm.zone_at(next(iter(clients.sites_of(store, client_id)), None))
    until = quiet_until(firm.quiet_hours, due_at, zone)
    if until is None or (visit is not None and about in _OF_A_TIME and _soon(store, visit, premise, until)):
        return due_at
    return until


def _soon(store: Store, visit: Visit, premise: int, until: int) -> bool:
    """Whether the time that is told, or at which the client expects us, is hardly after the end of the quiet hours."""
    told_of = messages.appointment(store, visit.id, visit.client_id)
    return min(premise, premise if told_of is None else told_of) < until + QUIET_MARGIN


def drop(unit: Unit, message: Message, why: str) -> None:
    """Do not send a message. It stays, with the reason."""
    messages.change(unit, message, Fate.DROPPED, ended_at=unit.at, until=None, why=why)
    unit.audit("message", message.id, dropped=why)


def expected(store: Store, visit: Visit, departed: int) -> tuple[int, int] | None:
    """From when to when somebody is there who set out at `departed`; None where the drive is not known."""
    leg = routing.drive_to(store, visit)
    if leg.seconds is None:
        return None
    return departed + (leg.low or leg.seconds), departed + (leg.high or leg.seconds)


def _when(store: Store, firm: Firm, visit: Visit, about: About, premise: int, now: int) -> str:
    """The moment that a message speaks of, in words that are true of it at `now`."""
    hours24 = firm.clock_hours == 24
    if about is About.ON_THE_WAY:
        between = expected(store, visit, premise)
        if between is None:
            return say("soon")
        # to full five minutes
        begins, ends = between[0] - between[0] % _FULL, -(-between[1] // _FULL) * _FULL
        first, last = (clock_text(at, visit.zone, hours24) for at in (begins, ends))
        return (
            say("at about {clock}", clock=first)
            if ends <= begins
            else say("between {first} and {last}", first=first, last=last)
        )
    clock, day = clock_text(premise, visit.zone, hours24), day_of(premise, visit.zone)
    if about is About.LATE and day == day_of(now, visit.zone):
        return say("at {clock}", clock=clock)
    told = f"{day_text(day)}, {clock}"
    return say("on {day}", day=told) if about is About.LATE else told
