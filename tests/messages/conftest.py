"""A mail server on loopback that takes mail, and misbehaves as it is told; and a firm whose client wants to be told."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.delivery import papers
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.pdf import NEEDS_PANGO, NoPdf
from tests.desk.conftest import Office, office

__all__ = ["no_pdf", "office"]


@pytest.fixture(autouse=True)
def no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no PDF can be set: papers go as pages."""

    def refuses(report: Report) -> bytes:
        raise NoPdf(NEEDS_PANGO)

    monkeypatch.setattr(papers, "as_pdf", refuses)


@dataclass
class PostOffice:
    """What the server does, and what it has taken.

    `answers` are given to RCPT one after the other, "" for yes. `data` says what happens once a mail is all there: "" takes
    it, "drop" ends the connection without an answer, "hang" waits; another text is the answer.
    """

    port: int = 0
    answers: list[str] = field(default_factory=list)
    data: str = ""
    farewell: str = "221 Bye"
    taken: list[EmailMessage] = field(default_factory=list)
    seen: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Let somebody be written to."""
        answer = self.answers.pop(0) if self.answers else ""
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Say farewell."""
        return self.farewell

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a mail, or not."""
        self.seen += 1
        if self.data == "drop":
            assert server.transport is not None
            server.transport.abort()
            return "451 gone"
        if self.data == "hang":
            await asyncio.sleep(30)
        if self.data and self.data != "hang":
            return self.data
        content: Any = envelope.content
        self.taken.append(email.message_from_bytes(content, policy=email.policy.default))  # type: ignore[arg-type]
        return "250 OK"


def words(mail: EmailMessage) -> str:
    """What a person reads of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def post() -> Iterator[PostOffice]:
    """The server, on a free port."""
    with post_office() as there:
        yield there


@contextlib.contextmanager
def post_office() -> Iterator[PostOffice]:
    """A server on a free port."""
    there = PostOffice()
    loop = asyncio.new_event_loop()
    running = threading.Thread(target=loop.run_forever, daemon=True)
    running.start()
    server = asyncio.run_coroutine_threadsafe(
        loop.create_server(lambda: SMTP(there, loop=loop), "127.0.0.1", 0), loop
    ).result(10)
    there.port = server.sockets[0].getsockname()[1]
    try:
        yield there
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        running.join(10)


@pytest.fixture
def told(office: Office, post: PostOffice) -> Office:
    """The small firm, which sends by that server; Harbor Dental wants to be told everything."""
    editing.settle(
        office.lee,
        {
            "messages_by": "smtp",
            "mail_host": "127.0.0.1",
            "mail_port": str(post.port),
            "mail_security": "none",
            "mail_from": "dispatch@columbus.example",
        },
    )
    harbor = RECORD_STORES["client"].find(office.store, "Harbor Dental")
    wishes = {"told": "confirmed, on the way, late, report", "told_at": "desk@harbor.example"}
    editing.edit(office.lee, "client", harbor, wishes)
    return office
