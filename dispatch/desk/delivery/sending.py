"""The outbox's own process: takes what is due, sends it, and notes what became of it. Never twice, where that can be known.

A message is *taken* for a while, then *sending* from the moment on at which it is handed over. A sender that is lost before
that costs nothing: the message waits again. One that is lost after it leaves the message *unsure*, and a person decides.
It is judged when it is taken, and once more, in the transaction that says *sending*, when the server is ready for it.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from threading import Event
from typing import NamedTuple

from db import clients, mails, messages, papers, settings, visits
from db.faults import TRANSIENT, Busy, Stale
from db.heartbeats import beat
from db.store import existing
from db.unit import Unit
from dispatch.desk.adapters.calendar_invitation import invitation
from dispatch.desk.adapters.transports import Attachment, Letter, NotSent, Transport, Unsure, transport
from dispatch.desk.delivery.alerting import LEASE, post_alerts
from dispatch.desk.delivery.papers import PDF, file_of
from dispatch.desk.delivery.unasked import put_unasked
from dispatch.desk.delivery.unasked_surveys import put_surveys
from dispatch.desk.messages import notifications, outbox
from dispatch.desk.messages.outbox import MessageVerdict, find_message
from dispatch.desk.messages.processes import OUTBOX
from dispatch.desk.reports.data import still_so
from dispatch.desk.reports.document import Report
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.clients import Client
from dispatch.model.firm import Firm
from dispatch.model.languages import phrase, say, speaking
from dispatch.model.messages import APPOINTMENT, SMS_LONGEST, About, Fate, Message, is_number
from dispatch.model.states import Role
from dispatch.model.text import TextRefused, clean, show

WAITS = (60, 300, 1800, 7200, 21_600)
"""Seconds before each further try; after the last one a person decides."""
LOOK_SECONDS = 30.0
"""How often it is looked what goes by the clock, and what people of our own are to be told of: today is read for that."""
ASK_SECONDS = 3600.0
"""How often it is looked whom to ask how satisfied they are: all that care knows is read for that."""
_SUBJECTS = {
    About.CONFIRMED: phrase("Your appointment"),
    About.REMINDER: phrase("A reminder of your appointment"),
    About.ON_THE_WAY: phrase("We are on the way"),
    About.LATE: phrase("A new time for your appointment"),
    About.REPORT: phrase("What was done at your site"),
    About.MOVED: phrase("Another time for your appointment"),
    About.CANCELLED: phrase("Your appointment does not take place"),
    About.RECEIVED: phrase("Your request"),
    About.SURVEY: phrase("How satisfied are you?"),
}
"""What a mail is about; one that brings a paper is about that."""

_RECORDED = (About.REPORT, About.PAPER)
"""What a visit's record says when it went out."""


class Posted(NamedTuple):
    """A message that was dealt with, and what became of it."""

    message: Message
    fate: Fate
    why: str = ""


class _Overtaken(Exception):
    """What a message says is not so any more, found in the last moment. Nothing of it was sent."""


def post_next(user: User, current: Callable[[], Transport]) -> Posted | None:
    """Deal with the message that is due for longest; None where none is.

    Args:
        user: under whose name the sender runs.
        current: gives the transport of the settings as they are now; asked only where something is to be sent.

    Raises:
        Refusal: there is no transport. The message waits on.
    """
    if messages.next_due(user.store, user.now) is None:
        return None
    carrier = current()
    with contextlib.suppress(Stale):
        taken = _take(user)
        return _carry(user, carrier, taken) if isinstance(taken, Message) else taken
    return None


def run(user: User, current: Callable[[], Transport], tell: Callable[[str], None], every: float, stop: Event) -> None:
    """Send what is due, what goes by the clock and alerts to people of our own too, and look again every so many seconds, until
    `stop` is set: then the message in hand is finished.

    Args:
        user, current: as for `post_next`.
        tell: is told of each message, and once of what keeps messages from being sent.
        every: seconds.
        stop: set it to end.

    Raises:
        StoreFault: the database cannot be used any more by this process. One that is busy or full is waited for.
    """
    last, look_at, ask_at = "", 0.0, 0.0
    while not stop.is_set():
        try:
            user.store.changed()  # raises where another program has replaced the database, or brought it further
            if user.store.clock.monotonic() >= look_at:
                look_at = user.store.clock.monotonic() + LOOK_SECONDS
                put_unasked(user)
                if user.store.clock.monotonic() >= ask_at:
                    ask_at = user.store.clock.monotonic() + ASK_SECONDS
                    put_surveys(user)
                for told in post_alerts(user):
                    tell(told.words)
                beat(user.store, OUTBOX, LOOK_SECONDS, last)
            posted = post_next(user, current)
        except (Refusal, *TRANSIENT) as fault:
            posted = None
            if last != str(fault):
                tell(show(str(fault)))
            last = str(fault)
        if posted is None:
            stop.wait(every)
        else:
            last = ""
            tell(posted_words(posted))


