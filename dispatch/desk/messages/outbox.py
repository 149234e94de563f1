"""The outbox as dispatcher and lead see it: what waits, what went out, what somebody has to look at."""

from __future__ import annotations

from db import messages
from db.store import Store
from dispatch.desk.messages import notifications, rechecking
from dispatch.desk.messages.rechecking import find_message
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.instants import when_text
from dispatch.model.messages import OPEN, TROUBLED, Fate, Message
from dispatch.model.states import Role

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
        message = find_message(user.store, message_id)
        if message.fate not in (*TROUBLED, Fate.DROPPED):
            raise Refusal(f"Message {message.id} is {message.fate.value}: only what was given up is tried again.")
        verdict = rechecking.judge(user.store, message, unit.at)
        if verdict.why and verdict.instead is None:
            raise Refusal(f"Message {message.id} would say what is not so: {verdict.why}. It can be dropped.")
        version = messages.change(
            unit, message, Fate.WAITING, due_at=unit.at, tries=0, why="", ended_at=None, until=None
        )
        unit.audit("message", message.id, retried=message.fate.value)
        waiting = message._replace(fate=Fate.WAITING, version=version)
        return rechecking.settle(unit, waiting, verdict) if verdict.why else find_message(user.store, message_id)


def drop(user: User, message_id: int) -> Message:
    """Do not send a message.

    Raises:
        NotAllowed, NotFound, Refusal: there is none, or it is out or on its way.
    """
    with user.write("drop message", Role.DISPATCHER, Role.LEAD) as unit:
        message = find_message(user.store, message_id)
        if message.fate not in (Fate.WAITING, *TROUBLED):
            raise Refusal(f"Message {message.id} is {message.fate.value}: it cannot be dropped any more.")
        notifications.drop(unit, message, f"dropped by {user.staff.name}")
        return find_message(user.store, message_id)


def moment(message: Message, zone: str, hours24: bool = True) -> str:
    """When a message was settled, is to be sent, or was made, whichever says most."""
    at = message.ended_at or (message.due_at if message.fate is Fate.WAITING else message.made_at)
    return when_text(at, zone, hours24)
