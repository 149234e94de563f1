"""What people make of mails that wait: a request, a word on a visit, or nothing. Each can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from db import changes, clients, mails, visits
from db.changes import RecordChange
from db.faults import from_os
from db.store import Store
from db.unit import Unit
from dispatch.desk.day import undo_record
from dispatch.desk.inbox import receiving
from dispatch.desk.messages import mail_changes
from dispatch.desk.session import private_file
from dispatch.desk.session.refusals import NotFound, Refusal, worded
from dispatch.desk.session.user import User
from dispatch.desk.visits.kept_files import path_of
from dispatch.desk.visits.steps import find
from dispatch.mail.reading import PREFIXES
from dispatch.model.mail import OPEN_MAILS, Mail, MailFile, MailState
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.visits import Visit

SHOWN = 200
"""So many mails are listed at most."""


def inbox(store: Store, *, everything: bool = False) -> list[Mail]:
    """The mails that somebody has to look at, the oldest first; with `everything` also what is settled, the newest first."""
    return mails.newest(store, tuple(MailState) if everything else OPEN_MAILS, SHOWN)


def find_mail(store: Store, mail_id: int) -> Mail:
    """The mail of that number.

    Raises:
        NotFound: there is none.
    """
    mail = mails.mail(store, mail_id)
    if mail is None:
        raise NotFound(f"There is no mail {mail_id}.")
    return mail


def proposed(user: User, mail: Mail) -> dict[str, str]:
    """What is known of the request that a mail may be: fields of `REQUEST`, as typed."""
    topic = mail.subject
    while (prefix := PREFIXES.match(topic)) is not None:
        topic = topic[prefix.end() :]
    texts = receiving.asked_in(topic, mail.text, mail.sender_name or mail.sender)
    client = None if mail.client_id is None else clients.client(user.store, mail.client_id)
    return texts | {"client": "" if client is None else client.name, "minutes": str(user.firm.inbox_minutes)}


def take(user: User, mail_id: int, texts: Mapping[str, str]) -> Visit:
    """Make a request of a mail, and have it answered with its reference.

    Args:
        user: a dispatcher.
        mail_id: its number.
        texts: fields of `REQUEST` as typed; what is not said is as `proposed`.

    Raises:
        NotAllowed, NotFound, Refusal: there is none, or it is at a visit already.
        Faulty: with every field that cannot be taken.
    """
    with user.write("take mail", Role.DISPATCHER) as unit:
        mail = _open(user.store, mail_id)
        visit = receiving.written(user, unit, proposed(user, mail) | dict(texts), mail.came_at)
        picture = _to_visit(unit, mail, visit, "asked for by mail")
        receiving.answer(unit, user.firm, mail, visit)
        undo_record.remember(user, unit, f"take mail {mail.id}", [visit._replace(archived_at=unit.at)], [picture])
        return visits.again(user.store, visit)


def note(user: User, mail_id: int, reference: str) -> Visit:
    """Put a mail to a visit: it is a word on it.

    Raises:
        NotAllowed, NotFound, Refusal: there is no such mail or visit, or it is at a visit already.
    """
    with user.write("take mail", Role.DISPATCHER, Role.LEAD) as unit:
        mail, visit = _open(user.store, mail_id), find(user.store, reference)
        picture = _to_visit(unit, mail, visit, f"put to {visit.reference}")
        changes.remember(unit, f"put mail {mail.id} to {visit.reference}", [picture])
        return visit


def refuse(user: User, mail_id: int, reason: str = "") -> Mail:
    """Put a mail aside that is nothing for us.

    Raises:
        NotAllowed, NotFound, Refusal: there is none, or it does not wait.
    """
    with user.write("refuse mail", Role.DISPATCHER, Role.LEAD) as unit:
        mail = find_mail(user.store, mail_id)
        if mail.state is not MailState.WAITING:
            raise Refusal(f"Mail {mail.id} {_STANDS[mail.state]}: only what waits is put aside.")
        why = worded("reason", reason) or f"put aside by {user.staff.name}"
        picture = mail_changes.change(unit, mail, state=MailState.REFUSED.value, why=why)
        changes.remember(unit, f"refuse mail {mail.id}", [picture])
        return find_mail(user.store, mail_id)


def done(user: User, mail_id: int, words: str = "") -> Mail:
    """Note that the call which a mail asks for was made, or that it needs none.

    Raises:
        NotAllowed, NotFound, Refusal: there is none, or nobody is to be called.
    """
    with user.write("settle mail", Role.DISPATCHER, Role.LEAD) as unit:
        mail = find_mail(user.store, mail_id)
        if mail.state is not MailState.CALL:
            raise Refusal(f"Mail {mail.id} {_STANDS[mail.state]}: nobody is to be called about it.")
        said = worded("words", words) or f"looked after by {user.staff.name}"
        picture = mail_changes.change(unit, mail, state=MailState.TAKEN.value, why=said)
        unit.audit("visit", mail.visit_id or 0, mail=mail.id, says=said)
        changes.remember(unit, f"settle mail {mail.id}", [picture])
        return find_mail(user.store, mail_id)


def copy_out(user: User, mail_id: int, name: str, path: Path, *, replace: bool = False) -> MailFile:
    """Copy a file of a mail into one that only the person may read. It is never opened or run here.

    Raises:
        NotAllowed: mails are not theirs to read, or they sit elsewhere.
        NotFound: there is no such file, or it was not kept.
        FileThere: there is a file already, and it was not to be replaced.
    """
    user.ask_to_read("messages")
    private_file.at_this_machine(user)
    mail = find_mail(user.store, mail_id)
    meant = [one for one in mail.files if name.strip() in (one.name, str(one.id))]
    if len(meant) != 1:
        known = ", ".join(f"{show(one.name, 60)} ({one.id})" for one in mail.files) or "none"
        raise NotFound(f"Which file of mail {mail.id}? It has {known}.")
    if not meant[0].sha256:
        raise NotFound(f"{show(meant[0].name)} {show(meant[0].why)}.")
    source = path_of(user.store, meant[0].sha256)
    try:
        data = source.read_bytes()
    except OSError as error:
        raise from_os(error, source) from error
    private_file.write_private(path, data, replace=replace)
    return meant[0]


def _open(store: Store, mail_id: int) -> Mail:
    mail = find_mail(store, mail_id)
    if mail.visit_id is not None:
        raise Refusal(f"Mail {mail.id} {_STANDS[mail.state]}, {show(mail.reference)}.")
    return mail


def _to_visit(unit: Unit, mail: Mail, visit: Visit, why: str) -> RecordChange:
    unit.audit("visit", visit.id, mail=mail.id, from_=mail.sender, says=why)
    columns = {"state": MailState.TAKEN.value, "why": why, "client_id": visit.client_id, "visit_id": visit.id}
    return mail_changes.change(unit, mail, **columns)


_STANDS = {
    MailState.WAITING: "waits",
    MailState.CALL: "stands at its visit",
    MailState.TAKEN: "stands at its visit",
    MailState.PASSED: "needs nobody",
    MailState.REFUSED: "was put aside",
}
"""How a mail stands, in words that follow its number."""
