"""The outbox as dispatcher and lead see it, and a message judged again in the moment it goes: is it true, of use, wanted, and for
this address, in these words.

What is not so any more does not go, and says why. What the client has to be told instead is written anew, and goes at once.
"""

from __future__ import annotations

from typing import NamedTuple

from db import care, changes, messages, papers, settings, visits
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.messages import calling_ahead, notifications
from dispatch.desk.messages.notifications import Saying
from dispatch.desk.session.refusals import NotFound, Refusal
from dispatch.desk.session.user import User
from dispatch.model.instants import day_of, when_text
from dispatch.model.messages import OPEN, TROUBLED, About, CallOutcome, Fate, Message, Told
from dispatch.model.states import AHEAD, Role, State
from dispatch.model.text import show
from dispatch.model.visits import Visit

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
        verdict = judge(user.store, message, unit.at)
        if verdict.why and verdict.instead is None:
            raise Refusal(f"Message {message.id} would say what is not so: {verdict.why}. It can be dropped.")
        version = messages.change(
            unit, message, Fate.WAITING, due_at=unit.at, tries=0, why="", ended_at=None, until=None
        )
        unit.audit("message", message.id, retried=message.fate.value)
        waiting = message._replace(fate=Fate.WAITING, version=version)
        return settle(unit, waiting, verdict) if verdict.why else find_message(user.store, message_id)


def drop(user: User, message_id: int) -> Message:
    """Do not send a message. A survey that did not go out was not asked.

    Raises:
        NotAllowed, NotFound, Refusal: there is none, or it is out or on its way.
    """
    with user.write("drop message", Role.DISPATCHER, Role.LEAD) as unit:
        message = find_message(user.store, message_id)
        if message.fate not in (Fate.WAITING, *TROUBLED):
            raise Refusal(f"Message {message.id} is {message.fate.value}: it cannot be dropped any more.")
        notifications.drop(unit, message, f"dropped by {user.staff.name}")
        if message.about is About.SURVEY and message.fate is not Fate.UNSURE:
            for survey_id in care.noted_with(user.store, message.id):
                changes.withdrawn(unit, "survey", survey_id)
        return find_message(user.store, message_id)


def moment(message: Message, zone: str, hours24: bool = True) -> str:
    """When a message was settled, is to be sent, or was made, whichever says most."""
    at = message.ended_at or (message.due_at if message.fate is Fate.WAITING else message.made_at)
    return when_text(at, zone, hours24)


SLACK = 300
"""Seconds by which a time that was worked out, and promised to nobody, may be off."""


class MessageVerdict(NamedTuple):
    """Why a message does not go as it is (empty: it goes), and what is told instead, if anything is."""

    why: str = ""
    instead: Saying | None = None


def judge(store: Store, message: Message, now: int) -> MessageVerdict:
    """Judge a message against everything as it stands."""
    visit = None if message.visit_id is None else visits.visit_by_id(store, message.visit_id)
    if message.paper_id is not None:
        return MessageVerdict(_paper(store, visit, message, now))
    if message.about is About.SURVEY:
        return MessageVerdict(_answered_already(store, message))
    if message.mail_id is not None:
        return MessageVerdict(_gone_or_anothers(visit, message))
    if visit is None or (visit.archived_at is not None and message.about is not About.CANCELLED):
        return MessageVerdict("the visit is gone")
    if message.client_id != visit.client_id:
        return MessageVerdict(_to_the_former(store, visit, message))
    why, premise = _JUDGES[message.about](store, visit, message, now)
    if premise is None:
        return MessageVerdict(why)
    sentences = notifications.sayings(store, visit, message.about, premise, now)
    if not sentences:
        wants, _ = messages.wanted(store, visit.client_id, message.about.wish)
        return MessageVerdict(
            f"the client {'has no address' if wants else 'does not want to be told of this'} any more"
        )
    sentence = next((one for one in sentences if one.address == message.address), None)
    if sentence is None:
        # who has another address by now is told there; another one of theirs has its own message
        untold = (one for one in sentences if not messages.is_told(store, visit, message.about, premise, one.address))
        if (sentence := next(untold, None)) is None:
            return MessageVerdict("nobody wants to be told of this there any more")
        why = why or f"the client's address is {show(sentence.address, 200)} now"
    if not why and sentence.text != message.text:
        why = f"it said: {show(message.text, 300)}"
    return MessageVerdict(why, sentence if why else None)


def settle(unit: Unit, message: Message, verdict: MessageVerdict) -> Message:
    """Carry out a verdict against a message; returns what is told instead, else the message as it stands now."""
    store, sentence = unit.store, verdict.instead
    if sentence is not None and (sentence.premise, sentence.address) == (message.premise, message.address):
        why = f"written anew; {verdict.why}"
        site_id = visits.again(store, existing(message.visit_id)).site_id
        again = {"text": sentence.text, "site_id": site_id, "due_at": unit.at}
        messages.change(unit, message, Fate.WAITING, **again, until=None, ended_at=None, why=why)
        unit.audit("message", message.id, anew=verdict.why)
        return find_message(store, message.id)
    made = None
    if sentence is not None:
        visit = visits.again(store, existing(message.visit_id))
        made = notifications.put(unit, visit, message.about, sentence, unit.at, message.id)
    notifications.drop(unit, message, verdict.why + (f"; message {made} says it" if made is not None else ""))
    return find_message(store, message.id if made is None else made)


def find_message(store: Store, message_id: int) -> Message:
    """The message with that number.

    Raises:
        NotFound: there is none.
    """
    message = messages.message(store, message_id)
    if message is None:
        raise NotFound(f"There is no message {message_id}.")
    return message


