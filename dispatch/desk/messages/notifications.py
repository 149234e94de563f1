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
from dispatch.model.messages import About, Fate, Message
from dispatch.model.notices import filled
from dispatch.model.states import QUEUED, UNREACHED, State
from dispatch.model.visits import Visit

HELD = 120
"""Seconds that a message waits, so that what is taken back at once is never told."""
HELD_FOR = {About.ON_THE_WAY: 0, About.LATE: 30, About.MOVED: 900}
"""Those that would come too late if they waited as long, and the one that waits for the last of several moves."""
SOON = 1800
"""Seconds for which *soon* is true of somebody who has set out and whose drive is not known."""
OFF = QUEUED | {State.CANCELLED, State.ABORTED}
"""States of a visit that does not take place, or has no time any more."""
_FULL = 300


class Saying(NamedTuple):
    """What a client is told now: of which moment, where, in which words."""

    premise: int
    address: str
    text: str


def saying(store: Store, visit: Visit, about: About, premise: int, now: int) -> Saying | None:
    """What the client of a visit is told of such a thing now; None where they do not want to be told, or have no address."""
    firm = settings.firm(store)
    wishes, address = messages.wishes(store, visit.client_id)
    if about.wish not in wishes or not address:
        return None
    with speaking(firm.language_of(clients.client(store, visit.client_id))):
        wording, when = say(getattr(firm, f"message_{about.value}")), _when(store, firm, visit, about, premise, now)
        text = filled(wording, visit, firm=firm.name, technician=joined(visit.crew), when=when)
        return Saying(premise, address, text)


def tell(store: Store, unit: Unit, visit: Visit, about: About, premise: int) -> None:
    """Put a message into the outbox, where the client asked to be told of such things.

    Args:
        store: where it is.
        unit: of the deed.
        visit: as the deed leaves it.
        about: what is told.
        premise: the moment that it speaks of.
    """
    sentence = saying(store, visit, about, premise, unit.at)
    if sentence is None or settings.firm(store).messages_by == "none":
        return
    for older in messages.open_of(store, visit.id):
        if (older.about, older.premise, older.site_id) != (about, premise, visit.site_id) and messages.of_one(
            older.about, about
        ):
            drop(unit, older, "a newer one says otherwise")
    put(unit, visit, about, sentence, unit.at + HELD_FOR.get(about, HELD))


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
