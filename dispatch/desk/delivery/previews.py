"""The firm's words to clients, and how each message would read about a real visit: to whom, subject, text, language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from db import clients, messages
from db.store import existing
from dispatch.desk.delivery import papers, sending, surveys
from dispatch.desk.messages import notifications
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.service import service_report
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import find
from dispatch.fields.context import NO_RECORDS
from dispatch.model.clients import Client
from dispatch.model.firm import Firm
from dispatch.model.messages import BY_SMS, About, MessagePreview
from dispatch.model.visits import Visit
from dispatch.records.firm import SETTINGS

LATE_BY = 1800
"""Seconds by which we are later in a message that says so, where nothing is known of it."""


def previews(user: User, reference: str, words: Mapping[About, str] | None = None) -> list[MessagePreview]:
    """Every message as it would read about a visit. Nothing is kept or sent.

    Args:
        user: who may read messages.
        reference: the visit.
        words: wordings in place of the firm's, as typed.

    Raises:
        NotAllowed: the person may not.
        NotFound: there is no such visit.
        Faulty: a wording cannot be taken.
    """
    user.ask_to_read("messages")
    firm = user.firm
    for about, typed in (words or {}).items():
        field = SETTINGS.field(_setting(about))
        try:
            firm = replace(firm, **{field.name: field.read(typed, NO_RECORDS)})
        except ValueError as fault:
            raise Faulty([f"{field.label}: {fault}"]) from None
    visit = find(user.store, reference)
    client = existing(clients.client(user.store, visit.client_id))
    try:
        report = service_report(user, visit.reference)
    except Refusal:
        report = None
    return [_preview(user, firm, client, visit, about, report) for about in About]


def _preview(
    user: User, firm: Firm, client: Client, visit: Visit, about: About, report: Report | None
) -> MessagePreview:
    subject, to = sending.subject_of(firm, client, about, visit.reference), _to(user, firm, client, about)
    if about is About.PAPER:
        subject = visit.reference if report is None else report.title
        words = papers.words_with(firm, client, subject, firm.language_of(client))
    elif about is About.SURVEY:
        words = surveys.question(firm, client, "0" * 16, anonymous=firm.surveys_anonymous)
    elif about is About.RECEIVED:
        words = notifications.received(user.store, firm, visit)
    else:
        premise = visit.starts_at or user.now
        if about is About.ON_THE_WAY:
            premise = user.now
        elif about is About.LATE:
            premise += LATE_BY
        elif about is About.REPORT:
            premise = visit.ended_at or user.now
        words = notifications.worded(user.store, firm, visit, about, premise, user.now)
    text = sending.body_of(firm, words)
    if about is About.REPORT and report is not None:
        text = sending.with_report(words, report)
    name = _setting(about)
    if about is About.SURVEY and firm.surveys_anonymous:
        name += "_anonymous"
    sms = sending.sms_text(firm, words) if about in BY_SMS else ""
    return MessagePreview(about, name, getattr(firm, name), firm.language_of(client), to, subject, text, sms)


def _setting(about: About) -> str:
    return f"message_{about.value}"


def _to(user: User, firm: Firm, client: Client, about: About) -> tuple[str, ...]:
    if about is About.RECEIVED:
        return ()  # whoever wrote
    if about in (About.PAPER, About.SURVEY):
        try:
            return tuple(one.address for one in papers.recipients(client, (), firm.paper_to, about))
        except Refusal:
            return ()
    _, addresses = messages.wanted(user.store, client.id, about.wish)
    return tuple(filter(firm.tells, addresses))
