"""Killed, cut off, restarted, full: whatever goes wrong between the server and the database, each mail is there once, and on the
server every mail that came."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.unit import Unit
from dispatch.desk.adapters import imap_server
from dispatch.desk.adapters.imap_server import MailNotReached
from dispatch.desk.book import editing
from dispatch.desk.closeout import evidence
from dispatch.desk.inbox import deciding, judging, receiving, running
from dispatch.desk.session.refusals import Refusal
from dispatch.model.mail import MailState
from tests.desk.conftest import Office
from tests.inbox.dovecot import Dovecot
from tests.inbox.mails import mail
from tests.wall import started

MANY = 12
TEN = [mail(subject=f"Thing {at}x", text=f"It is {at}.\n" + "word " * 20_000).as_bytes() for at in range(MANY)]


class Lost(BaseException):
    """The process is gone at that moment: nothing behind it runs."""


def subjects(office: Office) -> list[str]:
    return sorted(one.subject for one in deciding.inbox(office.store, everything=True))


def requests(office: Office) -> list[str]:
    return sorted(row[0] for row in office.store.all("SELECT work FROM visit WHERE came_by = 'mail'"))


def is_whole(office: Office, server: Dovecot) -> None:
    """Every mail became one request and one answer at most, and lies on the server once, where it was moved to."""
    expected = sorted(f"Thing {at}x" for at in range(MANY))
    assert subjects(office) == expected
    taken = [one.subject for one in deciding.inbox(office.store, everything=True) if one.state is MailState.TAKEN]
    assert requests(office) == sorted(taken)
    assert len(taken) == 10, "the others wait: so many of one sender are enough"
    assert office.store.value("SELECT count(*) FROM message WHERE kind = 'received'") == 5
    assert office.store.value("SELECT count(*) - count(DISTINCT mail_id) FROM message WHERE kind = 'received'") == 0
    assert (server.count(), server.count("Dispatch")) == (0, MANY)


@pytest.fixture
def process(reading: Office) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`dispatch inbox run` as a process of its own."""
    begun = []

    def begin(*words: str) -> subprocess.Popen[str]:
        made = subprocess.Popen(
            [*started("-m", "dispatch", "inbox", "run"), "--db", str(reading.store.path), "--as", "dana", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
        begun.append(made)
        return made

    yield begin
    for made in begun:
        made.kill()
        made.communicate(timeout=20)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [3, pytest.param(40, marks=pytest.mark.long)])
def test_killed_at_any_moment(
    reading: Office, server: Dovecot, process: Callable[..., subprocess.Popen[str]], kills: int
) -> None:
    server.deliver(*TEN)
    chance = random.Random(kills)
    for at in range(kills):
        made = process("--every", "0.1")
        assert made.stdout is not None
        made.stdout.readline()
        time.sleep(chance.random() * 0.3)
        made.send_signal(signal.SIGKILL)
        made.wait(20)
        if not at:
            server.deliver(*TEN[:3])  # the same once more
    made = process("--once")
    said, _ = made.communicate(timeout=60)
    assert made.returncode == 0, said
    assert subjects(reading) == sorted(f"Thing {at}x" for at in range(MANY))
    assert (server.count(), server.count("Dispatch")) == (0, MANY + 3)


def test_lost_before_any_step(reading: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gone before each statement of the transaction in turn, and before and after each word to the server: a mail for each."""
    monkeypatch.setattr(judging, "FLOOD", 1000)
    left = -1

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def step(*given: object, **more: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                raise Lost
            return real(*given, **more)

        return step

    for module, name in (
        *((imap_server.Mailbox, name) for name in ("unread", "fetch", "mark", "marked", "move")),
        (Unit, "execute"),
        (Unit, "execute_many"),
        (receiving, "place"),
        (running, "received_words"),
    ):
        monkeypatch.setattr(module, name, counted(getattr(module, name)))
    steps = 0
    while True:
        steps += 1
        made = mail(subject=f"Thing {steps}x")
        made.add_attachment(b"a file", maintype="text", subtype="x-log", filename="log")
        server.deliver(made.as_bytes())
        left = steps
        try:
            list(running.read_all(reading.dana))
            break
        except Lost:
            left = -1
            list(running.read_all(reading.dana))
    assert steps > 20
    expected = sorted(f"Thing {at + 1}x" for at in range(steps))
    assert (subjects(reading), requests(reading)) == (expected, expected)
    assert (server.count(), server.count("Dispatch")) == (0, steps)
    assert not evidence.faults(reading.store)


class Cut:
    """A way to the server that breaks off after so many bytes from it."""

    def __init__(self, port: int, after: int) -> None:
        self._to, self.after = port, after
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                here, _ = self._door.accept()
            except OSError:
                return
            there = socket.create_connection(("127.0.0.1", self._to))
            threading.Thread(target=self._pass, args=(here, there, 1 << 60), daemon=True).start()
            threading.Thread(target=self._pass, args=(there, here, self.after), daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket, left: int) -> None:
        try:
            while left > 0 and (data := source.recv(min(4096, left))):
                target.sendall(data)
                left -= len(data)
        except OSError:
            pass
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def close(self) -> None:
        self._door.close()


def test_cut_off_in_the_middle_of_a_mail(reading: Office, server: Dovecot) -> None:
    server.deliver(*TEN)
    after = 300
    for _ in range(40):
        cut = Cut(server.port, after)
        editing.settle(reading.lee, {"inbox_port": str(cut.port)})
        try:
            list(running.read_all(reading.dana))
            break
        except MailNotReached:
            after = int(after * 1.7)
        finally:
            cut.close()
    assert after > 100_000, "it was cut off within mails"
    is_whole(reading, server)


def test_a_server_that_is_away_is_waited_for(
    reading: Office, server: Dovecot, process: Callable[..., subprocess.Popen[str]]
) -> None:
    server.stop()
    once = process("--once")
    said, _ = once.communicate(timeout=60)
    assert (once.returncode, said.count("\n")) == (1, 1)
    made = process("--every", "0.2")
    assert made.stdout is not None
    assert "127.0.0.1" in made.stdout.readline()
    server.start()
    server.deliver(*TEN)
    end = time.monotonic() + 60
    while server.count("Dispatch") < MANY and time.monotonic() < end:
        time.sleep(0.1)
    made.send_signal(signal.SIGTERM)
    said, _ = made.communicate(timeout=30)
    assert made.returncode == 0
    assert said.count("Thing") == 0, "what a mail says is not in the log"
    is_whole(reading, server)


def test_a_full_mailbox_keeps_what_was_read_marked(reading: Office, server: Dovecot) -> None:
    """Moved by COPY, which needs room: what could not be moved is moved as soon as it can be."""
    server.deliver(*TEN)
    server.stop()
    server.allow("1M")
    server.start()
    moved = imap_server.Mailbox._capabilities
    imap_server.Mailbox._capabilities = property(lambda self: b"UIDPLUS")  # type: ignore[assignment,method-assign]  # a server without MOVE
    try:
        with pytest.raises(MailNotReached, match=r"(?i)quota"):
            list(running.read_all(reading.dana))
        assert len(subjects(reading)) == MANY
        before = server.count()
        assert before > 0
        with pytest.raises(MailNotReached, match=r"(?i)quota"):
            list(running.read_all(reading.dana))
        server.stop()
        server.allow("500M")
        server.start()
        assert list(running.read_all(reading.dana)) == []
        is_whole(reading, server)
    finally:
        imap_server.Mailbox._capabilities = moved  # type: ignore[method-assign]
        server.stop()
        server.allow("500M")
        server.start()


def test_what_cannot_be_is_said(reading: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    assert running.try_out(reading.dana).endswith("/INBOX can be read: 0 to be read there.")
    monkeypatch.setenv("DISPATCH_IMAP_PASSWORD", "wrong")
    with pytest.raises(Refusal, match=r"(?i)auth"):
        running.try_out(reading.dana)
    monkeypatch.setenv("DISPATCH_IMAP_PASSWORD", "secret")
    editing.settle(reading.lee, {"inbox_folder": "Nowhere"})
    with pytest.raises(Refusal, match=r"(?i)nowhere|exist"):
        running.try_out(reading.dana)
    with pytest.raises(Refusal, match="from which day on is mail read"):
        editing.settle(reading.lee, {"inbox_from": ""})
    editing.settle(reading.lee, {"inbox_host": "", "inbox_from": ""})
    with pytest.raises(Refusal, match="No mailbox is set"):
        running.try_out(reading.dana)


def test_what_came_before_stays(reading: Office, server: Dovecot) -> None:
    server.deliver(TEN[0], at="23-Nov-2026 12:00:00 -0500")
    server.deliver(TEN[1])
    list(running.read_all(reading.dana))
    assert (subjects(reading), server.count()) == (["Thing 1x"], 1)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_over_an_encrypted_line_and_only_with_a_certificate_that_is_believed(
    reading: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    server.deliver(TEN[0])
    port = server.tls_port if security == "tls" else server.port
    editing.settle(reading.lee, {"inbox_security": security, "inbox_port": str(port)})
    with pytest.raises(MailNotReached, match=r"(?i)certificate"):
        list(running.read_all(reading.dana))
    assert server.count() == 1
    monkeypatch.setenv("SSL_CERT_FILE", str(server.root / "authority.pem"))
    list(running.read_all(reading.dana))
    assert subjects(reading) == ["Thing 0x"]
