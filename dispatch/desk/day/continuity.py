"""What to know before the door: what went before at a client, in a few lines, and what stands there."""

from __future__ import annotations

from collections.abc import Iterator

from db import continuity, equipment, settings
from db.store import Store
from dispatch.model.instants import day_of, day_text
from dispatch.model.text import count_text
from dispatch.model.visits import Visit

SHOWN = 6
"""So many pieces of equipment are named."""


def before_the_door(store: Store, visit: Visit) -> tuple[tuple[str, str], ...]:
    """The lines, each with what it is about: `last` visit with what was noted, what the client `said`, what is `open`, who `knows`
    the client, what `stands` at the site and what of it ends soon or has ended. What nobody knows has no line.
    """
    with store.read():
        return tuple(_lines(store, visit))


def _lines(store: Store, visit: Visit) -> Iterator[tuple[str, str]]:
    if (last := continuity.last(store, visit.id)) is not None:
        where = "" if last.same_site else ", at another site"
        notes = "".join(f"; {note}" for note in continuity.notes(store, last.id))
        yield "last", f"{day_text(day_of(last.came_at, visit.zone))}, {last.crew}{where}: {last.work}{notes}"
        yield from (("said", words) for words in continuity.said(store, last.id))
    yield from (("open", f"{reference} {work}") for reference, work in continuity.follow_ups(store, visit.id))
    if known := continuity.who_knows(store, visit.id):
        yield "knows", ", ".join(f"{name} ({count_text(visits, 'visit')})" for name, visits in known)
    pieces = equipment.equipment_of(store, visit.site_id)
    if pieces:
        firm = settings.firm(store)
        soon = day_of(store.clock.now(), firm.zone).toordinal() + firm.ends_days
        named = (
            ", ".join((piece.name, *(f"{what} until {day}" for what, day in piece.ends if day.toordinal() <= soon)))
            for piece in pieces[:SHOWN]
        )
        more = f"; {len(pieces) - SHOWN} more" if len(pieces) > SHOWN else ""
        yield "stands", "; ".join(named) + more
