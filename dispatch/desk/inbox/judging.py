"""What a mail that came in is to the firm: a request of a client, a word on a visit, something that somebody decides on, or nothing
to do (design/records.md, Mail in)."""

from __future__ import annotations

import re
from typing import NamedTuple

from db import care, clients, mails, messages, visits
from db.care import SurveyAsk
from db.mails import Known
from db.store import Store
from dispatch.mail.answers import answer_in, looks_like_one, score_in
from dispatch.mail.kinds import doubt_of, kind_of, ours_in, ours_returned
from dispatch.mail.reading import Incoming
from dispatch.mail.replies import above_quote, says
from dispatch.model.clients import Site
from dispatch.model.firm import Firm
from dispatch.model.mail import MailKind, MailState
from dispatch.model.messages import About, Message
from dispatch.model.states import AHEAD, ENDED, State
from dispatch.model.text import count_text, show
from dispatch.model.visits import Visit

AN_HOUR = 3600
FLOOD = 10
"""So many mails of one sender are taken within an hour; more of them wait for somebody."""


class Judged(NamedTuple):
    """What a mail is. `visit` is the one that it speaks of, `answers` the message of ours that it answers or that came back.
    `agrees` is a plain yes to an appointment that is only planned, `asks` a request of `client_id`, `returned` that the message did
    not arrive, `survey` the score that answers one. Of a `nameless` one nothing is kept that says whose it is, or what it says."""

    kind: MailKind
    state: MailState
    why: str = ""
    client_id: int | None = None
    visit: Visit | None = None
    answers: Message | None = None
    agrees: bool = False
    asks: bool = False
    returned: bool = False
    survey: tuple[SurveyAsk, int] | None = None
    nameless: bool = False


def judge(store: Store, firm: Firm, mail: Incoming, now: int) -> Judged:
    """Judge a mail by its headers, by who wrote it, and by what we sent."""
    domain = firm.mail_from.rpartition("@")[2] or "-"
    kind = kind_of(mail, firm.mail_from)
    known = mails.clients_of(store, mail.sender) if mail.sender else []
    client_id = known[0].client_id if len(known) == 1 else _probably(store, mail)
    waits = Judged(kind, MailState.WAITING, client_id=client_id)
    if mail.trouble and not mail.text:
        return waits._replace(why=mail.trouble)
    answered = ours_returned(mail, domain) if kind is MailKind.BOUNCE else ours_in(mail, domain)
    message = None if answered is None else messages.message(store, answered)
    visit = None if message is None or message.visit_id is None else visits.visit_by_id(store, message.visit_id)
    if visit is not None and message is not None and visit.client_id != message.client_id:
        visit = None
    if (passed := _needs_nobody(kind, mail, known, message)) is not None:
        own = None if message is None else message.client_id
        return passed._replace(client_id=own, visit=visit, answers=message)
    if kind is MailKind.WRITTEN and (judged := _survey(store, mail, message, client_id)) is not None:
        return judged
    if doubt := doubt_of(mail, firm.inbox_trusts):
        return waits._replace(why=doubt)
    if kind is not MailKind.WRITTEN:
        return waits._replace(why="a machine wrote it" if kind is MailKind.AUTOMATIC else "it went to a mailing list")
    if message is not None:
        if mail.sender != message.address.casefold() and message.client_id not in {one.client_id for one in known}:
            why = f"it answers a message to {show(message.client)}, and is from somebody else"
            return waits._replace(why=why, answers=message)
        return _reply(store, mail, message, visit)
    if len(known) != 1:
        return waits._replace(why=_stranger(store, mail, known))
    if (earlier := _goes_on(store, mail, known[0].client_id)) is not None:
        return _added(earlier, kind)
    return _request(store, mail, known[0], now)


def _survey(store: Store, mail: Incoming, message: Message | None, client_id: int | None) -> Judged | None:
    """The answer to a survey, which its token vouches for, whoever passed it on; None where it is none."""
    answered = answer_in(mail.subject)
    asked = None if answered is None else care.ask_by_token(store, answered[0])
    score = None if answered is None else answered[1]
    if asked is None and message is not None and mail.sender == message.address.casefold():
        asked, score = care.ask_of(store, message.id), score_in(above_quote(mail.text))
    if asked is None:
        if not looks_like_one(mail.subject):
            return None
        # a token is in no request: its paper goes to the client
        wrong = Judged(
            MailKind.WRITTEN, MailState.WAITING, "it looks like the answer to a survey, and is of none that we sent"
        )
        return wrong._replace(client_id=client_id)
    judged = Judged(MailKind.WRITTEN, MailState.PASSED, client_id=asked.client_id)
    if asked.anonymous and score is not None:
        judged = judged._replace(client_id=None, nameless=True)
    if asked.survey_id is not None:
        return judged._replace(why="it answers a survey that was answered before")
    if score is None:
        return judged._replace(state=MailState.WAITING, why="it answers a survey without a number")
    said = "answers an anonymous survey" if asked.anonymous else f"answers the survey with {score} of 10"
    return judged._replace(why=said, survey=(asked, score))


