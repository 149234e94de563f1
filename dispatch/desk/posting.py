"""The outbox's own process: takes what is due, sends it, and notes what became of it. Never twice, where that can be known.

A message is *taken* for a while, then *sending* from the moment on at which it is handed over. A sender that is lost before
that costs nothing: the message waits again. One that is lost after it leaves the message *unsure*, and a person decides.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import NamedTuple

from db import messages
from db.faults import Stale
from db.store import Store
from dispatch.desk import telling
from dispatch.desk.couriers import Courier, NotSent
from dispatch.desk.refusals import NotFound, Refusal
from dispatch.desk.seat import Seat
from dispatch.model.messages import About, Fate, Message
from dispatch.model.states import Role
from dispatch.model.text import TextRefused, clean, show

LEASE = 180
"""Seconds that a sender has a message for itself."""
WAITS = (60, 300, 1800, 7200, 21_600)
"""Seconds before each further try; after the last one a person decides."""
_SUBJECTS = {
    About.CONFIRMED: "Your appointment",
    About.ON_THE_WAY: "We are on the way",
    About.LATE: "A new time for your appointment",
    About.REPORT: "What was done at your site",
}


class Posted(NamedTuple):
    """A message that was dealt with, and what became of it."""

    message: Message
    fate: Fate
    why: str = ""


def post_next(seat: Seat, courier: Callable[[], Courier]) -> Posted | None:
    """Deal with the message that is due for longest; None where none is.

    Args:
        seat: under whose name the sender runs.
        courier: gives the courier of the settings as they are now; asked only where something is to be sent.

    Raises:
        Refusal: there is no courier. The message waits on.
    """
    if messages.next_due(seat.store, seat.now) is None:
        return None
    carrier = courier()
    with contextlib.suppress(Stale):
        taken = _take(seat)
        if isinstance(taken, Posted) or taken is None:
            return taken
        return _carry(seat, carrier, taken)
    return None


def run(seat: Seat, courier: Callable[[], Courier], told: Callable[[Posted], None], seconds: float | None) -> int:
    """Send what is due, and with `seconds` go on looking every so many seconds for ever; returns how many were sent."""
    sent = 0
    while True:
        while (posted := post_next(seat, courier)) is not None:
            sent += posted.fate is Fate.SENT
            told(posted)
        if seconds is None:
            return sent
        time.sleep(seconds)


def retry(seat: Seat, message_id: int) -> Message:
    """Send a message that was given up, or that may have gone out, once more.

    Raises:
        NotAllowed, NotFound, Refusal: there is none, or it is neither.
    """
    with seat.write("retry message", Role.DISPATCHER, Role.LEAD) as unit:
        found = _find(seat.store, message_id)
        if found.fate not in (Fate.FAILED, Fate.UNSURE, Fate.DROPPED):
            raise Refusal(f"Message {found.id} is {found.fate.value}: only what was given up is tried again.")
        messages.change(unit, found, Fate.WAITING, due_at=unit.at, tries=0, why="", ended_at=None, until=None)
        unit.audit("message", found.id, retried=found.fate.value)
        return _find(seat.store, message_id)


def drop(seat: Seat, message_id: int) -> Message:
    """Do not send a message.

    Raises:
        NotAllowed, NotFound, Refusal: there is none, or it is out or on its way.
    """
    with seat.write("drop message", Role.DISPATCHER, Role.LEAD) as unit:
        found = _find(seat.store, message_id)
        if found.fate not in (Fate.WAITING, Fate.FAILED, Fate.UNSURE):
            raise Refusal(f"Message {found.id} is {found.fate.value}: it cannot be dropped any more.")
        telling.drop(unit, found, f"dropped by {seat.staff.name}")
        return _find(seat.store, message_id)


def _take(seat: Seat) -> Message | Posted | None:
    """Take the next message for oneself, or settle one that needs no sending."""
    with seat.write("take message") as unit:
        found = messages.next_due(seat.store, unit.at)
        if found is None:
            unit.leave_unchanged()
            return None
        if found.fate is Fate.SENDING:
            why = "the sender was lost while handing it over: it may have gone out"
            messages.change(unit, found, Fate.UNSURE, until=None, why=why)
            unit.audit("message", found.id, unsure=why)
            return Posted(found, Fate.UNSURE, why)
        if why := telling.untrue(seat.store, found):
            telling.drop(unit, found, why)
            return Posted(found, Fate.DROPPED, why)
        version = messages.change(unit, found, Fate.TAKEN, until=unit.at + LEASE, tries=found.tries + 1)
        unit.audit("message", found.id, taken=found.tries + 1)
        return found._replace(fate=Fate.TAKEN, version=version, tries=found.tries + 1)


def _carry(seat: Seat, carrier: Courier, message: Message) -> Posted:
    """Hand a message over that was taken."""
    held = message

    def handing_over() -> None:
        nonlocal held
        held = _note(seat, held, Fate.SENDING, until=seat.now + LEASE)

    try:
        subject = f"{_SUBJECTS[message.about]}, {message.reference}"
        carrier.carry(message.address, show(subject, 200), _body(seat, message), f"dispatch-{message.id}", handing_over)
    except NotSent as fault:
        why = _kept(str(fault))
        if fault.final or message.tries > len(WAITS):
            _note(seat, held, Fate.FAILED, until=None, why=why)
            return Posted(message, Fate.FAILED, why)
        _note(seat, held, Fate.WAITING, until=None, why=why, due_at=seat.now + WAITS[message.tries - 1])
        return Posted(message, Fate.WAITING, why)
    _note(seat, held, Fate.SENT, until=None, why="", ended_at=seat.now)
    return Posted(message, Fate.SENT)


def _note(seat: Seat, message: Message, fate: Fate, **columns: int | str | None) -> Message:
    with seat.write("post message") as unit:
        now = _find(seat.store, message.id)
        if now.fate is Fate.UNSURE and fate is not Fate.SENDING:
            message = now  # it took so long that somebody gave it up; whoever sent it knows better
        version = messages.change(unit, message, fate, **columns)
        unit.audit("message", message.id, fate=fate.value, why=columns.get("why") or None)
    return message._replace(fate=fate, version=version)


def _body(seat: Seat, message: Message) -> str:
    if message.about is not About.REPORT:
        return f"{show(message.text, multiline=True)}\n\n{show(seat.firm.name)}\n"
    from dispatch.desk.reports.visit import as_text

    return f"{show(message.text, multiline=True)}\n\n{as_text(seat, message.reference)}\n"


def _kept(words: str) -> str:
    """What a server said, as it may be kept."""
    try:
        return clean(show(words, 400), limit=500)
    except TextRefused:
        return "the server said something that cannot be shown"


def _find(store: Store, message_id: int) -> Message:
    found = messages.message(store, message_id)
    if found is None:
        raise NotFound(f"There is no message {message_id}.")
    return found
