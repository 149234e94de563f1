"""Surveys by mail: one question, eleven lines that each begin an answer, and the answer known by its token
(design/account-care.md E2)."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from urllib.parse import quote

from db import care, changes, settings, visits
from db.changes import RecordChange, added
from db.unit import Unit
from dispatch.desk.delivery.papers import recipients
from dispatch.desk.messages import mailed, notifications
from dispatch.desk.messages.outbox import find_message
from dispatch.desk.session.refusals import NotFound, Refusal, confirm
from dispatch.desk.session.user import User
from dispatch.mail.answers import SCORES, subject_of
from dispatch.model.clients import Client
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.languages import say, speaking
from dispatch.model.messages import About, Message
from dispatch.model.notices import with_values
from dispatch.model.states import Role, State
from dispatch.model.text import show
from dispatch.model.visits import Visit

AGAIN = datetime.timedelta(days=14)
"""So long a survey without an answer stands in the way of another one."""


def send(
    user: User,
    client: Client,
    to: Sequence[str] = (),
    reference: str = "",
    *,
    anonymous: bool | None = None,
    confirmed: Sequence[str] = (),
) -> Message:
    """Ask a client how satisfied they are, by mail; noted as sent, and taken back by undo until it leaves. Returns the message.

    Args:
        user: a lead.
        client: who is asked.
        to: a role, name or address of theirs, as for papers; the first of whom it is.
        reference: a visit after which they are asked; empty: about us altogether.
        anonymous: whether of the answer the number only is kept; None: as the firm has it.
        confirmed: the marks of what was asked and is meant.

    Raises:
        NotAllowed: the person may not.
        NeedsConfirm: the address is none that is known of the client.
        Refusal: nobody has an address, mail is not what messages are sent by, they were asked lately, or the visit is not over or
            not theirs.
    """
    with user.write("survey", Role.LEAD) as unit:
        store, firm = user.store, user.firm
        if firm.messages_by != "smtp":
            raise Refusal("Surveys go by mail: dispatch settings --messages-by smtp --mail-host … --mail-from ….")
        visit = visits.visit_by_reference(store, reference) if reference else None
        if reference and (visit is None or visit.client_id != client.id):
            raise NotFound(f"{show(client.name)} has no visit {show(reference, 40)}.")
        if visit is not None and visit.state is not State.CLOSED:
            raise Refusal(f"{show(visit.reference)} is not closed: they are asked after that.")
        known = {client.told_at.casefold(), *(one.email.casefold() for one in client.contacts)}
        address = recipients(client, to, firm.paper_to, About.SURVEY)[0].address
        if address.casefold() not in known:
            confirm(
                [f"{show(address)} is no address of {show(client.name)}: what is answered there counts as theirs."],
                confirmed,
            )
        made, survey_id = ask(unit, firm, client, visit, to, anonymous=anonymous)
        waits = RecordChange(mailed.ENTITY, made, {"waits": False}, {"waits": True}, 0, 1)
        changes.remember(unit, f"survey {client.name}", [waits, added("survey", survey_id)])
        return find_message(store, made)


def ask(
    unit: Unit,
    firm: Firm,
    client: Client,
    visit: Visit | None,
    to: Sequence[str] = (),
    *,
    anonymous: bool | None = None,
) -> tuple[int, int]:
    """Put a survey into the outbox within a deed, and note that it is sent; returns the numbers of the message and of that note.

    Raises:
        Refusal: nobody has an address, or they were asked lately.
    """
    store = unit.store
    since = day_bounds(day_of(unit.at, firm.zone) - AGAIN, firm.zone)[0]
    if (asked := care.asked_since(store, client.id, since)) is not None:
        raise Refusal(f"{show(client.name)} was asked on {day_of(asked, firm.zone)}, and has not answered yet.")
    address = recipients(client, to, firm.paper_to, About.SURVEY)[0].address
    token, visit_id = os.urandom(8).hex(), None if visit is None else visit.id
    due_at = notifications.quiet_due(store, About.SURVEY, unit.at, unit.at + notifications.HELD, client.id, visit)
    nameless = firm.surveys_anonymous if anonymous is None else anonymous
    text = question(firm, client, token, anonymous=nameless)
    made = care.ask(unit, client.id, visit_id, token, address, text, due_at, anonymous=nameless)
    unit.audit("message", made, about="survey", to=address, anonymous=nameless or None)
    return made, care.add_survey(unit, client.id, settings.today(store), None, "")


def question(firm: Firm, client: Client, token: str, *, anonymous: bool) -> str:
    """What the mail says: the firm's words, and a line for each answer that begins a mail to us."""
    asked = firm.message_survey_anonymous if anonymous else firm.message_survey
    with speaking(firm.language_of(client)):
        words = with_values(say(asked), {"firm": firm.name, "client": client.name})
        answers = [(score, quote(subject_of(score, token))) for score in SCORES]
    lines = [f"{score}: mailto:{firm.mail_from}?subject={answer}" for score, answer in answers]
    return "\n".join((show(words, multiline=True)[:800], "", *lines))
