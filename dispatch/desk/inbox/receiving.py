"""A mail is kept, and what follows from it is done, in one transaction: a request, a word on a visit, an answer, or that somebody
has to decide. The same mail is kept once, however often it comes."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from db import care, clients, mails, messages, visits
from db.faults import Refused, StoreFault
from db.store import existing
from db.unit import Unit
from dispatch.desk.inbox.judging import Judged, judge, site_meant
from dispatch.desk.messages import notifications
from dispatch.desk.messages.mail_changes import ENTITY
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.kept_files import place, taken_in
from dispatch.mail.reading import Incoming, one_line
from dispatch.mail.replies import above_quote
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.mail import Mail, MailFile, MailKind, MailState
from dispatch.model.messages import Fate
from dispatch.model.states import Role
from dispatch.model.text import LINE, NAME
from dispatch.model.visits import Visit


def receive(user: User, mail: Incoming, came_at: int, account: str) -> Mail | None:
    """Keep a mail and do what follows from it; returns it, None where it had come before.

    Args:
        user: a dispatcher, under whose name mail is read.
        mail: as it was read.
        came_at: when our server had it.
        account: where it lay.

    Raises:
        NotAllowed: the person may not.
    """
    try:
        return _receive(user, mail, came_at, account)
    except (Refusal, Refused) as fault:
        # whatever keeps it from becoming a request: it is kept, and somebody decides
        why = one_line(str(fault), LINE)
    except StoreFault:
        raise
    except Exception as fault:  # a fault of ours: it must not keep the mails behind this one from being read
        why = f"it could not be judged ({type(fault).__name__})"
    return _receive(user, mail, came_at, account, why)


def _receive(user: User, mail: Incoming, came_at: int, account: str, refused: str = "") -> Mail | None:
    store, firm = user.store, user.firm
    if mails.by_digest(store, mail.digest) is not None:
        return None
    with contextlib.ExitStack() as stack:
        drafts = [
            stack.enter_context(taken_in(store, io.BytesIO(one.content))) if not one.why else None for one in mail.files
        ]
        unit = stack.enter_context(user.write("read mail", Role.DISPATCHER))
        if mails.by_digest(store, mail.digest) is not None:
            unit.leave_unchanged()
            return None
        if refused:
            known = mails.clients_of(store, mail.sender) if mail.sender else []
            client_id = known[0].client_id if len(known) == 1 else None
            judged = Judged(MailKind.WRITTEN, MailState.WAITING, refused, client_id)
        else:
            judged = judge(store, firm, mail, unit.at)
            mail = _as_kept(mail, judged)
        visit = judged.visit
        if judged.asks:
            visit = _ask(user, unit, firm, mail, existing(judged.client_id), came_at)
        files = []
        for one, draft in zip(mail.files, drafts, strict=not judged.nameless):
            if draft is not None:
                place(store, draft[0], draft[1])
            files.append(MailFile(0, one.name, one.size, draft[1] if draft is not None else "", one.why))
        kept = _kept(unit, mail, judged, visit, files, min(came_at, unit.at), account)
        if visit is not None:
            unit.audit("visit", visit.id, mail=kept.id, from_=mail.sender, says=judged.why or "asked for by mail")
        if judged.agrees and visit is not None:
            schedule.agreed(user, unit, visit)
        if judged.returned and judged.answers is not None and judged.answers.fate in (Fate.SENT, Fate.UNSURE):
            messages.change(unit, judged.answers, Fate.FAILED, why=f"It came back (mail {kept.id}).", ended_at=unit.at)
            unit.audit("message", judged.answers.id, came_back=kept.id)
        if judged.survey is not None:
            asked, score = judged.survey
            care.answer(unit, asked, day_of(kept.came_at, firm.zone), score, above_quote(kept.text))
        if judged.asks and visit is not None:
            answer(unit, firm, kept, visit)
        return kept


def _as_kept(mail: Incoming, judged: Judged) -> Incoming:
    """A mail as it is kept: of a nameless one that it came, so that it is read once, and nothing else."""
    if not judged.nameless:
        return mail
    bare: dict[str, Any] = {"senders": (), "sender_name": "", "subject": "", "text": "", "files": (), "message_id": ""}
    return mail._replace(headers={}, ids=(), inner_ids=(), trouble="", **bare)


def _kept(
    unit: Unit, mail: Incoming, judged: Judged, visit: Visit | None, files: list[MailFile], came_at: int, account: str
) -> Mail:
    answers = None if judged.answers is None else judged.answers.id
    why = judged.why or mail.trouble
    new = Mail(
        0, judged.kind, judged.state, came_at, mail.sender, mail.sender_name, mail.subject, mail.text, why[:LINE],
        judged.client_id, "", None if visit is None else visit.id, "", answers, mail.message_id, mail.thread, mail.digest,
        account[:LINE], 1, tuple(files),
    )  # fmt: skip
    mail_id = mails.add(unit, new)
    unit.audit(
        ENTITY, mail_id, from_=mail.sender, kind=judged.kind.value, state=judged.state.value, why=judged.why or None
    )
    return existing(mails.mail(unit.store, mail_id))


def _ask(user: User, unit: Unit, firm: Firm, mail: Incoming, client_id: int, came_at: int) -> Visit:
    site = existing(site_meant(user.store, mail, client_id))
    texts = {
        "client": existing(clients.client(user.store, client_id)).name,
        "site": site.name,
        "minutes": str(firm.inbox_minutes),
    }
    return written(user, unit, texts | asked_in(mail.topic, mail.text, mail.sender_name or mail.sender), came_at)


def asked_in(topic: str, text: str, who: str) -> dict[str, str]:
    """What a mail says of the request that it is: fields of `REQUEST`, as typed."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return {
        "work": one_line(topic or first, LINE),
        "description": text,
        "reported_by": one_line(who, NAME),
        "came_by": "mail",
    }


def written(user: User, unit: Unit, texts: dict[str, str], came_at: int) -> Visit:
    """A request as it is written, asked for when our server had the mail.

    Raises:
        Faulty: with every field that cannot be taken.
    """
    new = intake.checked(user, texts)._replace(requested_at=min(came_at, unit.at))
    return visits.again(user.store, visits.add_visit(unit, user.store, new))


def answer(unit: Unit, firm: Firm, mail: Mail, visit: Visit) -> None:
    """Have a mail that became a request answered with its reference; never one of a machine, and a sender so many times a day."""
    if mail.kind is not MailKind.WRITTEN or firm.messages_by != "smtp" or not mail.sender:
        return
    today = day_bounds(day_of(unit.at, firm.zone), firm.zone)[0]
    if mails.answers_since(unit.store, mail.sender, today) >= firm.inbox_answers:
        return
    text = notifications.received(unit.store, firm, visit)
    made = messages.add_answer(unit, visit, mail.id, mail.sender, text, unit.at + notifications.HELD)
    unit.audit("message", made, about="received", visit=visit.reference, to=mail.sender)
