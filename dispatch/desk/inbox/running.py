"""The inbox's own process: takes each mail that lies on the server into the database, then marks and moves it there.

It is kept before anything is said to the server. Whoever is lost in between finds it there again, and knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event

from db import mails, settings
from db.backups import CheckResult
from db.faults import TRANSIENT
from db.heartbeats import beat, heartbeat
from db.store import Store
from dispatch.desk.adapters.imap_server import MailNotReached, mailbox
from dispatch.desk.inbox.receiving import receive
from dispatch.desk.messages.processes import INBOX, NOW_AND_THEN, OUTBOX, silence_of
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.mail.reading import read_mail
from dispatch.model.mail import Mail
from dispatch.model.text import count_text, show


def run(user: User, tell: Callable[[str], None], every: float, stop: Event) -> None:
    """Read what lies there, and look again every so many seconds, until `stop` is set: then the mail in hand is finished.

    Args:
        user: a dispatcher, under whose name mail is read.
        tell: is told of each mail, and once of what keeps mail from being read.
        every: seconds.
        stop: set it to end.

    Raises:
        StoreFault: the database cannot be used any more by this process. One that is busy or full is waited for.
    """
    last = ""
    while not stop.is_set():
        try:
            user.store.changed()  # raises where another program has replaced the database, or brought it further
            for words in read_all(user, stop, every=every):
                tell(words)
                last = ""
        except (Refusal, MailNotReached, *TRANSIENT) as fault:
            if last != str(fault):
                tell(show(str(fault)))
            last = str(fault)
        stop.wait(every)


def read_all(user: User, stop: Event | None = None, *, every: float = NOW_AND_THEN) -> Iterator[str]:
    """Read what lies there now, mail by mail; yields what became of each. It is noted that this is done, or what keeps it.

    Args:
        stop: set it to end.
        every: how often this is done, in seconds.

    Raises:
        Refusal: no mailbox is set, or it cannot be used, or the person may not.
        MailNotReached: the server does not do its part. What was kept stays kept.
    """
    user.ask_to_read("messages")
    try:
        yield from _read(user, stop)
    except (Refusal, MailNotReached) as fault:
        beat(user.store, INBOX, every, str(fault))
        raise
    beat(user.store, INBOX, every)


def _read(user: User, stop: Event | None) -> Iterator[str]:
    with mailbox(user.firm) as box:
        for uid in box.unread():
            if stop is not None and stop.is_set():
                return
            lying = box.fetch(uid)
            if lying is None:
                continue
            kept = receive(user, read_mail(lying.raw, lying.size), lying.came_at, box.account)
            yield received_words(kept)
            try:
                box.mark(uid)
            except MailNotReached:
                box.move(uid)
        for uid in box.marked():  # those too that could not be moved before
            box.move(uid)


def received_words(mail: Mail | None) -> str:
    """What became of a mail, as a log keeps it: never what it says."""
    if mail is None:
        return "a mail that had come before"
    why = f": {mail.why}" if mail.why else ""
    return show(f"mail {mail.id} from {mail.sender or 'nobody'}: {mail.state.label} {mail.reference}".rstrip() + why)


def try_out(user: User) -> str:
    """Look whether the mailbox of the settings can be read; nothing in it is touched.

    Raises:
        Refusal: it cannot; the sentence says why.
    """
    user.ask_to_read("messages")
    try:
        with mailbox(user.firm) as box:
            lying = len(box.unread())
            return f"{show(box.account)} can be read: {lying} to be read there."
    except MailNotReached as fault:
        raise Refusal(str(fault)) from fault


def findings(store: Store) -> list[CheckResult]:
    """What the doctor says of mail: of the process that sends, and of the one that reads; nothing of what is not set up."""
    firm, found = settings.firm(store), list[CheckResult]()
    if {firm.messages_by, firm.sms_by} != {"none"}:
        found.append(_at_work(store, OUTBOX, "messages are sent"))
    if firm.inbox_host:
        vouches = firm.inbox_trusts or "no server"
        how = "" if firm.inbox_trusts else " (--inbox-trusts)"
        waits = f"{count_text(mails.waiting(store), 'mail')} to look at; {vouches} vouches for senders{how}"
        found += [CheckResult(INBOX, True, waits), _at_work(store, INBOX, "mail is read")]
    return found


def _at_work(store: Store, process: str, does: str) -> CheckResult:
    beat, times = heartbeat(store, process), settings.firm(store).times()
    if (silence := silence_of(store, process)) is not None:
        since = "" if beat is None else f", since {times.moment(silence.since)}"
        return CheckResult(f"{process} run", False, f"{silence.words}{since}")
    if beat is None:
        return CheckResult(f"{process} run", True, f"has not run here yet: dispatch {process} run")
    return CheckResult(f"{process} run", True, f"{does}; it looked last on {times.moment(beat.looked_at)}")
