"""Mails that came in, and what became of each (design/records.md, Mail in)."""

from __future__ import annotations

from typing import NamedTuple

from dispatch.model.text import LabelledEnum


class MailKind(LabelledEnum):
    """What a mail is by its headers."""

    WRITTEN = "written"
    """By a person, as far as can be told."""
    AUTO_REPLY = "auto_reply"
    """Out of office, a ticket system: a machine answers."""
    AUTOMATIC = "automatic"
    """A machine writes of its own accord: an alarm, a report."""
    MAILING_LIST = "mailing_list"
    BOUNCE = "bounce"
    """A mail server says what became of a mail."""
    OWN = "own"
    """Ours, come back."""


class MailState(LabelledEnum):
    """What became of a mail."""

    WAITING = "waiting"
    """Somebody decides what it is."""
    CALL = "call"
    """It stands at its visit, and somebody has to call."""
    TAKEN = "taken"
    """It became a request, or stands at its visit."""
    PASSED = "passed"
    """Nothing is to be done."""
    REFUSED = "refused"
    """A person put it aside."""


OPEN_MAILS = (MailState.WAITING, MailState.CALL)
"""Those that somebody has to look at."""


class MailFile(NamedTuple):
    """A file that came with a mail. Its bytes are kept under `sha256`; empty where they are not, and `why` says so."""

    id: int
    name: str
    size: int
    sha256: str = ""
    why: str = ""


class Mail(NamedTuple):
    """A mail that came in. `came_at` is when our server had it; `client_id` whose it is, or probably is while it waits, `visit_id`
    the visit that it asked for or speaks of, `answers` the message of ours that it answers. `message_id` is what its sender called
    it, `thread` the first of the mails that it goes on from, `digest` what it is known by: the same mail comes once.
    """

    id: int
    kind: MailKind
    state: MailState
    came_at: int
    sender: str
    sender_name: str
    subject: str
    text: str
    why: str
    client_id: int | None
    client: str
    visit_id: int | None
    reference: str
    answers: int | None
    message_id: str
    thread: str
    digest: str
    account: str
    version: int
    files: tuple[MailFile, ...] = ()

    @property
    def who(self) -> str:
        """Who wrote it, as people read it."""
        return f"{self.sender_name} <{self.sender}>" if self.sender_name else self.sender or "nobody"
