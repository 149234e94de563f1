"""Alerts: what stands, and what of it a person is told now: at their terminal, or by a message where nobody looks.

That somebody was told is kept, so that neither another terminal of theirs, nor the sender, nor the next start tells it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from db import alerts, mails, messages, people, settings
from db.store import Store, existing
from dispatch.desk.day import board_view
from dispatch.desk.messages import processes
from dispatch.desk.session.user import User
from dispatch.levels.alerts import STANDS, ForPerson, for_person, standing
from dispatch.model.alerts import Alert, AlertKind, ToldAlert
from dispatch.model.boards import Board
from dispatch.model.mail import OPEN_MAILS
from dispatch.model.messages import TROUBLED, Fate
from dispatch.model.people import Staff
from dispatch.model.states import OFFICE, Role

GRACE = 60
"""Seconds that a message to a person waits: a terminal at which they sit tells it first."""
LISTED = 200
"""So many of what somebody was told are listed at most."""
_GIVEN_UP = 100
"""So many messages that were given up, and mails that wait, are told of at most."""


def all_standing(store: Store, board: Board | None = None) -> tuple[Alert, ...]:
    """What is worth an alert now. `board`: today's, where it was read already."""
    with store.read():
        if board is None:
            board = board_view.board(store, settings.today(store))
        happened = alerts.happened(store, store.clock.now() - STANDS)
        given_up, waiting = messages.newest(store, TROUBLED, _GIVEN_UP), mails.newest(store, OPEN_MAILS, _GIVEN_UP)
        return standing(board, happened, given_up, waiting, processes.silent(store))


def tell_here(user: User, stands: Sequence[Alert], *, looked_at: bool) -> list[Alert]:
    """What a person's terminal tells them now, by bell or desktop; noted, so that it is told once.

    Args:
        looked_at: whether somebody is there. What was told to nobody goes as a message too, where that is asked for.
    """
    person = existing(people.staff_by_id(user.store, user.staff.id))
    wanted = {*person.alert_bell, *person.alert_title, *person.alert_desktop, *person.alert_message}
    mine = _for(user.store, person, stands, wanted)
    if not any(_fresh(user.store, person, part, looked_at) for part in mine):
        return []
    with user.write("tell alerts", Role.DISPATCHER, Role.LEAD) as unit:
        told = alerts.told(user.store, person.id, _visits(stands))
        loud = {*person.alert_bell, *person.alert_desktop}
        rings = [alert for alert in mine.tell if _rings(told.get(alert.key)) and alert.key.kind in loud]
        for part, seen in ((mine.tell, looked_at), (mine.known, True)):
            for alert in part:
                if (before := told.get(alert.key)) is None:
                    alerts.add(unit, person.id, alert.key, alert.text, shown_at=unit.at, seen=int(seen))
                    continue
                dropped = {"fate": Fate.DROPPED.value, "why": "it was seen"} if seen and waits(before) else {}
                shown = {"shown_at": before.shown_at or unit.at, "seen": int(seen or before.seen)}
                alerts.change(unit, [before], **shown, **dropped)
        unit.audit("alert", person.id, told=[alert.text for alert in rings])
        return rings


def put_messages(user: User, person: Staff, stands: Sequence[Alert]) -> None:
    """Have a message wait for what somebody has not seen, and let go of what is so no more.

    Args:
        user: under whose name the sender runs.
    """
    if not any(_steps(user.store, person, stands)):
        return
    with user.write("tell alerts", Role.DISPATCHER, Role.LEAD) as unit:
        steps = _steps(user.store, person, stands)
        for alert in steps.new:
            due_at = unit.at + GRACE
            alerts.add(unit, person.id, alert.key, alert.text, fate=Fate.WAITING.value, due_at=due_at)
        for alert in steps.known:
            alerts.add(unit, person.id, alert.key, alert.text, seen=1)
        alerts.change(unit, steps.unseen, fate=Fate.WAITING.value, due_at=unit.at)
        alerts.change(unit, steps.over, fate=Fate.DROPPED.value, why="it is so no more")
        unit.audit("alert", person.id, waiting=len(steps.new) + len(steps.unseen), dropped=len(steps.over))


class _Steps(NamedTuple):
    """What is to be noted of somebody's messages: alerts that are new to them, those that they know by their own deed, what a
    terminal told where nobody was, and what waits and is so no more."""

    new: list[Alert]
    known: list[Alert]
    unseen: list[ToldAlert]
    over: list[ToldAlert]


def _steps(store: Store, person: Staff, stands: Sequence[Alert]) -> _Steps:
    mine, keys = _for(store, person, stands, person.alert_message), {alert.key for alert in stands}
    told = alerts.told(store, person.id, _visits(stands))
    there = [told[alert.key] for alert in mine.tell if alert.key in told]
    return _Steps(
        [alert for alert in mine.tell if alert.key not in told],
        [alert for alert in mine.known if alert.key not in told],
        [one for one in there if not (one.seen or one.fate)],
        [one for one in alerts.under_way(store, person.id) if one.key not in keys and waits(one)],
    )


def told_to(user: User) -> list[ToldAlert]:
    """What a person was told of, the newest first."""
    return alerts.latest(user.store, user.staff.id, LISTED)


def who_wants_messages(store: Store) -> list[Staff]:
    """Who of the office wants messages to themselves."""
    return [person for person in people.all_staff(store) if person.alert_message and person.roles & OFFICE]


def waits(told: ToldAlert) -> bool:
    """Whether a message of it is still to be sent."""
    return told.fate == Fate.WAITING


def _for(store: Store, person: Staff, stands: Sequence[Alert], kinds: Collection[AlertKind]) -> ForPerson:
    own = alerts.touched(store, person.id, _visits(stands))
    return for_person(stands, person, kinds, own, store.clock.now())


def _fresh(store: Store, person: Staff, part: Sequence[Alert], looked_at: bool) -> bool:
    told = alerts.told(store, person.id, _visits(part))
    return any(_rings(one := told.get(alert.key)) or (looked_at and one and not one.seen) for alert in part)


def _rings(told: ToldAlert | None) -> bool:
    """Whether a terminal tells it: it has not yet, and no message of it went out."""
    return told is None or (told.shown_at is None and not told.seen and told.fate in ("waiting", "failed", "dropped"))


def _visits(stands: Iterable[Alert]) -> list[int]:
    return sorted({alert.key.visit_id for alert in stands})
