"""The outbox as dispatcher and lead see it: what waits, what went out, what somebody has to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from db import messages
from db.store import Store
from dispatch.desk.messages import notifications, rechecking
from dispatch.desk.messages.rechecking import find_message
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.forms import form
from dispatch.model.instants import when_text
from dispatch.model.messages import OPEN, TROUBLED, Fate, Message
from dispatch.model.states import Role
from dispatch.model.text import pad, show

SHOWN = 200
"""So many messages are listed at most."""


def outbox(store: Store, *, everything: bool = False) -> list[Message]:
    """What is not settled, those in trouble first; with `everything` also what is."""
    return messages.newest(store, tuple(Fate) if everything else (*TROUBLED, *OPEN), SHOWN)


def retry(user: User, message_id: int) -> Message:
    """Send a message that was given up, or that may have gone out, once more; returns it, or what is told instead by now.

    Raises:
        NotAllowed, NotFound, Refusal: there is none, it is neither, or it is not true any more.
    """
    with user.write("retry message", Role.DISPATCHER, Role.LEAD) as unit:
        found = find_message(user.store, message_id)
        if found.fate not in (*TROUBLED, Fate.DROPPED):
            raise Refusal(f"Message {found.id} is {found.fate.value}: only what was given up is tried again.")
        verdict = rechecking.judge(user.store, found, unit.at)
        if verdict.why and verdict.instead is None:
            raise Refusal(f"Message {found.id} would say what is not so: {verdict.why}. It can be dropped.")
        version = messages.change(unit, found, Fate.WAITING, due_at=unit.at, tries=0, why="", ended_at=None, until=None)
        unit.audit("message", found.id, retried=found.fate.value)
        waiting = found._replace(fate=Fate.WAITING, version=version)
        return rechecking.settle(unit, waiting, verdict) if verdict.why else find_message(user.store, message_id)


def drop(user: User, message_id: int) -> Message:
    """Do not send a message.

    Raises:
        NotAllowed, NotFound, Refusal: there is none, or it is out or on its way.
    """
    with user.write("drop message", Role.DISPATCHER, Role.LEAD) as unit:
        found = find_message(user.store, message_id)
        if found.fate not in (Fate.WAITING, *TROUBLED):
            raise Refusal(f"Message {found.id} is {found.fate.value}: it cannot be dropped any more.")
        notifications.drop(unit, found, f"dropped by {user.staff.name}")
        return find_message(user.store, message_id)


def message_lines(found: Sequence[Message], zone: str, hours24: bool = True) -> Iterator[str]:
    """The outbox as text, a message a line."""
    if not found:
        yield "Nothing waits, and nothing went wrong."
    for one in found:
        yield " ".join(
            (
                f"{one.id:>5}",
                pad(show(one.reference), 7),
                pad(one.about.label, 10),
                pad(one.fate.value, 8),
                moment(one, zone, hours24),
                show(one.address),
                f"({show(one.why)})" if one.why else "",
            )
        ).rstrip()


def moment(one: Message, zone: str, hours24: bool = True) -> str:
    """When a message was settled, is to be sent, or was made, whichever says most."""
    at = one.ended_at or (one.due_at if one.fate is Fate.WAITING else one.made_at)
    return when_text(at, zone, hours24)


def message_form(one: Message, zone: str) -> dict[str, Any]:
    """A message as JSON (docs/json.md)."""
    keys = "message=id reference client about address text state=fate made_at@ due_at@ tries ended_at@ why?"
    return form(one, keys, zone)
