"""A mailbox on a server that speaks IMAP (extra `inbox`): each mail in a folder as it came, and where it goes when it is read."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator
from datetime import date
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch.desk.session.refusals import Refusal
from dispatch.mail.reading import LARGEST_MAIL
from dispatch.model.firm import Firm
from dispatch.travel.chain import Unavailable
from dispatch.travel.secret_files import secret

if TYPE_CHECKING:
    import imap_tools

SECONDS = 30.0
"""How long a server may take for an answer."""
PASSWORD, PASSWORD_FILE = "DISPATCH_IMAP_PASSWORD", "imap.password"
READ = "$DispatchRead"
"""The keyword of a mail that is kept in the database: it is not looked at again."""
_BEGINNING = 512_000
"""So many bytes are fetched of a mail that is too large."""


class MailNotReached(Exception):
    """The server did not do what it was asked, for the reason that is said. Nothing is lost: it is asked again."""


class Lying(NamedTuple):
    """A mail that lies in the folder: its number there, when the server had it, how large it is, and its bytes, or their
    beginning."""

    uid: str
    came_at: int
    size: int
    raw: bytes


class Mailbox:
    """One folder of a mailbox, for as long as a connection lasts."""

    def __init__(self, box: imap_tools.BaseMailBox, firm: Firm) -> None:
        self._box, self._firm = box, firm
        self.account = f"{firm.inbox_user}@{firm.inbox_host}/{firm.inbox_folder}"

    def unread(self) -> list[str]:
        """The numbers of the mails that came since the firm's day and are not marked as kept, the oldest first."""
        since = date.fromisoformat(self._firm.inbox_from)
        return self._numbers(f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year} UNKEYWORD {READ} UNDELETED")

    def marked(self) -> list[str]:
        """The numbers of the mails that are marked as kept and still lie here."""
        return self._numbers(f"KEYWORD {READ} UNDELETED")

    def _numbers(self, criteria: str) -> list[str]:
        with _told(self._firm):
            return sorted(self._box.uids(criteria, charset=None), key=int)

    def fetch(self, uid: str) -> Lying | None:
        """A mail; None where it is not there any more. It is not marked as seen."""
        with _told(self._firm):
            found = self._asked(uid, "(RFC822.SIZE INTERNALDATE)")
            about = b" ".join(part if isinstance(part, bytes) else part[0] for part in found if part)
            size, came = re.search(rb"RFC822\.SIZE (\d+)", about), re.search(rb'INTERNALDATE "([^"]+)"', about)
            if size is None or came is None:
                return None
            partly = int(size[1]) > LARGEST_MAIL
            parts = self._asked(uid, f"(BODY.PEEK[]{f'<0.{_BEGINNING}>' if partly else ''})")
            raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
            if raw is None:
                return None
            moment = parsedate_to_datetime(came[1].decode("ascii", "replace").strip().replace("-", " ", 2))
            return Lying(uid, int(moment.timestamp()), int(size[1]), raw)

    def mark(self, uid: str) -> None:
        """Mark a mail as kept.

        Raises:
            MailNotReached: it cannot be marked; some servers know no keywords.
        """
        with _told(self._firm):
            self._did(self._box.client.uid("STORE", uid, "+FLAGS.SILENT", f"({READ})"))

    def move(self, uid: str) -> None:
        """Move a mail to the folder for what was read, which is made where it is missing."""
        with _told(self._firm):
            if b"MOVE" in self._capabilities:
                self._did(self._box.client.uid("MOVE", uid, self._moved_to))
                return
            self._did(self._box.client.uid("COPY", uid, self._moved_to))
            self._did(self._box.client.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)"))
            if b"UIDPLUS" in self._capabilities:  # else it stays, marked: another's mails are not expunged with it
                self._did(self._box.client.uid("EXPUNGE", uid))

    @cached_property
    def _moved_to(self) -> str:
        """The folder for what was read as the server writes it; it is there."""
        from imap_tools.utils import encode_folder

        folder = self._firm.inbox_moved_to
        if not self._box.folder.exists(folder):
            self._box.folder.create(folder)
        return str(encode_folder(folder).decode("ascii"))

    @cached_property
    def _capabilities(self) -> bytes:
        _, found = self._box.client.capability()
        return b" ".join(part for part in found if isinstance(part, bytes)).upper()

    def _asked(self, uid: str, what: str) -> list[Any]:
        return list(self._did(self._box.client.uid("FETCH", uid, what)))

    def _did(self, answer: tuple[str, list[Any]]) -> list[Any]:
        status, said = answer
        if status != "OK":
            words = b" ".join(part for part in said if isinstance(part, bytes)).decode("utf-8", "replace")
            raise MailNotReached(f"{self._firm.inbox_host} answered: {' '.join(words.split())[:200] or status}.")
        return said


@contextlib.contextmanager
def mailbox(firm: Firm) -> Iterator[Mailbox]:
    """The folder of the firm's settings, on a connection of its own.

    Raises:
        Refusal: none is set, or it cannot be used; the sentence says what to do.
        MailNotReached: the server does not answer, or does not let us in.
    """
    if not firm.inbox_host or not firm.inbox_user or not firm.inbox_from:
        raise Refusal("No mailbox is set: dispatch settings --inbox-host … --inbox-user … --inbox-from ….")
    try:
        import imap_tools
    except ImportError:
        raise Refusal("imap-tools is not installed: install dispatch-board with the extra inbox.") from None
    try:
        password = secret(PASSWORD, PASSWORD_FILE)
    except Unavailable as fault:
        raise Refusal(str(fault)) from fault
    with _told(firm):
        box = _opened(imap_tools, firm)
    try:
        with _told(firm):
            box.login(firm.inbox_user, password, initial_folder=None)
            box.folder.set(firm.inbox_folder)
        yield Mailbox(box, firm)
    finally:
        # what a server says to the farewell changes nothing
        with contextlib.suppress(Exception):
            box.logout()
        with contextlib.suppress(Exception):
            box.client.shutdown()


def _opened(imap_tools: Any, firm: Firm) -> Any:
    where, context = (firm.inbox_host, firm.inbox_port), ssl.create_default_context()
    if firm.inbox_security == "tls":
        return imap_tools.MailBox(*where, timeout=SECONDS, ssl_context=context)
    if firm.inbox_security == "starttls":
        return imap_tools.MailBoxStartTls(*where, timeout=SECONDS, ssl_context=context)
    return imap_tools.MailBoxUnencrypted(*where, timeout=SECONDS)


@contextlib.contextmanager
def _told(firm: Firm) -> Iterator[None]:
    """What goes wrong between us and a server, as one sentence."""
    try:
        yield
    except (OSError, imaplib.IMAP4.error, ValueError, IndexError, KeyError) as fault:
        words = " ".join(str(fault).split())[:200] or type(fault).__name__
        raise MailNotReached(f"{firm.inbox_host}: {words}.") from fault
    except Exception as fault:
        if type(fault).__module__.partition(".")[0] != "imap_tools":
            raise
        raise MailNotReached(f"{firm.inbox_host}: {' '.join(str(fault).split())[:200]}.") from fault


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
