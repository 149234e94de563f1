"""The processes that send messages, read mail and keep a copy elsewhere: whether they are at work (design/interface.md)."""

from __future__ import annotations

import datetime

from db import settings
from db.heartbeats import REPLICATE, heartbeat
from db.store import Store
from dispatch.model.instants import day_bounds
from dispatch.model.messages import OVERDUE, SilentProcess
from dispatch.model.text import show

OUTBOX, INBOX = "outbox", "inbox"
"""The processes, as their commands are called."""
NOW_AND_THEN = 1200.0
"""How often a process looks that somebody starts now and then (`--once`), in seconds, as far as is known."""
_MISSED = 3
"""So many looks are missed before a process counts as silent."""


def silent(store: Store) -> list[SilentProcess]:
    """The processes that have not done their work for a while: mail that is set up and not read, messages whose sender ran
    once and is not at work any more, and a copy elsewhere that falls behind."""
    return [one for process in (OUTBOX, INBOX, REPLICATE) if (one := silence_of(store, process)) is not None]


def silence_of(store: Store, process: str) -> SilentProcess | None:
    """Since when a process has not done its work, and why; None where it has, has nothing to do, or is the sender and never ran."""
    firm, now = settings.firm(store), store.clock.now()
    beat = heartbeat(store, process)
    if process == REPLICATE:
        wanted = beat is not None
    else:
        wanted = bool(firm.inbox_host) if process == INBOX else {firm.messages_by, firm.sms_by} != {"none"}
    if not wanted or (beat is None and process == OUTBOX):
        return None
    if beat is not None:
        after, since, why = max(OVERDUE, _MISSED * beat.every), beat.since, show(beat.trouble, 200)
    else:
        after, why = OVERDUE, f"dispatch {process} run never ran here"
        since, _ = day_bounds(datetime.date.fromisoformat(firm.inbox_from), firm.zone)
    return SilentProcess(process, since, why) if now - since > after else None