def send_test(user: User, address: str) -> None:
    """Send one line to an address, to try the settings. Nothing is kept of it.

    Raises:
        NotAllowed: the person may not send messages.
        Refusal: it did not go out; the sentence says why.
    """
    user.ask_to_read("messages")
    firm = user.firm
    try:
        subject, text = f"A test by {show(firm.name)}", "Messages to clients reach you.\n"
        transport(firm)(Letter(address, subject, text, f"test-{user.session}"), lambda: None)
    except (NotSent, Unsure) as fault:
        raise Refusal(f"It was not sent, as far as is known. {fault}") from fault


def post_due(user: User, current: Callable[[], Transport]) -> Iterator[Posted]:
    """Send what is due now, message by message. Raises as `post_next`."""
    while (posted := post_next(user, current)) is not None:
        yield posted


def posted_words(posted: Posted) -> str:
    """What became of a message, as a log keeps it."""
    message = posted.message
    became = "again later" if posted.fate is Fate.WAITING else posted.fate.value
    why = f": {posted.why}" if posted.why else ""
    what = " ".join(filter(None, (message.reference, message.subject)))
    return show(f"message {message.id} {what} to {message.address}: {became}{why}")


def _take(user: User) -> Message | Posted | None:
    """Take the next message for oneself, or settle one that needs no sending."""
    with user.write("take message", Role.DISPATCHER, Role.LEAD) as unit:
        message = messages.next_due(user.store, unit.at)
        if message is None:
            unit.leave_unchanged()
            return None
        if message.fate is Fate.SENDING:
            why = "The sender was lost while handing it over. It may have gone out"
            messages.change(unit, message, Fate.UNSURE, until=None, why=why)
            unit.audit("message", message.id, unsure=why)
            return Posted(message, Fate.UNSURE, why)
        if (verdict := outbox.judge(user.store, message, unit.at)).why:
            return _settled(unit, message, verdict)
        visit = None if message.visit_id is None else visits.visit_by_id(user.store, message.visit_id)
        due_at = notifications.quiet_due(user.store, message.about, message.premise, unit.at, message.client_id, visit)
        if due_at > unit.at:
            why = "waits for the end of the quiet hours"
            messages.change(unit, message, Fate.WAITING, until=None, due_at=due_at, why=why)
            unit.audit("message", message.id, quiet_until=due_at)
            return Posted(message, Fate.WAITING, why)
        tries = message.tries + 1
        version = messages.change(unit, message, Fate.TAKEN, until=unit.at + LEASE, tries=tries)
        unit.audit("message", message.id, taken=tries)
        return message._replace(fate=Fate.TAKEN, version=version, tries=tries)


def _carry(user: User, carrier: Transport, message: Message) -> Posted:
    """Hand a message over that was taken."""
    held, overtaken = message, None

    def handing_over() -> None:
        """Note that it is handed over from now on, if what it says is still so; another text is for the next try."""
        nonlocal held, overtaken
        with user.write("post message", Role.DISPATCHER, Role.LEAD) as unit:
            verdict = outbox.judge(user.store, message, unit.at)
            if verdict.why:
                overtaken = _settled(unit, message, verdict)
            elif _letter(user, message, attach=False)._replace(attachment=None) != letter._replace(attachment=None):
                raise NotSent("What it says was changed in the last moment.")
            else:
                version = messages.change(unit, message, Fate.SENDING, until=unit.at + LEASE)
                unit.audit("message", message.id, fate=Fate.SENDING.value)
                held = message._replace(fate=Fate.SENDING, version=version)
        if overtaken is not None:
            raise _Overtaken

    try:
        letter = _letter(user, message)
        carrier(letter, handing_over)
    except _Overtaken:
        return existing(overtaken)
    except (Unsure, NotSent) as fault:
        why, due_at = _kept(str(fault)), {}
        if isinstance(fault, Unsure):
            fate = Fate.UNSURE
        elif fault.final or message.tries > len(WAITS):
            fate = Fate.FAILED
        else:
            fate, due_at = Fate.WAITING, {"due_at": user.now + WAITS[message.tries - 1]}
        _note(user, held, fate, until=None, why=why, **due_at)
        return Posted(message, fate, why)
    _note(user, held, Fate.SENT, until=None, why="", ended_at=user.now)
    return Posted(message, Fate.SENT)


def _settled(unit: Unit, message: Message, verdict: MessageVerdict) -> Posted:
    left = outbox.settle(unit, message, verdict)
    return Posted(message, left.fate if left.id == message.id else Fate.DROPPED, verdict.why)


