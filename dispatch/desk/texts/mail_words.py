"""Mails that came in, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dispatch.model.forms import form, forms
from dispatch.model.instants import Times
from dispatch.model.mail import OPEN_MAILS, Mail, MailFile, MailState
from dispatch.model.text import pad, show, size_text

_FILE = "file=id name size sha256? why?"
WORDS = {MailState.WAITING: "waits", MailState.CALL: "call"}
"""What is to be done about a mail, in a word."""


def mail_lines(found: Sequence[Mail], times: Times) -> Iterator[str]:
    """Mails as text, one a line."""
    for mail in found:
        why = f"({show(mail.why)})" if mail.why else ""
        yield " ".join(
            (
                f"{mail.id:>5}",
                pad(WORDS.get(mail.state, mail.state.label), 8),
                pad(show(mail.reference or "–"), 7),
                times.moment(mail.came_at),
                show(mail.client or mail.who, 60),
                show(mail.subject, 80) or "no subject",
                why,
            )
        ).rstrip()


def page_lines(mail: Mail, times: Times) -> list[str]:
    """A mail in full. What it says is anybody's, and stands behind a margin."""
    became = f"{mail.state.label} {mail.reference}".rstrip() + (f": {mail.why}" if mail.why else "")
    lines = [
        f"Mail {mail.id}, {times.moment(mail.came_at)}: {became}",
        f"From     {mail.who}",
        *([f"Client   {mail.client}"] if mail.client else []),
        f"Subject  {mail.subject or 'none'}",
        *(f"File     {file_text(file)}" for file in mail.files),
        "",
    ]
    return [*lines, *(f"  | {line}" for line in mail.text.split("\n"))] if mail.text else lines[:-1]


def file_text(file: MailFile) -> str:
    """A file of a mail in words: what it is called, its number, how large it is, or why it was not kept."""
    return f"{show(file.name)} ({file.id}), {show(file.why) if file.why else size_text(file.size)}"


def mail_form(mail: Mail, zone: str) -> dict[str, Any]:
    """A mail as JSON (docs/json.md)."""
    keys = "mail=id kind state why? came_at@ sender sender_name? client? reference? subject text message=answers? open"
    return form(mail, f"{keys} files", zone, open=mail.state in OPEN_MAILS, files=forms(mail.files, _FILE))
