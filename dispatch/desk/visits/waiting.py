"""A visit on hold: for whom it waits, and that its clocks stand exactly as long as the state lasts (D5)."""

from __future__ import annotations

from db import clients, clocks
from db.store import Store
from db.unit import Unit
from dispatch.desk.session.refusals import Faulty, worded
from dispatch.model.states import State
from dispatch.model.text import NAME
from dispatch.model.visits import Visit

KINDS = ("client", "parts", "vendor")
STOPPED = "on site and resolution stand while it waits for the client"
RUN_ON = "on site and resolution run on"


def begin(store: Store, unit: Unit, visit: Visit, kind: str, whom: str, what: str) -> str:
    """Note what a visit that goes on hold waits for; returns who it is.

    Without `whom` it is who reported the request, else the client's first contact, else the client.

    Raises:
        Faulty: it is none of the three kinds, or the name cannot be taken.
    """
    if kind not in KINDS:
        raise Faulty([f"waiting for: {kind!r} is not one of {', '.join(KINDS)}"])
    named = worded("whom", whom, NAME)
    if not named and kind == "client":
        client = clients.client(store, visit.client_id)
        first = client.contacts[0].name if client is not None and client.contacts else ""
        named = visit.reported_by or first or visit.client
    named = named or kind
    clocks.begin_wait(unit, visit.id, kind, named, what)
    return named


def follow(store: Store, unit: Unit, before: Visit, after: Visit) -> None:
    """Let the pause begin or end with the state, whatever changed it; it is never back-dated.

    A visit that is put back on hold, by undo or redo, waits for the same again, from now on.
    """
    was, holds = before.state is State.ON_HOLD, after.state is State.ON_HOLD
    if was and not holds:
        clocks.end_wait(unit, after.id)
    elif holds and not was:
        last = clocks.last_wait(store, after.id)
        if last is not None:
            clocks.begin_wait(unit, after.id, last.kind, last.whom, last.what)
