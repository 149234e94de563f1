"""Telling clients: messages that deeds put into the outbox, in the transaction of the deed.

A message speaks of a moment (the appointment, the arrival, the new time, the end). Before it goes out it is looked at once
more: what is not true any more, because the visit was moved, taken back or cancelled meanwhile, is dropped with a trace.
"""

from __future__ import annotations

from db import calls, messages, settings, visits
from db.store import Store
from db.unit import Unit
from dispatch.model.instants import clock_text, day_of, day_text
from dispatch.model.messages import About, Fate, Message
from dispatch.model.notices import filled
from dispatch.model.states import AHEAD, State
from dispatch.model.visits import Visit

HELD = 120
"""Seconds that a message waits, so that what is taken back at once is never told."""
HELD_FOR = {About.ON_THE_WAY: 0, About.LATE: 30}
"""Those that would come too late if they waited as long."""
_TIMED = {
    About.CONFIRMED: frozenset({State.CONFIRMED, State.DISPATCHED}),
    About.LATE: AHEAD | {State.EN_ROUTE},
}
"""The states of a visit in which the time that a message names can still come."""


def tell(store: Store, unit: Unit, visit: Visit, about: About, premise: int, when: str = "") -> None:
    """Put a message into the outbox, where the client asked to be told of such things.

    Args:
        store: where it is.
        unit: of the deed.
        visit: as the deed leaves it.
        about: what is told.
        premise: the moment that it speaks of.
        when: that moment in words; left out, day and clock.
    """
    firm = settings.firm(store)
    wanted, address = messages.wishes(store, visit.client_id)
    if firm.messages_by == "none" or about not in wanted or not address:
        return
    if not when:
        when = f"{day_text(day_of(premise, visit.zone))}, {clock_text(premise, visit.zone, firm.clock_hours == 24)}"
    text = filled(
        getattr(firm, f"message_{about.value}"),
        firm=firm.name,
        reference=visit.reference,
        client=visit.client,
        site=visit.site,
        work=visit.work,
        technician=" and ".join(part.technician for part in visit.assignments),
        when=when,
    )
    for older in messages.open_of(store, visit.id):
        if older.about is about and older.premise != premise:
            drop(unit, older, "a newer one says otherwise")
    made = messages.add(unit, visit.id, about, premise, address, text, unit.at + HELD_FOR.get(about, HELD))
    if made is not None:
        unit.audit("message", made, about=about.value, visit=visit.reference, to=address)


def drop(unit: Unit, message: Message, why: str) -> None:
    """Do not send a message. It stays, with the reason."""
    messages.change(unit, message, Fate.DROPPED, ended_at=unit.at, until=None, why=why)
    unit.audit("message", message.id, dropped=why)


def untrue(store: Store, message: Message, now: int) -> str:
    """Why a message is not true any more, or of no use; empty where it is."""
    visit = visits.visit_by_id(store, message.visit_id)
    if visit is None or visit.archived_at is not None:
        return "the visit is gone"
    elsewhere = f"the visit is {visit.state.label}"
    if message.about is About.REPORT:
        return "" if visit.state is State.CLOSED and visit.ended_at == message.premise else elsewhere
    if message.about is About.ON_THE_WAY:
        return "" if visit.state is State.EN_ROUTE else elsewhere
    if visit.state not in _TIMED[message.about]:
        return elsewhere
    if message.premise < now:
        return "that time has passed"
    if message.about is About.CONFIRMED:
        return "" if visit.starts_at == message.premise else "the visit was moved"
    return "" if calls.calls_of(store, visit.id) else "the call was taken back"


def arrival_in_words(visit: Visit, low: int, high: int, hours24: bool) -> str:
    """ "between 14:20 and 14:30", to full five minutes; "at about 14:20" where that is one moment."""
    begins, ends = low - low % 300, -(-high // 300) * 300
    if ends <= begins:
        return f"at about {clock_text(begins, visit.zone, hours24)}"
    return f"between {clock_text(begins, visit.zone, hours24)} and {clock_text(ends, visit.zone, hours24)}"