def _needs_nobody(kind: MailKind, mail: Incoming, known: list[Known], message: Message | None) -> Judged | None:
    """What is nobody's to look at; None where it is."""
    passed = Judged(kind, MailState.PASSED)
    if kind is MailKind.OWN:
        return passed._replace(why="it is from ourselves")
    if kind is MailKind.BOUNCE:
        # our numbers can be guessed: whom it went to is said by who carried it, and by the addressee
        failed = (
            message is not None
            and message.address.casefold() in mail.text.casefold()
            and re.search(r"^action:\s*failed", mail.text, re.IGNORECASE | re.MULTILINE) is not None
        )
        returned = "" if message is None else f"message {message.id} to {show(message.address)}"
        why = f"{returned} did not arrive" if failed else f"a mail server writes about {returned or 'a mail'}"
        return passed._replace(why=why, returned=failed)
    if kind is MailKind.AUTO_REPLY:
        return passed._replace(why="a machine answers")
    return passed._replace(why="it went to a mailing list") if kind is MailKind.MAILING_LIST and not known else None


def _reply(store: Store, mail: Incoming, message: Message, visit: Visit | None) -> Judged:
    """What the answer to a message of ours is."""
    judged = Judged(MailKind.WRITTEN, MailState.WAITING, "", message.client_id, None, message)
    if visit is None:
        return judged._replace(why=f"it answers our message of {message.subject}")
    if visit.state in ENDED or visit.archived_at is not None:
        gone = "withdrawn" if visit.archived_at is not None else visit.state.label
        return judged._replace(why=f"{show(visit.reference)}, which it answers, is {gone}")
    if message.about not in (About.CONFIRMED, About.REMINDER, About.MOVED) or visit.state not in AHEAD:
        return _added(visit, MailKind.WRITTEN)._replace(answers=message)
    client = clients.client(store, message.client_id)
    names = " ".join((show(message.client), *(one.name for one in (client.contacts if client else ()))))
    said = mail.calendar or says(above_quote(mail.text), names)
    judged = judged._replace(state=MailState.CALL, visit=visit)
    if said == "yes":
        if (message.premise, message.site_id) != (visit.starts_at, visit.site_id):
            return judged._replace(why=f"says yes to another time than {show(visit.reference)} has by now")
        agrees = visit.state is State.PLANNED
        return judged._replace(state=MailState.TAKEN, why="says yes to the appointment", agrees=agrees)
    return judged._replace(
        why=f"says no to the appointment of {show(visit.reference)}"
        if said == "no"
        else f"answers the appointment of {show(visit.reference)}"
    )


def _added(visit: Visit, kind: MailKind) -> Judged:
    """What goes on from an earlier request."""
    return Judged(kind, MailState.CALL, f"adds to {show(visit.reference)}", visit.client_id, visit)


def _goes_on(store: Store, mail: Incoming, client_id: int) -> Visit | None:
    """The visit of a client that a mail goes on from, by its thread or a reference in its subject, while that has not ended."""
    found = [
        one.visit_id
        for one in mails.in_thread(store, mail.thread, (*mail.ids, mail.message_id))
        if one.client_id == client_id
    ]
    named = (
        visits.visit_by_reference(store, word)
        for word in re.findall(r"[\w-]{2,40}", mail.subject)
        if any(map(str.isdigit, word))
    )
    candidates = [visits.visit_by_id(store, visit_id) for visit_id in found if visit_id is not None]
    for visit in (*candidates, *named):
        if (
            visit is not None
            and visit.client_id == client_id
            and visit.state not in ENDED
            and visit.archived_at is None
        ):
            return visit
    return None


def _request(store: Store, mail: Incoming, known: Known, now: int) -> Judged:
    judged = Judged(MailKind.WRITTEN, MailState.WAITING, client_id=known.client_id)
    if not mail.topic and not mail.text:
        return judged._replace(why="it says nothing")
    if mails.requests_since(store, mail.sender, now - AN_HOUR) >= FLOOD:
        return judged._replace(why=f"{count_text(FLOOD, 'mail')} of this sender became requests within an hour")
    if site_meant(store, mail, known.client_id) is None:
        own = clients.sites_of(store, known.client_id)
        names = ", ".join(show(site.name) for site in own[:6])
        return judged._replace(
            why=f"which site of {show(known.client)}? {names}" if own else f"{show(known.client)} has no site yet"
        )
    return judged._replace(state=MailState.TAKEN, asks=True)


def site_meant(store: Store, mail: Incoming, client_id: int) -> Site | None:
    """The only site of a client, or the only one whose name a mail has in its own words; None where that is not clear."""
    own = clients.sites_of(store, client_id)
    said = f"{mail.subject}\n{above_quote(mail.text)}".casefold()
    named = [site for site in own if re.search(rf"(?<!\w){re.escape(site.name.casefold())}(?!\w)", said)]
    meant = own if len(own) == 1 else named
    return meant[0] if len(meant) == 1 else None


def _probably(store: Store, mail: Incoming) -> int | None:
    """Whose a mail probably is, of which it is not known: who wrote what is passed on, else the one client at that domain."""
    by_author = mails.clients_of(store, mail.first_author) if mail.forwarded and mail.first_author else []
    if len(by_author) == 1:
        return by_author[0].client_id
    return mails.of_domain(store, mail.sender.rpartition("@")[2]) if mail.sender else None


def _stranger(store: Store, mail: Incoming, known: list[Known]) -> str:
    if known:
        return f"several clients have this address: {', '.join(show(one.client) for one in known[:4])}"
    if own := mails.staff_of(store, mail.sender):
        return f"it is from our own {show(own)}"
    return "nobody is known by this address"
