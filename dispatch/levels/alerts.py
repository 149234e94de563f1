"""What is worth an alert, and to whom it is told (design/interface.md, Alerts). Pure: of a day as the board has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dispatch.levels.clock import LevelState
from dispatch.model.alerts import Alert, AlertKey, AlertKind, Happening
from dispatch.model.boards import Board, BoardVisit
from dispatch.model.mail import Mail
from dispatch.model.messages import Message, SilentProcess
from dispatch.model.people import Staff
from dispatch.model.states import OFFICE

STANDS = 4 * 3600
"""Seconds for which a deed is worth an alert."""
OWN = 300
"""Seconds after a person's deed on a visit in which they have seen for themselves what it made late."""
_BREAKING = {LevelState.CRITICAL: "breaks", LevelState.BREACHED: "was broken"}


def standing(
    board: Board,
    happened: Iterable[Happening],
    given_up: Iterable[Message],
    mails: Iterable[Mail] = (),
    silent: Iterable[SilentProcess] = (),
) -> tuple[Alert, ...]:
    """What is worth an alert now, each once, what matters most first.

    Args:
        board: today's.
        happened: deeds that are not older than `STANDS`.
        given_up: messages that somebody has to look at.
        mails: that wait for somebody.
        silent: processes that do not do their work.
    """
    placed = [visit for row in board.rows for visit in row.own]
    found = [
        *(_emergency(visit) for visit in board.queue if visit.emergency),
        *(alert for visit in placed for alert in _late(visit)),
        *(alert for visit in (*board.queue, *board.on_hold, *placed) for alert in _breaking(visit, board)),
        *(
            Alert(AlertKey(one.kind, one.visit_id, str(one.at)), one.reference, one.client, one.words, one.by)
            for one in happened
        ),
        *(
            Alert(
                AlertKey(AlertKind.MAIL, one.visit_id, f"{one.id}.{one.version}"),
                one.reference,
                one.client,
                f"message {one.id} ({one.subject}) is {one.fate.value}",
            )
            for one in given_up
            if one.visit_id is not None
        ),
        *map(_waits, mails),
        *(Alert(AlertKey(AlertKind.STOPPED, 0, f"{one.name} {one.since}"), "", "", one.words) for one in silent),
    ]
    order = list(AlertKind)
    return tuple(sorted({alert.key: alert for alert in found}.values(), key=lambda alert: order.index(alert.key.kind)))


def _waits(mail: Mail) -> Alert:
    """A mail waits once. Whoever wrote one that is at no visit is not named: what was told is kept longer than the mail."""
    if mail.visit_id is not None:
        key = AlertKey(AlertKind.INBOX, mail.visit_id, str(mail.id))
        return Alert(key, mail.reference, mail.client, f"mail {mail.id} asks for a call")
    return Alert(AlertKey(AlertKind.INBOX, 0, str(mail.id)), "", "", f"mail {mail.id} waits for somebody")


def _emergency(visit: BoardVisit) -> Alert:
    words = f"an emergency waits: {visit.work}"
    return Alert(AlertKey(AlertKind.EMERGENCY, visit.id, ""), visit.reference, visit.client, words)


def _late(visit: BoardVisit) -> Iterator[Alert]:
    """A visit is late once for each time that it was to be kept; a stay that runs over is not late."""
    if visit.late is not None and visit.late.against != "end":
        kept = visit.promised[1] if visit.promised is not None else visit.start
        yield Alert(AlertKey(AlertKind.LATE, visit.id, str(kept)), visit.reference, visit.client, visit.late.sentence)


def _breaking(visit: BoardVisit, board: Board) -> Iterator[Alert]:
    for state, verb in _BREAKING.items():
        if visit.level == state.value:
            when = "" if visit.due is None else f" {_when(visit.due, visit.zone, board)}"
            key = AlertKey(AlertKind.BREACH, visit.id, f"{visit.clock} {visit.level}")
            yield Alert(key, visit.reference, visit.client, f"the service level ({visit.clock}) {verb}{when}")


def _when(at: int, zone: str, board: Board) -> str:
    today = board.starts_at <= at < board.ends_at
    return f"at {board.times.clock(at, zone)}" if today else f"on {board.times.moment(at, zone)}"


class ForPerson(NamedTuple):
    """What a person is to be told, and what they know by their own deed."""

    tell: tuple[Alert, ...] = ()
    known: tuple[Alert, ...] = ()


def for_person(
    alerts: Iterable[Alert], person: Staff, kinds: Collection[AlertKind], own: Mapping[int, int], now: int
) -> ForPerson:
    """What of the alerts is for a person who asked for these kinds; nothing for who neither plans nor leads.

    Args:
        own: by visit, when the person did something to it last.
    """
    if not person.roles & OFFICE:
        return ForPerson()
    wanted = [alert for alert in alerts if alert.key.kind in kinds]
    known = {alert.key for alert in wanted if _knows(alert, person.id, own.get(alert.key.visit_id), now)}
    return ForPerson(
        tuple(alert for alert in wanted if alert.key not in known),
        tuple(alert for alert in wanted if alert.key in known),
    )


def _knows(alert: Alert, staff_id: int, did: int | None, now: int) -> bool:
    if alert.key.kind in (AlertKind.LATE, AlertKind.BREACH):
        return did is not None and did >= now - OWN
    if alert.key.kind is AlertKind.EMERGENCY:
        return did is not None
    return alert.by == staff_id


_COUNTED = {
    AlertKind.EMERGENCY: ("emergency", "emergencies"),
    AlertKind.LATE: ("late", "late"),
    AlertKind.BREACH: ("service level", "service levels"),
    AlertKind.REFUSED: ("refused", "refused"),
    AlertKind.REOPENED: ("reopened", "reopened"),
    AlertKind.MAIL: ("message not sent", "messages not sent"),
    AlertKind.INBOX: ("mail in", "mails in"),
    AlertKind.STOPPED: ("process stopped", "processes stopped"),
}


def title_of(alerts: Sequence[Alert], kinds: Collection[AlertKind]) -> str:
    """The counts of what stands, for the title of a terminal: `1 emergency · 2 late - dispatch`; empty where nothing does."""
    counts = {kind: sum(alert.key.kind is kind for alert in alerts) for kind in AlertKind if kind in kinds}
    parts = [f"{count} {_COUNTED[kind][count > 1]}" for kind, count in counts.items() if count]
    return f"{' · '.join(parts)} - dispatch" if parts else ""