def _note(user: User, message: Message, fate: Fate, **columns: int | str | None) -> None:
    """Note what became of a message that was handed over; waited for as long as the message is ours, while others save."""
    until = user.store.clock.monotonic() + LEASE
    while True:
        try:
            with user.write("post message", Role.DISPATCHER, Role.LEAD) as unit:
                now = find_message(user.store, message.id)
                if now.fate is Fate.UNSURE:
                    message = now  # it took so long that somebody gave it up; whoever sent it knows better
                messages.change(unit, message, fate, **columns)
                unit.audit("message", message.id, fate=fate.value, why=columns.get("why") or None)
                if fate is Fate.SENT and message.visit_id is not None and message.about in _RECORDED:
                    unit.audit("visit", message.visit_id, sent=message.subject, to=message.address)
            return
        except Busy:
            if user.store.clock.monotonic() >= until:
                raise


def _letter(user: User, message: Message, *, attach: bool = True) -> Letter:
    """A message as it is sent: with the invitation to the appointment that it tells of, or the paper that it brings.

    Args:
        attach: False where it is only compared: no PDF is the same twice.
    """
    if message.paper_id is not None:
        return _with_paper(user, message, message.paper_id)
    if message.about is About.REPORT:
        return _with_report(user, message, attach=attach)
    if is_number(message.address):
        return Letter(message.address, "", sms_text(user.firm, message.text), f"dispatch-{message.id}")
    invited = answers = None
    if message.mail_id is not None:
        answers = existing(mails.mail(user.store, message.mail_id)).message_id
    if message.about in (*APPOINTMENT, About.LATE):
        store = user.store
        visit = visits.again(store, existing(message.visit_id))
        site = existing(clients.site(store, visit.site_id))
        try:
            invited = invitation(user.firm, settings.calendar_salt(store), visit, site, message)
        except ValueError as error:
            raise NotSent(f"It cannot be written as a mail: {error}.", final=True) from error
    key, body = f"dispatch-{message.id}", body_of(user.firm, message.text)
    return Letter(message.address, _subject(user, message), body, key, invited, answers=answers)


def _with_paper(user: User, message: Message, paper_id: int) -> Letter:
    """A message with its paper, as long as that still says what is so."""
    paper = existing(papers.paper(user.store, paper_id))
    if not still_so(user.store, paper.visits, paper.digest):
        raise NotSent("What it says was put right since it was written. Look at it, and send it anew.", final=True)
    attached = Attachment(paper.name, paper.media, paper.content)
    body = body_of(user.firm, message.text)
    return Letter(message.address, show(paper.title, 200), body, f"dispatch-{message.id}", None, attached)


def _with_report(user: User, message: Message, *, attach: bool) -> Letter:
    """A message with the service report as text, and as PDF where one can be set."""
    from dispatch.desk.reports.service import service_report

    try:
        report = service_report(user, message.reference)
        attached = None
        if attach and user.firm.messages_by == "smtp":
            ending, media, content = file_of(report)
            attached = Attachment(f"{report.name}{ending}", media, content) if media == PDF else None
    except Refusal as refusal:
        raise NotSent(str(refusal), final=True) from refusal
    body = with_report(message.text, report)
    return Letter(message.address, _subject(user, message), body, f"dispatch-{message.id}", None, attached)


def with_report(words: str, report: Report) -> str:
    """Words with a report as text below them, without its foot: that says of each change by anybody that the audit went on."""
    from dispatch.desk.reports.rendering import as_text

    return f"{show(words, multiline=True)}\n\n{as_text(dataclasses.replace(report, foot=()))}"


def _subject(user: User, message: Message) -> str:
    client = clients.client(user.store, message.client_id)
    return subject_of(user.firm, client, message.about, message.reference)


def subject_of(firm: Firm, client: Client | None, about: About, reference: str) -> str:
    """What a mail to a client is about, in their language; one that brings a paper is about that, and has none here."""
    with speaking(firm.language_of(client)):
        subject = say(_SUBJECTS[about]) if about in _SUBJECTS else ""
        return show(", ".join(filter(None, (subject, reference))), 200)


def sms_text(firm: Firm, text: str) -> str:
    """A message as it goes to a telephone: who writes, and what, in one line."""
    line = " ".join(show(text).split())
    said = line if firm.name in line else f"{show(firm.name)}: {line}"
    return said if len(said) <= SMS_LONGEST else f"{said[: SMS_LONGEST - 1]}…"


def body_of(firm: Firm, words: str) -> str:
    """The text of a mail: words, and who writes."""
    return f"{show(words, multiline=True)}\n\n{show(firm.name)}\n"


def _kept(words: str) -> str:
    """What a server said, as it may be kept."""
    try:
        return clean(show(words, 400), limit=500)
    except TextRefused:
        return "the server said something that cannot be shown"