def _confirmed(store: Store, visit: Visit, message: Message, now: int) -> tuple[str, int | None]:
    """Why it is not so, and the moment of which it is to be told, if of any."""
    if visit.starts_at is None or visit.state not in (State.CONFIRMED, State.DISPATCHED):
        return _elsewhere(visit), None
    if visit.starts_at < now:
        return "that time has passed", None
    told = messages.told_last(store, visit.id, visit.client_id, message.address)
    known = None if told is None or told.id == message.id else (told.about, told.premise, told.site_id)
    if known == (About.CONFIRMED, visit.starts_at, visit.site_id):
        return "that is what they know", None
    return "" if visit.starts_at == message.premise else "the visit was moved", visit.starts_at


def _moved(store: Store, visit: Visit, message: Message, now: int) -> tuple[str, int | None]:
    if visit.starts_at is None or visit.state not in AHEAD:
        return _elsewhere(visit), None
    told = _known(store, visit, message)
    if (
        told is None
        or told.about is About.CANCELLED
        or (visit.starts_at, visit.site_id) == (told.premise, told.site_id)
    ):
        return "that is the time that they know", None
    if visit.starts_at < now:
        return "that time has passed", None
    return "" if visit.starts_at == message.premise else "the visit was moved", visit.starts_at


def _reminder(store: Store, visit: Visit, message: Message, now: int) -> tuple[str, int | None]:
    if visit.starts_at is None or visit.state not in AHEAD:
        return _elsewhere(visit), None
    if visit.starts_at != message.premise:
        return "the visit was moved", None
    return ("that time has passed", None) if visit.starts_at < now else ("", visit.starts_at)


def _known(store: Store, visit: Visit, message: Message) -> Told | None:
    """What was told last at the address of a message, else anywhere at its client."""
    told = messages.told_last(store, visit.id, message.client_id, message.address)
    return told or messages.told_last(store, visit.id, message.client_id)


def _cancelled(store: Store, visit: Visit, message: Message, now: int) -> tuple[str, int | None]:
    told = _known(store, visit, message)
    if told is None or told.about is About.CANCELLED:
        return "they have no appointment any more", None
    if visit.archived_at is None and visit.state not in notifications.OFF:
        return _elsewhere(visit), None
    return "" if told.premise == message.premise else "they were told another time since", told.premise


def _to_the_former(store: Store, visit: Visit, message: Message) -> str:
    """Why a message about a visit that is another client's by now is not so; that nobody comes may be, in the words of then."""
    if message.about is not About.CANCELLED:
        return "the visit belongs to another client"
    told = _known(store, visit, message)
    if told is None or told.about is About.CANCELLED:
        return "they have no appointment any more"
    return "" if told.premise == message.premise else "they were told another time since"


def _on_the_way(store: Store, visit: Visit, message: Message, now: int) -> tuple[str, int | None]:
    departed = [part.depart_at for part in visit.assignments if part.depart_at is not None]
    if visit.state is not State.EN_ROUTE or not departed:
        return _elsewhere(visit), None
    premise = message.premise if message.premise in departed else max(departed)
    between = notifications.expected(store, visit, premise)
    if now > (premise + notifications.SOON if between is None else between[1]):
        return "they should be there by now", None
    return "" if premise == message.premise else "they set out at another time", premise


def _late(store: Store, visit: Visit, message: Message, now: int) -> tuple[str, int | None]:
    if visit.starts_at is None or visit.state not in AHEAD | {State.EN_ROUTE}:
        return _elsewhere(visit), None
    called = messages.calls_of(store, visit.id)
    if not called:
        return "the call was taken back", None
    newest = called[-1]
    if newest.outcome is CallOutcome.OWED or day_of(visit.starts_at, visit.zone) != day_of(message.premise, visit.zone):
        return "the visit was moved: the next call says to when", None
    if newest.outcome is CallOutcome.ANSWERED:
        if newest.promised != message.premise:
            return "another time was promised since", None
        return ("that time has passed", None) if message.premise < now else ("", message.premise)
    arrival = calling_ahead.projected(store, visit)
    if arrival is None or arrival <= visit.starts_at:
        return "they are not late any more", None
    if abs(arrival - message.premise) <= SLACK and message.premise >= now:
        return "", message.premise
    return "they come at another time by now", arrival


def _report(store: Store, visit: Visit, message: Message, now: int) -> tuple[str, int | None]:
    if visit.state is not State.CLOSED or visit.ended_at is None:
        return _elsewhere(visit), None
    return "" if visit.ended_at == message.premise else "the times of the visit were put right", visit.ended_at


def _paper(store: Store, visit: Visit | None, message: Message, now: int) -> str:
    """Why a paper does not go any more; empty where it does."""
    if message.visit_id is not None and (why := _gone_or_anothers(visit, message)):
        return why
    until = existing(papers.paper(store, existing(message.paper_id))).good_until
    if until is not None and day_of(now, settings.firm(store).zone).isoformat() > until:
        return f"it was good until {until}"
    return ""


def _answered_already(store: Store, message: Message) -> str:
    ask = care.ask_of(store, message.id)
    return "it was answered" if ask is None or ask.survey_id is not None else ""


def _gone_or_anothers(visit: Visit | None, message: Message) -> str:
    if visit is None or visit.archived_at is not None:
        return "the visit is gone"
    return "the visit belongs to another client" if visit.client_id != message.client_id else ""


def _elsewhere(visit: Visit) -> str:
    return f"the visit is {visit.state.label}"


_JUDGES = {
    About.CONFIRMED: _confirmed,
    About.REMINDER: _reminder,
    About.ON_THE_WAY: _on_the_way,
    About.LATE: _late,
    About.REPORT: _report,
    About.MOVED: _moved,
    About.CANCELLED: _cancelled,
}
