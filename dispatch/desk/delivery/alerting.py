"""Alerts that nobody has seen go to the person by a message: by their own addresses of Apprise, else by mail.

All that is due to a person is one message. It is *sending* from the moment on at which it is handed over: where the sender is lost
then nobody knows, and it is not sent again. What fails is no alert by itself: a mail server that is away makes no more mail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from db import alerts
from dispatch.desk.adapters.transports import Letter, NotSent, Transport, Unsure, by_apprise, transport
from dispatch.desk.messages.alerts import all_standing, put_messages, who_wants_messages
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.alerts import ToldAlert
from dispatch.model.messages import Fate
from dispatch.model.people import Staff
from dispatch.model.states import Role
from dispatch.model.text import count_text, show
from dispatch.travel.chain import Unavailable
from dispatch.travel.secret_files import secret

LEASE = 180
"""Seconds that a sender has a message for itself: after them it is lost."""
WAITS = (60, 300)
"""Seconds before each further try: later than that an alert is of no use."""
LINES = 20
"""So many alerts stand in one message; of more it says how many."""


class PostedAlerts(NamedTuple):
    """What became of the message to a person, and what was in it."""

    person: Staff
    alerts: tuple[ToldAlert, ...]
    fate: Fate
    why: str = ""

    @property
    def words(self) -> str:
        """The same, as a log keeps it."""
        became = "again later" if self.fate is Fate.WAITING else self.fate.value
        why = f": {self.why}" if self.why else ""
        return show(f"{count_text(len(self.alerts), 'alert')} to {self.person.login}: {became}{why}")


Carrier = Callable[[User, Staff], Transport]


def carrier_of(user: User, person: Staff) -> Transport:
    """What carries a message to a person: their own addresses of Apprise, else the mail server of the firm.

    Raises:
        NotSent: there is neither, or it cannot be used.
    """
    variable = f"DISPATCH_ALERT_URLS_{re.sub('[^A-Za-z0-9]', '_', person.login).upper()}"
    name = f"alerts-{person.login}.urls"
    try:
        if urls := secret(variable, name).split():
            return partial(by_apprise, urls)
        if user.firm.messages_by == "smtp" and person.email:
            return transport(user.firm)
    except (Unavailable, Refusal) as fault:
        raise NotSent(str(fault)) from fault
    raise NotSent(f"{person.name} has no addresses of Apprise ({variable} or {name}), and no e-mail to send to.")


def post_alerts(user: User, carrier: Carrier = carrier_of) -> Iterator[PostedAlerts]:
    """Send to each of the office what they want to be told and nobody has seen; nothing is read where nobody wants it."""
    wanting = who_wants_messages(user.store)
    stands = all_standing(user.store) if wanting else ()
    for person in wanting:
        put_messages(user, person, stands)
        if taken := _take(user, person):
            yield _carry(user, person, taken, carrier)


def _take(user: User, person: Staff) -> Sequence[ToldAlert]:
    """Take what is due to somebody; what a lost sender had is unsure."""
    if not _due(user, person, Fate.WAITING) and not _due(user, person, Fate.SENDING):
        return ()
    with user.write("post alerts", Role.DISPATCHER, Role.LEAD) as unit:
        lost, taken = _due(user, person, Fate.SENDING), _due(user, person, Fate.WAITING)
        alerts.change(unit, lost, fate=Fate.UNSURE.value, why="the sender was lost while handing it over")
        for one in taken:
            alerts.change(unit, [one], fate=Fate.SENDING.value, due_at=unit.at + LEASE, tries=one.tries + 1)
        unit.audit("alert", person.id, sending=len(taken), unsure=len(lost))
        return taken


def _due(user: User, person: Staff, fate: Fate) -> list[ToldAlert]:
    under_way = alerts.under_way(user.store, person.id)
    return [one for one in under_way if one.fate == fate and (one.due_at or 0) <= user.now]


def _carry(user: User, person: Staff, taken: Sequence[ToldAlert], carrier: Carrier) -> PostedAlerts:
    fate, why = Fate.SENT, ""
    lines = [show(one.text) for one in taken[:LINES]]
    more = [f"… and {len(taken) - LINES} more"] if len(taken) > LINES else []
    subject = lines[0] if len(taken) == 1 else f"{len(taken)} alerts: {lines[0]}"
    letter = Letter(person.email, show(subject, 150), "\n".join([*lines, *more, ""]), f"dispatch-alert-{taken[0].id}")
    try:
        carrier(user, person)(letter, lambda: None)
    except Unsure as fault:
        fate, why = Fate.UNSURE, show(str(fault), 400)
    except NotSent as fault:
        given_up = fault.final or taken[0].tries >= len(WAITS)
        fate, why = Fate.FAILED if given_up else Fate.WAITING, show(str(fault), 400)
    with user.write("post alerts", Role.DISPATCHER, Role.LEAD) as unit:
        for one in taken:
            again = unit.at + WAITS[min(one.tries, len(WAITS) - 1)]
            alerts.change(unit, [one], fate=fate.value, why=why, due_at=again if fate is Fate.WAITING else None)
        unit.audit("alert", person.id, fate=fate.value, why=why or None)
    return PostedAlerts(person, tuple(taken), fate, why)
